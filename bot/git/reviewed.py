"""A host with pages for review: how a proposal is opened, adopted, merged and followed, the same at GitHub and GitLab.

Looks first and makes only what is missing, so that a try after any failure ends with one branch, one review and one
merge.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.errors import GitBusy, GitFailed
from bot.git.address import is_revision
from bot.git.host import Author, CommitStatus, Proposal, Review, Standing
from bot.git.proposals import (
    MAX_FILE_BYTES,
    blob_id,
    check_expected,
    checked,
    is_signed,
    read_content,
    read_file_path,
)

FILE_MODES = ("100644", "100755")
FOLDER_MODE = "040000"
LATER = 20  # commits after the one asked for whose statuses are read: each is a call


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

    async def merge(self, standing: Standing, head: str, change: Proposal) -> Standing:
        """Merges the open review if it still stands at this commit. GitFailed also when it is merged by now."""

    async def reviewers(self, standing: Standing, branch: str) -> frozenset[str]:
        """The accounts that agreed to the newest state of the review of the branch."""

    async def merge_base(self, one: str, other: str) -> str | None:
        """The newest commit that both come from; None when there is none, or the host does not know one of them."""

    async def trunk(self, tip: str, most: int) -> Sequence[str]:
        """The commits that the branch stood on, newest first, from this one: of a merge, those of the first parent."""

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        """The newest of each context; empty also when the host does not know the commit."""

    async def author_of(self, account: str) -> Author | None:
        """As whom the account's commits are shown; None when there is none."""


@dataclass(frozen=True)
class ReviewedHost:
    """A GitHost over one host's pages."""

    pages: Pages

    @property
    def has_reviews(self) -> bool:
        return True

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

    async def merge(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        standing = await self.look_up(proposal)
        if standing.review is not Review.OPEN:
            return standing
        head = await self._agreed_head(change, standing)
        try:
            return await self.pages.merge(standing, head, change)
        except GitBusy:
            raise
        except GitFailed as error:  # maybe only the reply was lost, or another process was first
            now = await self.look_up(proposal)
            if now.review is Review.OPEN:
                raise GitFailed(f"{standing.url} is not merged. {error}") from error
            return now

    async def reviewers(self, proposal: Proposal) -> frozenset[str]:
        change = checked(proposal)
        found = await self.pages.find(change.branch, await self.pages.base())
        return await self.pages.reviewers(found, change.branch) if found else frozenset()

    async def contains(self, revision: str, commit: str) -> bool:
        if not (is_revision(revision) and is_revision(commit)):
            return False
        return await self.pages.merge_base(revision, commit) == commit

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        if not is_revision(commit):
            return ()
        commits = [*await self._later(commit), commit]
        return tuple([status for one in commits for status in await self.pages.statuses(one)])

    async def author_of(self, account: str) -> Author | None:
        return await self.pages.author_of(account)

    async def _later(self, commit: str) -> Sequence[str]:
        """The newest commits of the base branch that come after this one, newest first."""
        trunk = await self.pages.trunk(await self._tip(await self.pages.base()), LATER + 1)
        if commit in trunk:
            return trunk[: trunk.index(commit)]
        newest = trunk[:LATER]
        if await self.contains(newest[-1], commit):  # then the newer ones do as well
            return newest
        after = 0
        while after < len(newest) and await self.contains(newest[after], commit):
            after += 1
        return newest[:after]

    async def _agreed_head(self, change: Proposal, standing: Standing) -> str:
        """The commit to merge. GitFailed where it is not what was proposed: that alone was agreed to."""
        head = await self.pages.tip(change.branch)
        start = await self.pages.merge_base(await self._tip(await self.pages.base()), head) if head else None
        if (
            head is None
            or start is None
            or not _holds(await self._entries(head, change.files), change.files, like=head)
            or await undeclared(self.pages, Folder(start), Folder(head), change.files)
        ):
            raise GitFailed(f"{standing.url} is no longer as it was proposed; look at it, and merge it there.")
        return head

    async def _makes_branch(self, tip: str, change: Proposal, there: Mapping[str, Entry]) -> bool:
        """False when there is one by now: only the reply was lost, or another process was first.

        That is seen by looking, for the words and the status of a refusal differ between versions and languages.
        """
        _check_may_change(there, change.files)
        expected = await self._entries(tip, dict(change.expects or {}))
        check_expected(change, {path: entry.object_id for path, entry in expected.items()})
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


async def undeclared(pages: Pages, old: Folder | None, new: Folder | None, declared: Collection[str]) -> str:
    """A path that differs between the two and is not declared; "" when there is none.

    Opens only the folders that a declared path leads through: all others must be the same.
    """
    before = await pages.folder(old) if old else {}
    after = await pages.folder(new) if new else {}
    here = (new or old or Folder("")).path
    for name in sorted(before.keys() | after.keys()):
        was, now, path = before.get(name), after.get(name), f"{here}/{name}" if here else name
        if was == now or path in declared:
            continue
        leads_on = any(one.startswith(f"{path}/") for one in declared)
        if not leads_on or not all(entry.is_folder for entry in (was, now) if entry):
            return path
        old_folder = Folder(old.commit, path, was.object_id) if old and was else None
        new_folder = Folder(new.commit, path, now.object_id) if new and now else None
        if found := await undeclared(pages, old_folder, new_folder, declared):
            return found
    return ""


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
