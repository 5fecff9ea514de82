"""Counts cases into the figures of a window, as docs/metrics.md defines them. Pure; nothing in them is by person.

What became of each question was decided before, in `bot.peers.cases`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from bot.model import Json, QuestionKind, Window
from bot.peers.cases import Outcome
from bot.peers.counted import Counted
from bot.peers.hinting import NO_HINTS, Hinting, peers_share
from bot.peers.solving import By
from bot.statistics import FEWEST, Share, absence_factor, median, percentile

NOTHING_FOUND = Share(0, 0)
ABOUT_ASKERS = ("askers", "new_askers")
ABOUT_ANSWERERS = ("answerers", "absence_factor")
RESPONDERS = (By.PEER, By.PLATFORM, By.BOT, By.NONE)


@dataclass(frozen=True)
class Times:
    """How long `n` of something took, in seconds by the clock and of working time; None of nothing."""

    n: int
    median_s: float | None
    p90_s: float | None
    working_median_s: float | None
    working_p90_s: float | None

    @classmethod
    def to_respond(cls, cases: Iterable[Counted]) -> Self:
        """To the first response, of those cases that a person responded to."""
        return cls._of((each.response_s, each.working_s) for each in cases)

    @classmethod
    def to_solve(cls, cases: Iterable[Counted]) -> Self:
        """Until it was said that it is solved, of those cases of which it was."""
        return cls._of((each.solved_s, each.solved_working_s) for each in cases)

    @classmethod
    def _of(cls, spans: Iterable[tuple[int | None, int | None]]) -> Self:
        """By the clock and of working time; None where it did not come about."""
        took = [(clock, worked or 0) for clock, worked in spans if clock is not None]
        clock, worked = [each for each, _ in took], [each for _, each in took]
        return cls(
            n=len(took),
            median_s=median(clock),
            p90_s=percentile(clock, 90),
            working_median_s=median(worked),
            working_p90_s=percentile(worked, 90),
        )


NO_TIMES = Times(0, None, None, None, None)


@dataclass(frozen=True)
class Figures:
    """The numbers of one window. Rates are over questions at least as old as the horizon: `settled` of them.

    `by_outcome` sums to `questions`; so do `by_responder` and `by_kind`.
    """

    window: Window
    now: datetime  # when it was counted
    questions: int
    settled: int
    by_outcome: Mapping[Outcome, int]
    by_responder: Mapping[By, int]
    by_kind: Mapping[str, int]
    do_it_for_me: Share  # of all questions
    kinds_corrected: Share  # people said what kind it is, of all questions
    response: Times
    response_by: Mapping[By, Times]  # peer and platform
    peer_first: Share  # first responders that are peers, of those that are peers or the platform team
    peer_solved: Share  # likewise of those who solved it
    peer_opportunity: Share  # solved by peers, of those that the platform team left alone for half an hour
    unanswered: Share  # no person but the asker wrote
    waiting: int  # old or young, without a response, and nothing solved them
    solved: Share
    self_serve: Share  # the asker confirmed a bot's answer, of those who were shown one
    shown_in_silence: int  # the asker said nothing of the answer they were shown
    reopened: int  # questions that came back after they were solved
    thanked: int  # questions whose asker said thanks
    askers: int
    new_askers: int  # who never asked before the window
    answers: int  # people's, one for each person and question
    answerers: int  # distinct peers who answered
    absence_factor: int  # how few people gave more than half of all answers, the platform team's included
    platform_first: int  # questions that the platform team responded to first
    out_of_hours: Share  # of these, outside working hours
    working_days: int
    cross_team: Share = NOTHING_FOUND  # peers' answers to people of other teams, of those where both teams are known
    solving: Times = NO_TIMES
    repeats: Share = NOTHING_FOUND  # an article or a solved thread was there, of what was looked up

    @property
    def open(self) -> int:
        """Too young to have failed; counted beside the rates."""
        return self.by_outcome[Outcome.OPEN]

    @property
    def interrupts_per_working_day(self) -> float | None:
        return self.platform_first / self.working_days if self.working_days else None

    def to_json(self) -> Json:
        """As digests keep it; `from_json` makes the same figures again."""
        said = {name: _plain(value) for name, value in vars(self).items()}
        return {**said, "open": self.open, "interrupts_per_working_day": self.interrupts_per_working_day}

    @classmethod
    def from_json(cls, said: Json) -> Self:
        shares = {name: Share.from_json(said[name]) for name in _SHARES if name in said or name not in _LATER}
        made: Json = shares | {name: said[name] for name in _COUNTS}
        return cls(
            window=Window(*(datetime.fromisoformat(said["window"][name]) for name in ("since", "until"))),
            now=datetime.fromisoformat(said["now"]),
            by_outcome={each: said["by_outcome"][each.value] for each in Outcome},
            by_responder={each: said["by_responder"][each.value] for each in RESPONDERS},
            by_kind=said["by_kind"],
            response=Times(**said["response"]),
            solving=Times(**said["solving"]) if "solving" in said else NO_TIMES,
            response_by={By(by): Times(**times) for by, times in said["response_by"].items()},
            **made,
        )


_SHARES = (
    "do_it_for_me",
    "kinds_corrected",
    "peer_first",
    "peer_solved",
    "peer_opportunity",
    "unanswered",
    "solved",
    "self_serve",
    "out_of_hours",
    "cross_team",
    "repeats",
)
_LATER = ("cross_team", "repeats")  # digests that were stored before have none
_COUNTS = (
    "questions",
    "settled",
    "waiting",
    "shown_in_silence",
    "reopened",
    "thanked",
    "askers",
    "new_askers",
    "answers",
    "answerers",
    "absence_factor",
    "platform_first",
    "working_days",
)


def _plain(value: object) -> object:
    match value:
        case Share():
            return value.to_json()
        case Times():
            return asdict(value)
        case Window(since, until):
            return {"since": since.isoformat(), "until": until.isoformat()}
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case _:
            return value


def shown(figures: Figures) -> Json:
    """The figures as anybody may see them: nothing of fewer than five questions, or about fewer than five people."""
    if figures.questions < FEWEST:
        return {"questions": None, "too_few": True}
    said = figures.to_json()
    hidden = [*ABOUT_ASKERS] if figures.askers < FEWEST else []
    hidden += ABOUT_ANSWERERS if figures.answerers < FEWEST else ()
    few = [name for name, value in said.items() if isinstance(value, dict) and "k" in value and value["n"] < FEWEST]
    return said | dict.fromkeys(hidden) | dict.fromkeys(few)


@dataclass(frozen=True)
class ChannelFacts:
    """`is_public` is False until Slack said otherwise; the figures of private channels are for their members alone."""

    channel_id: str
    name: str
    is_public: bool
    figures: Figures


@dataclass(frozen=True)
class Unanswered:
    """A question in a public channel, of somebody who is not left out, that waits for a response, old or young."""

    channel_id: str
    ts: str
    asked_at: datetime
    is_young: bool = False


@dataclass(frozen=True)
class PeerFacts:
    """What the pillar says of a window. `figures` counts all channels, private ones too."""

    figures: Figures
    channels: tuple[ChannelFacts, ...]
    unanswered: tuple[Unanswered, ...]  # who waits, oldest first; those that may not be listed are only counted
    hints: Hinting = NO_HINTS
    no_questions: int = 0  # what the rules took for questions and people called none; in no figure
    told_of_incidents: int = 0  # without a response by people, and nobody waits for one: they learned that it was over

    @property
    def window(self) -> Window:
        return self.figures.window

    def to_json(self) -> Json:
        """As digests keep it: ids and counts, no text, no people; `from_json` makes the same facts again."""
        return {
            "figures": self.figures.to_json(),
            "channels": [{**vars(each), "figures": each.figures.to_json()} for each in self.channels],
            "unanswered": [{**vars(each), "asked_at": each.asked_at.isoformat()} for each in self.unanswered],
            "hints": self.hints.to_json(),
            **({"no_questions": self.no_questions} if self.no_questions else {}),
            **({"told_of_incidents": self.told_of_incidents} if self.told_of_incidents else {}),
        }

    def aggregates(self) -> Json:
        """The counts alone, with no single question in them, and nothing of channels that tells of few."""
        channels = [{**vars(each), "figures": shown(each.figures)} for each in self.channels]
        return {name: each for name, each in self.to_json().items() if name != "unanswered"} | {"channels": channels}

    @classmethod
    def from_json(cls, said: Json) -> Self:
        return cls(
            figures=Figures.from_json(said["figures"]),
            channels=tuple(
                ChannelFacts(**{**each, "figures": Figures.from_json(each["figures"])}) for each in said["channels"]
            ),
            unanswered=tuple(
                Unanswered(**{**each, "asked_at": datetime.fromisoformat(each["asked_at"])})
                for each in said["unanswered"]
            ),
            hints=Hinting.from_json(said["hints"]) if "hints" in said else NO_HINTS,
            no_questions=said.get("no_questions", 0),
            told_of_incidents=said.get("told_of_incidents", 0),
        )


@dataclass(frozen=True)
class Beside:
    """What figures need besides the cases: who asked before the window, its working days, and people's teams."""

    asked_before: Collection[str]
    working_days: int
    teams: Mapping[str, frozenset[str]] = field(default_factory=dict)


