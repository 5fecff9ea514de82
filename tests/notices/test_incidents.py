"""Incidents: by people on duty alone, at any hour, told once when over, and kept in Git once. On both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.authority import REASONS, Act
from bot.model import Window
from bot.notice_board import OnBoard
from bot.notices.incident_blocks import GONE, NOTED, NOWHERE
from bot.notices.incident_rules import Filled
from bot.storage.answers import KNOWN
from bot.storage.engine import Database
from bot.storage.incidents import reason
from bot.storage.schema import answers, incidents, outbox, work
from bot.wanted import FileSettled, Kind
from knowledge.channels import Channels
from knowledge.notices import When
from tests.notices.desk import ANN, BO, CY, INCIDENT, MAYA, PAY, PLATFORM, TOM, Office, notice

POSTED, OVER, SAID = "incident", "incident over", "incident noted"
FILLED = Filled("Ann looks at the disk", "11:00", "Builds hang", topics=("builds",))


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def opens(office: Office, filled: Filled = FILLED, *, by: str = TOM, key: str = "view:1") -> str:
    """Its id; "" where it was refused."""
    assert await office.services.incidents.take_form("", filled, key=key, user_id=by) == {}
    for _ in range(2):
        await office.do(Kind.OPEN_INCIDENT)
    found = await office.rows(select(incidents.c.id).where(incidents.c.key.endswith(key)))
    return found[0].id if found else ""


async def ends(office: Office, incident_id: str, *, by: str = TOM, key: str = "p1") -> None:
    await office.services.incidents.take_end(incident_id, key=key, user_id=by, response_url=None)
    for kind in (Kind.END_INCIDENT, Kind.INCIDENT_OVER, Kind.KEEP_INCIDENT) * 2:
        await office.do(kind)


async def was_told(office: Office, user_id: str, incident_id: str, **given: Any) -> None:
    """An answer of the answers pillar, that it is known."""
    office.number += 1
    row: dict[str, Any] = {"id": f"a{office.number}", "key": f"a{office.number}", "asker": await office.person(user_id)}
    row |= {"channel_id": "C0ASKPLAT", "question_ts": f"{office.number}.1", "thread_ts": None, "surface": "thread"}
    row |= {"outcome": KNOWN, "reason": reason(incident_id), "text": "", "confidence": 0.0, "sources": []}
    row |= {"handbook_revision": "r1", "created_at": office.hands.now}
    await office.database.write(lambda tx: tx.execute(insert(answers).values({**row, **given})))


async def test_only_people_on_duty_open_one_and_it_is_read_again_at_each_step(office: Office) -> None:
    refused = REASONS[Act.HANDLE_INCIDENT]

    assert await opens(office, by=MAYA) == ""
    incident_id = await opens(office, key="view:2")
    await office.services.incidents.take_form(incident_id, Filled("x", ""), key="view:3", user_id=ANN)
    await office.do(Kind.UPDATE_INCIDENT)
    await ends(office, incident_id, by=ANN)

    told = [(who, text) for who, text in await office.told(SAID) if text == refused]
    assert sorted(told) == sorted([(MAYA, refused), (ANN, refused), (ANN, refused)])
    assert (await office.services.board.about("builds hang", ())).outage is not None


async def test_the_form_opens_for_people_on_duty_alone(office: Office) -> None:
    for user_id in (MAYA, TOM):
        await office.services.incidents.open_form(
            "", "builds hang", key=user_id, user_id=user_id, trigger_id="t", response_url=None
        )

    [view] = office.slack.views
    assert view["blocks"][0]["element"]["initial_value"] == "builds hang"


async def test_one_is_posted_at_any_hour_and_answers_from_then_on(office: Office) -> None:
    office.go_to(12, 25, 3)

    incident_id = await opens(office, Filled("the disk is full", "", "Builds hang", capability="builds"))

    assert await office.told(POSTED) == [(PLATFORM, "Incident: Builds hang")]
    found = (await office.services.board.about("the shared builds are slow", ())).outage
    assert found is not None
    assert (found.id, found.since, found.known, found.next_word) == (incident_id, "03:00", "the disk is full", "")
    assert await office.services.board.about("where are my logs", ()) == OnBoard()


async def test_without_a_channel_it_is_refused_with_the_fix(office: Office) -> None:
    library = office.desk.shelf.library
    nowhere = replace(library.handbook, channels=Channels("Europe/London"))
    office.desk.shelf.library = replace(library, handbook=nowhere)

    assert await opens(office) == ""
    assert (TOM, NOWHERE) in await office.told(SAID)


async def test_an_update_is_in_its_message_and_its_thread_and_in_answers(office: Office) -> None:
    incident_id = await opens(office)
    await office.sent()
    office.hands.move(minutes=20)

    for _ in range(2):
        await office.services.incidents.take_form(incident_id, Filled("added", "12:00"), key="view:9", user_id=TOM)
        await office.do(Kind.UPDATE_INCIDENT)

    words = await office.rows(select(outbox.c.text).where(outbox.c.key.startswith("incident-word:")))
    assert [row.text for row in words] == ["added\nNext word at 12:00."]
    [edit] = await office.rows(select(outbox.c.blocks).where(outbox.c.edits == f"incident:{incident_id}:{PLATFORM}"))
    assert "Known since 10:00, next word at 12:00.\n> added" in edit.blocks[0]["text"]["text"]
    found = (await office.services.board.about("builds", ())).outage
    assert found is not None
    assert (found.known, found.next_word) == ("added", "12:00")
    assert (TOM, NOTED) in await office.told(SAID)


async def test_a_next_word_that_did_not_come_is_not_promised_on(office: Office) -> None:
    await opens(office)
    office.hands.move(hours=2)

    found = (await office.services.board.about("builds", ())).outage

    assert found is not None
    assert found.next_word == ""


async def test_each_asker_learns_its_end_once_where_they_asked_last(office: Office) -> None:
    incident_id = await opens(office)
    await was_told(office, ANN, incident_id)
    await was_told(office, ANN, incident_id, question_ts="7.1")
    await was_told(office, BO, incident_id, channel_id="", question_ts=None, surface="private")
    await was_told(office, CY, incident_id, channel_id="D0CY", surface="direct")
    await was_told(office, MAYA, "another")
    await was_told(office, TOM, incident_id, surface="shadow")
    office.hands.move(minutes=40)

    await ends(office, incident_id)
    await was_told(office, MAYA, incident_id, question_ts="9.1")  # was being answered at the end
    office.hands.move(minutes=2)
    await office.do(Kind.INCIDENT_OVER)

    columns = (outbox.c.channel_id, outbox.c.thread_ts, outbox.c.text)
    told = await office.rows(select(*columns).where(outbox.c.kind == OVER).order_by(outbox.c.thread_ts))
    said = "It is over since 10:40: *Builds hang*. If it still does not work for you, please ask again."
    assert sorted((row.channel_id, row.thread_ts or "", row.text) for row in told) == [
        ("", "", said),
        ("C0ASKPLAT", "7.1", said),
        ("C0ASKPLAT", "9.1", said),
        ("D0CY", "4.1", said),
    ]
    assert await office.services.board.about("builds", ()) == OnBoard()


async def test_it_ends_once_and_is_proposed_once_without_names(office: Office) -> None:
    incident_id = await opens(office)
    office.hands.move(minutes=40)

    await ends(office, incident_id)
    await ends(office, incident_id, key="p2")

    assert (TOM, GONE) in await office.told(SAID)
    [row] = await office.rows(select(work.c.payload).where(work.c.kind == Kind.PROPOSE_FILE.value))
    assert (row.payload["file"], row.payload["kind"]) == ("notices/2026-11-24-builds-hang.md", "notice")
    assert "- 10:00: someone looks at the disk\n- 10:40: over, after 40 min\n" in row.payload["text"]


async def test_what_became_of_the_proposal_is_kept(office: Office) -> None:
    incident_id = await opens(office)
    await ends(office, incident_id)

    await office.services.over.settled(FileSettled("k", incident_id, "merged", url="https://git.example.com/1"))

    [row] = await office.rows(select(incidents.c.state, incidents.c.url))
    assert tuple(row) == ("merged", "https://git.example.com/1")


async def test_where_the_handbook_is_a_folder_the_file_is_shown(database: Database) -> None:
    office = Office(database, can_propose=False)
    incident_id = await opens(office)

    await ends(office, incident_id)

    assert any("add this as `notices/2026-11-24-builds-hang.md`" in text for _, text in await office.told(SAID))
    assert await office.rows(select(work.c.id).where(work.c.kind == Kind.PROPOSE_FILE.value)) == []


async def test_an_incident_of_a_file_answers_too_and_its_end_is_told_in_hours(office: Office) -> None:
    office.publish(INCIDENT)
    found = (await office.services.board.about("builds hang", ())).outage
    assert found is not None
    assert (found.id, found.since, found.known) == ("outage", "10:00", "Build anew.")
    await was_told(office, ANN, "outage")

    office.publish(replace(INCIDENT, until=When(date(2026, 11, 24), time(19))))
    office.go_to(11, 24, 20)
    await office.services.look()
    await office.do(Kind.INCIDENT_OVER)
    by_night = await office.told(OVER)
    office.go_to(11, 25, 10)
    await office.services.look()
    await office.do(Kind.INCIDENT_OVER)

    assert by_night == []
    assert len(await office.told(OVER)) == 1


async def test_an_incident_of_a_file_that_has_ended_stands_as_over_where_it_was_posted(office: Office) -> None:
    posted = replace(INCIDENT, channels=(PLATFORM,))
    office.publish(posted)
    await office.services.look()
    office.publish(replace(posted, until=When(date(2026, 11, 24), time(11)), channels=(PLATFORM, PAY)))
    office.go_to(11, 24, 12)
    for _ in range(2):
        await office.services.look()

    told = await office.rows(select(outbox.c.text, outbox.c.edits, outbox.c.below).order_by(outbox.c.key))
    key = f"notice:outage:{PLATFORM}"
    assert sorted(map(tuple, told), key=str) == [
        ("Incident: Old images go (from 24 Nov 2026 10:00)", None, None),
        ("It is over, since 24 Nov 2026 11:00.", None, key),
        ("Over: Old images go", key, None),
    ]


async def test_each_end_of_a_file_is_told_at_once_and_again_for_answers_that_were_being_made(office: Office) -> None:
    for end, hour in ((11, 12), (14, 15)):
        office.publish(replace(INCIDENT, until=When(date(2026, 11, 24), time(end))))
        office.go_to(11, 24, hour)
        for _ in range(2):
            await office.services.look()

    query = select(work.c.due_at).where(work.c.kind == Kind.INCIDENT_OVER.value).order_by(work.c.due_at)
    due = [f"{row.due_at:%H:%M}" for row in await office.rows(query)]
    assert due == ["12:00", "12:02", "15:00", "15:02"]


async def test_an_end_that_is_long_past_is_taken_up_no_more(office: Office) -> None:
    office.publish(replace(INCIDENT, until=When(date(2026, 11, 24), time(11))))
    office.go_to(12, 2, 12)

    await office.services.look()

    assert await office.rows(select(work.c.id).where(work.c.kind == Kind.INCIDENT_OVER.value)) == []


async def test_answers_carry_the_notices_that_end_first(office: Office) -> None:
    later = notice(id_="other", until=When(date(2027, 2, 1)), capability="", topics=("logs",))
    office.publish(notice(), later)

    found = await office.services.board.about("shared builds and their logs", ())

    assert [each.when for each in found.notices] == ["until 18 Dec 2026", "until 1 Feb 2027"]
    assert (await office.services.board.about("logs", ())).notices[0].when == "until 1 Feb 2027"


async def test_a_digest_tells_what_was_still_to_come(office: Office) -> None:
    short = notice(id_="short", until=When(date(2026, 11, 25)))
    office.publish(notice(), INCIDENT, short)

    week = Window(datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    later = Window(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))

    assert [each.when for each in await office.services.board.coming(week)] == [
        "until 25 Nov 2026",
        "until 18 Dec 2026",
    ]
    assert [each.when for each in await office.services.board.coming(later)] == ["until 18 Dec 2026"]
