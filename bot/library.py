"""The handbook and its index as they are live now; both change together."""

import asyncio
from dataclasses import dataclass

from knowledge.index import Index
from knowledge.loader import Handbook


@dataclass(frozen=True)
class Library:
    handbook: Handbook
    index: Index


class Shelf:
    """Holds the live library. Replacing it is one assignment, so a reader sees the old one or the new one."""

    def __init__(self, library: Library) -> None:
        self.library = library

    async def put(self, handbook: Handbook) -> None:
        """Indexes what changed beside the live handbook, then takes its place."""
        self.library = await catalogued(handbook, former=self.library.index)


async def catalogued(handbook: Handbook, *, former: Index | None = None) -> Library:
    index = await asyncio.to_thread(Index.build, handbook.articles, former=former, synonyms=handbook.synonyms)
    return Library(handbook, index)
