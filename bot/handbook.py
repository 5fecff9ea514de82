"""Where the handbook comes from and which one is in use: a folder, or a branch of a Git repository, and its sources.

Reads when told to; does not know when that is (its caller ticks), and does not tell anyone what it found.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import knowledge
from bot.addresses import repository_problems
from bot.errors import GitFailed, HandbookBroken
from bot.git.address import Address, is_address, read_address, read_branch, read_subfolder
from bot.git.command import Git
from bot.git.repository import Repository
from bot.sources import Lost, Sources
from knowledge.loader import Broken, Handbook, joined, load
from knowledge.problem import Problem

EMBEDDED = Path(knowledge.__file__).parent / "handbook"

_GOOD = "good"  # the mark of the last revision that was free of errors


@dataclass(frozen=True)
class Refreshed:
    """The handbook changed, and this one is in use now."""

    handbook: Handbook


@dataclass(frozen=True)
class Unchanged:
    """Nothing to do, or nothing that was not said before."""


@dataclass(frozen=True)
class StillBroken:
    """What stands at the source now has errors, so the last good handbook stays in use. Said once for each revision.

    `revision` is the Git commit; for a folder it names the state of its files.
    """

    problems: Sequence[Problem]
    revision: str


@dataclass(frozen=True)
class Unreachable:
    """The repository could not be read, so the handbook in use may be old. Said at every try."""

    reason: str


Outcome = Refreshed | Unchanged | StillBroken | Unreachable


@dataclass(frozen=True)
class InFolder:
    folder: Path


@dataclass(frozen=True)
class InRepository:
    """`branch` "" is the default branch, `subfolder` "" the top of the repository."""

    address: Address
    branch: str = ""
    subfolder: str = ""


def read_place(text: str) -> InFolder | InRepository:
    """Reads MENTOR_HANDBOOK: a folder, or `ADDRESS[//SUBFOLDER][#BRANCH]`; "" is the embedded handbook.

    Raises GitFailed for an address that may not be used.
    """
    if not text:
        return InFolder(EMBEDDED)
    if not is_address(text):
        return InFolder(Path(text))
    address, _, branch = text.partition("#")
    scheme_end = address.find("://") + 3 if "://" in address else 0
    subfolder_at = address.find("//", scheme_end)
    address, subfolder = (address, "") if subfolder_at < 0 else (address[:subfolder_at], address[subfolder_at:])
    return InRepository(read_address(address), read_branch(branch) if branch else "", read_subfolder(subfolder))


class HandbookSource:
    """Holds the handbook in use.

    `place` is MENTOR_HANDBOOK, `workspace` a folder of ours for the repository's mirror, `environment` this process's
    own, of which git gets what it needs. Raises GitFailed for an address that may not be used.
    """

    def __init__(self, place: str, *, workspace: Path, environment: Mapping[str, str]) -> None:
        where = read_place(place)
        self._reader: _Folder | _Mirror
        if isinstance(where, InFolder):
            self._reader = _Folder(where.folder)
        else:
            self._reader = _Mirror(where, workspace, Git(environment))
        self._home = where.address if isinstance(where, InRepository) else None
        self._sources = Sources(self._home, workspace=workspace / "sources", environment=environment)
        self._own: Handbook | None = None  # the last good one, without the articles of its sources
        self._current: Handbook | None = None
        self._seen = ""  # the revision last read, good or broken
        self._is_broken = self._is_away = False
        self._one_at_a_time = asyncio.Lock()

    @property
    def current(self) -> Handbook:
        """The last good handbook; HandbookBroken before the first `refresh`."""
        if self._current is None:
            raise HandbookBroken("The handbook has not been read yet.")
        return self._current

    @property
    def lost_sources(self) -> tuple[Lost, ...]:
        """The sources that the last `refresh` could not read; `current` holds what was last read of them."""
        return self._sources.lost

    @property
    def trouble(self) -> Mapping[str, int]:
        """What the last `refresh` found amiss: 1 for what is so, and how many sources are lost."""
        lost = len(self._sources.lost)
        return {"broken": self._is_broken, "unreachable": self._is_away, "sources lost": lost}

    async def refresh(self) -> Outcome:
        """Brings `current` up to date, with its sources, and says what became of the handbook's own place.

        Sources that cannot be read stop nothing. Raises HandbookBroken with the problems, or GitFailed, only while
        there is no good handbook at all.
        """
        async with self._one_at_a_time:
            outcome = await self._refresh_own()
            own = self._own
            if own is None:
                raise HandbookBroken("The handbook has not been read yet.")
            await self._sources.look(own.sources)
            taken = self._take(joined(own, self._sources.parts))
            return taken if isinstance(outcome, Refreshed | Unchanged) else outcome

    async def read_now(self) -> Handbook:
        """What stands at the place now, whatever good one was kept from before; its sources are not looked at.

        Raises HandbookBroken with the problems, or GitFailed when the repository cannot be read.
        """
        async with self._one_at_a_time:
            match await self._refresh_own():
                case StillBroken(problems, _):
                    raise HandbookBroken(problems=problems)
                case Unreachable(reason):
                    raise GitFailed(reason)
            if self._own is None:
                raise HandbookBroken("The handbook has not been read yet.")
            return self._own

    async def read_all_now(self) -> Handbook:
        """Like `read_now`, with the articles of its sources; those that cannot be read are in `lost_sources`."""
        own = await self.read_now()
        await self._sources.look(own.sources)
        return joined(own, self._sources.parts)

    async def _refresh_own(self) -> Outcome:
        try:
            outcome = await self._read_own()
        except GitFailed as error:
            if not await self._has_fallen_back():
                raise GitFailed(
                    f"The handbook cannot be read: {str(error).rstrip('.')}; check MENTOR_HANDBOOK"
                ) from error
            self._is_away = True
            return Unreachable(str(error))
        self._is_away = False
        return outcome

    async def _read_own(self) -> Outcome:
        if await self._reader.revision() == self._seen:
            return Unchanged()
        revision, loaded = await self._reader.read()
        if isinstance(loaded, Handbook) and (problems := self._address_problems(loaded)):
            loaded = Broken(problems, tuple(loaded.warnings))
        if isinstance(loaded, Broken):
            if not await self._has_fallen_back():
                raise HandbookBroken(problems=loaded.problems)
            self._seen, self._is_broken = revision, True
            return StillBroken(loaded.problems, revision)
        await self._reader.keep(revision)
        self._seen, self._is_broken = revision, False
        self._own = loaded
        return Refreshed(loaded)

    def _address_problems(self, handbook: Handbook) -> tuple[Problem, ...]:
        of_sources = self._sources.problems(handbook.sources)
        return tuple(sorted([*of_sources, *repository_problems(handbook.repositories, self._home)]))

    def _take(self, handbook: Handbook) -> Refreshed | Unchanged:
        if self._current is not None and handbook.revision == self._current.revision:
            return Unchanged()
        self._current = handbook
        return Refreshed(handbook)

    async def _has_fallen_back(self) -> bool:
        """Whether there is a good handbook: the one in use, else the one kept from before a restart."""
        if self._own is None:
            self._own = await self._reader.kept()
        return self._own is not None


class _Folder:
    """A folder of this machine; its state is told by names, sizes and times, so that looking each minute is cheap."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def revision(self) -> str:
        return await asyncio.to_thread(_state, self._folder)

    async def read(self) -> tuple[str, Handbook | Broken]:
        revision = await self.revision()  # before the files: what changes while they are read is read again
        return revision, await asyncio.to_thread(load, self._folder)

    async def keep(self, revision: str) -> None:
        """Nothing: a folder has no past."""

    async def kept(self) -> Handbook | None:
        return None


