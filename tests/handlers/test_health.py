"""The bot's own pages: alive as long as it runs, ready only with its database and Slack, and figures of what waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, make_url, text

from bot.app import Mentor, running
from bot.config import Settings
from bot.demo.playing import settings_for
from bot.errors import CannotListen
from sandbox import Sandbox
from tests.handlers.by_http import BotByHttp, bot_by_http, free_port
from tests.handlers.payloads import callback, message
from tests.journeys.handbook import ARTICLES
from tests.journeys.office import new_sandbox

PATIENCE_S = 60.0
LATE_S = 300.0  # of the sandbox's clock, which is ten times as fast
ALIVE = (200, {"status": "ok"})
READY = (200, {"status": "ok", "problems": {}})


@asynccontextmanager
async def _by_http(folder: Path, database_url: str) -> AsyncIterator[BotByHttp]:
    async with bot_by_http(folder, database_url=database_url) as bot:
        yield bot


async def _page(settings: Settings, path: str) -> tuple[int, Any]:
    url = f"http://127.0.0.1:{settings.http_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.json()


async def _figures(bot: BotByHttp) -> dict[tuple[str, str], float]:
    async with bot.session.get(bot.url("/metrics")) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(await response.text())
        return {
            (each.name, each.labels["state"]): each.value
            for family in families
            for each in family.samples
            if each.name.startswith("mentor_") and "acknowledgement" not in each.name
        }


def _take_away(database_url: str) -> None:
    """SQLite: the file is no database of ours any more. PostgreSQL: the database is gone from its server."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url.set(drivername="sqlite"))
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
    else:
        engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {url.database}"))  # an empty one, as after a bad restore
    engine.dispose()


async def test_a_bot_with_its_database_is_alive_and_ready(tmp_path: Path, database_url: str) -> None:
    async with _by_http(tmp_path, database_url) as bot:
        assert await _page(bot.settings, "/healthz") == ALIVE
        assert await _page(bot.settings, "/readyz") == READY


async def test_a_bot_whose_database_is_away_is_alive_and_not_ready(tmp_path: Path, database_url: str) -> None:
    async with _by_http(tmp_path, database_url) as bot:
        await asyncio.to_thread(_take_away, database_url)

        status, said = await _page(bot.settings, "/readyz")

        assert (status, said["status"], list(said["problems"])) == (503, "not ready", ["database"])
        assert said["problems"]["database"] == "The database is older than this Mentor. Run `mentor db upgrade`."
        assert await _page(bot.settings, "/healthz") == ALIVE


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with new_sandbox() as sandbox:
        yield sandbox


async def test_a_port_that_is_taken_is_told_with_its_setting(sandbox: Sandbox, tmp_path: Path) -> None:
    async with _by_socket(sandbox, tmp_path) as first:
        with pytest.raises(
            CannotListen, match=rf"at 127\.0\.0\.1:{first.http_port}: address already in use.*HTTP_PORT"
        ):
            async with running(first.settings):
                pass


@asynccontextmanager
async def _by_socket(sandbox: Sandbox, folder: Path) -> AsyncIterator[Mentor]:
    async with running(replace(settings_for(sandbox, folder), http_port=free_port())) as mentor:
        await sandbox.connected()
        yield mentor


async def test_a_bot_whose_socket_is_open_is_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    async with _by_socket(sandbox, tmp_path) as mentor:
        assert await _page(mentor.settings, "/readyz") == READY


async def test_a_bot_that_has_lost_slack_is_not_ready(sandbox: Sandbox, tmp_path: Path) -> None:
    async with _by_socket(sandbox, tmp_path) as mentor:
        await sandbox.stop()

        async with asyncio.timeout(PATIENCE_S):
            while (said := await _page(mentor.settings, "/readyz")) == READY:
                pass

        assert said == (503, {"status": "not ready", "problems": {"slack": "the socket to Slack is not connected"}})


