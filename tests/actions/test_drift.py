"""Teams hear once a working day of changes by hand in what they own: once, whoever ticks, and in their own hours."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.actions.controllers import ControllerService
from bot.actions.drift import WORTH, DriftService
from bot.actions.reports import Report, read_argocd
from bot.desk import Desk
from bot.model import Window
from bot.storage.engine import Database
from bot.storage.schema import controller_reports, outbox, work
from bot.timetable import Planned, Timetable
from bot.wanted import Due, Kind, TeamDrift
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Site, Team
from knowledge.repositories import Controller, LiveRepository, Reporter
from tests.actions.said import argocd, at, told
from tests.curation.desk import PLATFORM, new_desk
from tests.work.desk import STARTS_AT, Hands

SHOP = "C0SHOP"
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
TODAY = TeamDrift("2026-11-24:", "")
SHOPS = TeamDrift("2026-11-24:shop", "shop")


def of(name: str, team: str) -> Controller:
    return Controller(Reporter.ARGOCD, name, path=f"teams/{name}", team=team)


HANDBOOK = Handbook(
    "r1",
    (),
    channels=Channels(platform_channel=PLATFORM, timezone="Europe/London"),
    people=People(
        teams={
            "shop": Team(Group(members=(Member("U0LIN"),)), "berlin", SHOP),
            "pay": Team(Group(members=(Member("U0MAYA"),))),
        },
        sites={"berlin": Site("Europe/Berlin", "DE-BE")},
    ),
    repositories=(
        LiveRepository("live", "git@github.com:small/live.git", controllers=(of("shop", "shop"), of("pay", "pay"))),
    ),
)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def desk(database: Database, hands: Hands) -> Desk:
    return new_desk(database, hands, handbook=HANDBOOK)


@pytest.fixture
def service(desk: Desk) -> DriftService:
    return DriftService(desk)


async def hear(desk: Desk, *bodies: dict[str, Any]) -> None:
    for body in bodies:
        report = read_argocd(body)
        assert isinstance(report, Report)
        assert await ControllerService(desk).take_report(report)


async def sent(desk: Desk) -> list[tuple[str, str, int]]:
    """Of each message the channel, its head, and how many lines follow."""
    async with desk.database.read() as tx:
        found = await tx.execute(select(outbox).order_by(outbox.c.created_at, outbox.c.key))
        return [(row.channel_id, row.text, len(row.blocks) - 1) for row in found]


async def lines(desk: Desk) -> list[str]:
    """All that was said of objects, in each message by name."""
    async with desk.database.read() as tx:
        found = (await tx.execute(select(outbox).order_by(outbox.c.created_at, outbox.c.key))).all()
    return [block["text"]["text"].partition("\n")[0] for row in found for block in row.blocks[1:]]


async def waiting(desk: Desk) -> list[tuple[str, datetime]]:
    async with desk.database.read() as tx:
        query = (
            select(work.c.key, work.c.due_at).where(work.c.kind == Kind.TELL_TEAM_DRIFT.value).order_by(work.c.due_at)
        )
        return [(row.key, row.due_at) for row in await tx.execute(query)]


ONE = "1 object was changed by hand. What shall last is changed in Git."


async def test_each_team_hears_of_its_own_and_the_platform_team_of_the_rest(desk: Desk, service: DriftService) -> None:
    await hear(
        desk,
        *(argocd("self-healed", application=name) for name in ("shop", "pay", "stray")),
        argocd("live", application="shop", at=at(minutes=1)),
    )

    await service.tell_team(SHOPS)
    await service.tell_team(TODAY)

    assert await sent(desk) == [
        (PLATFORM, "2 objects were changed by hand. What shall last is changed in Git.", 2),
        (SHOP, ONE, 1),
    ]


async def test_reports_of_one_object_are_one_line(desk: Desk, service: DriftService) -> None:
    await hear(
        desk,
        argocd("out-of-sync"),
        argocd("self-healed", at=at(minutes=1)),
        argocd("self-healed", at=at(minutes=2)),
        argocd("auto-sync-off", at=at(minutes=3)),
    )

    await service.tell_team(SHOPS)

    assert await lines(desk) == [
        "*`shop`* (Argo CD) was changed by hand twice, and put back to what Git says; auto-sync is off there."
    ]


async def test_where_there_is_nothing_to_tell_nothing_is_said(desk: Desk, service: DriftService) -> None:
    await hear(desk, argocd("live"), argocd("auto-sync-on"), argocd("sync-failed", application="pay"))

    await service.tell_team(SHOPS)
    await service.tell_team(TODAY)

    assert await sent(desk) == []


async def test_what_was_told_is_not_told_again(desk: Desk, service: DriftService, hands: Hands) -> None:
    await hear(desk, argocd("out-of-sync"))
    await service.tell_team(SHOPS)
    hands.move(days=1)
    await hear(desk, argocd("out-of-sync", at=at(days=1)))  # it still stands

    await service.tell_team(TeamDrift("2026-11-25:shop", "shop"))

    assert len(await sent(desk)) == 1


async def test_what_comes_after_the_days_message_waits_for_the_next(
    desk: Desk, service: DriftService, hands: Hands
) -> None:
    await hear(desk, argocd("self-healed"))
    await service.tell_team(SHOPS)
    await hear(desk, argocd("self-healed", at=at(minutes=5)))

    await service.tell_team(SHOPS)
    before = len(await sent(desk))
    hands.move(days=1)
    await service.tell_team(TeamDrift("2026-11-25:shop", "shop"))

    assert (before, await sent(desk)) == (1, [(SHOP, ONE, 1)] * 2)


async def test_it_is_told_once_by_replicas_that_tick_together(desk: Desk, hands: Hands, database_url: str) -> None:
    await hear(desk, *(argocd("self-healed", at=at(minutes=minute)) for minute in range(20)))
    other = Database(database_url)
    replicas = [DriftService(desk), DriftService(new_desk(other, hands, handbook=HANDBOOK))]

    await asyncio.gather(*(each.tell_team(SHOPS) for each in replicas * 4))
    await other.close()

    assert await sent(desk) == [(SHOP, ONE, 1)]
    assert await lines(desk) == ["*`shop`* (Argo CD) was changed by hand 20 times, and put back to what Git says."]
    async with desk.database.read() as tx:
        assert set(await tx.scalars(select(controller_reports.c.told_at))) == {STARTS_AT}


async def test_replicas_whose_slots_differ_share_what_there_is(desk: Desk, hands: Hands) -> None:
    await hear(desk, *(argocd("self-healed", at=at(minutes=minute)) for minute in range(5)))
    other = DriftService(desk)

    await asyncio.gather(other.tell_team(SHOPS), DriftService(desk).tell_team(TeamDrift("another:shop", "shop")))

    assert len(await sent(desk)) == 1


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 7, tzinfo=UTC),
        datetime(2026, 11, 24, 16, 1, tzinfo=UTC),
        datetime(2026, 11, 28, 12, tzinfo=UTC),
    ],
    ids=["before nine in Berlin", "after five in Berlin", "a Saturday"],
)
async def test_outside_the_teams_hours_it_waits(
    desk: Desk, service: DriftService, hands: Hands, moment: datetime
) -> None:
    hands.now = moment
    await hear(desk, argocd("self-healed", at=told(moment)))

    await service.tell_team(SHOPS)
    before = await sent(desk)
    hands.now = datetime(2026, 11, 30, 10, tzinfo=UTC)
    await service.tell_team(TeamDrift("2026-11-30:shop", "shop"))

    assert (before, len(await sent(desk))) == ([], 1)


async def test_auto_sync_that_stays_off_is_told_once_a_week(desk: Desk, service: DriftService, hands: Hands) -> None:
    await hear(desk, argocd("auto-sync-off"))
    for day in range(22):
        await service.tell_team(TeamDrift(f"{day}:shop", "shop"))
        hands.move(days=1)

    assert await lines(desk) == [
        "*`shop`* (Argo CD) has auto-sync off: nothing puts back what is changed by hand.",
        "*`shop`* (Argo CD) still has auto-sync off, after 7 days.",
        "*`shop`* (Argo CD) still has auto-sync off, after 14 days.",
        "*`shop`* (Argo CD) still has auto-sync off, after 21 days.",
    ]


async def test_auto_sync_that_is_on_again_is_told_no_more_and_when_off_anew_it_is(
    desk: Desk, service: DriftService, hands: Hands
) -> None:
    await hear(desk, argocd("auto-sync-off"))
    await service.tell_team(SHOPS)
    hands.move(days=2)
    await hear(desk, argocd("auto-sync-on", at=at(days=2)))
    hands.move(days=6)
    await service.tell_team(TeamDrift("later:shop", "shop"))
    before = len(await sent(desk))
    await hear(desk, argocd("auto-sync-off", at=at(days=8)))
    await service.tell_team(TeamDrift("later still:shop", "shop"))

    assert (before, len(await sent(desk))) == (1, 2)


async def test_auto_sync_that_was_off_for_a_while_is_not_told_later_either(desk: Desk, service: DriftService) -> None:
    await hear(desk, argocd("auto-sync-off"), argocd("auto-sync-on", at=at(minutes=5)))

    await service.tell_team(SHOPS)

    assert await sent(desk) == []
    async with desk.database.read() as tx:
        told_at = await tx.scalar(
            select(controller_reports.c.told_at).where(controller_reports.c.state == "not watching")
        )
    assert told_at == STARTS_AT


async def test_without_a_channel_it_is_kept_until_there_is_one(database: Database, hands: Hands) -> None:
    mute = new_desk(database, hands, handbook=Handbook("r1", ()))
    await hear(mute, argocd("self-healed"))

    await DriftService(mute).tell_team(TODAY)
    before = await sent(mute)
    await DriftService(new_desk(database, hands, handbook=HANDBOOK)).tell_team(SHOPS)

    assert (before, len(await sent(mute))) == ([], 1)


# The day, laid out.


async def test_each_team_has_its_own_time_of_the_day(desk: Desk, service: DriftService) -> None:
    await service.tell(Due("2026-11-24", MIDNIGHT.isoformat()))
    await service.tell(Due("2026-11-24", MIDNIGHT.isoformat()))

    assert await waiting(desk) == [
        ("2026-11-24:shop", MIDNIGHT + timedelta(hours=9)),
        ("2026-11-24:", MIDNIGHT + timedelta(hours=10)),
    ]


async def test_a_day_off_has_none(desk: Desk, service: DriftService) -> None:
    await service.tell(Due("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC).isoformat()))

    assert await waiting(desk) == []


async def test_each_day_is_laid_out_once_by_timetables_that_tick_together(
    desk: Desk, service: DriftService, hands: Hands
) -> None:
    planned = [Planned(Kind.TELL_DRIFT, service.schedule, WORTH)]
    tables = [Timetable(desk.database, planned, clock=hands.clock, wake=lambda: None) for _ in range(2)]

    for _ in range(3):
        await asyncio.gather(*(table.tick() for table in tables))
        hands.move(days=1)

    async with desk.database.read() as tx:
        keys = await tx.scalars(select(work.c.key).where(work.c.kind == Kind.TELL_DRIFT.value).order_by(work.c.key))
    assert list(keys) == ["2026-11-24", "2026-11-25", "2026-11-26"]


async def test_what_was_put_back_is_counted_by_the_team_whose_it_is(desk: Desk, service: DriftService) -> None:
    await hear(desk, *(argocd("self-healed", application=name) for name in ("shop", "pay", "stray")))

    window = Window(STARTS_AT - timedelta(days=7), STARTS_AT + timedelta(days=1))

    assert dict(await service.reverts(window)) == {"shop": 1, "pay": 1, "": 1}


async def test_no_message_holds_a_persons_name_or_id(desk: Desk, service: DriftService) -> None:
    await hear(desk, argocd("sync-failed", message="by U0MAYA"), argocd("out-of-sync", message="<@U0MAYA> did it"))

    await service.tell_team(SHOPS)

    async with desk.database.read() as tx:
        found = (await tx.execute(select(outbox))).all()
    assert len(found) == 1
    assert "MAYA" not in str(found)
