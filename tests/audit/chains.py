"""Chains to spoil: rows as the bot writes them."""

from datetime import UTC, datetime, timedelta

from bot.audit import Audit
from bot.clock import Clock
from bot.seals import Entry, Head, Key, next_entry

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
START = Head()
SECRET = "0123456789abcdef0123456789abcdef"
KEY = Key(SECRET)
OTHER_KEY = Key("ffffffffffffffffffffffffffffffff")


def audit(key: Key = KEY) -> Audit:
    return Audit(key, clock=Clock(NOW.timestamp))


def row_after(head: Head, *, key: Key = KEY) -> Entry:
    number = head.number + 1
    return next_entry(
        head,
        key,
        at=NOW + timedelta(seconds=number, microseconds=number),
        act="request.approved",
        person=None if number % 7 == 0 else f"{number:08x}",
        subject=f"r{number:031x}",
        facts={"digest": f"{number:064x}", "approvals": number % 3, "is_urgent": number % 2 == 0},
    )


def chain(rows: int, *, after: Head = START, key: Key = KEY) -> list[Entry]:
    entries = []
    for _ in range(rows):
        entry = row_after(after, key=key)
        entries.append(entry)
        after = Head(entry.number, entry.seal, entry.key)
    return entries


def head_of(entries: list[Entry]) -> Head:
    return Head(entries[-1].number, entries[-1].seal, entries[-1].key)
