"""Channels that were told long ago what is kept of them, so that a test need not see the notice again."""

from datetime import UTC, datetime
from pathlib import Path

from bot.handbook import EMBEDDED
from bot.peers import notice_blocks
from bot.storage import migrate
from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.storage.statements import insert_rows
from knowledge.channels import Channel
from knowledge.loader import Handbook, load

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


async def told_long_ago(database_url: str, handbook: str) -> None:
    """Every channel of the handbook (a folder; "" is the embedded one), in a database that is brought up to date."""
    database = Database(database_url)
    try:
        await migrate.upgrade(database)
        await tell(database, handbook)
    finally:
        await database.close()


async def tell(database: Database, handbook: str) -> None:
    """The same in a database that is up to date: several may be told at once, and only one be migrated at a time."""
    read = load(Path(handbook) if handbook else EMBEDDED)
    if not isinstance(read, Handbook):
        return
    rows = [
        {
            "key": f"notice:{channel.id}:{_promised(channel, read).essence}",
            "mark": f"told-{channel.id}",
            "kind": "notice",
            "purpose": "owed",
            "channel_id": channel.id,
            "version": 1,
            "state": "sent",
            "attempts": 1,
            "due_at": LONG_AGO,
            "created_at": LONG_AGO,
            "sent_at": LONG_AGO,
        }
        for channel in read.channels.channels
    ]
    await database.write(lambda tx: insert_rows(tx, outbox, rows))


def _promised(channel: Channel, handbook: Handbook) -> notice_blocks.Promise:
    return notice_blocks.promise(channel.id, channel, text_days=handbook.channels.text_days, was_kept=False)
