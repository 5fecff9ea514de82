"""The demo on a team's own handbook and history: what is asked once more, and what is wrong is said with its place."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import generate
from bot.demo.own import OwnTeam, read_own
from bot.demo.playing import playing
from bot.demo.terminal import Terminal
from bot.peers.export import open_export
from sandbox import Sandbox
from tests.journeys.handbook import write_handbook
from tests.peers.exports import Json, export, said, write_folder
from tests.real_data import REAL_DATA

DAY_S = 86_400
MONDAY = datetime(2026, 11, 9, 10, tzinfo=UTC).timestamp()
SLOW = "how can I get a new database for my service please?"
ALONE = "how do I see the logs of my service?"
QUICK = "who can tell me where the office is today?"
LEADS_OUT = r"""
live: {url: https://git.example.com/platform/live, branch: "no", contributions: yes}
apps: {url: https://git.example.com/platform/live-apps, controllers: [{argocd: team/apps, path: apps}]}
hidden: {url: "https://git.example.com/platform/\x68idden"}
stable: {url: https://git.example.com/platform/live, branch: stable}
"""
NOBODY_KNOWS = "is there anyone who has rotated the signing certificate before?"


def ts(day: int, second: int = 0) -> str:
    return f"{MONDAY + day * DAY_S + second:.6f}"


NO_QUESTION = said(ts(13), "have a nice weekend everybody")


def a_fortnight() -> list[Json]:
    return [
        said(ts(0), SLOW),
        said(ts(0, 9000), "open a request in the catalogue", "U0BEN", thread_ts=ts(0)),
        said(ts(1), ALONE),
        said(ts(2), QUICK, "U0BEN"),
        said(ts(2, 60), "third floor, next to the kitchen", thread_ts=ts(2)),
        said(ts(3), NOBODY_KNOWS),
        NO_QUESTION,
    ]


def write_own(folder: Path, *messages: Json) -> tuple[Path, Path]:
    """A handbook and an export of a made-up team."""
    files = export(**{"general/2026-11-09.json": list(messages)})
    del files["general/2025-11-24.json"]
    return write_handbook(folder / "handbook"), write_folder(folder / "export", files)


async def walked(handbook: Path, folder: Path) -> OwnTeam:
    """The team after the whole tour."""
    with open_export(folder) as opened:
        team = OwnTeam(handbook, await asyncio.to_thread(read_own, handbook), opened)
        async with playing(team):
            await Terminal(team.tour).walk()
    return team


async def test_the_hardest_questions_are_asked_once_more_of_their_own_handbook(tmp_path: Path) -> None:
    team = await walked(*write_own(tmp_path, *a_fortnight()))

    steps = team.tour.told()["steps"]
    questions = [each for each in steps if each["name"].startswith("question")]
    assert [(each["title"], each["why"].partition(". This")[0]) for each in questions] == [
        (f"“{NOBODY_KNOWS}”", "u0anna asked this in #general on 12 Nov 2026, and nobody answered"),
        (f"“{ALONE}”", "u0anna asked this in #general on 10 Nov 2026, and nobody answered"),
        (f"“{SLOW}”", "u0anna asked this in #general on 09 Nov 2026, and the first answer came after 2 h 30 min"),
        (f"“{QUICK}”", "u0ben asked this in #general on 11 Nov 2026, and the first answer came after 1 min"),
    ]
    nothing, found = (each["beats"][-1]["text"] for each in questions[:2])
    assert nothing.startswith("I found nothing about this in the handbook")
    assert "Open Grafana" in found
    assert {each["state"] for each in steps} == {"done"}
    assert steps[-1]["name"] == "privacy"


def test_what_would_lead_out_of_the_machine_is_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handbook, folder = write_own(tmp_path, *a_fortnight())
    (handbook / "sources.yaml").write_text(
        "- {name: docs, repository: 'https://git.example.com/platform/docs.git', globs: ['**/*.md']}\n"
    )
    (handbook / "repositories.yaml").write_text(LEADS_OUT)

    with open_export(folder) as opened:
        OwnTeam(handbook, read_own(handbook), opened).furnish(Sandbox(generate.manifest()), tmp_path)

    copied = read_own(tmp_path / "own" / "handbook")
    assert [(each.name, each.url) for each in copied.repositories] == [
        (name, f"file://{tmp_path}/own/{name}.git") for name in ("live", "apps", "hidden", "stable")
    ]
    assert [replace(each, url="") for each in copied.repositories] == [
        replace(each, url="") for each in read_own(handbook).repositories
    ]
    assert copied.sources == ()
    assert "git.example.com" not in (tmp_path / "own" / "handbook" / "repositories.yaml").read_text()
    printed = capsys.readouterr().out
    assert "Left out: sources.yaml, whose articles stand in other repositories." in printed
    assert "The repository live is an empty one here, so that nothing leaves this machine." in printed
    assert (
        "https://git.example.com/platform/live" in (handbook / "repositories.yaml").read_text()
    )  # their own is as it was


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("digest: {day: thu, at: '15:30'}", "jumps to Thursday 15:30"),
        ("digest: {every: 2 weeks}", "jumps to Monday 09:00"),
        ("holidays: JP", "jumps to Tuesday 09:00"),  # 23 November, Labour Thanksgiving Day
    ],
    ids=["half past three", "every second week", "a Monday that is a holiday"],
)
async def test_the_digest_is_shown_when_the_handbook_has_it_due(tmp_path: Path, due: str, told: str) -> None:
    handbook, folder = write_own(tmp_path, NO_QUESTION)
    channels = handbook / "channels.yaml"
    channels.write_text(f"{channels.read_text()}\n{due}\n")

    team = await walked(handbook, folder)

    digest, privacy = team.tour.told()["steps"]
    assert (digest["title"], digest["state"], privacy["state"]) == ("The digest", "done", "done")
    assert digest["beats"][0]["text"].startswith(told)


async def test_privacy_is_shown_where_a_person_is(tmp_path: Path) -> None:
    alert = said(ts(1), "disk is full", "U0ROBOT", subtype="bot_message", bot_id="B1")
    files = export(**{"general/2026-11-09.json": [NO_QUESTION], "alerts/2026-11-09.json": [alert]})
    del files["general/2025-11-24.json"]
    files["channels.json"] = [{"id": "C0ALERTS", "name": "alerts"}, *files["channels.json"]]

    team = await walked(write_handbook(tmp_path / "handbook"), write_folder(tmp_path / "export", files))

    privacy = team.tour.told()["steps"][-1]
    assert (privacy["name"], privacy["state"]) == ("privacy", "done")


@pytest.mark.real_data
@pytest.mark.chaos
@pytest.mark.parametrize(
    "name", ["gitter/export-threaded", "gitter/export-flat", "irc/export", "slack-real/houston-datavis"]
)
async def test_real_exports_come_to_five_questions_and_an_end(name: str, tmp_path: Path) -> None:
    handbook = tmp_path / "handbook"
    shutil.copytree(REAL_DATA / "kb-dev" / "pages", handbook / "articles")

    team = await walked(handbook, REAL_DATA / "chat-dev" / name)

    assert [each["state"] for each in team.tour.told()["steps"]] == ["done"] * 6
