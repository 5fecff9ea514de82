"""A host with pages for review: how a proposal is opened, adopted and looked up, the same at GitHub and at GitLab.

Looks first and makes only what is missing, so that a try after any failure ends with one branch and one review.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.errors import GitFailed
from bot.git.host import Proposal, Review, Standing
from bot.git.proposals import MAX_FILE_BYTES, blob_id, checked, is_signed, read_content, read_file_path

FILE_MODES = ("100644", "100755")
FOLDER_MODE = "040000"


@dataclass(frozen=True)
class Entry:
    """What a folder of a commit holds under one name."""

    mode: str
    object_id: str

    @property
    def is_folder(self) -> bool:
        return self.mode == FOLDER_MODE


@dataclass(frozen=True)
class Folder:
    """`tree` is its id, where it is known; hosts name folders by one or the other."""

    commit: str
    path: str = ""
    tree: str = ""


class Pages(Protocol):
    """What one host's API offers for a repository."""

    async def base(self) -> str:
        """The name of the base branch."""

    async def tip(self, branch: str) -> str | None:
        """The commit the branch stands on; None when there is no such branch."""

    async def folder(self, folder: Folder) -> Mapping[str, Entry]:
        """What the folder holds, by name; the top of a commit has no `tree`."""

    async def blob(self, object_id: str) -> bytes:
        """A file's bytes."""

    async def messages(self, branch: str) -> list[str]:
        """What the branch's last commits say, up to a hundred."""

    async def make_branch(self, base: str, change: Proposal, there: Mapping[str, Entry]) -> None:
        """A branch with one commit on the base commit. GitFailed also when a branch of that name is there by now."""

    async def find(self, branch: str, base: str) -> Standing | None:
        """The review of the branch: an open one, else a merged one, else the newest closed one."""

    async def open(self, change: Proposal, base: str) -> Standing:
        """A new review. GitFailed also when an open one is there by now."""

    async def label(self, standing: Standing, change: Proposal) -> None:
        """Adds the labels that it lacks."""


@dataclass(frozen=True)
class ReviewedHost:
    """A GitHost over one host's pages."""

    pages: Pages

    async def read_file(self, path: str) -> str | None:
        read_file_path(path)
        entry = (await self._entries(await self._tip(await self.pages.base()), {path: None})).get(path)
        if entry is None or entry.is_folder:
            return None
        _check_is_file(entry, path)
        raw = await self.pages.blob(entry.object_id)
        if len(raw) > MAX_FILE_BYTES:
            raise GitFailed(f"{path} has {len(raw)} bytes; at most {MAX_FILE_BYTES} are read.")
        return read_content(raw, path)

    async def propose(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        base = await self.pages.base()
        if found := await self.pages.find(change.branch, base):
            return await self._adopted(found, change)
        tip = await self._tip(base)
        there = await self._entries(tip, change.files)
        if _holds(there, change.files, like=tip):
            return Standing(Review.MERGED, revision=tip)
        is_new = await self.pages.tip(change.branch) is None and await self._makes_branch(tip, change, there)
        if not is_new:
            await self._check_is_ours(change)
        return await self._adopted(await self._opened(change, base), change)

    async def look_up(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        base = await self.pages.base()
        found = await self.pages.find(change.branch, base) or Standing(Review.UNKNOWN)
        if found.review in (Review.OPEN, Review.MERGED):
            return found
        tip = await self._tip(base)
        if _holds(await self._entries(tip, change.files), change.files, like=tip):
            return Standing(Review.MERGED, found.url, found.number, tip)
        return found

    async def _makes_branch(self, tip: str, change: Proposal, there: Mapping[str, Entry]) -> bool:
        """False when there is one by now: only the reply was lost, or another process was first.

        That is seen by looking, for the words and the status of a refusal differ between versions and languages.
        """
        _check_may_change(there, change.files)
        try:
            await self.pages.make_branch(tip, change, there)
        except GitFailed:
            if await self.pages.tip(change.branch) is None:
                raise
            return False
        return True

    async def _opened(self, change: Proposal, base: str) -> Standing:
        try:
            return await self.pages.open(change, base)
        except GitFailed:
            found = await self.pages.find(change.branch, base)
            if found is None:
                raise
            return found

    async def _adopted(self, standing: Standing, change: Proposal) -> Standing:
        if standing.review is Review.OPEN and change.labels:
            await self.pages.label(standing, change)
        return standing

    async def _tip(self, base: str) -> str:
        tip = await self.pages.tip(base)
        if tip is None:
            raise GitFailed(f"The repository has no branch {base}.")
        return tip

    async def _check_is_ours(self, change: Proposal) -> None:
        """The branch holds what is proposed, or was begun by us and gone on with by people."""
        tip = await self.pages.tip(change.branch)
        if tip and (
            any(is_signed(message, change.branch) for message in await self.pages.messages(change.branch))
            or _holds(await self._entries(tip, change.files), change.files, like=tip)
        ):
            return
        raise GitFailed(
            f"There is a branch {change.branch} with something else on it; rename or delete it, and it is tried again."
        )

    async def _entries(self, commit: str, files: Mapping[str, object]) -> dict[str, Entry]:
        """What stands at these paths of the commit; what is not there is left out.

        Raises GitFailed when a file stands where a path needs a folder.
        """
        known: dict[str, Mapping[str, Entry]] = {}
        entries = {}
        for path in files:
            folder, parts = Folder(commit), path.split("/")
            for depth, name in enumerate(parts, start=1):
                if folder.path not in known:
                    known[folder.path] = await self.pages.folder(folder)
                entry = known[folder.path].get(name)
                if entry is None:
                    break
                here = "/".join(parts[:depth])
                if depth == len(parts):
                    entries[path] = entry
                elif not entry.is_folder:
                    raise GitFailed(f"{path} cannot be there: {here} is no folder.")
                folder = Folder(commit, here, entry.object_id)
        return entries


def _holds(entries: Mapping[str, Entry], files: Mapping[str, str | None], *, like: str) -> bool:
    """Whether each file stands there as proposed."""
    return all(
        _is_gone(entries.get(path)) if content is None else _is_blob(entries.get(path), blob_id(content, like=like))
        for path, content in files.items()
    )


def _is_gone(entry: Entry | None) -> bool:
    return entry is None or entry.is_folder


def _is_blob(entry: Entry | None, object_id: str) -> bool:
    return entry is not None and entry.mode in FILE_MODES and entry.object_id == object_id


def _check_may_change(there: Mapping[str, Entry], files: Mapping[str, str | None]) -> None:
    for path, content in files.items():
        if path in there and not (content is None and there[path].is_folder):
            _check_is_file(there[path], path)


def _check_is_file(entry: Entry, path: str) -> None:
    if entry.mode not in FILE_MODES:
        raise GitFailed(f"{path} is a folder, a link or a submodule there, not a file; it is left alone.")
