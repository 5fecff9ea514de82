"""Rows are added with what they are about or not at all, one after the other, and the chain is read back whole."""

import asyncio
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from structlog.testing import capture_logs

from bot.audit import Audit, find_key, make_sure_of_key
from bot.config import Secret
from bot.errors import AuditKeyOther, AuditKeyUnusable
from bot.seals import Entry, Head, Wrong
from bot.storage import audit as rows
from bot.storage.engine import Database, Tx
from bot.storage.schema import audit as table
from bot.storage.schema import audit_head, keys
from tests.audit.chains import KEY, NOW, OTHER_KEY, SECRET, audit, chain, head_of

FACTS = {"digest": "ab" * 32, "approvals": 2, "is_urgent": False}


async def put(database: Database, number: int = 1, *, by: Audit | None = None, person: str | None = "11aa") -> None:
    log = by or audit()
    for _ in range(number):
        await database.write(lambda tx: log.add(tx, "request.approved", person=person, subject="r1", facts=FACTS))


async def fill(database: Database, entries: list[Entry]) -> None:
    """Rows as `put` would leave them, many at once."""
    head = head_of(entries)

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(table), [vars(each) for each in entries])
        values = {"id": 1, "number": head.number, "seal": head.seal, "key": head.key}
        await tx.execute(insert(audit_head).values(values))

    await database.write(unit)


async def wrong_in(database: Database, head: str | None = None, *, start: int = 1) -> Wrong | None:
    async with database.read() as tx:
        return (await audit().verify(tx, head, start=start)).wrong


async def head(database: Database) -> Head:
    async with database.read() as tx:
        found = await rows.head(tx)
    return found or Head()


async def run(database: Database, statement: Any) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute(statement)

    await database.write(unit)


async def test_rows_are_numbered_from_one_and_hold(database: Database) -> None:
    await put(database, 3)

    async with database.read() as tx:
        verdict = await audit().verify(tx)
        said = [(each.number, each.at, each.act, each.person, each.subject) async for each in audit().entries(tx)]
    assert (verdict.wrong, verdict.rows, verdict.head, verdict.key) == (None, 3, await head(database), KEY.fingerprint)
    assert said == [(number, NOW, "request.approved", "11aa", "r1") for number in (1, 2, 3)]


async def test_nothing_added_is_nothing_wrong(database: Database) -> None:
    async with database.read() as tx:
        verdict = await audit().verify(tx)

    assert (verdict.wrong, verdict.rows, verdict.head) == (None, 0, Head())


async def test_row_comes_and_goes_with_the_transaction_it_is_about(database: Database) -> None:
    await put(database)

    async def decided_and_broken(tx: Tx) -> None:
        await tx.execute(insert(keys).values(name="decision", value="made"))
        await audit().add(tx, "request.approved", person="11aa", subject="r1", facts={})
        raise LookupError("after both were written")

    with pytest.raises(LookupError):
        await database.write(decided_and_broken)
    await put(database)

    async with database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(keys)) == 0
    assert (await head(database)).number == 2
    assert await wrong_in(database) is None


@pytest.mark.parametrize("before", [0, 1], ids=["the first rows ever", "a chain that is there"])
async def test_many_who_write_at_once_make_one_chain(database_url: str, before: int) -> None:
    """Each over connections of its own, as other replicas do."""
    databases = [Database(database_url) for _ in range(4)]
    await put(databases[0], before)

    await asyncio.gather(*(put(each, 10, person=f"{number}a") for number, each in enumerate(databases)))

    async with databases[0].read() as tx:
        verdict = await audit().verify(tx)
        people = [each.person async for each in audit().entries(tx)]
    assert (verdict.wrong, verdict.rows) == (None, 40 + before)
    assert {person: people.count(person) for person in ("0a", "1a", "2a", "3a")} == dict.fromkeys(
        ("0a", "1a", "2a", "3a"), 10
    )
    for each in databases:
        await each.close()


async def test_two_who_write_the_first_row_ever_wait_for_each_other(database_url: str) -> None:
    """Both have begun before either has added; on SQLite the second cannot begin before the first has ended."""
    one, other = Database(database_url), Database(database_url)
    both = asyncio.Barrier(2)

    async def unit(tx: Tx) -> None:
        if not one.is_sqlite:
            await tx.execute(select(1))
            await both.wait()
        await audit().add(tx, "request.approved", person=None, subject="r1", facts={})

    await asyncio.gather(one.write(unit), other.write(unit))

    assert (await head(one)).number == 2
    assert await wrong_in(one) is None
    await one.close()
    await other.close()


