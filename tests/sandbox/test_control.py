"""The control API, as the page in the browser and other processes use it."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.model import Json
from sandbox.testing import manifest
from tests.sandbox.bolt_app import FORM, SmallBot, running

AMBIGUOUS: Json = FORM | {
    "blocks": [
        {
            "type": "input",
            "block_id": block,
            "label": {"type": "plain_text", "text": block},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
        for block in ("one", "two")
    ]
}


class Browser:
    """A page that talks to the control API."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._url = f"{sandbox.url}/sandbox"
        self._session = session

    async def get(self, path: str) -> Json:
        async with self._session.get(f"{self._url}/{path}") as answer:
            return dict(await answer.json())

    async def post(self, path: str, headers: dict[str, str] | None = None, **order: object) -> Json:
        async with self._session.post(f"{self._url}/{path}", json=order, headers=headers) as answer:
            return dict(await answer.json())

    async def act(self, name: str, do: str, /, **order: object) -> Json:
        return await self.post("act", **{"as": name, "do": do, **order})  # type: ignore[arg-type]

    def stream(self) -> aiohttp.client._RequestContextManager:
        return self._session.get(f"{self._url}/stream")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        maya = sandbox.workspace.add_person("maya")
        tom = sandbox.workspace.add_person("tom")
        sandbox.workspace.add_channel("help", members=[maya.id], id="C0HELP")
        sandbox.workspace.add_channel("secret", kind="group", members=[tom.id], id="C0SECRET")
        yield sandbox


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(sandbox, session)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


async def test_state_shows_a_person_what_they_may_see(sandbox: Sandbox, browser: Browser) -> None:
    said = sandbox.person("maya").say("help", "hello")
    said.reactions["eyes"] = ["U1"]

    state = await browser.get("state?as=maya")

    assert [each["name"] for each in state["channels"] if each["kind"] != "im"] == ["help"]
    assert state["channels"][0]["messages"] == [
        {
            "channel": "C0HELP",
            "ts": said.ts,
            "thread_ts": None,
            "user": said.user,
            "text": "hello",
            "blocks": [],
            "attachments": [],
            "subtype": None,
            "bot_id": None,
            "edited": None,
            "reactions": [{"name": "eyes", "users": ["U1"]}],
            "is_ephemeral": False,
            "is_growing": False,
        }
    ]
    assert state["dm"] == sandbox.workspace.dm_of(said.user).id
    assert [each["command"] for each in state["app"]["commands"]] == ["/platform"]


async def test_state_without_a_viewer_shows_everything(browser: Browser) -> None:
    state = await browser.get("state")

    assert {each["name"] for each in state["channels"]} == {"help", "secret"}
    assert (state["mode"], state["connections"], state["home"]) == ("socket", 0, None)


async def test_state_is_cut_to_the_newest_messages_with_their_threads(sandbox: Sandbox, browser: Browser) -> None:
    maya = sandbox.person("maya")
    for text in ("first", "second", "third"):
        last = maya.say("help", text)
    maya.say("help", "a reply", thread=last)

    state = await browser.get("state?as=maya&channel=C0HELP&limit=2")

    assert [each["text"] for each in state["channels"][0]["messages"]] == ["second", "third", "a reply"]


async def test_a_person_can_say_edit_react_and_delete(sandbox: Sandbox, browser: Browser) -> None:
    said = (await browser.act("maya", "say", channel="help", text="helo"))["message"]
    where = {"channel": said["channel"], "ts": said["ts"]}

    edited = await browser.act("maya", "edit", **where, text="hello")
    reacted = await browser.act("maya", "react", **where, name="eyes")

    assert edited["message"]["text"] == "hello"
    assert reacted == {"ok": True, "message": None}
    assert sandbox.person("maya").sees("help")[0].reactions.keys() == {"eyes"}
    await browser.act("maya", "delete", **where)
    assert sandbox.person("maya").sees("help") == []


