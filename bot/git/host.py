"""What a Git host can do for us: read a file, propose a change for review, and say what became of it.

The Protocol that the plain repository, GitHub and GitLab share. Nothing here merges.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class Author:
    """Whose change it is, as Git writes it."""

    name: str
    email: str


@dataclass(frozen=True)
class Proposal:
    """A change for review. `branch` is named for the request, so that a second try finds what the first one made.

    `files` holds the whole new content by path; None takes the file away.
    """

    branch: str
    title: str
    body: str
    files: Mapping[str, str | None]
    author: Author | None = None  # None: the bot
    labels: tuple[str, ...] = field(default=())


class Review(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"  # without being merged
    UNKNOWN = "unknown"  # there is no such proposal


@dataclass(frozen=True)
class Standing:
    """What became of a proposal. `url` is "" where the host has no pages; `revision` is the commit that merged it."""

    review: Review
    url: str = ""
    number: str = ""
    revision: str = ""


class GitHost(Protocol):
    """Raises GitFailed, its text free of credentials, when the host cannot be reached or refuses."""

    async def read_file(self, path: str) -> str | None:
        """The file as it stands on the base branch now; None when there is none."""

    async def propose(self, proposal: Proposal) -> Standing:
        """Opens it for review, or adopts what an earlier try left: branch, commit, pull request. Done once."""

    async def look_up(self, branch: str) -> Standing:
        """What became of the proposal on this branch."""
