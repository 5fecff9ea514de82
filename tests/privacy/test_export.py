"""The export is complete: every row that names the person, and nobody else's words."""

import json
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.storage.engine import Database
from bot.storage.personal import PARTS, as_json
from bot.storage.schema import outbox, work
from tests.privacy.company import ASK, DEPLOYS, DIRECT, ME, NOW, OTHER, USER, WORDS, privacy, rows, seed, ts


@pytest.fixture
async def seeded(database: Database) -> Database:
    await seed(database)
    return database


async def kept(database: Database, user_id: str = USER) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = (await privacy(database).export(user_id))["kept"]
    return found


async def test_each_row_that_names_the_person_is_in_it(seeded: Database) -> None:
    exported = await kept(seeded)

    for part in PARTS:
        keys = [column.name for column in part.table.primary_key.columns]
        named = [row for row in await rows(seeded, part.table) if row[part.column.name] == ME]
        assert named
        assert [[str(row[key]) for key in keys] for row in exported[part.name]] == [
            [str(row[key]) for key in keys] for row in named
        ]


async def test_what_waits_to_be_done_for_the_person_and_their_direct_messages_are_in_it(seeded: Database) -> None:
    exported = await kept(seeded)

    assert [row["payload"]["text"] for row in exported["work"]] == [WORDS]
    assert [row["channel_id"] for row in exported["direct_messages"]] == [DIRECT]
    assert [row["ts"] for row in exported["direct_threads"]] == [ts(6)]


async def test_the_persons_own_words_are_in_it_and_nobody_elses(seeded: Database) -> None:
    exported = await kept(seeded)

    assert [row["text"] for row in exported["messages"]] == [
        f"How do I see {WORDS}?",
        f"{WORDS} by me, Canarina de la Voz",
    ]
    assert exported["mentions"] == [
        {"channel_id": ASK, "ts": ts(2), "posted_at": "2026-11-24T10:00:00+00:00", "addressee": ME}
    ]


async def test_it_is_json_with_times_as_iso(seeded: Database) -> None:
    exported = await privacy(seeded).export(USER)

    assert json.loads(as_json(exported)) == exported
    assert exported["exported_at"] == NOW.isoformat()
    assert exported["kept"]["people"] == [{"id": ME, "slack_id": USER, "created_at": NOW.isoformat()}]


async def test_who_is_left_out_gets_what_is_kept_as_someones(seeded: Database) -> None:
    await privacy(seeded).leave_out(USER)

    exported = await privacy(seeded).export(USER)

    assert exported["is_counted"] is False
    assert [row["since"] for row in exported["kept"]["left_out"]] == [NOW.isoformat()]
    assert [(row["channel_id"], row["text"]) for row in exported["kept"]["messages"]] == [(ASK, None), (DEPLOYS, None)]


async def test_who_was_never_seen_gets_an_empty_one(seeded: Database) -> None:
    assert {name: rows_ for name, rows_ in (await kept(seeded, "U0NEVER")).items() if rows_} == {}


async def test_another_persons_export_holds_nothing_of_this_one(seeded: Database) -> None:
    exported = await privacy(seeded).export(OTHER)

    assert ME not in [row["author"] for row in exported["kept"]["messages"]]
    assert [row["asker"] for row in exported["kept"]["questions"]] == []


async def test_an_export_is_not_in_the_next_export(seeded: Database) -> None:
    sent = {"kind": "export", "text": "part 1", "blocks": [{"text": "all of it"}]}
    await seeded.write(lambda tx: tx.execute(update(outbox).where(outbox.c.recipient == ME).values(**sent)))

    assert {row["text"] for row in (await kept(seeded))["messages_to_you"]} == {None}


async def test_a_pseudonym_within_another_is_told_apart(seeded: Database) -> None:
    theirs = {
        "kind": "answers.answer",
        "key": "C0:1",
        "payload": {"asker": f"{ME}0"},
        "due_at": NOW,
        "state": "waiting",
    }
    await seeded.write(lambda tx: tx.execute(insert(work).values(**theirs, attempts=0, created_at=NOW)))

    assert [row["payload"]["asker"] for row in (await kept(seeded))["work"]] == [ME]