async def test_a_command_and_a_form_go_through_the_control_api(
    sandbox: Sandbox, browser: Browser, bot: SmallBot
) -> None:
    answered = await browser.act("maya", "command", command="/platform", text="help", channel="C0HELP")
    await browser.act("maya", "say", channel="C0HELP", text=f"<@{sandbox.workspace.bot_user_id}> a bucket?")
    await sandbox.wait_for(lambda: sandbox.ledger.posts())
    answer = sandbox.ledger.posts()[0]
    await browser.act("maya", "press", channel=answer.channel, ts=answer.ts, element="open_form")
    (form,) = (await browser.get("state?as=maya"))["views"]
    incomplete = await browser.act("maya", "submit", view=form["id"], values={})
    done = await browser.act("maya", "submit", view=form["id"], values={"bucket": "logs", "environment": "prod"})

    assert answered["interaction"]["shown"]["text"] == "You asked: help"
    assert answered["interaction"]["shown"]["is_ephemeral"] is True
    assert incomplete["interaction"]["errors"] == {"bucket": "Please complete this required field."}
    assert done["interaction"]["acknowledged"] is True
    assert (await browser.get("state?as=maya"))["views"] == []


async def test_a_form_is_filled_in_by_block_and_action_where_names_are_ambiguous(
    sandbox: Sandbox, browser: Browser, bot: SmallBot
) -> None:
    trigger_id = sandbox.workspace.windows.issue_trigger(sandbox.person("maya").id)
    await bot.client.views_open(trigger_id=trigger_id, view=AMBIGUOUS)
    (form,) = (await browser.get("state?as=maya"))["views"]

    await browser.act("maya", "submit", view=form["id"], state={"one": {"typed": "first"}, "two": {"typed": "second"}})

    values = bot.told_last("view")["view"]["state"]["values"]
    assert (values["one"]["typed"]["value"], values["two"]["typed"]["value"]) == ("first", "second")


async def test_the_state_names_user_groups(sandbox: Sandbox, browser: Browser) -> None:
    group = sandbox.workspace.add_usergroup("oncall", [sandbox.person("maya").id])

    assert (await browser.get("state"))["usergroups"] == [
        {"id": group.id, "handle": "oncall", "name": "Oncall", "users": group.users}
    ]


async def test_a_message_shown_to_one_person_is_in_their_state_alone(browser: Browser, bot: SmallBot) -> None:
    await browser.act("maya", "command", command="/platform", text="help", channel="C0HELP")

    assert [each["text"] for each in (await browser.get("state?as=maya"))["ephemerals"]] == ["You asked: help"]
    assert (await browser.get("state?as=tom"))["ephemerals"] == []


@pytest.mark.parametrize(
    ("order", "error"),
    [
        pytest.param({"do": "say", "channel": "secret", "text": "hi"}, "not_in_channel", id="refused by Slack"),
        pytest.param({"do": "say", "text": "hi"}, "not_found", id="part left out"),
        pytest.param({"do": "dance"}, "unknown_act", id="unknown act"),
        pytest.param({"do": "close", "view": "V0"}, "view_not_open", id="no such view"),
        pytest.param({"do": "command", "command": "/nope"}, "unknown_command", id="unknown command"),
        pytest.param({"do": "say", "as": "nobody", "text": "hi"}, "not_found", id="no such person"),
    ],
)
async def test_an_order_that_cannot_be_done_says_why(browser: Browser, order: Json, error: str) -> None:
    answer = await browser.post("act", **{"as": "maya", **order})

    assert (answer["ok"], answer["error"]) == (False, error)


async def test_the_ledger_is_read_from_where_one_left_off(sandbox: Sandbox, browser: Browser, bot: SmallBot) -> None:
    await bot.client.chat_postMessage(channel="C0HELP", text="one")
    first = await browser.get("ledger")
    await bot.client.chat_postMessage(channel="C0HELP", text="two")

    then = await browser.get(f"ledger?since={first['next']}")

    assert [each["text"] for each in first["effects"]] == ["one"]
    assert [each["text"] for each in then["effects"]] == ["two"]


