"""Any server with OpenAI's `/embeddings`. Questions and articles go to it: only set one that may read them.

Tries nothing twice and believes nothing: what comes back is bounded, and must be as many vectors as texts were sent.
"""

import asyncio
import json
import math
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.config import Settings
from bot.embeddings import EmbeddingFailed
from bot.openai_client import ReplyTooLong, ServerAway, ServerRefused, bare_client, whole_reply

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PASSAGES_S = 60.0  # a batch; a small server on a processor makes a few passages a second
LONGEST_TEXT = 8_000  # characters; models read less, and servers refuse more
DIMENSIONS_MOST = 4_096
LARGEST = 8 * 1024 * 1024  # bytes of a reply; a full batch of the longest vectors has a quarter of it


class Server:
    def __init__(self, settings: Settings) -> None:
        self.model = settings.embedding_model
        self._settings = settings
        self._client: AsyncOpenAI | None = None

    async def open(self) -> None:
        if self._client is None:
            self._client = await asyncio.to_thread(
                bare_client, self._settings, self._settings.embedding_base_url, timeout_s=PASSAGES_S
            )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def question(self, text: str) -> bytes:
        return (await self.passages([text]))[0]

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        await self.open()
        try:
            async with asyncio.timeout(PASSAGES_S):
                return _vectors(await self._reply([text[:LONGEST_TEXT] or " " for text in texts]), len(texts))
        except (ServerRefused, ServerAway) as error:
            raise EmbeddingFailed(f"The embedding server gave no vectors: {error}.") from error
        except (ReplyTooLong, TimeoutError, ValueError, OverflowError, RecursionError) as error:
            raise EmbeddingFailed(f"The embedding server gave no vectors: {type(error).__name__}.") from error

    async def _reply(self, texts: Sequence[str]) -> bytes:
        assert self._client is not None
        asking = self._client.embeddings.with_streaming_response.create(
            model=self.model, input=list(texts), encoding_format="float"
        )
        return await whole_reply(asking, most=LARGEST)


def _vectors(reply: bytes, count: int) -> list[bytes]:
    """The vectors in the order of the texts, at length 1. Raises ValueError when they are not what was asked for."""
    match json.loads(reply):
        case {"data": list(data)} if len(data) == count:
            made = {entry["index"]: _packed(entry["embedding"]) for entry in data if _is_entry(entry)}
            if made.keys() == set(range(count)) and len({len(vector) for vector in made.values()}) == 1:
                return [made[place] for place in range(count)]
    raise ValueError("not as many vectors as texts")


def _is_entry(entry: Any) -> bool:
    match entry:
        case {"index": int(), "embedding": [*numbers]}:
            return 0 < len(numbers) <= DIMENSIONS_MOST and all(type(number) in (int, float) for number in numbers)
    return False


def _packed(numbers: Sequence[float]) -> bytes:
    length = math.sqrt(math.fsum(number * number for number in numbers))
    if not 0 < length < math.inf:
        raise ValueError("a vector of no length")
    return struct.pack(f"<{len(numbers)}e", *(number / length for number in numbers))
