"""A month with private channels and direct messages: their words come out nowhere but where they were said.

Each private place has a canary of its own in every message, and in its name. Looked through is all that others can
see: what the bot shows anywhere, the log at its most talkative, the health pages, and what the command line prints.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer

from bot.config import Settings
from sandbox import Message, Sandbox
from tests.journeys.handbook import CHANNELS, write_handbook
from tests.journeys.office import Office, at_work, settings_in

DAYS = range(0, 30, 5)  # on which something is said
SEED = 20261124
FIVE_DAYS_MIN = 5 * 24 * 60.0


@dataclass(frozen=True)
class Place:
    """A private channel and how the handbook names it ("" for not at all)."""

    id: str
    name: str
    members: tuple[str, ...]
    entry: str

    @property
    def canary(self) -> str:
        return f"zebrafish{self.id.lower()}"


INSIDERS = ("U0PRIYA", "U0AMARA")
PLACES = (
    Place("G0ANSWERED", "quagga-answered", INSIDERS, "answer: at once"),
    Place("G0SHADOW", "quagga-shadow", INSIDERS, "answer: shadow"),
    Place("G0COUNTED", "quagga-counted", INSIDERS, "answer: at once, keep: counts"),
    Place("G0UNWATCHED", "quagga-unwatched", INSIDERS, ""),
)
DIRECT = {"priya": "zebrafishdirectpriya", "amara": "zebrafishdirectamara"}
CANARIES = (*(place.canary for place in PLACES), *(place.name for place in PLACES), *DIRECT.values())
ASKS = (
    "how do I see the logs of my {} service?",
    "where are my {} logs?",
    "how do I restore a {} database backup?",
    "which restaurant near {} has vegan lunch?",
)


@pytest.fixture
def logged() -> Iterator[structlog.testing.LogCapture]:
    """Every line before it is formatted, with all its values."""
    captured = structlog.testing.LogCapture()
    structlog.configure(processors=[captured])
    yield captured
    structlog.reset_defaults()


@pytest.fixture
def private_settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    for place in PLACES:
        sandbox.workspace.add_channel(place.name, kind="group", members=place.members, id=place.id)
    folder = write_handbook(tmp_path / "handbook")
    url = f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}"
    entries = [f"  - {{id: {place.id}, name: {place.name}, {place.entry}}}\n" for place in PLACES if place.entry]
    (folder / "channels.yaml").write_text(CHANNELS + "".join(entries))
    return settings_in(sandbox, tmp_path / "data", database_url=url, handbook=folder)


@pytest.fixture
async def office(
    logged: structlog.testing.LogCapture, sandbox: Sandbox, private_settings: Settings
) -> AsyncIterator[Office]:
    async with at_work(sandbox, private_settings) as office:
        yield office


async def live(office: Office) -> None:
    """A month of what people do in private, and elsewhere around it."""
    rng = random.Random(SEED)
    for _ in DAYS:
        for place in PLACES:
            await _in_private(office, place, rng)
        for name, canary in DIRECT.items():
            office.person(name).dm(rng.choice(ASKS).format(canary))
        office.person("jonas").say("ask-platform", rng.choice(ASKS).format("checkout"))
        await office.person("jonas").command("/platform", rng.choice(("settings", "help", "human")), "random")
        await office.later(FIVE_DAYS_MIN)


async def _in_private(office: Office, place: Place, rng: random.Random) -> None:
    asker, other = rng.sample([office.person("priya"), office.person("amara")], 2)
    mention = f"{office.mention} " if rng.random() < 0.5 else ""
    asked = asker.say(place.id, mention + rng.choice(ASKS).format(place.canary))
    other.say(place.id, f"<@U0JONAS> wrote the {place.canary} page", thread=asked)
    other.react(asked, "eyes")
    extra = asker.say(place.id, f"where is {place.canary}?")
    asker.edit(extra, f"where was {place.canary}?")
    if rng.random() < 0.5:
        asker.delete(extra)
    await asker.command("/platform", f"where are my {place.canary} logs?", place.id)
    for answer in _with_buttons(office, asked):
        await asker.press(answer, "That solved it")


def _with_buttons(office: Office, asked: Message) -> list[Message]:
    return [each for each in office.replies(asked) if "That solved it" in str(each.blocks)]


async def health(office: Office) -> str:
    async with TestClient(TestServer(office.mentor.web())) as client:
        pages = [await (await client.get(page)).text() for page in ("/healthz", "/readyz", "/metrics")]
    return "\n".join(pages)


def printed(office: Office, *arguments: str) -> str:
    """What the command line says of it all, to standard output and error."""
    settings = {
        "MENTOR_DATABASE_URL": str(office.settings.database_url),
        "MENTOR_HANDBOOK": office.settings.handbook,
        "MENTOR_DATA": str(office.settings.data_folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout
    return done.stdout + done.stderr


def canaries_in(text: str) -> set[str]:
    return {canary for canary in CANARIES if canary in text.lower()}


async def test_nothing_private_comes_out_in_a_month(office: Office, logged: structlog.testing.LogCapture) -> None:
    await live(office)

    shown = office.sandbox.ledger.effects
    assert len({each.channel for each in shown}) >= len(PLACES) + len(DIRECT)  # it did speak in all of these places
    assert [each for each in shown if canaries_in(json.dumps([each.text, each.blocks, each.metadata]))] == []
    assert [line for line in logged.entries if canaries_in(str(line))] == []
    assert canaries_in(await health(office)) == set()
    for arguments in (("privacy", "export", "U0JONAS"), ("db", "current"), ("ask", "where are my logs?", "--json")):
        assert canaries_in(await asyncio.to_thread(printed, office, *arguments)) == set()


async def test_what_is_private_goes_to_who_wrote_it_and_to_nobody_else(office: Office) -> None:
    place = PLACES[0]
    office.person("priya").say(place.id, f"the {place.canary} is down")
    office.person("amara").say(place.id, "<@U0PRIYA> I see")
    office.person("priya").dm(f"where are the logs of {DIRECT['priya']}?")
    await office.quiet()

    hers, others = [await asyncio.to_thread(printed, office, "privacy", "export", each) for each in INSIDERS]

    assert canaries_in(hers) == {place.canary}
    assert canaries_in(others) == set()
