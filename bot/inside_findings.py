"""What the doctor finds of the bot itself: its folder, what its database holds, its model, and one that runs here."""

import asyncio
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from bot.audit import find_key
from bot.config import Settings
from bot.errors import AuditKeyOther, AuditKeyUnusable, MentorError
from bot.findings import DATABASE_S, Finding, Level
from bot.model_client import ModelClient, Task, Trouble, without_end
from bot.statistics import counted, duration
from bot.storage import audit, migrate, outbox, restored, work
from bot.storage.copying import opened
from bot.storage.engine import Tx, is_there

FREE_LEAST = 1024**3  # bytes: a backup is made beside the data, and a full disk stops the bot
WAITS_LONG = timedelta(minutes=10)
BACKED_UP_WITHIN = timedelta(hours=36)
YOUNG = timedelta(days=7)  # a database that is in use for less is not missed much
HERE_S = 3.0
SLACK = "https://slack.com/"
# Anchors of docs/runbooks.md: by what waits, and by what is not ready.
WAITING = {"work": "mentorworkwaits", "outbox": "mentormessageswait"}
RUNBOOKS = {"database": "mentordatabaseaway", "slack": "mentordeaf"}
PROBE: Task[str] = Task(
    name="doctor",
    rules="Reply with the word given.",
    data={"word": "well"},
    schema={
        "type": "object",
        "properties": {"word": {"type": "string"}},
        "required": ["word"],
        "additionalProperties": False,
    },
    read=lambda said: str(said["word"]),
    tokens_most=200,
)
MODEL_FIXES = {
    Trouble.AWAY: "check MENTOR_LLM_BASE_URL and the network",
    Trouble.REFUSED: "check OPENAI_API_KEY and MENTOR_LLM_MODEL at that server",
    Trouble.TOO_LATE: "choose a faster model: it has ten seconds",
    Trouble.GARBLED: "choose a model that writes JSON by a schema",
}


async def inside_findings(settings: Settings, *, database_s: float = DATABASE_S) -> list[Finding]:
    """Only what is amiss, and what answered. The database is waited for so many seconds."""
    found = [*_folder(settings.data_folder), *_clock(settings), *await _kept(settings, database_s)]
    if settings.llm_model:
        found.append(await model_finding(settings))
    return [*found, *await _running(settings)]


def _folder(folder: Path) -> list[Finding]:
    if not folder.exists():
        return []
    if not os.access(folder, os.W_OK | os.X_OK):
        fix = f"give it to the bot's user: chown -R mentor {folder}; or name another in MENTOR_DATA"
        return [Finding(Level.PROBLEM, "data folder", f"{folder} cannot be written to", fix)]
    free = shutil.disk_usage(folder).free
    if free < FREE_LEAST:
        found = f"{folder} has {free // 1024**2} MiB left on its disk"
        return [Finding(Level.WARNING, "data folder", found, "make room, or name another in MENTOR_DATA")]
    return []


def _clock(settings: Settings) -> list[Finding]:
    if not settings.environment.get("MENTOR_CLOCK") or not settings.slack_api_url.startswith(SLACK):
        return []
    return [Finding(Level.WARNING, "MENTOR_CLOCK", "is set, which is for rehearsals alone", "unset it")]


async def _kept(settings: Settings, database_s: float) -> list[Finding]:
    """Nothing of a database that is not there, does not answer or is of another revision: that is told already."""
    try:
        async with asyncio.timeout(database_s):
            return await _found_in(settings)
    except (MentorError, TimeoutError):
        return []


async def _found_in(settings: Settings) -> list[Finding]:
    if not is_there(settings.database_url):
        return []
    async with opened(settings.database_url) as database:
        await migrate.check_current(database)
        async with database.read() as tx:
            now = settings.clock.now()
            return [*await _waiting(tx, now), *await _audit(tx, settings), *await _backup(tx, now)]


async def _waiting(tx: Tx, now: datetime) -> list[Finding]:
    found = []
    behind, unsent = await work.backlog(tx, now=now), await outbox.oldest_unsent(tx)
    for name, since in (("work", behind.oldest), ("outbox", unsent)):
        if since is not None and now - since > WAITS_LONG:
            waits = f"something has waited for {duration((now - since).total_seconds())}"
            fix = f"see whether a bot runs; then docs/runbooks.md#{WAITING[name]}"
            found.append(Finding(Level.WARNING, name, waits, fix))
    if behind.failed:
        told = f"{counted(behind.failed, 'piece')} given up since the beginning, last {await work.last_given_up(tx)}"
        found.append(Finding(Level.WARNING, "work", told, "see docs/runbooks.md#mentorworkgivenup"))
    return found


async def _audit(tx: Tx, settings: Settings) -> list[Finding]:
    is_shared = settings.database_url.startswith("postgresql") and not settings.audit_key
    found = [] if not is_shared else [_own_key(settings)]
    head = await audit.head(tx)
    if head is None or not head.number:
        return found
    try:
        key = find_key(settings.audit_key, settings.data_folder)
    except AuditKeyUnusable as error:
        return [*found, Finding(Level.PROBLEM, "audit log", str(error), "see docs/runbooks.md#the-audit-key-is-lost")]
    if head.key != key.fingerprint:
        what = str(AuditKeyOther(head.key, key.fingerprint)).partition(". ")[0]
        fix = "set MENTOR_AUDIT_KEY to the key of before; if it is lost, see docs/runbooks.md#the-audit-key-is-lost"
        return [*found, Finding(Level.PROBLEM, "audit log", what, fix)]
    return found


def _own_key(settings: Settings) -> Finding:
    found = f"its key is a file in {settings.data_folder}, so every replica would make one of its own"
    fix = "set MENTOR_AUDIT_KEY, the same for all (what stands in audit.key, else from `openssl rand -hex 32`)"
    return Finding(Level.WARNING, "audit log", found, fix)


async def _backup(tx: Tx, now: datetime) -> list[Finding]:
    last, begun = await restored.last_backup(tx), await outbox.first_at(tx)
    if begun is None or now - begun < YOUNG or (last is not None and now - last < BACKED_UP_WITHIN):
        return []
    found = f"the last one is {duration((now - last).total_seconds())} old" if last else "none was ever made"
    fix = "run `mentor db backup FILE` each night, or ignore this where your PostgreSQL is backed up otherwise"
    return [Finding(Level.WARNING, "backup", found, fix)]


async def model_finding(settings: Settings) -> Finding:
    """By one small question."""
    client = ModelClient(settings, without_end, clock=settings.clock)
    try:
        said = await client.ask(PROBE, "doctor")
    finally:
        await client.close()
    name = f"model {settings.llm_model}"
    if isinstance(said, Trouble):
        return Finding(Level.PROBLEM, name, f"gave no answer: {said}", MODEL_FIXES.get(said, "try again"))
    return Finding(Level.OK, name, "answers")


async def _running(settings: Settings) -> list[Finding]:
    """Of the bot on this machine, if one answers at our port."""
    url = f"http://127.0.0.1:{settings.http_port}/readyz"
    try:
        async with (
            asyncio.timeout(HERE_S),
            aiohttp.ClientSession() as session,
            session.get(url) as response,
        ):
            said = await response.json()
            problems = said["problems"]
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError):
        return []
    if not problems:
        return [Finding(Level.OK, "bot", f"runs here, at port {settings.http_port}, and is ready")]
    return [
        Finding(Level.PROBLEM, "bot", f"runs here and is not ready: {what}", f"see docs/runbooks.md#{RUNBOOKS[name]}")
        for name, what in problems.items()
        if name in RUNBOOKS
    ]
