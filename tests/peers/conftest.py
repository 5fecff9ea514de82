"""Two channels to read back, with three people in them."""

from collections.abc import AsyncIterator

import pytest

from bot.storage.engine import Database
from knowledge.channels import AnswerMode, Channel
from sandbox import Actor, Sandbox
from tests.peers.reading import ASK, DEPLOYS, Reader, new_sandbox, reader_of


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = new_sandbox(factor=600)
    people = [sandbox.workspace.add_person(name).id for name in ("ada", "bela", "chidi")]
    for channel_id, name in ((ASK, "ask"), (DEPLOYS, "deploys")):
        sandbox.workspace.add_channel(name, members=people, id=channel_id)
    async with sandbox:
        yield sandbox


@pytest.fixture
async def reader(sandbox: Sandbox, database: Database) -> AsyncIterator[Reader]:
    watched = [Channel(ASK, "ask", AnswerMode.AT_ONCE), Channel(DEPLOYS, "deploys", history_days=30)]
    reader = await reader_of(sandbox, database, watched)
    yield reader
    await reader.slack.close()


@pytest.fixture
def ada(sandbox: Sandbox) -> Actor:
    return sandbox.person("ada")


@pytest.fixture
def bela(sandbox: Sandbox) -> Actor:
    return sandbox.person("bela")
