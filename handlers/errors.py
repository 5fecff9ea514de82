"""The boundary round every listener: nothing gets past it, and who acted learns when it was not taken down.

Events are refused, so that Slack sends them again. Commands and presses never come again: the person is asked to.
"""

import asyncio
from contextlib import suppress

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.errors import PayloadMalformed
from bot.model import Json

log = structlog.get_logger(__name__)

LISTENER_S = 2.0  # Slack waits 3
NOT_TAKEN_DOWN = "Not taken down: I cannot reach my database right now. Please try again in a minute."


class ListenerFailed(Exception):
    """One of our listeners raised; what it raised is the cause."""


async def on_error(error: Exception) -> None:
    """Bolt hands over what a listener raised; it goes on to `dispatch`."""
    if isinstance(error, PayloadMalformed):
        raise error
    raise ListenerFailed from error


async def dispatch(app: AsyncApp, request: AsyncBoltRequest) -> BoltResponse:
    """What Bolt answers, within two seconds; 400 for what has no form of Slack's, never an exception."""
    body = request.body
    try:
        async with asyncio.timeout(LISTENER_S):
            return await app.async_dispatch(request)
    except (ListenerFailed, TimeoutError) as error:
        log.exception("listener.failed", type=body.get("type"), reason=type(error.__cause__ or error).__name__)
        return await _not_taken_down(body)
    except Exception as error:  # the handlers' boundary: Bolt itself stumbles over shapes Slack never sends
        log.warning("payload.refused", type=str(body.get("type"))[:40], reason=type(error).__name__)
        return BoltResponse(status=400, body="")


async def _not_taken_down(body: Json) -> BoltResponse:
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": NOT_TAKEN_DOWN})
    if body.get("type") == "block_actions" and (url := body.get("response_url")):
        with suppress(Exception):  # at most once, and nothing more can be done
            await AsyncRespond(response_url=url)(NOT_TAKEN_DOWN, response_type="ephemeral", replace_original=False)
        return BoltResponse(status=200, body="")
    return BoltResponse(status=500, body="")
