"""What is decided about requests, by tables: who must agree, when it is live, when it is looked at, who reviewed it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.actions import rules
from bot.actions.rules import Need, Said
from bot.authority import Stage
from bot.calendar import Hours, WorkingTime
from bot.storage import requests as rows
from knowledge.actions import Approval
from knowledge.repositories import Controller, LiveRepository, Reporter
from tests.actions.company import BUCKET

FRIDAY = datetime(2026, 11, 27, 15, tzinfo=UTC)
HOURS = WorkingTime(Hours(frozenset(range(1, 6)), time(9), time(17), "Europe/London"))
APP, STATUS = Controller(Reporter.ARGOCD, "app"), Controller(Reporter.STATUS, "live")
ALL_STATES = (*rows.BEGUN, *rows.ENDED, *rows.LAPSING, rows.PREPARING, rows.WAITING, rows.GOING)


@pytest.mark.parametrize(
    ("approval", "environment", "is_urgent", "expected"),
    [
        pytest.param(None, "prod", False, None, id="no rule"),
        pytest.param(Approval("ops", when={"environment": ("prod",)}), "dev", False, None, id="another value"),
        pytest.param(Approval("ops", when={"environment": ("prod",)}), "prod", False, ("ops", False), id="its value"),
        pytest.param(Approval("ops"), "dev", False, ("ops", False), id="always"),
        pytest.param(Approval("ops"), "dev", True, ("ops", False), id="urgent where that is not allowed"),
        pytest.param(Approval("ops", may_be_urgent=True), "dev", True, ("duty", True), id="urgent where it is"),
    ],
)
def test_who_must_agree(
    approval: Approval | None, environment: str, is_urgent: bool, expected: tuple[str, bool] | None
) -> None:
    action = replace(BUCKET, approval=approval)

    needed = rules.need(action, {"environment": environment}, is_urgent=is_urgent, now=FRIDAY, hours=HOURS)

    assert (None if needed is None else (needed.by, needed.is_urgent)) == expected
    entry, expires_at = rules.entry_of(action), needed.expires_at if needed else None
    assert rules.need_of(entry, is_urgent=is_urgent, expires_at=expires_at) == needed


@pytest.mark.parametrize(
    ("approval", "until"),
    [
        (Approval("ops", expires_working_days=1), datetime(2026, 11, 30, 15, tzinfo=UTC)),
        (Approval("ops", expires_after=timedelta(hours=4)), datetime(2026, 11, 27, 19, tzinfo=UTC)),
    ],
    ids=["working time passes over the weekend", "by the clock"],
)
def test_it_expires_in_working_time_unless_the_entry_says_otherwise(approval: Approval, until: datetime) -> None:
    needed = rules.need(replace(BUCKET, approval=approval), {}, is_urgent=False, now=FRIDAY, hours=HOURS)

    assert needed is not None
    assert needed.expires_at == until


@pytest.mark.parametrize(
    ("people", "agreed", "is_enough"),
    [(1, 0, False), (1, 1, True), (2, 1, False), (2, 2, True), (2, 3, True), (0, 0, False), (0, 5, False)],
)
def test_how_many_are_enough(people: int, agreed: int, is_enough: bool) -> None:
    assert rules.is_enough(Need("ops", people, FRIDAY), [str(each) for each in range(agreed)]) is is_enough


def test_nobody_is_enough_where_nobody_needs_to_agree() -> None:
    assert rules.is_enough(None, [])


@pytest.mark.parametrize(
    ("awaited", "said", "minute"),
    [
        pytest.param([], [(APP, True, 1)], None, id="nobody is awaited"),
        pytest.param([APP], [], None, id="nothing was said"),
        pytest.param([APP], [(APP, False, 1)], None, id="it failed"),
        pytest.param([APP], [(APP, True, 5), (APP, True, 2), (APP, True, 9)], 2, id="the first time counts"),
        pytest.param([APP, STATUS], [(APP, True, 2)], None, id="one of two"),
        pytest.param([APP, STATUS], [(APP, True, 2), (STATUS, True, 7), (APP, True, 9)], 7, id="the last of two"),
        pytest.param([APP], [(STATUS, True, 1)], None, id="somebody else"),
    ],
)
def test_when_it_is_live(
    awaited: list[Controller], said: list[tuple[Controller, bool, int]], minute: int | None
) -> None:
    told = [Said(each, "a", is_live, "", _at(at)) for each, is_live, at in said]

    assert rules.live_at(awaited, told) == (None if minute is None else _at(minute))


def test_the_newest_word_of_each_that_is_awaited_says_what_is_wrong() -> None:
    said = [
        Said(APP, "a", False, "old", _at(1)),
        Said(APP, "a", False, "new", _at(3)),
        Said(STATUS, "a", False, "mended", _at(1)),
        Said(STATUS, "a", True, "", _at(2)),
    ]

    newest = rules.newest_failure([APP, STATUS], said)

    assert newest is not None
    assert newest.said == "new"
    assert rules.newest_failure([STATUS], said) is None


@pytest.mark.parametrize(
    ("since", "looked", "is_due"),
    [
        (None, 1, True),
        (timedelta(minutes=2), 30, False),
        (timedelta(minutes=2), 45, True),
        (timedelta(hours=1), 179, False),
        (timedelta(hours=1), 180, True),
        (timedelta(days=9), 899, False),
        (timedelta(days=9), 900, True),
    ],
)
def test_what_goes_on_for_long_is_looked_at_less_often(since: timedelta | None, looked: int, is_due: bool) -> None:
    started_at = None if since is None else FRIDAY - since

    assert rules.is_look_due(FRIDAY - timedelta(seconds=looked), started_at, now=FRIDAY) is is_due
    assert rules.is_look_due(None, started_at, now=FRIDAY)


@pytest.mark.parametrize(
    ("reviewers", "own", "others", "expected"),
    [
        ([], ["me"], ["maya"], False),
        (["ME"], ["me"], [], False),
        (["me", "x"], ["me"], [], True),
        (["x"], [], ["maya"], False),
        (["Maya"], [], ["maya"], True),
        ([], [], [], False),
    ],
)
def test_a_review_counts_when_it_is_surely_another_persons(
    reviewers: list[str], own: list[str], others: list[str], expected: bool
) -> None:
    assert rules.is_reviewed(reviewers, own, others) is expected


def test_the_controllers_of_what_changed_are_awaited_and_no_others() -> None:
    pay, shop = Controller(Reporter.ARGOCD, "pay", "teams/pay"), Controller(Reporter.ARGOCD, "shop", "teams/shop")
    repository = LiveRepository("live", "https://git.example.com/live.git", "", (pay, shop))

    assert rules.controllers_of(repository, ["teams/pay/a.yaml", "teams/pay/b.yaml"]) == {pay}
    assert rules.controllers_of(repository, ["elsewhere.yaml"]) == frozenset()


@pytest.mark.parametrize("state", ALL_STATES)
def test_every_state_has_a_stage(state: str) -> None:
    assert rules.stage_of(state) is (Stage.ENDED if state in rows.ENDED else rules.STAGES[state])


def test_where_an_entry_stands_in_its_file_does_not_count() -> None:
    assert rules.entry_of(replace(BUCKET, file="a.yaml", line=7)) == rules.entry_of(BUCKET)
    assert rules.entry_of(replace(BUCKET, title="Another")) != rules.entry_of(BUCKET)


def _at(minute: int) -> datetime:
    return FRIDAY + timedelta(minutes=minute)
