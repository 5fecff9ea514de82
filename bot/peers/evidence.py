"""Gathers what speaks for and against that a message answers an earlier one: time, mentions, turns, shared words. Pure.

No word, name or channel is known here. What each piece weighs is `bot.peers.weights`'.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import log1p
from types import MappingProxyType
from typing import NamedTuple

from bot.peers.wording import Gist

EACH = 4  # of one author that come into question: an earlier one is hardly ever meant
REACH_S = 2 * 86_400.0  # a message later than that opens a matter of its own
UNIT_S = 30.0  # below that, seconds hardly tell
CROWD_S = 3_600.0
PACED_BY = 10  # messages
FASTEST_S, SLOWEST_S = 5.0, 600.0  # between two messages
SHORT, LONG = 4, 30  # words
NOT_MORE = (Gist.ACK, Gist.THANKS)


class Form(NamedTuple):
    """What is kept of a message's words for linking: how it is made, and no word."""

    asks: bool = False
    is_command: bool = False
    greets: bool = False
    goes_on: bool = False  # "and …", "but …"
    length: int = 0  # words, up to LONG


class Said(NamedTuple):
    """A message that stands in the channel itself. `kin` tells how many words it shares with earlier ones, by ts."""

    ts: str
    author: str
    gist: str
    form: Form
    is_bot: bool = False
    addressee: str | None = None
    has_thread: bool = False
    kin: Mapping[str, float] = MappingProxyType({})


class Link(NamedTuple):
    """`answers_ts` is None where a matter is opened; `talk_ts` is the first message of the talk it stands in."""

    answers_ts: str | None
    talk_ts: str
    confidence: float


class Place:
    """A message in the window, and what is known of it so far."""

    __slots__ = ("at", "is_followed", "is_responded", "link", "said")

    def __init__(self, said: Said, link: Link) -> None:
        self.said = said
        self.link = link
        self.at = float(said.ts)
        self.is_responded = False  # by others
        self.is_followed = False  # by its author


Evidence = list[tuple[str, float]]


