"""Figures of a window: counts by stage and theme, people from two on, never who."""

from datetime import UTC, datetime, timedelta

from bot.friction import Stage
from bot.listening import figures
from bot.listening.figures import Count, Entry, ListeningFacts, ThemeFacts
from bot.listening.list_blocks import NONE, lines
from bot.model import Window

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
WEEKS = Window(NOW - timedelta(days=28), NOW)


def test_people_and_teams_are_counted_from_two_on() -> None:
    one = [Entry("ann", "build", "payments"), Entry("ann", "build", "payments")]
    two = [*one, Entry("bo", "build", "search")]

    assert figures.counted(one, []) == Count(2, 0, None, None)
    assert figures.counted(two, one) == Count(3, 2, 2, 2)


def test_stages_stand_in_the_order_of_delivery() -> None:
    now = [Entry("ann", "deploy"), Entry("bo", "code"), Entry("cy", "deploy")]

    found = figures.by_stage(now, [Entry("ann", "test")])

    assert found == {Stage.CODE: Count(1), Stage.TEST: Count(0, 1), Stage.DEPLOY: Count(2, 0, 2)}
    assert list(found) == [Stage.CODE, Stage.TEST, Stage.DEPLOY]


def test_a_theme_counts_as_kept_word_once_a_change_is_live() -> None:
    opened = NOW - timedelta(days=20)
    done = ThemeFacts(
        "t1", "slow, builds", "shipped", "https://g.example/1", opened, Count(3), NOW - timedelta(days=10)
    )
    waits = ThemeFacts("t2", "review", "open", "", opened, Count(3))
    before = ThemeFacts("t3", "tests", "shipped", "", opened, Count(1), NOW - timedelta(days=40))
    facts = ListeningFacts(WEEKS, Count(7), themes=(done, waits, before))

    assert facts.shipped == (done,)
    assert (facts.kept_word.k, facts.kept_word.n) == (2, 3)
    assert facts.to_json()["you_said_we_did"]["k"] == 2
    assert "You said, we did: 2 of 3 themes led to a change" in lines(facts)[-1]


def test_a_window_without_anything_says_how_to_begin() -> None:
    assert lines(ListeningFacts(WEEKS)) == [NONE]
