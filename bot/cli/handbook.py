"""Reads the handbook a command works with."""

from typing import TYPE_CHECKING

from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import MentorError

if TYPE_CHECKING:
    from knowledge.channels import Channels
    from knowledge.loader import Handbook


async def read_handbook(place: str | None) -> "Handbook":
    """The handbook at `place`, or the one of the settings. Raises HandbookBroken with the problems."""
    from bot.handbook import HandbookSource

    settings = read_settings()
    source = HandbookSource(
        place or settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
    )
    return await source.read_now()


async def read_channels() -> "Channels":
    from knowledge.channels import Channels

    try:
        return (await read_handbook(None)).channels
    except MentorError as error:
        first = str(error).partition("\n")[0]
        complain([f"the handbook is not used, so hours and horizons are the defaults: {first}"])
        return Channels()
