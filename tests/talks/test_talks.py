"""Talks on real databases: who is drawn, who learns what, and what stays of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blockkit import escape
from bot.storage import talks as rows
from bot.storage.engine import Database, Tx
from bot.storage.people import leave_out, stand_ins
from bot.storage.schema import outbox, talk_draws, talk_notes, talk_wishes, talks, work
from bot.talk_row import TalkEvidence
from bot.talks import blocks, note_blocks
from bot.talks.note_blocks import Filled
from bot.talks.rules import AGAIN_AFTER
from bot.wanted import NotesWritten
from knowledge.bets import EVIDENCE
from knowledge.capabilities import Capability, Status
from sandbox.limits import validate_view
from tests.adoption.company import MANDATED, OPTIONAL
from tests.talks.desk import BIG, HANDBOOK, MAYA, SMALL, TOMAS, Talks

HEARD = "Deploys wait for a person. Priya signs each by hand."
INVITED = "invitation to a talk"


async def test_a_draw_is_of_people_who_never_asked_and_shows_no_more_than_teams(database: Database) -> None:
    office = Talks(database)
    for each in BIG[:4]:
        await office.asked_once(each)

    drawn = await office.draws()

    users = {await office.user_of(each["person"]) for each in drawn}
    assert {*BIG[4:], *SMALL} < users  # all four who never asked, and one who did
    assert len(users) == 5
    assert {each["team"] for each in drawn} == {"payments", ""}  # two people are too few to name their team
    (draw,) = await office.rows(talk_draws)
    assert (draw["frame"], len(draw["seed"])) == (8, 64)
    shown = str([row["blocks"] for row in await office.rows(outbox)])
    assert "Somebody from *payments*" in shown
    assert not any(each.removeprefix("U0").title() in shown for each in (*BIG, *SMALL))


@pytest.mark.parametrize(
    ("capability", "is_first"),
    [
        (OPTIONAL, False),
        (MANDATED, True),
        (replace(OPTIONAL, status=Status.PILOT, volunteers=("search",)), False),
        (replace(OPTIONAL, is_mentor=True), True),
    ],
    ids=["chosen", "mandated", "a pilot", "Mentor itself"],
)
async def test_whoever_chose_nothing_that_they_are_free_to_choose_is_drawn_first(
    database: Database, capability: Capability, is_first: bool
) -> None:
    office = Talks(database, handbook=replace(HANDBOOK, capabilities=(OPTIONAL, replace(capability, id="other"))))
    for each in (*SMALL, *BIG):
        await office.asked_once(each)
    await office.uses("payments", OPTIONAL.id)
    await office.uses("search", "other")

    drawn = {await office.user_of(each["person"]) for each in await office.draws()}

    assert (set(SMALL) <= drawn) == is_first


async def test_only_the_platform_team_draws_and_invites(database: Database) -> None:
    office = Talks(database)
    await office.asks(SMALL[0])
    assert await office.rows(talks) == []

    first = (await office.draws())[0]
    await office.presses(BIG[0], "invite", first["id"])

    assert {each["state"] for each in await office.drawn()} == {"drawn"}
    assert ("U0ANN", "Only the platform team can do this.") in await office.told("talks")


async def test_to_draw_others_where_nobody_is_left_is_answered(database: Database) -> None:
    office = Talks(database)
    for _ in range(2):  # five, and the three who are left
        for each in await office.draws():
            await office.presses(MAYA, "invite", each["id"])
        await office.presses(MAYA, "draw", "")

    (shown,) = [
        row["blocks"] for row in await office.rows(outbox) if row["key"].startswith(f"talks-shown:p{office.number}")
    ]

    assert len(await office.rows(talk_draws)) == 2
    assert blocks.NOBODY in str(shown)
    assert "Draw others" not in str(shown)


async def test_asking_again_shows_the_same_draw_until_everybody_was_invited(database: Database) -> None:
    office = Talks(database)
    drawn = await office.draws()
    assert await office.draws() == drawn

    for each in drawn:
        await office.presses(MAYA, "invite", each["id"])
        await office.sent(INVITED)
    await office.presses(MAYA, "draw", "")

    assert len(await office.rows(talk_draws)) == 2
    users = [each["person"] for each in await office.drawn()]
    assert len(users) == len(set(users)) == 8  # the three who are left


async def test_a_yes_is_told_to_who_invited_alone(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    assert [user for user, _ in await office.told(INVITED)] == [user_id]

    await office.presses(user_id, "yes", first["id"])

    (told,) = await office.told("talk agreed")
    assert told[0] == MAYA
    assert user_id.removeprefix("U0").title() in told[1]
    await office.asks(TOMAS)
    shown = str([row["blocks"] for row in await office.rows(outbox) if row["recipient"] == await office.person(TOMAS)])
    assert "said yes" in shown
    assert user_id.removeprefix("U0").title() not in shown


async def test_a_no_is_told_to_nobody_and_holds_for_six_months(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])

    await office.presses(user_id, "no", first["id"])

    assert await office.told("talk agreed") == []
    assert (await office.told(INVITED))[-1][1].startswith("All right. Nobody is told")
    await office.asks()
    assert "declined" not in str([row["blocks"] for row in await office.rows(outbox)])
    now = office.hands.now
    async with database.read() as tx:
        resting = [
            first["person"] in await rows.not_to_be_asked(tx, now=now + after, asked_since=now + after - AGAIN_AFTER)
            for after in (timedelta(0), AGAIN_AFTER - timedelta(days=1), AGAIN_AFTER + timedelta(days=1))
        ]
    assert resting == [True, True, False]


async def test_who_said_no_is_in_no_draw_for_six_months(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    await office.presses(await office.user_of(first["person"]), "no", first["id"])

    for _ in range(2):
        office.hands.move(days=92)
        await office.asks()

    frames = [row["frame"] for row in sorted(await office.rows(talk_draws), key=lambda row: row["drawn_at"])]
    assert frames == [8, 7, 8]


async def test_nobody_is_invited_on_a_holiday(database: Database) -> None:
    office = Talks(database)
    office.hands.move(days=31)  # Christmas Day, a Friday; Monday is kept for Boxing Day
    first = (await office.draws())[0]

    await office.presses(MAYA, "invite", first["id"])
    office.hands.move(days=3)
    await office.turns()
    assert await office.told(INVITED) == []
    office.hands.move(days=1)
    await office.turns()
    assert len(await office.told(INVITED)) == 1


async def test_less_of_this_holds_until_they_say_otherwise(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "less", first["id"])
    long_after = office.hands.now + timedelta(days=2_000)

    async with database.read() as tx:
        assert await rows.wants_none(tx, first["person"], now=long_after)
    await office.presses(user_id, "again", first["id"])

    async with database.read() as tx:
        assert not await rows.wants_none(tx, first["person"], now=long_after)


async def test_nobody_answers_for_somebody_else_or_writes_what_others_heard(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    other = next(each for each in BIG if each != user_id)

    await office.presses(other, "yes", first["id"])
    assert (await office.drawn())[0]["state"] == "invited"

    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], HEARD, by=TOMAS)
    assert await office.rows(talk_notes) == []

    await office.writes(first["id"], HEARD)
    notes = await office.notes_of(first["id"])
    for each in (MAYA, other):
        await office.presses(each, "keep", notes["id"])
    assert (await office.notes_of(first["id"]))["state"] == "shown"


async def test_an_invitation_waits_for_their_morning_and_for_working_days(database: Database) -> None:
    office = Talks(database)
    office.hands.move(days=4, hours=3)  # Saturday
    first = (await office.draws())[0]

    await office.presses(MAYA, "invite", first["id"])
    assert await office.told(INVITED) == []

    office.hands.move(days=1, hours=20, minutes=5)  # Monday, 09:05
    await office.turns()
    assert len(await office.told(INVITED)) == 1


async def test_who_got_something_else_meanwhile_is_not_invited_and_it_is_said(database: Database) -> None:
    office = Talks(database)
    drawn = await office.draws()
    await office.presses(MAYA, "invite", drawn[0]["id"])
    await office.sent(INVITED)
    row = next(each for each in await office.rows(outbox) if each["kind"] == INVITED)
    other = {**row, "key": "pulse:1", "mark": "m-pulse", "recipient": drawn[1]["person"], "kind": "pulse question"}
    await database.write(lambda tx: tx.execute(outbox.insert().values(other)))

    await office.presses(MAYA, "invite", drawn[1]["id"])

    assert [each["state"] for each in (await office.drawn())[:2]] == ["invited", "skipped"]
    assert len(await office.told(INVITED)) == 1
    now = office.hands.now
    async with database.read() as tx:
        resting = await rows.not_to_be_asked(tx, now=now, asked_since=now - AGAIN_AFTER)
    assert resting == {drawn[0]["person"]}  # who was not asked may be drawn again
    office.hands.move(days=29)
    await office.services.notes.forget_old()
    assert [each["id"] for each in await office.drawn()] == [drawn[0]["id"]]


async def test_notes_stand_once_they_let_them_with_the_team_and_no_name(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], f"{HEARD} {SMALL[0].removeprefix('U0').title()} said so too.")
    notes = await office.notes_of(first["id"])
    assert notes["words"] == f"{HEARD} someone said so too."  # names of colleagues are taken out
    assert [user for user, _ in await office.told("notes of a talk")] == [user_id]
    async with database.read() as tx:
        assert await rows.evidence(tx) == []

    await office.presses(user_id, "keep", notes["id"])

    async with database.read() as tx:
        kept = await rows.evidence(tx)
    assert kept == [TalkEvidence(f"talk:{notes['id']}", notes["team"], notes["words"], office.hands.now)]
    assert EVIDENCE.fullmatch(kept[0].id)  # so a bet can cite them
    (told,) = await office.told("notes settled")
    assert (told[0], f"`talk:{notes['id']}`" in told[1]) == (MAYA, True)


async def test_notes_stand_with_the_name_or_as_they_changed_them(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], HEARD)
    notes = await office.notes_of(first["id"])

    await office.services.notes.open_to_edit(notes["id"], key="k", user_id=user_id, trigger_id="t", response_url=None)
    await office.services.notes.open_to_edit(notes["id"], key="k", user_id=MAYA, trigger_id="t", response_url=None)
    assert [view["callback_id"] for view in office.slack.views] == [note_blocks.EDIT_FORM]
    taken = Filled("We wait for a signature.", is_named=True)
    assert await office.services.notes.take_edited(notes["id"], taken, key="v1", user_id=user_id) == {}
    written = next(row["payload"] for row in await office.rows(work) if row["kind"] == "talks.edit_notes")
    await office.services.notes.edit(NotesWritten(**written))

    async with database.read() as tx:
        (kept,) = await rows.evidence(tx)
    assert (kept.words, kept.person) == ("We wait for a signature.", first["person"])


async def test_notes_that_grew_by_taking_names_out_are_cut_to_what_can_be_shown_and_edited(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])

    await office.writes(first["id"], "Ann & " * 240)
    notes = await office.notes_of(first["id"])
    await office.services.notes.open_to_edit(notes["id"], key="k", user_id=user_id, trigger_id="t", response_url=None)

    assert validate_view(office.slack.views[0]) == []
    assert notes["words"].startswith("someone & someone")
    (shown,) = [row["blocks"] for row in await office.rows(outbox) if row["kind"] == "notes of a talk"]
    assert escape(notes["words"]) in str(shown)


async def test_what_is_dropped_leaves_no_words_anywhere_even_after_it_was_kept(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], HEARD)
    notes = await office.notes_of(first["id"])
    await office.sent("notes of a talk")
    await office.presses(user_id, "keep", notes["id"])
    await office.sent("notes of a talk")

    await office.presses(user_id, "drop", notes["id"])
    await office.presses(user_id, "keep", notes["id"])
    await office.writes(first["id"], HEARD)

    assert (await office.notes_of(first["id"]))["words"] is None
    async with database.read() as tx:
        assert await rows.evidence(tx) == []
    messages = [row for row in await office.rows(outbox) if row["kind"] == "notes of a talk"]
    assert HEARD not in str([(row["text"], row["blocks"]) for row in messages])


async def test_of_what_nobody_lets_stand_in_a_fortnight_no_word_stays_nor_is_it_written_anew(
    database: Database,
) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], HEARD)
    notes = await office.notes_of(first["id"])
    await office.sent("notes of a talk")

    office.hands.move(days=13, hours=23)
    await office.services.notes.forget_old()
    assert (await office.notes_of(first["id"]))["words"] == notes["words"]
    office.hands.move(hours=2)
    await office.services.notes.forget_old()
    await office.writes(first["id"], HEARD)

    (left,), maya = await office.rows(talk_notes), await office.person(MAYA)
    assert (left["state"], left["words"]) == ("dropped", None)
    assert HEARD not in str([(row["text"], row["blocks"]) for row in await office.rows(outbox)])
    async with database.read() as tx:
        assert await rows.to_write_up(tx, maya) == []
    await office.presses(user_id, "keep", notes["id"])
    assert (await office.told("private answer"))[-1] == (user_id, note_blocks.GONE)
    await office.presses(user_id, "drop", notes["id"])
    assert (await office.told("notes of a talk"))[-1] == (user_id, note_blocks.DROPPED)
    office.hands.move(days=184)
    await office.services.notes.forget_old()
    assert (await office.rows(talk_notes), await office.rows(talks)) == ([], [])


async def test_who_was_drawn_and_not_invited_is_forgotten_after_four_weeks(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()

    office.hands.move(days=29)
    await office.services.notes.forget_old()

    assert [each["id"] for each in await office.drawn()] == [first["id"]]
    office.hands.move(days=200)
    await office.services.notes.forget_old()
    assert (await office.rows(talks), await office.rows(talk_draws)) == ([], [])


async def test_who_is_left_out_is_in_no_draw_and_nothing_they_said_stays(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])
    await office.writes(first["id"], HEARD)
    notes = await office.notes_of(first["id"])
    await office.presses(user_id, "keep", notes["id"])

    async def unit(tx: Tx) -> None:
        await leave_out(tx, user_id, await stand_ins(tx), now=office.hands.now)
        await rows.leave_out(tx, first["person"])

    await database.write(unit)

    async with database.read() as tx:
        assert await rows.evidence(tx) == []
    assert (await office.drawn())[0]["state"] == "skipped"
    office.hands.move(days=15)
    await office.asks()
    new = [each["person"] for each in await office.drawn() if each["draw_id"] != first["draw_id"]]
    assert len(new) == 5
    assert first["person"] not in new


@pytest.mark.parametrize(
    ("presses", "said"),
    [
        (["no"], "All right. Nobody is told, and you are not invited to a talk before 26 May 2027."),
        (["yes", "no"], "All right. Maya is told that you cannot, and you are not invited before 26 May 2027."),
        (["yes", "less"], "All right. Maya is told that you cannot, and you are not invited to talks any more."),
    ],
    ids=["a no", "a yes taken back", "a yes taken back for good"],
)
async def test_a_second_press_says_again_what_the_first_one_did(
    database: Database, presses: list[str], said: str
) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])

    for each in (*presses, presses[-1]):
        await office.presses(user_id, each, first["id"])

    assert (await office.told(INVITED))[-1] == (user_id, said)
    assert len(await office.told("talk agreed")) == 2 * len(presses) - 2


async def test_who_invited_is_told_of_a_no_that_comes_at_the_same_moment_as_the_yes(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    office.slack.meanwhile = lambda: office.presses(user_id, "yes", first["id"])

    await office.presses(user_id, "no", first["id"])

    assert len(await office.told("talk agreed")) == 2
    assert (await office.told(INVITED))[-1][1].startswith("All right. Maya is told that you cannot")


async def test_they_may_call_it_off_and_who_invited_them_is_told(database: Database) -> None:
    office = Talks(database)
    first = await office.invites_the_first()
    user_id = await office.user_of(first["person"])
    await office.presses(user_id, "yes", first["id"])

    await office.presses(user_id, "no", first["id"])

    assert [user for user, _ in await office.told("talk agreed")] == [MAYA, MAYA]
    assert (await office.drawn())[0]["state"] == "declined"
    assert len(await office.rows(talk_wishes)) == 1


def test_buttons_of_others_are_no_buttons_of_ours() -> None:
    assert blocks.read_choice(blocks.YES) == "yes"
    assert note_blocks.read_choice(note_blocks.EDIT) == ""
