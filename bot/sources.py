"""The article folders of other repositories: mirrored, read when they change, else kept as they were last read.

Says what is lost; does not tell anyone. What an article of a source is stands in `knowledge.sources`.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.addresses import address_fault, fault_of
from bot.errors import GitFailed
from bot.git.address import Address, read_address, read_branch, read_subfolder
from bot.git.command import Git
from bot.git.repository import Repository
from knowledge.loader import load_source
from knowledge.problem import Problem
from knowledge.sources import Source, SourceArticles

TIMEOUT_S = 30.0  # a source that hangs holds the others up, and a start
_GOOD = "good"  # the mark of the last revision that was read


@dataclass(frozen=True)
class Lost:
    """A source that cannot be read now, and since how many looks.

    `revision` is the one still in use; "" when it was never read.
    """

    name: str
    reason: str
    revision: str
    looks: int


class Sources:
    """`home` is the handbook's own repository, None for a folder; `workspace` a folder of ours for the mirrors."""

    def __init__(self, home: Address | None, *, workspace: Path, environment: Mapping[str, str]) -> None:
        self._home = home
        self._workspace = workspace
        self._git = Git(environment, timeout_s=TIMEOUT_S)
        self._mirrors: dict[Source, _Mirror] = {}

    @property
    def parts(self) -> tuple[SourceArticles, ...]:
        """What was read of each, in the handbook's order; one never read is left out."""
        return tuple(mirror.part for mirror in self._mirrors.values() if mirror.part)

    @property
    def lost(self) -> tuple[Lost, ...]:
        return tuple(mirror.lost for mirror in self._mirrors.values() if mirror.lost)

    async def look(self, wanted: Sequence[Source]) -> None:
        """Brings `parts` and `lost` up to date for these sources, all at once; raises nothing for one that fails."""
        self._mirrors = {source: self._mirrors.get(source) or self._mirror(source) for source in wanted}
        await asyncio.gather(*(mirror.look() for mirror in self._mirrors.values()))

    def problems(self, sources: Sequence[Source]) -> Iterator[Problem]:
        """What is wrong with where they are said to be, without looking there."""
        for source in sources:
            for key, read in (("branch", read_branch), ("folder", read_subfolder)):
                try:
                    if getattr(source, key):
                        read(getattr(source, key))
                except GitFailed as error:
                    fault = fault_of(error)
                    yield source.wrong(key, fault.what, fault.fix)
            if found := address_fault(source.repository, self._home):
                yield source.wrong("repository", found.what, found.fix)

    def _mirror(self, source: Source) -> "_Mirror":
        address = read_address(source.repository)
        if self._home and _origin(self._home) == _origin(address):
            address = replace(address, credentials=self._home.credentials)
        name = hashlib.sha256("\0".join((address.url, source.branch)).encode()).hexdigest()[:16]
        return _Mirror(source, Repository(self._git, address, self._workspace / name / "mirror.git"))


class _Mirror:
    """One source; `part` is what was last read of it."""

    def __init__(self, source: Source, repository: Repository) -> None:
        self.part: SourceArticles | None = None
        self.lost: Lost | None = None
        self._source = source
        self._repository = repository

    async def look(self) -> None:
        try:
            await self._refresh()
            self.lost = None
        except (GitFailed, OSError) as error:
            if self.part is None:
                with suppress(GitFailed, OSError):
                    await self._fall_back()
            looks = self.lost.looks + 1 if self.lost else 1
            self.lost = Lost(self._source.name, str(error), self.part.revision if self.part else "", looks)

    async def _refresh(self) -> None:
        revision = await self._repository.remote_revision(self._source.branch)
        if self.part and revision == self.part.revision:
            return
        revision = await self._repository.fetch(self._source.branch)
        self.part = await self._read(revision)
        await self._repository.mark(_GOOD, revision)

    async def _fall_back(self) -> None:
        """To what was kept from before a restart."""
        if revision := await self._repository.marked(_GOOD):
            self.part = await self._read(revision)

    async def _read(self, revision: str) -> SourceArticles:
        parent = self._repository.folder.parent
        fresh = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="reading-", dir=parent))
        try:
            files = fresh / "source"
            await self._repository.check_out(revision, files, subfolder=self._source.folder)
            return await asyncio.to_thread(load_source, self._source, files, revision=revision)
        finally:
            await asyncio.to_thread(shutil.rmtree, fresh)


def _origin(address: Address) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an https address: what credentials are for."""
    parts = urlsplit(address.url)
    return (parts.scheme, parts.hostname or "", parts.port) if address.scheme == "https" else None
