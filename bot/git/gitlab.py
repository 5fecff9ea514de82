"""GitLab's pages, by its REST API: one call makes branch and commit, merge requests are for review.

GitLab sets the committer to whom the token belongs. Merges only when told to, and deletes nothing.
"""

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from bot.config import Secret
from bot.errors import GitFailed
from bot.git.accounts import gitlab_author, is_gitlab_account
from bot.git.host import Author, CommitStatus, Proposal, Review, Standing
from bot.git.proposals import commit_message
from bot.git.rest import Query, Reply, Rest
from bot.git.reviewed import Entry, Folder

MAX_PAGES = 100  # of a hundred entries each
REFUSALS = (401, 405, 406, 409, 422)  # of a merge
STATES = {"success": "success", "failed": "failure", "canceled": "error"}  # all else is not decided yet


@dataclass(frozen=True)
class Token:
    """A personal, group or project access token with the scope `api`."""

    value: Secret

    async def headers(self) -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": self.value.value}


@dataclass(frozen=True)
class GitLab:
    """`project` is its whole path; `branch` "" is the default branch; `bot` is the author where nobody else is."""

    rest: Rest
    credentials: Token
    project: str
    branch: str
    bot: Author

    async def base(self) -> str:
        if self.branch:
            return self.branch
        branch = (await self._call("GET", "")).body["default_branch"]
        if not branch:
            raise GitFailed("The repository has no default branch; push a first commit.")
        return str(branch)

    async def tip(self, branch: str) -> str | None:
        reply = await self._call("GET", f"/repository/branches/{quote(branch, safe='')}", expected=(404,))
        return str(reply.body["commit"]["id"]) if reply.status == 200 else None

    async def folder(self, folder: Folder) -> Mapping[str, Entry]:
        query = {"ref": folder.commit, "path": folder.path}
        entries = await self._all("/repository/tree", query, f"entries in the folder {folder.path or '/'}")
        return {entry["name"]: Entry(entry["mode"], entry["id"]) for entry in entries}

    async def blob(self, object_id: str) -> bytes:
        return b64decode((await self._call("GET", f"/repository/blobs/{object_id}")).body["content"])

    async def messages(self, branch: str) -> list[str]:
        query = {"ref_name": branch, "per_page": "100"}
        return [commit["message"] for commit in (await self._call("GET", "/repository/commits", query=query)).body]

    async def make_branch(self, base: str, change: Proposal, there: Mapping[str, Entry]) -> None:
        author = change.author or self.bot
        commit = {
            "branch": change.branch,
            "start_sha": base,
            "commit_message": commit_message(change),
            "author_name": author.name,
            "author_email": author.email,
            "actions": _actions(change.files, there),
        }
        await self._call("POST", "/repository/commits", body=commit)

    async def find(self, branch: str, base: str) -> Standing | None:
        query = {"source_branch": branch, "target_branch": base, "state": "all", "per_page": "100"}
        found = (await self._call("GET", "/merge_requests", query=query)).body
        standings = [_standing(one) for one in found if one["source_project_id"] == one["target_project_id"]]
        order = (Review.OPEN, Review.MERGED, Review.CLOSED)
        return min(standings, key=lambda one: (order.index(one.review), -int(one.number)), default=None)

    async def open(self, change: Proposal, base: str) -> Standing:
        request = {
            "source_branch": change.branch,
            "target_branch": base,
            "title": change.title,
            "description": change.body,
            "labels": ",".join(change.labels),
        }
        return _standing((await self._call("POST", "/merge_requests", body=request)).body)

    async def label(self, standing: Standing, change: Proposal) -> None:
        body = {"add_labels": ",".join(change.labels)}
        await self._call("PUT", f"/merge_requests/{standing.number}", body=body)

    async def merge(self, standing: Standing, head: str, change: Proposal) -> Standing:
        path = f"/merge_requests/{standing.number}"
        reply = await self._call("PUT", f"{path}/merge", body={"sha": head}, expected=REFUSALS)
        if reply.status == 401:
            raise GitFailed("The account of GITLAB_TOKEN may not merge there; let it, or merge it by hand.")
        if reply.status == 409:
            raise GitFailed("GitLab has seen a newer commit on it; it is looked at and tried again.")
        if reply.status in REFUSALS:
            now = (await self._call("GET", path)).body
            why = str(now.get("detailed_merge_status", "no reason given")).replace("_", " ")
            raise GitFailed(f"GitLab does not let it be merged ({reply.status}): {why}.")
        if reply.body.get("merge_error"):
            raise GitFailed("GitLab began to merge it and failed; its page says why.")
        return _standing(reply.body)

    async def reviewers(self, standing: Standing, branch: str) -> frozenset[str]:
        path = f"/merge_requests/{standing.number}"
        approvals = (await self._call("GET", f"{path}/approvals")).body["approved_by"]
        if not approvals:
            return frozenset()
        versions = await self._all(f"{path}/versions", {}, "versions of a merge request")
        if not versions or await self.tip(branch) not in (None, versions[0]["head_commit_sha"]):
            raise GitFailed(f"GitLab has not read the newest commit of {standing.url} yet; it is tried again.")
        agreed = [one for one in approvals if len(versions) == 1 or _came_after(one, versions[0], standing)]
        return frozenset(one["user"]["username"] for one in agreed)

    async def merge_base(self, one: str, other: str) -> str | None:
        # 400: it does not know one of them; 404: nothing in common, or no such repository
        query = (("refs[]", one), ("refs[]", other))
        reply = await self._call("GET", "/repository/merge_base", query=query, expected=(400, 404))
        if reply.status == 200:
            return str(reply.body["id"])
        await self._call("GET", "")
        return None

    async def trunk(self, tip: str, most: int) -> Sequence[str]:
        query = {"ref_name": tip, "first_parent": "true", "per_page": str(most)}
        return [commit["id"] for commit in (await self._call("GET", "/repository/commits", query=query)).body]

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        """Those that GitLab's own jobs left as well, by their names."""
        path = f"/repository/commits/{commit}/statuses"
        found = await self._all(path, {}, "statuses of a commit", nothing=(404,))  # it does not know the commit
        newest = {one["name"]: one for one in sorted(found, key=lambda one: int(one["id"]))}
        return [_status(commit, one) for one in newest.values()]

    async def author_of(self, account: str) -> Author | None:
        if not is_gitlab_account(account):
            return None
        users = (await self.rest.call("GET", "/users", self.credentials, query={"username": account})).body
        user = next((one for one in users if one["username"].casefold() == account.casefold()), None)
        return gitlab_author(user, self.rest.url) if user else None

    async def _all(self, path: str, query: Mapping[str, str], what: str, *, nothing: Collection[int] = ()) -> list[Any]:
        """What all pages hold; `nothing` are the replies that stand for none."""
        found: list[Any] = []
        page = "1"
        for _ in range(MAX_PAGES):
            reply = await self._call("GET", path, query={**query, "per_page": "100", "page": page}, expected=nothing)
            if reply.status in nothing:
                return []
            found += reply.body
            page = reply.headers.get("X-Next-Page", "")
            if not page:
                return found
        raise GitFailed(f"There are more than {MAX_PAGES * 100} {what}.")

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        expected: Collection[int] = (),
    ) -> Reply:
        place = f"/projects/{quote(self.project, safe='')}{path}"
        return await self.rest.call(method, place, self.credentials, query=query, body=body, expected=expected)


def _actions(files: Mapping[str, str | None], there: Mapping[str, Entry]) -> list[dict[str, str]]:
    """What the commit does to each file; GitLab keeps the mode of one that is there."""
    actions = []
    for path, content in files.items():
        is_there = path in there and not there[path].is_folder
        if content is not None:
            actions.append({"action": "update" if is_there else "create", "file_path": path, "content": content})
        elif is_there:
            actions.append({"action": "delete", "file_path": path})
    return actions


def _came_after(approval: Mapping[str, Any], version: Mapping[str, Any], standing: Standing) -> bool:
    """Whether it is of this version, which is not the first."""
    at = approval.get("approved_at")
    if not at:
        raise GitFailed(
            f"{standing.url} was changed after it opened, and this GitLab is too old to say which state was agreed to; "
            "update GitLab, or merge it there."
        )
    return datetime.fromisoformat(at) > datetime.fromisoformat(version["created_at"])


def _status(commit: str, said: Mapping[str, Any]) -> CommitStatus:
    at = datetime.fromisoformat(said["finished_at"] or said["started_at"] or said["created_at"])
    return CommitStatus(commit, said["name"], STATES.get(said["status"], "pending"), said["description"] or "", at)


def _standing(found: Mapping[str, Any]) -> Standing:
    url, number = found["web_url"], str(found["iid"])
    match found["state"]:
        case "merged":
            revision = found["merge_commit_sha"] or found["squash_commit_sha"] or found["sha"] or ""
            return Standing(Review.MERGED, url, number, revision)
        case "closed":
            return Standing(Review.CLOSED, url, number)
    return Standing(Review.OPEN, url, number)  # also while it is being merged: "locked"
