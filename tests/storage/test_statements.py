"""Rows that go over in one value are kept as they were given, and many values are looked up as few are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.storage.engine import Database, Tx
from bot.storage.schema import links, messages
from bot.storage.statements import FEW, insert_all, is_among

NOW = datetime(2025, 11, 24, 16, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
MOMENTS = datetime(1971, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 (the zone is put on)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "author": st.none() | TEXTS,
            "text": st.none() | TEXTS,
            "posted_at": st.datetimes(MOMENTS[0], MOMENTS[1], timezones=st.just(UTC)),
        }
    ),
    min_size=1,
    max_size=5,
)


def message(number: int, **more: Any) -> dict[str, Any]:
    said = {"channel_id": "C1", "ts": f"{1_700_000_000 + number}.000100", "author": "p1", "author_kind": "person"}
    return {**said, "posted_at": NOW + timedelta(microseconds=number), **more}


@given(rows=ROWS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_rows_are_kept_as_they_were_given(database: Database, rows: list[dict[str, Any]]) -> None:
    given_rows = [message(number, **row) for number, row in enumerate(rows)]

    async def unit(tx: Tx) -> list[dict[str, Any]]:
        await tx.execute(delete(messages))
        await tx.execute(insert_all(tx, messages, given_rows))
        columns = [messages.c[name] for name in given_rows[0]]
        return [dict(row) for row in (await tx.execute(select(*columns).order_by(messages.c.ts))).mappings()]

    assert await database.write(unit) == given_rows


async def test_every_confidence_and_truth_is_kept_as_it_was_given(database: Database) -> None:
    form = {"form": "?h12", "answers_ts": None, "talk_ts": "1", "linker": "x"}
    rows = [
        {**form, "channel_id": "C1", "ts": message(number)["ts"], "confidence": number / 1000, "has_thread": number % 2}
        for number in range(1_001)
    ]

    async def unit(tx: Tx) -> list[Any]:
        await tx.execute(insert_all(tx, messages, [message(number) for number in range(1_001)]))
        truths = [{**row, "has_thread": bool(row["has_thread"])} for row in rows]
        await tx.execute(insert_all(tx, links, truths))
        return [tuple(row) for row in await tx.execute(select(links.c.confidence, links.c.has_thread))]

    assert sorted(await database.write(unit)) == sorted((row["confidence"], bool(row["has_thread"])) for row in rows)


async def test_a_row_that_is_there_is_named_by_what_conflicts(database: Database) -> None:
    async def unit(tx: Tx) -> list[str]:
        await tx.execute(insert_all(tx, messages, [message(1)]))
        put = insert_all(tx, messages, [message(1), message(2)]).on_conflict_do_nothing().returning(messages.c.ts)
        return list(await tx.scalars(put))

    assert await database.write(unit) == [message(2)["ts"]]


@pytest.mark.parametrize("number", [0, 1, FEW, FEW + 1, 3_000])
async def test_values_are_found_however_many_they_are(database: Database, number: int) -> None:
    there = [message(each) for each in range(0, 3_000, 2)]
    wanted = [message(each)["ts"] for each in range(number)]

    async def unit(tx: Tx) -> set[str]:
        await tx.execute(insert_all(tx, messages, there))
        here = select(messages.c.ts).where(messages.c.channel_id == "C1", is_among(tx, messages.c.ts, wanted))
        return set(await tx.scalars(here))

    assert await database.write(unit) == {each["ts"] for each in there}.intersection(wanted)
