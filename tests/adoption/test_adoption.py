"""Every figure of adoption of a company whose year was worked out by hand; on both databases."""

import asyncio
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.adoption.courses import State
from bot.adoption.facts import AdoptionPart
from bot.adoption.figure_lines import lines
from bot.adoption.figures import CapabilityFacts, StatusChange, Stickiness
from bot.adoption.reasons import Reason, WhyNot
from bot.adoption.totals import AdoptionFacts, csv_rows
from bot.adoption.use_events import FileUse
from bot.model import Window
from bot.people import PeopleService
from bot.statistics import Share
from bot.storage import people as people_rows
from bot.storage import team
from bot.storage.engine import Database, Tx
from bot.storage.schema import capability_people, capability_uses
from bot.storage.team import Term
from knowledge.capabilities import Status
from tests.adoption.company import (
    BUCKETS,
    HANDBOOK,
    PEOPLE,
    USES,
    WINDOW,
    ask_who_told,
    choose_evidence,
    facts_of,
    log_friction,
    look_through_the_year,
    say_why_not,
    tell,
)
from tests.adoption.desk import Adoption
from tests.privacy.company import privacy
from tests.work.desk import Hands

EXPECTED = CapabilityFacts(
    id=BUCKETS,
    title="Buckets",
    status=Status.MANDATED,
    since=date(2026, 10, 5),
    is_measured=True,
    standings={
        State.CHOSE: 5,  # a, b, g, j, k
        State.HAS_TO: 2,  # c, f
        State.PILOT: 0,
        State.EQUIVALENT: 1,  # e
        State.LEFT: 0,
        State.NOT_YET: 2,  # d, h
    },
    voluntary=Share(5, 10),  # without i, who may not any more, and l, who left the company
    new_by_choice=0,
    new_without=1,  # c; f began before the window
    active=5,  # a, c, f, g, j
    active_by_choice=3,  # a, g, j
    churn=Share(1, 3),  # b, of a, b, g
    retention={4: Share(4, 9), 12: Share(1, 8)},  # c, j, k, l of a, b, c, e, g, i, j, k, l; a of these without g
    stickiness=Stickiness((3, 3, 2, 2), 5),  # P1 to P5
    pull=Share(1, 2),
    changes=(StatusChange(date(2026, 10, 5), Status.OPTIONAL, Status.MANDATED, 1, 2, 49),),  # g; then c and f
    why_not=WhyNot({State.NOT_YET: {Reason.HARD: 1}, State.EQUIVALENT: {Reason.HAVE: 1}}, asked=2),  # d and e; d and h
    days_to_learn=30,  # 5 January to 4 February
)


async def everything(database: Database) -> None:
    await look_through_the_year(database)
    await people_to_be_left_out(database)
    await tell(database, USES, source="file")
    await tell(database, PEOPLE, source="action")
    await choose_evidence(database)
    await ask_who_told(database)
    await say_why_not(database)
    await log_friction(database)
    await privacy(database).forget("U0P6")


async def people_to_be_left_out(database: Database) -> None:
    adoption = Adoption(database, Hands())
    maya = await adoption.person("U0MAYA")

    async def unit(tx: Tx) -> None:
        await people_rows.leave_out(tx, "U0OUT", await people_rows.stand_ins(tx), now=adoption.hands.now)
        await team.replace(tx, team.HANDBOOK, [Term(maya)])

    await database.write(unit)


@pytest.fixture
async def facts(database: Database) -> AdoptionFacts:
    await everything(database)
    return await facts_of(database).facts(WINDOW)


async def test_every_figure_is_as_worked_out_by_hand(facts: AdoptionFacts) -> None:
    assert facts.capabilities == (EXPECTED,)
    assert facts.capabilities[0].stickiness.value == 0.5
    assert facts.equivalent_evidence == {"attestation": Share(1, 1)}


async def test_a_use_told_by_two_sources_and_twice_by_each_changes_nothing(database: Database) -> None:
    await everything(database)
    for source in ("action", "webhook", "file"):
        await tell(database, [*reversed(USES), *reversed(PEOPLE)], source=source)

    (found,) = (await facts_of(database).facts(WINDOW)).capabilities

    assert found == EXPECTED


