"""A GitHub on loopback as strict as the real one about what it is sent, with one real repository behind it."""

import subprocess
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.git.hosted import Hosted
from tests.git.remote import ISOLATED, Remote
from tests.git.serving import Faults, body_of, refused

TOKEN = "github_pat_canary0123456789"
REPOSITORY = "platform/handbook"
APP_ID = "12345"


@dataclass
class GitHubServer:
    remote: Remote
    faults: Faults = field(default_factory=Faults)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    app_key: Any = None  # public, of the app that is installed here
    app_permissions: dict[str, str] = field(default_factory=lambda: {"contents": "write", "pull_requests": "write"})
    asked_permissions: dict[str, str] = field(default_factory=dict)
    app_tokens: list[str] = field(default_factory=list)
    now_s: float = 0.0
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    reviews_needed: int = 0
    methods: tuple[str, ...] = ("merge", "squash", "rebase")
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    permissions: dict[str, bool] = field(default_factory=lambda: {"pull": True, "push": True})  # of who asks
    scopes: str | None = None  # of a classic token

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware, self._guard], client_max_size=2**25)
        at = f"/repos/{REPOSITORY}"
        app.router.add_get(at, self.repository)
        app.router.add_get(f"{at}/git/ref/{{ref:.+}}", self.ref)
        app.router.add_post(f"{at}/git/refs", self.make_ref)
        app.router.add_get(f"{at}/git/commits/{{sha}}", self.commit)
        app.router.add_post(f"{at}/git/commits", self.make_commit)
        app.router.add_get(f"{at}/git/trees/{{sha}}", self.tree)
        app.router.add_post(f"{at}/git/trees", self.make_tree)
        app.router.add_get(f"{at}/git/blobs/{{sha}}", self.blob)
        app.router.add_get(f"{at}/commits", self.commits)
        app.router.add_get(f"{at}/commits/{{sha}}/status", self.combined_status)
        app.router.add_get(f"{at}/compare/{{pair}}", self.compare)
        app.router.add_get("/users/{login}", self.user)
        app.router.add_get(f"{at}/pulls/{{number}}", self.pull)
        app.router.add_get(f"{at}/pulls/{{number}}/reviews", self.list_reviews)
        app.router.add_put(f"{at}/pulls/{{number}}/merge", self.merge_pull)
        app.router.add_get(f"{at}/pulls", self.list_pulls)
        app.router.add_post(f"{at}/pulls", self.make_pull)
        app.router.add_get(f"{at}/installation", self.installation)
        app.router.add_post("/app/installations/{id}/access_tokens", self.make_token)
        app.router.add_post(f"{at}/issues/{{number}}/labels", self.add_labels)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not request.headers.get("User-Agent"):
            raise refused(403, "Request forbidden by administrative rules.")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        is_for_the_app = request.path.endswith(("/installation", "/access_tokens"))
        if not (self._is_the_app(token) if is_for_the_app else token in (TOKEN, *self.app_tokens)):
            raise refused(401, "Bad credentials", documentation_url="https://docs.github.com/rest", status="401")
        if request.headers.get("Accept") != "application/vnd.github+json":
            raise refused(415, "Unsupported 'Accept' header")
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except web.HTTPNotFound:
            raise refused(404, "Not Found", documentation_url="https://docs.github.com/rest", status="404") from None

    def _is_the_app(self, token: str) -> bool:
        import jwt

        try:
            claims = jwt.decode(
                token, self.app_key, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
            )
        except jwt.PyJWTError:
            return False
        lives: bool = claims["exp"] - claims["iat"] <= 600 and claims["iat"] <= self.now_s < claims["exp"]
        return lives and bool(claims["iss"] == APP_ID)

    async def installation(self, _: web.Request) -> web.Response:
        return web.json_response({"id": 77, "permissions": self.app_permissions})

    async def make_token(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        if request.match_info["id"] != "77":
            raise web.HTTPNotFound
        if body.get("repositories") != [REPOSITORY.split("/")[1]]:
            raise refused(422, "There is at least one repository that does not exist or is not accessible")
        self.asked_permissions = asked = body.get("permissions", {})
        if any(self.app_permissions.get(name) not in ("write", level) for name, level in asked.items()):
            raise refused(422, "The permissions requested are not granted to this installation.")
        self.app_tokens.append(f"ghs_canary{len(self.app_tokens)}")
        ends = datetime.fromtimestamp(self.now_s + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return web.json_response({"token": self.app_tokens[-1], "expires_at": ends}, status=201)

    async def repository(self, _: web.Request) -> web.Response:
        headers = {} if self.scopes is None else {"X-OAuth-Scopes": self.scopes}
        return web.json_response({"full_name": REPOSITORY, "default_branch": "main", "private": True,
                                  "permissions": self.permissions,
                                  "allow_merge_commit": "merge" in self.methods,
                                  "allow_squash_merge": "squash" in self.methods,
                                  "allow_rebase_merge": "rebase" in self.methods}, headers=headers)  # fmt: skip

    async def ref(self, request: web.Request) -> web.Response:
        ref = f"refs/{request.match_info['ref']}"
        sha = self._known(ref)
        if not sha and not self.remote.git("for-each-ref"):
            raise refused(409, "Git Repository is empty.")
        if not sha:
            raise web.HTTPNotFound
        return web.json_response({"ref": ref, "object": {"type": "commit", "sha": sha}})

    async def make_ref(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        ref, sha = _needed(body, "ref", "sha")
        if not ref.startswith("refs/") or ref.count("/") < 2:
            raise refused(422, "Reference name must start with 'refs/' and have at least two slashes.")
        if self._known(ref):
            raise refused(422, "Reference already exists")
        if not self._known(sha):
            raise refused(422, "Object does not exist")
        self.remote.git("update-ref", ref, sha)
        return web.json_response({"ref": ref, "object": {"type": "commit", "sha": sha}}, status=201)

    async def commit(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if len(sha) != 40 or not self._known(f"{sha}^{{commit}}"):
            raise web.HTTPNotFound
        return web.json_response({"sha": sha, "tree": {"sha": self._known(f"{sha}^{{tree}}")}})

    async def make_commit(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        message, tree = _needed(body, "message", "tree")
        parents = body.get("parents", [])
        if not all(self._known(f"{one}^{{commit}}") for one in parents) or not self._known(f"{tree}^{{tree}}"):
            raise refused(422, "Tree SHA does not exist" if parents else "The specified parents are invalid.")
        author: dict[str, Any] = body.get("author", {"name": "token", "email": "token@users.noreply.github.com"})
        committer: dict[str, Any] = body.get("committer", author)
        people: dict[str, str] = {}
        for role, person in (("AUTHOR", author), ("COMMITTER", committer)):
            name, email = _needed(person, "name", "email")
            people |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email}
        given = [part for one in parents for part in ("-p", one)]
        done = subprocess.run(
            ["git", "commit-tree", tree, *given],
            input=message.encode(), env=ISOLATED | people | {"GIT_DIR": str(self.remote.folder)},
            capture_output=True, check=True,
        )  # fmt: skip
        return web.json_response({"sha": done.stdout.decode().strip(), "tree": {"sha": tree}}, status=201)

    async def tree(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        tree = self._known(f"{sha}^{{tree}}")
        if not tree:
            raise web.HTTPNotFound
        entries = [
            {"path": path, "mode": mode, "type": kind, "sha": object_id}
            for mode, kind, object_id, path in self.remote.entries(tree)
        ]
        return web.json_response({"sha": sha, "tree": entries, "truncated": False})

    async def make_tree(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        (entries,) = _needed(body, "tree")
        index = self.remote.folder.with_name("github-index")
        index.unlink(missing_ok=True)
        if body.get("base_tree"):
            self.remote.git("read-tree", body["base_tree"], index=index)
        for entry in entries:
            self._put(entry, index)
        return web.json_response({"sha": self.remote.git("write-tree", index=index)}, status=201)

    def _put(self, entry: dict[str, Any], index: Any) -> None:
        path, mode = _needed(entry, "path", "mode")
        if any(part in ("", ".", "..", ".git") for part in path.split("/")):
            raise refused(422, "tree.path contains a malformed path component")
        if mode not in ("100644", "100755", "040000", "160000", "120000"):
            raise refused(422, "tree.mode is not valid")
        if entry.get("sha", "") is None:
            if not self.remote.git("ls-files", "--", path, index=index):
                raise refused(422, "GitRPC::BadObjectState")
            line = f"0 {'0' * 40}\t{path}\0"
        else:
            blob = self.remote.git("hash-object", "-w", "--stdin", given=entry["content"])
            line = f"{mode} {blob}\t{path}\0"
        self.remote.git("update-index", "-z", "--index-info", given=line, index=index)

    async def blob(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if not self._known(sha):
            raise web.HTTPNotFound
        raw = subprocess.run(
            ["git", "cat-file", "blob", sha],
            env=ISOLATED | {"GIT_DIR": str(self.remote.folder)}, capture_output=True, check=True,
        ).stdout  # fmt: skip
        encoded = b64encode(raw).decode()
        lines = "\n".join(encoded[at : at + 60] for at in range(0, len(encoded), 60))
        return web.json_response({"sha": sha, "size": len(raw), "encoding": "base64", "content": lines})

    async def commits(self, request: web.Request) -> web.Response:
        wanted = request.query.get("sha", "main")
        start = self._known(f"refs/heads/{wanted}") or self._known(f"{wanted}^{{commit}}")
        if not start:
            raise web.HTTPNotFound
        count = min(int(request.query.get("per_page", "30")), 100)
        said = self.remote.git("log", f"-{count}", "--format=%H%x00%P%x00%B%x01", start).split("\x01")
        commits = [one.strip("\n").split("\0") for one in said if one.strip("\n")]
        return web.json_response(
            [
                {"sha": sha, "parents": [{"sha": one} for one in parents.split()], "commit": {"message": message}}
                for sha, parents, message in commits
            ]
        )

    async def combined_status(self, request: web.Request) -> web.Response:
        sha = request.match_info["sha"]
        if not self._known(f"{sha}^{{commit}}"):
            raise refused(422, f"No commit found for SHA: {sha}")
        newest = {one["context"]: one for one in self.statuses.get(sha, [])}
        found = _page(request, list(newest.values()))
        return web.json_response({"sha": sha, "state": "pending", "total_count": len(newest), "statuses": found})

    async def compare(self, request: web.Request) -> web.Response:
        base, _, head = request.match_info["pair"].partition("...")
        if not (self._known(f"{base}^{{commit}}") and self._known(f"{head}^{{commit}}")):
            raise web.HTTPNotFound
        found = self.remote.merge_base(base, head)
        if not found:
            raise refused(404, f"No common ancestor between {base} and {head}.")
        ahead = len(self.remote.git("rev-list", f"{found}..{head}").split())
        return web.json_response({"merge_base_commit": {"sha": found}, "ahead_by": ahead, "commits": []})

    async def user(self, request: web.Request) -> web.Response:
        found = self.users.get(request.match_info["login"].lower())
        if found is None:
            raise web.HTTPNotFound
        return web.json_response(found)

    async def pull(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(self._pull(request)))

    async def list_reviews(self, request: web.Request) -> web.Response:
        return web.json_response(_page(request, self.reviews.get(self._pull(request)["number"], [])))

    async def merge_pull(self, request: web.Request) -> web.Response:
        pull, body = self._pull(request), await body_of(request)
        branch, method = pull["head"]["ref"], body.get("merge_method", "merge")
        approved = [one for one in self.reviews.get(pull["number"], []) if one["state"] == "APPROVED"]
        tree = self.remote.three_way(branch) if self._known(f"refs/heads/{branch}") else ""
        if pull["state"] != "open" or not tree:
            raise refused(405, "Pull Request is not mergeable")
        if method not in self.methods:
            raise refused(405, f"{method.title()} commits are not allowed on this repository.")
        if len(approved) < self.reviews_needed:
            raise refused(405, "At least 1 approving review is required by reviewers with write access.")
        if body.get("sha", self._known(branch)) != self._known(branch):
            raise refused(409, "Head branch was modified. Review and try the merge again.")
        sha = self._merged(method, branch, tree, body)
        pull.update(state="closed", merged_at="2026-11-27T10:00:00Z", merge_commit_sha=sha)
        return web.json_response({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})

    def _merged(self, method: str, branch: str, tree: str, body: dict[str, Any]) -> str:
        parents = ["-p", "main", "-p", branch] if method == "merge" else ["-p", "main"]
        message = (
            f"Merge pull request from {branch}"
            if method == "merge"
            else self.remote.git("log", "-1", "--format=%B", branch)
        )
        if body.get("commit_title"):
            message = f"{body['commit_title']}\n\n{body.get('commit_message', '')}"
        sha = self.remote.git("commit-tree", tree, *parents, "-m", message)
        self.remote.git("update-ref", "refs/heads/main", sha)
        return sha

    def _pull(self, request: web.Request) -> dict[str, Any]:
        found = next((one for one in self.pulls if str(one["number"]) == request.match_info["number"]), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _shown(self, pull: dict[str, Any]) -> dict[str, Any]:
        """With the commit that its head stands on, or stood on when it was closed or its branch deleted."""
        pull["head"]["sha"] = self._known(f"refs/heads/{pull['head']['ref']}") or pull["head"].get("sha", "")
        return pull

    async def list_pulls(self, request: web.Request) -> web.Response:
        """As at GitHub, a head without its owner filters nothing."""
        state, head, base = (request.query.get(name, "") for name in ("state", "head", "base"))
        found = [
            pull
            for pull in reversed(self.pulls)
            if state in ("all", pull["state"]) or (not state and pull["state"] == "open")
            if ":" not in head or pull["head"]["label"] == head
            if not base or pull["base"]["ref"] == base
        ]
        count = min(int(request.query.get("per_page", "30")), 100)
        return web.json_response(found[:count])

    async def make_pull(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        title, head, base = _needed(body, "title", "head", "base")
        branch = head.rpartition(":")[2]
        for name, ref in (("head", branch), ("base", base)):
            if not self._known(f"refs/heads/{ref}"):
                raise _invalid({"resource": "PullRequest", "field": name, "code": "invalid"})
        label = f"{REPOSITORY.split('/')[0]}:{branch}"
        if any(pull["state"] == "open" and pull["head"]["label"] == label for pull in self.pulls):
            raise _invalid({"code": "custom", "message": f"A pull request already exists for {label}."})
        if not self.remote.git("rev-list", "-1", f"refs/heads/{base}..refs/heads/{branch}"):
            raise _invalid({"code": "custom", "message": f"No commits between {base} and {branch}"})
        number = len(self.pulls) + 1
        pull = {
            "number": number, "state": "open", "title": title, "body": body.get("body"), "labels": [],
            "html_url": f"{self.url}/{REPOSITORY}/pull/{number}", "merged_at": None, "merge_commit_sha": None,
            "head": {"label": label, "ref": branch, "repo": {"full_name": REPOSITORY}}, "base": {"ref": base},
        }  # fmt: skip
        self.pulls.append(pull)
        return web.json_response(pull, status=201)

    async def add_labels(self, request: web.Request) -> web.Response:
        (labels,) = _needed(await body_of(request), "labels")
        pull = self._pull(request)
        pull["labels"] += [{"name": label} for label in labels if {"name": label} not in pull["labels"]]
        return web.json_response(pull["labels"])

    def _known(self, name: str) -> str:
        return self.remote.known(name)


@dataclass
class GitHubHosted(Hosted):
    server: GitHubServer

    def merge(self, branch: str) -> str:
        return self._merged(branch, super().merge(branch))

    def squash(self, branch: str, *, message: str = "") -> str:
        return self._merged(branch, super().squash(branch, message=message))

    def fast_forward(self, branch: str) -> str:
        return self._merged(branch, super().fast_forward(branch))

    def close(self, branch: str) -> None:
        self._pull(branch)["state"] = "closed"

    def delete(self, branch: str) -> None:
        super().delete(branch)
        self._pull(branch)["state"] = "closed"

    def opened(self, branch: str) -> int:
        return sum(pull["head"]["ref"] == branch and pull["state"] == "open" for pull in self.server.pulls)

    def labels(self, branch: str) -> list[str]:
        return [label["name"] for label in self._pull(branch)["labels"]]

    def agree(self, branch: str, account: str) -> None:
        self.review(branch, account, "APPROVED")

    def review(self, branch: str, account: str, state: str) -> None:
        review = {"user": {"login": account}, "state": state, "commit_id": self.tip(branch)}
        self.server.reviews.setdefault(self._pull(branch)["number"], []).append(review)

    def say(self, commit: str, context: str, state: str, said: str = "") -> None:
        statuses = self.server.statuses.setdefault(commit, [])
        at = f"2026-11-27T10:00:{len(statuses):02}Z"
        statuses.append({"context": context, "state": state, "description": said or None, "updated_at": at})

    def _merged(self, branch: str, revision: str) -> str:
        self._pull(branch).update(state="closed", merged_at="2026-11-27T10:00:00Z", merge_commit_sha=revision)
        return revision

    def _pull(self, branch: str) -> dict[str, Any]:
        (pull,) = (one for one in self.server.pulls if one["head"]["ref"] == branch)
        return pull


def _page(request: web.Request, entries: list[Any]) -> list[Any]:
    count, page = min(int(request.query.get("per_page", "30")), 100), int(request.query.get("page", "1"))
    return entries[count * (page - 1) : count * page]


def _needed(body: dict[str, Any], *names: str) -> list[Any]:
    for name in names:
        if not body.get(name):
            raise refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
    return [body[name] for name in names]


def _invalid(error: dict[str, str]) -> web.HTTPException:
    return refused(422, "Validation Failed", errors=[error])
