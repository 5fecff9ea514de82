"""Reads the handbook a command works with."""

from typing import TYPE_CHECKING

from bot.cli.terminal import complain, progress
from bot.config import read_settings
from bot.errors import MentorError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.config import Settings
    from bot.embeddings import VectorOf
    from bot.handbook import HandbookSource
    from bot.library import Library
    from knowledge.channels import Channels
    from knowledge.loader import Handbook


async def read_handbook(place: str | None) -> "Handbook":
    """The handbook at `place`, or the one of the settings, with its sources; one that cannot be read is said.

    Raises HandbookBroken with the problems.
    """
    source = _source(place)
    handbook = await source.read_all_now()
    complain([f"the source {lost.name} is not used: {lost.reason}" for lost in source.lost_sources])
    return handbook


async def read_own_handbook(place: str | None) -> "Handbook":
    """Like `read_handbook`, without a look at its sources: for what needs no article of theirs."""
    return await _source(place).read_now()


async def read_channels() -> "Channels":
    from knowledge.channels import Channels

    try:
        return (await read_own_handbook(None)).channels
    except MentorError as error:
        first = str(error).partition("\n")[0]
        complain([f"the handbook is not used, so hours and horizons are the defaults: {first}"])
        return Channels()


def searched_as_the_bot_does(
    settings: "Settings", library: "Library"
) -> "AbstractAsyncContextManager[tuple[Library, VectorOf]]":
    """The library with vectors where the settings name a model; trouble and progress are told beside the result."""
    from bot.embeddings.offline import by_meaning

    return by_meaning(settings, library, on_progress=progress, on_trouble=lambda what: complain([what]))


def _source(place: str | None) -> "HandbookSource":
    from bot.handbook import HandbookSource

    settings = read_settings()
    return HandbookSource(
        place or settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
    )
