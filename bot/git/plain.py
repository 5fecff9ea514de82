"""A repository that has a Git address and nothing more: a proposal is a branch with one commit, pushed.

Works by Git's plumbing in a mirror of our own: no work tree, no hooks, no configuration of the machine. Has no pages
and no pull requests, so what became of a proposal is read off the branches.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import GitFailed
from bot.git.address import read_branch
from bot.git.host import Author, Proposal, Review, Standing
from bot.git.proposals import MAX_FILE_BYTES, blob_id, checked, commit_message, read_content, read_file_path, signature
from bot.git.repository import Repository

DEPTH = 500  # commits of the base branch in which a merge is looked for; our poll is far quicker than as many merges

_BASE, _PROPOSED = "refs/mentor/base", "refs/mentor/proposed"
_FILE_MODES = ("100644", "100755")


@dataclass(frozen=True)
class _Entry:
    mode: str
    object_id: str


@dataclass(frozen=True)
class _Seen:
    """Where the base branch and the proposal's branch stand at the remote; None: there is no such branch."""

    base: str
    proposed: str | None


@dataclass(frozen=True)
class PlainHost:
    """`repository` is a mirror for this alone, `branch` the base ("" the remote's default), `bot` who commits."""

    repository: Repository
    branch: str
    bot: Author

    async def read_file(self, path: str) -> str | None:
        read_file_path(path)
        async with self.repository.alone():
            base = (await self._fetch(None)).base
            entry = (await self._entries(base, [path])).get(path)
            return await self._read(entry, path) if entry else None

    async def propose(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        async with self.repository.alone():
            seen = await self._fetch(change.branch)
            standing = await self._standing(seen, change)
            if standing.review is not Review.CLOSED:
                return standing
            if seen.proposed:
                raise GitFailed(
                    f"{self.repository.address} has a branch {change.branch} with something else on it; "
                    "rename or delete it, and it is tried again."
                )
            await self._push(await self._commit(seen.base, change), change)
            return Standing(Review.OPEN)

    async def look_up(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        async with self.repository.alone():
            return await self._standing(await self._fetch(change.branch), change)

    async def _standing(self, seen: _Seen, change: Proposal) -> Standing:
        """Closed also when the branch is not there yet."""
        if ours := await self._signed(seen.base, change.branch):
            return Standing(Review.MERGED, revision=await self._merge_of(ours, seen.base))
        if await self._holds(seen.base, change.files):
            return Standing(Review.MERGED, revision=seen.base)
        if seen.proposed is None:
            return Standing(Review.CLOSED)
        is_ours = await self._signed(seen.proposed, change.branch) or await self._holds(seen.proposed, change.files)
        return Standing(Review.OPEN if is_ours else Review.CLOSED)

    async def _signed(self, revision: str, branch: str) -> str:
        """The newest commit up to the revision that carries our signature; "" when none does."""
        line = re.sub(r"([.$])", r"\\\1", signature(branch))
        printed = await self._git("rev-list", "--basic-regexp", f"--grep=^{line}$", "--max-count=1", revision, "--")
        return printed.decode().strip()

    async def _merge_of(self, commit: str, base: str) -> str:
        """The commit of the base branch that brought it in: itself, unless there was a merge."""
        trunk = (await self._git("rev-list", "--first-parent", "--reverse", base, "--")).decode().split()
        if commit in trunk:
            return commit
        after = set((await self._git("rev-list", "--ancestry-path", base, f"^{commit}", "--")).decode().split())
        return next((one for one in trunk if one in after), commit)

    async def _holds(self, revision: str, files: Mapping[str, str | None]) -> bool:
        """Whether each file stands there as proposed."""
        entries = await self._entries(revision, list(files))
        return all(
            path not in entries if content is None else _is_blob(entries.get(path), blob_id(content, like=revision))
            for path, content in files.items()
        )

    async def _entries(self, revision: str, paths: Sequence[str]) -> dict[str, _Entry]:
        """What stands at these paths; folders and what is not there are left out."""
        listed = await self._git("ls-tree", "-z", "--full-tree", revision, "--", *paths)
        entries = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, path = line.partition("\t")
            if path and facts.split()[1] != "tree":
                mode, _, object_id = facts.split()
                entries[path] = _Entry(mode, object_id)
        return entries

    async def _read(self, entry: _Entry, path: str) -> str:
        if entry.mode not in _FILE_MODES:
            raise GitFailed(f"{path} is a link or a submodule, not a file.")
        size = int(await self._git("cat-file", "-s", entry.object_id))
        if size > MAX_FILE_BYTES:
            raise GitFailed(f"{path} has {size} bytes; at most {MAX_FILE_BYTES} are read.")
        return read_content(await self._git("cat-file", "blob", entry.object_id), path)

    async def _commit(self, base: str, change: Proposal) -> str:
        tree = await self._tree(base, change.files)
        await self._check_declared(base, tree, change.files)
        author = change.author or self.bot
        identity = {
            "GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email,
            "GIT_COMMITTER_NAME": self.bot.name, "GIT_COMMITTER_EMAIL": self.bot.email,
        }  # fmt: skip
        message = commit_message(change).encode()
        return (await self._git("commit-tree", tree, "-p", base, given=message, identity=identity)).decode().strip()

    async def _tree(self, base: str, files: Mapping[str, str | None]) -> str:
        """The base's tree with these files as proposed; a file that is there keeps its mode."""
        there = await self._entries(base, list(files))
        lines = []
        for path, content in files.items():
            mode = there[path].mode if path in there else "100644"
            if mode not in _FILE_MODES:
                raise GitFailed(f"{path} is a link or a submodule, not a file; it is not changed.")
            if content is None:
                lines.append(f"0 {'0' * len(base)}\t{path}\0")
            else:
                blob = await self._git("hash-object", "-w", "--no-filters", "--stdin", given=content.encode())
                lines.append(f"{mode} {blob.decode().strip()}\t{path}\0")
        with tempfile.TemporaryDirectory(prefix="mentor-") as folder:
            index = Path(folder) / "index"
            await self._git("read-tree", base, index=index)
            await self._git("update-index", "-z", "--index-info", given="".join(lines).encode(), index=index)
            return (await self._git("write-tree", index=index)).decode().strip()

    async def _check_declared(self, base: str, tree: str, files: Mapping[str, str | None]) -> None:
        printed = await self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", base, tree)
        changed = set(printed.decode("utf-8", "surrogateescape").split("\0")) - {""}
        if undeclared := changed - files.keys():
            raise GitFailed(f"The proposal would change {sorted(undeclared)[0]!r} too, which it does not name.")

    async def _push(self, commit: str, change: Proposal) -> None:
        """Makes the branch, or adopts one that appeared since we looked; never moves one that is there."""
        ref = f"refs/heads/{change.branch}"
        try:
            await self._git(
                "push", "--quiet", "--no-verify", f"--force-with-lease={ref}:", "--",
                self.repository.address.url, f"{commit}:{ref}",
                is_remote=True,
            )  # fmt: skip
        except GitFailed:  # maybe only the reply was lost, or another process was first
            standing = await self._standing(await self._fetch(change.branch), change)
            if standing.review is Review.CLOSED:
                raise

    async def _fetch(self, branch: str | None) -> _Seen:
        """Brings the newest state of the base and, where there is one, of the branch."""
        base = f"refs/heads/{read_branch(self.branch)}" if self.branch else "HEAD"
        wanted = f"refs/heads/{read_branch(branch)}" if branch else ""
        address = self.repository.address.url
        printed = await self._git("ls-remote", "--", address, base, *filter(None, [wanted]), is_remote=True)
        there = {line.partition("\t")[2] for line in printed.decode().splitlines()}
        if base not in there:
            what = f"no branch {self.branch}" if self.branch else "no default branch; push a first commit"
            raise GitFailed(f"{self.repository.address} has {what}.")
        refspecs = [f"+{base}:{_BASE}", *([f"+{wanted}:{_PROPOSED}"] if wanted in there else [])]
        await self._git(
            "fetch", f"--depth={DEPTH}", "--no-tags", "--no-write-fetch-head", "--quiet", "--", address, *refspecs,
            is_remote=True,
        )  # fmt: skip
        return _Seen(await self._revision(_BASE), await self._revision(_PROPOSED) if wanted in there else None)

    async def _revision(self, ref: str) -> str:
        return (await self._git("rev-parse", "--verify", "--quiet", ref)).decode().strip()

    async def _git(
        self,
        *arguments: str,
        is_remote: bool = False,
        index: Path | None = None,
        given: bytes = b"",
        identity: Mapping[str, str] | None = None,
    ) -> bytes:
        return await self.repository.git.run(
            *arguments,
            repository=self.repository.path,
            remote=self.repository.address if is_remote else None,
            index=index,
            given=given,
            identity=identity or {},
        )


def _is_blob(entry: _Entry | None, object_id: str) -> bool:
    return entry is not None and entry.mode in _FILE_MODES and entry.object_id == object_id
