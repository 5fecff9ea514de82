"""Uses from actions, from the hook and from a file: strict, once each, and of people nothing but weeks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.adoption.use_events import FileUse, UseEvent, read_file, read_use
from bot.adoption.uses import UseService, take_file
from bot.model import Malformed, What
from bot.people import PeopleService
from bot.storage import requests as request_rows
from bot.storage.engine import Database
from bot.storage.requests import DONE, FAILED, LIVE, MERGED, UNOBSERVED, RequestRow
from bot.storage.schema import capability_people, capability_uses
from bot.wanted import Converged
from knowledge.actions import Action
from knowledge.capabilities import Capability
from tests.adoption.desk import ACTION, CAPABILITY, HANDBOOK, PEOPLE, Adoption
from tests.work.desk import Hands

ATTESTED = replace(ACTION, capability=CAPABILITY.id)
RENAMED = replace(PEOPLE, teams=PEOPLE.teams | {"search": replace(PEOPLE.teams["search"], formerly=("find",))})
TODAY = date(2026, 11, 24)
BODY = {"id": "deploy-1", "capability": CAPABILITY.id, "team": "payments", "at": "2026-11-24T00:30:00+02:00"}


class Desk:
    def __init__(self, database: Database) -> None:
        self.hands = Hands()
        self.adoption = Adoption(database, self.hands, handbook=replace(HANDBOOK, actions=(ATTESTED,), people=RENAMED))
        self.uses = UseService(self.adoption.desk, PeopleService(self.adoption.desk))

    async def kept(self) -> list[tuple[str, date, str, str]]:
        columns = (capability_uses.c.team, capability_uses.c.day, capability_uses.c.what, capability_uses.c.source)
        return [tuple(row) for row in await self.adoption.rows(select(*columns).order_by(*columns))]

    async def people(self) -> list[tuple[str, str]]:
        columns = (capability_people.c.capability, capability_people.c.week)
        return [tuple(row) for row in await self.adoption.rows(select(*columns))]

    async def run(self, *, state: str = LIVE, team: str = "payments", user_id: str = "U0PRIYA") -> str:
        now, id_ = self.hands.now, self.adoption.desk.new_id()
        row = RequestRow(
            id_, id_, await self.adoption.person(user_id), ACTION.id, "proposal", "git", "", {}, {"team": team}, "r1",
            now, state=state, ended_at=now if state != MERGED else None,
        )  # fmt: skip
        await self.adoption.database.write(lambda tx: request_rows.add(tx, row))
        await self.uses.converged(Converged(id_, id_))
        return id_

    async def hear(self, **changed: Any) -> str:
        event = read_use(BODY | changed)
        assert isinstance(event, UseEvent)
        return await self.uses.take_event(event)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# Actions.


async def test_an_action_that_came_to_hold_is_a_use_by_its_team_once(desk: Desk) -> None:
    request_id = await desk.run()
    await desk.uses.converged(Converged("again", request_id))
    await desk.run()

    day = desk.hands.now.date()
    assert await desk.kept() == [("payments", day, "used", "action")]
    assert len(await desk.people()) == 1


@pytest.mark.parametrize(
    ("state", "counts"), [(LIVE, True), (DONE, True), (UNOBSERVED, True), (MERGED, False), (FAILED, False)]
)
async def test_only_what_came_about_is_a_use(desk: Desk, state: str, counts: bool) -> None:
    await desk.run(state=state)

    assert bool(await desk.kept()) is counts


async def test_a_request_under_a_teams_old_name_is_the_teams(desk: Desk) -> None:
    await desk.run(team="find", user_id="U0AMARA")

    assert [row[0] for row in await desk.kept()] == ["search"]


@pytest.mark.parametrize(
    ("capability", "action", "counts"),
    [
        pytest.param(CAPABILITY, ATTESTED, True, id="of the capability"),
        pytest.param(CAPABILITY, ACTION, False, id="of none"),
        pytest.param(replace(CAPABILITY, used_by=()), ATTESTED, False, id="none counts"),
        pytest.param(replace(CAPABILITY, used_by=("other",)), ATTESTED, False, id="another counts"),
        pytest.param(replace(CAPABILITY, used_by=(ACTION.id,)), ACTION, True, id="named, though of none"),
    ],
)
async def test_the_handbook_says_which_actions_are_a_use(
    desk: Desk, capability: Capability, action: Action, counts: bool
) -> None:
    desk.adoption.now_reads(capabilities=(capability,), actions=(action,))
    await desk.run()

    assert bool(await desk.kept()) is counts


# The hook.


async def test_an_event_is_taken_for_the_day_of_the_handbooks_wall_once_by_its_id(desk: Desk) -> None:
    desk.hands.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    assert [await desk.hear(person="U0PRIYA") for _ in range(3)] == ["", "", ""]
    await desk.hear(at="2026-11-20T10:00:00Z")  # the same id with something else in it: not taken again

    assert await desk.kept() == [("payments", date(2026, 11, 23), "used", "webhook")]
    assert await desk.people() == [(CAPABILITY.id, "2026-W48")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"capability": "attested-build"}, 'did you mean "attested-builds"?', id="a slip"),
        pytest.param({"team": "nobody"}, "team: it is not in people.yaml", id="no such team"),
        pytest.param({"at": "2026-11-25T12:00:01Z"}, "ahead of our clock", id="to come"),
        pytest.param({"at": "2026-11-18T11:59:59Z"}, "mentor adoption import", id="long ago"),
    ],
)
async def test_an_event_that_cannot_be_is_refused_with_the_reason(
    desk: Desk, changed: dict[str, str], reason: str
) -> None:
    desk.hands.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    assert reason in await desk.hear(**changed)
    assert await desk.kept() == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"id": ""}, "id", id="no id"),
        pytest.param({"id": 7}, "id", id="a number for an id"),
        pytest.param({"id": "x" * 201}, "id", id="a long id"),
        pytest.param({"team": "pay\nments"}, "team", id="two lines"),
        pytest.param({"at": "2026-11-24T10:00:00"}, "at", id="no zone"),
        pytest.param({"at": "yesterday"}, "at", id="no time"),
        pytest.param({"event": "tried"}, "event", id="no event of ours"),
        pytest.param({"person": "priya@example.com"}, "person", id="an address for a person"),
        pytest.param({"count": 3}, "1 keys are not known", id="another key"),
    ],
)
def test_a_body_that_is_not_of_the_form_names_the_field(changed: dict[str, Any], field: str) -> None:
    found = read_use(BODY | changed)

    assert isinstance(found, Malformed)
    assert found.reason.startswith(field)


def test_half_a_character_in_an_id_breaks_nothing() -> None:
    assert isinstance(read_use(BODY | {"id": "\ud800"}), UseEvent)


async def test_who_used_what_is_forgotten_after_half_a_year_and_what_the_team_did_is_not(desk: Desk) -> None:
    desk.hands.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    await desk.hear(person="U0PRIYA")
    await desk.uses.forget_old()
    assert len(await desk.people()) == 1

    desk.hands.now += timedelta(weeks=27)
    await desk.uses.forget_old()

    assert (await desk.people(), len(await desk.kept())) == ([], 1)


# The file.


def read(*lines: str) -> tuple[Sequence[FileUse], Sequence[str]]:
    handbook = replace(HANDBOOK, people=RENAMED)
    found = read_file(iter([f"{line}\r\n" for line in lines]), handbook, name="u.csv", today=TODAY)
    return found.uses, found.errors


def test_a_file_is_read_with_its_columns_in_any_order() -> None:
    uses, errors = read(
        "team,capability,day,event,person",
        "payments,attested-builds,2026-11-02,,U0PRIYA",
        '"find",attested-builds,2026-11-03,left,',
        "",
    )

    assert errors == ()
    assert uses == (
        FileUse("attested-builds", "payments", date(2026, 11, 2), What.USED, "U0PRIYA"),
        FileUse("attested-builds", "search", date(2026, 11, 3), What.LEFT),
    )


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        pytest.param((), "u.csv:1: capability: the column is missing", id="an empty file"),
        pytest.param(("capability,team,date",), 'u.csv:1: "date"', id="a column nobody knows"),
        pytest.param(("capability,team,day,day",), "u.csv:1: a column is named twice", id="a column twice"),
        pytest.param(("capability,team,day", "attested-builds,payments"), "u.csv:2: 2 values", id="too few"),
        pytest.param(("capability,team,day", "x,payments,2026-11-02"), "u.csv:2: capability:", id="no capability"),
        pytest.param(("capability,team,day", "attested-builds,pay,2026-11-02"), "u.csv:2: team:", id="no team"),
        pytest.param(
            ("capability,team,day", "attested-builds,payments,2026-11-25"), "u.csv:2: day:", id="a day to come"
        ),
        pytest.param(
            ("capability,team,day", "attested-builds,payments,02/11/2026"), "u.csv:2: day:", id="another form"
        ),
        pytest.param(("capability,team,day", 'attested-builds,"pay,2026-11-02'), "u.csv:2: it is no CSV", id="a quote"),
        pytest.param(("capability,team,day", "x" * 3_000), "u.csv:1: it is no CSV", id="an endless line"),
    ],
)
def test_a_mistake_in_a_file_names_its_line_and_nothing_is_taken(lines: tuple[str, ...], error: str) -> None:
    uses, errors = read(*lines)

    assert uses == ()
    assert errors[0].startswith(error)


def test_all_mistakes_are_named_as_far_as_anybody_reads() -> None:
    _, errors = read("capability,team,day", *["x,y,z"] * 40)

    assert (len(errors), errors[-1]) == (51, "and 30 more like these")


async def test_a_file_taken_twice_adds_nothing_the_second_time(database: Database) -> None:
    desk = Desk(database)
    uses, _ = read("capability,team,day", *(f"attested-builds,payments,2026-11-{day:02}" for day in range(1, 20)))

    taken = [
        await take_file(database, uses, clock=desk.hands.clock, new_id=desk.adoption.desk.new_id) for _ in range(2)
    ]

    assert [(each.lines, each.new) for each in taken] == [(19, 19), (19, 0)]
