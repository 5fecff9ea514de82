"""Each host on a fresh, empty repository, ready to be asked."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp.test_utils import TestServer

from bot.config import Secret
from bot.git import github, gitlab
from bot.git.address import read_address
from bot.git.command import Git
from bot.git.github import GitHub
from bot.git.gitlab import GitLab
from bot.git.host import Author
from bot.git.plain import PlainHost
from bot.git.repository import Repository
from bot.git.rest import Rest
from bot.git.reviewed import ReviewedHost
from tests.git import github_server, gitlab_server
from tests.git.github_server import GitHubHosted, GitHubServer
from tests.git.gitlab_server import GitLabHosted, GitLabServer
from tests.git.hosted import Hosted
from tests.git.remote import Remote, make_remote

HOSTS = ("plain", "github", "gitlab")
BOT = Author("Mentor", "mentor@example.com")
BOT_LINE = f"{BOT.name} <{BOT.email}>"


def plain(tmp_path: Path, *, name: str = "ours", path: str = "", branch: str = "main") -> PlainHost:
    """A plain host on the repository of `hosting`; `name` is its mirror's, `path` where git is found."""
    address = read_address(f"file://{tmp_path}/remote.git")
    git = Git({"PATH": path or os.environ["PATH"]})
    return PlainHost(Repository(git, address, tmp_path / name / "mirror.git"), branch, BOT)


def github_host(url: str, *, token: str = github_server.TOKEN, branch: str = "main") -> ReviewedHost:
    rest = Rest("GitHub", url, "GITHUB_TOKEN", timeout_s=5)
    owner, name = github_server.REPOSITORY.split("/")
    return ReviewedHost(GitHub(rest, github.Token(Secret(token)), owner, name, branch, BOT))


def gitlab_host(url: str, *, token: str = gitlab_server.TOKEN, branch: str = "main") -> ReviewedHost:
    rest = Rest("GitLab", f"{url}/api/v4", "GITLAB_TOKEN", timeout_s=5)
    return ReviewedHost(GitLab(rest, gitlab.Token(Secret(token)), gitlab_server.PROJECT, branch, BOT))


@asynccontextmanager
async def hosting(kind: str, tmp_path: Path) -> AsyncIterator[Hosted]:
    remote = make_remote(tmp_path / "remote.git")
    if kind == "plain":
        yield Hosted(plain(tmp_path), remote, BOT_LINE)
        return
    made = on_github(remote) if kind == "github" else on_gitlab(remote)
    async with made as hosted:
        yield hosted


@asynccontextmanager
async def on_github(remote: Remote) -> AsyncIterator[GitHubHosted]:
    server = GitHubServer(remote)
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        yield GitHubHosted(github_host(server.url), remote, BOT_LINE, server)


@asynccontextmanager
async def on_gitlab(remote: Remote) -> AsyncIterator[GitLabHosted]:
    server = GitLabServer(remote)
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        yield GitLabHosted(gitlab_host(server.url), remote, "Token <token@example.com>", server)
