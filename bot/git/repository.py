"""A bare, shallow mirror of one remote repository, in a folder of ours: fetched, remembered, read out into folders.

Takes the newest state only and never writes to the remote. Does not judge what is in a revision.
"""

import asyncio
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import GitFailed
from bot.git.address import Address, is_revision, read_branch, read_subfolder
from bot.git.command import Git

MAX_FILES = 20_000
MAX_BYTES = 512 * 1024 * 1024  # of one revision read out, so that no repository fills the disk
LOCK_POLL_S = 0.05

_MARK = re.compile(r"[a-z][a-z-]*")

# Highest of all attributes: files are read out as they were committed, whatever their own .gitattributes say.
_ATTRIBUTES = "* -text !eol !ident !filter !working-tree-encoding\n"


@dataclass(frozen=True)
class Repository:
    """`folder` is the mirror's own, made when missing; several processes may share it."""

    git: Git
    address: Address
    folder: Path

    async def remote_revision(self, branch: str = "") -> str:
        """The commit the branch stands on at the remote now; "" is the remote's default branch. Fetches nothing."""
        name = _ref(branch)
        async with self.alone():
            printed = await self.git.run(
                "ls-remote", "--", self.address.url, name, repository=self.path, remote=self.address
            )
        for line in printed.decode().splitlines():
            revision, _, ref = line.partition("\t")
            if ref == name:
                return _revision(revision)
        raise GitFailed(f"{self.address} has no {f'branch {branch}' if branch else 'default branch'}.")

    async def fetch(self, branch: str = "") -> str:
        """The commit the branch stands on, now here with its files and without its history."""
        refspec = f"+{_ref(branch)}:refs/mentor/head"
        async with self.alone():
            await self.git.run(
                "fetch", "--depth=1", "--no-tags", "--no-write-fetch-head", "--quiet", "--",
                self.address.url, refspec,
                repository=self.path, remote=self.address,
            )  # fmt: skip
            revision = await self._marked("head")
        if revision is None:
            raise GitFailed(f"git fetch failed for {self.address}: it brought nothing.")
        return revision

    async def mark(self, name: str, revision: str) -> None:
        """Keeps the revision, and under this name, until the name is given to another."""
        if not _MARK.fullmatch(name):
            raise GitFailed(f"{name!r} is no mark; write small letters.")
        async with self.alone():
            await self.git.run("update-ref", "--", f"refs/mentor/{name}", _revision(revision), repository=self.path)

    async def marked(self, name: str) -> str | None:
        """The revision last kept under the name; None when there was none."""
        async with self.alone():
            return await self._marked(name)

    async def check_out(self, revision: str, into: Path, *, subfolder: str = "") -> None:
        """Writes the revision's files, or those below its subfolder, to a folder that is not there before.

        The folder appears complete or not at all. Links become plain files that hold their target; submodules
        become empty folders.
        """
        path = read_subfolder(subfolder)
        tree = f"{_revision(revision)}:{path}"
        async with self.alone():
            await self._check_is_folder(revision, path)
            await self._check_size(tree)
            half = _folder_beside(into)
            try:
                await self._write_files(tree, half)
                (half / "tree").rename(into)
            finally:
                await asyncio.to_thread(shutil.rmtree, half)

    @property
    def path(self) -> Path:
        return self.folder.absolute()

    async def _write_files(self, tree: str, half: Path) -> None:
        index, files = half / "index", half / "tree"
        files.mkdir()
        await self.git.run("read-tree", tree, repository=self.path, index=index)
        await self.git.run(
            f"--work-tree={files}", "checkout-index", "--all", "--quiet", repository=self.path, index=index
        )

    async def _check_is_folder(self, revision: str, path: str) -> None:
        if path and not await self.git.run(
            "ls-tree", "-d", "-z", "--full-tree", revision, "--", path, repository=self.path
        ):
            raise GitFailed(f"{self.address} has no folder {path} at {revision}.")

    async def _check_size(self, tree: str) -> None:
        listed = await self.git.run("ls-tree", "-r", "-l", "-z", "--full-tree", tree, repository=self.path)
        sizes = [entry.split(b"\t", 1)[0].split()[3] for entry in listed.split(b"\0") if entry]
        total = sum(int(size) for size in sizes if size.isdigit())
        if len(sizes) > MAX_FILES or total > MAX_BYTES:
            raise GitFailed(
                f"{self.address} holds {len(sizes)} files of {total} bytes there; "
                f"at most {MAX_FILES} files and {MAX_BYTES} bytes are read. Name a subfolder."
            )

    async def _marked(self, name: str) -> str | None:
        pattern = f"refs/mentor/{name}"
        printed = await self.git.run("for-each-ref", "--format=%(objectname)", "--", pattern, repository=self.path)
        return printed.decode().strip() or None

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """One git at a time in the mirror, over all processes; so a lock file found here is a dead one's, and goes."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder.with_name(f"{self.folder.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            await self._locked(descriptor)
            await asyncio.to_thread(self._clear_dead_locks)
            if not (self.folder / "info" / "attributes").exists():
                await self._make()
            yield
        finally:
            os.close(descriptor)

    async def _locked(self, descriptor: int) -> None:
        try:
            async with asyncio.timeout(self.git.timeout_s):
                while not _try_lock(descriptor):  # noqa: ASYNC110 - another process holds it: there is no event to wait for
                    await asyncio.sleep(LOCK_POLL_S)
        except TimeoutError:
            raise GitFailed(f"The mirror of {self.address} is in use by another process; it is tried again.") from None

    def _clear_dead_locks(self) -> None:
        for lock in [*self.folder.glob("*.lock"), *self.folder.glob("refs/**/*.lock")]:
            lock.unlink(missing_ok=True)

    async def _make(self) -> None:
        await self.git.run("init", "--bare", "--quiet", "--template=", repository=self.path)
        (self.folder / "info").mkdir(exist_ok=True)
        (self.folder / "info" / "attributes").write_text(_ATTRIBUTES)


def _folder_beside(path: Path) -> Path:
    """A new one on the same disk, so that what it holds can be renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=".half-", dir=path.parent.absolute()))


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ref(branch: str) -> str:
    return f"refs/heads/{read_branch(branch)}" if branch else "HEAD"


def _revision(text: str) -> str:
    if not is_revision(text):
        raise GitFailed(f"{text[:80]!r} is no full commit id.")
    return text
