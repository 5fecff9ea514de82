"""A bare Git repository in a folder: what a company's live state is kept in, and what reviewers do there.

By Git's plumbing, without a work tree. Knows nothing of controllers (`controller.py`) and has no pages.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REVIEWER = "Rosa Reviewer"


class NotMergeable(Exception):
    """The branch is not there, or changes what the base changed too: a person has to look."""


@dataclass(frozen=True)
class BareRepository:
    folder: Path
    base: str = "main"

    @classmethod
    def make(cls, folder: Path, files: Mapping[str, str], *, base: str = "main") -> "BareRepository":
        """A new one; its first commit holds the files."""
        made = cls(folder, base)
        folder.mkdir(parents=True)
        made._git("init", "--quiet", "--bare")
        made._git("symbolic-ref", "HEAD", f"refs/heads/{base}")
        made.commit(files, "Begin")
        return made

    @property
    def address(self) -> str:
        return f"file://{self.folder}"

    def commit(self, files: Mapping[str, str | None], subject: str) -> str:
        """The base's new tip, by a reviewer: with these files, and without those that are None."""
        tip, lines = self.tip(self.base), []
        for path, text in files.items():
            blob = "0" * 40 if text is None else self._git("hash-object", "-w", "--stdin", given=text)
            lines.append(f"{'0' if text is None else '100644'} {blob}\t{path}\n")
        with _index() as index:
            if tip:
                self._git("read-tree", tip, index=index)
            self._git("update-index", "--index-info", given="".join(lines), index=index)
            tree = self._git("write-tree", index=index)
        return self._commit(tree, [tip] if tip else [], subject, REVIEWER)

    def merge(self, branch: str, *, reviewer: str = REVIEWER) -> str:
        """The base's new tip: a merge commit. Raises NotMergeable."""
        ours, theirs = self.tip(self.base), self.tip(branch)
        if not theirs:
            raise NotMergeable(f"There is no branch {branch}.")
        start = self._git("merge-base", ours, theirs)
        with _index() as index:
            self._git("read-tree", "-i", "-m", "--aggressive", start, ours, theirs, index=index)
            if self._git("ls-files", "--unmerged", index=index):
                raise NotMergeable(f"{branch} changes files that {self.base} changed too.")
            tree = self._git("write-tree", index=index)
        return self._commit(tree, [ours, theirs], f"Merge branch '{branch}'", reviewer)

    def tip(self, branch: str) -> str:
        """Its newest commit; "" when there is no such branch."""
        return self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def branches(self) -> list[str]:
        return self._git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()

    def unmerged(self) -> list[str]:
        """Branches that hold something the base does not."""
        found = self._git("for-each-ref", "--format=%(refname:lstrip=2)", f"--no-merged={self.base}", "refs/heads")
        return found.split()

    def read(self, path: str, *, revision: str = "") -> str:
        """The file as it stands there, by default on the base."""
        return self._git("cat-file", "blob", f"{revision or self.base}:{path}", is_whole=True)

    def files(self, folder: str) -> list[str]:
        """The paths below a folder of the base."""
        return self._git("ls-tree", "-r", "--name-only", self.base, "--", f"{folder}/").split()

    def log(self, revisions: str, form: str, *, most: int = -1) -> list[str]:
        """Git's log of these, the newest first, each commit in this form (see `git log --format`)."""
        told = self._git("log", f"--max-count={most}", f"--format={form}%x00", revisions)
        return [each.strip("\n") for each in told.split("\0")[:-1]]

    def fork(self, branch: str) -> str:
        """The commit at which the branch left the base."""
        return self._git("merge-base", self.base, branch)

    def diff(self, before: str, after: str) -> str:
        """What the second has that the first has not, as Git tells it."""
        return self._git("diff", "--no-color", "--no-ext-diff", before, after)

    def _commit(self, tree: str, parents: list[str], subject: str, name: str) -> str:
        """On the base, if nobody was quicker."""
        given = [part for parent in parents for part in ("-p", parent)]
        revision = self._git("commit-tree", tree, *given, "-m", subject, person=name)
        self._git("update-ref", f"refs/heads/{self.base}", revision, parents[0] if parents else "0" * 40)
        return revision

    def _git(
        self,
        *arguments: str,
        given: str = "",
        index: Path | None = None,
        person: str = REVIEWER,
        is_whole: bool = False,
    ) -> str:
        email = f"{person.split()[0].lower()}@example.com"
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_DIR": str(self.folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{role}_NAME": person for role in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{role}_EMAIL": email for role in ("AUTHOR", "COMMITTER")},
            **({"GIT_INDEX_FILE": str(index)} if index else {}),
        }
        done = subprocess.run(  # noqa: S603 - arguments of ours, and no shell
            ["git", *arguments],  # noqa: S607 - whichever Git the machine has
            input=given.encode(),
            env=environment,
            capture_output=True,
            check=True,
        )
        printed = done.stdout.decode()
        return printed if is_whole else printed.strip()


@contextmanager
def _index() -> Iterator[Path]:
    """A file for Git's index, for one act."""
    with tempfile.TemporaryDirectory(prefix="sandbox-") as folder:
        yield Path(folder) / "index"
