"""Compares meanings for one command of an operator, by the bot's model, so that it finds what the bot would find.

Nothing is kept; vectors that the bot keeps are used. Without its model a command goes by words alone, and says so.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.config import Settings
from bot.embeddings import Embedder, EmbeddingFailed, VectorOf, embedder_of, in_batches, words_alone
from bot.errors import MentorError, SettingsInvalid
from bot.library import Library

Tell = Callable[[str], None]


def say_nothing(_what: str) -> None:
    """For who shows nothing to anybody."""


@asynccontextmanager
async def by_meaning(
    settings: Settings, library: Library, *, on_progress: Tell = say_nothing, on_trouble: Tell = say_nothing
) -> AsyncIterator[tuple[Library, VectorOf]]:
    """The library with the vectors of its passages, and what makes those of questions.

    `on_progress` is told how many passages are done, and "" when all are; `on_trouble` why words alone are compared.
    """
    trouble = _Trouble(on_trouble)
    try:
        embedder = embedder_of(settings)
    except SettingsInvalid as invalid:
        trouble.tell(invalid)
        embedder = None
    if embedder is None:
        yield library, words_alone
        return
    try:
        try:
            index = library.index.with_vectors(await _vectors(settings, embedder, library, on_progress))
        except EmbeddingFailed as failed:
            trouble.tell(failed)
            yield library, words_alone
        else:
            yield Library(library.handbook, index), _Questions(embedder, trouble).vector_of
    finally:
        await embedder.close()


@dataclass
class _Trouble:
    """Told once: what fails for one question fails for the next."""

    on_trouble: Tell
    is_told: bool = False

    def tell(self, error: MentorError) -> None:
        self.is_told = True
        self.on_trouble(f"meanings are not compared, words alone are: {error}")


@dataclass(frozen=True)
class _Questions:
    embedder: Embedder
    trouble: _Trouble

    async def vector_of(self, question: str) -> bytes | None:
        if self.trouble.is_told:
            return None
        try:
            return await self.embedder.question(question)
        except EmbeddingFailed as failed:
            self.trouble.tell(failed)
            return None


async def _vectors(settings: Settings, embedder: Embedder, library: Library, on_progress: Tell) -> dict[str, bytes]:
    await embedder.open()
    texts = library.index.texts()
    vectors = await _kept(settings, embedder.model, list(texts))
    on_progress(f"{len(vectors)} of {len(texts)} passages")
    async for made in in_batches(embedder, {key: text for key, text in texts.items() if key not in vectors}):
        vectors |= made
        on_progress(f"{len(vectors)} of {len(texts)} passages")
    on_progress("")
    return vectors


async def _kept(settings: Settings, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    """Those that the settings' database keeps; none where it is not there, or not this program's."""
    from bot.storage.engine import is_there  # late: SQLAlchemy takes a second, which words alone need not

    try:
        return await _read(settings.database_url, model, keys) if is_there(settings.database_url) else {}
    except MentorError:
        return {}


async def _read(database_url: str, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    from bot.storage import migrate
    from bot.storage import vectors as rows
    from bot.storage.engine import Database

    database = Database(database_url)
    vectors: dict[str, bytes] = {}
    try:
        await migrate.check_current(database)
        async with database.read() as tx:
            for start in range(0, len(keys), rows.AT_ONCE):
                vectors |= await rows.of(tx, model, keys[start : start + rows.AT_ONCE])
    finally:
        await database.close()
    return vectors
