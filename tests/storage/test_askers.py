"""Who asked before a window, and when each asked first: as plain loops find it, and without reading all questions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from bot.model import Window, moment
from bot.storage import cases, communities
from bot.storage.engine import Database, Tx
from bot.storage.schema import messages, questions
from bot.storage.statements import insert_all

NOW = datetime(2025, 11, 24, tzinfo=UTC)
WEEK = Window(NOW - timedelta(weeks=1), NOW)
ASKED = st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.integers(0, 20 * 24))  # channel, asker, hours ago
PLACES = st.lists(ASKED, min_size=1, max_size=15, unique_by=lambda each: (each[0], each[2]))


def question(channel_id: str, asker: str, hours_ago: int) -> dict[str, Any]:
    ts = f"{(NOW - timedelta(hours=hours_ago)).timestamp():.6f}"
    row = {"channel_id": channel_id, "ts": ts, "asker": asker, "kind": "how-to", "classifier": "x"}
    return {**row, "asked_at": moment(ts)}


async def put(tx: Tx, rows: list[dict[str, Any]]) -> None:
    said = [
        {"channel_id": each["channel_id"], "ts": each["ts"], "author_kind": "person", "posted_at": each["asked_at"]}
        for each in rows
    ]
    await tx.execute(delete(questions))
    await tx.execute(delete(messages))
    await tx.execute(insert_all(tx, messages, said))
    await tx.execute(insert_all(tx, questions, rows))


@given(places=PLACES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_who_asked_before_is_known_for_each_channel_and_for_all(
    database: Database, places: list[tuple[str, str, int]]
) -> None:
    rows = [question(*each) for each in places]
    here = {(row["channel_id"], row["asker"]) for row in rows if WEEK.since <= row["asked_at"] < WEEK.until}
    before = {(row["channel_id"], row["asker"]) for row in rows if row["asked_at"] < WEEK.since}

    async def unit(tx: Tx) -> tuple[frozenset[tuple[str, str]], Any]:
        await put(tx, rows)
        return await cases.asked_before(tx, WEEK), await communities.first_asked(tx)

    found, first = await database.write(unit)

    assert found <= before
    assert found & here == before & here
    assert {asker for _, asker in found} == {asker for _, asker in here} & {asker for _, asker in before}
    assert first == {row["asker"]: min(each["ts"] for each in rows if each["asker"] == row["asker"]) for row in rows}


async def test_not_all_questions_are_read_to_tell_who_asked_before(sqlite_url: str) -> None:
    database, said = Database(sqlite_url), list[tuple[str, Any]]()

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    async with database.read() as tx:
        await cases.asked_before(tx, WEEK)
        statement, values = said[-1]
        plan = [str(row[-1]) for row in (await tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)).all()]
    await database.close()

    assert not [step for step in plan if "SCAN" in step and "asked" not in step.split()[1]], plan
    assert any("earlier USING COVERING INDEX ix_questions_asker_asked_at_channel_id" in step for step in plan), plan
