"""What a Git host can do for us: read a file, propose a change for review, and say what became of it.

The Protocol that the plain repository, GitHub and GitLab share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Author:
    """Whose change it is, as Git writes it."""

    name: str
    email: str


@dataclass(frozen=True)
class Proposal:
    """A change for review. `branch` is named for the request and never used for another one, so that a second try,
    and whoever asks later, finds what the first one made.

    `files` holds the whole new content by path; None takes the file away. Nothing else is changed.
    """

    branch: str
    title: str
    body: str
    files: Mapping[str, str | None]
    author: Author | None = None  # None: the bot
    labels: tuple[str, ...] = ()  # where the host has such
    expects: Mapping[str, str | None] | None = None  # the blob (SHA-1) that each path must have, None for no file
    trailers: tuple[tuple[str, str], ...] = ()  # at the commit message's end, such as ("Approved-by", "Maya <…>")


class Review(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"  # without being merged
    UNKNOWN = "unknown"  # there is no such proposal; a plain repository cannot tell this from a closed one


@dataclass(frozen=True)
class Standing:
    """What became of a proposal. `url` and `number` are "" where the host has no pages.

    `revision` is the commit on the base branch from which on the change stands there; "" until it is merged.
    """

    review: Review
    url: str = ""
    number: str = ""
    revision: str = ""


@dataclass(frozen=True)
class CommitStatus:
    """What somebody said of a commit. `state` is success, failure (or an error), or pending."""

    commit: str
    context: str
    state: str
    said: str
    at: datetime


class GitHost(Protocol):
    """One repository and its base branch, at one host.

    Every method raises GitFailed, its text free of credentials, when the host cannot be reached or refuses; GitBusy,
    which is one, when it asks to come back later.
    """

    @property
    def has_reviews(self) -> bool:
        """Whether people can agree to a proposal there; a plain repository has no pages for it."""

    async def read_file(self, path: str) -> str | None:
        """The file as it stands on the base branch now; None when there is none. Of what is no text, GitFailed."""

    async def propose(self, proposal: Proposal) -> Standing:
        """Opens it for review, or adopts what an earlier try left: branch, commit, pull request; then its standing.

        Called again after any failure, there is still one branch, one commit and one pull request. Never pushes over
        anything: people's commits on the branch stay, and a branch of that name that is not ours is GitFailed. When
        the base branch says already what is proposed, nothing is opened, and the standing is merged. GitChanged, and
        nothing is opened, where the base does not hold what the proposal expects there.
        """

    async def look_up(self, proposal: Proposal) -> Standing:
        """What became of it. Merged also means that its files stand on the base as proposed, whoever put them there."""

    async def merge(self, proposal: Proposal) -> Standing:
        """Merges the open review; its standing then. Merged already is no error, closed is its standing.

        GitFailed when the host does not let it be merged, such as for a review or check that it asks for, and when the
        branch is no longer as it was proposed: that alone was agreed to.
        """

    async def reviewers(self, proposal: Proposal) -> frozenset[str]:
        """The accounts that agreed to it at the host, of its newest state; empty where a host has no reviews."""

    async def contains(self, revision: str, commit: str) -> bool:
        """Whether the revision is the commit or comes after it; False for what the host does not know, or is no full
        commit id. GitFailed where the commit is too far back to tell."""

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        """Those of the commit and of what came after it on the base branch, at most the newest 20 commits; empty where
        a host has none. The newest of each commit and context."""

    async def author_of(self, account: str) -> Author | None:
        """As whom the host knows the account's commits; None where it has no accounts, or not this one."""
