"""How waves under way stand: who was asked, waits or was skipped and why, in numbers; for the operator.

How many answered is a number only from the survey's threshold on.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.storage import surveys as rows
from bot.storage.engine import Database
from bot.storage.surveys import ASKED, WAITING, Progress
from bot.surveys import definition, rules


@dataclass(frozen=True)
class WaveStatus:
    """`asked` were sent their message; it is `on_their_way` to those whom it has yet to reach, at Slack's pace."""

    survey: str
    slot: str
    state: str
    closes_at: datetime
    frame: int
    asked: int
    waiting: int
    skipped: dict[str, int]  # by reason
    answered: int | None  # None: too few to say
    on_their_way: int = 0
    last_due_at: datetime | None = None  # when the last of those who wait is asked

    def to_json(self) -> dict[str, Any]:
        last = self.last_due_at and self.last_due_at.isoformat()
        return {**vars(self), "closes_at": self.closes_at.isoformat(), "last_due_at": last}


async def status(database: Database) -> Sequence[WaveStatus]:
    """Of every wave that is not closed, the oldest first."""
    async with database.read() as tx:
        return [_status(each) for each in await rows.progress(tx)]


async def gauges(database: Database) -> dict[tuple[str, str], float]:
    """For /metrics: waves under way, and the people in them by state."""
    found = await status(database)
    counted: dict[tuple[str, str], float] = {("pulse_waves", "under way"): len(found)}
    for state, counts in (
        ("asked", [each.asked for each in found]),
        ("on their way", [each.on_their_way for each in found]),
        ("waiting", [each.waiting for each in found]),
        ("skipped", [sum(each.skipped.values()) for each in found]),
    ):
        counted["pulse_people", state] = sum(counts)
    answered = [each.answered for each in found if each.answered is not None]
    if answered:
        counted["pulse_people", "answered"] = sum(answered)
    return counted


def in_words(found: Sequence[WaveStatus]) -> str:
    """A paragraph for each wave, for a terminal."""
    return "\n".join(_in_words(each) for each in found) or "No wave is under way."


def _in_words(each: WaveStatus) -> str:
    answered = "too few to say" if each.answered is None else str(each.answered)
    skipped = ", ".join(f"{count} {why}" for why, count in sorted(each.skipped.items())) or "nobody"
    until = f" (the last until {each.last_due_at:%Y-%m-%d %H:%M}Z)" if each.last_due_at else ""
    return (
        f"{each.survey} {each.slot}: {each.state}, ends {each.closes_at:%Y-%m-%d %H:%M}Z. "
        f"Could be asked: {each.frame}; asked: {each.asked}; on their way: {each.on_their_way}; "
        f"wait for their time: {each.waiting}{until}; "
        f"answered: {answered}; skipped: {skipped}."
    )


def _status(found: Progress) -> WaveStatus:
    wave, survey = found.wave, definition.from_json(found.wave.definition)
    skipped = Counter(found.skipped) + Counter(rules.because_unsent(each).value for each in found.unsent)
    return WaveStatus(
        survey=wave.survey,
        slot=wave.slot,
        state=wave.state,
        closes_at=wave.closes_at,
        frame=wave.frame,
        asked=found.counts.get(ASKED, 0) - len(found.unsent) - found.on_their_way,
        waiting=found.counts.get(WAITING, 0),
        skipped=dict(skipped),
        answered=rules.shown_count(found.answered, survey),
        on_their_way=found.on_their_way,
        last_due_at=found.last_due_at,
    )
