"""Whom a survey may reach and when: decided by rules alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Colleague, Profile, Status, Workspace
from bot.surveys import rules
from bot.surveys.definition import from_json, to_json
from bot.surveys.rules import Standing, Why, asking_time, due_day, is_away, sample_size, tag, why_not
from bot.unasked import is_in_hours
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
WORKSPACE = Workspace("T1", None, "UBOT", "B1")
HERE = Colleague(Profile("U1", "T1"), "Europe/London")
QUESTION = Question("satisfied", Scale.CSAT, "How satisfied are you?")
SURVEY = Survey("s", "S", "why", "o", (QUESTION,), Audience(), Repeats(4, 2, time(10)))
ZONES = (
    "Pacific/Kiritimati",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "Europe/Berlin",
    "America/St_Johns",
    "Pacific/Pago_Pago",
)


def _profile(**changed: object) -> Colleague:
    return replace(HERE, profile=replace(HERE.profile, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("colleague", "standing", "expected"),
    [
        (HERE, Standing(), None),
        (_profile(is_deleted=True), Standing(), Why.DEACTIVATED),
        (_profile(is_bot=True), Standing(), Why.BOT),
        (_profile(team_id="T2"), Standing(), Why.STRANGER),
        (_profile(is_guest=True), Standing(), Why.GUEST),
        (HERE, Standing(has_refused=True), Why.REFUSED),
        (HERE, Standing(is_left_out=True), Why.LEFT_OUT),
        (HERE, Standing(rests_until=NOW + timedelta(minutes=1)), Why.COOLDOWN),
        (HERE, Standing(rests_until=NOW), None),
        (replace(HERE, timezone=""), Standing(), Why.NO_ZONE),
        (replace(HERE, timezone="Mars/Olympus"), Standing(), Why.NO_ZONE),
        (replace(HERE, status=Status("Vacationing", ":palm_tree:")), Standing(), Why.AWAY),
    ],
    ids=lambda value: str(value) if isinstance(value, Why) else "",
)
def test_each_reason_leaves_a_person_out(colleague: Colleague, standing: Standing, expected: Why | None) -> None:
    assert why_not(colleague, standing, workspace=WORKSPACE, at=NOW) is expected


def test_each_reason_fits_its_column() -> None:
    assert max(len(each) for each in Why) <= 40


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status("Vacationing", ":palm_tree:"), True),
        (Status("", ":face_with_thermometer:"), True),
        (Status("On vacation until Monday"), True),
        (Status("OOO"), True),
        (Status("Out of office"), True),
        (Status("parental leave"), True),
        (Status("im Urlaub"), True),
        (Status("Krank"), True),
        (Status("off sick"), True),
        (Status("away", "", NOW + timedelta(days=1)), True),
        (Status("away", "", NOW), False),  # over by then
        (Status("In a meeting", ":spiral_calendar_pad:"), False),
        (Status("Commuting", ":bus:"), False),
        (Status("Working remotely", ":house_with_garden:"), False),
        (Status("back from vacationland"), False),
        (Status("away from my desk"), False),
        (Status("I answer right away"), False),
        (Status("Spoooky"), False),
        (Status(), False),
    ],
    ids=lambda value: value.text or value.emoji or "nothing" if isinstance(value, Status) else None,
)
def test_away_is_what_people_say_of_themselves(status: Status, expected: bool) -> None:
    assert is_away(status, at=NOW) is expected


@pytest.mark.parametrize(
    ("tomorrow", "last", "expected"),
    [
        (date(2026, 11, 24), None, True),  # a Tuesday
        (date(2026, 11, 25), None, False),
        (date(2026, 11, 24), date(2026, 10, 27), True),
        (date(2026, 11, 24), date(2026, 11, 3), False),  # three weeks
        (date(2026, 11, 24), date(2026, 10, 26), True),  # any day of that week
        (date(2027, 1, 5), date(2026, 12, 8), True),  # over the year's 53rd week
    ],
)
def test_wave_is_due_every_so_many_weeks(tomorrow: date, last: date | None, expected: bool) -> None:
    found = due_day(Repeats(4, 2, time(10)), tomorrow=tomorrow, last=last)

    assert found == (tomorrow if expected else None)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_slot_names_its_week(day: date) -> None:
    assert rules.day_in(rules.week_of(day)) == rules.monday(day)


@given(
    st.sampled_from(ZONES),
    st.datetimes(NOW.replace(tzinfo=None), NOW.replace(year=2030, tzinfo=None), timezones=st.just(UTC)),
    st.integers(-3, 10),
    st.integers(0, 30_000),
)
def test_asking_time_is_in_the_persons_hours_and_not_past(zone: str, at: datetime, days: int, place: int) -> None:
    day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)

    when = asking_time(day, time(10), zone, now=at, place=place)

    assert when is not None
    local = when.astimezone(ZoneInfo(zone))
    assert when >= at
    assert local.date() >= day
    assert is_in_hours(zone, now=when)
    assert local.time() >= time(10)


def test_nobody_is_asked_on_a_public_holiday() -> None:
    when = asking_time(date(2026, 12, 25), time(10), "Europe/London", now=NOW, holidays="GB-ENG")

    assert when == datetime(2026, 12, 29, 10, tzinfo=UTC)  # Boxing Day is observed on Monday the 28th


def test_wave_is_opened_before_anybodys_day_begins() -> None:
    """Wherever the handbook is, and wherever people are."""
    for home in ZONES:
        opened = datetime(2026, 11, 23, 6, tzinfo=ZoneInfo(home))
        for zone in ZONES:
            begins = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo(zone))
            assert opened < begins, (home, zone)


def test_next_times_after_an_outage_are_apart() -> None:
    evening = datetime(2026, 11, 24, 20, tzinfo=UTC)
    times = {rules.next_time(SURVEY, "ab" * 32, f"p{n}", "Europe/London", now=evening) for n in range(100)}

    assert len(times) > 60
    assert all(each and is_in_hours("Europe/London", now=each) for each in times)
    assert {each.date() for each in times if each} == {date(2026, 11, 25)}


@given(st.times(time(9), time(17)), st.integers(1, 2_000))
def test_messages_are_spread_by_slacks_pace_over_days_and_end_in_hours(at: time, count: int) -> None:
    day = date(2026, 11, 27)  # a Friday
    times = [asking_time(day, at, "Europe/London", now=NOW, place=place) for place in range(0, count, 30)]

    assert all(each and each.time() <= rules.LAST_ASKED and each.isoweekday() <= 5 for each in times)
    apart = [late - early for early, late in pairwise(each for each in times if each)]
    assert all(each >= timedelta(minutes=1) for each in apart)  # thirty at a time
    assert {each.date() for each in times[: rules.in_a_day(at) // 30] if each} <= {day}


def test_who_finds_no_room_in_a_day_is_asked_on_the_next_working_one() -> None:
    friday = date(2026, 11, 27)
    found = [asking_time(friday, time(17), "Europe/London", now=NOW, place=place) for place in (0, 449, 450, 900)]

    assert [f"{each:%a %H:%M:%S}" for each in found if each] == [
        *("Fri 17:00:00", "Fri 17:14:58", "Mon 17:00:00", "Tue 17:00:00")
    ]


def test_a_wave_that_is_opened_late_is_spread_from_then_on() -> None:
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    found = [asking_time(noon.date(), time(10), "Europe/London", now=noon, place=place) for place in (0, 30)]

    assert found == [noon, noon + timedelta(minutes=1)]


@pytest.mark.parametrize(
    ("share", "people", "frame", "expected"),
    [(1.0, 5_000, 7, 7), (0.3, 5_000, 10, 3), (0.1, 50, 2_000, 50), (0.01, 9, 10, 1)],
)
def test_sample_is_at_most_the_share_and_the_number(share: float, people: int, frame: int, expected: int) -> None:
    assert sample_size(replace(SURVEY, share=share, people=people), frame) == expected


def test_survey_by_event_follows_its_event_alone() -> None:
    after = replace(SURVEY, schedule=After(Moment.CONVERGED, ("create-bucket",)))
    any_answer = replace(SURVEY, schedule=After(Moment.ANSWERED))

    assert rules.is_about(after, "action converged", "create-bucket")
    assert not rules.is_about(after, "action converged", "other")
    assert not rules.is_about(after, "answer", "create-bucket")
    assert rules.is_about(any_answer, "answer", "")
    assert not rules.is_about(SURVEY, "answer", "")


def test_tag_is_found_by_key_and_person_alone() -> None:
    assert tag("ab" * 32, "p1") == tag("ab" * 32, "p1")
    assert len({tag("ab" * 32, "p1"), tag("ab" * 32, "p2"), tag("cd" * 32, "p1")}) == 3


@pytest.mark.parametrize("schedule", [Repeats(2, 3, time(14, 30)), After(Moment.ANSWERED, (), 0.25)])
def test_definition_is_read_as_it_was_kept(schedule: Repeats | After) -> None:
    choice = Question("why", Scale.CHOICE, "Why?", ("a", "b"))
    survey = replace(
        SURVEY,
        questions=(QUESTION, choice),
        audience=Audience(("C1",), asked=False),
        schedule=schedule,
        file="f",
        line=3,
    )

    assert from_json(to_json(survey)) == survey
