"""What was merged into a branch, and by whose hand, as the commits say: read from a mirror with its history.

Commits and folders are fetched where the server can leave the files out. Knows no people, and never writes there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import GitFailed
from bot.git.address import read_subfolder
from bot.git.proposals import SIGNATURE
from bot.git.repository import Repository

DEPTH = 2_000  # commits back; two years of a busy team
HEAD = "refs/mentor/head"
# A field a line: whatever an author writes into a name or an address, Git keeps it to one.
FORMAT = f"%H%n%P%n%ct%n%ae%n%(trailers:key={SIGNATURE.strip(': ')},valueonly,unfold,separator=%x20)"
FIELDS = 5
LATEST_S = 253_402_128_000  # two days before the end of the year 9999: what a date can hold in any zone
_SECONDS = re.compile(r"-?\d{1,20}", re.ASCII)


@dataclass(frozen=True)
class Commit:
    """`at` is when it came to be as it stands; `proposals` are the branches that the bot signed it for."""

    id: str
    parents: tuple[str, ...]
    at: datetime
    email: str
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Merged:
    """A change that was merged as one: the commit on the branch, and the commits that were written for it."""

    at: datetime
    written: tuple[Commit, ...]


@dataclass(frozen=True)
class Past:
    """`whole_since`: after that moment all changes are known; None: from the very first."""

    revision: str
    changes: tuple[Merged, ...]
    whole_since: datetime | None


@dataclass(frozen=True)
class History:
    repository: Repository

    async def read(self, *, branch: str = "", subfolder: str = "", known: str = "") -> Past:
        """Fetches it unless `known` is where the branch stands, and it is here. Raises GitFailed.

        With a subfolder only what changed something in it counts.
        """
        path = read_subfolder(subfolder)
        revision = await self.repository.remote_revision(branch)
        if revision != known or await self.repository.marked("head") != revision:
            await self._fetch(branch)
        async with self.repository.alone():
            commits = await self._commits()
            touched = await self._touched(path) if path else None
            cut = self._cut()
        if not commits:
            raise GitFailed(f"git log failed for {self.repository.address}: it has no commit.")
        return _past(commits, touched, cut)

    async def files(self, *, branch: str = "") -> frozenset[str]:
        """The paths of all files that the branch has now. Raises GitFailed."""
        revision = await self.repository.remote_revision(branch)
        if await self.repository.marked("head") != revision:
            await self._fetch(branch)
        async with self.repository.alone():
            printed = await self._git("ls-tree", "-r", "-z", "--name-only", "--full-tree", HEAD)
        return frozenset(path for path in printed.decode("utf-8", "replace").split("\0") if path)

    async def _fetch(self, branch: str) -> None:
        name = f"refs/heads/{branch}" if branch else "HEAD"
        async with self.repository.alone():
            await self._git(
                "fetch", "--filter=blob:none", f"--depth={DEPTH}", "--no-tags", "--no-write-fetch-head", "--quiet",
                "--", self.repository.address.url, f"+{name}:{HEAD}",
                is_remote=True,
            )  # fmt: skip

    async def _commits(self) -> list[Commit]:
        """The newest first."""
        printed = await self._git("log", "-z", f"--format={FORMAT}", HEAD, "--")
        return [_commit(record) for record in printed.decode("utf-8", "replace").split("\0") if record]

    async def _touched(self, path: str) -> frozenset[str]:
        printed = await self._git("rev-list", "--first-parent", HEAD, "--", path)
        return frozenset(printed.decode().split())

    async def _git(self, *arguments: str, is_remote: bool = False) -> bytes:
        remote = self.repository.address if is_remote else None
        return await self.repository.git.run(*arguments, repository=self.repository.path, remote=remote)

    def _cut(self) -> frozenset[str]:
        """The commits whose parents were not fetched."""
        shallow = self.repository.path / "shallow"
        return frozenset(shallow.read_text().split()) if shallow.exists() else frozenset()


def _commit(record: str) -> Commit:
    fields = record.split("\n")
    if len(fields) != FIELDS or not _SECONDS.fullmatch(fields[2]):
        raise GitFailed("git log printed something else than was asked for; is Git older than 2.22?")
    id_, parents, at, email, proposals = fields
    return Commit(
        id_,
        tuple(parents.split()),
        datetime.fromtimestamp(min(max(int(at), 0), LATEST_S), UTC),  # a commit may claim any time
        email,
        tuple(dict.fromkeys(proposals.split())),
    )


def _past(commits: Sequence[Commit], touched: frozenset[str] | None, cut: frozenset[str]) -> Past:
    by_id = {each.id: each for each in commits}
    trunk = [commits[0]]
    while trunk[-1].parents and trunk[-1].parents[0] in by_id:
        trunk.append(by_id[trunk[-1].parents[0]])
    is_cut = trunk[-1].id in cut
    seen: set[str] = set()
    changes = []
    for each in reversed(trunk):
        brought = _brought(each, by_id, seen)
        is_told = each.id not in cut and (touched is None or each.id in touched)
        if is_told:
            written = [one for one in brought if len(one.parents) < 2] or [each]
            changes.append(Merged(each.at, tuple(written)))
    return Past(commits[0].id, tuple(changes), trunk[-1].at if is_cut else None)


def _brought(trunk: Commit, by_id: dict[str, Commit], seen: set[str]) -> list[Commit]:
    """What is reached from this commit and from none before it on the branch."""
    seen.update(trunk.parents[:1])
    waiting, found = [trunk.id], []
    while waiting:
        each = waiting.pop()
        if each not in seen and each in by_id:
            seen.add(each)
            found.append(by_id[each])
            waiting += by_id[each].parents
    return found