async def test_faults_are_set_shown_and_cleared(sandbox: Sandbox, browser: Browser) -> None:
    await browser.post("faults", add={"kind": "drop", "times": 1}, duplicate_events=[1, 3], drop_ack=0.5)
    assert sandbox.faults.duplicate_events == (1, 3)
    assert [each.kind for each in sandbox.faults.draw("chat.postMessage")] == ["drop"]

    shown = await browser.post("faults", clear=True)

    assert shown["fired"] == {"drop": 1}
    assert (shown["duplicate_events"], shown["drop_ack"]) == ([1, 1], 0.0)


async def test_nobody_is_let_in_for_a_while_and_the_sockets_go_on(
    sandbox: Sandbox, browser: Browser, bot: SmallBot
) -> None:
    connections = list(sandbox.sockets.connections)

    await browser.post("faults", refuse_s=3_600)

    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{sandbox.url}/sandbox/clock")
    with pytest.raises(aiohttp.ClientConnectionError):
        await bot.client.api_test()
    assert sandbox.sockets.connections == connections

    sandbox.clock.advance(3_600)
    await sandbox.wait_for(lambda: sandbox.is_open)
    assert (await browser.get("faults"))["fired"] == {"refuse": 1}


async def test_sockets_are_refreshed_as_often_as_is_said(sandbox: Sandbox, browser: Browser, bot: SmallBot) -> None:
    before = list(sandbox.sockets.connections)
    await browser.post("sockets", refresh_every_s=60)

    sandbox.clock.advance(50)
    await sandbox.wait_for(lambda: set(sandbox.sockets.connections) - set(before))

    await browser.post("sockets", refresh_every_s=0)
    assert (await sandbox.person("maya").command("/platform", "help", "C0HELP")).acknowledged


async def test_an_unknown_fault_is_refused(browser: Browser) -> None:
    assert (await browser.post("faults", add={"kind": "gremlin"}))["error"] == "invalid_arguments"


async def test_an_order_that_is_not_said_to_be_json_is_told_how(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{sandbox.url}/sandbox/people", data="{}") as answer:
        said = await answer.json()

    assert said["detail"] == "send a JSON object with Content-Type: application/json"


async def test_the_clock_is_advanced_and_quickened(sandbox: Sandbox, browser: Browser) -> None:
    before = sandbox.clock.now()

    shown = await browser.post("clock", advance_s=3600, factor=60)

    assert shown["now"] >= before + 3600
    assert sandbox.clock.factor == 60


async def test_the_apps_sockets_are_cut_on_demand_and_come_back(
    sandbox: Sandbox, browser: Browser, bot: SmallBot
) -> None:
    (before,) = sandbox.sockets.connections

    assert (await browser.post("sockets", reason="refresh_requested"))["connections"] == 1

    await sandbox.wait_for(lambda: [each for each in sandbox.sockets.connections if each is not before])


async def test_every_change_is_a_line_in_the_stream(sandbox: Sandbox, browser: Browser) -> None:
    async with browser.stream() as stream:
        said = sandbox.person("maya").say("help", "hello")
        line = await stream.content.readline()

    assert json.loads(line.removeprefix(b"data: ")) == {
        "kind": "MessagePosted",
        "channel": "C0HELP",
        "ts": said.ts,
        "thread_ts": None,
    }


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example:{port}"])
async def test_a_name_of_others_that_leads_here_shows_nothing_and_gives_no_orders(
    sandbox: Sandbox, browser: Browser, host: str
) -> None:
    named = host.format(port=sandbox.url.rpartition(":")[2])

    answer = await browser.post("clock", headers={"Host": named, "Origin": f"http://{named}"}, factor=60)

    assert answer["error"] == "foreign_host"
    assert sandbox.clock.factor == 1.0


async def test_this_machine_may_be_called_by_its_name(sandbox: Sandbox, browser: Browser) -> None:
    named = sandbox.url.removeprefix("http://").replace("127.0.0.1", "localhost")

    answer = await browser.post("clock", headers={"Host": named, "Origin": f"http://{named}"}, factor=60)

    assert answer["factor"] == 60


async def test_another_sites_page_gives_no_orders(sandbox: Sandbox, browser: Browser) -> None:
    answer = await browser.post("clock", headers={"Origin": "http://evil.example"}, factor=60)

    assert answer["error"] == "foreign_origin"
    assert sandbox.clock.factor == 1.0
