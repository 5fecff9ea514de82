"""The audit log: append-only, each row sealed with a key and with the row before it, added where the decision is made.

Says who decided what about which request, when. Holds pseudonyms, ids, states and digests: no words, inputs or names
(`bot.seals` refuses them), so that nothing in it must ever be erased.
"""

import json
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.config import Secret
from bot.errors import AuditKeyOther, AuditKeyUnusable, AuditUnreadable
from bot.seals import Chain, Entry, Head, Key, Wrong, next_entry, read_head
from bot.storage import audit as rows
from bot.storage.engine import Database, Tx

log = structlog.get_logger(__name__)

KEY_FILE = "audit.key"
SETTING = "MENTOR_AUDIT_KEY"
NEW_KEY = "audit.new_key"


@dataclass(frozen=True)
class Verdict:
    """What came of reading a chain. `head` is its end as far as it holds; `wrong` is None when all of it does."""

    head: Head
    rows: int  # that hold
    key: str  # the fingerprint of the key it was read with
    wrong: Wrong | None = None


class Audit:
    """`add` is called last in a transaction: others who add wait from there until it ends."""

    def __init__(self, key: Key, *, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    async def add(self, tx: Tx, act: str, *, person: str | None, subject: str, facts: Mapping[str, object]) -> None:
        """A row at the end of the chain, if the transaction is committed.

        `person` is a pseudonym, None for the bot itself. Raises ValueError for facts that are more than codes, numbers
        and yes or no, and AuditKeyOther where the chain was sealed with another key so far.
        """
        head = await rows.lock_head(tx)
        if head.number and head.key != self._key.fingerprint:
            raise AuditKeyOther(head.key, self._key.fingerprint)
        await self._put(tx, head, act, person=person, subject=subject, facts=facts)

    async def renew_key(self, tx: Tx) -> Head:
        """Goes on with this key after the old one was lost, and says so in the chain. The new end.

        Rows before can then be read, but not be checked any more.
        """
        head = await rows.lock_head(tx)
        facts = {"number": head.number, "seal": head.seal, "key": head.key or None}
        await self._put(tx, head, NEW_KEY, person=None, subject=self._key.fingerprint, facts=facts)
        return await rows.lock_head(tx)

    async def began_at(self, tx: Tx) -> int:
        """The row by which the chain goes on with this key after another was lost; 1 where that never was."""
        entry = await rows.last_of(tx, NEW_KEY, self._key.fingerprint)
        if entry is None or json.loads(entry.facts).get("key") in (None, self._key.fingerprint):
            return 1  # also where the key is the same: then all of it can be checked
        return entry.number

    async def _put(
        self, tx: Tx, head: Head, act: str, *, person: str | None, subject: str, facts: Mapping[str, object]
    ) -> None:
        now = self._clock.now()
        await rows.add(tx, next_entry(head, self._key, at=now, act=act, person=person, subject=subject, facts=facts))

    async def verify(self, tx: Tx, head: str | None = None, *, start: int = 1) -> Verdict:
        """Reads the chain from row `start` on, by batches, and stops at the first row that does not hold.

        `head` is NUMBER:SEAL as seen earlier: that row must be in the chain. Raises ValueError where it is none.
        """
        seen = read_head(head) if head else None
        kept = await rows.head(tx)
        before = await self._before(tx, start, seen)
        if isinstance(before, Wrong):
            return Verdict(Head(), 0, self._key.fingerprint, before)
        chain = Chain(self._key, before)
        wrong = await self._first_wrong(tx, chain, seen) or await self._end_wrong(tx, chain.head, kept, seen)
        return Verdict(chain.head, chain.head.number - before.number, self._key.fingerprint, wrong)

    async def _before(self, tx: Tx, start: int, seen: Head | None) -> Head | Wrong:
        """What row `start` stands on, taken as it is; also where the head that was seen is before it."""
        if start <= 1:
            return Head()
        if seen is not None and seen.number < start - 1 and (wrong := await self._not_there(tx, seen)):
            return wrong
        entry = await rows.entry(tx, start - 1)
        if entry is None:
            return Wrong(start - 1, f"row {start - 1} is missing")
        return _not_seen(entry, seen) or Head(entry.number, entry.seal, entry.key)

    async def _not_there(self, tx: Tx, seen: Head) -> Wrong | None:
        entry = await rows.entry(tx, seen.number)
        return _not_seen(entry, seen) if entry else Wrong(seen.number, f"row {seen.number} is missing")

    async def _first_wrong(self, tx: Tx, chain: Chain, seen: Head | None) -> Wrong | None:
        try:
            async for entry in rows.entries(tx, after=chain.head.number):
                if wrong := chain.take(entry) or _not_seen(entry, seen):
                    return wrong
        except AuditUnreadable as error:
            return Wrong(error.number, str(error))
        return None

    async def _end_wrong(self, tx: Tx, end: Head, kept: Head | None, seen: Head | None) -> Wrong | None:
        """Whether the rows end where they should: at the end kept apart from them, and not before one seen earlier."""
        if seen is not None and seen.number > end.number:
            return Wrong(end.number + 1, f"rows are cut off: {seen} was there once, and row {end.number} is last")
        kept_number = kept.number if kept else 0
        if kept_number > end.number:
            return Wrong(end.number + 1, f"rows are cut off: {kept_number} were written, and row {end.number} is last")
        if kept and kept.number == end.number and kept.seal != end.seal:
            return Wrong(end.number, f"row {end.number} is not the one that was written last")
        now = await rows.head(tx)  # others may have added meanwhile
        if end.number > (now.number if now else 0):
            return Wrong((now.number if now else 0) + 1, "rows stand after the end of the chain that is kept apart")
        return None

    def entries(self, tx: Tx, *, since: datetime | None = None) -> AsyncIterator[Entry]:
        return rows.entries(tx, since=since)

    async def log_head(self, database: Database) -> None:
        """Writes the chain's end where somebody else keeps it: against it a cut chain is found."""
        async with database.read() as tx:
            head = await rows.head(tx)
        if head is None or not head.number:
            return
        log.info("audit.head", head=str(head), key=head.key)
        if head.key != self._key.fingerprint:
            log.error("audit.another_key", reason=str(AuditKeyOther(head.key, self._key.fingerprint)))


def _not_seen(entry: Entry, seen: Head | None) -> Wrong | None:
    if seen is None or entry.number != seen.number or entry.seal.startswith(seen.seal):
        return None
    return Wrong(entry.number, f"row {entry.number} is another one than when the head was seen")


def find_key(setting: Secret, folder: Path) -> Key:
    """The operator's, or the one in the folder. Raises AuditKeyUnusable where there is none, or a poor one."""
    file = folder / KEY_FILE
    try:
        value, where = (setting.value, SETTING) if setting else (file.read_text(encoding="ascii").strip(), str(file))
    except FileNotFoundError:
        raise AuditKeyUnusable(
            f"{SETTING}: not set, and there is no {file}; give the key the chain was sealed with"
        ) from None
    except UnicodeDecodeError:
        raise AuditKeyUnusable(f"{file}: is no key; put the one back that the chain was sealed with") from None
    try:
        return Key(value)
    except ValueError as error:
        raise AuditKeyUnusable(f"{where}: {error}") from None


def make_sure_of_key(setting: Secret, folder: Path) -> Key:
    """The same; where neither is, one is made in the folder, once, whoever else tries at the same time."""
    if not setting and not (folder / KEY_FILE).exists():
        _make_key(folder)
    return find_key(setting, folder)


def _make_key(folder: Path) -> None:
    """Whole or not at all, and readable by its owner alone (0600, as temporary files are)."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{KEY_FILE}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # somebody else's came first, and counts
            os.link(name, folder / KEY_FILE)
    finally:
        Path(name).unlink()