def figures(cases: Sequence[Counted], window: Window, *, now: datetime, beside: Beside) -> Figures:
    """The figures of the window's cases."""
    settled = [each for each in cases if not each.is_young]
    shown = [each for each in settled if each.was_shown_answer]
    by_platform = [each for each in cases if each.responder is By.PLATFORM]
    kinds = Counter(each.kind for each in cases)
    outcomes = Counter(each.outcome for each in cases)
    responders = Counter(each.responder for each in cases)
    askers = {each.asker for each in cases}
    answered = Counter(person for each in cases for person, _ in each.answers)
    return Figures(
        window=window,
        now=now,
        questions=len(cases),
        settled=len(settled),
        by_outcome={each: outcomes[each] for each in Outcome},
        by_responder={each: responders[each] for each in RESPONDERS},
        by_kind=dict(sorted(kinds.items())),
        kinds_corrected=_share(each.is_kind_corrected for each in cases),
        response=Times.to_respond(cases),
        solving=Times.to_solve(cases),
        response_by={
            by: Times.to_respond(each for each in cases if each.responder is by) for by in (By.PEER, By.PLATFORM)
        },
        peer_opportunity=_share(each.solved_by is By.PEER for each in settled if each.was_left_to_peers),
        waiting=sum(each.is_waiting for each in cases),
        self_serve=_share(each.solved_by is By.BOT for each in shown),
        shown_in_silence=sum(each.solved_by is not By.BOT and not each.said_not_quite for each in shown),
        reopened=sum(each.reopened > 0 for each in cases),
        thanked=sum(each.is_thanked for each in cases),
        askers=len(askers),
        new_askers=len(askers.difference(beside.asked_before)),
        answers=answered.total(),
        answerers=len({person for each in cases for person, by in each.answers if by is By.PEER}),
        absence_factor=absence_factor(list(answered.values())),
        platform_first=len(by_platform),
        out_of_hours=_share(not each.is_response_at_work for each in by_platform),
        working_days=beside.working_days,
        cross_team=_share(_crosses(cases, beside.teams)),
        repeats=_share(each.is_repeat for each in cases if each.was_looked_up),
        **main_shares(cases),
    )


def main_shares(cases: Sequence[Counted]) -> dict[str, Share]:
    """Those of the figures that stand in a trend, by name."""
    settled = [each for each in cases if not each.is_young]
    return {
        "do_it_for_me": Share(sum(each.kind == QuestionKind.DO_IT_FOR_ME for each in cases), len(cases)),
        "peer_first": peers_share(each.responder for each in settled),
        "peer_solved": peers_share(each.solved_by for each in settled if each.solved_by),
        "unanswered": Share(sum(each.response_s is None for each in settled), len(settled)),
        "solved": Share(sum(each.solved_by is not None for each in settled), len(settled)),
    }


def _share(are: Iterable[bool]) -> Share:
    counted = Counter(are)
    return Share(counted[True], counted.total())


def _crosses(cases: Iterable[Counted], teams: Mapping[str, frozenset[str]]) -> Iterable[bool]:
    """Of each peer's answer, whether it went to somebody with whom they share no team."""
    for each in cases:
        own = teams.get(each.asker)
        for person, by in each.answers:
            theirs = teams.get(person)
            if own and theirs and by is By.PEER:
                yield not own & theirs
