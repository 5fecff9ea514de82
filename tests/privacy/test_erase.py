"""After erasing nothing leads to the person: in rows, in files, in logs, in memory; and nothing else is lost."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, Executable, insert, select, update

from bot.clock import Clock
from bot.errors import SlackUnclear
from bot.privacy.rules import Traces
from bot.storage import people as people_rows
from bot.storage import personal
from bot.storage.engine import Database, Tx
from bot.storage.personal import PARTS, Fate, Found, find
from bot.storage.schema import (
    answers,
    channels,
    digest_presses,
    digest_takes,
    digests,
    messages,
    metadata,
    outbox,
    people,
    threads,
    work,
)
from bot.wanted import Kind
from tests.privacy.company import (
    ASK,
    DEPLOYS,
    DIRECT,
    ME,
    NOW,
    USER,
    YOU,
    QuietSlack,
    privacy,
    rows,
    said,
    seed,
    stand_in,
    ts,
    values,
)


def person_columns() -> set[Column[Any]]:
    return {column for table in metadata.sorted_tables for column in table.columns if column.info.get("person")}


@pytest.fixture
async def seeded(database: Database) -> Database:
    await seed(database)
    return database


def quiet() -> QuietSlack:
    return QuietSlack()


def test_each_column_that_names_people_is_in_the_export_and_the_erasing() -> None:
    assert person_columns() == {part.column for part in PARTS}


async def test_each_such_column_holds_the_person_before(seeded: Database) -> None:
    """Else the test below would pass on nothing."""
    found = {part.name: ME in await values(seeded, part.table, part.column.name) for part in PARTS}

    assert found == {part.name: True for part in PARTS}


async def test_each_column_meets_its_fate(seeded: Database) -> None:
    before = {part.name: await values(seeded, part.table, part.column.name) for part in PARTS}
    someone = {await stand_in(seeded, channel_id) for channel_id in (ASK, DEPLOYS)}

    await privacy(seeded, quiet()).forget(USER)

    for part in PARTS:
        after = await values(seeded, part.table, part.column.name)
        others = [each for each in before[part.name] if each not in (ME, None)]
        match part.fate:
            case Fate.GONE:
                assert after == others
            case Fate.SOMEONE:
                assert ME not in after
                assert someone & set(after)
            case Fate.NOBODY:
                assert set(after) <= {None, *others}
            case Fate.PSEUDONYM:
                assert after[: len(before[part.name])] == before[part.name]  # the audit log says what was withdrawn
    assert await values(seeded, people, "slack_id") == ["U0OTHER"]


async def test_words_go_and_others_words_say_someone(seeded: Database) -> None:
    erased = await privacy(seeded, quiet()).forget(USER)

    assert erased.was_known
    assert await values(seeded, messages, "text") == [
        None,
        "someone or someone: thanks someone!",
        "someone knows, someone too. Canarinas do not.",
        None,
        "nothing of anybody",
    ]
    assert await values(seeded, answers, "text") == ["Ask someone.", "Ask someone."]
    assert await values(seeded, answers, "sources") == [[{"title": "By someone"}]] * 2
    waiting = [row for row in await rows(seeded, work) if row["state"] == "waiting"]
    payloads = {row["kind"]: row["payload"] for row in waiting}
    assert payloads.pop(Kind.DIGEST_AGAIN)["key"].startswith("2026-W47:")  # which named the person as having taken it
    assert [payload["text"] for payload in payloads.values()] == ["where is someone?"]


async def test_direct_messages_are_known_no_more_and_keys_stay_apart(seeded: Database) -> None:
    await privacy(seeded, quiet()).forget(USER)

    assert (await rows(seeded, channels), await rows(seeded, threads)) == ([], [])
    [asked, _] = await rows(seeded, answers)
    new_name = asked["channel_id"]
    assert (len(new_name), new_name[0]) == (len(DIRECT), "x")
    assert asked["key"] == f"{new_name}:{ts(6)}"
    keys = await values(seeded, outbox, "key")
    assert set(keys) == {
        f"answer:{ASK}:{ts(1)}",
        f"answer:{new_name}:{ts(6)}",
        f"answer:{new_name}:{ts(6)}:edit",
        f"settings:{new_name}:{ts(7)}",
    }


async def test_nothing_more_is_sent_to_the_person(seeded: Database) -> None:
    await privacy(seeded, quiet()).forget(USER)

    mine = [row for row in await rows(seeded, outbox) if ASK not in row["key"]]
    left = {name: [row[name] for row in mine] for name in ("text", "blocks", "response_url", "slack_channel", "lease")}
    assert left == {name: [None] * 3 for name in left}
    assert sorted(row["state"] for row in mine) == ["sent", "sent", "skipped"]


async def test_the_person_is_left_out_from_then_on(seeded: Database) -> None:
    service = privacy(seeded, quiet())
    await service.forget(USER)

    names = await seeded.write(people_rows.stand_ins)
    async with seeded.read() as tx:
        assert await people_rows.who_is_left_out(tx, [USER, "U0OTHER"], names) == {USER}


async def test_erasing_twice_changes_nothing_more(seeded: Database) -> None:
    service = privacy(seeded, quiet())
    await service.forget(USER)
    tables = [table for table in metadata.sorted_tables if table.name != "left_out"]
    before = [await rows(seeded, table) for table in tables]

    again = await service.forget(USER)

    assert (again.was_known, again.changed) == (False, 0)
    assert [await rows(seeded, table) for table in tables] == before


async def test_names_given_by_hand_are_looked_for_without_slack(seeded: Database) -> None:
    await privacy(seeded).forget(USER, names=["anybody"])

    assert (await values(seeded, messages, "text"))[-1] == "nothing of someone"


async def test_who_is_not_known_can_be_erased_from_others_words(seeded: Database) -> None:
    await seeded.write(lambda tx: tx.execute(insert(messages).values(**said(ASK, 30, YOU, "hello <@U0NEVER>"))))

    erased = await privacy(seeded).forget("U0NEVER")

    assert (erased.was_known, erased.changed) == (False, 1)
    assert "hello someone" in await values(seeded, messages, "text")


async def test_work_in_hand_ends_before_the_person_is_forgotten(seeded: Database) -> None:
    """Else it would write down afterwards what it began before."""
    held = work.c.key == f"{DIRECT}:{ts(8)}"
    await seeded.write(
        lambda tx: tx.execute(update(work).where(held).values(leased_until=datetime(2099, 1, 1, tzinfo=UTC)))
    )
    slept = asyncio.Event()

    class Watched(Clock):
        async def sleep(self, seconds: float) -> None:
            slept.set()
            await asyncio.sleep(0.005)

    erasing = asyncio.create_task(privacy(seeded, quiet(), clock=Watched(NOW.timestamp)).forget(USER))
    await slept.wait()
    assert await values(seeded, people, "slack_id") == [USER, "U0OTHER"]
    assert await rows(seeded, channels) == []  # or what they asked directly would be read back as asked anew
    await seeded.write(
        lambda tx: tx.execute(update(work).where(held).values(leased_until=None, state="done", payload=None))
    )
    await erasing

    assert await values(seeded, people, "slack_id") == ["U0OTHER"]


async def test_the_erasing_itself_is_no_work_in_hand(seeded: Database) -> None:
    held = {"leased_until": datetime(2099, 1, 1, tzinfo=UTC), "lease": "ours", "kind": Kind.ERASE.value}
    await seeded.write(lambda tx: tx.execute(update(work).where(work.c.key == f"{DIRECT}:{ts(8)}").values(**held)))

    await privacy(seeded, quiet()).forget(USER)

    assert [row["lease"] for row in await rows(seeded, work) if row["kind"] == Kind.ERASE] == ["ours"]


async def test_what_the_person_pressed_under_digests_goes_and_a_colleagues_stays(seeded: Database) -> None:
    before = (await privacy(seeded, quiet()).export(USER))["kept"]["said_of_digests"]

    await privacy(seeded, quiet()).forget(USER)

    assert before == [{"week": "2026-W47", "reader": "team", "said": "useful"}]
    assert await values(seeded, digest_presses, "said") == ["useful"]
    assert await values(seeded, digest_takes, "person") == []


async def test_stored_digests_stay_as_they_are(seeded: Database) -> None:
    facts = {"helpers": [ME, YOU], "threads": [[ASK, ts(1)]]}
    row = {"week": "2026-W46", "facts": facts, "handbook_revision": "r1", "made_at": NOW}
    await seeded.write(lambda tx: tx.execute(insert(digests).values(**row)))

    await privacy(seeded, quiet()).forget(USER)

    assert await values(seeded, digests, "facts") == [facts, {}]


async def test_a_slack_that_does_not_answer_leaves_a_line_for_the_operator(seeded: Database) -> None:
    class Silent(QuietSlack):
        async def names_of(self, user_id: str) -> frozenset[str]:
            raise SlackUnclear("users.info", "status 503")

    slack = Silent()
    erased = await privacy(seeded, slack).forget(USER)

    assert [line.split(" (")[0] for line in erased.left] == ["Slack did not tell the person's names"]
    assert await values(seeded, people, "slack_id") == ["U0OTHER"]


async def test_what_slack_said_of_the_person_is_forgotten_in_memory(seeded: Database) -> None:
    slack = quiet()
    await privacy(seeded, slack).forget(USER)

    assert slack.forgotten == [USER]


async def test_only_values_that_hold_the_person_are_found_whatever_letters_a_name_has(seeded: Database) -> None:
    """What is found is changed one by one while others wait to write, so a name must not find half the table."""
    await seeded.write(lambda tx: tx.execute(insert(messages), [said(DEPLOYS, 6, YOU, "ask \u674e\u5c0f\u9f8d")]))
    change = Traces("U0LI", frozenset({"\u674e\u5c0f\u9f8d", "ana"})).remover()

    async with seeded.read() as tx:
        found = await find(tx, {"\u674e\u5c0f\u9f8d", "ana"}, [messages.c.text], change)

    assert found == [Found(messages.c.text, (DEPLOYS, ts(6)))]


async def _execute(statement: Executable, tx: Tx) -> None:
    await tx.execute(statement)


async def test_what_comes_once_more_meanwhile_is_erased_too(seeded: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when Slack tells of a direct message again under another id."""
    replace_found, key = personal.replace_found, f"answer:{DIRECT}:{ts(6)}"
    [row] = [each for each in await rows(seeded, outbox) if each["key"] == key]
    again = {name: value for name, value in row.items() if name != "id"} | {"mark": "again"}
    came = list[str]()

    async def replace_seen(tx: Tx, **given: Any) -> int:
        changed = await replace_found(tx, **given)
        kept = await tx.scalars(select(outbox.c.key).where(outbox.c.key == key))
        if not came and not kept.all():
            came.append(key)
            await tx.execute(insert(outbox).values(**again))
        return changed

    monkeypatch.setattr(personal, "replace_found", replace_seen)
    await privacy(seeded, quiet()).forget(USER)

    kept = await values(seeded, outbox, "key")
    assert came == [key]
    assert not [each for each in kept if DIRECT in each]
    assert len([each for each in kept if each.endswith(f":{ts(6)}")]) == 2


async def test_who_is_erased_twice_is_erased_though_keys_differed_only_by_their_id(seeded: Database) -> None:
    service = privacy(seeded, quiet())
    for mark in ("first", "second"):
        row = {"key": f"press:{USER}", "mark": mark, "kind": "answer", "purpose": "asked", "channel_id": "C0RANDOM"}
        state = {"version": 1, "state": "sent", "attempts": 1, "due_at": NOW, "created_at": NOW}
        put = insert(outbox).values(**row, **state)
        await seeded.write(partial(_execute, put))
        await service.forget(USER)

    kept = await values(seeded, outbox, "key")
    assert len([each for each in kept if each.startswith("press:")]) == 2
    assert not [each for each in kept if USER in each]
