"""What controllers report is kept once, whatever they repeat, and read by who follows."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.actions.controllers import ControllerService
from bot.actions.reports import Report, read_argocd, read_flux
from bot.desk import Desk
from bot.storage import controllers as rows
from bot.storage.controllers import ReportRow
from bot.storage.engine import Database
from tests.actions.said import COMMIT, OTHER, applied, argocd, at, finished, kustomization, release
from tests.curation.desk import new_desk
from tests.work.desk import STARTS_AT, Hands

KUSTOMIZATION = "Kustomization/flux-system/shop"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def desk(database: Database, hands: Hands) -> Desk:
    return new_desk(database, hands)


@pytest.fixture
def service(desk: Desk) -> ControllerService:
    return ControllerService(desk)


def report(body: dict[str, Any]) -> Report:
    read = read_argocd(body) if "event" in body else read_flux(body)
    assert isinstance(read, Report)
    return read


async def take(service: ControllerService, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        assert await service.take_report(report(body))


async def kept(desk: Desk, object_: str = "shop", reporter: str = "argocd") -> list[ReportRow]:
    """The newest first."""
    async with desk.database.read() as tx:
        return list(await rows.reports_of(tx, reporter, object_, since=STARTS_AT - timedelta(days=500)))


async def states(desk: Desk, object_: str = KUSTOMIZATION) -> list[tuple[str, str]]:
    return [(row.state, row.revision) for row in await kept(desk, object_, "flux")]


async def test_a_report_is_kept_as_it_was_said(desk: Desk, service: ControllerService) -> None:
    body = argocd("sync-failed", message="quota", at=at(minutes=-5))

    await take(service, body)

    said_at = STARTS_AT - timedelta(minutes=5)
    assert await kept(desk) == [
        ReportRow(report(body).id, "argocd", "shop", COMMIT, "failed", "quota", said_at, heard_at=STARTS_AT)
    ]


async def test_a_replay_changes_nothing(desk: Desk, service: ControllerService) -> None:
    bodies = [argocd("live"), argocd("degraded", at=at(minutes=5)), argocd("self-healed", at=at(minutes=9))]
    await take(service, *bodies)
    before = await kept(desk)

    await take(service, *bodies, *reversed(bodies))

    assert await kept(desk) == before


async def test_copies_that_come_at_the_same_time_are_kept_once(desk: Desk, service: ControllerService) -> None:
    await asyncio.gather(*(service.take_report(report(argocd("self-healed"))) for _ in range(8)))

    assert len(await kept(desk)) == 1


@pytest.mark.parametrize(
    ("away", "is_taken"),
    [({"hours": -23}, True), ({"hours": -25}, False), ({"hours": 23}, True), ({"hours": 25}, False)],
    ids=["of today", "of yesterday", "ahead", "far ahead"],
)
async def test_what_was_said_more_than_a_day_away_is_not_taken(
    desk: Desk, service: ControllerService, away: dict[str, float], is_taken: bool
) -> None:
    assert await service.take_report(report(argocd("live", at=at(**away)))) is is_taken
    assert len(await kept(desk)) == is_taken


async def test_what_is_said_again_without_news_refreshes_the_first(
    desk: Desk, service: ControllerService, hands: Hands
) -> None:
    await take(service, finished())
    for _ in range(3):
        hands.move(minutes=10)
        minutes = (hands.now - STARTS_AT).total_seconds() / 60
        await take(
            service, {**finished(timestamp=at(minutes=minutes)), "message": f"Reconciliation finished in {minutes}s"}
        )

    found = await kept(desk, KUSTOMIZATION, "flux")

    assert [(row.said_at, row.heard_at) for row in found] == [(STARTS_AT, STARTS_AT + timedelta(minutes=30))]


async def test_what_changes_in_between_is_news(desk: Desk, service: ControllerService) -> None:
    failed = kustomization("HealthCheckFailed", "timeout", severity="error", timestamp=at(minutes=1))

    await take(service, finished(), failed, finished(timestamp=at(minutes=2)))

    assert await states(desk) == [("live", COMMIT), ("failed", COMMIT), ("live", COMMIT)]


async def test_each_change_that_was_put_back_counts(desk: Desk, service: ControllerService) -> None:
    await take(service, *(argocd("self-healed", at=at(minutes=minute)) for minute in range(3)))

    assert [row.state for row in await kept(desk)] == ["returned"] * 3


async def test_who_watches_is_a_course_of_its_own(desk: Desk, service: ControllerService) -> None:
    await take(
        service,
        argocd("auto-sync-off"),
        argocd("live", at=at(minutes=1)),
        argocd("auto-sync-off", at=at(minutes=2)),
        argocd("auto-sync-on", at=at(minutes=3)),
    )

    assert [row.state for row in await kept(desk)] == ["watching", "live", "not watching"]


# Flux does not say why it applies.


def of(revision: str, minutes: float) -> dict[str, Any]:
    return {"metadata": {"revision": f"main@sha1:{revision}"}, "timestamp": at(minutes=minutes)}


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ([finished(**of(COMMIT, 0))], "returned"),
        ([finished(**of(COMMIT, 0)), applied(**of(COMMIT, 1))], "returned"),
        ([finished(**of(OTHER, 0))], "working"),
        ([finished(**of(COMMIT, 0)), finished(**of(OTHER, 1))], "working"),
        (
            [finished(**of(COMMIT, 0)), kustomization("HealthCheckFailed", "x", severity="error", **of(COMMIT, 1))],
            "working",
        ),
        ([], "working"),
        ([finished(**of(COMMIT, 5))], "working"),  # at the same moment: it is of this apply
        ([finished(**of(COMMIT, 6))], "working"),  # said later, and heard before
    ],
    ids=["live", "put back before", "another", "another since", "failed since", "nothing", "same time", "later"],
)
async def test_an_apply_of_what_was_live_already_puts_something_back(
    desk: Desk, service: ControllerService, before: list[dict[str, Any]], state: str
) -> None:
    await take(service, *before)

    await take(service, applied(**of(COMMIT, 5)))

    found = {row.said_at: row.state for row in await kept(desk, KUSTOMIZATION, "flux") if row.said.startswith("Depl")}
    assert found[STARTS_AT + timedelta(minutes=5)] == state


async def test_an_apply_of_no_known_commit_is_only_work(desk: Desk, service: ControllerService) -> None:
    await take(service, finished(metadata={}), applied(metadata={}, timestamp=at(minutes=5)))

    assert await states(desk) == [("working", ""), ("live", "")]


# Who reads it.


async def test_a_follower_reads_what_was_said_of_its_object_from_a_moment_on(
    desk: Desk, service: ControllerService, hands: Hands
) -> None:
    await take(service, argocd("live", revision=OTHER), argocd("live", application="other"))
    hands.move(hours=1)
    await take(service, argocd("degraded", at=at(hours=1)), finished(timestamp=at(hours=1)))
    hands.move(hours=1)
    await take(service, argocd("live", at=at(hours=2)))

    async with desk.database.read() as tx:
        found = await rows.reports_of(tx, "argocd", "shop", since=STARTS_AT + timedelta(minutes=1))

    assert [(row.state, row.revision) for row in found] == [("live", COMMIT), ("failed", COMMIT)]


async def test_what_was_live_before_and_is_said_again_is_read(
    desk: Desk, service: ControllerService, hands: Hands
) -> None:
    await take(service, finished())
    hands.move(hours=1)
    await take(service, finished(timestamp=at(hours=1)))

    async with desk.database.read() as tx:
        found = await rows.reports_of(tx, "flux", KUSTOMIZATION, since=STARTS_AT + timedelta(minutes=1))

    assert [(row.state, row.said_at) for row in found] == [("live", STARTS_AT)]


async def test_what_was_put_back_is_counted_by_team(desk: Desk, service: ControllerService) -> None:
    await take(
        service,
        argocd("self-healed", at=at(hours=-3)),
        argocd("self-healed", at=at(hours=-2)),
        argocd("self-healed", at=at(hours=-2), application="pay"),
        argocd("self-healed", at=at(hours=-2), application="stray"),
        argocd("self-healed", at=at(hours=2)),
        argocd("out-of-sync", at=at(hours=-1)),
        release("DriftCorrected", "corrected", timestamp=at(hours=-1)),
    )
    teams = {("argocd", "shop"): "shop", ("argocd", "pay"): "pay", ("flux", "HelmRelease/shop/web"): "shop"}

    async with desk.database.read() as tx:
        found = await rows.drift_reverts(tx, STARTS_AT - timedelta(days=1), STARTS_AT, teams=teams)

    assert dict(found) == {"shop": 3, "pay": 1, "": 1}


async def test_old_reports_are_forgotten_those_of_changes_by_hand_much_later(
    desk: Desk, service: ControllerService, hands: Hands
) -> None:
    await take(
        service, argocd("live"), argocd("self-healed", at=at(minutes=1)), argocd("auto-sync-off", at=at(minutes=2))
    )

    left = []
    for days in (29, 2, 368, 2):
        hands.move(days=days)
        await service.forget_old()
        left.append([row.state for row in await kept(desk)])

    assert left == [
        ["not watching", "returned", "live"],
        ["not watching", "returned"],
        ["not watching", "returned"],
        [],
    ]
