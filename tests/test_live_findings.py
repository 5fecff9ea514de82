"""What the doctor finds of what actions reach: repositories, what reports from them, git. Nothing is changed there."""

import os
from pathlib import Path

import pytest

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
