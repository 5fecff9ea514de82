"""`response_url`: who may still use it, and what it shows."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Actor, Message, Sandbox
from sandbox.model import Json
from sandbox.testing import manifest
from tests.sandbox.bolt_app import SmallBot, running, section


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        maya = sandbox.workspace.add_person("maya")
        sandbox.workspace.add_channel("away", members=[maya.id], with_bot=False)
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


@pytest.fixture
def maya(sandbox: Sandbox) -> Actor:
    return sandbox.person("maya")


async def url_of_command(maya: Actor, bot: SmallBot) -> str:
    """A fresh URL, from a command in a channel the app is not in."""
    await maya.command("/platform", "help", "away")
    return str(bot.told_last("response_url")["response_url"])


async def post(url: str, **payload: object) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=payload) as answer:
        return answer.status, await answer.text()


async def test_it_shows_to_the_person_where_the_app_is_no_member(sandbox: Sandbox, maya: Actor, bot: SmallBot) -> None:
    url = await url_of_command(maya, bot)

    assert await post(url, text="Only you see this") == (200, "ok")

    assert maya.sees("away")[-1].ephemeral_to == maya.id
    assert sandbox.ledger.effects[-1].kind == "respond"


async def test_it_may_show_to_the_whole_channel(maya: Actor, bot: SmallBot) -> None:
    await post(await url_of_command(maya, bot), text="For all", response_type="in_channel")

    (shown,) = [each for each in maya.sees("away") if not each.ephemeral_to]
    assert (shown.text, shown.subtype, shown.user) == ("For all", "bot_message", "")


@pytest.mark.parametrize(("kind", "is_shown"), [("status_500", False), ("status_500_after", True)])
async def test_faults_befall_it_by_its_name(
    sandbox: Sandbox, maya: Actor, bot: SmallBot, kind: str, is_shown: bool
) -> None:
    url = await url_of_command(maya, bot)
    sandbox.faults.add(kind, methods=["response_url"], times=1)

    assert (await post(url, text="Only you see this"))[0] == 500

    assert ("Only you see this" in [each.text for each in sandbox.ledger.of_kind("respond")]) is is_shown


async def test_it_works_five_times(maya: Actor, bot: SmallBot) -> None:
    url = await url_of_command(maya, bot)

    statuses = [(await post(url, text="again"))[0] for _ in range(6)]

    assert statuses == [200, 200, 200, 200, 200, 404]


async def test_it_works_for_half_an_hour(sandbox: Sandbox, maya: Actor, bot: SmallBot) -> None:
    url = await url_of_command(maya, bot)

    sandbox.clock.advance(29 * 60)
    in_time = await post(url, text="in time")
    sandbox.clock.advance(2 * 60)
    late = await post(url, text="late")

    assert in_time == (200, "ok")
    assert late == (404, '{"ok": false, "error": "expired_url"}')


async def test_one_that_was_never_given_out_is_not_found(sandbox: Sandbox) -> None:
    status, _ = await post(f"{sandbox.url}/response/{sandbox.workspace.team_id}/made-up", text="hello")

    assert status == 404


@pytest.mark.parametrize("payload", [{}, {"blocks": []}], ids=["nothing", "no blocks"])
async def test_what_slack_would_not_show_is_refused(maya: Actor, bot: SmallBot, payload: Json) -> None:
    status, body = await post(await url_of_command(maya, bot), **payload)

    assert (status, body) == (400, '{"ok": false, "error": "no_text"}')


async def posted(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> Message:
    """A message in Maya's DM, with a button that was pressed."""
    blocks = section("Pick", ("solved", "That solved it"))
    await bot.client.chat_postMessage(channel=maya.id, text="Pick", blocks=blocks)
    return maya.sees_in_dm()[-1]


async def test_a_press_brings_one_that_can_delete_the_message(sandbox: Sandbox, maya: Actor, bot: SmallBot) -> None:
    await maya.press(await posted(sandbox, bot, maya), "solved")

    await post(str(bot.told_last("response_url")["response_url"]), delete_original=True)

    assert maya.sees_in_dm() == []
