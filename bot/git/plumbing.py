"""What a mirror of a plain repository holds, and new commits in it: Git's plumbing, without work tree or index of ours.

Never talks to the remote (see `bot.git.plain`). Its callers are alone in the mirror.
"""

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import GitFailed
from bot.git.host import Author
from bot.git.proposals import MAX_FILE_BYTES, blob_id, read_content, signature
from bot.git.repository import Repository

FILE_MODES = ("100644", "100755")
_MISUSED = 129  # Git's exit status for options that it does not know

SHA1 = "0" * 40  # of that length are its ids


@dataclass(frozen=True)
class Entry:
    mode: str
    object_id: str


@dataclass(frozen=True)
class Plumbing:
    repository: Repository

    async def signed(self, revision: str, branch: str) -> str:
        """The newest commit up to the revision that carries our signature; "" when none does."""
        line = re.sub(r"([.$])", r"\\\1", signature(branch))
        printed = await self.git("rev-list", "--basic-regexp", f"--grep=^{line}$", "--max-count=1", revision, "--")
        return printed.decode().strip()

    async def merge_of(self, commit: str, base: str) -> str:
        """The commit of the base branch that brought it in: itself, unless there was a merge."""
        trunk = await self._commits("--first-parent", "--reverse", base)
        if commit in trunk:
            return commit
        after = set(await self._commits("--ancestry-path", base, f"^{commit}"))
        return next((one for one in trunk if one in after), commit)

    async def comes_after(self, revision: str, commit: str) -> bool | None:
        """Whether the revision is the commit or comes after it; None when the mirror's history is too short to tell."""
        cut_at = self._cut_at()
        known = await self._known(revision, commit)
        if revision not in known:
            return False
        if commit not in known:
            return None if cut_at else False
        if not await self._commits("--max-count=1", commit, f"^{revision}"):
            return True
        return None if cut_at & set(await self._commits(revision, f"^{commit}")) else False

    async def merge_base(self, one: str, other: str) -> str:
        """The newest commit that both come from; "" when the mirror knows none."""
        printed = await self.git("merge-base", one, other, accepted=(0, 1))
        return printed.decode().strip()

    async def merged_tree(self, base: str, branch: str) -> tuple[str, list[str]]:
        """Their three-way merge, and the paths where people must decide."""
        options = ("--write-tree", "--name-only", "--no-messages")
        printed = await self.git("merge-tree", *options, base, branch, accepted=(0, 1, _MISUSED))
        if not printed:
            raise GitFailed("Merging needs Git 2.38 or newer; update Git on the bot's machine, or merge by hand.")
        tree, *conflicts = printed.decode("utf-8", "replace").splitlines()
        return tree, conflicts

    async def holds(self, revision: str, files: Mapping[str, str | None]) -> bool:
        """Whether each file stands there as proposed."""
        entries = await self.entries(revision, list(files))
        return all(
            path not in entries if content is None else _is_blob(entries.get(path), blob_id(content, like=revision))
            for path, content in files.items()
        )

    async def entries(self, revision: str, paths: Sequence[str]) -> dict[str, Entry]:
        """What stands at these paths; folders and what is not there are left out."""
        listed = await self.git("ls-tree", "-z", "--full-tree", revision, "--", *paths)
        entries = {}
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, path = line.partition("\t")
            if path and facts.split()[1] != "tree":
                mode, _, object_id = facts.split()
                entries[path] = Entry(mode, object_id)
        return entries

    async def sha1(self, entry: Entry, path: str) -> str:
        """The blob's id by SHA-1, also in a repository that has others."""
        if len(entry.object_id) == len(SHA1):
            return entry.object_id
        return blob_id(await self.read(entry, path), like=SHA1)

    async def read(self, entry: Entry, path: str) -> str:
        if entry.mode not in FILE_MODES:
            raise GitFailed(f"{path} is a link or a submodule, not a file.")
        size = int(await self.git("cat-file", "-s", entry.object_id))
        if size > MAX_FILE_BYTES:
            raise GitFailed(f"{path} has {size} bytes; at most {MAX_FILE_BYTES} are read.")
        return read_content(await self.git("cat-file", "blob", entry.object_id), path)

    async def undeclared(self, old: str, new: str, files: Mapping[str, str | None]) -> str:
        """A path that differs between the two and is not among the files; "" when there is none."""
        printed = await self.git("diff-tree", "-r", "-z", "--no-renames", "--name-only", old, new)
        changed = set(printed.decode("utf-8", "surrogateescape").split("\0")) - {""}
        return min(changed - files.keys(), default="")

    async def tree(self, base: str, files: Mapping[str, str | None]) -> str:
        """The base's tree with these files as proposed; a file that is there keeps its mode."""
        there = await self.entries(base, list(files))
        lines = []
        for path, content in files.items():
            mode = there[path].mode if path in there else "100644"
            if mode not in FILE_MODES:
                raise GitFailed(f"{path} is a link or a submodule, not a file; it is not changed.")
            if content is None:
                lines.append(f"0 {'0' * len(base)}\t{path}\0")
            else:
                blob = await self.git("hash-object", "-w", "--no-filters", "--stdin", given=content.encode())
                lines.append(f"{mode} {blob.decode().strip()}\t{path}\0")
        with tempfile.TemporaryDirectory(prefix="mentor-") as folder:
            index = Path(folder) / "index"
            await self.git("read-tree", base, index=index)
            await self.git("update-index", "-z", "--index-info", given="".join(lines).encode(), index=index)
            return (await self.git("write-tree", index=index)).decode().strip()

    async def commit(self, tree: str, parents: Sequence[str], message: str, *, author: Author, bot: Author) -> str:
        identity = {
            "GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email,
            "GIT_COMMITTER_NAME": bot.name, "GIT_COMMITTER_EMAIL": bot.email,
        }  # fmt: skip
        given = [part for parent in parents for part in ("-p", parent)]
        printed = await self.git("commit-tree", tree, *given, given=message.encode(), identity=identity)
        return printed.decode().strip()

    async def revision(self, ref: str) -> str:
        return (await self.git("rev-parse", "--verify", "--quiet", ref)).decode().strip()

    async def git(
        self,
        *arguments: str,
        index: Path | None = None,
        given: bytes = b"",
        identity: Mapping[str, str] | None = None,
        accepted: Collection[int] = (0,),
    ) -> bytes:
        return await self.repository.git.run(
            *arguments,
            repository=self.repository.path,
            index=index,
            given=given,
            identity=identity or {},
            accepted=accepted,
        )

    async def _commits(self, *wanted: str) -> list[str]:
        return (await self.git("rev-list", *wanted, "--")).decode().split()

    async def _known(self, *revisions: str) -> set[str]:
        """Those that are commits here."""
        printed = await self.git("cat-file", "--batch-check", given="".join(f"{one}\n" for one in revisions).encode())
        facts = (line.split() for line in printed.decode().splitlines())
        return {fact[0] for fact in facts if fact[1] == "commit"}

    def _cut_at(self) -> set[str]:
        """The commits whose parents were not fetched."""
        shallow = self.repository.path / "shallow"
        return set(shallow.read_text().split()) if shallow.exists() else set()


def _is_blob(entry: Entry | None, object_id: str) -> bool:
    return entry is not None and entry.mode in FILE_MODES and entry.object_id == object_id
