"""What a digest says, as it is kept, so that a past week is shown again the same.

Counts, titles and addresses; no words that anybody wrote in Slack, nobody's name and nobody's id. What was kept before
there were two readers is read too: what it did not count stays silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar

from bot.curation.gap_rules import Lack
from bot.digest.weeks import Week
from bot.model import Json
from bot.peers.figures import Figures
from bot.statistics import Share

T = TypeVar("T")

FEWEST_DAYS = 3  # a week with fewer working days is not compared


class Reader(StrEnum):
    COMMUNITY = "community"
    TEAM = "team"


@dataclass(frozen=True)
class Listed:
    """An unanswered question of a public channel, as the digest links it."""

    channel: str
    asked_at: datetime
    permalink: str  # "" where it was made without Slack
    is_young: bool = True  # not past its horizon


@dataclass(frozen=True)
class TopGap:
    """An open gap that many ask about, as the digest links it: by an asking in a public channel, without its words."""

    lacks: Lack
    questions: int
    people: int
    channel: str = ""
    permalink: str = ""


@dataclass(frozen=True)
class Gaps:
    """What the handbook lacked at the week's end, and what came and went in the week."""

    open: int = 0
    opened: int = 0
    closed: int = 0
    top: tuple[TopGap, ...] = ()

    @classmethod
    def from_json(cls, said: Json) -> Self:
        top = tuple(TopGap(**{**each, "lacks": Lack(each["lacks"])}) for each in said["top"])
        return cls(**{**said, "top": top})

    def to_json(self) -> Json:
        return {**vars(self), "top": [{**vars(each), "lacks": each.lacks.value} for each in self.top]}


@dataclass(frozen=True)
class Named:
    """A change, an article, a story: what it is called, and where it stands. No words of anybody's."""

    title: str
    url: str


@dataclass(frozen=True)
class Changed:
    """From this day on a capability is used otherwise. Days are in ISO form."""

    title: str
    before: str
    after: str
    day: str


@dataclass(frozen=True)
class Wave:
    """A question of a survey that closed: its result as it may be shown, and beside the wave before."""

    survey: str
    question: str
    said: str
    change: str
    answers: int


@dataclass(frozen=True)
class Adopted:
    """A capability of which there is news. `chose` is None where there never was a choice.

    `began` chose it in these weeks, `began_without` took it up because they must; `day` is when its status changed, ""
    where it did not lately: then so many began in as many `days` before and after.
    """

    title: str
    status: str
    chose: Share | None
    began: int
    began_without: int
    day: str = ""
    before: str = ""
    began_before: int = 0
    began_after: int = 0
    days: int = 0
    is_jump: bool = False


@dataclass(frozen=True)
class Ill:
    """An article to be mended, and why."""

    title: str
    url: str
    not_quite: int
    served: int
    dead_links: int
    days_overdue: int
    owner_left: bool
    needs_work: bool


@dataclass(frozen=True)
class SelfService:
    """Of the digest's weeks. `live_n` became live, in a median of so many seconds where they are enough."""

    live_n: int
    median_s: float | None
    p90_s: float | None
    pushed: Share
    debts: tuple[str, ...]


@dataclass(frozen=True)
class Reverted:
    """How often something of a team's ("": nobody's) was changed by hand and put back."""

    team: str
    times: int


@dataclass(frozen=True)
class OpenTheme:
    """What several people wrote (`kind` survey) or logged as hard (friction), and nothing is linked to."""

    kind: str
    title: str
    n: int


@dataclass(frozen=True)
class Sign:
    """A sign of slipping back to operations: its name, what was counted, and a way out."""

    title: str
    said: str
    way_out: str = ""


@dataclass(frozen=True)
class Waited:
    """What the steps of a stage of delivery wait in all, over so many teams' flows; seconds by the clock."""

    stage: str
    least_s: float
    most_s: float
    teams: int


@dataclass(frozen=True)
class WeekOf:
    """What became of the questions of one week, for the trend."""

    week: str
    peers: int
    platform: int
    handbook: int
    nobody: int


class What(StrEnum):
    """What there is to do. In the order in which they come where the weight is the same."""

    WAITING = "waiting"
    SURVEY = "survey"
    FRICTION = "friction"
    GAP = "gap"
    ARTICLE = "article"
    DRIFT = "drift"
    PUSH = "push"
    SIGN = "sign"


@dataclass(frozen=True)
class Todo:
    """One of the things worth doing. `n` is how many or how often, `people` how many it touches (0: not told)."""

    what: What
    title: str = ""
    n: int = 0
    people: int = 0
    url: str = ""
    where: str = ""
    since: str = ""  # a moment in ISO form


