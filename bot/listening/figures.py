"""What the pillar says of a window: friction by stage and theme, stories that were merged, how often people thanked.

Counts only: nothing here says who. Of people a number is told from two on. Pure.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.friction import Stage
from bot.listening.rules import SAID_FROM
from bot.model import Json, Window
from bot.statistics import Share, median


@dataclass(frozen=True)
class Entry:
    """Something that was logged. `person` is only compared with others here."""

    person: str
    stage: str
    team: str = ""
    theme_id: str = ""


@dataclass(frozen=True)
class Count:
    """How often, and in the window before, which is as long. `people` and `teams` are None for fewer than two."""

    n: int
    before: int = 0
    people: int | None = None
    teams: int | None = None

    def to_json(self) -> Json:
        return {"n": self.n, "before": self.before, "people": self.people, "teams": self.teams}


@dataclass(frozen=True)
class ThemeFacts:
    """What several people found hard, and what became of it. `count` is of the window."""

    id: str
    title: str
    state: str
    url: str
    opened_at: datetime
    count: Count
    shipped_at: datetime | None = None

    def to_json(self) -> Json:
        at = self.shipped_at.isoformat() if self.shipped_at else None
        told = {"id": self.id, "title": self.title, "state": self.state, "url": self.url}
        return {**told, "opened_at": self.opened_at.isoformat(), "shipped_at": at, **self.count.to_json()}


@dataclass(frozen=True)
class StoryFacts:
    """A story that was merged in the window. `file` is below `stories/`."""

    title: str
    file: str
    url: str
    merged_at: datetime

    def to_json(self) -> Json:
        return {"title": self.title, "file": self.file, "url": self.url, "merged_at": self.merged_at.isoformat()}


@dataclass(frozen=True)
class ListeningFacts:
    """`themes` are those something was logged about in the window, or that were shipped in it."""

    window: Window
    friction: Count = Count(0)
    by_stage: Mapping[Stage, Count] = field(default_factory=dict)
    themes: tuple[ThemeFacts, ...] = ()
    stories: tuple[StoryFacts, ...] = ()
    thanks: int = 0
    thanks_before: int = 0

    @property
    def shipped(self) -> tuple[ThemeFacts, ...]:
        """Those with an outcome in the window."""
        window = self.window
        return tuple(each for each in self.themes if each.shipped_at and window.since <= each.shipped_at < window.until)

    @property
    def kept_word(self) -> Share:
        """Themes with a shipped outcome, of these themes."""
        return Share(sum(each.shipped_at is not None for each in self.themes), len(self.themes))

    @property
    def days_to_change(self) -> float | None:
        """The median from the theme to the visible change."""
        took = [each.shipped_at - each.opened_at for each in self.themes if each.shipped_at is not None]
        return median([each / timedelta(days=1) for each in took])

    def to_json(self) -> Json:
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "friction": self.friction.to_json(),
            "by_stage": {stage.value: count.to_json() for stage, count in self.by_stage.items()},
            "themes": [each.to_json() for each in self.themes],
            "you_said_we_did": {**self.kept_word.to_json(), "median_days": self.days_to_change},
            "stories": [each.to_json() for each in self.stories],
            "thanks": {"n": self.thanks, "before": self.thanks_before},
        }


def counted(now: Sequence[Entry], before: Sequence[Entry]) -> Count:
    return Count(
        len(now), len(before), _from_two({each.person for each in now}), _from_two({e.team for e in now} - {""})
    )


def by_stage(now: Sequence[Entry], before: Sequence[Entry]) -> dict[Stage, Count]:
    """In the order of delivery; the stages of which there is something."""
    said = Counter(each.stage for each in (*now, *before))
    return {
        stage: counted([each for each in now if each.stage == stage], [each for each in before if each.stage == stage])
        for stage in Stage
        if said[stage]
    }


def _from_two(those: set[str]) -> int | None:
    return len(those) if len(those) >= SAID_FROM else None
