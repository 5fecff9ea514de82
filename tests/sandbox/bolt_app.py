"""A small real Bolt app, run against the sandbox in Socket Mode or behind a request URL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

from aiohttp.test_utils import TestServer
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox

Mode = Literal["socket", "http"]
Body = dict[str, Any]

FORM: Body = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Create a bucket"},
    "submit": {"type": "plain_text", "text": "Create"},
    "blocks": [
        {
            "type": "input",
            "block_id": "bucket",
            "label": {"type": "plain_text", "text": "Bucket name"},
            "element": {"type": "plain_text_input", "action_id": "name"},
        },
        {
            "type": "input",
            "block_id": "environment",
            "optional": True,
            "label": {"type": "plain_text", "text": "Environment"},
            "element": {
                "type": "static_select",
                "action_id": "choice",
                "options": [
                    {"text": {"type": "plain_text", "text": "Development"}, "value": "dev"},
                    {"text": {"type": "plain_text", "text": "Production"}, "value": "prod"},
                ],
            },
        },
    ],
}


def section(text: str, *buttons: tuple[str, str]) -> list[Body]:
    """A text, with buttons by action id and label below."""
    elements = [
        {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": label}, "value": action}
        for action, label in buttons
    ]
    blocks: list[Body] = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    return [*blocks, {"type": "actions", "elements": elements}] if buttons else blocks


class SmallBot:
    """Answers mentions, has a command, a button, a form, a Home and two shortcuts; keeps what it was told."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
        self.app = AsyncApp(
            client=self.client,
            signing_secret=sandbox.signing_secret,
            process_before_response=True,
        )
        self.told: list[Body] = []
        self.form_answer: Body = {}
        self.failures_left = 0  # mentions it will fail at
        self.app.event("app_mention")(self.on_mention)
        self.app.event("app_home_opened")(self.on_home)
        self.app.command("/platform")(self.on_command)
        self.app.action("open_form")(self.on_open_form)
        self.app.action("solved")(self.on_solved)
        self.app.view("form")(self.on_form)
        self.app.view_closed("form")(self.on_form_closed)
        self.app.shortcut("get_a_person")(self.on_shortcut)
        self.app.shortcut("mark_answer")(self.on_shortcut)
        self.app.event("message")(self.on_message)
        self.app.event("member_joined_channel")(self.on_message)

    def told_last(self, key: str) -> Body:
        """The last thing it was told that has this key; events may come in between."""
        return next(each for each in reversed(self.told) if key in each)

    async def on_mention(self, event: Body, say: AsyncSay) -> None:
        self.told.append(event)
        if self.failures_left:
            self.failures_left -= 1
            raise RuntimeError("told to fail")
        buttons = (("solved", "That solved it"), ("open_form", "Create a bucket"))
        await say(text="Use the catalogue", blocks=section("Use the catalogue", *buttons), thread_ts=event["ts"])

    async def on_message(self, event: Body) -> None:
        self.told.append(event)

    async def on_home(self, event: Body) -> None:
        await self.client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": section("Welcome", ("open_form", "Create"))}
        )

    async def on_command(self, body: Body, ack: AsyncAck) -> None:
        self.told.append(body)
        await ack(text=f"You asked: {body['text']}")

    async def on_open_form(self, body: Body, ack: AsyncAck) -> None:
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def on_solved(self, body: Body, ack: AsyncAck, respond: AsyncRespond) -> None:
        self.told.append(body)
        await ack()
        await respond(text="Good to hear", replace_original=True)

    async def on_form(self, body: Body, ack: AsyncAck) -> None:
        self.told.append(body)
        await ack(**self.form_answer)

    async def on_form_closed(self, body: Body, ack: AsyncAck) -> None:
        self.told.append(body)
        await ack()

    async def on_shortcut(self, body: Body, ack: AsyncAck) -> None:
        self.told.append(body)
        await ack()
        await self.client.views_open(trigger_id=body["trigger_id"], view=FORM)


@asynccontextmanager
async def running(sandbox: Sandbox, mode: Mode) -> AsyncIterator[SmallBot]:
    """The bot, connected."""
    bot = SmallBot(sandbox)
    async with AsyncExitStack() as stack:
        if mode == "socket":
            handler = AsyncSocketModeHandler(bot.app, sandbox.app_token, web_client=bot.client)
            stack.push_async_callback(handler.close_async)
            await handler.connect_async()  # type: ignore[no-untyped-call]
            await sandbox.connected()
        else:
            server = TestServer(bot.app.web_app(path="/slack/events"))
            stack.push_async_callback(server.close)
            await server.start_server()
            poster = sandbox.use_http(str(server.make_url("/slack/events")))
            assert await poster.verify()
        yield bot