class _Mirror:
    """A branch of a repository; each revision is read in a fresh folder that goes once it is in memory."""

    def __init__(self, where: InRepository, workspace: Path, git: Git) -> None:
        name = hashlib.sha256("\0".join((where.address.url, where.branch, where.subfolder)).encode()).hexdigest()[:16]
        self._where = where
        self._folder = workspace / name
        self._repository = Repository(git, where.address, self._folder / "mirror.git")

    async def revision(self) -> str:
        return await self._repository.remote_revision(self._where.branch)

    async def read(self) -> tuple[str, Handbook | Broken]:
        revision = await self._repository.fetch(self._where.branch)
        return revision, await self._load(revision)

    async def keep(self, revision: str) -> None:
        await self._repository.mark(_GOOD, revision)

    async def kept(self) -> Handbook | None:
        revision = await self._repository.marked(_GOOD)
        if revision is None:
            return None
        loaded = await self._load(revision)
        return loaded if isinstance(loaded, Handbook) else None

    async def _load(self, revision: str) -> Handbook | Broken:
        fresh = await asyncio.to_thread(_fresh_folder, self._folder)
        try:
            files = fresh / "handbook"
            await self._repository.check_out(revision, files, subfolder=self._where.subfolder)
            return await asyncio.to_thread(load, files, revision=revision)
        finally:
            await asyncio.to_thread(shutil.rmtree, fresh)


def _fresh_folder(parent: Path) -> Path:
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="reading-", dir=parent))


def _state(folder: Path) -> str:
    """Changes when any file comes, goes, or has another size or time."""
    digest = hashlib.sha256()
    for path in sorted(_files(folder)):
        try:
            found = path.stat()
        except OSError:  # gone since it was listed, or a link to nowhere
            digest.update(f"{path}\0gone\0".encode(errors="surrogateescape"))
            continue
        entry = f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ctime_ns}\0"
        digest.update(entry.encode(errors="surrogateescape"))
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """`articles` itself may be a link to a folder; inside, none is followed."""
    for top in (folder, folder / "articles"):
        if top.is_symlink() or top == folder:
            for parent, folders, names in os.walk(top):
                folders[:] = [name for name in folders if name != ".git"]
                yield from (Path(parent, name) for name in names)
