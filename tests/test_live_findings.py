"""What the doctor finds of what actions reach: repositories, what reports from them, git. Nothing is changed there."""

import os
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Settings, read_settings
from bot.handbook import HandbookSource
from bot.live_findings import git_finding, live_findings
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import write_handbook

LIVE = """\
live:
  url: '{url}'
  branch: main
  controllers: [{{argocd: payments}}, {{flux: Kustomization/flux-system/search}}]
"""


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    return write_handbook(tmp_path / "handbook")


@pytest.fixture
def live(handbook: Path, tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "live.git")
    remote.commit({"a.yaml": "a: 1\n"})
    (handbook / "repositories.yaml").write_text(LIVE.format(url=remote.address))
    return remote


def settings_for(handbook: Path, **more: str) -> Settings:
    usual = {"PATH": os.environ["PATH"], "MENTOR_DATA": str(handbook.with_name("data"))}
    return read_settings({**usual, "MENTOR_HANDBOOK": str(handbook), **more})


async def said(settings: Settings) -> list[str]:
    place = HandbookSource(
        settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
    )
    return [str(finding) for finding in await live_findings(settings, await place.read_now())]


async def amiss(settings: Settings) -> list[str]:
    return [line for line in await said(settings) if not line.startswith("ok: ")]


async def test_repositories_of_actions_are_looked_at_and_left_alone(
    live: Remote, handbook: Path, tmp_path: Path
) -> None:
    before, files = live.git("for-each-ref"), sorted(tmp_path.rglob("*"))

    *found, git = await said(settings_for(handbook, MENTOR_ARGOCD_TOKEN="a" * 32, MENTOR_FLUX_HMAC_KEY="f" * 32))

    assert found == [
        "ok: repository live: is there, on main, and the bot may propose to it",
        "ok: MENTOR_ARGOCD_TOKEN: is set, so Argo CD is heard at /hooks/argocd",
        "ok: MENTOR_FLUX_HMAC_KEY: is set, so Flux is heard at /hooks/flux",
    ]
    assert git.startswith("ok: git: is 2.")
    assert (live.git("for-each-ref"), sorted(tmp_path.rglob("*"))) == (before, files)


async def test_what_is_named_and_not_heard_or_not_there_is_found(live: Remote, handbook: Path) -> None:
    (handbook / "repositories.yaml").write_text(LIVE.format(url=live.address).replace("branch: main", "branch: trunk"))

    missing, argocd, flux = await amiss(settings_for(handbook))

    fix = "its webhooks are not heard; set it here and there; docs/controllers.md shows how"
    assert argocd == f"warning: MENTOR_ARGOCD_TOKEN: is not set, and repositories.yaml names Argo CD: {fix}"
    assert flux == f"warning: MENTOR_FLUX_HMAC_KEY: is not set, and repositories.yaml names Flux: {fix}"
    assert missing == (
        f"problem: repository live: {live.address} has no branch trunk; "
        "correct repositories.yaml, or what the bot may read"
    )


async def test_plain_repository_that_takes_no_push_or_no_statuses_is_found(live: Remote, handbook: Path) -> None:
    (handbook / "repositories.yaml").write_text(f"live: {{url: '{live.address}'}}\n")
    live.git("config", "receive.denyDeletes", "canary")
    (refused,) = await amiss(settings_for(handbook))
    live.git("config", "--unset", "receive.denyDeletes")
    (handbook / "repositories.yaml").write_text(f"live: {{url: '{live.address}', controllers: [{{status: live}}]}}\n")
    (unheard,) = await amiss(settings_for(handbook))

    assert refused.startswith("problem: repository live: is there, and the bot may not push to it: git push failed")
    assert refused.endswith("let the bot's key or credentials push branches that begin with mentor/")
    assert unheard.startswith("warning: repository live: names a commit status, and a plain repository has none")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(
            401, "problem: repository live: GitHub does not know us; check GITHUB_TOKEN", id="what to do is its own"
        ),
        pytest.param(
            502,
            "problem: repository live: GitHub has trouble (502); try again, or check the network and a proxy",
            id="the doctor tries once",
        ),
        pytest.param(
            422,
            "problem: repository live: GitHub refused (422): no; not now; correct repositories.yaml, or what the bot "
            "may read",
            id="others' words are no advice of ours",
        ),
    ],
)
async def test_repository_that_is_refused_is_told_with_what_to_do(handbook: Path, status: int, expected: str) -> None:
    async def refuses(request: web.Request) -> web.Response:
        return web.json_response({"message": "no; not now"}, status=status)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", refuses)
    (handbook / "repositories.yaml").write_text("live: {url: 'https://127.0.0.1/acme/live'}\n")
    async with TestServer(application) as server:
        github = {"GITHUB_TOKEN": "canary", "GITHUB_API_URL": str(server.make_url("/api/v3"))}

        (told,) = await amiss(settings_for(handbook, **github))

    assert told == expected


async def test_git_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    finding = await git_finding(settings_for(tmp_path / "handbook", PATH=str(tmp_path)))

    assert str(finding) == "problem: git: Git is not installed, or not on the PATH; install it and start again"


@pytest.mark.parametrize(
    ("printed", "level"),
    [("2.37", "warning"), ("2.38", "ok"), ("3.0", "ok"), ("odd", "warning")],
)
async def test_git_that_is_too_old_to_merge_is_found(tmp_path: Path, printed: str, level: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "git").write_text(f"#!/bin/sh\necho git version {printed}\n")
    (folder / "git").chmod(0o755)

    finding = await git_finding(settings_for(tmp_path / "handbook", PATH=f"{folder}:{os.environ['PATH']}"))

    assert finding.level.value == level
