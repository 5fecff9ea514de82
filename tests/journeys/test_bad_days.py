"""What people see when Slack or the database has a bad day: later perhaps, but once, and never nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bot.storage.engine import Database, Tx
from sandbox import Refused, interactive
from sandbox.content import Content
from sandbox.delivery import Package
from sandbox.interactive import Handles
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import Office, words

NOT_TAKEN_DOWN = (
    "Not saved: something went wrong on my side. Please try again in a minute; if it goes on, tell the platform team."
)


# Slack refuses, or asks to wait.


async def test_an_answer_whose_blocks_slack_refuses_goes_as_plain_text(
    either_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = either_office
    # Slack's limits are not all written down: here it suddenly takes no blocks at all.
    checked = Content.checked

    def refuse_blocks(content: Content, *arguments: object, **options: object) -> Content:
        if content.blocks:
            raise Refused("invalid_blocks")
        return checked(content, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Content, "checked", refuse_blocks)

    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]
    assert words(answer) == []


async def test_the_wait_that_slack_asks_for_is_kept(office: Office) -> None:
    office.sandbox.faults.add("status_429", times=2, seconds=8, channel="C0ASKPLAT")

    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.until(lambda: office.sandbox.faults.fired["status_429"])
    elsewhere = office.person("jonas").say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(elsewhere)
    await office.answer_to(asked)
    await office.quiet()

    posts = office.sandbox.ledger.posts()
    assert [post.channel for post in posts] == ["C0RANDOM", "C0ASKPLAT"]
    assert posts[1].at - float(asked.ts) >= 16
    assert office.sandbox.faults.fired["status_429"] == 2


@pytest.mark.parametrize("kind", ["lose_reply", "status_500_after", "garbage", "status_500", "drop"])
async def test_an_answer_is_seen_once_whatever_became_of_the_call(office: Office, kind: str) -> None:
    office.sandbox.faults.add(kind, times=1)

    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.until(lambda: office.sandbox.faults.fired[kind])
    office.sandbox.clock.set_factor(60)  # it waits for Slack to settle before it looks
    await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


# The address for private answers fails.


class Addresses:
    """A server for `response_url`s that fail: `/500`, `/404` and `/silence`, which never answers."""

    def __init__(self) -> None:
        self.asked = 0
        self._end = asyncio.Event()
        application = web.Application()
        application.router.add_post("/{how}", self._answer)
        self.server = TestServer(application)

    def url(self, how: str) -> str:
        return str(self.server.make_url(f"/{how}"))

    async def close(self) -> None:
        self._end.set()
        await self.server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        match request.match_info["how"]:
            case "silence":
                await self._end.wait()
                return web.Response()
            case "404":
                return web.json_response({"ok": False, "error": "used_url"}, status=404)
            case _:
                return web.Response(status=500)


@pytest.fixture
async def addresses() -> AsyncIterator[Addresses]:
    addresses = Addresses()
    await addresses.server.start_server()
    yield addresses
    await addresses.close()


async def command_with(office: Office, response_url: str) -> None:
    """Jonas asks by the command, and Slack hands out this address for the reply."""
    person, channel = office.person("jonas").person, office.sandbox.workspace.channels["C0RANDOM"]
    handles = Handles(office.sandbox.workspace.windows.issue_trigger(person.id), response_url)
    payload = interactive.slash_command(
        office.sandbox.installation, person, channel, command="/platform", text=QUESTION, handles=handles
    )
    answer = await office.sandbox.delivery.ask(Package("slash_commands", payload, accepts_response=True))
    assert answer.is_acknowledged


@pytest.mark.parametrize("how", ["500", "404", "silence"])
async def test_a_private_answer_that_cannot_be_shown_goes_as_a_direct_message(
    office: Office, addresses: Addresses, how: str
) -> None:
    await command_with(office, addresses.url(how))
    await office.until(lambda: office.direct("jonas"))
    await office.quiet()

    assert [who for who, _ in office.direct("jonas")] == ["mentor"]
    assert words(office.person("jonas").sees_in_dm()[0])[0] == LOGS_QUOTED
    assert addresses.asked == 1


async def test_the_direct_message_in_its_place_takes_a_verdict(office: Office, addresses: Addresses) -> None:
    await command_with(office, addresses.url("404"))
    answer = (await office.until(lambda: office.person("jonas").sees_in_dm()))[0]
    await office.person("jonas").press(answer, "That solved it")
    await office.until(lambda: "✓ Solved, says the person who asked." in words(answer))

    assert office.person("jonas").sees_in_dm() == [answer]


async def test_a_refusal_that_cannot_be_shown_goes_as_a_direct_message(office: Office, addresses: Addresses) -> None:
    sandbox = office.sandbox
    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    person = office.person("amara").person
    handles = Handles(sandbox.workspace.windows.issue_trigger(person.id), addresses.url("404"))
    press = {"action_ts": "1.1", "type": "button", "action_id": "answers.solved"}
    press["value"] = answer.blocks[-1]["elements"][0]["value"]
    payload = interactive.message_action(sandbox.installation, person, answer, action=press, values={}, handles=handles)

    await sandbox.delivery.ask(Package("interactive", payload))
    await office.until(lambda: office.direct("amara"))

    assert office.direct("amara")[0][1].startswith("Only the person who asked can say this.")


# The database is away.


# What is waited for in vain: little more than in production.
PUNCTUAL = pytest.mark.parametrize("patience", [2.0], ids=["punctual"])


@asynccontextmanager
async def database_away(url: str) -> AsyncIterator[None]:
    """Another process holds the tables that everything is written down in."""
    other, is_held, end = Database(url), asyncio.Event(), asyncio.Event()

    async def hold(tx: Tx) -> None:
        if not other.is_sqlite:  # there a write holds the whole database
            await tx.execute(text("LOCK TABLE people, events, messages, work IN ACCESS EXCLUSIVE MODE"))
        is_held.set()
        await end.wait()

    holding = asyncio.create_task(other.write(hold))
    await is_held.wait()
    yield
    end.set()
    await holding
    await other.close()


@PUNCTUAL
async def test_a_command_that_cannot_be_written_down_is_answered_so(either_office: Office) -> None:
    office = either_office

    async with database_away(office.settings.database_url):
        done = await office.person("jonas").command("/platform", QUESTION, "random")

    assert done.acknowledged
    assert [each.text for each in office.whispers("jonas", "random")] == [NOT_TAKEN_DOWN]


@PUNCTUAL
async def test_a_press_that_cannot_be_written_down_is_answered_so(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    await office.quiet()

    async with database_away(office.settings.database_url):
        await office.person("priya").press(answer, "That solved it")

    assert [each.text for each in office.whispers("priya", "ask-platform")] == [NOT_TAKEN_DOWN]


@PUNCTUAL
async def test_an_event_that_cannot_be_written_down_comes_again_and_is_answered_then(either_office: Office) -> None:
    office = either_office

    async with database_away(office.settings.database_url):
        asked = office.person("priya").say("ask-platform", QUESTION)
        refused = await office.person("jonas").command("/platform", QUESTION, "random")
    office.sandbox.clock.set_factor(60)  # Slack tries again after a minute
    await office.answer_to(asked)
    await office.quiet()

    assert refused.acknowledged
    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]
    assert office.sandbox.delivery.lost == []
