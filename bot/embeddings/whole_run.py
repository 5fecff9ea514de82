"""Vectors for one run of a command, by the same models the bot uses; nothing is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from types import TracebackType

from bot.config import EMBEDDED, Settings
from bot.embeddings import Embedder, embedder_of
from bot.errors import SettingsInvalid

BATCH = 16


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
        made: dict[str, bytes] = {}
        waiting = iter(texts.items())
        while batch := dict(islice(waiting, BATCH)):
            vectors = self._runner.run(self._embedder.passages(list(batch.values())))
            made |= dict(zip(batch, vectors, strict=True))
            self._done += len(batch)
            self._on_progress(self._done)
        return made

    def of_question(self, text: str) -> bytes:
        return self._runner.run(self._embedder.question(text))
