"""How self-service fares: each number as docs/metrics.md defines it, from the database to the words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.actions.facts import LOOK_BACK, ActionFactsService, FiguresPart
from bot.actions.figures import ActionFacts, figures, lines, open_debts
from bot.model import Course, Window
from bot.people import PeopleService
from bot.statistics import Share, percentile
from bot.storage import controllers as reports
from bot.storage import follow_ups
from bot.storage import requests as rows
from bot.storage.controllers import ReportRow
from bot.storage.engine import Database
from bot.storage.requests import RequestRow
from knowledge.actions import Mode
from knowledge.loader import Handbook
from knowledge.repositories import Controller, LiveRepository, Reporter
from tests.actions.company import BUCKET, RESTART, Company

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=90), NOW)
STARTED = NOW - timedelta(days=1)


def course(state: str, *, mode: str = "proposal", hours: float = 2, started_at: datetime | None = STARTED) -> Course:
    """Asked an hour before it was started, ended so many hours after it was asked."""
    asked = (started_at or STARTED) - timedelta(hours=1)
    ended = None if state in ("open", "running", "merged") else asked + timedelta(hours=hours)
    return Course(mode, state, asked, started_at, ended)


def of(*courses: Course) -> ActionFacts:
    return figures(WINDOW, courses, debts=(), reverts={})


def test_time_to_converged_is_of_what_a_controller_made_live() -> None:
    live = [course("live", hours=each) for each in (1, 2, 3, 4, 20)]

    facts = of(*live, course("done", hours=9), course("unobserved", hours=9), course("failed", hours=9))

    assert facts.live_s == tuple(each * 3600.0 for each in (1, 2, 3, 4, 20))
    assert facts.to_converged == (3 * 3600.0, 20 * 3600.0)


def test_under_five_are_too_few_to_say() -> None:
    facts = of(*[course("live")] * 4)

    assert facts.to_converged is None
    assert facts.to_json()["time_to_converged_s"] == {"n": 4, "median": None, "p90": None}
    assert lines(facts)[0] == "From asking to live: too few to say (4)."


def test_task_success_is_of_what_was_started_and_could_be_observed() -> None:
    facts = of(
        course("live"), course("done", mode="direct"), course("failed"), course("closed"), course("open"),
        course("merged"), course("unobserved"), course("declined", started_at=None), course("failed", started_at=None),
    )  # fmt: skip

    assert (facts.success, facts.under_way, facts.unobserved) == (Share(2, 6), 2, 1)


def test_push_debt_is_of_all_that_was_started() -> None:
    facts = of(course("done", mode="direct"), course("failed", mode="break-glass"), course("open"), course("live"))

    assert facts.pushed == Share(2, 4)


def test_what_began_before_the_window_counts_where_it_ended() -> None:
    before = course("live", started_at=WINDOW.since - timedelta(minutes=5))
    after = Course("proposal", "live", STARTED, STARTED, NOW)

    facts = of(before, after)

    assert (facts.live_s, facts.success) == ((7200.0,), Share(1, 1))


@given(
    st.lists(st.builds(course, st.sampled_from(["live", "done", "failed", "open", "merged", "unobserved", "closed"])))
)
def test_shares_hold_together_whatever_became_of_requests(courses: list[Course]) -> None:
    facts = of(*courses)

    assert facts.success.n + facts.unobserved == facts.pushed.n == len(courses)
    assert facts.success.k + facts.under_way <= facts.success.n
    assert facts.to_converged is None or facts.to_converged[1] == percentile(facts.live_s, 90)


def test_debt_is_open_until_a_proposal_serves_the_same() -> None:
    push = replace(RESTART, capability="runners")
    other, gone = replace(RESTART, id="other"), "gone"
    proposed = replace(BUCKET, capability="runners")

    assert open_debts(["restart", "other", gone], [push, other]) == ["restart", "other"]
    assert open_debts(["restart", "other"], [push, other, proposed]) == ["other"]
    assert open_debts(["restart"], [replace(push, mode=Mode.PROPOSAL)]) == []
    assert open_debts([], [push, other]) == []


def test_all_is_told_in_three_lines_of_plain_words() -> None:
    courses = [*[course("live", hours=3)] * 8, course("open"), course("done", mode="direct")]
    reverts = {"payments": 3, "": 1, "search": 7, "checkout": 3, "web": 1}

    facts = figures(WINDOW, courses, debts=["restart"], reverts=reverts)

    live, success, pushes = lines(facts)
    assert live == "From asking to live: 3 h in the middle, 3 h for 9 of 10 (8)."
    assert success == "Started and live or done: 90 % of 10 (60 % to 98 %); 1 still under way."
    assert pushes == (
        "Pushed past Git: 10 % of 10 (2 % to 40 %); without a proposal in its place: restart. "
        "Changed by hand and put back: search 7, checkout 3, payments 3, nobody named 1 and 1 more."
    )


def test_nothing_is_told_as_nothing() -> None:
    assert lines(of()) == [
        "From asking to live: too few to say (0).",
        "Started and live or done: too few to say (0 of 0).",
        "Pushed past Git: too few to say (0 of 0). Changed by hand and put back: nothing.",
    ]


# From the database.


async def _put(database: Database, name: str, each: Course) -> None:
    row = RequestRow(
        id=name, key=name, person="p", action="restart", mode=each.mode, backend="git", channel_id="", entry={},
        inputs={}, revision="r1", created_at=each.created_at, state=each.state, started_at=each.started_at,
        ended_at=each.ended_at,
    )  # fmt: skip
    await database.write(lambda tx: rows.add(tx, row))


async def _report(database: Database, name: str, state: str, object_: str, at: datetime) -> None:
    row = ReportRow(name, "argocd", object_, "", state, "", at, at)
    await database.write(lambda tx: reports.add(tx, row))


def handbook() -> Handbook:
    controllers = (Controller(Reporter.ARGOCD, "payments", team="payments"), Controller(Reporter.ARGOCD, "shared"))
    live = LiveRepository("live", "https://git.example.com/live.git", "main", controllers)
    return Handbook("r1", (), actions=(BUCKET, RESTART), repositories=(live,))


async def test_facts_are_read_from_what_is_kept(database: Database) -> None:
    old = WINDOW.since - timedelta(hours=3)
    courses = {
        "live": course("live"),
        "ends in it": replace(course("live", started_at=old), ended_at=WINDOW.since),
        "before": course("live", started_at=old, hours=1),
        "after": course("live", started_at=NOW),
        "pushed": course("done", mode="break-glass"),
        "waits": Course("proposal", "waiting", STARTED),
    }
    for name, each in courses.items():
        await _put(database, name, each)
    await database.write(lambda tx: follow_ups.is_new_debt(tx, "restart", now=NOW))
    for name, state, object_, at in (
        ("1", "returned", "payments", STARTED),
        ("2", "returned", "payments", WINDOW.since),
        ("3", "returned", "payments", NOW),
        ("4", "returned", "shared", STARTED),
        ("5", "out of sync", "payments", STARTED),
    ):
        await _report(database, name, state, object_, at)

    facts = await ActionFactsService(database, handbook=handbook).facts(WINDOW)

    assert facts == ActionFacts(
        window=WINDOW,
        live_s=(7200.0, 4 * 3600.0),
        success=Share(2, 2),
        under_way=0,
        unobserved=0,
        pushed=Share(1, 2),
        debts=("restart",),
        reverts={"payments": 2, "": 1},
    )


async def test_platform_team_alone_sees_them_in_app_home(database: Database) -> None:
    company = Company(database)
    facts = ActionFactsService(database, handbook=lambda: company.desk.shelf.library.handbook)
    part = FiguresPart(company.desk, PeopleService(company.desk), facts)

    shown = await part.home_part(await company.pseudonym("U0MAYA"))

    assert shown[0]["text"]["text"] == f"Self-service, {LOOK_BACK.days} days"
    assert shown[1]["text"]["text"].count("\n") == 2
    assert await part.home_part(await company.pseudonym("U0JONAS")) == ()
    company.use()
    assert await part.home_part(await company.pseudonym("U0MAYA")) == ()
