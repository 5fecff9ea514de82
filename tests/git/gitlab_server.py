"""A GitLab on loopback as strict as the real one about what it is sent, with one real repository behind it."""

import subprocess
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.git.hosted import Hosted
from tests.git.remote import ISOLATED, Remote
from tests.git.serving import Faults, body_of, refused

TOKEN = "glpat-canary0123456789"
PROJECT = "group/platform/handbook"
TOKEN_USER = {"GIT_COMMITTER_NAME": "Token", "GIT_COMMITTER_EMAIL": "token@example.com"}


@dataclass
class GitLabServer:
    remote: Remote
    faults: Faults = field(default_factory=Faults)
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guard], client_max_size=2**25)
        at = "/api/v4/projects/{project}"
        app.router.add_get(at, self.project)
        app.router.add_get(f"{at}/repository/branches/{{branch}}", self.branch)
        app.router.add_get(f"{at}/repository/tree", self.tree)
        app.router.add_get(f"{at}/repository/blobs/{{sha}}", self.blob)
        app.router.add_get(f"{at}/repository/commits", self.commits)
        app.router.add_post(f"{at}/repository/commits", self.make_commit)
        app.router.add_get(f"{at}/merge_requests", self.list_requests)
        app.router.add_post(f"{at}/merge_requests", self.make_request)
        app.router.add_put(f"{at}/merge_requests/{{iid}}", self.change_request)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("PRIVATE-TOKEN") != TOKEN:
            raise refused(401, "401 Unauthorized")
        if request.match_info.get("project", PROJECT) != PROJECT:
            raise refused(404, "404 Project Not Found")
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except web.HTTPNotFound:
            raise refused(404, "404 Not Found") from None

    async def project(self, _: web.Request) -> web.Response:
        branch = "main" if self._known("refs/heads/main") else None
        return web.json_response({"id": 7, "path_with_namespace": PROJECT, "default_branch": branch})

    async def branch(self, request: web.Request) -> web.Response:
        name = request.match_info["branch"]
        sha = self._known(f"refs/heads/{name}")
        if not sha:
            raise refused(404, "404 Branch Not Found")
        return web.json_response({"name": name, "commit": {"id": sha}})

    async def tree(self, request: web.Request) -> web.Response:
        ref, path = request.query.get("ref", "main"), request.query.get("path", "")
        tree = self._known(f"{ref}:{path}")
        if not tree:
            raise refused(404, "404 invalid revision or path Not Found")
        entries = []
        for line in self.remote.git("ls-tree", "-z", tree).split("\0"):
            if line:
                facts, name = line.split("\t", 1)
                mode, kind, object_id = facts.split()
                full = f"{path}/{name}".lstrip("/")
                entries.append({"id": object_id, "name": name, "type": kind, "path": full, "mode": mode})
        return _page(request, entries)

    async def blob(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if not self._known(sha):
            raise refused(404, "404 Blob Not Found")
        raw = self._git("cat-file", "blob", sha)
        return web.json_response({"size": len(raw), "encoding": "base64", "content": b64encode(raw).decode()})

    async def commits(self, request: web.Request) -> web.Response:
        start = self._known(f"refs/heads/{request.query.get('ref_name', 'main')}")
        if not start:
            raise refused(404, "404 Commit Not Found")
        said = self.remote.git("log", "--format=%H%x00%B%x01", start).split("\x01")
        commits = [one.strip("\n").split("\0") for one in said if one.strip("\n")]
        return _page(request, [{"id": sha, "message": message} for sha, message in commits])

    async def make_commit(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        branch, message, actions = _needed(body, "branch", "commit_message", "actions")
        start = self._known(body.get("start_sha") or f"refs/heads/{body.get('start_branch')}")
        if self._known(f"refs/heads/{branch}"):
            raise refused(
                400, f"A branch called '{branch}' already exists. Switch to that branch in order to make changes"
            )
        if not start:
            raise refused(400, "You can only create or edit files when you are on a branch")
        index = self.remote.folder.with_name("gitlab-index")
        index.unlink(missing_ok=True)
        self.remote.git("read-tree", start, index=index)
        for action in actions:
            self._act(action, index)
        tree = self.remote.git("write-tree", index=index)
        author = {"GIT_AUTHOR_NAME": body.get("author_name", "Token"),
                  "GIT_AUTHOR_EMAIL": body.get("author_email", "token@example.com")}  # fmt: skip
        commit = self._git("commit-tree", tree, "-p", start, given=message.encode(), more=author | TOKEN_USER)
        sha = commit.decode().strip()
        self.remote.git("update-ref", f"refs/heads/{branch}", sha)
        return web.json_response({"id": sha, "message": message}, status=201)

    def _act(self, action: dict[str, Any], index: Path) -> None:
        what, path = _needed(action, "action", "file_path")
        there = self.remote.git("ls-files", "--stage", "--", path, index=index)
        if what not in ("create", "update", "delete"):
            raise refused(400, "actions[0][action] does not have a valid value")
        if what == "create" and there:
            raise refused(400, "A file with this name already exists")
        if what != "create" and not there:
            raise refused(400, "A file with this name doesn't exist")
        if what == "delete":
            line = f"0 {'0' * 40}\t{path}\0"
        else:
            blob = self.remote.git("hash-object", "-w", "--stdin", given=action["content"])
            line = f"{there.split()[0] if there else '100644'} {blob}\t{path}\0"
        self.remote.git("update-index", "-z", "--index-info", given=line, index=index)

    async def list_requests(self, request: web.Request) -> web.Response:
        query = request.query
        found = [
            one
            for one in reversed(self.requests)
            if query.get("state", "all") in ("all", one["state"])
            if query.get("source_branch", one["source_branch"]) == one["source_branch"]
            if query.get("target_branch", one["target_branch"]) == one["target_branch"]
        ]
        return _page(request, found)

    async def make_request(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        source, target, title = _needed(body, "source_branch", "target_branch", "title")
        for name, branch in (("Source", source), ("Target", target)):
            if not self._known(f"refs/heads/{branch}"):
                raise refused(400, {"base": [f'{name} branch "{branch}" does not exist']})
        for one in self.requests:
            if (one["source_branch"], one["target_branch"], one["state"]) == (source, target, "opened"):
                raise refused(409, [f"Another open merge request already exists for this source branch: !{one['iid']}"])
        iid = len(self.requests) + 1
        made = {
            "iid": iid, "state": "opened", "title": title, "description": body.get("description", ""),
            "source_branch": source, "target_branch": target, "source_project_id": 7, "target_project_id": 7,
            "labels": [label for label in body.get("labels", "").split(",") if label],
            "web_url": f"{self.url}/{PROJECT}/-/merge_requests/{iid}",
            "sha": self._known(f"refs/heads/{source}"), "merge_commit_sha": None, "squash_commit_sha": None,
        }  # fmt: skip
        self.requests.append(made)
        return web.json_response(made, status=201)

    async def change_request(self, request: web.Request) -> web.Response:
        (labels,) = _needed(await body_of(request), "add_labels")
        found = next((one for one in self.requests if str(one["iid"]) == request.match_info["iid"]), None)
        if found is None:
            raise web.HTTPNotFound
        found["labels"] += [label for label in labels.split(",") if label not in found["labels"]]
        return web.json_response(found)

    def _known(self, name: str) -> str:
        try:
            return self.remote.git("rev-parse", "--verify", "--quiet", name)
        except subprocess.CalledProcessError:
            return ""

    def _git(self, *arguments: str, given: bytes = b"", more: dict[str, str] | None = None) -> bytes:
        environment = ISOLATED | {"GIT_DIR": str(self.remote.folder)} | (more or {})
        return subprocess.run(["git", *arguments], input=given, env=environment, capture_output=True, check=True).stdout


@dataclass
class GitLabHosted(Hosted):
    server: GitLabServer

    def merge(self, branch: str) -> str:
        return self._merged(branch, "merge_commit_sha", super().merge(branch))

    def squash(self, branch: str, *, message: str = "") -> str:
        return self._merged(branch, "squash_commit_sha", super().squash(branch, message=message))

    def fast_forward(self, branch: str) -> str:
        return self._merged(branch, "sha", super().fast_forward(branch))

    def close(self, branch: str) -> None:
        self._request(branch)["state"] = "closed"

    def opened(self, branch: str) -> int:
        return sum(one["source_branch"] == branch and one["state"] == "opened" for one in self.server.requests)

    def labels(self, branch: str) -> list[str]:
        return list(self._request(branch)["labels"])

    def _merged(self, branch: str, name: str, revision: str) -> str:
        self._request(branch).update({"state": "merged", name: revision})
        return revision

    def _request(self, branch: str) -> dict[str, Any]:
        (found,) = (one for one in self.server.requests if one["source_branch"] == branch)
        return found


def _page(request: web.Request, entries: list[Any]) -> web.Response:
    count, page = min(int(request.query.get("per_page", "20")), 100), int(request.query.get("page", "1"))
    following = str(page + 1) if len(entries) > count * page else ""
    return web.json_response(entries[count * (page - 1) : count * page], headers={"X-Next-Page": following})


def _needed(body: dict[str, Any], *names: str) -> list[Any]:
    missing = [name for name in names if not body.get(name)]
    if missing:
        raise refused(400, None, error=f"{', '.join(missing)} is missing")
    return [body[name] for name in names]
