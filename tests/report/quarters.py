"""Quarters as the pillars might tell them: a rich one, and one in which nothing was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.actions.figures import ActionFacts
from bot.adoption.contribution_rules import ContributionFacts
from bot.adoption.courses import State
from bot.adoption.figures import CapabilityFacts, StatusChange, Stickiness
from bot.adoption.totals import AdoptionFacts
from bot.curation.gap_rules import Gap, GapFacts
from bot.curation.health_rules import ArticleFacts, ArticleHealth, Owner
from bot.friction import Stage
from bot.listening.figures import Count, ListeningFacts
from bot.listening.figures import ThemeFacts as FrictionTheme
from bot.model import QuestionKind, Window
from bot.peers.cases import Outcome
from bot.peers.figures import RESPONDERS, Figures, PeerFacts, Times
from bot.peers.solving import By
from bot.report.facts import QuarterFacts, WeekShares
from bot.report.quarter import Quarter
from bot.statistics import Change, Share
from bot.surveys.result_rules import QuestionFacts, SurveyFacts, ThemeFacts, Trend, WaveFacts
from bot.surveys.suppression import Cell, Reading, Released
from knowledge.capabilities import Status
from knowledge.stories import Story
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey

Q3 = Quarter(2026, 3)
BERLIN = "Europe/Berlin"
WINDOW, BEFORE = Q3.window(BERLIN), Q3.before.window(BERLIN)
NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
NOTHING = Share(0, 0)
NO_TIMES = Times(0, None, None, None, None)
EVIL = '<script>alert("1")</script> & *bold* [x](http://evil.test) | # '


def figures(window: Window, questions: int = 0, **said: Any) -> Figures:
    silent = Figures(
        window=window,
        now=NOW,
        questions=questions,
        settled=questions,
        by_outcome=dict.fromkeys(Outcome, 0),
        by_responder=dict.fromkeys(RESPONDERS, 0),
        by_kind={},
        do_it_for_me=NOTHING,
        kinds_corrected=NOTHING,
        response=NO_TIMES,
        response_by={By.PEER: NO_TIMES, By.PLATFORM: NO_TIMES},
        peer_first=NOTHING,
        peer_solved=NOTHING,
        peer_opportunity=NOTHING,
        unanswered=NOTHING,
        waiting=0,
        solved=NOTHING,
        self_serve=NOTHING,
        shown_in_silence=0,
        reopened=0,
        thanked=0,
        askers=0,
        new_askers=0,
        answers=0,
        answerers=0,
        absence_factor=0,
        platform_first=0,
        out_of_hours=NOTHING,
        working_days=65,
    )
    return replace(silent, **said)


RICH = figures(
    WINDOW,
    212,
    by_outcome=dict.fromkeys(Outcome, 0) | {Outcome.PEER: 71, Outcome.PLATFORM: 40, Outcome.BOT: 22, Outcome.SELF: 3},
    response=Times(150, 2_400, 30_000, 1_500, 14_400),
    peer_first=Share(93, 150),
    unanswered=Share(52, 208),
    solved=Share(130, 208),
    askers=88,
    answers=190,
    answerers=31,
    absence_factor=2,
    platform_first=57,
    out_of_hours=Share(9, 57),
)
POOR = figures(BEFORE, 160, peer_first=Share(48, 120), unanswered=Share(30, 158))


def capability(name: str, title: str, **said: Any) -> CapabilityFacts:
    standings = dict.fromkeys(State, 0) | {State.NOT_YET: 25}
    silent = CapabilityFacts(
        id=name,
        title=title,
        status=Status.OPTIONAL,
        since=date(2026, 1, 5),
        is_measured=True,
        standings=standings,
        voluntary=NOTHING,
        new_by_choice=0,
        new_without=0,
        active=0,
        active_by_choice=0,
        churn=NOTHING,
        retention={4: NOTHING, 12: NOTHING},
        stickiness=Stickiness(),
        pull=None,
        changes=(),
    )
    return replace(silent, **said)


JUMP = StatusChange(date(2026, 8, 3), Status.OPTIONAL, Status.MANDATED, 1, 6, 58)
CAPABILITIES = (
    capability(
        "object-storage",
        "Object storage",
        voluntary=Share(16, 25),
        new_by_choice=3,
        churn=Share(4, 16),
        retention={4: Share(12, 13), 12: Share(3, 4)},
        pull=Share(5, 8),
    ),
    capability(
        "builds",
        "Attested builds",
        status=Status.MANDATED,
        voluntary=Share(7, 25),
        standings=dict.fromkeys(State, 0) | {State.HAS_TO: 11},
        changes=(JUMP,),
    ),
    capability("queues", "Queues", is_measured=False),
)
NO_CONTRIBUTIONS = ContributionFacts(NOTHING, 0, (), {}, ())
CONTRIBUTIONS = ContributionFacts(Share(19, 88), 4, ("handbook", "live"), {}, ())

MOOD = Question("mood", Scale.CSAT, "How satisfied are you with the platform?")
SURVEY = Survey(
    "pulse",
    "Platform pulse",
    "to learn",
    "platform_team",
    (MOOD, Question("need", Scale.CHOICE, "What next?", ("docs", "speed"))),
    Audience(),
    Repeats(4, 1, datetime(2026, 1, 5, 10).time()),  # noqa: DTZ001  (a time of each person's own day)
)


def cell(k: int, n: int) -> Cell:
    return Cell(frozenset(), n, k, Reading.EXACT)


TREND = tuple(
    Trend(slot, cell(k, n)) for slot, k, n in (("2026-W16", 20, 40), ("2026-W24", 24, 42), ("2026-W32", 31, 44))
)
WAVE = WaveFacts(
    id="w3",
    slot="2026-W32",
    survey=SURVEY,
    opened_at=NOW - timedelta(days=60),
    closed_at=NOW - timedelta(days=53),
    frame=310,
    invited=90,
    delivered=88,
    answers=44,
    threshold=5,
    questions=(
        QuestionFacts(MOOD, 44, Released(cell(31, 44), {}), change=Change.NONE, trend=TREND),
        QuestionFacts(SURVEY.questions[1], 44, choices={"docs": cell(27, 44), "speed": cell(17, 44)}),
    ),
    comments=("never to be told outside",),
)
SLOW = ThemeFacts(
    "t1",
    "pulse",
    "slow builds",
    "shipped",
    "https://git.example/p/12",
    NOW - timedelta(days=70),
    6,
    NOW - timedelta(days=30),
)
QUOTA = ThemeFacts("t2", "pulse", "quota requests", "open", "", NOW - timedelta(days=50), 3)
FRICTION = FrictionTheme("f1", "logs of jobs that end early", "linked", "", NOW - timedelta(days=40), Count(9, 4, 7, 3))
WHERE = (
    *((Stage.DEPLOY, Count(14, 9, 9, 4)), (Stage.BUILD, Count(6, 8, 5, 3))),
    (Stage.TEST, Count(2, 0, 2, None)),
)
STORIES = (
    Story(
        "buckets",
        "A bucket in ten minutes",
        date(2026, 9, 2),
        "## What was hard\n\nTickets.\n\n## What came of it\n\n"
        "We had a *bucket* with a [backup](https://x.test) in ten minutes, and nobody had to wait.",
        team="payments",
    ),
    Story("old", "An old story", date(2026, 5, 1), "## What came of it\n\nLong ago."),
    Story(
        "queues",
        "Two teams, one queue",
        date(2026, 8, 1),
        "## What came of it\n\nThe second team took it over from the first, without us.",
    ),
    Story("third", "A third one", date(2026, 7, 3), "## What came of it\n\nToo many."),
)


def weeks() -> tuple[WeekShares, ...]:
    labels = [label for label, _ in Q3.weeks(BERLIN, until=NOW)]
    return tuple(
        WeekShares(
            label,
            Share(14 + at, 40) if at != 5 else Share(2, 3),
            Share(10 - at % 3, 44),
            {"object-storage": Share(11 + at // 3, 25), "builds": Share(7, 25)},
        )
        for at, label in enumerate(labels)
    )


def rich() -> QuarterFacts:
    gap = Gap("g1", QuestionKind.DO_IT_FOR_ME, 9, 6, NOW, NOW, NOW)
    return QuarterFacts(
        quarter=Q3,
        made_at=NOW,
        timezone=BERLIN,
        arrived_at=datetime(2026, 2, 2, tzinfo=UTC),
        peers=PeerFacts(RICH, (), ()),
        peers_before=PeerFacts(POOR, (), ()),
        weeks=weeks(),
        adoption=AdoptionFacts(WINDOW, CAPABILITIES, {}, CONTRIBUTIONS),
        adoption_before=AdoptionFacts(
            BEFORE, (replace(CAPABILITIES[0], voluntary=Share(12, 24)),), {}, NO_CONTRIBUTIONS
        ),
        surveys=SurveyFacts(WINDOW, (WAVE,), (SLOW, QUOTA), (SLOW,)),
        listening=ListeningFacts(WINDOW, Count(22, 17, 14, 6), dict(WHERE), (FRICTION,)),
        actions=ActionFacts(
            WINDOW,
            tuple(range(1_200, 9_600, 700)),
            Share(31, 34),
            2,
            1,
            Share(6, 36),
            ("restart-service",),
            {"": 3, "payments": 4},
        ),
        gaps=GapFacts(WINDOW, (gap,), 7, 5, {"article": 3, "action": 1, "quiet": 1}),
        articles=ArticleFacts((ArticleHealth("a", "A", "", "x", Owner.THERE, days_overdue=12),)),
        stories=STORIES,
        story_urls={"queues": "https://git.example/h/stories/queues.md"},
    )


def silent() -> QuarterFacts:
    none = PeerFacts(figures(WINDOW), (), ())
    adoption = AdoptionFacts(WINDOW, (), {}, NO_CONTRIBUTIONS)
    return replace(
        rich(),
        peers=none,
        peers_before=none,
        weeks=(),
        adoption=adoption,
        adoption_before=adoption,
        surveys=SurveyFacts(WINDOW),
        listening=ListeningFacts(WINDOW),
        actions=ActionFacts(WINDOW, (), NOTHING, 0, 0, NOTHING, (), {}),
        gaps=GapFacts(WINDOW),
        articles=ArticleFacts(),
        stories=(),
        story_urls={},
    )
