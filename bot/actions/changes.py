"""What a request would change in Git, made from what stands there now; and whether that is still what stands there."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.actions.rendering import NotPossible, Rendered, blobs_of, files_of, render
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import GitHost
from bot.storage.requests import RequestRow
from knowledge.actions import GitBackend
from knowledge.repositories import LiveRepository

HostOf = Callable[[LiveRepository], GitHost]


class RepositoryUnknown(GitFailed):
    """The handbook's repositories.yaml does not name this action's repository any more."""


@dataclass(frozen=True)
class Made:
    """A change, and the blobs it was made from."""

    rendered: Rendered
    blobs: Mapping[str, str | None]


class Changes:
    def __init__(self, desk: Desk, host_of: HostOf) -> None:
        self._desk = desk
        self._host_of = host_of

    def repository(self, name: str) -> LiveRepository:
        """Raises RepositoryUnknown."""
        found = self._desk.shelf.library.handbook.repository(name)
        if found is None:
            raise RepositoryUnknown(f"The handbook's repositories.yaml names no repository {name} any more.")
        return found

    def host(self, name: str) -> GitHost:
        return self._host_of(self.repository(name))

    async def make(self, backend: GitBackend, values: Mapping[str, Any]) -> Made | NotPossible:
        """Raises GitFailed when the repository cannot be read."""
        current = await self._read(self.host(backend.repository), files_of(backend, values))
        rendered = await asyncio.to_thread(render, backend, values, current)  # slow on large files
        return rendered if isinstance(rendered, NotPossible) else Made(rendered, blobs_of(current))

    async def are_as_before(self, row: RequestRow) -> bool:
        """Whether what the request touches stands as it did when it was prepared; always where it touches no file."""
        if row.backend != "git" or row.blobs is None:
            return row.backend != "git"
        current = await self._read(self.host(row.entry["backend"]["repository"]), row.blobs)
        return blobs_of(current) == row.blobs

    async def _read(self, host: GitHost, files: Collection[str]) -> dict[str, str | None]:
        paths = list(files)
        return dict(zip(paths, await asyncio.gather(*map(host.read_file, paths)), strict=True))
