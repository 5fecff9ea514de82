"""A month with private channels and direct messages: their words come out nowhere but where they were said.

Each private place has a canary of its own in every message, and in its name. Looked through is all that others can
see: what the bot shows anywhere, the log at its most talkative, the health pages, the digests that are kept, and what
the command line prints. Four things are meant to be seen, each no further than said here:

- App Home lists the person's own questions, and where they asked them. Nobody else sees it.
- A shadow card links the question by Slack's own address, which opens for the channel's members alone.
- The export tells a person where and when they were mentioned, by Slack's ids, and not in which words.
- `mentor health` names private channels: whoever runs it holds the database and the handbook that names them.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.config import Settings
from bot.storage.schema import digests
from sandbox import Effect, Message, Sandbox
from tests.goals.counting import Tally
from tests.journeys.handbook import CHANNELS, write_handbook
from tests.journeys.office import Office, at_work, settings_in

MONDAYS = [datetime(2026, 11, 30, 9, 1, tzinfo=UTC) + week * timedelta(days=7) for week in range(5)]
SEED = 20261124
DIGEST = "The week in our channels"
LINK = re.compile(r"/archives/(\w+)/p(\d+)")
PRINTED = (
    ("privacy", "export", "U0JONAS"),
    ("db", "current"),
    ("ask", "where are my logs?", "--json"),
    ("health",),
    ("health", "--json"),
    ("digest",),
    ("digest", "--json"),
    ("digest", "--blocks"),
    ("questions",),
    ("replies", "--json"),
)


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
IDS = [place.id for place in PLACES]
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
def private_settings(sandbox: Sandbox, tmp_path: Path, sqlite_url: str) -> Settings:
    for place in PLACES:
        sandbox.workspace.add_channel(place.name, kind="group", members=place.members, id=place.id)
    folder = write_handbook(tmp_path / "handbook")
    entries = [f"  - {{id: {place.id}, name: {place.name}, {place.entry}}}\n" for place in PLACES if place.entry]
    (folder / "channels.yaml").write_text(CHANNELS + "".join(entries))
    return settings_in(sandbox, tmp_path / "data", database_url=sqlite_url, handbook=folder)


@pytest.fixture
async def office(
    logged: structlog.testing.LogCapture, sandbox: Sandbox, private_settings: Settings
) -> AsyncIterator[Office]:
    async with at_work(sandbox, private_settings) as office:
        yield office


async def live(office: Office) -> None:
    """A month of what people do in private, and elsewhere around it."""
    rng = random.Random(SEED)
    for monday in MONDAYS:
        for place in PLACES:
            await _in_private(office, place, rng)
        for name, canary in DIRECT.items():
            office.person(name).dm(rng.choice(ASKS).format(canary))
        office.person("jonas").say("ask-platform", rng.choice(ASKS).format("checkout"))
        for verb in ("health", "digest", rng.choice(("settings", "help", "human"))):
            await office.person("jonas").command("/platform", verb, "random")
        for name in ("priya", "amara", "jonas"):
            office.person(name).open_home()
        await office.quiet()
        office.sandbox.clock.advance(monday.timestamp() - office.sandbox.clock.now())
        await office.mentor.timetable.tick()
        await office.quiet()


async def _in_private(office: Office, place: Place, rng: random.Random) -> None:
    asker, other = rng.sample([office.person("priya"), office.person("amara")], 2)
    mention = f"{office.mention} " if rng.random() < 0.5 else ""
    asked = asker.say(place.id, mention + rng.choice(ASKS).format(place.canary))
    other.say(place.id, f"<@U0JONAS> wrote the {place.canary} page", thread=asked)
    other.react(asked, "eyes")
    asker.say(place.id, ASKS[0].format(place.canary))  # nobody replies, so that the bot speaks, or says it would have
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
        "MENTOR_CLOCK": f"{time.time()}:{office.sandbox.clock.now()}:1",
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


def ids_in(text: str) -> set[str]:
    return {each for each in IDS if each in text}


def said(effect: Effect) -> str:
    return json.dumps([effect.text, effect.blocks, effect.metadata])


def is_own_home(effect: Effect) -> bool:
    return effect.kind == "view_publish" and effect.user in INSIDERS


def is_shadow_card(effect: Effect) -> bool:
    return "In shadow: to" in said(effect)


def authors_linked(office: Office, effect: Effect) -> set[str]:
    """Who wrote the messages it links."""
    workspace = office.sandbox.workspace
    links = LINK.findall(said(effect))
    return {workspace.message(channel, f"{ts[:-6]}.{ts[-6:]}").user for channel, ts in links}


async def kept_digests(office: Office) -> list[str]:
    async with office.mentor.database.read() as tx:
        return [json.dumps(facts) for facts in await tx.scalars(select(digests.c.facts))]


@pytest.mark.goal(g=17)
async def test_nothing_private_comes_out_in_a_month(
    office: Office, logged: structlog.testing.LogCapture, tally: Tally
) -> None:
    await live(office)
    tally(days=7 * len(MONDAYS), canaries=len(CANARIES))

    effects = office.sandbox.ledger.effects
    homes = [each for each in effects if is_own_home(each)]
    shown = [each for each in effects if not is_own_home(each)]
    elsewhere = [each for each in shown if each.channel not in IDS and not is_shadow_card(each)]
    assert len({each.channel for each in effects}) >= len(PLACES) + len(DIRECT)  # it did speak in all of these places
    assert [each for each in shown if canaries_in(said(each))] == []
    assert [each for each in elsewhere if ids_in(said(each))] == []
    assert set().union(*(ids_in(said(each)) for each in shown if is_shadow_card(each))) == {"G0SHADOW"}
    assert {user for each in homes for user in authors_linked(office, each)} == set(INSIDERS)
    assert [each for each in homes if authors_linked(office, each) - {each.user}] == []
    assert [each for each in homes if canaries_in(said(each)) & set(DIRECT.values())] == []
    assert [line for line in logged.entries if canaries_in(str(line))] == []
    assert canaries_in(await health(office)) == set()
    await check_digests(office)
    await check_printed(office)


async def check_digests(office: Office) -> None:
    """One was posted each week, and what is kept of it names no private channel."""
    posts = [each for each in office.sandbox.ledger.posts("C0PLATFORM") if each.text.startswith(DIGEST)]
    kept = await kept_digests(office)
    assert (len(posts), len(kept)) == (len(MONDAYS), len(MONDAYS))
    assert [each for each in kept if canaries_in(each) or ids_in(each)] == []


async def check_printed(office: Office) -> None:
    watched = {place.name for place in PLACES if place.entry}
    for command in PRINTED:
        text = await asyncio.to_thread(printed, office, *command)
        assert canaries_in(text) == (watched if command[0] == "health" else set()), command
        assert command[0] in ("health", "privacy") or ids_in(text) == set(), command


async def test_what_is_private_goes_to_who_wrote_it_and_to_nobody_else(office: Office) -> None:
    place = PLACES[0]
    office.person("priya").say(place.id, f"the {place.canary} is down")
    office.person("amara").say(place.id, "<@U0PRIYA> I see")
    office.person("priya").dm(f"where are the logs of {DIRECT['priya']}?")
    await office.quiet()

    hers, others = [await asyncio.to_thread(printed, office, "privacy", "export", each) for each in INSIDERS]

    assert canaries_in(hers) == {place.canary, DIRECT["priya"]}
    assert canaries_in(others) == set()
