"""OpenAI's client, bare, for whatever server is set: it tries nothing twice and follows to no other host.

What is asked, and what is made of a reply, is `bot.model_client`'s and `bot.embeddings.server`'s.
"""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from bot.config import Settings
from bot.errors import MentorError

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

HEAD = 4 * 1024  # bytes read of a refusal, to see what it is about


class ServerAway(MentorError):
    """The server cannot be reached, or broke off."""


class ServerRefused(MentorError):
    """The server did not take the request."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        self.said = said
        super().__init__(f"status {status}")


class ReplyTooLong(MentorError):
    """The server sent more than was asked for, or packed it."""


def bare_client(settings: Settings, base_url: str, *, timeout_s: float) -> "AsyncOpenAI":
    """Reading the library in takes seconds: call it in a thread."""
    from openai import AsyncOpenAI, DefaultAsyncHttpxClient

    return AsyncOpenAI(
        api_key=settings.openai_api_key.value or "none",  # servers of one's own want none; the library does
        base_url=base_url,
        timeout=timeout_s,
        max_retries=0,
        default_headers={"Accept-Encoding": "identity"},
        http_client=DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_look_at]}),
    )


async def whole_reply(asking: "AbstractAsyncContextManager[AsyncAPIResponse[Any]]", *, most: int) -> bytes:
    """What the server sends, up to so many bytes.

    Raises ServerRefused, ReplyTooLong, ServerAway, or TimeoutError.
    """
    from httpx2 import HTTPError, TimeoutException  # what the library lets through while a body is read
    from openai import APITimeoutError, OpenAIError

    reply = bytearray()
    try:
        async with asking as response:
            async for part in response.iter_bytes():
                reply += part
                if len(reply) > most:
                    raise ReplyTooLong
    except (APITimeoutError, TimeoutException) as late:
        raise TimeoutError from late
    except (OpenAIError, HTTPError) as error:
        raise ServerAway(type(error).__name__) from error
    return bytes(reply)


async def _look_at(response: Any) -> None:
    """Before anything of a reply is read. The library would read a refusal whole, however long, and unpack anything."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ReplyTooLong
    if not response.is_success:
        head = b""
        async for part in response.aiter_raw():
            head += part
            if len(head) > HEAD:
                break
        raise ServerRefused(response.status_code, head[:HEAD].decode(errors="replace"))
