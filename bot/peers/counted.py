"""A case as it is counted: with what it comes to now, and as it is kept. Pure.

What became of the question was decided by `bot.peers.cases`; what is counted over many is `bot.peers.figures`'.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.case_row import CaseRow
from bot.model import moment
from bot.peers.cases import Case, Outcome, outcome_of
from bot.peers.solving import EPOCH, By

PEERS_CHANCE = timedelta(minutes=30)  # left alone by the platform team that long, peers could have answered
MICROSECOND = timedelta(microseconds=1)
CHANCE_US = PEERS_CHANCE // MICROSECOND


class Counted(NamedTuple):  # as no dataclass is made as quickly, and a trend has tens of thousands
    """`is_young`, `outcome` and `was_left_to_peers` are as of the moment of counting."""

    channel_id: str
    ts: str
    asker: str
    kind: str
    topic: str
    is_kind_corrected: bool
    is_young: bool
    outcome: Outcome
    responder: By
    response_s: int | None
    working_s: int | None
    is_response_at_work: bool | None
    answers: tuple[tuple[str, By], ...]
    solved_by: By | None
    solved_s: int | None
    solved_working_s: int | None
    was_left_to_peers: bool
    reopened: int
    was_shown_answer: bool
    was_hinted: bool
    is_hint_confirmed: bool
    said_not_quite: bool
    is_thanked: bool
    was_looked_up: bool
    is_repeat: bool

    @property
    def asked_at(self) -> datetime:
        return moment(self.ts)

    @property
    def is_waiting(self) -> bool:
        """Whether no person responded and nothing solved it."""
        return self.response_s is None and self.solved_by is None


def row_of(case: Case, basis: str) -> CaseRow:
    """The case without what time alone changes."""
    return CaseRow(
        channel_id=case.channel_id,
        ts=case.ts,
        asker=case.asker,
        kind=case.kind,
        is_kind_corrected=case.is_kind_corrected,
        topic=case.topic,
        basis=basis,
        is_part=case.part_of is not None,
        young_until=(case.young_until - EPOCH) // MICROSECOND,
        responder=case.first_responder_kind.value,
        response_s=case.seconds_to_first_response,
        working_s=case.working_seconds_to_first_response,
        is_at_work=case.is_response_at_work,
        answerer=case.first_answerer_kind.value,
        solver=case.solution.by.value if case.solution else None,
        solved_s=case.seconds_to_solved,
        solved_working_s=case.working_seconds_to_solved,
        untouched=_microseconds(case.untouched_by_platform_for),
        reopened=case.reopened,
        was_shown=case.was_shown_answer,
        was_hinted=case.was_hinted,
        is_hint_confirmed=case.is_hint_confirmed,
        said_not_quite=case.said_not_quite,
        is_thanked=case.is_thanked,
        was_looked_up=case.was_looked_up,
        is_repeat=case.is_repeat,
        answers=tuple(sorted((person, by.value) for person, by in case.answerers)),
    )


def _microseconds(span: timedelta | None) -> int | None:
    return None if span is None else span // MICROSECOND


BY = {each.value: each for each in By}  # quicker than asking the class, a hundred thousand times


def counted(rows: Collection[CaseRow], *, now: datetime) -> list[Counted]:
    """Those that are counted for themselves, oldest first."""
    now_us = (now - EPOCH) // MICROSECOND
    return [_counted(row, now_us) for row in sorted(rows, key=lambda row: (row.ts, row.channel_id)) if not row.is_part]


def _counted(row: CaseRow, now_us: int) -> Counted:
    is_young = now_us < row.young_until
    solved_by = None if row.solver is None else BY[row.solver]
    return Counted(
        row.channel_id,
        row.ts,
        row.asker,
        row.kind,
        row.topic,
        row.is_kind_corrected,
        is_young,
        outcome_of(solved_by, BY[row.answerer], is_young=is_young, was_shown=row.was_shown),
        BY[row.responder],
        row.response_s,
        row.working_s,
        row.is_at_work,
        tuple((person, BY[by]) for person, by in row.answers),
        solved_by,
        row.solved_s,
        row.solved_working_s,
        _was_left(row, now_us),
        row.reopened,
        row.was_shown,
        row.was_hinted,
        row.is_hint_confirmed,
        row.said_not_quite,
        row.is_thanked,
        row.was_looked_up,
        row.is_repeat,
    )


def _was_left(row: CaseRow, now_us: int) -> bool:
    """By the platform team, for as long as peers need."""
    left = row.untouched
    if left is None:
        left = now_us - (moment(row.ts) - EPOCH) // MICROSECOND
    return left >= CHANCE_US