@dataclass(frozen=True)
class Digest:
    """All a digest says to either reader."""

    week: Week
    made_at: datetime
    this: Figures
    before: Figures  # as long, right before
    rolling: Figures  # the last four weeks
    rolling_before: Figures  # the four weeks before those
    listed: tuple[Listed, ...]
    unanswered: int  # listed or not
    timezone: str
    gaps: Gaps = Gaps()
    shipped: tuple[Named, ...] = ()
    audit: str = ""  # the head of the audit log, NUMBER:SEAL; "" where nothing was decided yet
    weeks: int = 1  # 2: the week before is told of too
    rolling_first: Figures | None = None  # the four weeks before `rolling_before`: with them, twelve
    changed: tuple[Changed, ...] = ()
    coming: tuple[Named, ...] = ()
    documented: tuple[Named, ...] = ()
    stories: tuple[Named, ...] = ()
    waves: tuple[Wave, ...] = ()
    adopted: tuple[Adopted, ...] = ()
    to_mend: int = 0
    ill: tuple[Ill, ...] = ()  # the worst of those to mend
    self_service: SelfService | None = None
    reverted: tuple[Reverted, ...] = ()
    asked_for: tuple[OpenTheme, ...] = ()
    signs: tuple[Sign, ...] = ()
    waits: tuple[Waited, ...] = ()  # the costliest first
    trend: tuple[WeekOf, ...] = ()  # twelve, the oldest first
    todos: tuple[Todo, ...] = ()
    summary: str = ""  # in the words of a model; "": in those of the rules
    community_sections: tuple[str, ...] | None = None  # None: all
    team_sections: tuple[str, ...] | None = None
    definitions: str = ""  # the address of the page where numbers are defined

    @property
    def is_comparable(self) -> bool:
        return min(self.this.working_days, self.before.working_days) >= FEWEST_DAYS

    def shows(self, reader: Reader, section: str) -> bool:
        wanted = self.community_sections if reader is Reader.COMMUNITY else self.team_sections
        return wanted is None or section in wanted

    def to_json(self) -> Json:
        figures = {name: getattr(self, name).to_json() for name in _FIGURES}
        first = {"rolling_first": self.rolling_first.to_json()} if self.rolling_first else {}
        lists = {name: [_plain(each) for each in getattr(self, name)] for name in _LISTS}
        return {
            "week": str(self.week),
            "made_at": self.made_at.isoformat(),
            **figures,
            **first,
            **lists,
            "gaps": self.gaps.to_json(),
            "self_service": _plain(self.self_service) if self.self_service else None,
            **{name: _as_list(getattr(self, name)) for name in _SIMPLE},
        }

    @classmethod
    def from_json(cls, said: Json) -> Self:
        figures: Json = {name: Figures.from_json(said[name]) for name in _FIGURES}
        lists: Json = {name: tuple(_read(kind, each) for each in said.get(name, ())) for name, kind in _LISTS.items()}
        simple: Json = {name: _as_tuple(said[name]) for name in _SIMPLE if name in said}
        more: Json = {name: _read(SelfService, said[name]) for name in ("self_service",) if said.get(name)}
        return cls(
            week=Week.read(said["week"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            rolling_first=Figures.from_json(said["rolling_first"]) if "rolling_first" in said else None,
            gaps=Gaps.from_json(said["gaps"]),
            **figures,
            **lists,
            **simple,
            **more,
        )


_FIGURES = ("this", "before", "rolling", "rolling_before")
_LISTS: Mapping[str, type[Any]] = {
    "listed": Listed,
    "shipped": Named,
    "changed": Changed,
    "coming": Named,
    "documented": Named,
    "stories": Named,
    "waves": Wave,
    "adopted": Adopted,
    "ill": Ill,
    "reverted": Reverted,
    "asked_for": OpenTheme,
    "signs": Sign,
    "waits": Waited,
    "trend": WeekOf,
    "todos": Todo,
}
_SIMPLE = (
    "unanswered",
    "timezone",
    "audit",
    "weeks",
    "to_mend",
    "summary",
    "community_sections",
    "team_sections",
    "definitions",
)


def _plain(each: Any) -> Json:
    return {one.name: _value(getattr(each, one.name)) for one in fields(each)}


def _value(value: Any) -> Any:
    match value:
        case Share():
            return {"k": value.k, "n": value.n}
        case datetime():
            return value.isoformat()
        case _:
            return _as_list(value)


def _read(kind: type[T], said: Json) -> T:
    """One of the classes above, from what `_plain` made of it."""
    return kind(**{name: _meant(name, value) for name, value in said.items()})


def _meant(name: str, value: Any) -> Any:
    match name, value:
        case "asked_at", str():
            return datetime.fromisoformat(value)
        case "what", str():
            return What(value)
        case _, {"k": k, "n": n}:
            return Share(k, n)
        case _:
            return _as_tuple(value)


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
