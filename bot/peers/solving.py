"""Decides whether a question was solved, by whom, and whether it came back. Pure.

What became of it in the end is `bot.peers.cases`'.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.model import Discussion, Mark, Reply, moment
from bot.peers.wording import Gist

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class By(StrEnum):
    """Who did something for the asker. Nobody is both: the platform team is looked up for the day of the reply."""

    PEER = "peer"
    PLATFORM = "platform"
    BOT = "bot"
    SELF = "self"
    NONE = "none"


class Signal(StrEnum):
    """How it was said that it is solved: by the asker, or by whoever marked the answer."""

    PRESS = "press"
    MARK = "mark"
    CHECK = "check"
    THANKS = "thanks"


@dataclass(frozen=True)
class Measures:
    """What a channel's cases are measured with: its working time and horizon, and who was in the platform team."""

    is_platform: Callable[[str, datetime], bool]
    worked: Callable[[datetime, datetime], timedelta]
    horizon: Callable[[datetime], datetime]  # until when a question asked then is young
    is_at_work: Callable[[datetime], bool]


@dataclass(frozen=True)
class Solution:
    """`person` is whose it is: None of a bot's. `at` is when that was said, or, not `is_timed`, when it was seen."""

    by: By
    person: str | None
    signal: Signal
    at: datetime
    is_timed: bool = True


def kind_of(reply: Reply, measures: Measures) -> By:
    """Whose a reply is that is not the asker's, on the day it was written."""
    if reply.is_bot:
        return By.BOT
    return By.PLATFORM if measures.is_platform(reply.author, moment(reply.ts)) else By.PEER


@dataclass(frozen=True)
class Said:
    """It is solved, by the reply `credited`; None: by the asker themselves, or by a bot without a message."""

    at: Decimal
    signal: Signal
    credited: Reply | None = None
    is_timed: bool = True

    @property
    def rank(self) -> tuple[bool, Decimal, Signal]:
        """Presses and marks before thanks, then the first."""
        return self.signal is Signal.THANKS, self.at, self.signal


class Solving:
    """Whether it was said to be solved. What was said before the asker came back with a doubt does not count."""

    def __init__(self, discussion: Discussion, replies: Sequence[Reply], measures: Measures) -> None:
        self._discussion = discussion
        self._replies = replies
        self._measures = measures
        self._doubts = [Decimal(each.ts) for each in replies if self._is_askers(each) and _is_doubt(each)]
        thanks = self._thanks()
        self.is_thanked = bool(thanks)
        standing, self.reopened = self._standing([*thanks, *self._presses(), *self._checks(thanks)])
        self.solution = self._solution(min(standing, key=lambda each: each.rank)) if standing else None

    def _is_askers(self, reply: Reply) -> bool:
        return reply.author == self._discussion.asker and not reply.is_bot

    def _standing(self, said: Iterable[Said]) -> tuple[list[Said], int]:
        """What was said since the last doubt, and how many doubts followed on something said."""
        happened: list[tuple[Decimal, Said | None]] = [(each.at, each) for each in said]
        happened += [(at, None) for at in self._doubts]
        standing: list[Said] = []
        reopened = 0
        for _, each in sorted(happened, key=lambda item: (item[0], item[1] is None)):
            if each is not None:
                standing.append(each)
            elif standing:
                standing, reopened = [], reopened + 1
        return standing, reopened

    def _presses(self) -> Iterable[Said]:
        return [Said(_decimal(at), Signal.PRESS) for at in self._discussion.pressed_solved]

    def _thanks(self) -> list[Said]:
        """Thanks after an answer; to one who is named and wrote before, else to who answered last."""
        found = []
        for each in self._replies:
            if self._is_askers(each) and each.gist == Gist.THANKS:
                before = self._others_before(Decimal(each.ts))
                named = [reply for reply in before if reply.author == each.addressee]
                credited = named[-1] if named else _last_answer(before)
                if credited is not None:
                    found.append(Said(Decimal(each.ts), Signal.THANKS, credited))
        return found

    def _checks(self, thanks: Sequence[Said]) -> Iterable[Said]:
        """A mark on a reply credits it; one on the question whom the asker thanked, else the last answer before it."""
        by_ts = {each.ts: each for each in self._replies}
        for mark in self._discussion.marks:
            at, signal = Decimal(mark.at_ts), Signal.MARK if mark.is_answer else Signal.CHECK
            if mark.ts in by_ts:
                yield Said(at, signal, by_ts[mark.ts], mark.is_timed)
            elif mark.ts == self._discussion.ts:
                yield Said(at, Signal.CHECK, self._marked_on_question(mark, thanks), mark.is_timed)

    def _marked_on_question(self, mark: Mark, thanks: Sequence[Said]) -> Reply | None:
        """Whom the asker thanked before tells better than who wrote last; the mark may have been set, or seen, late."""
        at = Decimal(mark.at_ts)
        last_doubt = max((each for each in self._doubts if each < at), default=Decimal(0))
        thanked = [each.credited for each in thanks if last_doubt < each.at < at]
        return thanked[-1] if thanked else _last_answer(self._others_before(at))

    def _others_before(self, at: Decimal) -> Sequence[Reply]:
        return [each for each in self._replies if Decimal(each.ts) < at and not self._is_askers(each)]

    def _solution(self, said: Said) -> Solution:
        at = EPOCH + timedelta(microseconds=int(said.at * 1_000_000))
        credited = said.credited
        if said.signal is Signal.PRESS or (credited is None and self._discussion.was_answered):
            return Solution(By.BOT, None, said.signal, at, said.is_timed)
        if credited is None or self._is_askers(credited):
            return Solution(By.SELF, self._discussion.asker, said.signal, at, said.is_timed)
        by = kind_of(credited, self._measures)
        return Solution(by, None if by is By.BOT else credited.author, said.signal, at, said.is_timed)


def _is_doubt(reply: Reply) -> bool:
    return reply.gist in (Gist.STILL, Gist.ASKS)


def _last_answer(replies: Sequence[Reply]) -> Reply | None:
    """A person's, where there is one, else a bot's."""
    answers = [each for each in replies if each.gist == Gist.SAYS]
    by_people = [each for each in answers if not each.is_bot]
    return next(reversed(by_people or answers), None)


def _decimal(at: datetime) -> Decimal:
    return Decimal((at - EPOCH) // timedelta(microseconds=1)) / 1_000_000
