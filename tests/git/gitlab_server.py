"""A GitLab on loopback as strict as the real one about what it is sent, with one real repository behind it."""

import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
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
    versions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    approvals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    approvals_needed: int = 0
    says_when_approved: bool = True  # False: as it was until late 2025
    may_merge: bool = True
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)
    level: int | None = 30  # of the token's account in the project; None: GitLab does not say
    scopes: list[str] | None = field(default_factory=lambda: ["api"])  # None: a GitLab that does not tell
    clock: Iterator[int] = field(default_factory=count)

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guard], client_max_size=2**25)
        at = "/api/v4/projects/{project}"
        app.router.add_get(at, self.project)
        app.router.add_get(f"{at}/repository/branches/{{branch}}", self.branch)
        app.router.add_get(f"{at}/repository/tree", self.tree)
        app.router.add_get(f"{at}/repository/blobs/{{sha}}", self.blob)
        app.router.add_get(f"{at}/repository/commits", self.commits)
        app.router.add_post(f"{at}/repository/commits", self.make_commit)
        app.router.add_get(f"{at}/repository/commits/{{sha}}/statuses", self.list_statuses)
        app.router.add_get(f"{at}/repository/merge_base", self.merge_base)
        app.router.add_get("/api/v4/users", self.list_users)
        app.router.add_get("/api/v4/personal_access_tokens/self", self.own_token)
        app.router.add_get(f"{at}/merge_requests/{{iid}}", self.request)
        app.router.add_get(f"{at}/merge_requests/{{iid}}/approvals", self.list_approvals)
        app.router.add_get(f"{at}/merge_requests/{{iid}}/versions", self.list_versions)
        app.router.add_put(f"{at}/merge_requests/{{iid}}/merge", self.merge_request)
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
        access = None if self.level is None else {"access_level": self.level, "notification_level": 3}
        permissions = {"project_access": access, "group_access": None}
        return web.json_response(
            {"id": 7, "path_with_namespace": PROJECT, "default_branch": branch, "permissions": permissions}
        )

    async def own_token(self, _: web.Request) -> web.Response:
        if self.scopes is None:
            raise web.HTTPNotFound
        return web.json_response({"id": 42, "name": "mentor", "scopes": self.scopes, "active": True})

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
        for mode, kind, object_id, name in self.remote.entries(tree):
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
        wanted = request.query.get("ref_name", "main")
        start = self._known(f"refs/heads/{wanted}") or self._known(f"{wanted}^{{commit}}")
        if not start:
            raise refused(404, "404 Commit Not Found")
        only = ["--first-parent"] if request.query.get("first_parent") == "true" else []
        said = self.remote.git("log", *only, "--format=%H%x00%B%x01", start).split("\x01")
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
        self.see(source)
        return web.json_response(made, status=201)

    async def change_request(self, request: web.Request) -> web.Response:
        (labels,) = _needed(await body_of(request), "add_labels")
        found = self._request(request)
        found["labels"] += [label for label in labels.split(",") if label not in found["labels"]]
        return web.json_response(found)

    async def request(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(self._request(request)))

    async def merge_request(self, request: web.Request) -> web.Response:
        found, body = self._request(request), await body_of(request)
        if not self.may_merge:
            raise refused(401, "401 Unauthorized")
        status = self._shown(found)["detailed_merge_status"]
        if status in ("not_open", "not_approved"):
            raise refused(405, "405 Method Not Allowed")
        if status != "mergeable":
            raise refused(422, "Branch cannot be merged")
        branch = found["source_branch"]
        if body.get("sha", found["sha"]) != found["sha"]:
            raise refused(409, f"SHA does not match HEAD of source branch: {found['sha']}")
        parents = ["-p", "main", "-p", branch]
        sha = self.remote.git("commit-tree", self.remote.three_way(branch), *parents, "-m", f"Merge branch {branch}")
        self.remote.git("update-ref", "refs/heads/main", sha)
        found.update(state="merged", merge_commit_sha=sha)
        return web.json_response(found)

    async def list_approvals(self, request: web.Request) -> web.Response:
        approvals = self.approvals.get(self._request(request)["iid"], [])
        shown = [{name: one[name] for name in one if name == "user" or self.says_when_approved} for one in approvals]
        return web.json_response({"approved": bool(shown), "approved_by": shown})

    async def list_versions(self, request: web.Request) -> web.Response:
        return _page(request, self.versions[self._request(request)["iid"]][::-1])

    async def list_statuses(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if not self._known(f"{sha}^{{commit}}"):
            raise refused(404, "404 Commit Not Found")
        return _page(request, self.statuses.get(sha, []))

    async def merge_base(self, request: web.Request) -> web.Response:
        refs = request.query.getall("refs[]", [])
        if len(refs) < 2:
            raise refused(400, "Provide at least 2 refs")
        if unknown := [ref for ref in refs if not self._known(f"{ref}^{{commit}}")]:
            raise refused(400, f"Could not find ref: {', '.join(unknown)}")
        found = self.remote.merge_base(*refs)
        if not found:
            raise refused(404, "404 Merge Base Not Found")
        return web.json_response({"id": found})

    async def list_users(self, request: web.Request) -> web.Response:
        wanted = request.query.get("username", "").lower()
        return web.json_response([one for one in self.users if one["username"].lower() == wanted])

    def see(self, branch: str) -> None:
        """The newest commit of the branch is read into its open merge request."""
        for one in self.requests:
            if one["source_branch"] == branch and one["state"] == "opened":
                one["sha"] = self._known(f"refs/heads/{branch}")
                version = {"head_commit_sha": one["sha"], "created_at": self.now()}
                self.versions.setdefault(one["iid"], []).append(version)

    def now(self) -> str:
        return f"2026-11-27T10:{next(self.clock):02}:00.000Z"

    def _shown(self, found: dict[str, Any]) -> dict[str, Any]:
        status = "mergeable"
        if found["state"] != "opened":
            status = "not_open"
        elif len(self.approvals.get(found["iid"], [])) < self.approvals_needed:
            status = "not_approved"
        elif not self.remote.three_way(found["source_branch"]):
            status = "conflict"
        found["detailed_merge_status"] = status
        return found

    def _request(self, request: web.Request) -> dict[str, Any]:
        found = next((one for one in self.requests if str(one["iid"]) == request.match_info["iid"]), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _known(self, name: str) -> str:
        return self.remote.known(name)

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

    def push(self, branch: str, path: str, text: str) -> str:
        commit = super().push(branch, path, text)
        self.server.see(branch)
        return commit

    def agree(self, branch: str, account: str) -> None:
        approval = {"user": {"username": account}, "approved_at": self.server.now()}
        self.server.approvals.setdefault(self._request(branch)["iid"], []).append(approval)

    def say(self, commit: str, context: str, state: str, said: str = "") -> None:
        status = {"failure": "failed", "error": "canceled", "pending": "running"}.get(state, state)
        at = self.server.now()
        self.server.statuses.setdefault(commit, []).append(
            {"id": int(at[14:16]), "name": context, "status": status, "description": said or None,
             "created_at": at, "started_at": None, "finished_at": None if status == "running" else at}
        )  # fmt: skip

    def _merged(self, branch: str, name: str, revision: str) -> str:
        self._request(branch).update({"state": "merged", name: revision})
        return revision

    def _request(self, branch: str) -> dict[str, Any]:
        (found,) = (one for one in self.server.requests if one["source_branch"] == branch)
        return found


def _page(request: web.Request, entries: list[Any]) -> web.Response:
    most, page = min(int(request.query.get("per_page", "20")), 100), int(request.query.get("page", "1"))
    following = str(page + 1) if len(entries) > most * page else ""
    return web.json_response(entries[most * (page - 1) : most * page], headers={"X-Next-Page": following})


def _needed(body: dict[str, Any], *names: str) -> list[Any]:
    missing = [name for name in names if not body.get(name)]
    if missing:
        raise refused(400, None, error=f"{', '.join(missing)} is missing")
    return [body[name] for name in names]
