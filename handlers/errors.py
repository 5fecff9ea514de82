"""The boundary round every listener: nothing gets past it, and who acted learns when it was not taken down.

Events are refused, so that Slack sends them again. Commands, shortcuts and presses never come again: the person is
asked to; where there is no address for that, Slack itself tells them that it did not work.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.errors import PayloadMalformed
from bot.model import Json

log = structlog.get_logger(__name__)

Listener = Callable[..., Awaitable[None]]
Check = Callable[[], Awaitable[bool]]

ANSWER_S = 2.5  # Slack waits 3
LISTENER_S = 1.75
TELL_S = 0.5  # and in what is left a person is told; also ends the SDK's second try
ACTS = ("block_actions", "message_action")  # that come with an address for a reply
NOT_TAKEN_DOWN = (
    "Not saved: something went wrong on my side. Please try again in a minute; if it goes on, tell the platform team."
)


class ListenerFailed(Exception):
    """One of our listeners raised; what it raised is the cause."""


def guarded(listener: Listener) -> Listener:
    """The listener, with what it raises told apart from what Bolt raises over a payload before it runs."""

    @wraps(listener)  # Bolt reads the names of the arguments through this
    async def guard(**given: Any) -> None:
        try:
            await listener(**given)
        except PayloadMalformed:
            raise
        except Exception as error:  # the handlers' boundary
            raise ListenerFailed from error

    return guard


async def on_error(error: Exception) -> None:
    """Bolt hands over what was raised; it goes on to `dispatch`."""
    raise error


def read_request(body: str | Json, headers: Mapping[str, str], *, mode: str = "http") -> AsyncBoltRequest | None:
    """The request as Bolt reads it; None for what has no form of Slack's, over which Bolt stumbles."""
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers), mode=mode)
    except Exception as error:  # the handlers' boundary: Bolt raises whatever the shape brings about
        log.warning("payload.refused", type="", reason=type(error).__name__)
        return None
    is_object = isinstance(request.body, dict)  # Bolt takes its own word for it
    return request if is_object else None


class NotTakenDown(BoltResponse):
    """Nothing was written: what was sent may come again, from whoever sent it."""


async def nothing_refused() -> bool:
    return False


async def dispatch(
    app: AsyncApp, request: AsyncBoltRequest, *, is_refused: Check = nothing_refused, patience: float = 1.0
) -> BoltResponse:
    """What Bolt answers, in time; 400 for what has no form of Slack's, never an exception.

    What is refused gets 401 and runs no listener; a check that fails counts as a listener that failed.
    """
    body = request.body
    try:
        async with asyncio.timeout(LISTENER_S * patience):
            if await _says(is_refused):
                return BoltResponse(status=401)
            return await app.async_dispatch(request)
    except (ListenerFailed, TimeoutError) as error:
        log.error("listener.failed", type=body.get("type"), exc_info=error.__cause__ or error)  # noqa: TRY400
        return await _not_taken_down(body)
    except Exception as error:  # the handlers' boundary: Bolt itself stumbles over shapes Slack never sends
        log.warning("payload.refused", type=str(body.get("type"))[:40], reason=type(error).__name__)
        return BoltResponse(status=400, body="")


async def _says(check: Check) -> bool:
    try:
        return await check()
    except Exception as error:  # the handlers' boundary
        raise ListenerFailed from error


async def _not_taken_down(body: Json) -> NotTakenDown:
    if "command" in body:
        return NotTakenDown(status=200, body={"response_type": "ephemeral", "text": NOT_TAKEN_DOWN})
    if body.get("type") == "view_submission" and (block_id := _first_input(body)):
        return NotTakenDown(status=200, body={"response_action": "errors", "errors": {block_id: NOT_TAKEN_DOWN}})
    if body.get("type") in ACTS and (url := body.get("response_url")) and await _is_told(url):
        return NotTakenDown(status=200, body="")
    return NotTakenDown(status=500, body="")


async def _is_told(url: str) -> bool:
    """Whether the person was, by one try. If not, the press is not acknowledged: Slack says that it did not work."""
    try:
        async with asyncio.timeout(TELL_S):
            said = await AsyncRespond(response_url=url)(
                NOT_TAKEN_DOWN, response_type="ephemeral", replace_original=False
            )
    except Exception:  # the handlers' boundary: whatever went wrong, they were not told
        log.warning("listener.not_told", exc_info=True)
        return False
    return said.status_code == 200


def _first_input(body: Json) -> str:
    """The block of a form beside which a person is told; "" when it has none."""
    view = body.get("view")
    blocks = view.get("blocks") if isinstance(view, dict) else None
    inputs = [each for each in blocks or () if isinstance(each, dict) and each.get("type") == "input"]
    return str(inputs[0].get("block_id") or "") if inputs else ""
