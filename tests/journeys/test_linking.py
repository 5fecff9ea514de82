"""Somebody proves their Git account: from the word to the host's yes, and takes it back."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.config import Settings
from sandbox import Sandbox
from tests.git.device_server import CLIENT_ID, DeviceServer
from tests.journeys.office import Office, at_work, buttons, settings_in, words

REPOSITORIES = "live: {url: https://127.0.0.1/acme/live.git}\n"


@pytest.fixture
async def server() -> AsyncIterator[DeviceServer]:
    server = DeviceServer("github")
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        yield server


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str, server: DeviceServer) -> Settings:
    (handbook / "repositories.yaml").write_text(REPOSITORIES)
    settings = settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)
    return replace(settings, git=replace(settings.git, github_api_url=server.url, github_client_id=CLIENT_ID))


@pytest.fixture
async def company(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Office]:
    async with at_work(sandbox, settings) as office:
        yield office


async def test_an_account_is_proven_shown_and_taken_back(company: Office, server: DeviceServer) -> None:
    priya = company.person("priya")
    server.said = ""  # she enters it at once

    await priya.command("/platform", "link", "ask-platform")
    code = await company.whisper_to("priya", "ask-platform")
    await company.later(0.2)
    (proven,) = company.told("priya")
    await priya.command("/platform", "link", "ask-platform")
    shown = await company.until(lambda: [each for each in company.whispers("priya", "ask-platform") if buttons(each)])
    known = "\n".join(words(shown[0]))
    await priya.press(shown[0], "Unlink 127.0.0.1")
    await company.quiet()

    assert "`WDJB-MJHT`" in "\n".join(words(code))
    assert proven.text.startswith("*Maya-L* at 127.0.0.1 is your Git account now.")
    assert "*Maya-L*, proven on" in known
    assert (await company.whisper_to("priya", "ask-platform")).text.startswith("Done. I do not know your account")


async def test_after_a_mention_nobody_else_sees_the_code(company: Office) -> None:
    tomas = company.person("tomas")

    asked = tomas.say("ask-platform", f"{company.mention} link")
    await company.quiet()

    assert company.replies(asked) == []
    assert "`WDJB-MJHT`" in company.told("tomas")[0].text


async def test_where_nothing_can_be_proven_that_is_said(either_office: Office) -> None:
    await either_office.person("priya").command("/platform", "link", "ask-platform")

    said = await either_office.whisper_to("priya", "ask-platform")

    assert "None of the handbook's repositories is at a host where an account can be proven." in words(said)[0]