async def test_the_figures_tell_what_waits_and_what_was_sent(tmp_path: Path) -> None:
    async with bot_by_http(tmp_path) as bot:
        bot.sandbox.use_http(bot.url("/slack/events"))
        before = await _figures(bot)
        told = before.pop(("mentor_outbox", "sent"))  # what the channels were told before

        bot.sandbox.person("priya").say("ask-platform", "how do I see the logs of my service?")
        async with asyncio.timeout(PATIENCE_S):
            while (after := await _figures(bot))["mentor_outbox", "sent"] != told + 1:
                pass

    before.pop(("mentor_channels", "not_read_back"))  # as many as are left when it is asked
    late = [key for key in before if key[0] == "mentor_late_seconds"]
    assert all(before.pop(key) < LATE_S for key in late)
    assert ("mentor_late_seconds", "timetable") in late
    assert all(before.pop(("mentor_running", what)) > 0 for what in ("tasks", "threads"))
    assert before == {
        **{("mentor_ready", part): 1 for part in ("database", "slack")},
        **{("mentor_age_seconds", part): 0 for part in ("inbox", "work", "outbox")},
        **{("mentor_handbook_trouble", what): 0 for what in ("broken", "unreachable", "sources lost")},
        ("mentor_silent_seconds", "slack"): 0,
        ("mentor_slots", "missed"): 0,
        ("mentor_outbox", "given up"): 0,
        ("mentor_work", "due"): 0,
        ("mentor_work", "failed"): 0,
        ("mentor_gaps", "open"): 0,
        ("mentor_follow_ups", "open"): 0,
        ("mentor_pulse_waves", "under way"): 0,
        **{("mentor_pulse_people", state): 0 for state in ("asked", "on their way", "waiting", "skipped")},
        **{("mentor_community_questions", state): 0 for state in ("asked", "settled", "waiting")},
        ("mentor_handbook_articles", "live"): len(ARTICLES),
    }
    assert after[("mentor_work", "failed")] == 0


async def test_the_figures_without_a_database_are_those_of_the_process(tmp_path: Path, database_url: str) -> None:
    async with _by_http(tmp_path, database_url) as bot:
        await asyncio.to_thread(_take_away, database_url)

        figures = await _figures(bot)

    assert (figures["mentor_ready", "database"], figures["mentor_ready", "slack"]) == (0, 1)
    assert figures["mentor_handbook_articles", "live"] == len(ARTICLES)


async def test_how_long_slack_waited_for_each_answer_is_counted(tmp_path: Path) -> None:
    async with bot_by_http(tmp_path) as bot:
        await bot.send(callback(message(text="how do I see the logs?")))
        await bot.send({"type": "nothing of Slack's"})
        counted = await _samples(bot, "mentor_acknowledgement_seconds")

        assert counted["_count", "taken", ""] == counted["_bucket", "taken", "3.0"] == 1
        assert counted["_count", "refused", ""] == 1
        assert counted["_count", "not saved", ""] == 0


async def _samples(bot: BotByHttp, name: str) -> dict[tuple[str, str, str], float]:
    """By what is told of it, its state, and up to how many seconds."""
    async with bot.session.get(bot.url("/metrics")) as response:
        (family,) = (each for each in text_string_to_metric_families(await response.text()) if each.name == name)
    return {
        (each.name.removeprefix(name), each.labels["state"], each.labels.get("le", "")): each.value
        for each in family.samples
    }


async def test_the_pages_answer_no_question_about_people(tmp_path: Path) -> None:
    """They are open to whoever reaches the port: figures and names of parts, nothing that was said or who said it."""
    async with bot_by_http(tmp_path) as bot:
        await bot.send(callback(message(text="where is canary-one?")))

        shown = ""
        for path in ("/healthz", "/readyz", "/metrics"):
            async with bot.session.get(bot.url(path)) as response:
                shown += await response.text()

    for secret in ("canary", "U0PRIYA", "C0ASKPLAT", bot.settings.slack_bot_token.value):
        assert secret not in shown
