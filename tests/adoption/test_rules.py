"""How a team stands with a policy follows from dated rows; forms and reminders from the calendar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adoption.rules import (
    ANSWER_MOST,
    LINK_MOST,
    REMINDED,
    Filled,
    Standing,
    State,
    choice_id,
    digest,
    evidence_share,
    newest_waiting,
    not_enough,
    problems,
    reminder,
    standing,
)
from bot.model import Evidence, EvidenceState, PolicyChoice, Way
from bot.statistics import Share
from knowledge.capabilities import Teams
from knowledge.policies import Point, Policy, Span

ZONE = "Europe/Berlin"
TODAY = date(2026, 11, 24)
POLICY = Policy(
    id="attestation",
    title="Attestation",
    rule="Artifacts are attested.",
    owner="security",
    capability="attested-builds",
    teams=Teams(),
    article="a.md",
    must_show=(Point("signed", "Signed"), Point("checked", "Checked")),
    longest=Span(months=12),
    since=date(2026, 3, 2),
)
NOV, OCT, SEP = date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1)


def moment(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def handed_in(
    name: str = "e1", *, on: date = NOV, until: date = date(2027, 11, 1), state: str = EvidenceState.WAITING
) -> Evidence:
    points = {"signed": "yes", "checked": "yes"}
    row = Evidence(name, name, "attestation", "payments", "p1", "https://a.example", points, "p2", until, moment(on))
    is_judged = state in (EvidenceState.ACCEPTED, EvidenceState.EXPIRED)
    return replace(row, state=state, judged_at=moment(on) if is_judged else None)


def chose(way: Way, subject: str, on: date, hour: int = 12) -> PolicyChoice:
    return PolicyChoice(subject, "attestation", "payments", way, subject, "p1", moment(on, hour))


def stands(choices: Sequence[PolicyChoice], evidence: Sequence[Evidence], *, today: date = TODAY) -> Standing:
    return standing(choices, evidence, today=today, timezone=ZONE)


HELD = handed_in(state=EvidenceState.ACCEPTED, until=TODAY)
OVER = replace(HELD, expires_on=date(2026, 11, 23))
ACCEPTED = chose(Way.EVIDENCE, "e1", NOV)
WAITS = handed_in("e2", on=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("choices", "evidence", "expected"),
    [
        pytest.param([], [], Standing(State.NOT_YET), id="nothing was done"),
        pytest.param([chose(Way.PLATFORM, "r1", NOV)], [], Standing(State.PLATFORM, NOV), id="the platform's way"),
        pytest.param(
            [chose(Way.PLATFORM, "r1", SEP), chose(Way.PLATFORM, "r2", NOV)],
            [],
            Standing(State.PLATFORM, SEP),
            id="the platform's way twice counts from the first",
        ),
        pytest.param([ACCEPTED], [HELD], Standing(State.EVIDENCE, HELD.expires_on), id="evidence, on its last day"),
        pytest.param([ACCEPTED], [OVER], Standing(State.EXPIRED, OVER.expires_on), id="evidence, the day after"),
        pytest.param(
            [ACCEPTED],
            [replace(OVER, state=EvidenceState.EXPIRED)],
            Standing(State.EXPIRED, OVER.expires_on),
            id="evidence that was said to have expired",
        ),
        pytest.param([], [WAITS], Standing(State.WAITING, date(2026, 11, 20), is_waiting=True), id="it waits"),
        pytest.param(
            [], [replace(WAITS, expires_on=date(2026, 11, 23))], Standing(State.NOT_YET), id="it waited for too long"
        ),
        pytest.param([], [replace(WAITS, state=EvidenceState.DECLINED)], Standing(State.NOT_YET), id="it was declined"),
        pytest.param(
            [ACCEPTED],
            [OVER, WAITS],
            Standing(State.WAITING, date(2026, 11, 20), is_waiting=True),
            id="newer evidence waits after the old expired",
        ),
        pytest.param(
            [ACCEPTED],
            [HELD, WAITS],
            Standing(State.EVIDENCE, HELD.expires_on, is_waiting=True),
            id="newer evidence waits while the old holds",
        ),
        pytest.param(
            [ACCEPTED, chose(Way.PLATFORM, "r1", date(2026, 11, 10))],
            [replace(HELD, state=EvidenceState.REPLACED)],
            Standing(State.PLATFORM, date(2026, 11, 10)),
            id="from evidence to the platform's way",
        ),
        pytest.param(
            [chose(Way.PLATFORM, "r1", OCT), ACCEPTED],
            [OVER],
            Standing(State.EXPIRED, OVER.expires_on),
            id="from the platform's way to evidence that expired",
        ),
        pytest.param(
            [chose(Way.PLATFORM, "r1", SEP), chose(Way.EVIDENCE, "e1", OCT), chose(Way.PLATFORM, "r2", NOV)],
            [HELD],
            Standing(State.PLATFORM, NOV),
            id="back to the platform's way counts from there",
        ),
        pytest.param(
            [chose(Way.PLATFORM, "r1", date(2026, 10, 31), hour=23)],
            [],
            Standing(State.PLATFORM, NOV),
            id="the day is the handbook's zone's",
        ),
        pytest.param([ACCEPTED], [], Standing(State.NOT_YET), id="a choice whose evidence is not there"),
    ],
)
def test_how_a_team_stands(choices: list[PolicyChoice], evidence: list[Evidence], expected: Standing) -> None:
    assert stands(choices, evidence) == expected


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
EVIDENCE = st.builds(
    handed_in,
    st.sampled_from(["e1", "e2", "e3"]),
    on=DAYS,
    until=DAYS,
    state=st.sampled_from([each.value for each in EvidenceState]),
)
CHOICES = st.builds(chose, st.sampled_from(Way), st.sampled_from(["e1", "e2", "e3", "r1", "r2"]), DAYS)
ALL_CHOICES = st.lists(CHOICES, max_size=6, unique_by=lambda each: (each.at, each.id))
ALL_EVIDENCE = st.lists(EVIDENCE, max_size=4, unique_by=lambda each: each.id)


@given(ALL_CHOICES, ALL_EVIDENCE, DAYS, st.integers())
def test_the_order_of_rows_changes_nothing(
    choices: list[PolicyChoice], evidence: list[Evidence], today: date, seed: int
) -> None:
    before = stands(choices, evidence, today=today)

    Random(seed).shuffle(choices)
    Random(seed).shuffle(evidence)

    assert stands(choices, evidence, today=today) == before


@given(ALL_CHOICES, ALL_EVIDENCE, DAYS)
def test_a_team_complies_only_by_its_newest_choice(
    choices: list[PolicyChoice], evidence: list[Evidence], today: date
) -> None:
    found = stands(choices, evidence, today=today)
    newest = max(choices, key=lambda each: (each.at, each.id), default=None)

    if found.state is State.PLATFORM:
        assert newest is not None
        assert newest.way is Way.PLATFORM
    if found.state is State.EVIDENCE:
        assert newest is not None
        (held,) = [each for each in evidence if each.id == newest.subject]
        assert today <= held.expires_on
    assert found.is_waiting == (newest_waiting(evidence, today=today) is not None)


@given(ALL_CHOICES, ALL_EVIDENCE, DAYS, st.integers(1, 400))
def test_time_alone_makes_nobody_comply(
    choices: list[PolicyChoice], evidence: list[Evidence], today: date, days: int
) -> None:
    later = stands(choices, evidence, today=today + timedelta(days=days))

    assert stands(choices, evidence, today=today).is_compliant or not later.is_compliant


def test_the_share_counts_only_teams_that_comply() -> None:
    states = [State.PLATFORM] * 4 + [State.EVIDENCE] * 2 + [State.WAITING, State.EXPIRED, State.NOT_YET]

    assert evidence_share(Standing(each) for each in states) == Share(2, 6)


def test_a_choice_has_one_id_however_often_it_is_told() -> None:
    ids = {choice_id("a", "b"), choice_id("a", "b"), choice_id("ab", ""), choice_id("b", "a")}

    assert [len(each) for each in ids] == [40, 40, 40]


def test_the_digest_binds_all_that_is_judged_and_not_who_judges() -> None:
    row = handed_in()
    others = [
        replace(row, link="https://b.example"),
        replace(row, points={"signed": "no", "checked": "yes"}),
        replace(row, expires_on=TODAY),
        replace(row, owner="p3"),
        replace(row, team="search"),
    ]

    assert digest(replace(row, state=EvidenceState.ACCEPTED, judge="p9")) == digest(row)
    assert len({digest(each) for each in (row, *others)}) == 6


# The form.

GOOD = Filled("payments", "https://ci.example.com/a?b=c", {"signed": "yes", "checked": "yes"}, "U0PRIYA", "2027-11-24")


def wrong(filled: Filled) -> dict[str, str]:
    return problems(filled, POLICY, teams=("payments", "search"), today=TODAY)


def test_a_complete_form_is_taken() -> None:
    assert wrong(GOOD) == {}


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        pytest.param(replace(GOOD, team=""), "team", "Choose one of your teams", id="no team"),
        pytest.param(replace(GOOD, team="data"), "team", "Choose one of your teams", id="a team it does not apply to"),
        pytest.param(replace(GOOD, link=""), "link", "whole address", id="no link"),
        pytest.param(replace(GOOD, link="ci.example.com/a"), "link", "whole address", id="half a link"),
        pytest.param(replace(GOOD, link="ftp://ci.example.com/a"), "link", "whole address", id="no web address"),
        pytest.param(replace(GOOD, link="https://a b"), "link", "whole address", id="a space"),
        pytest.param(replace(GOOD, link="https://a|<!channel>"), "link", "whole address", id="mark-up"),
        pytest.param(replace(GOOD, link="https://me:secret@a.example"), "link", "whole address", id="a password"),
        pytest.param(replace(GOOD, link="https://[::1"), "link", "whole address", id="a broken host"),
        pytest.param(replace(GOOD, link="https://a\u202e.example"), "link", "whole address", id="turned letters"),
        pytest.param(
            replace(GOOD, link=f"https://a.example/{'x' * LINK_MOST}"), "link", "are allowed", id="a long link"
        ),
        pytest.param(replace(GOOD, points={"signed": "yes"}), "point.checked", "Say how", id="a point left out"),
        pytest.param(
            replace(GOOD, points={"signed": " ", "checked": "y"}), "point.signed", "Say how", id="white space"
        ),
        pytest.param(
            replace(GOOD, points={"signed": "x" * (ANSWER_MOST + 1), "checked": "y"}),
            "point.signed",
            "behind the link",
            id="a long answer",
        ),
        pytest.param(replace(GOOD, owner=""), "owner", "Name the person", id="no owner"),
        pytest.param(replace(GOOD, expires_on=""), "expires_on", "last day", id="no day"),
        pytest.param(replace(GOOD, expires_on="2026-02-30"), "expires_on", "last day", id="no such day"),
        pytest.param(replace(GOOD, expires_on="2026-11-24"), "expires_on", "is today", id="today"),
        pytest.param(replace(GOOD, expires_on="2026-11-23"), "expires_on", "is over", id="yesterday"),
        pytest.param(
            replace(GOOD, expires_on="2027-11-25"), "expires_on", "24 Nov 2027 or a day before", id="too late"
        ),
    ],
)
def test_a_mistake_is_said_beside_its_field(filled: Filled, field: str, said: str) -> None:
    found = wrong(filled)

    assert list(found) == [field]
    assert said in found[field]


@pytest.mark.parametrize(
    ("missing", "words", "text"),
    [
        pytest.param(["checked"], "", "Not shown: Checked.", id="a point"),
        pytest.param(["checked", "signed"], " more ", "Not shown: Signed; Checked. more", id="points and words"),
        pytest.param([], "more", "more", id="words"),
        pytest.param(["other"], "  ", "", id="nothing"),
    ],
)
def test_why_it_is_not_enough_is_one_text(missing: list[str], words: str, text: str) -> None:
    assert not_enough(POLICY, missing, words) == text


# Reminders.


def reminders(row: Evidence, *, days: int = 500, every: int = 1) -> list[tuple[int, int]]:
    """What is said from the judgement on, looked at every so many days: days before the end, and which reminder."""
    said: list[tuple[int, int]] = []
    for number in range(0, days, every):
        today = NOV + timedelta(days=number)
        due = reminder(row, today=today, timezone=ZONE)
        if due is not None:
            said.append(((row.expires_on - today).days, due))
            row = replace(row, reminded_at=moment(today))
    return said


def test_each_reminder_comes_once_and_on_its_day() -> None:
    row = handed_in(state=EvidenceState.ACCEPTED, until=date(2027, 3, 1))

    assert reminders(row) == [(30, 30), (7, 7), (0, 0), (-1, -1)]


def test_what_lay_before_the_judgement_is_not_reminded_of() -> None:
    row = handed_in(state=EvidenceState.ACCEPTED, until=date(2026, 11, 11))

    assert reminders(row) == [(7, 7), (0, 0), (-1, -1)]


def test_after_days_away_only_the_newest_is_said() -> None:
    row = handed_in(state=EvidenceState.ACCEPTED, until=date(2026, 12, 20))

    assert reminders(row, every=45) == [(4, 7), (-41, -1)]


@given(st.integers(1, 400), st.integers(1, 60))
def test_no_reminder_is_said_twice_and_the_end_always_is(lasts: int, every: int) -> None:
    row = handed_in(state=EvidenceState.ACCEPTED, until=NOV + timedelta(days=lasts))

    said = [which for _, which in reminders(row, days=lasts + every + 2, every=every)]

    assert said == sorted(set(said), reverse=True)
    assert said[-1] == REMINDED[-1]
