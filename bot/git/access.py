"""What a repository lets us do, as far as it can be told without changing anything there: for `mentor doctor`."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.errors import GitFailed
from bot.git.github import GitHub
from bot.git.github_app import AppToken
from bot.git.gitlab import GitLab
from bot.git.host import GitHost
from bot.git.plain import PlainHost
from bot.git.reviewed import ReviewedHost

BRANCH = "mentor/doctor"  # that a push is tried to, and stopped before anything is sent
NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Mentor"), ("EMAIL", "mentor@localhost"))
}
CLASSIC = ("repo", "public_repo")  # either lets a classic token of GitHub push, to private repositories only the first
DEVELOPER = 30  # GitLab's least role that may push


@dataclass(frozen=True)
class Access:
    """`may_push` is None where nothing tells; `scopes` are the token's, None where the host does not name them."""

    host: str  # GitHub | GitLab | plain
    branch: str  # the base: its name, or "" for the default one of a plain repository
    may_push: bool | None = None
    scopes: tuple[str, ...] | None = None
    why_not: str = ""  # in Git's own words


async def access_of(host: GitHost) -> Access:
    """Raises GitFailed when it cannot be reached or read, or has no such base branch."""
    match host:
        case PlainHost():
            return await _plain(host)
        case ReviewedHost(pages=GitHub() as pages):
            return await _github(pages, await _base(pages))
        case ReviewedHost(pages=GitLab() as pages):
            return await _gitlab(pages, await _base(pages))
    raise GitFailed(f"{type(host).__name__} is no host of ours.")


async def _base(pages: GitHub | GitLab) -> str:
    base = await pages.base()
    if await pages.tip(base) is None:
        raise GitFailed(f"It has no branch {base}; correct `branch` in repositories.yaml, or push it.")
    return base


async def _github(pages: GitHub, base: str) -> Access:
    reply = await pages.rest.call(
        "GET", f"/repos/{quote(pages.owner, safe='')}/{quote(pages.name, safe='')}", pages.credentials
    )
    if isinstance(pages.credentials, AppToken):  # it was given for writing, else we would have none
        return Access("GitHub", base, may_push=True)
    scopes = _scopes(reply.headers.get("X-OAuth-Scopes"))
    may = (reply.body.get("permissions") or {}).get("push")
    if scopes is not None and not set(CLASSIC) & set(scopes):
        may = False
    return Access("GitHub", base, may, scopes)


async def _gitlab(pages: GitLab, base: str) -> Access:
    found = await pages.rest.call("GET", f"/projects/{quote(pages.project, safe='')}", pages.credentials)
    own = await pages.rest.call("GET", "/personal_access_tokens/self", pages.credentials, expected=(401, 403, 404))
    scopes = tuple(own.body.get("scopes", ())) if own.status == 200 else None
    given = [each["access_level"] for each in (found.body.get("permissions") or {}).values() if each]
    may = max(given) >= DEVELOPER if given else None
    if scopes is not None and "api" not in scopes:
        may = False
    return Access("GitLab", base, may, scopes)


async def _plain(host: PlainHost) -> Access:
    """A push is begun and not carried out: the server says whether it takes one."""
    repository = host.repository
    await repository.remote_revision(host.branch)
    async with repository.alone():
        tree = (await repository.git.run("mktree", repository=repository.path)).decode().strip()
        made = await repository.git.run("commit-tree", tree, "-m", "None", repository=repository.path, identity=NOBODY)
        try:
            await repository.git.run(
                "push", "--dry-run", "--quiet", "--", repository.address.url,
                f"{made.decode().strip()}:refs/heads/{BRANCH}",
                repository=repository.path, remote=repository.address,
            )  # fmt: skip
        except GitFailed as error:
            return Access("plain", host.branch, may_push=False, why_not=str(error))
    return Access("plain", host.branch, may_push=True)


def _scopes(header: str | None) -> tuple[str, ...] | None:
    """None of a token that has permissions instead."""
    return None if header is None else tuple(filter(None, (each.strip() for each in header.split(","))))


def version_in(printed: str) -> Sequence[int]:
    """`git version 2.43.0` as numbers; () where it is none."""
    words = printed.split()
    numbers = words[2].split(".") if len(words) > 2 else []
    return [int(each) for each in numbers[:2]] if all(each.isdecimal() for each in numbers[:2]) else []