async def test_words_are_refused_and_nothing_is_written(database: Database) -> None:
    with pytest.raises(ValueError, match=r"facts\.reason"):
        await database.write(
            lambda tx: audit().add(tx, "request.declined", person="11aa", subject="r1", facts={"reason": "Too big."})
        )

    assert await head(database) == Head()


async def test_another_key_adds_nothing_and_says_what_to_do(database: Database) -> None:
    await put(database, 2)

    with pytest.raises(AuditKeyOther, match="MENTOR_AUDIT_KEY"):
        await put(database, by=audit(OTHER_KEY))

    assert (await head(database)).number == 2


async def test_chain_goes_on_with_a_new_key_after_the_old_one_was_lost(database: Database) -> None:
    await put(database, 3)
    old = await head(database)

    new = await database.write(audit(OTHER_KEY).renew_key)
    await put(database, 2, by=audit(OTHER_KEY))

    async with database.read() as tx:
        from_there = await audit(OTHER_KEY).verify(tx, start=new.number)
        from_old_head = await audit(OTHER_KEY).verify(tx, str(old), start=new.number)
        from_an_older = await audit(OTHER_KEY).verify(tx, "1:abcdef012345", start=new.number)
        whole = await audit(OTHER_KEY).verify(tx)
        entry = await rows.entry(tx, new.number)
    assert (from_there.wrong, from_there.rows) == (None, 3)
    assert from_old_head.wrong is None
    assert from_an_older.wrong == Wrong(1, "row 1 is another one than when the head was seen")
    assert whole.wrong is not None
    assert "another key" in whole.wrong.why
    assert entry is not None
    assert (entry.act, entry.person) == ("audit.new_key", None)
    assert old.seal in entry.facts


async def test_rows_appended_with_another_key_are_told_from_forged_ones(database: Database) -> None:
    whole = chain(20)
    await fill(database, [*whole, *chain(2, after=head_of(whole), key=OTHER_KEY)])

    wrong = await wrong_in(database)

    assert wrong is not None
    assert (wrong.number, "another key" in wrong.why) == (21, True)


@pytest.mark.parametrize("left", [0, 1, 15], ids=["all", "all but one", "the last five"])
@pytest.mark.parametrize("is_head_cut", [False, True], ids=["head kept", "head cut too"])
async def test_cut_tail_is_found(database: Database, left: int, is_head_cut: bool) -> None:
    entries = chain(20)
    await fill(database, entries)
    seen = await head(database)

    await run(database, delete(table).where(table.c.number > left))
    if is_head_cut and left:
        values = {"number": left, "seal": entries[left - 1].seal}
        await run(database, update(audit_head).values(values))
    elif is_head_cut:
        await run(database, delete(audit_head))

    for shown in (str(seen), seen.short, seen.short + "…", f"20:{seen.seal[:12]}"):
        against_head = await wrong_in(database, shown)
        assert against_head is not None
        assert (against_head.number, against_head.why[:7]) == (left + 1, "rows ar")
    alone = await wrong_in(database)
    assert (alone is None) is is_head_cut


async def test_head_of_a_row_in_the_middle_holds_and_another_does_not(database: Database) -> None:
    entries = chain(20)
    await fill(database, entries)

    assert await wrong_in(database, f"7:{entries[6].seal}") is None
    assert await wrong_in(database, f"7:{entries[7].seal[:16]}") == Wrong(
        7, "row 7 is another one than when the head was seen"
    )
    assert await wrong_in(database, f"7:{entries[6].seal}", start=9) is None
    assert await wrong_in(database, f"8:{entries[7].seal}", start=9) is None
    assert await wrong_in(database, f"8:{entries[6].seal}", start=9) is not None


async def test_chain_written_anew_with_the_right_key_is_found_against_a_head(database: Database) -> None:
    await fill(database, chain(20))
    seen = await head(database)
    await run(database, delete(table))
    await run(database, delete(audit_head))
    await fill(database, chain(20, after=Head())[:10])
    await put(database, 15)

    assert await wrong_in(database) is None
    assert await wrong_in(database, seen.short) == Wrong(20, "row 20 is another one than when the head was seen")


async def test_end_that_is_kept_apart_is_checked_too(database: Database) -> None:
    entries = chain(20)
    await fill(database, entries)

    await run(database, update(audit_head).values(number=10, seal=entries[9].seal))
    assert await wrong_in(database) == Wrong(11, "rows stand after the end of the chain that is kept apart")
    await run(database, update(audit_head).values(number=20, seal=entries[9].seal))
    assert await wrong_in(database) == Wrong(20, "row 20 is not the one that was written last")
    await run(database, delete(audit_head))
    assert await wrong_in(database) == Wrong(1, "rows stand after the end of the chain that is kept apart")


