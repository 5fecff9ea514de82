"""Which week a digest is of, what it holds against what, and what may be compared."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curation.gap_rules import Lack
from bot.digest.blocks import digest_message
from bot.digest.rules import Digest, Done, Gaps, Listed, TopGap, Week, is_week, peer_change, unanswered_change
from bot.model import Window
from bot.peers.cases import Outcome
from bot.peers.figures import Figures, Times
from bot.peers.solving import By
from bot.statistics import Change, Share

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


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)))
def test_a_week_reads_as_it_is_written(day: date) -> None:
    week = Week.of(day)

    assert Week.read(str(week)) == week
    assert week.monday <= day
    assert Week.of(week.monday) == week


GAPS = Gaps(
    open=7,
    opened=2,
    closed=1,
    top=(
        TopGap(Lack.ACTION, 5, 3, "ask-platform", "https://sandbox.slack.com/archives/C0/p2"),
        TopGap(Lack.PRODUCT, 4, 1),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-W54",
        "2026-W00",
        "2025-W53",
        "W47",
        "2026-W4x",
        "2026-W477",
        "٢٠٢٦-W47",
        "0001-W01",
        "9999-W52",
    ],
)
def test_what_is_no_week_is_refused(text: str) -> None:
    assert not is_week(text)
    with pytest.raises(ValueError, match="write for example 2026-W47"):
        Week.read(text)


def test_the_week_before_the_first_is_the_last_of_the_year_before() -> None:
    assert str(Week.read("2027-W01").before()) == "2026-W53"


@pytest.mark.parametrize(
    ("week", "since", "until"),
    [
        pytest.param("2026-W13", "2026-03-23T00", "2026-03-29T23", id="an hour short"),
        pytest.param("2026-W43", "2026-10-18T23", "2026-10-26T00", id="an hour long"),
    ],
)
def test_a_week_lasts_from_midnight_to_midnight_by_the_wall(week: str, since: str, until: str) -> None:
    ends = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until)]

    assert Week.read(week).window("Europe/London") == Window(*ends)


def test_a_window_of_weeks_ends_with_the_week() -> None:
    window = Week.read("2026-W47").window("UTC", weeks=4)

    assert window == Window(datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "before", "is_comparable"), [(5, 5, True), (3, 3, True), (2, 5, False), (5, 2, False)]
)
def test_a_week_of_holidays_is_not_compared(days: int, before: int, is_comparable: bool) -> None:
    digest = replace(DIGEST, this=replace(NOTHING, working_days=days), before=replace(NOTHING, working_days=before))

    assert digest.is_comparable is is_comparable


def test_a_digest_of_nothing_is_not_worth_posting() -> None:
    asked = replace(NOTHING, questions=1)

    assert not DIGEST.is_worth_posting
    assert replace(DIGEST, this=asked).is_worth_posting
    assert replace(DIGEST, before=asked).is_worth_posting
    assert replace(DIGEST, gaps=Gaps(closed=1)).is_worth_posting


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (Share(10, 40), Share(30, 40), Change.BETTER),
        (Share(30, 40), Share(10, 40), Change.WORSE),
        (Share(20, 40), Share(22, 40), Change.NONE),
        (Share(2, 4), Share(30, 40), Change.TOO_FEW),
    ],
)
def test_more_answers_by_peers_are_better_and_more_without_one_worse(
    before: Share, after: Share, found: Change
) -> None:
    turned = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}
    digest = replace(
        DIGEST,
        rolling=replace(NOTHING, peer_first=after, unanswered=after),
        rolling_before=replace(NOTHING, peer_first=before, unanswered=before),
    )

    assert peer_change(digest) is found
    assert unanswered_change(digest) is turned.get(found, found)


def test_a_stored_digest_is_read_as_it_was() -> None:
    listed = Listed("ask-platform", datetime(2026, 11, 19, 10, tzinfo=UTC), "https://sandbox.slack.com/archives/C0/p1")
    digest = replace(DIGEST, listed=(listed,), unanswered=2, gaps=GAPS)

    assert Digest.from_json(digest.to_json()) == digest


def test_gaps_are_told_by_counts_and_a_link_and_nobody_alone_is_counted() -> None:
    lines = digest_message(replace(DIGEST, gaps=GAPS)).text.splitlines()

    where = "<https://sandbox.slack.com/archives/C0/p2|#ask-platform>"
    assert lines[-4:-1] == [
        "*What the handbook lacks*: 7 open gaps (2 came up this week, 1 closed). `gaps` shows them.",
        f"• an action is missing: asked 5 times by 3 people, in {where}",
        "• a problem of the product: asked 4 times",
    ]


def test_a_week_of_which_nothing_is_known_promises_nothing() -> None:
    """A question may have been solved by its asker, without a response; and there may have been none."""
    text = digest_message(DIGEST).text

    assert "*Nobody waits* for a response." in text
    assert "every question" not in text


def test_what_was_done_about_a_survey_is_listed_and_stored_the_same() -> None:
    digest = replace(DIGEST, shipped=(Done("builds, slow", "https://git.example.com/pulls/7"),))

    assert digest.is_worth_posting
    assert Digest.from_json(digest.to_json()) == digest
    assert "builds, slow: <https://git.example.com/pulls/7|" in digest_message(digest).text
    assert "You said, we did" not in digest_message(DIGEST).text
