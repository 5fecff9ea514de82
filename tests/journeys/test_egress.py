"""The bot calls the places of its settings and no other: each connection that the process makes is looked at.

Bot, sandbox and test are one process, so what the sandbox itself calls (the bot, in HTTP mode) would be seen too; here
it calls nobody.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from bot.config import Settings
from tests.answers.test_model_writer import GOOD, text
from tests.connections import Place, heard
from tests.journeys.handbook import QUESTION
from tests.journeys.office import Office
from tests.model_server import ModelServer, serving


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with serving(text(GOOD)) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, model: ModelServer) -> Settings:
    return replace(settings, llm_model="m1", llm_base_url=model.base_url)


@pytest.fixture
def calls() -> Iterator[tuple[set[Place], set[str]]]:
    with heard() as calls:
        yield calls


async def test_the_bot_calls_no_host_but_those_it_was_told_of(
    calls: tuple[set[Place], set[str]], office: Office, model: ModelServer
) -> None:
    """From its start on: questions in a channel, in private and directly, a form, App Home, a press, an export."""
    priya = office.person("priya")
    asked = priya.say("ask-platform", QUESTION)
    priya.dm(QUESTION)
    await priya.command("/platform", f"ask {QUESTION}", "random")
    await priya.command("/platform", "settings", "random")
    await priya.command("/platform", "health", "random")
    await priya.press(await office.answer_to(asked), "That solved it")
    await office.quiet()

    places, names = calls
    told = {place(office.settings.slack_api_url), place(model.base_url)}
    assert model.asked != []
    assert places <= told
    assert names <= {"127.0.0.1", "localhost"}
    assert places >= told  # both were called, so the hook hears


def place(url: str) -> Place:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
