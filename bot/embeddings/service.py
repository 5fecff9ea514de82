"""Gives the live index its vectors in the background, and each question its own within a second.

Whatever goes wrong, the bot answers by words alone: nobody who asks waits for this or hears of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog

from bot.clock import Clock
from bot.embeddings import Embedder, EmbeddingFailed, in_batches
from bot.library import Library, Shelf
from bot.storage import vectors as rows
from bot.storage.engine import Database

log = structlog.get_logger(__name__)

QUESTION_S = 1.0  # then the search goes on without
FAILURES = 3  # in a row; then no question is sent
REST = timedelta(minutes=1)
UNUSED_KEPT = timedelta(days=30)  # an article that comes back within it costs nothing


class EmbeddingService:
    def __init__(self, database: Database, shelf: Shelf, embedder: Embedder, *, clock: Clock) -> None:
        self._database = database
        self._shelf = shelf
        self._embedder = embedder
        self._clock = clock
        self._failures = 0
        self._rests_until: datetime | None = None
        self._joining = asyncio.Lock()
        self._joined: Library | None = None
        self._making: asyncio.Task[dict[str, bytes]] | None = None

    async def vector_of(self, question: str) -> bytes | None:
        """None when there is none within a second, or the model failed three times and rests."""
        if self._joined is None or (self._rests_until and self._clock.now() < self._rests_until):
            return None
        try:
            async with asyncio.timeout(QUESTION_S):
                vector = await self._embedder.question(question)
        except (EmbeddingFailed, TimeoutError) as error:
            self._failed(error)
            return None
        self._failures, self._rests_until = 0, None
        return vector

    async def join(self) -> None:
        """Makes and keeps the vectors that the live index lacks, and gives it all of them. Quick when it has them."""
        async with self._joining:
            library = self._shelf.library
            if library is self._joined:
                return
            self._making = asyncio.create_task(self._vectors(library.index.texts()))
            await asyncio.wait({self._making})
            if self._making.cancelled():
                return
            try:
                vectors = self._making.result()
            except EmbeddingFailed as error:
                log.warning("embeddings.failed", reason=str(error))
                return
            joined = Library(library.handbook, await asyncio.to_thread(library.index.with_vectors, vectors))
            if self._shelf.library is library:  # else a newer handbook came, and is next
                self._shelf.library = self._joined = joined
                log.info("embeddings.joined", model=self._embedder.model, passages=len(vectors))

    async def forget_old(self) -> None:
        """Those that no article has held for a while; what the live index holds is marked as used first."""
        now = self._clock.now()
        await self._use(list(self._shelf.library.index.texts()), now)
        await self._database.write(lambda tx: rows.forget(tx, before=now - UNUSED_KEPT))

    async def close(self) -> None:
        """What is being made is left to the next start."""
        if self._making is not None and self._making.cancel():
            await asyncio.wait({self._making})
        await self._embedder.close()

    async def _vectors(self, texts: Mapping[str, str]) -> dict[str, bytes]:
        """All of them, kept or made; a batch that another replica made meanwhile is not made again."""
        await self._embedder.open()
        model = self._embedder.model
        vectors: dict[str, bytes] = {}
        waiting = iter(texts)
        while keys := list(islice(waiting, rows.AT_ONCE)):
            async with self._database.read() as tx:
                vectors |= await rows.of(tx, model, keys)
            await self._use(keys, self._clock.now())
            lacking = {key: texts[key] for key in keys if key not in vectors}
            async for made in in_batches(self._embedder, lacking):
                await self._keep(made)
                vectors |= made
                log.info("embeddings.made", passages=len(vectors), of=len(texts))
        return vectors

    async def _keep(self, made: Mapping[str, bytes]) -> None:
        now = self._clock.now()
        await self._database.write(lambda tx: rows.keep(tx, self._embedder.model, made, now=now))

    async def _use(self, keys: Sequence[str], now: datetime) -> None:
        for start in range(0, len(keys), rows.AT_ONCE):
            these = keys[start : start + rows.AT_ONCE]
            await self._database.write(lambda tx, these=these: rows.use(tx, self._embedder.model, these, now=now))  # type: ignore[misc]

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        log.warning("embeddings.question_failed", reason=type(error).__name__)
        if self._failures >= FAILURES:
            self._rests_until = self._clock.now() + REST
