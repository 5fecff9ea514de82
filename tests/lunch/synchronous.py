"""Lunch on `App`, which runs listeners in threads: word for word the asynchronous one without its awaits."""

from slack_bolt import Ack, App, Respond, Say
from slack_bolt.context.say_stream import SayStream
from slack_bolt.context.set_status import SetStatus
from slack_sdk import WebClient

from tests.lunch import views
from tests.lunch.views import Body


def lunch(client: WebClient, signing_secret: str) -> App:
    app = App(client=client, signing_secret=signing_secret)

    _talks(app)
    _asks(app)
    return app


def _talks(app: App) -> None:
    @app.event("app_mention")
    def on_mention(event: Body, say: Say) -> None:
        text = f"Hungry, <@{event['user']}>?"
        say(text=text, blocks=[views.said(text), views.buttons()], thread_ts=event["ts"])

    @app.event("app_home_opened")
    def on_home(event: Body, client: WebClient) -> None:
        if event["tab"] == "home":
            client.views_publish(user_id=event["user"], view=views.home())
        else:
            prompts = [{"title": "Near here", "message": "What is near here?"}]
            client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=prompts)

    @app.shortcut("save_place")
    def on_save(ack: Ack, body: Body, respond: Respond) -> None:
        ack()
        respond(f"Saved: {body['message']['text']}")

    @app.event("message")
    def on_message(event: Body, set_status: SetStatus, say_stream: SayStream) -> None:
        if event.get("bot_id"):
            return
        set_status("is thinking of food")
        stream = say_stream(buffer_size=1)
        for word in ("Soup, ", "then ", "bread."):
            stream.append(markdown_text=word)
        stream.stop()


def _asks(app: App) -> None:
    @app.command("/lunch")
    def on_command(ack: Ack, body: Body, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=views.form(body["channel_id"]))

    @app.action("propose")
    def on_button(ack: Ack, body: Body, client: WebClient) -> None:
        ack()
        channel = (body.get("channel") or {}).get("id", body["user"]["id"])
        client.views_open(trigger_id=body["trigger_id"], view=views.form(channel))

    @app.view("place")
    def on_place(ack: Ack, body: Body, client: WebClient) -> None:
        name, price = views.filled(body["view"])
        if not price.isdecimal():
            ack(response_action="errors", errors={"price": views.BAD_PRICE})
            return
        ack()
        client.chat_postMessage(channel=body["view"]["private_metadata"], text=f"{name}, for {price}")

    @app.shortcut("propose")
    def on_propose(ack: Ack, body: Body, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=views.form(body["user"]["id"]))
