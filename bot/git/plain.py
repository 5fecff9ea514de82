"""A repository that has a Git address and nothing more: a proposal is a branch with one commit, pushed.

Works in a mirror of our own (see `bot.git.plumbing`): no hooks, no configuration of the machine. Has no pages, no pull
requests and no accounts, so what became of a proposal is read off the branches, and nobody can agree to one there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import GitFailed
from bot.git.address import is_revision, read_branch
from bot.git.host import Author, CommitStatus, Proposal, Review, Standing
from bot.git.plumbing import Plumbing
from bot.git.proposals import check_expected, checked, commit_message, read_file_path
from bot.git.repository import Repository

DEPTH = 500  # commits of the base branch in which a merge is looked for; our poll is far quicker than as many merges
TRIES = 2  # of a merge, when the base moves between our look and our push

_BASE, _PROPOSED = "refs/mentor/base", "refs/mentor/proposed"


@dataclass(frozen=True)
class _Seen:
    """Where the base branch and the proposal's branch stand at the remote; None: there is no such branch."""

    base: str
    proposed: str | None


@dataclass(frozen=True)
class PlainHost:
    """`repository` is a mirror for this alone, `branch` the base ("" the remote's default), `bot` who commits."""

    repository: Repository
    branch: str
    bot: Author

    @property
    def has_reviews(self) -> bool:
        return False

    async def read_file(self, path: str) -> str | None:
        read_file_path(path)
        async with self.repository.alone():
            base = (await self._fetch(None)).base
            entry = (await self._plumbing.entries(base, [path])).get(path)
            return await self._plumbing.read(entry, path) if entry else None

    async def propose(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        async with self.repository.alone():
            seen = await self._fetch(change.branch)
            standing = await self._standing(seen, change)
            if standing.review is not Review.CLOSED:
                return standing
            if seen.proposed:
                raise GitFailed(
                    f"{self.repository.address} has a branch {change.branch} with something else on it; "
                    "rename or delete it, and it is tried again."
                )
            await self._push_branch(await self._commit(seen.base, change), change)
            return Standing(Review.OPEN)

    async def look_up(self, proposal: Proposal) -> Standing:
        change = checked(proposal)
        async with self.repository.alone():
            return await self._standing(await self._fetch(change.branch), change)

    async def merge(self, proposal: Proposal) -> Standing:
        """By a merge commit of ours on the base's tip."""
        change = checked(proposal)
        async with self.repository.alone():
            seen = await self._fetch(change.branch)
            for tries_left in reversed(range(TRIES)):
                standing = await self._standing(seen, change)
                if standing.review is not Review.OPEN or not seen.proposed:
                    return standing
                merge = await self._merge_commit(seen.base, seen.proposed, change)
                try:
                    await self._push(merge, await self._base_ref(), lease=seen.base)
                    return Standing(Review.MERGED, revision=merge)
                except GitFailed:  # maybe only the reply was lost, or somebody else was first
                    before, seen = seen, await self._fetch(change.branch)
                    is_merged = (await self._standing(seen, change)).review is Review.MERGED
                    if not is_merged and (seen.base == before.base or not tries_left):
                        raise
            return await self._standing(seen, change)

    async def reviewers(self, proposal: Proposal) -> frozenset[str]:
        return frozenset()

    async def contains(self, revision: str, commit: str) -> bool:
        if not (is_revision(revision) and is_revision(commit)):
            return False
        async with self.repository.alone():
            await self._fetch(None)
            answer = await self._plumbing.comes_after(revision, commit)
        if answer is None:
            raise GitFailed(
                f"{commit[:12]} is further back in {self.repository.address} than the {DEPTH} commits that are looked "
                "at, so whether a later revision holds it cannot be told; look there."
            )
        return answer

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        return ()

    async def author_of(self, account: str) -> Author | None:
        return None

    async def _standing(self, seen: _Seen, change: Proposal) -> Standing:
        """Closed also when the branch is not there yet."""
        here = self._plumbing
        if ours := await here.signed(seen.base, change.branch):
            return Standing(Review.MERGED, revision=await here.merge_of(ours, seen.base))
        if await here.holds(seen.base, change.files):
            return Standing(Review.MERGED, revision=seen.base)
        if seen.proposed is None:
            return Standing(Review.CLOSED)
        is_ours = await here.signed(seen.proposed, change.branch) or await here.holds(seen.proposed, change.files)
        return Standing(Review.OPEN if is_ours else Review.CLOSED)

    async def _commit(self, base: str, change: Proposal) -> str:
        there = await self._plumbing.entries(base, list(change.expects or ()))
        check_expected(change, {path: await self._plumbing.sha1(entry, path) for path, entry in there.items()})
        tree = await self._plumbing.tree(base, change.files)
        if undeclared := await self._plumbing.undeclared(base, tree, change.files):
            raise GitFailed(f"The proposal would change {undeclared!r} too, which it does not name.")
        author = change.author or self.bot
        return await self._plumbing.commit(tree, [base], commit_message(change), author=author, bot=self.bot)

    async def _merge_commit(self, base: str, proposed: str, change: Proposal) -> str:
        """GitFailed where people must decide: what was agreed to is the proposal and nothing else."""
        here, where = self._plumbing, f"{change.branch} at {self.repository.address}"
        start = await here.merge_base(base, proposed)
        if not start:
            raise GitFailed(f"{where} begins more than {DEPTH} commits ago; merge it by hand.")
        if not await here.holds(proposed, change.files) or await here.undeclared(start, proposed, change.files):
            raise GitFailed(f"{where} is no longer as it was proposed; look at it, and merge it by hand.")
        tree, conflicts = await here.merged_tree(base, proposed)
        if conflicts:
            raise GitFailed(f"{where} conflicts with its base in {conflicts[0]}; merge it by hand.")
        if undeclared := await here.undeclared(base, tree, change.files):
            raise GitFailed(f"Merging {where} would change {undeclared!r} too; merge it by hand.")
        message = f"Merge branch '{change.branch}'\n\n{change.title}\n"
        return await here.commit(tree, [base, proposed], message, author=self.bot, bot=self.bot)

    async def _push_branch(self, commit: str, change: Proposal) -> None:
        """Makes the branch, or adopts one that appeared since we looked; never moves one that is there."""
        try:
            await self._push(commit, f"refs/heads/{change.branch}", lease="")
        except GitFailed:  # maybe only the reply was lost, or another process was first
            standing = await self._standing(await self._fetch(change.branch), change)
            if standing.review is Review.CLOSED:
                raise

    async def _push(self, commit: str, ref: str, *, lease: str) -> None:
        """On the condition that the ref stands where the lease says; "" is that there is none."""
        await self._git_there(
            "push", "--quiet", "--no-verify", f"--force-with-lease={ref}:{lease}", "--",
            self.repository.address.url, f"{commit}:{ref}",
        )  # fmt: skip

    async def _base_ref(self) -> str:
        if self.branch:
            return f"refs/heads/{read_branch(self.branch)}"
        printed = await self._git_there("ls-remote", "--symref", "--", self.repository.address.url, "HEAD")
        for line in printed.decode().splitlines():
            if line.startswith("ref: refs/heads/") and line.endswith("\tHEAD"):
                return line.removeprefix("ref: ").removesuffix("\tHEAD")
        raise GitFailed(f"{self.repository.address} does not say its default branch; name it.")

    async def _fetch(self, branch: str | None) -> _Seen:
        """Brings the newest state of the base and, where there is one, of the branch."""
        base = f"refs/heads/{read_branch(self.branch)}" if self.branch else "HEAD"
        wanted = f"refs/heads/{read_branch(branch)}" if branch else ""
        address = self.repository.address.url
        printed = await self._git_there("ls-remote", "--", address, base, *filter(None, [wanted]))
        there = {line.partition("\t")[2] for line in printed.decode().splitlines()}
        if base not in there:
            what = f"no branch {self.branch}" if self.branch else "no default branch; push a first commit"
            raise GitFailed(f"{self.repository.address} has {what}.")
        refspecs = [f"+{base}:{_BASE}", *([f"+{wanted}:{_PROPOSED}"] if wanted in there else [])]
        await self._git_there(
            "fetch", f"--depth={DEPTH}", "--no-tags", "--no-write-fetch-head", "--quiet", "--", address, *refspecs
        )
        here = self._plumbing
        return _Seen(await here.revision(_BASE), await here.revision(_PROPOSED) if wanted in there else None)

    async def _git_there(self, *arguments: str) -> bytes:
        repository = self.repository
        return await repository.git.run(*arguments, repository=repository.path, remote=repository.address)

    @property
    def _plumbing(self) -> Plumbing:
        return Plumbing(self.repository)
