"""What an incident's form must hold, and that the file it becomes is one that the handbook takes, and is over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notice_board import KNOWN_MOST
from bot.notices.incident_rules import (
    NAME_IT,
    NO_TIME,
    SAY_IT,
    Course,
    Filled,
    clock_in_words,
    incident_file,
    minutes_in_words,
    next_moment,
    problems,
    read_topics,
)
from bot.notices.rules import is_current
from knowledge.notices import Around, read_notice
from knowledge.people import Duty, Group, People
from knowledge.problem import Problem
from tests.notices.test_rules import CHANNELS

LONDON = "Europe/London"
OPENED = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)
FINE = Filled("the disk is full", "11:00", "Builds hang", topics=("builds",))
ON_DUTY = People(duty=Duty(Group(), CHANNELS.working_time().hours))
AROUND = Around(ON_DUTY, ["builds"], [], [])


@pytest.mark.parametrize(
    ("filled", "found"),
    [
        (FINE, {}),
        (Filled("", "11:00", "t", topics=("builds",)), {"known": SAY_IT}),
        (Filled("x", "11", "t", topics=("builds",)), {"next_word": NO_TIME}),
        (Filled("x", "25:00", "t", topics=("builds",)), {"next_word": NO_TIME}),
        (Filled("x", "", "t"), {"topics": NAME_IT}),
        (Filled("x", "", "t", capability="builds"), {}),
    ],
    ids=["all of it", "nothing known", "no time", "no such time", "about nothing", "a capability is enough"],
)
def test_what_is_wrong_stands_beside_its_field(filled: Filled, found: dict[str, str]) -> None:
    assert problems(filled, is_new=True) == found


def test_a_topic_that_any_question_holds_is_refused() -> None:
    assert list(problems(Filled("x", "", "t", topics=("builds", "the")), is_new=True)) == ["topics"]
    assert list(problems(Filled("x", "", " ", topics=("builds",)), is_new=True)) == ["title"]
    assert list(problems(Filled("x" * (KNOWN_MOST + 1), ""), is_new=False)) == ["known"]
    assert read_topics(" builds, build  image ,, builds") == ("builds", "build image")


def test_a_time_of_day_is_the_next_one() -> None:
    assert next_moment("11:00", now=OPENED, timezone=LONDON) == datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert next_moment("10:12", now=OPENED, timezone=LONDON) == datetime(2026, 11, 25, 10, 12, tzinfo=UTC)
    assert next_moment("", now=OPENED, timezone=LONDON) is None


def test_times_are_told_as_people_say_them() -> None:
    assert clock_in_words(OPENED, now=OPENED + timedelta(hours=3), timezone=LONDON) == "10:12"
    assert clock_in_words(OPENED, now=OPENED + timedelta(days=1), timezone=LONDON) == "24 Nov 10:12"
    assert [minutes_in_words(timedelta(minutes=each)) for each in (0, 40, 60, 75)] == [
        "1 min",
        "40 min",
        "1 h",
        "1 h 15 min",
    ]


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).filter(
    str.strip
)


@given(
    title=words.map(lambda each: " ".join(each.split())).filter(bool),
    said=st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=KNOWN_MOST), min_size=1, max_size=12),
    minutes=st.integers(0, 10_000),
    capability=st.sampled_from(["", "builds"]),
)
def test_whatever_is_said_the_file_is_a_notice_that_is_over(
    title: str, said: list[str], minutes: int, capability: str
) -> None:
    ended = OPENED + timedelta(minutes=minutes)
    course = Course(
        title, capability, () if capability else ("builds",), OPENED, ended, [(OPENED, each) for each in said]
    )
    found: list[Problem] = []

    notice = read_notice("2026-11-24-builds.md", incident_file(course, timezone=LONDON), found, around=AROUND)

    assert found == []
    assert notice is not None
    assert not is_current(notice, now=ended + timedelta(minutes=1), timezone=LONDON)


def test_the_file_says_what_was_known_when(tmp_path: Path) -> None:
    said = [(OPENED, "the disk is full"), (OPENED + timedelta(minutes=20), "disk\nis added <b>")]

    text = incident_file(
        Course("Builds hang", "", ("builds",), OPENED, OPENED + timedelta(minutes=40), said), timezone=LONDON
    )

    assert text == (
        "---\nkind: incident\ntitle: Builds hang\ntopics:\n- builds\nfrom: 2026-11-24 10:12\nuntil: 2026-11-24 10:52\n"
        "owner: duty\n---\n\n- 10:12: the disk is full\n- 10:32: disk is added &lt;b>\n- 10:52: over, after 40 min\n"
    )


@pytest.mark.parametrize("minutes", [20, 59, 60, 61])
def test_over_the_hour_that_autumn_gives_back_the_file_is_valid(minutes: int) -> None:
    opened = datetime(2026, 10, 25, 0, 55, tzinfo=UTC)  # five to two in London, and one again after five minutes
    course = Course("Builds hang", "", ("builds",), opened, opened + timedelta(minutes=minutes), [(opened, "x")])
    found: list[Problem] = []

    notice = read_notice("2026-10-25-builds.md", incident_file(course, timezone=LONDON), found, around=AROUND)

    assert (found, notice is not None) == ([], True)
