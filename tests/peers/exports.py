"""Small Slack exports for tests, as a folder or a zip; and all that a database holds."""

import json
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.storage.engine import Database
from bot.storage.schema import metadata

Json = dict[str, Any]
Files = dict[str, Any]  # by name; a value that is no text is written as JSON

GENERAL: Json = {"id": "C0GENERAL", "name": "general"}
USERS: list[Json] = [
    {"id": "U0ANNA", "team_id": "T1", "is_bot": False, "is_app_user": True},
    {"id": "U0BEN", "team_id": "T1", "is_bot": False},
    {"id": "U0ROBOT", "team_id": "T1", "is_bot": True},
]


def said(ts: str, text: str = "hello", user: str | None = "U0ANNA", **more: Any) -> Json:
    return {"type": "message", "user": user, "text": text, "ts": ts, **more}


def export(*messages: Any, **files: Any) -> Files:
    """One channel with one day; `files` are more of them, or others in their place."""
    return {"channels.json": [GENERAL], "users.json": USERS, "general/2025-11-24.json": list(messages)} | files


def write_folder(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_bytes(content))
    return folder


def write_zip(file: Path, files: Files) -> Path:
    with zipfile.ZipFile(file, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, _bytes(content))
    return file


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


async def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, row by row."""
    async with database.read() as tx:
        return {
            table.name: sorted((tuple(row) for row in await tx.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }
