"""GitLab's pages, by its REST API: one call makes branch and commit, merge requests are for review.

GitLab sets the committer to whom the token belongs. Never merges, and deletes nothing.
"""

from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.config import Secret
from bot.errors import GitFailed
from bot.git.host import Author, Proposal, Review, Standing
from bot.git.proposals import commit_message
from bot.git.rest import Reply, Rest
from bot.git.reviewed import Entry, Folder

MAX_PAGES = 100  # of a hundred entries each


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
        entries: dict[str, Entry] = {}
        query = {"ref": folder.commit, "path": folder.path, "per_page": "100", "page": "1"}
        for _ in range(MAX_PAGES):
            reply = await self._call("GET", "/repository/tree", query=query)
            entries.update({entry["name"]: Entry(entry["mode"], entry["id"]) for entry in reply.body})
            query["page"] = reply.headers.get("X-Next-Page", "")
            if not query["page"]:
                return entries
        raise GitFailed(f"The folder {folder.path or '/'} has more than {MAX_PAGES * 100} files.")

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

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
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


def _standing(found: Mapping[str, Any]) -> Standing:
    url, number = found["web_url"], str(found["iid"])
    match found["state"]:
        case "merged":
            revision = found["merge_commit_sha"] or found["squash_commit_sha"] or found["sha"] or ""
            return Standing(Review.MERGED, url, number, revision)
        case "closed":
            return Standing(Review.CLOSED, url, number)
    return Standing(Review.OPEN, url, number)  # also while it is being merged: "locked"
