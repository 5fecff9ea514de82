"""A real bare repository to fetch from, written with git's own plumbing so that it can hold what no honest one does."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

AUTHOR = {
    "GIT_AUTHOR_NAME": "Maya",
    "GIT_AUTHOR_EMAIL": "maya@example.com",
    "GIT_COMMITTER_NAME": "Maya",
    "GIT_COMMITTER_EMAIL": "maya@example.com",
}
ISOLATED = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | AUTHOR

BY_ID = re.compile(r"[0-9a-f]{40}($|[:^])")


@dataclass(frozen=True)
class Remote:
    """`_of_objects` is what was asked of objects by their ids: these never change, and a process costs milliseconds."""

    folder: Path
    _of_objects: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def address(self) -> str:
        return f"file://{self.folder}"

    def commit(self, files: dict[str, str], *, branch: str = "main", modes: dict[str, str] | None = None) -> str:
        """The id of a new commit on the branch that holds these files and no others; `modes` as Git writes them."""
        entries = [f"{(modes or {}).get(path, '100644')} {self.blob(text)}\t{path}" for path, text in files.items()]
        return self.commit_entries(entries, branch=branch)

    def change(self, files: dict[str, str]) -> str:
        """A commit on main with these files in it, new or otherwise than before; all others stay."""
        listed = [each.split("\t") for each in self.git("ls-tree", "-r", "main").splitlines()]
        entries = {path: entry for entry, path in listed}
        entries |= {path: f"100644 blob {self.blob(text)}" for path, text in files.items()}
        return self.commit_entries([f"{entry}\t{path}" for path, entry in entries.items()])

    def commit_entries(self, entries: list[str], *, branch: str = "main") -> str:
        index = self.folder.with_name("remote-index")
        index.unlink(missing_ok=True)
        self.git("update-index", "--add", "--index-info", given="\n".join(entries) + "\n", index=index)
        return self.commit_tree(self.git("write-tree", "--missing-ok", index=index), branch=branch)

    def commit_tree(self, tree: str, *, branch: str = "main") -> str:
        revision = self.git("commit-tree", tree, "-m", "Change the handbook")
        self.git("update-ref", f"refs/heads/{branch}", revision)
        return revision

    def three_way(self, branch: str, *, base: str = "main") -> str:
        """The tree of their merge; "" when they conflict."""
        try:
            return self.git("merge-tree", "--write-tree", base, branch).splitlines()[0]
        except subprocess.CalledProcessError:
            return ""

    def known(self, name: str) -> str:
        """The id of what the name stands for; "" when there is nothing."""
        if name in self._of_objects:
            return self._of_objects[name]
        try:
            found = self.git("rev-parse", "--verify", "--quiet", name)
        except subprocess.CalledProcessError:
            return ""
        if BY_ID.match(name):
            self._of_objects[name] = found
        return found

    def entries(self, tree: str) -> list[tuple[str, str, str, str]]:
        """What the tree with this id holds: mode, kind, id and name of each."""
        asked = f"ls-tree {tree}"
        if asked not in self._of_objects:
            self._of_objects[asked] = self.git("ls-tree", "-z", tree)
        lines = [line.split("\t", 1) for line in self._of_objects[asked].split("\0") if line]
        return [(*facts.split(), name) for facts, name in lines]  # type: ignore[misc]

    def merge_base(self, one: str, other: str) -> str:
        try:
            return self.git("merge-base", one, other)
        except subprocess.CalledProcessError:
            return ""

    def git(self, *arguments: str, given: str | bytes = b"", index: Path | None = None) -> str:
        environment = ISOLATED | {"GIT_DIR": str(self.folder)} | ({"GIT_INDEX_FILE": str(index)} if index else {})
        data = given.encode() if isinstance(given, str) else given
        done = subprocess.run(["git", *arguments], input=data, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def blob(self, text: str) -> str:
        return self.git("hash-object", "-w", "--stdin", given=text)


def make_remote(folder: Path) -> Remote:
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", str(folder)], env=ISOLATED, check=True)
    return Remote(folder)
