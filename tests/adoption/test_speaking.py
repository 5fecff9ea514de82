"""What people say for their team: one press stops, another says why, a third who told them; and only for their own."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from bot.adoption.marks import MarkService
from bot.adoption.team_blocks import GONE, NOT_FREE, SPOKEN, STOP, TAKEN_BACK, UNDO, Subject, read_press
from bot.authority import REASONS, Act
from bot.errors import PayloadMalformed
from bot.model import Pull
from bot.storage import adoption as rows
from bot.storage.engine import Database
from bot.storage.schema import capability_uses, outbox, peer_pulls, why_nots, work
from bot.wanted import Asking, Decision, Kind
from knowledge.capabilities import Status
from tests.adoption.desk import Adoption
from tests.adoption.pilot import BEGAN, PILOT, begin, use
from tests.work.desk import Hands

PAYMENTS = str(Subject(PILOT.id, "payments"))
PRESSES = count()
TODAY = date(2026, 11, 25)


async def press(adoption: Adoption, choice: str, user_id: str = "U0PRIYA", *, subject: str = PAYMENTS) -> str:
    """What the person is told, though it is done twice."""
    key = f"{choice}:{next(PRESSES)}"
    await adoption.speaking.take_press(subject, choice, key=key, user_id=user_id, response_url=None)
    newest = (await adoption.rows(select(work.c.payload).order_by(work.c.id.desc()).limit(1)))[0].payload
    for _ in range(2):
        await adoption.speaking.say(Decision(**newest))
    told = select(outbox.c.text).where(outbox.c.kind == SPOKEN.name, outbox.c.key == f"for-team:{newest['key']}")
    (row,) = await adoption.rows(told)
    return str(row.text)


async def left(adoption: Adoption) -> list[tuple[str, date]]:
    query = select(capability_uses.c.team, capability_uses.c.day).where(capability_uses.c.what == "left")
    return [tuple(row) for row in await adoption.rows(query)]


async def home(adoption: Adoption, user_id: str) -> list[str]:
    """The lines with a button."""
    shown = await adoption.speaking.home_part(await adoption.person(user_id))
    return [each["text"]["text"] for each in shown if "accessory" in each]


async def test_a_team_stops_with_one_press_and_takes_it_back_with_another(database: Database) -> None:
    adoption = await begin(database, Hands())
    await use(adoption, ("payments", BEGAN))

    told = await press(adoption, STOP)
    assert told == "Noted: *payments* does not use *Attested builds* any more. Nothing else happens."
    assert await left(adoption) == [("payments", TODAY)]
    assert await home(adoption, "U0PRIYA") == []

    await press(adoption, "why.hard")
    assert await press(adoption, UNDO) == TAKEN_BACK
    assert (await left(adoption), await adoption.rows(select(why_nots))) == ([], [])
    assert await home(adoption, "U0PRIYA") == ["*Attested builds*, a pilot: payments uses it"]


async def test_a_reason_is_the_teams_and_the_last_of_a_day_holds(database: Database) -> None:
    adoption = await begin(database, Hands())
    await press(adoption, STOP)
    await press(adoption, "why.hard")
    told = await press(adoption, "why.lacks", "U0SAMIR")

    assert told.startswith("Noted, as your team's reason: it lacks something we need.")
    assert [tuple(row) for row in await adoption.rows(select(why_nots))] == [(PILOT.id, "payments", TODAY, "lacks")]
    assert [column.name for column in why_nots.columns if column.info.get("person")] == []


@pytest.mark.parametrize("user_id", ["U0AMARA", "U0MAYA", "U0GUEST"])
async def test_nobody_speaks_for_a_team_that_is_not_theirs(database: Database, user_id: str) -> None:
    adoption = await begin(database, Hands())
    adoption.slack.guests.add("U0GUEST")

    assert await press(adoption, STOP, user_id) == REASONS[Act.SPEAK_FOR_TEAM]
    assert await left(adoption) == []


async def test_what_nobody_is_free_to_choose_is_not_stopped_by_a_press_nor_what_is_gone(database: Database) -> None:
    adoption = await begin(database, Hands())
    mandated = replace(PILOT, status=Status.MANDATED, volunteers=())
    adoption.now_reads(capabilities=(mandated,))
    assert await press(adoption, STOP) == NOT_FREE
    adoption.now_reads(capabilities=())

    assert await press(adoption, STOP) == GONE
    assert (await left(adoption), await home(adoption, "U0PRIYA")) == ([], [])


async def test_home_shows_volunteers_their_pilot_and_others_only_what_they_use(database: Database) -> None:
    adoption = await begin(database, Hands())
    optional = replace(PILOT, id="other", title="Other", status=Status.OPTIONAL, volunteers=())
    adoption.now_reads(capabilities=(PILOT, optional))
    await MarkService(adoption.desk).observe()

    assert await home(adoption, "U0SAMIR") == ["*Attested builds*, a pilot: payments volunteered for it"]
    assert await home(adoption, "U0BOTH") == [
        "*Attested builds*, a pilot: payments volunteered for it",
        "*Attested builds*, a pilot: search volunteered for it",
    ]
    assert await home(adoption, "U0WEB") == []


async def test_the_first_who_says_who_told_them_is_heard_and_may_thank_them(database: Database) -> None:
    adoption = await begin(database, Hands())
    await database.write(lambda tx: rows.ask_pull(tx, Pull(PILOT.id, "payments", TODAY)))

    told = await press(adoption, "pull.peer")
    await press(adoption, "pull.platform", "U0SAMIR")
    await adoption.speaking.take_thanked(PILOT.id, "U0AMARA", key="1", user_id="U0PRIYA", response_url=None)

    assert told.startswith("Noted. Thank you. Would you like to thank them?")
    assert [row.said for row in await adoption.rows(select(peer_pulls))] == ["peer"]
    asked = await adoption.rows(select(work.c.payload).where(work.c.kind == Kind.THANKS.value))
    (asking,) = [Asking(**row.payload) for row in asked]
    assert asking.text == "<@U0AMARA> for telling me about Attested builds"
    assert asking.asker == await adoption.person("U0PRIYA")


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("adoption.team.burn", PAYMENTS),
        ("adoption.team.why.nothing", PAYMENTS),
        ("adoption.team.stop", "[1, 2]"),
        ("adoption.team.stop", json.dumps(["a"])),
        ("adoption.team.stop", "{"),
    ],
)
def test_a_press_that_is_none_of_ours_is_refused(action_id: str, value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_press(action_id, value)


async def test_a_team_that_comes_back_uses_it_again(database: Database) -> None:
    adoption = await begin(database, Hands())
    await use(adoption, ("payments", BEGAN))
    await press(adoption, STOP)
    adoption.hands.now += timedelta(days=1)
    await use(adoption, ("payments", TODAY + timedelta(days=1)))

    assert await home(adoption, "U0PRIYA") == ["*Attested builds*, a pilot: payments uses it"]
