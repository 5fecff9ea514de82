"""All community numbers of a window: of everything, each channel and each topic, as docs/metrics.md defines them. Pure.

Each stands against the window before and beside a trend of twelve weeks. What few people did is not shown: see `Group`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from bot.model import Json, Window
from bot.peers.figures import ABOUT_ANSWERERS, ABOUT_ASKERS, Figures, PeerFacts, shown
from bot.statistics import FEWEST, Change, Share, change, difference

FEWEST_DAYS = 3  # a window with fewer working days is not compared
TREND = 12  # weeks
WEEK = timedelta(weeks=1)
COHORTS = 12  # months
ALL, CHANNEL, TOPIC = "all", "channel", "topic"
SHARES = MappingProxyType(  # and whether more of it is better
    {
        "peer_first": True,
        "peer_solved": True,
        "peer_opportunity": True,
        "cross_team": True,
        "solved": True,
        "self_serve": True,
        "unanswered": False,
        "do_it_for_me": False,
        "repeats": False,
        "out_of_hours": False,
    }
)
IN_TREND = ("peer_first", "peer_solved", "solved", "unanswered", "do_it_for_me")


@dataclass(frozen=True)
class Activity:
    """`breadth`: people who answered, of all who wrote; both outside the platform team. `teams`: that wrote, of all."""

    breadth: Share
    teams: Share

    @property
    def is_enough(self) -> bool:
        return self.breadth.n >= FEWEST

    def to_json(self) -> Json | None:
        if not self.is_enough:
            return None
        return {"active_people": self.breadth.n, "breadth": self.breadth.to_json(), "teams": self.teams.to_json()}


@dataclass(frozen=True)
class Changed:
    """What became of a share since the window before, and the 95 % interval of the difference."""

    verdict: Change
    low: float | None = None
    high: float | None = None

    @classmethod
    def between(cls, before: Share, after: Share, *, more_is_better: bool) -> "Changed":
        verdict = change(before, after, more_is_better=more_is_better)
        found = difference(before, after)
        return cls(verdict) if verdict is Change.TOO_FEW or found is None else cls(verdict, *found)

    def to_json(self) -> Json:
        return {"verdict": self.verdict.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Point:
    """A week of a trend."""

    window: Window
    questions: int
    shares: Mapping[str, Share]

    def to_json(self) -> Json:
        since, until = self.window.since.isoformat(), self.window.until.isoformat()
        shares = {name: share.to_json() if share.is_enough else None for name, share in self.shares.items()}
        return {"since": since, "until": until, "questions": self.questions, **shares}


@dataclass(frozen=True)
class Group:
    """Everything (`ALL`), a channel or a topic: its figures, those before it, and the weeks up to it.

    `to_json` and `rows` show no figure of fewer than five questions, and none about fewer than five people.
    """

    kind: str
    id: str
    name: str
    figures: Figures
    before: Figures
    trend: tuple[Point, ...]
    activity: Activity | None = None  # nobody is active in a topic: what is no question has none
    is_public: bool = True

    @property
    def is_enough(self) -> bool:
        return self.figures.questions >= FEWEST

    @property
    def is_comparable(self) -> bool:
        return min(self.figures.working_days, self.before.working_days) >= FEWEST_DAYS

    @property
    def changes(self) -> Mapping[str, Changed]:
        """Of each share; of none where one of the windows has hardly any working day."""
        if not self.is_comparable:
            return {}
        return {
            name: Changed.between(getattr(self.before, name), getattr(self.figures, name), more_is_better=better)
            for name, better in SHARES.items()
        }

    def to_json(self) -> Json:
        said = {"kind": self.kind, "id": self.id, "name": self.name, "is_public": self.is_public}
        if not self.is_enough:
            return {**said, "too_few": True}
        return {
            **said,
            "figures": shown(self.figures),
            "before": shown(self.before),
            "changes": {name: each.to_json() for name, each in self.changes.items()},
            "activity": self.activity.to_json() if self.activity else None,
            "trend": [each.to_json() for each in self.trend],
        }


@dataclass(frozen=True)
class Cohort:
    """Who asked first in a month, and of these who answered since."""

    month: str  # 2026-11
    answered: Share


@dataclass(frozen=True)
class Conversion:
    """Who came as an asker in the last twelve months and answers since; which answerers gave something back since."""

    askers: Share
    answerers: Share
    cohorts: tuple[Cohort, ...]

    def to_json(self) -> Json:
        cohorts = [{"month": each.month, **each.answered.to_json()} for each in self.cohorts if each.answered.is_enough]
        askers, answerers = (each.to_json() if each.is_enough else None for each in (self.askers, self.answerers))
        return {"askers_who_answer": askers, "answerers_who_contribute": answerers, "cohorts": cohorts}


@dataclass(frozen=True)
class CommunityFacts:
    """`facts` are what `FactsService.facts` says of the window. Groups: everything, then channels, then topics."""

    facts: PeerFacts
    whole: Group
    channels: tuple[Group, ...]
    topics: tuple[Group, ...]  # most asked about first
    sorted_by_topic: Share  # questions that have one, of those whose words could be looked at
    conversion: Conversion

    @property
    def groups(self) -> Sequence[Group]:
        return (self.whole, *self.channels, *self.topics)

    def to_json(self) -> Json:
        """Aggregates alone: no single question, no person."""
        return {
            "since": self.facts.window.since.isoformat(),
            "until": self.facts.window.until.isoformat(),
            "whole": self.whole.to_json(),
            "channels": [each.to_json() for each in self.channels],
            "topics": [each.to_json() for each in self.topics if each.is_enough],
            "sorted_by_topic": self.sorted_by_topic.to_json(),
            "conversion": self.conversion.to_json(),
        }


COLUMNS = ("of", "name", "number", "k", "n", "value", "low", "high", "change")


def csv_rows(facts: CommunityFacts) -> Iterator[tuple[object, ...]]:
    """A figure a line; what may not be shown, or was not measured, has none."""
    yield COLUMNS
    for group in facts.groups:
        if group.is_enough:
            yield from _of_group(group)
    yield from _share("", "", "questions with a topic", facts.sorted_by_topic)
    yield from _share("", "", "askers who later answer", facts.conversion.askers)
    yield from _share("", "", "answerers who later contribute", facts.conversion.answerers)
    for each in facts.conversion.cohorts:
        yield from _share("", "", f"asked first in {each.month} and answered since", each.answered)


def _of_group(group: Group) -> Iterator[tuple[object, ...]]:
    of, said, changes = (group.kind, group.name), shown(group.figures), group.changes
    for name in SHARES:
        verdict = changes[name].verdict.value if name in changes else ""
        yield from _share(*of, name, getattr(group.figures, name), verdict)
    for outcome, count in group.figures.by_outcome.items():
        yield (*of, f"outcome: {outcome}", count, group.figures.questions, "", "", "", "")
    for name in ("questions", "settled", "waiting", *ABOUT_ASKERS, "answers", *ABOUT_ANSWERERS, "platform_first"):
        if said[name] is not None:
            yield (*of, name, said[name], "", "", "", "", "")
    if group.activity is not None and group.activity.is_enough:
        yield from _share(*of, "breadth", group.activity.breadth)
        yield from _share(*of, "active teams", group.activity.teams)


def _share(of: str, name: str, number: str, share: Share, verdict: str = "") -> Iterator[tuple[object, ...]]:
    if share.is_enough:
        low, high = share.interval or ("", "")
        yield (of, name, number, share.k, share.n, share.value, low, high, verdict)
