"""A host with a real repository behind it, and what people do there: push, merge in each way, close, delete.

The same acts for every host, so that one table of tests runs over all of them.
"""

from dataclasses import dataclass

from bot.git.host import GitHost
from tests.git.remote import Remote


@dataclass
class Hosted:
    """A plain repository; the others add their pull requests."""

    host: GitHost
    remote: Remote
    committer: str

    def merge(self, branch: str) -> str:
        """The merge commit."""
        return self._onto_main(branch, "-p", "main", "-p", branch)

    def squash(self, branch: str, *, message: str = "") -> str:
        """The one commit, with the branch's messages as hosts propose them, or with another."""
        return self._onto_main(branch, "-p", "main", message=message)

    def fast_forward(self, branch: str) -> str:
        self.remote.git("update-ref", "refs/heads/main", self.tip(branch))
        return self.tip("main")

    def close(self, branch: str) -> None:
        self.delete(branch)

    def delete(self, branch: str) -> None:
        self.remote.git("update-ref", "-d", f"refs/heads/{branch}")

    def push(self, branch: str, path: str, text: str) -> str:
        """Somebody's commit on top of the branch."""
        index = self.remote.folder.with_name("people-index")
        index.unlink(missing_ok=True)
        self.remote.git("read-tree", branch, index=index)
        blob = self.remote.git("hash-object", "-w", "--stdin", given=text)
        self.remote.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", index=index)
        tree = self.remote.git("write-tree", index=index)
        commit = self.remote.git("commit-tree", tree, "-p", branch, "-m", "Mend the words")
        self.remote.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def agree(self, branch: str, account: str) -> None:
        """Somebody approves of the review as it stands; a plain repository has none."""

    def say(self, commit: str, context: str, state: str, said: str = "") -> None:
        """Somebody leaves a status on the commit, in our words for its state; a plain repository has none."""

    def tip(self, branch: str) -> str:
        return self.remote.git("rev-parse", "--verify", f"refs/heads/{branch}")

    def branches(self) -> list[str]:
        return self.remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split()

    def commits(self, branch: str) -> list[str]:
        """Subjects of what the branch has over main."""
        return self.remote.git("log", "--format=%s", f"main..{branch}").splitlines()

    def people_of(self, branch: str) -> str:
        return self.remote.git("log", "-1", "--format=%an <%ae> / %cn <%ce>", branch)

    def merges(self) -> list[str]:
        """Subjects of the base branch's own commits, oldest first."""
        return self.remote.git("log", "--reverse", "--first-parent", "--format=%s", "main").splitlines()

    def files(self, branch: str) -> dict[str, str]:
        names = self.remote.git("ls-tree", "-r", "--name-only", branch).splitlines()
        return {name: self.remote.git("cat-file", "blob", f"{branch}:{name}") for name in names}

    def opened(self, branch: str) -> int:
        """How many proposals wait for review."""
        return int(branch in self.branches())

    def _onto_main(self, branch: str, *parents: str, message: str = "") -> str:
        index = self.remote.folder.with_name("merge-index")
        index.unlink(missing_ok=True)
        begin = self.remote.git("merge-base", "main", branch)
        self.remote.git("read-tree", "-i", "-m", "--aggressive", begin, "main", branch, index=index)
        tree = self.remote.git("write-tree", index=index)
        said = message or self.remote.git("log", "--format=%B", f"main..{branch}")
        commit = self.remote.git("commit-tree", tree, *parents, "-m", f"Merge {branch}\n\n{said}")
        self.remote.git("update-ref", "refs/heads/main", commit)
        return commit
