"""The least an app with Bolt can be: acknowledges every event and does nothing. `benchmarks.load` compares with it.

Set up as the bot is: answers after its listener, authorizes without a call, reads its own tokens from the environment.
"""

import asyncio
import os
import re

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient


async def authorize(**_: object) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None,
        team_id=os.environ["TEAM"],
        bot_user_id=os.environ["BOT_USER"],
        bot_id=os.environ["BOT"],
        bot_token=os.environ["SLACK_BOT_TOKEN"],
    )


async def acknowledge(ack: AsyncAck) -> None:
    await ack()


def bare() -> AsyncApp:
    app = AsyncApp(
        name="bare",
        authorize=authorize,
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
        client=AsyncWebClient(base_url=os.environ["SLACK_API_URL"]),
        process_before_response=True,
    )
    app.event(re.compile("."))(acknowledge)
    return app


async def by_socket() -> None:
    token = os.environ["SLACK_APP_TOKEN"]
    client = AsyncWebClient(token, base_url=os.environ["SLACK_API_URL"])
    await AsyncSocketModeHandler(bare(), token, web_client=client).start_async()  # type: ignore[no-untyped-call]


def main() -> None:
    if port := int(os.environ.get("PORT", "0")):
        bare().start(port, path="/slack/events", host="127.0.0.1")
    else:
        asyncio.run(by_socket())


if __name__ == "__main__":
    main()