async def test_a_jump_after_a_mandate_is_said_to_be_none_by_choice(facts: AdoptionFacts) -> None:
    said = lines(facts)

    assert said[0] == (
        "Buckets (mandated): teams that chose it, of those that could: 50 % of 10 (24 % to 76 %); without a choice "
        "(not counted) 2; by evidence of their own 1; not using it 2."
    )
    assert said[2] == (
        "Buckets: mandated since 5 Oct 2026, optional before: 1 began in the 49 days before and 2 in as many after; "
        "they had to, so it does not count as a choice."
    )


async def test_why_not_and_what_was_learned_are_said_in_words(facts: AdoptionFacts) -> None:
    said = lines(facts)

    assert said[3] == (
        "Buckets, why not: never used it: too hard to begin with 1; have an equivalent: what we have does it 1 "
        "(2 teams said, 2 asked)."
    )
    assert said[4] == "Buckets: 30 days from the first offer to the first thing learned."


async def test_before_the_mandate_nothing_is_marked(database: Database) -> None:
    await everything(database)
    before = Window(datetime(2026, 8, 31, tzinfo=UTC), datetime(2026, 9, 28, tzinfo=UTC))

    (found,) = (await facts_of(database).facts(before)).capabilities

    assert (found.status, found.changes, found.voluntary) == (Status.OPTIONAL, (), Share(6, 11))  # with i
    assert (found.new_by_choice, found.new_without, found.standings[State.LEFT]) == (1, 0, 1)


async def test_of_people_nothing_is_kept_but_weeks_and_nothing_of_who_does_not_count(database: Database) -> None:
    await everything(database)
    async with database.read() as tx:
        people = await people_rows.all_slack_ids(tx)
        kept = (await tx.execute(select(capability_people))).all()

    assert {people[row.person] for row in kept} == {"U0P1", "U0P2", "U0P3", "U0P4", "U0P5"}
    assert set(capability_people.c.keys()) == {"capability", "week", "person"}
    assert [column.name for column in capability_uses.columns if column.info.get("person")] == []


async def test_who_counts_themselves_out_is_in_no_figure_any_more_and_their_team_is(database: Database) -> None:
    await everything(database)
    await privacy(database).leave_out("U0P5")

    (found,) = (await facts_of(database).facts(WINDOW)).capabilities

    assert (found.stickiness, found.active) == (Stickiness((3, 3, 1, 2), 4), 5)
    assert found.stickiness.to_json() == {"n": None, "value": None}


async def test_the_csv_holds_aggregates_alone(facts: AdoptionFacts) -> None:
    found = {(row[0], row[1]): row[2:4] for row in csv_rows(facts)}

    assert found[BUCKETS, "voluntary adoption"] == (5, 10)
    assert found[BUCKETS, "teams: without a choice"] == (2, 10)
    assert found[BUCKETS, "churn"] == (1, 3)
    assert found[BUCKETS, "why not: not yet: hard"] == (1, 2)
    assert found[BUCKETS, "days to learn"] == (30, "")
    assert not [cell for row in csv_rows(facts) for cell in row if str(cell).startswith("U0")]


async def test_the_platform_team_alone_sees_them_in_app_home(database: Database) -> None:
    adoption = Adoption(database, Hands(), handbook=HANDBOOK)
    part = AdoptionPart(adoption.desk, PeopleService(adoption.desk), facts_of(database))

    shown = await part.home_part(await adoption.person("U0MAYA"))

    assert shown[0]["text"]["text"] == "Chosen or not, 12 weeks"
    assert shown[1]["text"]["text"].startswith("• Buckets (mandated): not measured;")
    assert await part.home_part(await adoption.person("U0A")) == ()
    adoption.now_reads(capabilities=())
    assert await part.home_part(await adoption.person("U0MAYA")) == ()


USE = st.sampled_from(USES)


@settings(max_examples=10)
@given(told=st.lists(USE, max_size=30), chance=st.randoms(use_true_random=False))
def test_order_and_repeats_of_events_change_nothing(migrated_file: Path, told: list[FileUse], chance: Any) -> None:
    again = [*told, *told]
    chance.shuffle(again)

    async def figures_of(*batches: list[FileUse]) -> tuple[CapabilityFacts, ...]:
        with TemporaryDirectory() as folder:
            file = shutil.copy(migrated_file, folder)
            database = Database(f"sqlite+aiosqlite:///{file}")
            for number, batch in enumerate(batches):
                await tell(database, batch, source=("file", "webhook")[number % 2])
            found = (await facts_of(database).facts(WINDOW)).capabilities
            await database.close()
            return found

    assert asyncio.run(figures_of(again[::2], again[1::2], again)) == asyncio.run(figures_of(told))
