"""Lunch on `AsyncApp`."""

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_bolt.context.say_stream.async_say_stream import AsyncSayStream
from slack_bolt.context.set_status.async_set_status import AsyncSetStatus
from slack_sdk.web.async_client import AsyncWebClient

from tests.lunch import views
from tests.lunch.views import Body


def lunch(client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    app = AsyncApp(client=client, signing_secret=signing_secret)

    _talks(app)
    _asks(app)
    return app


def _talks(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def on_mention(event: Body, say: AsyncSay) -> None:
        text = f"Hungry, <@{event['user']}>?"
        await say(text=text, blocks=[views.said(text), views.buttons()], thread_ts=event["ts"])

    @app.event("app_home_opened")
    async def on_home(event: Body, client: AsyncWebClient) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view=views.home())
        else:
            prompts = [{"title": "Near here", "message": "What is near here?"}]
            await client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=prompts)

    @app.shortcut("save_place")
    async def on_save(ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        await ack()
        await respond(f"Saved: {body['message']['text']}")

    @app.event("message")
    async def on_message(event: Body, set_status: AsyncSetStatus, say_stream: AsyncSayStream) -> None:
        if event.get("bot_id"):
            return
        await set_status("is thinking of food")
        stream = await say_stream(buffer_size=1)
        for word in ("Soup, ", "then ", "bread."):
            await stream.append(markdown_text=word)
        await stream.stop()


def _asks(app: AsyncApp) -> None:
    @app.command("/lunch")
    async def on_command(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=views.form(body["channel_id"]))

    @app.action("propose")
    async def on_button(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        channel = (body.get("channel") or {}).get("id", body["user"]["id"])
        await client.views_open(trigger_id=body["trigger_id"], view=views.form(channel))

    @app.view("place")
    async def on_place(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        name, price = views.filled(body["view"])
        if not price.isdecimal():
            await ack(response_action="errors", errors={"price": views.BAD_PRICE})
            return
        await ack()
        await client.chat_postMessage(channel=body["view"]["private_metadata"], text=f"{name}, for {price}")

    @app.shortcut("propose")
    async def on_propose(ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=views.form(body["user"]["id"]))
