"""GitHub's pages, by its REST API: branches and commits by its Git database, pull requests for review.

Works with GitHub Enterprise as well. Merges only when told to, and deletes nothing. What is said of a commit is read
from its statuses, as Argo CD and Flux write them; check runs are not read.
"""

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.config import Secret
from bot.errors import GitFailed
from bot.git.accounts import github_author, is_github_account
from bot.git.host import Author, CommitStatus, Proposal, Review, Standing
from bot.git.proposals import commit_message
from bot.git.rest import Credentials, Query, Reply, Rest
from bot.git.reviewed import Entry, Folder, undeclared

API_VERSION = "2022-11-28"
PAGE = 100
MAX_PAGES = 10  # of reviews, and of contexts at one commit

# How a review is merged, and what the repository must allow for it: the first that it does.
METHODS = (("merge", "allow_merge_commit"), ("squash", "allow_squash_merge"), ("rebase", "allow_rebase_merge"))
OPINIONS = ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")  # a comment leaves the opinion before it standing


@dataclass(frozen=True)
class Token:
    """A personal, fine-grained or installation token."""

    value: Secret

    async def headers(self) -> Mapping[str, str]:
        return headers(self.value)


def headers(token: Secret) -> Mapping[str, str]:
    return {
        "Authorization": f"Bearer {token.value}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": API_VERSION,
    }


