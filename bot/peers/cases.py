"""Decides what became of a question: who responded, who answered, was it solved, by whom, and the outcome. Pure.

What the words of a message amount to is `bot.peers.wording`'s; what is counted over many cases is `bot.peers.figures`'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bot.model import Discussion, Reply, moment
from bot.peers.solving import EPOCH, By, Measures, Solution, Solving, kind_of
from bot.peers.wording import Gist


class Outcome(StrEnum):
    """What became of a question: exactly one."""

    PEER = "peer"
    PLATFORM = "platform"
    BOT = "bot"
    SELF = "self"
    OPEN = "open"
    UNCONFIRMED = "bot, unconfirmed"
    NONE = "none"


@dataclass(frozen=True)
class Case:
    """A question and what became of it. People are by pseudonym, or by stand-in where they are left out."""

    channel_id: str
    ts: str
    asker: str
    kind: str
    asked_at: datetime
    is_young: bool  # younger than the channel's horizon
    outcome: Outcome
    first_responder: str | None  # the first person but the asker to write anything
    first_responder_kind: By  # bot: nobody but a bot responded
    first_response_at: datetime | None
    seconds_to_first_response: int | None
    working_seconds_to_first_response: int | None
    is_response_at_work: bool | None
    first_answerer: (
        str | None
    )  # the first person but the asker to write more than an acknowledgement or a question back
    first_answerer_kind: By
    answerers: tuple[tuple[str, By], ...]  # each person once, in the order of their first answers
    solution: Solution | None
    working_seconds_to_solved: int | None
    reopened: int  # how often the asker came back after it was solved
    untouched_by_platform_for: timedelta | None  # None: the platform team did not write
    was_shown_answer: bool  # a bot's
    was_hinted: bool  # to the asker alone, while peers had their chance
    is_hint_confirmed: bool  # by the asker's press
    said_not_quite: bool  # of ours, by its button
    is_thanked: bool
    is_kind_corrected: bool = False  # by the asker or the platform team
    part_of: tuple[str, str] | None = None  # channel and ts of the question it belongs to
    young_until: datetime = EPOCH
    was_looked_up: bool = False
    is_repeat: bool = False
    topic: str = ""

    @property
    def seconds_to_solved(self) -> int | None:
        """Until that was said; None where nothing solved it, or nobody knows when it was said."""
        solved = self.solution
        return _seconds(solved.at - self.asked_at) if solved and solved.is_timed else None

    @property
    def is_waiting(self) -> bool:
        """Whether no person responded and nothing solved it."""
        return self.first_responder is None and self.solution is None

    @property
    def is_reopened(self) -> bool:
        """Whether it was solved once and is not any more."""
        return self.reopened > 0 and self.solution is None


def case_of(discussion: Discussion, measures: Measures, *, now: datetime) -> Case:
    """What became of the question, as far as it is known. The order of replies and marks does not matter."""
    replies = tuple(sorted(discussion.replies, key=lambda each: Decimal(each.ts)))
    by_people = [each for each in replies if not each.is_bot and each.author != discussion.asker]
    responses = Responses(discussion, by_people, measures)
    bot_wrote = any(each.is_bot for each in replies)
    was_hinted = discussion.was_hinted or discussion.is_hint_confirmed
    was_shown = discussion.was_answered or was_hinted or any(each.is_bot and each.gist == Gist.SAYS for each in replies)
    found = Solving(discussion, replies, measures)
    solved_at = found.solution.at if found.solution and found.solution.is_timed else None
    asked_at = moment(discussion.ts)
    young_until = measures.horizon(asked_at)
    is_young = now < young_until
    first = responses.first
    first_answer = responses.first_answer
    return Case(
        channel_id=discussion.channel_id,
        ts=discussion.ts,
        asker=discussion.asker,
        kind=discussion.kind,
        asked_at=asked_at,
        is_young=is_young,
        outcome=outcome_of(
            found.solution.by if found.solution else None,
            responses.kind(first_answer),
            is_young=is_young,
            was_shown=was_shown,
        ),
        first_responder=first.author if first else None,
        first_responder_kind=responses.kind(first) if first else By.BOT if bot_wrote else By.NONE,
        first_response_at=moment(first.ts) if first else None,
        seconds_to_first_response=seconds_between(discussion.ts, first.ts) if first else None,
        working_seconds_to_first_response=responses.working_seconds,
        is_response_at_work=measures.is_at_work(moment(first.ts)) if first else None,
        first_answerer=first_answer.author if first_answer else None,
        first_answerer_kind=responses.kind(first_answer),
        answerers=responses.answerers(),
        solution=found.solution,
        working_seconds_to_solved=_seconds(measures.worked(asked_at, solved_at)) if solved_at else None,
        reopened=found.reopened,
        untouched_by_platform_for=responses.untouched_by_platform_for(),
        was_shown_answer=was_shown,
        was_hinted=was_hinted,
        is_hint_confirmed=discussion.is_hint_confirmed,
        said_not_quite=discussion.pressed_not_quite,
        is_thanked=found.is_thanked,
        is_kind_corrected=discussion.is_kind_corrected,
        part_of=discussion.part_of,
        young_until=young_until,
        was_looked_up=discussion.was_looked_up,
        is_repeat=discussion.is_repeat,
        topic=discussion.topic,
    )


def outcome_of(solved_by: By | None, answered_by: By, *, is_young: bool, was_shown: bool) -> Outcome:
    """The order is the definition's."""
    if solved_by is not None:
        return Outcome(solved_by.value)
    if is_young:
        return Outcome.OPEN
    if answered_by is not By.NONE:
        return Outcome(answered_by.value)
    return Outcome.UNCONFIRMED if was_shown else Outcome.NONE


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


def seconds_between(ts: str, later_ts: str) -> int:
    """To the nearest second, from the exact difference: the digits after Slack's point tell messages apart as well."""
    return int((Decimal(later_ts) - Decimal(ts)).to_integral_value(ROUND_HALF_UP))


class Responses:
    """What people other than the asker wrote, oldest first."""

    def __init__(self, discussion: Discussion, by_people: Sequence[Reply], measures: Measures) -> None:
        self._asked_at = moment(discussion.ts)
        self._by_people = by_people
        self._answers = [each for each in by_people if each.gist == Gist.SAYS]
        self._measures = measures
        self.first = by_people[0] if by_people else None
        self.first_answer = self._answers[0] if self._answers else None

    def kind(self, reply: Reply | None) -> By:
        return By.NONE if reply is None else kind_of(reply, self._measures)

    @property
    def working_seconds(self) -> int | None:
        if self.first is None:
            return None
        return _seconds(self._measures.worked(self._asked_at, moment(self.first.ts)))

    def answerers(self) -> tuple[tuple[str, By], ...]:
        firsts: dict[str, Reply] = {}
        for each in self._answers:
            firsts.setdefault(each.author, each)
        return tuple((person, self.kind(reply)) for person, reply in firsts.items())

    def untouched_by_platform_for(self) -> timedelta | None:
        touched = next((each for each in self._by_people if self.kind(each) is By.PLATFORM), None)
        return moment(touched.ts) - self._asked_at if touched else None
