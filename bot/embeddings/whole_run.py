"""Vectors for one run of a command, by the same models the bot uses; nothing is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType

from bot.config import EMBEDDED, Settings
from bot.embeddings import Embedder, embedder_of, in_batches
from bot.errors import SettingsInvalid


class WholeRun:
    """Give it to `with`. `model` is as MENTOR_EMBEDDING_MODEL; `on_progress` is told how many passages are done."""

    def __init__(self, settings: Settings, model: str, on_progress: Callable[[int], None]) -> None:
        embedder = embedder_of(replace(settings, embedding_model=model or EMBEDDED))
        if embedder is None:
            raise SettingsInvalid(["--embeddings: name a model"])
        self._embedder: Embedder = embedder
        self._on_progress = on_progress
        self._runner = asyncio.Runner()
        self._done = 0

    def __enter__(self) -> "WholeRun":
        self._runner.run(self._embedder.open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._runner.run(self._embedder.close())
        self._runner.close()

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        return self._runner.run(self._of_passages(texts))

    def of_question(self, text: str) -> bytes:
        return self._runner.run(self._embedder.question(text))

    async def _of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]:
        vectors: dict[str, bytes] = {}
        async for made in in_batches(self._embedder, texts):
            vectors |= made
            self._done += len(made)
            self._on_progress(self._done)
        return vectors
