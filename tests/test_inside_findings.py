"""What `mentor doctor` says of the bot itself: what waits, was given up, backups, keys, the model, one that runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app import running
from bot.audit import Audit, find_key
from bot.clock import Clock
from bot.config import Secret, Settings, read_settings
from bot.demo.playing import settings_for
from bot.findings import Level
from bot.inside_findings import inside_findings
from bot.model import Json
from bot.storage.engine import Database
from bot.storage.restored import put_last_backup
from bot.storage.schema import outbox, work
from tests.handlers.by_http import free_port
from tests.journeys.office import new_sandbox
from tests.model_server import completion, serving

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
KEY = "k" * 32
PATIENCE_S = 5.0
WORK = {"kind": "answers.answer", "due_at": NOW, "state": "waiting", "attempts": 0, "created_at": NOW}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    given = {"MENTOR_DATA": str(tmp_path), "MENTOR_HTTP_PORT": str(free_port()), "MENTOR_AUDIT_KEY": KEY}
    return replace(read_settings(given), database_url=database_url, clock=Clock(NOW.timestamp))


async def said(settings: Settings) -> list[str]:
    return [str(each) for each in await inside_findings(settings)]


async def put(database: Database, table: Any, **values: object) -> None:
    await database.write(lambda tx: tx.execute(table.insert().values(**values)))


async def test_of_a_database_that_was_just_made_nothing_is_amiss(settings: Settings) -> None:
    assert await said(settings) == []


async def test_what_waits_and_what_was_given_up_is_told_with_its_runbook(
    settings: Settings, database: Database
) -> None:
    await put(database, work, **WORK | {"key": "1", "due_at": NOW - timedelta(minutes=11)})
    ended = {"state": "failed", "problem": "ModelAway", "finished_at": NOW}
    await put(database, work, **WORK | {"key": "2"} | ended)

    waits, given_up = await said(settings)
    assert waits == (
        "warning: work: something has waited for 11 min; see whether a bot runs; then docs/runbooks.md#mentorworkwaits"
    )
    assert given_up == (
        "warning: work: 1 piece given up since the beginning, last answers.answer on 2026-11-24 10:00 UTC "
        "(ModelAway); see docs/runbooks.md#mentorworkgivenup"
    )


@pytest.mark.parametrize(
    ("age_h", "found"),
    [(None, "none was ever made"), (35, ""), (37, "the last one is 1 day 13 h old")],
    ids=["never", "today", "two days ago"],
)
async def test_a_database_in_use_wants_backups(
    settings: Settings, database: Database, age_h: int | None, found: str
) -> None:
    sent = {"key": "1", "mark": "1", "kind": "k", "purpose": "asked", "channel_id": "C1", "version": 1, "attempts": 1}
    at = NOW - timedelta(days=8)
    await put(database, outbox, **sent, state="sent", due_at=at, created_at=at)
    if age_h is not None:
        await database.write(lambda tx: put_last_backup(tx, NOW - timedelta(hours=age_h)))

    told = await said(settings)

    assert [line.partition("; ")[0] for line in told] == ([f"warning: backup: {found}"] if found else [])


async def test_a_database_that_takes_connections_and_never_answers_holds_nothing_up(tmp_path: Path) -> None:
    settings = read_settings({"MENTOR_DATA": str(tmp_path), "MENTOR_HTTP_PORT": str(free_port())})
    async with _deaf() as port, asyncio.timeout(PATIENCE_S):
        url = f"postgresql+psycopg://mentor@127.0.0.1:{port}/mentor"
        found = await inside_findings(replace(settings, database_url=url), database_s=0.2)

    assert found == []


@asynccontextmanager
async def _deaf() -> AsyncIterator[int]:
    held = []  # or they would be closed
    server = await asyncio.start_server(lambda *connection: held.append(connection), "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for _, writer in held:
            writer.close()


async def test_another_audit_key_than_before_is_a_problem(settings: Settings, database: Database) -> None:
    audit = Audit(find_key(Secret(KEY), Path()), clock=settings.clock)
    await database.write(lambda tx: audit.add(tx, "x", person=None, subject="s", facts={}))

    (found,) = await inside_findings(replace(settings, audit_key=Secret("o" * 32)))

    assert (found.level, found.name) == (Level.PROBLEM, "audit log")
    assert "MENTOR_AUDIT_KEY" in found.fix


async def test_replicas_without_a_common_audit_key_are_warned_of(settings: Settings) -> None:
    found = await inside_findings(replace(settings, audit_key=Secret("")))

    is_shared = settings.database_url.startswith("postgresql")
    assert [each.name for each in found] == (["audit log"] if is_shared else [])


async def test_a_clock_for_rehearsals_is_told_where_slack_is_the_real_one(settings: Settings) -> None:
    (found,) = await inside_findings(replace(settings, environment={"MENTOR_CLOCK": "1:2:3"}))

    assert (found.name, found.fix) == ("MENTOR_CLOCK", "unset it")


async def test_a_model_that_cannot_be_reached_is_a_problem_with_its_fix(settings: Settings) -> None:
    (found,) = await inside_findings(replace(settings, llm_model="m", llm_base_url="http://127.0.0.1:1/v1"))

    assert (
        str(found) == "problem: model m: gave no answer: cannot be reached; check MENTOR_LLM_BASE_URL and the network"
    )


async def test_a_model_that_answers_is_told(settings: Settings) -> None:
    async def reply(_request: web.Request, _body: Json) -> web.Response:
        return web.json_response(completion('{"word": "well"}'))

    async with serving(reply) as server:
        found = await said(replace(settings, llm_model="m", llm_base_url=server.base_url))

    assert found == ["ok: model m: answers"]


async def test_a_bot_that_runs_here_is_told(tmp_path: Path) -> None:
    async with new_sandbox() as sandbox:
        settings = replace(settings_for(sandbox, tmp_path), http_port=free_port())
        async with running(settings):
            await sandbox.connected()
            assert [each for each in await said(settings) if each.startswith("ok: bot")] == [
                f"ok: bot: runs here, at port {settings.http_port}, and is ready"
            ]
