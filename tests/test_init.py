"""`mentor init`: the handbook it writes from a live workspace, and what it never does."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.demo.playing import settings_for
from bot.doctor import examine
from bot.errors import SlackError
from bot.findings import Level
from bot.first_handbook import (
    FolderInUse,
    Surroundings,
    duty_group,
    files_of,
    make,
    next_steps,
    platform_channel,
    platform_group,
    write,
)
from bot.model import ChannelInfo, UserGroup
from knowledge.channels import AnswerMode
from knowledge.loader import Handbook, load
from knowledge.people import Group, Team
from sandbox import Sandbox
from tests.journeys.office import new_sandbox

TODAY = date(2026, 11, 24)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with new_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    return settings_for(sandbox, tmp_path / "data")


def channel(name: str, channel_id: str = "C0CHANNEL", *, is_shared: bool = False) -> ChannelInfo:
    return ChannelInfo(channel_id, name, is_private=False, is_shared=is_shared, is_member=True, is_archived=False)


def group(handle: str, group_id: str = "S0GROUP") -> UserGroup:
    return UserGroup(group_id, handle, frozenset({"U0MAYA"}))


def loaded(folder: Path, around: Surroundings) -> Handbook:
    write(folder, files_of(around, today=TODAY))
    found = load(folder)
    assert isinstance(found, Handbook), found
    return found


# From a live workspace.


async def test_the_handbook_holds_the_groups_and_the_channels_the_bot_is_in(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    sandbox.workspace.add_channel("elsewhere", with_bot=False)

    await make(settings, tmp_path / "handbook")

    found = load(tmp_path / "handbook")
    assert isinstance(found, Handbook)
    assert found.warnings == ()
    assert found.people.platform_team == Group("S0PLATFORM")
    assert found.people.duty is not None
    assert (found.people.duty.group, found.people.duty.hours.timezone) == (Group("S0DUTY"), "Europe/London")
    assert found.people.teams == {
        name: Team(Group(f"S0{name.upper()}")) for name in ("checkout", "data", "payments", "search")
    }
    assert (found.channels.timezone, found.channels.platform_channel) == ("Europe/London", "C0PLATFORM")
    assert {(each.id, each.name, each.answer) for each in found.channels.channels} == {
        (channel_id, name, AnswerMode.SHADOW)
        for channel_id, name in [
            ("C0ASKPLAT", "ask-platform"),
            ("C0DEPLOYS", "deploys"),
            ("C0DATAHELP", "data-help"),
            ("C0RANDOM", "random"),
            ("C0QUIET", "quiet"),
            ("C0COUNTED", "counted"),
        ]
    }
    assert [each.id for each in found.articles] == ["welcome.md"]


async def test_the_doctor_has_no_complaint_about_it(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "handbook"

    await make(settings, folder)

    found = await examine(replace(settings, handbook=str(folder)), folder=tmp_path)
    assert [str(each) for each in found if each.level is not Level.OK] == []


async def test_a_shared_channel_is_left_out_and_named(settings: Settings, tmp_path: Path) -> None:
    await make(settings, tmp_path / "handbook")

    text = (tmp_path / "handbook" / "channels.yaml").read_text()
    assert [line for line in text.splitlines() if "C0PARTNERS" in line] == [
        "# Left out, for another company reads along: C0PARTNERS  #partners"
    ]


async def test_names_stand_beside_the_ids(settings: Settings, tmp_path: Path) -> None:
    await make(settings, tmp_path / "handbook")

    lines = (tmp_path / "handbook" / "people.yaml").read_text().splitlines()
    assert "  group: S0PLATFORM  # @platform: whoever is in it today" in lines
    assert "  payments: {group: S0PAYMENTS}  # @payments" in lines


async def test_the_time_zone_is_where_most_of_the_platform_team_are(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    for name in ("ana", "ben", "cleo"):
        person = sandbox.workspace.add_person(name, tz="Europe/Berlin")
        sandbox.workspace.usergroups["S0PLATFORM"].users.append(person.id)

    await make(settings, tmp_path / "handbook")

    text = (tmp_path / "handbook" / "channels.yaml").read_text()
    assert "timezone: Europe/Berlin  # where most of @platform are. Weeks and days are cut here" in text.splitlines()


async def test_groups_without_people_are_left_out(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> None:
    sandbox.workspace.usergroups["S0SEARCH"].users.clear()

    await make(settings, tmp_path / "handbook")

    assert "S0SEARCH" not in (tmp_path / "handbook" / "people.yaml").read_text()


async def test_a_bare_workspace_gives_a_handbook_to_fill_in(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    sandbox.workspace.usergroups.clear()
    sandbox.workspace.channels.clear()

    await make(settings, tmp_path / "handbook")

    found = load(tmp_path / "handbook")
    assert isinstance(found, Handbook)
    assert (found.people.platform_team, found.people.duty, found.people.teams) == (None, None, {})
    assert (found.channels.timezone, found.channels.channels) == ("UTC", ())


# What it never does.


@pytest.mark.parametrize("name", ["people.yaml", ".hidden", "articles/old.md"])
async def test_a_folder_that_holds_anything_is_left_alone(settings: Settings, tmp_path: Path, name: str) -> None:
    kept = tmp_path / "handbook" / name
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")

    with pytest.raises(FolderInUse):
        await make(settings, tmp_path / "handbook")

    files = [path for path in (tmp_path / "handbook").rglob("*") if path.is_file()]
    assert [(path, path.read_text()) for path in files] == [(kept, "mine")]


async def test_a_file_or_a_link_to_nowhere_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    for name in ("file", "link"):
        with pytest.raises(FolderInUse):
            await make(settings, tmp_path / name)

    assert not (tmp_path / "nowhere").exists()


async def test_an_empty_folder_may_be_used(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "handbook").mkdir()

    await make(settings, tmp_path / "handbook")

    assert (tmp_path / "handbook" / "channels.yaml").is_file()


async def test_nothing_is_written_when_slack_is_out_of_reach(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, slack_api_url="http://127.0.0.1:1/api/")

    with pytest.raises(SlackError):
        await make(away, tmp_path / "handbook")

    assert not (tmp_path / "handbook").exists()


# Guesses.


@pytest.mark.parametrize(
    ("handles", "guess"),
    [
        (["payments", "platform"], "platform"),
        (["platform-engineering", "platform-eng"], "platform-eng"),
        (["infra", "platform-team"], "platform-team"),
        (["SRE", "web"], "SRE"),
        (["platform-oncall", "infra"], "infra"),
        (["platform-on-call"], None),
        (["platforms", "infrared"], None),
        ([], None),
    ],
)
def test_the_platform_team_is_guessed_by_its_groups_handle(handles: list[str], guess: str | None) -> None:
    found = platform_group([group(handle) for handle in handles])

    assert (found and found.handle) == guess


@pytest.mark.parametrize(
    ("handles", "guess"),
    [
        (["platform", "platform-duty"], "platform-duty"),
        (["infra-oncall", "payments-oncall"], "infra-oncall"),
        (["on-call"], "on-call"),
        (["web-oncall", "payments-oncall"], None),
        (["platform"], None),
    ],
)
def test_the_people_on_duty_are_guessed_only_where_they_can_be_ours(handles: list[str], guess: str | None) -> None:
    found = duty_group([group(handle) for handle in handles])

    assert (found and found.handle) == guess


@pytest.mark.parametrize(
    ("channels", "guess"),
    [
        ([channel("ask-platform"), channel("platform-team")], "platform-team"),
        ([channel("team-sre-private"), channel("team-sre")], "team-sre"),
        ([channel("ask-platform"), channel("data-team")], None),
        ([channel("platform-team", is_shared=True)], None),
    ],
    ids=["by name", "the shorter", "none", "not a shared one"],
)
def test_the_platform_teams_channel_is_guessed_by_its_name(channels: list[ChannelInfo], guess: str | None) -> None:
    found = platform_channel(channels)

    assert (found and found.name) == guess


def test_without_a_guess_the_groups_to_choose_from_are_listed() -> None:
    text = files_of(Surroundings("Acme", [], [group("web", "S0WEBWEB"), group("data", "S0DATA0")]), today=TODAY)

    assert text["people.yaml"].split("\n\n")[1].splitlines() == [
        "# No group looks like it: put one in, and take the # away.",
        "#   S0WEBWEB  @web",
        "#   S0DATA0  @data",
        "# platform_team:",
        "#   group: S…",
    ]


# Names are anybody's text.

HOSTILE = [
    "a # b",
    'say "hi"',
    "it's",
    "back\\slash",
    "line\nplatform_team: {group: S0EVIL00}",
    "line\r\x85\u2028\u2029break",
    "\x1b[31mred\x07",
    "- list",
    "{a: b}",
    "[x",
    "key: value",
    "%TAG",
    "&anchor *alias !tag",
    "no",
    "null",
    "~",
    "1e3",
    "",
    " ",
    "\u202e\ufeffturned",
    "x" * 300,
    "ж日本🙂",
    "\ud800",
    "{workspace}",
]
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=100))


@given(workspace=names, handles=st.lists(names, max_size=6), channel_names=st.lists(names, max_size=6))
def test_whatever_things_are_called_the_handbook_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, workspace: str, handles: list[str], channel_names: list[str]
) -> None:
    groups = [group(handle, f"S0GROUP{number}") for number, handle in enumerate(handles)]
    channels = [channel(name, f"C0CHANNEL{number}") for number, name in enumerate(channel_names)]
    shared = [channel(name, f"C0SHARED{number}", is_shared=True) for number, name in enumerate(channel_names)]

    found = loaded(tmp_path_factory.mktemp("handbook"), Surroundings(workspace, [*channels, *shared], groups))

    roles = [found.people.platform_team, found.people.duty.group if found.people.duty else None]
    named = {each.usergroup_id for each in roles if each} | {
        each.group.usergroup_id for each in found.people.teams.values()
    }
    listed = {each.id for each in found.channels.channels} | ({found.channels.platform_channel} - {""})
    assert named == {each.id for each in groups}
    assert listed == {each.id for each in channels}


@pytest.mark.parametrize(
    "name", ["a # b", 'say "hi"', "back\\slash", "key: value", "no", "null", "~", "ж日本🙂", "{workspace}"]
)
def test_a_channels_name_comes_back_as_it_is(tmp_path: Path, name: str) -> None:
    found = loaded(tmp_path, Surroundings("Acme", [channel(name)], [group(name)]))

    assert [each.name for each in found.channels.channels] == [name]
    assert list(found.people.teams) == [name]


# The command.


def _init(sandbox: Sandbox, folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MENTOR_", "SLACK_"))}
    given = {"SLACK_BOT_TOKEN": sandbox.bot_token, "SLACK_API_URL": sandbox.api_url}
    return subprocess.run(
        [sys.executable, "-m", "bot", "init", *arguments],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[1]), **given, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_command_writes_a_handbook_and_says_what_to_do_next(sandbox: Sandbox, tmp_path: Path) -> None:
    done = await asyncio.to_thread(_init, sandbox, tmp_path)

    assert (done.returncode, done.stderr, done.stdout) == (0, "", next_steps(Path("handbook")) + "\n")
    assert isinstance(load(tmp_path / "handbook"), Handbook)


async def test_the_command_overwrites_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.md").write_text("mine")

    done = await asyncio.to_thread(_init, sandbox, tmp_path, "mine")

    fix = "Name a new folder: mentor init DIR"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"mentor: mine is in use, and nothing is overwritten. {fix}\n"


async def test_the_command_needs_a_token(sandbox: Sandbox, tmp_path: Path) -> None:
    done = await asyncio.to_thread(_init, sandbox, tmp_path, SLACK_BOT_TOKEN="")

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert done.stderr.startswith("mentor: SLACK_BOT_TOKEN: not set; ")


async def test_a_wrong_token_is_one_line(sandbox: Sandbox, tmp_path: Path) -> None:
    done = await asyncio.to_thread(_init, sandbox, tmp_path, SLACK_BOT_TOKEN="xoxb-canary")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mentor: Slack refused auth.test: invalid_auth (check SLACK_BOT_TOKEN)\n"
    assert list(tmp_path.iterdir()) == []


async def test_a_platform_channel_that_is_missing_is_pointed_out(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.workspace.channels.pop("C0PLATFORM")

    done = await asyncio.to_thread(_init, sandbox, tmp_path)

    assert done.returncode == 0
    assert done.stderr.startswith("warning: channels.yaml:")
    assert "platform_channel" in done.stderr
