"""GitHub's pages, by its REST API: branches and commits by its Git database, pull requests for review.

Works with GitHub Enterprise as well. Never merges, and deletes nothing.
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
from bot.git.rest import Credentials, Reply, Rest
from bot.git.reviewed import Entry, Folder

API_VERSION = "2022-11-28"


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
        if undeclared := await self._undeclared(old, made, change.files, ""):
            raise GitFailed(f"The proposal would change {undeclared!r} too, which it does not name.")
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

    async def _tree_of(self, commit: str) -> str:
        return str((await self._call("GET", f"/git/commits/{commit}")).body["tree"]["sha"])

    async def _tree(self, tree: str) -> Mapping[str, Entry]:
        body = (await self._call("GET", f"/git/trees/{tree}")).body
        if body["truncated"]:
            raise GitFailed("A folder on the way has more files than GitHub lists.")
        return {entry["path"]: Entry(entry["mode"], entry["sha"]) for entry in body["tree"]}

    async def _undeclared(self, old: str, new: str, declared: Collection[str], above: str) -> str:
        """A path that differs between the two trees and is not declared; "" when there is none.

        Opens only the folders that a declared path leads through: all others must be the same.
        """
        before = await self._tree(old) if old else {}
        after = await self._tree(new) if new else {}
        for name in sorted(before.keys() | after.keys()):
            was, now, path = before.get(name), after.get(name), f"{above}{name}"
            if was == now or path in declared:
                continue
            folders = [entry for entry in (was, now) if entry]
            leads_on = any(one.startswith(f"{path}/") for one in declared)
            if not leads_on or not all(entry.is_folder for entry in folders):
                return path
            old_id, new_id = was.object_id if was else "", now.object_id if now else ""
            if found := await self._undeclared(old_id, new_id, declared, f"{path}/"):
                return found
        return ""

    def _is_from_here(self, pull: Mapping[str, Any]) -> bool:
        """Not from a fork of the same owner; the head's repository is None when such a fork is gone."""
        repository = pull["head"]["repo"]
        return repository is not None and repository["full_name"].lower() == f"{self.owner}/{self.name}".lower()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
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


def _standing(pull: Mapping[str, Any]) -> Standing:
    if pull["merged_at"]:
        return Standing(Review.MERGED, pull["html_url"], str(pull["number"]), pull["merge_commit_sha"] or "")
    review = Review.OPEN if pull["state"] == "open" else Review.CLOSED
    return Standing(review, pull["html_url"], str(pull["number"]))
