"""The stand-in for Argo CD, and the repository it watches: what it says, when, and what reviewers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.actions.reports import Report, ReportState, read_argocd
from sandbox.controller import Controller
from sandbox.repository import BareRepository, NotMergeable
from tests.actions.said import ARGOCD
from tests.sandbox.small import propose, still_clock

TOKEN = "a-token-of-the-tests-alone-0123456789"
WEB = {"kind": "Deployment", "namespace": "shop", "name": "web"}


@dataclass
class Listener:
    """Hears what the controller says; answers the next calls with these statuses, then with 200."""

    statuses: list[int] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        self.headers.append(request.headers.get("Authorization", ""))
        self.heard.append(await request.json())
        self.has_heard.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, text="not now")


@pytest.fixture
def repository(tmp_path: Path) -> BareRepository:
    return BareRepository.make(tmp_path / "live.git", {"teams/shop/web.yaml": "replicas: 2\n"})


@asynccontextmanager
async def watching(
    repository: BareRepository, listener: Listener, *applications: str, every_s: float = 3600
) -> AsyncIterator[Controller]:
    """By default it looks only when it is told to."""
    application = web.Application()
    application.router.add_post("/hooks/argocd", listener.take)
    async with TestServer(application) as server:
        url = str(server.make_url("/hooks/argocd"))
        async with Controller(repository, url, TOKEN, still_clock(), applications or ("shop",), every_s) as controller:
            yield controller


async def test_what_becomes_live_is_said_once_for_each_application(repository: BareRepository) -> None:
    listener = Listener()
    async with watching(repository, listener, "shop", "till") as controller:
        await controller.look()
        revision = repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "More")
        await controller.look()
        await controller.look()

    assert [(each["application"], each["revision"]) for each in listener.heard] == [
        ("shop", revision),
        ("till", revision),
    ]
    assert set(listener.headers) == {f"Bearer {TOKEN}"}


async def test_it_looks_by_itself(repository: BareRepository) -> None:
    listener = Listener()
    async with watching(repository, listener, every_s=0.01):
        revision = repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "More")
        async with asyncio.timeout(5):
            await listener.has_heard.wait()

    assert [each["revision"] for each in listener.heard] == [revision]


async def test_what_was_not_taken_is_said_again(repository: BareRepository) -> None:
    listener = Listener(statuses=[503])
    async with watching(repository, listener) as controller:
        repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "More")
        await controller.look()
        await controller.look()

    assert [each["event"] for each in listener.heard] == ["live", "live"]
    assert controller.refused == ["503 not now"]


async def test_it_says_what_the_published_template_says(repository: BareRepository) -> None:
    listener = Listener()
    async with watching(repository, listener) as controller:
        repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "More")
        await controller.look()
        await controller.out_of_sync("shop", WEB)
        await controller.self_healed("shop", WEB)
        await controller.sync_failed("shop", "no such kind")

    published = {event: set(body) for (_, event), body in ARGOCD.items()}
    states = []
    for body in listener.heard:
        assert set(body) == published[body["event"]]
        report = read_argocd(body)
        assert isinstance(report, Report)
        assert report.revision == repository.tip("main")
        states.append(report.state)
    assert states == [ReportState.LIVE, ReportState.OUT_OF_SYNC, ReportState.RETURNED, ReportState.FAILED]


def test_a_reviewer_merges_a_branch(repository: BareRepository) -> None:
    propose(repository, "mentor/one", "teams/shop/jobs.yaml", "jobs: []\n")
    repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "Somebody else's")

    assert repository.unmerged() == ["mentor/one"]
    merge = repository.merge("mentor/one")

    assert repository.tip("main") == merge
    assert repository.unmerged() == []
    assert repository.read("teams/shop/jobs.yaml") == "jobs: []\n"
    assert repository.read("teams/shop/web.yaml") == "replicas: 3\n"
    assert repository.log("main", "%an %s")[0] == "Rosa Reviewer Merge branch 'mentor/one'"


def test_what_both_changed_and_what_is_not_there_are_not_merged(repository: BareRepository) -> None:
    propose(repository, "mentor/one", "teams/shop/web.yaml", "replicas: 9\n")
    tip = repository.commit({"teams/shop/web.yaml": "replicas: 3\n"}, "Somebody else's")

    for branch in ("mentor/one", "mentor/two"):
        with pytest.raises(NotMergeable):
            repository.merge(branch)

    assert repository.tip("main") == tip


def test_a_file_is_taken_away(repository: BareRepository) -> None:
    repository.commit({"teams/shop/web.yaml": None, "README.md": "Live.\n"}, "Away")

    assert repository.log("main", "%s") == ["Away", "Begin"]
    assert repository._git("ls-tree", "-r", "--name-only", "main") == "README.md"
