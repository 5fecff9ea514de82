"""Thanks: in private, gathered, once a month at most; and nobody learns who takes none. On both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.listening.thanks_blocks import LEFT_OUT, NOT_THEM, NOW_NONE, USAGE, YOURSELF
from bot.storage import thanks as thanks_rows
from bot.storage.engine import Database
from bot.storage.schema import people, thanks
from bot.wanted import Kind
from knowledge.people import Site
from tests.listening.desk import ANN, BO, CY, GUEST, HANDBOOK, MAYA, Office

TAKEN = "Thank you for saying so."


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def brought(office: Office) -> list[tuple[str, str]]:
    return await office.told("thanks")


async def press(office: Office, user_id: str, choice: str, subject: str = "mine", *, key: str = "p") -> str:
    await office.services.thanks.take_press(subject, choice, key=key, user_id=user_id, response_url=None)
    await office.do(Kind.DECIDE_THANKS)
    return (await office.told("thanks taken"))[-1][1]


async def test_thanks_are_brought_in_private_with_name_and_words(office: Office) -> None:
    assert await office.thanks(ANN, f"<@{BO}|bo> for the help with <!channel> & https://evil.example/x") == TAKEN

    await office.bring()

    assert await brought(office) == [
        (BO, "*Thanks from a colleague*\n> Ann: “the help with someone &amp; (link)”"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", USAGE),
        ("@bo for it", USAGE),
        (f"<@{ANN}>", YOURSELF),
        (f"<@{GUEST}> for it", NOT_THEM),
        ("<@U0NOBODY> for it", NOT_THEM),
    ],
    ids=["nobody", "a name that Slack did not know", "oneself", "a guest", "nobody known"],
)
async def test_what_cannot_be_brought_is_refused_with_the_reason(office: Office, text: str, told: str) -> None:
    assert await office.thanks(ANN, text) == told
    assert await office.rows(select(thanks)) == []


async def test_several_are_gathered_and_the_next_come_after_thirty_days(office: Office) -> None:
    for each in (ANN, CY):
        await office.thanks(each, f"<@{BO}>")
    await office.bring()
    await office.sent("thanks")
    await office.thanks(MAYA, f"<@{BO}> for the docs")

    office.hands.move(days=29)
    await office.bring()
    early = await brought(office)
    office.hands.move(days=2)
    await office.bring()

    assert early == [(BO, "*Thanks from colleagues*\n> Ann\n> Cy")]
    assert (await brought(office))[1:] == [(BO, "*Thanks from a colleague*\n> Maya: “the docs”")]


async def test_what_the_budget_held_back_waits_on(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}>")
    await office.bring()
    await office.sent("thanks", state="skipped")

    office.hands.move(days=1)
    await office.bring()

    assert len(await brought(office)) == 2
    assert [row.told_in[-10:] for row in await office.rows(select(thanks))] == ["2026-11-25"]


async def test_they_come_in_the_persons_own_hours(office: Office) -> None:
    office.slack.zones[BO] = "Pacific/Auckland"  # where it is the evening
    await office.thanks(ANN, f"<@{BO}>")

    await office.bring()
    assert await brought(office) == []
    office.hands.move(hours=12)
    await office.do(Kind.BRING_THANKS)

    assert len(await brought(office)) == 1


async def test_they_wait_for_the_end_of_holidays_where_the_person_works(database: Database) -> None:
    people = HANDBOOK.people
    teams = {**people.teams, "payments": replace(people.teams["payments"], site="london")}
    at_site = replace(people, teams=teams, sites={"london": Site("Europe/London", "GB-ENG")})
    office = Office(database, handbook=replace(HANDBOOK, people=at_site))
    office.hands.now = datetime(2026, 12, 25, 10, tzinfo=UTC)
    await office.thanks(ANN, f"<@{BO}>")
    await office.thanks(ANN, f"<@{CY}>")  # whose team has no site, and the handbook no holidays

    await office.bring()
    at_once = [who for who, _ in await brought(office)]
    office.hands.now = datetime(2026, 12, 29, 9, tzinfo=UTC)  # Boxing Day is observed on Monday the 28th
    await office.do(Kind.BRING_THANKS)

    assert at_once == [CY]
    assert [who for who, _ in await brought(office)] == [CY, BO]


async def test_one_press_ends_thanks_for_good_and_another_begins_them_again(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}>")
    assert await press(office, BO, "less") == NOW_NONE
    assert await office.rows(select(thanks)) == []

    assert await office.thanks(CY, f"<@{BO}>") == TAKEN
    await office.bring()
    assert await brought(office) == []

    await press(office, BO, "again", key="p2")
    await office.thanks(MAYA, f"<@{BO}>")
    await office.bring()
    assert len(await brought(office)) == 1


@pytest.mark.parametrize("why", ["left out", "wants none", "thanked lately", "gave many"])
async def test_who_thanks_is_told_the_same_whatever_becomes_of_it(office: Office, why: str) -> None:
    if why == "left out":
        await office.leave_out(BO)
    elif why == "wants none":
        await press(office, BO, "less")
    elif why == "thanked lately":
        await office.thanks(ANN, f"<@{BO}>")
    else:
        for number in range(10):
            await office.thanks(ANN, f"<@U0OTHER{number}>")
    before = len(await office.rows(select(thanks)))

    assert await office.thanks(ANN, f"<@{BO}> for all of it") == TAKEN
    assert len(await office.rows(select(thanks))) == before
    known = await office.rows(select(people.c.slack_id).where(people.c.slack_id == BO))
    assert len(known) == (why != "left out")  # of whom no new record is made


async def test_who_is_left_out_is_never_named_as_who_thanks(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}>")
    await office.leave_out(ANN)

    assert await office.thanks(ANN, f"<@{CY}>") == LEFT_OUT
    await office.bring()
    assert await brought(office) == []


async def test_thanks_are_taken_back_by_who_gave_them_alone(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}>")
    [row] = await office.rows(select(thanks))

    await press(office, CY, "back", row.id)
    assert len(await office.rows(select(thanks))) == 1
    await press(office, ANN, "back", row.id, key="p2")
    assert await office.rows(select(thanks)) == []


async def test_others_see_thanks_only_where_both_agreed(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}> for the words that nobody sees")
    window = office.lately()

    async def public() -> int:
        async with office.database.read() as tx:
            return len(await thanks_rows.public(tx, window.since, window.until))

    seen = [await public()]
    for number, each in enumerate((ANN, BO)):
        await press(office, each, "public", key=f"a{number}")
        seen.append(await public())
    await press(office, BO, "private", key="b")
    seen.append(await public())

    assert seen == [0, 0, 1, 0]


async def test_words_go_after_their_time_and_the_count_stays(office: Office) -> None:
    await office.thanks(ANN, f"<@{BO}> for the words")
    await office.bring()
    await office.sent("thanks")
    window = office.lately()
    office.hands.move(days=91)

    await office.services.thanks.forget_old()

    [row] = await office.rows(select(thanks))
    assert row.words is None
    assert (await office.services.facts.facts(window)).thanks == 1