async def test_reading_from_a_row_that_is_not_there_says_so(database: Database) -> None:
    await fill(database, chain(3))

    assert await wrong_in(database, start=9) == Wrong(8, "row 8 is missing")


EDITS = (
    "UPDATE audit SET act = 'request.declined' WHERE number = {}",
    "UPDATE audit SET person = 'ffff' WHERE number = {}",
    "UPDATE audit SET person = NULL WHERE number = {}",
    "UPDATE audit SET subject = 'r2' WHERE number = {}",
    "UPDATE audit SET facts = replace(facts, '1', '2') WHERE number = {}",
    "UPDATE audit SET facts = X'7b7d' WHERE number = {}",
    "UPDATE audit SET facts = CAST(X'ff' AS TEXT) WHERE number = {}",
    "UPDATE audit SET at = '2026-11-27 10:00:00.000000' WHERE number = {}",
    "UPDATE audit SET at = 'tomorrow' WHERE number = {}",
    "UPDATE audit SET key = 'ffffffffffffffff' WHERE number = {}",
    "UPDATE audit SET seal = X'00' WHERE number = {}",
    "UPDATE audit SET seal = substr(seal, 2) || '0' WHERE number = {}",
    "UPDATE audit SET number = 200000 WHERE number = {}",
    "DELETE FROM audit WHERE number = {}",
    "DELETE FROM audit WHERE number <= {}",
)


@pytest.mark.parametrize("statement", EDITS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_whatever_is_put_in_sqlite_is_found_and_breaks_nothing(database: Database, statement: str) -> None:
    await fill(database, chain(30))

    await run(database, text(statement.format(23)))

    wrong = await wrong_in(database)
    assert wrong is not None
    assert wrong.number == (1 if "<=" in statement else 23)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_twenty_edits_in_a_hundred_thousand_rows_are_found(database: Database) -> None:
    """The rows stay as they are: each edit is undone with its transaction, in which it is looked for."""
    entries = chain(100_000)
    await fill(database, entries)
    log = audit()

    found = []
    for turn in range(20):
        number = 100_000 - turn * 4_999
        statement = text(EDITS[turn % len(EDITS)].format(number))

        async def spoilt(tx: Tx, number: int = number, statement: Any = statement) -> None:
            await tx.execute(statement)
            verdict = await log.verify(tx, start=max(1, number - 500))
            found.append((number, verdict.wrong))
            raise LookupError

        with pytest.raises(LookupError):
            await database.write(spoilt)

    assert [number for number, wrong in found if wrong is None] == []
    assert await wrong_in(database, str(head_of(entries))) is None


async def test_head_is_logged_for_those_who_keep_logs(database: Database) -> None:
    await put(database, 2)
    shown = str(await head(database))

    with capture_logs() as lines:
        await audit().log_head(database)
        await audit(OTHER_KEY).log_head(database)

    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("audit.head", "info"),
        ("audit.head", "info"),
        ("audit.another_key", "error"),
    ]
    assert lines[0]["head"] == shown


async def test_export_begins_at_a_moment(database: Database) -> None:
    await fill(database, chain(20))

    async with database.read() as tx:
        numbers = [each.number async for each in audit().entries(tx, since=NOW + timedelta(seconds=18))]

    assert numbers == [18, 19, 20]


def test_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    keys_made = {make_sure_of_key(Secret(""), folder).fingerprint for _ in range(3)}

    assert len(keys_made) == 1
    assert [each.name for each in folder.iterdir()] == ["audit.key"]
    assert stat.S_IMODE((folder / "audit.key").stat().st_mode) == 0o600
    assert len((folder / "audit.key").read_text().strip()) == 64


async def test_those_who_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    made = await asyncio.gather(*(asyncio.to_thread(make_sure_of_key, Secret(""), tmp_path) for _ in range(20)))

    assert len({key.fingerprint for key in made}) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["audit.key"]


def test_operators_key_comes_before_the_file_and_makes_none(tmp_path: Path) -> None:
    assert make_sure_of_key(Secret(SECRET), tmp_path).fingerprint == KEY.fingerprint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "not set, and there is no"), (b"short\n", "at least 32"), (b"\xff" * 64, "is no key")],
    ids=["none", "short", "no text"],
)
def test_key_that_is_no_use_is_said_to_be_so(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "audit.key").write_bytes(content)

    with pytest.raises(AuditKeyUnusable, match=says):
        find_key(Secret(""), tmp_path)
