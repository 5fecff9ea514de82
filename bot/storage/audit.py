"""The audit chain: rows are added at its end and never changed.

What they say and how they are sealed is `bot.seals`'.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import AuditUnreadable
from bot.seals import Entry, Head
from bot.storage.schema import audit, audit_head
from bot.storage.statements import insert_new

THE_ONE = 1  # row of audit_head
AT_ONCE = 1000  # rows in memory while a chain is read


async def lock_head(tx: AsyncConnection) -> Head:
    """The end of the chain, nobody else's until this transaction ends: two who add make one chain.

    On SQLite a writing transaction is alone already. On PostgreSQL the row is locked; the first two ever meet at its
    primary key.
    """
    query = _head_query().with_for_update()
    row = (await tx.execute(query)).first()
    if row is None:
        start = Head()
        await insert_new(tx, audit_head, {"id": THE_ONE, "number": start.number, "seal": start.seal, "key": start.key})
        row = (await tx.execute(query)).one()
    return Head(row.number, row.seal, row.key)


async def add(tx: AsyncConnection, entry: Entry) -> None:
    """Puts the row at the end; `lock_head` came before it in the same transaction."""
    await tx.execute(insert(audit).values(vars(entry)))
    values = {"number": entry.number, "seal": entry.seal, "key": entry.key}
    await tx.execute(update(audit_head).where(audit_head.c.id == THE_ONE).values(values))


async def head(tx: AsyncConnection) -> Head | None:
    """The end of the chain as it is kept apart from the rows; None where nothing was ever added."""
    row = (await tx.execute(_head_query())).first()
    return None if row is None else Head(row.number, row.seal, row.key)


async def entry(tx: AsyncConnection, number: int) -> Entry | None:
    row = (await tx.execute(select(audit).where(audit.c.number == number))).first()
    return None if row is None else Entry(**row._mapping)


async def last_of(tx: AsyncConnection, act: str, subject: str) -> Entry | None:
    query = select(audit).where(audit.c.act == act, audit.c.subject == subject).order_by(audit.c.number.desc()).limit(1)
    row = (await tx.execute(query)).first()
    return None if row is None else Entry(**row._mapping)


async def entries(tx: AsyncConnection, *, after: int = 0, since: datetime | None = None) -> AsyncIterator[Entry]:
    """Rows in their order, in batches: nothing is held up, and what is added meanwhile is read too.

    Raises AuditUnreadable at a row that holds what no row of ours can.
    """
    query = select(audit).order_by(audit.c.number)
    if since is not None:
        query = query.where(audit.c.at >= since)
    most = AT_ONCE
    while True:
        try:
            batch = [_read(*row) for row in await tx.execute(query.where(audit.c.number > after).limit(most))]
        except (DBAPIError, ValueError, TypeError) as error:
            if most == 1:
                raise AuditUnreadable(after + 1) from error
            most = 1  # from here on one by one, so that it is found which cannot be read
            continue
        if not batch:
            return
        for entry in batch:
            yield entry
        after = batch[-1].number


def _read(
    number: object, at: object, act: object, person: object, subject: object, facts: object, key: object, seal: object
) -> Entry:
    """SQLite keeps in any column what somebody else put there. Raises TypeError."""
    match number, at, act, person, subject, facts, key, seal:
        case int(), datetime(), str(), str() | None, str(), str(), str(), str():
            return Entry(number, at, act, person, subject, facts, key, seal)
    raise TypeError("a value is of another type than what is written there")


def _head_query() -> Select[tuple[int, str, str]]:
    return select(audit_head.c.number, audit_head.c.seal, audit_head.c.key).where(audit_head.c.id == THE_ONE)
