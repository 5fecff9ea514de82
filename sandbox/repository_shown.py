"""A repository as the page shows it: what was put on its base and how, and what waits beside it. Reads only."""

from functools import lru_cache

from sandbox.model import Json
from sandbox.repository import BareRepository

COMMITS = 12  # of the base, newest first
LONGEST = 6_000  # characters of one diff
_FORM = "%H%x1f%an%x1f%s%x1f%P"


def shown(repository: BareRepository) -> Json:
    """The base's last commits and the branches that wait, each with its diff."""
    newest = repository.log(f"{repository.base}", _FORM, most=COMMITS)
    return {
        "base": repository.base,
        "folder": str(repository.folder),
        "commits": [_commit(repository, line) for line in newest],
        "waiting": [_waiting(repository, branch) for branch in repository.unmerged()],
    }


def _commit(repository: BareRepository, line: str) -> Json:
    revision, author, subject, parents = line.split("\x1f")
    before = parents.split()
    diff = _diff(repository, before[0], revision) if before else ""
    about = {"revision": revision[:7], "author": author, "subject": subject}
    return about | {"is_merge": len(before) > 1, "diff": diff}


def _waiting(repository: BareRepository, branch: str) -> Json:
    revision, author, subject, _ = repository.log(branch, _FORM, most=1)[0].split("\x1f")
    fork = repository.fork(branch)
    return {"branch": branch, "author": author, "subject": subject, "diff": _diff(repository, fork, revision)}


@lru_cache(maxsize=200)  # what stands between two revisions never changes, and the page asks every second
def _diff(repository: BareRepository, before: str, after: str) -> str:
    told = repository.diff(before, after)
    return told if len(told) <= LONGEST else f"{told[:LONGEST]}\n… and more"
