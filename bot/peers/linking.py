"""Decides which earlier message each message of a channel without threads answers or goes on from. Pure.

The talk it belongs to is chosen first, since several messages speak for it; then the message in that talk. What speaks
for and against is `bot.peers.evidence`'s, and how much each weighs `bot.peers.weights`'.
"""

from collections import deque
from collections.abc import Iterable
from math import exp

from bot.peers.evidence import Evidence, Gathering, Link, Place, Said
from bot.peers.weights import WEIGHTS

LINKER = "weights-1"
WINDOW = 30  # messages: all but one in twenty-five replies stand nearer to what they answer
THREADED = 5  # one of so many messages with a thread of its own, and people there answer in threads


class Window:
    """The last messages of a channel. `link` takes those that follow, one after the other."""

    def __init__(self, linked: Iterable[tuple[Said, Link]] = ()) -> None:
        self._places: deque[Place] = deque(maxlen=WINDOW)
        self._threads = 0  # of those in it, how many have one
        for said, link in linked:
            self._put(said, link)

    def link(self, said: Said) -> Link:
        """What the message answers, by what stands before it; it stands before the next one from now on."""
        link = Link(None, said.ts, 1.0) if self._answers_in_thread(said) else self._likeliest(said)
        self._put(said, link)
        return link

    def ts(self) -> list[str]:
        """Of the messages in it, oldest first."""
        return [place.said.ts for place in self._places]

    def evidence(self, said: Said) -> list[tuple[str | None, Evidence]]:
        """By the ts of each message it may answer, latest first; of None, that it opens a matter, at the end."""
        gathering = Gathering(said, self._places)
        return [*((place.said.ts, found) for place, found in gathering.of_each()), (None, gathering.of_none())]

    def _put(self, said: Said, link: Link) -> None:
        answered = self._place(link.answers_ts)
        if answered is not None:
            is_own = answered.said.author == said.author
            answered.is_followed |= is_own
            answered.is_responded |= not is_own
        if len(self._places) == WINDOW:
            self._threads -= self._places[0].said.has_thread
        self._threads += said.has_thread
        self._places.append(Place(said, link))

    def _place(self, ts: str | None) -> Place | None:
        if ts is None:
            return None
        return next((each for each in reversed(self._places) if each.said.ts == ts), None)

    def _answers_in_thread(self, said: Said) -> bool:
        return said.has_thread or self._threads * THREADED > len(self._places)

    def _likeliest(self, said: Said) -> Link:
        gathering = Gathering(said, self._places)
        scored = [(place, _weighed(found)) for place, found in gathering.of_each()]
        opens = _weighed(gathering.of_none())
        talks: dict[str, float] = {}
        for place, score in scored:
            talks[place.link.talk_ts] = talks.get(place.link.talk_ts, 0.0) + score
        total = opens + sum(talks.values())
        best = max(talks, key=talks.__getitem__, default="")
        if talks.get(best, 0.0) <= opens:
            return Link(None, said.ts, _share(opens, total))
        meant = max((each for each in scored if each[0].link.talk_ts == best), key=lambda each: each[1])[0]
        return Link(meant.said.ts, best, _share(talks[best], total))


def _share(part: float, total: float) -> float:
    return round(part / total, 3)  # the same on every machine, and when read back


def _weighed(evidence: Evidence) -> float:
    return exp(sum(WEIGHTS[name] * value for name, value in evidence))