@dataclass(frozen=True)
class GitHub:
    """`branch` "" is the default branch; `bot` is who commits."""

    rest: Rest
    credentials: Credentials
    owner: str
    name: str
    branch: str
    bot: Author

    async def base(self) -> str:
        return self.branch or str((await self._call("GET", "")).body["default_branch"])

    async def tip(self, branch: str) -> str | None:
        # 409: a repository without any commit
        reply = await self._call("GET", f"/git/ref/heads/{quote(branch)}", expected=(404, 409))
        return str(reply.body["object"]["sha"]) if reply.status == 200 else None

    async def folder(self, folder: Folder) -> Mapping[str, Entry]:
        return await self._tree(folder.tree or await self._tree_of(folder.commit))

    async def blob(self, object_id: str) -> bytes:
        return b64decode((await self._call("GET", f"/git/blobs/{object_id}")).body["content"])

    async def messages(self, branch: str) -> list[str]:
        commits = (await self._call("GET", "/commits", query={"sha": branch, "per_page": "100"})).body
        return [commit["commit"]["message"] for commit in commits]

    async def make_branch(self, base: str, change: Proposal, there: Mapping[str, Entry]) -> None:
        old = await self._tree_of(base)
        tree = {"base_tree": old, "tree": _entries(change.files, there)}
        made = str((await self._call("POST", "/git/trees", body=tree)).body["sha"])
        if other := await undeclared(self, Folder("", tree=old), Folder("", tree=made), change.files):
            raise GitFailed(f"The proposal would change {other!r} too, which it does not name.")
        author = change.author or self.bot
        commit = {
            "message": commit_message(change),
            "tree": made,
            "parents": [base],
            "author": {"name": author.name, "email": author.email},
            "committer": {"name": self.bot.name, "email": self.bot.email},
        }
        revision = (await self._call("POST", "/git/commits", body=commit)).body["sha"]
        await self._call("POST", "/git/refs", body={"ref": f"refs/heads/{change.branch}", "sha": revision})

    async def find(self, branch: str, base: str) -> Standing | None:
        query = {"head": f"{self.owner}:{branch}", "base": base, "state": "all", "per_page": "100"}
        pulls = (await self._call("GET", "/pulls", query=query)).body
        standings = [_standing(pull) for pull in pulls if self._is_from_here(pull)]
        order = (Review.OPEN, Review.MERGED, Review.CLOSED)
        return min(standings, key=lambda one: (order.index(one.review), -int(one.number)), default=None)

    async def open(self, change: Proposal, base: str) -> Standing:
        pull = {"title": change.title, "body": change.body, "head": change.branch, "base": base}
        return _standing((await self._call("POST", "/pulls", body=pull)).body)

    async def label(self, standing: Standing, change: Proposal) -> None:
        await self._call("POST", f"/issues/{standing.number}/labels", body={"labels": list(change.labels)})

    async def merge(self, standing: Standing, head: str, change: Proposal) -> Standing:
        method = await self._method()
        wanted = {"sha": head, "merge_method": method}
        if method == "squash":  # in our words, for a repository may drop the commit's
            title, _, message = commit_message(change).partition("\n\n")
            wanted |= {"commit_title": title, "commit_message": message}
        merged = (await self._call("PUT", f"/pulls/{standing.number}/merge", body=wanted)).body
        return Standing(Review.MERGED, standing.url, standing.number, merged["sha"])

    async def reviewers(self, standing: Standing, branch: str) -> frozenset[str]:
        head = (await self._call("GET", f"/pulls/{standing.number}")).body["head"]["sha"]
        reviews = await self._reviews(standing.number)
        latest = {one["user"]["login"]: one for one in reviews if one["user"] and one["state"] in OPINIONS}
        return frozenset(
            login for login, one in latest.items() if one["state"] == "APPROVED" and one["commit_id"] == head
        )

    async def merge_base(self, one: str, other: str) -> str | None:
        reply = await self._call("GET", f"/compare/{one}...{other}", query={"per_page": "1"}, expected=(404,))
        if reply.status == 200:
            return str(reply.body["merge_base_commit"]["sha"])
        await self._call("GET", "")  # it is the commit that is not known, not the repository
        return None

    async def trunk(self, tip: str, most: int) -> Sequence[str]:
        parents: dict[str, str] = {}
        commits: list[str] = []
        at = tip
        while at and len(commits) < most:
            if at not in parents:
                parents |= {at: "", **await self._parents_of(at)}
            commits.append(at)
            at = parents[at]
        return commits

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        found: list[CommitStatus] = []
        for page in range(1, MAX_PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page)}
            reply = await self._call("GET", f"/commits/{commit}/status", query=query, expected=(404, 422))
            if reply.status != 200:  # it does not know the commit
                return ()
            found += [_status(commit, one) for one in reply.body["statuses"]]
            if len(reply.body["statuses"]) < PAGE:
                return found
        raise GitFailed(f"{commit[:12]} has statuses of more than {MAX_PAGES * PAGE} contexts; too many are read.")

    async def author_of(self, account: str) -> Author | None:
        if not is_github_account(account):
            return None
        reply = await self.rest.call("GET", f"/users/{account}", self.credentials, expected=(404,))
        is_person = reply.status == 200 and reply.body["type"] == "User"
        return github_author(reply.body, self.rest.url) if is_person else None

    async def _tree_of(self, commit: str) -> str:
        return str((await self._call("GET", f"/git/commits/{commit}")).body["tree"]["sha"])

    async def _tree(self, tree: str) -> Mapping[str, Entry]:
        body = (await self._call("GET", f"/git/trees/{tree}")).body
        if body["truncated"]:
            raise GitFailed("A folder on the way has more files than GitHub lists.")
        return {entry["path"]: Entry(entry["mode"], entry["sha"]) for entry in body["tree"]}

    async def _parents_of(self, commit: str) -> dict[str, str]:
        """The first parent of the commit and of many before it; "" where there is none."""
        query = {"sha": commit, "per_page": str(PAGE)}
        commits = (await self._call("GET", "/commits", query=query)).body
        return {one["sha"]: next((parent["sha"] for parent in one["parents"]), "") for one in commits}

    async def _method(self) -> str:
        repository = (await self._call("GET", "")).body
        return next((method for method, allowed in METHODS if repository.get(allowed, True)), "merge")

    async def _reviews(self, number: str) -> list[Mapping[str, Any]]:
        reviews: list[Mapping[str, Any]] = []
        for page in range(1, MAX_PAGES + 1):
            query = {"per_page": str(PAGE), "page": str(page)}
            found = (await self._call("GET", f"/pulls/{number}/reviews", query=query)).body
            reviews += found
            if len(found) < PAGE:
                return reviews
        raise GitFailed(f"Pull request {number} has more than {MAX_PAGES * PAGE} reviews; look at it there.")

    def _is_from_here(self, pull: Mapping[str, Any]) -> bool:
        """Not from a fork of the same owner; the head's repository is None when such a fork is gone."""
        repository = pull["head"]["repo"]
        return repository is not None and repository["full_name"].lower() == f"{self.owner}/{self.name}".lower()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        expected: Collection[int] = (),
    ) -> Reply:
        place = f"/repos/{quote(self.owner, safe='')}/{quote(self.name, safe='')}{path}"
        return await self.rest.call(method, place, self.credentials, query=query, body=body, expected=expected)


def _entries(files: Mapping[str, str | None], there: Mapping[str, Entry]) -> list[dict[str, str | None]]:
    """What the new tree has besides the base's; a file that is there keeps its mode."""
    entries: list[dict[str, str | None]] = []
    for path, content in files.items():
        mode = there[path].mode if path in there else "100644"
        if content is not None:
            entries.append({"path": path, "mode": mode, "type": "blob", "content": content})
        elif path in there and not there[path].is_folder:
            entries.append({"path": path, "mode": mode, "type": "blob", "sha": None})
    return entries


def _status(commit: str, said: Mapping[str, Any]) -> CommitStatus:
    at = datetime.fromisoformat(said["updated_at"])
    return CommitStatus(commit, said["context"], said["state"], said["description"] or "", at)


def _standing(pull: Mapping[str, Any]) -> Standing:
    if pull["merged_at"]:
        return Standing(Review.MERGED, pull["html_url"], str(pull["number"]), pull["merge_commit_sha"] or "")
    review = Review.OPEN if pull["state"] == "open" else Review.CLOSED
    return Standing(review, pull["html_url"], str(pull["number"]))
