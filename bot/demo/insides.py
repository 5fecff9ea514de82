"""How the sandbox's page looks into the bot: rows of its outbox and its work as they stand, without anybody's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.model import Json
from bot.storage.engine import Database
from bot.storage.insides import newest_outbox, newest_work

MOST = 40  # rows of each


async def insides(database: Database) -> Json:
    """As `sandbox.inside` wants them."""
    async with database.read() as tx:
        sent, done = await newest_outbox(tx, most=MOST), await newest_work(tx, most=MOST)
    return {"outbox": [_plain(row) for row in sent], "work": [_plain(row) for row in done]}


def _plain(row: Mapping[str, Any]) -> Json:
    """Moments as seconds since the epoch."""
    return {name: value.timestamp() if isinstance(value, datetime) else value for name, value in row.items()}
