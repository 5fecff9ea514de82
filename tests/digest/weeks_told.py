"""Digests as tests tell them: an empty one, and one in which everything happened."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.curation.gap_rules import Lack
from bot.digest import rules
from bot.digest.kept import (
    Adopted,
    Changed,
    Digest,
    Gaps,
    Ill,
    Listed,
    Named,
    OpenTheme,
    Reverted,
    SelfService,
    Sign,
    TopGap,
    Waited,
    Wave,
    WeekOf,
)
from bot.digest.weeks import Week
from bot.model import Window
from bot.peers.cases import Outcome
from bot.peers.figures import Figures, Times
from bot.peers.solving import By
from bot.statistics import Share

ZERO = Share(0, 0)
NOTHING = Figures(
    window=Window(datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
    now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    questions=0,
    settled=0,
    waiting=0,
    by_outcome=dict.fromkeys(Outcome, 0),
    by_responder=dict.fromkeys((By.PEER, By.PLATFORM, By.BOT, By.NONE), 0),
    by_kind={},
    do_it_for_me=ZERO,
    kinds_corrected=ZERO,
    response=Times(0, None, None, None, None),
    response_by={by: Times(0, None, None, None, None) for by in (By.PEER, By.PLATFORM)},
    peer_first=ZERO,
    peer_solved=ZERO,
    peer_opportunity=ZERO,
    unanswered=ZERO,
    solved=ZERO,
    self_serve=ZERO,
    shown_in_silence=0,
    reopened=0,
    thanked=0,
    askers=0,
    new_askers=0,
    answers=0,
    answerers=0,
    absence_factor=0,
    platform_first=0,
    out_of_hours=ZERO,
    working_days=5,
)
DIGEST = Digest(
    week=Week(2026, 47),
    made_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    this=NOTHING,
    before=NOTHING,
    rolling=NOTHING,
    rolling_before=NOTHING,
    listed=(),
    unanswered=0,
    timezone="Europe/London",
)

THREAD = "https://sandbox.slack.com/archives/C0/p{}"
LISTED = tuple(
    Listed("ask-platform", datetime(2026, 11, day, 10, tzinfo=UTC), THREAD.format(day), is_young=day > 17)
    for day in (16, 19, 20)
)
GAPS = Gaps(
    open=7,
    opened=2,
    closed=1,
    top=(TopGap(Lack.ACTION, 5, 3, "ask-platform", THREAD.format(2)), TopGap(Lack.PRODUCT, 4, 1)),
)
ASKED = replace(
    NOTHING,
    questions=31,
    askers=18,
    by_outcome=dict(zip(Outcome, (14, 9, 3, 1, 2, 1, 1), strict=True)),
    response=Times(24, 1500, 9000, 1500, 9000),
)


def in_four_weeks(k: int) -> Figures:
    """Of whose 80 first answers by people so many were peers'."""
    return replace(NOTHING, peer_first=Share(k, 80))


RICH = replace(
    DIGEST,
    this=ASKED,
    before=replace(NOTHING, questions=24),
    rolling=in_four_weeks(56),
    rolling_before=in_four_weeks(32),
    rolling_first=in_four_weeks(30),
    listed=LISTED,
    unanswered=4,
    gaps=GAPS,
    shipped=(Named("builds, slow", "https://git.example.com/pulls/7"),),
    changed=(Changed("Object storage", "pilot", "optional", "2026-11-18"),),
    coming=(Named("Node image 22", "https://handbook.example.com/notices/node"),),
    documented=(Named("Pause a rollout", "https://handbook.example.com/pause"),),
    stories=(Named("Friday releases", "https://handbook.example.com/stories/friday"),),
    waves=(Wave("Platform pulse", "How satisfied are you?", "64 % of 25 (45 % to 80 %)", "no detectable change", 25),),
    adopted=(
        Adopted("Object storage", "optional", Share(3, 8), 2, 0, "2026-11-18", "pilot", 0, 2, 5),
        Adopted("Attested builds", "mandated", Share(2, 8), 0, 4, "2026-11-16", "optional", 0, 4, 7, is_jump=True),
    ),
    to_mend=4,
    ill=(
        Ill("Rotate a secret", "https://handbook.example.com/rotate", 3, 8, 1, 12, owner_left=False, needs_work=True),
    ),
    self_service=SelfService(6, 7200.0, 90000.0, Share(2, 9), ("restart-service",)),
    reverted=(Reverted("search", 4), Reverted("", 1)),
    asked_for=(OpenTheme("survey", "docs, stale", 5), OpenTheme("friction", "runner, waiting", 4)),
    waits=(Waited("review", 3600 * 6, 3600 * 50, 3), Waited("deploy", 3600.0, 3600.0, 2)),
    signs=(Sign("Do-it-for-me questions", "11 of 31, in four weeks 40 of 120", "Make the two most asked an action"),),
    trend=tuple(WeekOf(f"2026-W{week}", 10, 8, 2, 1) for week in range(36, 48)),
    audit="12:0123456789abcdef",
)
RICH = replace(RICH, todos=rules.worth_doing(RICH))