class Gathering:
    """Of one message, over those before it."""

    def __init__(self, said: Said, before: Iterable[Place]) -> None:
        self._said = said
        self._at = at = float(said.ts)
        self._places = [each for each in before if at - each.at < REACH_S]
        self._places.reverse()
        self._me = me = said.author
        self._own = next((each for each in self._places if each.said.author == me), None)
        self._own_at = self._own.at if self._own else -1.0
        self._called = next((each for each in self._places if each.said.addressee == me != each.said.author), None)
        self._partner = self._spoken_with()
        self._authors_of_talk: dict[str, set[str]] = {}
        for each in self._places:
            self._authors_of_talk.setdefault(each.link.talk_ts, set()).add(each.said.author)

    def _spoken_with(self) -> str | None:
        """With whom the author spoke last."""
        me = self._me
        for place in self._places:
            author, addressee = place.said.author, place.said.addressee
            if author == me and addressee not in (None, me):
                return addressee
            if addressee == me and author != me:
                return author
        return None

    def of_each(self) -> Iterator[tuple[Place, Evidence]]:
        """Latest first."""
        me = self._me
        nearer: dict[str, int] = {}  # how many of theirs stand between
        others: set[str] = set()  # who wrote between
        served: set[str] = set()  # whom somebody else spoke to between
        for between, place in enumerate(self._places):
            author, addressee = place.said.author, place.said.addressee
            older = nearer.get(author, 0)
            nearer[author] = older + 1
            if older < EACH:
                found = self._of_any(place, between)
                if author == me:
                    self._of_own(place, older, found)
                else:
                    is_alone = not (others - {author})
                    self._of_other(place, older, found, is_alone=is_alone, is_served=author in served)
                yield place, found
            if author != me:
                others.add(author)
                if addressee is not None:
                    served.add(addressee)

    def _of_any(self, place: Place, between: int) -> Evidence:
        said, earlier = self._said, place.said
        near = log1p(between)
        found = [("messages between", near), ("time between", log1p((self._at - place.at) / UNIT_S))]
        if between == 0:
            found.append(("the one before", 1.0))
        if said.form.length <= SHORT:
            found.append(("short, and messages between", near))
        if place.is_followed:
            found.append(("its author went on", 1.0))
        if shared := said.kin.get(earlier.ts):
            found.append(("shared words", shared))
        if earlier.form.is_command:
            found.append(("after a command", 1.0))
            if said.is_bot:
                found.append(("bot after a command", 1.0))
        return found

    def _of_own(self, place: Place, older: int, found: Evidence) -> None:
        said, earlier = self._said, place.said
        found.append(("own", 1.0))
        if older:
            found.append(("own, not the last", 1.0))
        elif self._places[0] is place:
            found.append(("own, just before", 1.0))
        if said.addressee is not None and earlier.addressee == said.addressee:
            found.append(("own, to the same", 1.0))
        if earlier.form.asks:
            found.append(("own question", 1.0))
        if said.form.goes_on:
            found.append(("own, going on", 1.0))
        if place.is_responded:
            found.append(("own, answered", 1.0))

    def _of_other(self, place: Place, older: int, found: Evidence, *, is_alone: bool, is_served: bool) -> None:
        said, earlier = self._said, place.said
        asks, to = earlier.form.asks, said.addressee
        is_fresh = place.at > self._own_at
        if not older:
            found.append(("their last", 1.0))
        if to == earlier.author:
            found.append(("to its author", 1.0))
            if is_fresh:
                found.append(("to its author, since one's last", 1.0))
            if asks:
                found.append(("to its author, who asked", 1.0))
        elif to is not None:
            found.append(("to somebody else", 1.0))
        else:
            self._of_turns(place, found, is_alone=is_alone, is_served=is_served)
        if earlier.addressee == self._me:
            found.append(("called", 1.0))
            if place is self._called:
                found.append(("called last", 1.0))
        elif earlier.addressee is not None:
            found.append(("it was to somebody else", 1.0))
        if not is_fresh:
            found.append(("before one's last", 1.0))
        self._of_meaning(place, found, is_fresh=is_fresh)
        self._of_talk(place, found)

    def _of_turns(self, place: Place, found: Evidence, *, is_alone: bool, is_served: bool) -> None:
        """Where nobody is addressed."""
        earlier = place.said
        if earlier.author == self._partner:
            found.append(("spoken with", 1.0))
        if is_alone:
            found.append(("nobody else between", 1.0))
            if earlier.addressee is None:
                found.append(("nobody else between, to all", 1.0))
        if earlier.form.asks and earlier.addressee is None:
            found.append(("a question to all", 1.0))
            if is_served:
                found.append(("a question to all, somebody helps", 1.0))

    def _of_meaning(self, place: Place, found: Evidence, *, is_fresh: bool) -> None:
        said, earlier = self._said, place.said
        asks = earlier.form.asks
        if asks and said.form.asks:
            found.append(("both ask", 1.0))
        elif said.form.asks and earlier.gist == Gist.SAYS and is_fresh and self._own is not None:
            found.append(("asks back", 1.0))
        if said.gist == Gist.THANKS and earlier.gist == Gist.SAYS:
            found.append(("thanks for what was said", 1.0))
        if asks and said.gist in (*NOT_MORE, Gist.STILL):
            found.append(("no answer to a question", 1.0))
        if earlier.gist in NOT_MORE:
            found.append(("to an acknowledgement", 1.0))

    def _of_talk(self, place: Place, found: Evidence) -> None:
        said, talk = self._said, place.link.talk_ts
        if self._own is not None and self._own.link.talk_ts == talk:
            found.append(("one's own talk", 1.0))
        elif said.addressee != place.said.author and len(self._authors_of_talk[talk]) > 1:
            found.append(("a talk of others", 1.0))
        if place.said.form.asks and not place.is_responded:
            found.append(("nobody answered yet", 1.0))
            if said.addressee is None:
                found.append(("nobody answered yet, to all", 1.0))

    def of_none(self) -> Evidence:
        """That it opens a matter."""
        said, form, to_all = self._said, self._said.form, self._said.addressee is None
        found = [("opens", 1.0), ("opens, silence", self._silence()), ("opens, length", min(form.length, LONG) / LONG)]
        is_new = self._own is None
        if is_new:
            found.append(("opens, newcomer", 1.0))
            if said.gist in NOT_MORE:
                found.append(("opens, newcomer acknowledges", 1.0))
            elif to_all and not form.asks:
                found.append(("opens, newcomer tells", 1.0))
        if to_all:
            if form.asks:
                found.append(("opens, asks all", 1.0))
                if is_new:
                    found.append(("opens, newcomer asks all", 1.0))
            if self._called is not None and self._called.at > self._own_at:
                found.append(("opens, though called", 1.0))
        else:
            found.append(("opens, to somebody", 1.0))
        if form.greets:
            found.append(("opens, greets", 1.0))
        if said.is_bot:
            found.append(("opens, a bot", 1.0))
        found.append(("opens, crowd", self._crowd()))
        return found

    def _silence(self) -> float:
        """How long nothing was said, by the channel's own pace."""
        near = self._places[:PACED_BY]
        if not near:
            return 3.0
        pace = max(FASTEST_S, (near[0].at - near[-1].at) / (len(near) - 1)) if len(near) > 1 else SLOWEST_S
        return log1p((self._at - near[0].at) / pace)

    def _crowd(self) -> float:
        """How many others spoke of late."""
        return log1p(len({each.said.author for each in self._places if self._at - each.at < CROWD_S} - {self._me}))
