"""Decides which askings are one gap, what a gap lacks, and what is said of it. Pure.

An asking is placed once and stays: a gap keeps its id while others join. Placed in the order they were asked, so that
the order in which they came to be known changes nothing where gaps are well apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from bot.model import Json, QuestionKind, Window
from knowledge.likeness import Alike

# Measured: 54 of 84 pairs of paraphrases are this alike, and 2 of 4,738 pairs of questions of a help channel that are
# about different pages. Averaged over a gap's askings, so that no chain grows.
ALIKE_AT = 0.35
QUIET_AFTER = timedelta(weeks=12)  # without another asking, nobody needs it
LOW_CONFIDENCE = 0.5  # what was offered is more likely wrong than right
FEWEST_PEOPLE = 2  # below that no number of people is told
DRAFT_ASKINGS, DRAFT_PEOPLE = 3, 2  # from here on an action would save work


class Lack(StrEnum):
    """What would fill the gap."""

    ARTICLE = "article"
    ACTION = "action"
    PRODUCT = "product"


LACKS = {
    QuestionKind.HOW_TO: Lack.ARTICLE,
    QuestionKind.UNSURE: Lack.ARTICLE,
    QuestionKind.DO_IT_FOR_ME: Lack.ACTION,
    QuestionKind.BROKEN: Lack.PRODUCT,
    QuestionKind.IDEA: Lack.PRODUCT,
}


class Because(StrEnum):
    """Why a gap was closed."""

    ARTICLE = "article"
    ACTION = "action"
    DISMISSED = "dismissed"
    QUIET = "quiet"


@dataclass(frozen=True)
class Asked:
    """An asking to be placed."""

    key: str
    asked_at: datetime


@dataclass
class Cluster:
    """A gap as it stands, with the keys of those askings whose words are there."""

    id: str
    members: list[str]
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """Where an asking belongs. `is_new`: it opens the gap, after the closed one that it `follows`, if any."""

    key: str
    gap_id: str
    is_new: bool = False
    follows: str | None = None


def sorted_in(news: Sequence[Asked], clusters: Sequence[Cluster], alike: Alike) -> list[Placed]:
    """Each of the askings in a gap of these or in a new one. The clusters grow by what is placed."""
    known, placed = list(clusters), []
    for asked in sorted(news, key=lambda each: (each.asked_at, each.key)):
        place = _place(asked, known, alike)
        if place.is_new:
            known.append(Cluster(place.gap_id, [asked.key]))
        else:
            next(each for each in known if each.id == place.gap_id).members.append(asked.key)
        placed.append(place)
    return placed


def _place(asked: Asked, known: Sequence[Cluster], alike: Alike) -> Placed:
    """In the open gap most like it, else in a closed one; asked after that was closed, it opens one anew."""
    is_open = _nearest(asked, [each for each in known if each.closed_at is None], alike)
    if is_open is not None:
        return Placed(asked.key, is_open.id)
    closed = _nearest(asked, [each for each in known if each.closed_at is not None], alike)
    if closed is not None and closed.closed_at is not None and asked.asked_at <= closed.closed_at:
        return Placed(asked.key, closed.id)
    return Placed(asked.key, gap_id(asked.key), is_new=True, follows=closed.id if closed else None)


def _nearest(asked: Asked, among: Sequence[Cluster], alike: Alike) -> Cluster | None:
    scored = [(_likeness(asked.key, each.members, alike), each) for each in among if each.members]
    likeness, nearest = max(scored, key=lambda item: (item[0], item[1].id), default=(0.0, None))
    return nearest if likeness >= ALIKE_AT else None


def _likeness(key: str, members: Sequence[str], alike: Alike) -> float:
    return sum(alike(key, each) for each in members) / len(members)


def gap_id(key: str) -> str:
    """From the asking that opens it, so that two runs at a time open one gap."""
    return sha256(key.encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Member:
    """An asking in a gap. `asker` is None for those who are counted as someone; `text` is "" where it is not shown."""

    key: str
    channel_id: str
    ts: str
    kind: str
    asked_at: datetime
    asker: str | None
    text: str = ""  # only of a public channel


@dataclass(frozen=True)
class Closing:
    """When and why a gap was closed; `reason` is why it was dismissed, `article` what closed it."""

    at: datetime
    because: Because
    reason: str = ""
    article: str = ""


@dataclass(frozen=True)
class Gap:
    """What is said of a gap. `people` is how many distinct ones asked; nobody is named."""

    id: str
    kind: QuestionKind
    questions: int
    people: int
    opened_at: datetime
    first_asked_at: datetime
    last_asked_at: datetime
    owner: str | None = None
    closing: Closing | None = None
    again_since: Closing | None = None  # how the gap before it was closed
    example: str = ""
    channel_id: str = ""  # of the example
    ts: str = ""

    @property
    def lacks(self) -> Lack:
        return LACKS[self.kind]

    @property
    def is_worth_an_action(self) -> bool:
        return self.lacks is Lack.ACTION and self.questions >= DRAFT_ASKINGS and self.people >= DRAFT_PEOPLE


@dataclass(frozen=True)
class Standing:
    """A gap's own row: what people decided about it."""

    id: str
    opened_at: datetime
    kind: str | None = None
    owner: str | None = None
    closing: Closing | None = None
    again_since: Closing | None = None


def gap_of(standing: Standing, members: Sequence[Member]) -> Gap:
    """What is said of it; its example is the newest that may be shown. There is at least one member."""
    in_order = sorted(members, key=lambda each: (each.asked_at, each.key))
    example = next((each for each in reversed(in_order) if each.text), None)
    return Gap(
        id=standing.id,
        kind=QuestionKind(standing.kind or _most([each.kind for each in in_order])),
        questions=len(in_order),
        people=len({each.asker for each in in_order if each.asker}),
        opened_at=standing.opened_at,
        first_asked_at=in_order[0].asked_at,
        last_asked_at=in_order[-1].asked_at,
        owner=standing.owner,
        closing=standing.closing,
        again_since=standing.again_since,
        example=example.text if example else "",
        channel_id=example.channel_id if example else "",
        ts=example.ts if example else "",
    )


def _most(kinds: Sequence[str]) -> str:
    """What most are; among equals the first, but what cannot be told only if nothing else is."""
    told = [each for each in kinds if each != QuestionKind.UNSURE]
    return Counter(told).most_common(1)[0][0] if told else QuestionKind.UNSURE.value


def by_weight(gaps: Sequence[Gap]) -> list[Gap]:
    """Those asked by most people first, then those asked most often, then the newest."""
    return sorted(gaps, key=lambda each: (-each.people, -each.questions, -each.last_asked_at.timestamp(), each.id))


@dataclass(frozen=True)
class GapFacts:
    """What the pillar says of a window; no words of anybody's in JSON.

    `open` are those that were open at its end, the weightiest first. `unsorted` are askings of now that are in
    no gap, as their words are not kept.
    """

    window: Window
    open: tuple[Gap, ...] = ()
    opened: int = 0
    closed: int = 0
    closed_by: Mapping[str, int] = field(default_factory=dict)
    unsorted: int = 0

    def to_json(self) -> Json:
        """Counts alone."""
        lacking = Counter(each.lacks.value for each in self.open)
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "open": len(self.open),
            "open_by_lack": {each.value: lacking[each.value] for each in Lack},
            "opened": self.opened,
            "closed": self.closed,
            "closed_by": dict(self.closed_by),
            "unsorted": self.unsorted,
        }
