"""The way to a person: named only inside their hours, and at most once a thread."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.answers.blocks import OnDuty
from bot.answers.duty import DutyService, on_duty
from bot.calendar import Hours
from bot.clock import Clock
from bot.desk import Desk
from bot.library import Library, Shelf
from bot.model import Profile, Workspace
from bot.outbox import Outbox
from bot.people import PeopleService
from bot.storage import peers
from bot.storage.engine import Database, Tx
from bot.storage.peers import MessageRow, QuestionRow
from bot.storage.schema import outbox
from bot.wanted import Asking
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import Duty, Group, Member, People
from tests.work.desk import FakeSlack, ids, never_off

OFFICE = Hours(frozenset(range(1, 6)), time(9), time(17, 30), "Europe/London")
DUTY = Duty(Group("S0DUTY"), OFFICE, page="write /incident")
MORNING, NIGHT = datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC)
GUEST = "a guest"
CHRISTMAS = datetime(2026, 12, 25, 10, tzinfo=UTC)  # a Friday; the Monday after it is a holiday too
QUESTION_TS = f"{int(MORNING.timestamp())}.000100"


@pytest.mark.parametrize(
    ("duty", "now", "expected"),
    [
        pytest.param(DUTY, MORNING, OnDuty("<!subteam^S0DUTY>", "", "write /incident"), id="in their hours"),
        pytest.param(DUTY, NIGHT, OnDuty("", "Wednesday 09:00 (Europe/London)", "write /incident"), id="at night"),
        pytest.param(
            DUTY,
            MORNING - timedelta(hours=2),
            OnDuty("", "today 09:00 (Europe/London)", "write /incident"),
            id="early in the morning",
        ),
        pytest.param(
            DUTY, CHRISTMAS, OnDuty("", "Tuesday 09:00 (Europe/London)", "write /incident"), id="on a holiday"
        ),
        pytest.param(
            replace(DUTY, hours=replace(OFFICE, days=frozenset({2}))),
            MORNING + timedelta(hours=8),
            OnDuty("", "Tuesday 1 December 09:00 (Europe/London)", "write /incident"),
            id="a week from now",
        ),
        pytest.param(replace(DUTY, group=Group()), MORNING, OnDuty("", "", "write /incident"), id="no group"),
        pytest.param(None, MORNING, OnDuty("", "", ""), id="nobody is named"),
        pytest.param(
            replace(DUTY, group=Group(members=(Member("U0NOW"), Member("U0GONE", until=date(2026, 1, 1))))),
            MORNING,
            OnDuty("<@U0NOW>", "", "write /incident"),
            id="people by name",
        ),
        pytest.param(
            replace(
                DUTY,
                group=Group(members=(Member("U0BACK", until=date(2026, 1, 1)), Member("U0BACK", date(2026, 6, 1)))),
            ),
            MORNING,
            OnDuty("<@U0BACK>", "", "write /incident"),
            id="somebody who came back, once",
        ),
    ],
)
def test_group_is_named_only_while_somebody_is_there(duty: Duty | None, now: datetime, expected: OnDuty) -> None:
    assert on_duty(duty, now=now, holidays="GB-ENG") == expected


@pytest.fixture
def duty(database: Database) -> DutyService:
    clock = Clock(MORNING.timestamp)
    handbook = Handbook(revision="1", articles=(), people=People(duty=DUTY))
    box = Outbox(database, FakeSlack(), is_off=never_off, clock=clock, new_id=ids("mark"))
    desk = Desk(
        database,
        box,
        FakeSlack(),
        shelf=Shelf(Library(handbook, Index.build(handbook.articles))),
        workspace=Workspace("T1", None, "UBOT", "B1"),
        clock=clock,
        new_id=ids("id"),
        wake=lambda: None,
    )
    return DutyService(desk, Known(desk))


class Known(PeopleService):
    """Everybody is one of ours; one is a guest."""

    async def profile(self, pseudonym: str) -> Profile:
        return Profile("U1", "T1", is_guest=pseudonym == GUEST)


async def put_in(database: Database) -> list[dict[str, Any]]:
    names = ("key", "kind", "channel_id", "recipient", "thread_ts", "response_url")
    async with database.read() as tx:
        rows = await tx.execute(select(*(outbox.c[name] for name in names)).order_by(outbox.c.key))
        return [dict(row) for row in rows.mappings()]


ASKED = Asking("C1:2.0", "p1", "", "C1", question_ts="2.0", thread_ts="1.0")


async def test_people_on_duty_are_named_once_a_thread_whoever_asks(duty: DutyService, database: Database) -> None:
    await duty.hand_over(ASKED)
    await duty.hand_over(replace(ASKED, key="C1:3.0", asker="p2", question_ts="3.0"))
    await duty.hand_over(replace(ASKED, key="C1:1.0", question_ts="1.0", thread_ts=None))

    *told, called = await put_in(database)
    assert [(row["key"], row["recipient"]) for row in told] == [
        ("hand-over-told:C1:1.0", "p1"),
        ("hand-over-told:C1:3.0", "p2"),
    ]
    assert [called] == [
        {
            "key": "hand-over:C1:1.0",
            "kind": "hand-over",
            "channel_id": "C1",
            "recipient": None,
            "thread_ts": "1.0",
            "response_url": None,
        }
    ]


@pytest.mark.parametrize(
    "asking",
    [
        pytest.param(
            replace(ASKED, question_ts=None, thread_ts=None, response_url="https://hooks.example/1"),
            id="by the command",
        ),
        pytest.param(replace(ASKED, channel_id="D1", is_direct=True), id="in a DM"),
    ],
)
async def test_who_asks_in_private_is_told_in_private(duty: DutyService, database: Database, asking: Asking) -> None:
    await duty.hand_over(asking)

    [row] = await put_in(database)
    assert (row["key"], row["recipient"], row["channel_id"] in ("", "D1")) == ("hand-over:C1:2.0", "p1", True)


async def test_that_nobody_was_there_at_night_leaves_the_call_of_the_day(duty: DutyService, database: Database) -> None:
    night = DutyService(replace(duty._desk, clock=Clock(NIGHT.timestamp)), Known(duty._desk))

    await night.hand_over(ASKED)
    await duty.hand_over(replace(ASKED, key="C1:3.0"))

    assert [row["key"] for row in await put_in(database)] == ["hand-over-away:C1:1.0", "hand-over:C1:1.0"]


async def test_a_guest_calls_nobody_and_is_told_why(duty: DutyService, database: Database) -> None:
    await duty.hand_over(replace(ASKED, asker=GUEST))

    assert [(row["key"], row["recipient"]) for row in await put_in(database)] == [("hand-over-told:C1:2.0", GUEST)]


URGENT = Asking(f"C1:{QUESTION_TS}", "p1", "prod down", "C1", question_ts=QUESTION_TS)


async def asked(database: Database, *replies: str) -> None:
    """The question that is overheard, and who wrote below it."""

    async def unit(tx: Tx) -> None:
        said = [("p1", QUESTION_TS, None), *((who, f"{float(QUESTION_TS) + 1:.6f}", QUESTION_TS) for who in replies)]
        await peers.put_messages(
            tx, [MessageRow("C1", ts, root, who, "person", "?", "asks", None, None) for who, ts, root in said]
        )
        await peers.put_questions(tx, [QuestionRow("C1", QUESTION_TS, "p1", "broken", "rules")])

    await database.write(unit)


async def test_an_urgent_question_calls_people_once_a_thread(duty: DutyService, database: Database) -> None:
    await asked(database)

    await duty.call(replace(URGENT, asked=False))
    await duty.hand_over(replace(URGENT, key="C1:3.0", thread_ts=QUESTION_TS))
    await duty.call(replace(URGENT, key="C1:4.0", thread_ts=QUESTION_TS))

    rows = await put_in(database)
    assert [row["key"] for row in rows] == ["hand-over-told:C1:3.0", f"hand-over:C1:{QUESTION_TS}"]


@pytest.mark.parametrize("why", ["somebody is at it", "it was taken back", "it is an hour old", "nobody is named"])
async def test_an_overheard_urgent_question_calls_nobody(duty: DutyService, database: Database, why: str) -> None:
    if why != "it was taken back":
        await asked(database, *["p2"] * (why == "somebody is at it"))
    late = MORNING + timedelta(minutes=61 * (why == "it is an hour old"))
    people = People(duty=None if why == "nobody is named" else DUTY)
    shelf = Shelf(Library(Handbook(revision="1", articles=(), people=people), Index.build(())))
    desk = replace(duty._desk, clock=Clock(late.timestamp), shelf=shelf)

    await DutyService(desk, Known(desk)).call(replace(URGENT, asked=False))

    assert await put_in(database) == []
