"""`mentor doctor` in a live workspace: what it says when all is well, and of each thing that can be amiss."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import generate
from bot.clock import Clock
from bot.config import Secret, Settings, read_settings
from bot.demo.made_up import furnish
from bot.demo.playing import settings_for
from bot.doctor import examine, refused
from bot.errors import SettingsInvalid
from bot.findings import Finding, Level, by_level, is_well, skew, summary
from bot.model import Introduction
from bot.storage import migrate
from bot.storage.engine import Database
from sandbox import Sandbox
from tests.journeys.handbook import ARTICLES, write_handbook
from tests.journeys.office import new_sandbox
from tests.test_check import WEBHOOK

CHANNELS = """\
timezone: Europe/London
platform_channel: C0PLATFORM
channels:
  - {id: C0ASKPLAT, name: ask-platform, answer: at once}
  - {id: C0DEPLOYS, answer: shadow}
"""
PEOPLE = """\
platform_team: {group: S0PLATFORM}
duty:
  group: S0DUTY
  members: [U0MAYA]
  hours: {days: [mon], from: "09:00", to: "17:30", timezone: Europe/London}
approvers: {approvers: {group: S0PLATFORM}}
teams: {payments: {group: S0PAYMENTS}}
"""
SWITCH_ON = "correct the id in people.yaml, or switch the group on again in Slack"
NO_TEAM = "the handbook names none, so whatever needs that role is refused"
Change = Callable[[Sandbox], object]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = new_sandbox()
    sandbox.clock.set_factor(1.0)  # Slack's whole seconds are the machine's
    async with sandbox:
        yield sandbox


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "channels.yaml").write_text(CHANNELS)
    (folder / "people.yaml").write_text(PEOPLE)
    return folder


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path) -> Settings:
    return replace(settings_for(sandbox, tmp_path / "data"), handbook=str(handbook))


async def said(settings: Settings, folder: Path) -> list[str]:
    return [str(finding) for finding in await examine(settings, folder=folder)]


async def amiss(settings: Settings, folder: Path) -> list[str]:
    return [line for line in await said(settings, folder) if not line.startswith("ok: ")]


async def test_a_healthy_workspace_is_told_line_by_line(settings: Settings, tmp_path: Path) -> None:
    await migrate_to_head(settings)
    (tmp_path / "app_manifest.yaml").write_text(generate.manifest_text())

    assert await said(settings, tmp_path) == [
        f"ok: handbook: {len(ARTICLES)} articles, 2 channels watched",
        "ok: settings: complete, for Socket Mode",
        f"ok: database: is at this program's revision, {migrate.head()}",
        "ok: app_manifest.yaml: asks for all the bot needs, with /platform",
        "ok: bot token: is @mentor in Sandbox",
        f"ok: scopes: all {len(generate.SCOPES)} are granted",
        "ok: clock: agrees with Slack's",
        "ok: app-level token: may open a socket",
        "ok: #ask-platform: the bot is in it",
        "ok: C0DEPLOYS: the bot is in it",
        "ok: platform_channel: the bot is in it",
        "ok: groups: all 4 that people.yaml names are there, with people in them",
    ]


async def test_nothing_is_changed_by_looking(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))

    await examine(settings, folder=tmp_path)

    assert sorted(tmp_path.rglob("*")) == before
    assert sandbox.ledger.effects == []
    assert sandbox.sockets.connections == []


async def migrate_to_head(settings: Settings) -> None:
    database = Database(settings.database_url)
    await migrate.upgrade(database)
    await database.close()


@pytest.mark.parametrize("level", [Level.WARNING, Level.PROBLEM])
def test_no_finding_is_told_without_its_fix(level: Level) -> None:
    with pytest.raises(ValueError, match="without its fix"):
        Finding(level, "x", "y")


# Slack and its tokens.


@pytest.mark.parametrize("scope", list(generate.SCOPES))
async def test_each_scope_that_is_missing_is_named_with_its_reason(handbook: Path, tmp_path: Path, scope: str) -> None:
    manifest = generate.manifest()
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    async with Sandbox(manifest) as sandbox:
        furnish(sandbox)
        settings = replace(settings_for(sandbox, tmp_path / "data"), handbook=str(handbook))

        found = await amiss(settings, tmp_path)

    fix = "add it at OAuth & Permissions in the app's settings, and install the app again"
    assert f"problem: scope {scope}: is missing, needed to {generate.SCOPES[scope]}; {fix}" in found


async def test_what_a_missing_scope_hides_is_said_too(handbook: Path, tmp_path: Path) -> None:
    manifest = generate.manifest()
    manifest["oauth_config"]["scopes"]["bot"] = [
        scope for scope in generate.SCOPES if scope not in ("channels:read", "usergroups:read")
    ]
    async with Sandbox(manifest) as sandbox:
        furnish(sandbox)
        settings = replace(settings_for(sandbox, tmp_path / "data"), handbook=str(handbook))

        found = [line for line in await amiss(settings, tmp_path) if "scope " not in line.partition(":")[2][:8]]

    assert found == [
        "problem: #ask-platform: C0ASKPLAT cannot be looked up: missing_scope; add the missing scope",
        "problem: C0DEPLOYS: C0DEPLOYS cannot be looked up: missing_scope; add the missing scope",
        "problem: platform_channel: C0PLATFORM cannot be looked up: missing_scope; add the missing scope",
        "problem: groups: cannot be looked up: missing_scope; add usergroups:read",
    ]


async def test_a_wrong_bot_token_is_one_problem(settings: Settings, tmp_path: Path) -> None:
    wrong = replace(settings, slack_bot_token=Secret("xoxb-canary"))

    found = await amiss(wrong, tmp_path)

    fix = "copy the bot token (xoxb-…) from the app's OAuth page again"
    assert found == [f"problem: bot token: Slack refused auth.test: invalid_auth; {fix}"]


async def test_an_app_of_the_whole_organisation_is_one_problem(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    sandbox.workspace.begin_organisation("Odyssey Group", is_whole_install=True)

    assert [line for line in await amiss(settings, tmp_path) if "bot token" in line] == [
        (
            "problem: bot token: is of an app installed for all of Odyssey Group, and Mentor serves one workspace; "
            "install the app in one workspace, and set that token"
        )
    ]


async def test_a_wrong_app_level_token_is_one_problem(settings: Settings, tmp_path: Path) -> None:
    wrong = replace(settings, slack_app_token=Secret("xapp-canary"))

    fix = "switch Socket Mode on, and make an app-level token (xapp-…) with connections:write"
    assert await amiss(wrong, tmp_path) == [f"problem: app-level token: Slack refused it: invalid_auth; {fix}"]


async def test_without_an_app_level_token_a_signing_secret_will_do(settings: Settings, tmp_path: Path) -> None:
    by_http = replace(settings, slack_app_token=Secret(""), slack_signing_secret=Secret("canary"))

    found = await said(by_http, tmp_path)

    assert "ok: settings: complete, for signed HTTP at /slack/events" in found
    assert [line for line in found if not line.startswith("ok: ") or "app-level" in line] == []


async def test_settings_that_are_missing_are_problems(settings: Settings, tmp_path: Path) -> None:
    bare = replace(settings, slack_bot_token=Secret(""), slack_app_token=Secret(""))

    found = await examine(bare, folder=tmp_path)

    assert [each.name for each in found if each.level is Level.PROBLEM] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


def test_wrong_settings_are_problems_each() -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read_settings({"MENTOR_HTTP_PORT": "eighty", "MENTOR_LOG_LEVEL": "loud"})

    assert [(each.level, each.name) for each in refused(invalid.value)] == [
        (Level.PROBLEM, "MENTOR_HTTP_PORT"),
        (Level.PROBLEM, "MENTOR_LOG_LEVEL"),
    ]


async def test_slack_out_of_reach_is_one_line(settings: Settings, tmp_path: Path) -> None:
    away = replace(settings, slack_api_url="http://127.0.0.1:1/api/")

    fix = "check the network, a proxy, and SLACK_API_URL"
    assert await amiss(away, tmp_path) == [f"problem: Slack: does not answer: auth.test: ClientConnectorError; {fix}"]


async def test_what_was_found_before_slack_fell_silent_is_kept(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    sandbox.faults.add("drop", methods=["conversations.info"])
    hurried = replace(settings, clock=Clock(settings.clock.time_s, lambda: 50.0))

    found = await said(hurried, tmp_path)

    assert "ok: bot token: is @mentor in Sandbox" in found
    assert found[-1].startswith("problem: Slack: does not answer: conversations.info: ")


@pytest.mark.parametrize(
    ("ahead_s", "level", "words"),
    [
        (600, "problem", "s ahead of Slack's"),
        (-600, "problem", "is 600 s behind Slack's"),
        (30, "warning", "s ahead of Slack's"),
        (-30, "warning", "is 30 s behind Slack's"),
    ],
)
async def test_a_clock_that_is_off_is_found(
    settings: Settings, tmp_path: Path, ahead_s: float, level: str, words: str
) -> None:
    skewed = replace(settings, clock=Clock(lambda: settings.clock.time_s() + ahead_s))

    (found,) = await amiss(skewed, tmp_path)

    assert found.startswith(f"{level}: clock: is ")
    assert words in found
    assert "300 s" in found


@given(
    ahead=st.floats(-1000, 1000), waits=st.tuples(st.floats(0, 10), st.floats(0, 10)), second=st.floats(0, 0.999_999)
)
def test_a_clock_is_never_said_to_be_further_off_than_it_is(
    ahead: float, waits: tuple[float, float], second: float
) -> None:
    answered = datetime(2026, 11, 24, 10, tzinfo=UTC) + timedelta(seconds=second)
    off = timedelta(seconds=ahead)
    introduction = Introduction(
        workspace="",
        bot="",
        is_for_all=False,
        scopes=None,
        asked_at=answered - timedelta(seconds=waits[0]) + off,
        said_at=answered.replace(microsecond=0),
        heard_at=answered + timedelta(seconds=waits[1]) + off,
    )

    found = skew(introduction)

    assert abs(found) <= abs(off)
    assert abs(found - off) <= timedelta(seconds=sum(waits) + 1)


# Channels.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda sandbox: sandbox.workspace.channels["C0ASKPLAT"].members.clear(),
            "problem: #ask-platform: the bot is not in it; write there: /invite @mentor",
            id="the bot is not in it",
        ),
        pytest.param(
            lambda sandbox: sandbox.workspace.channels.pop("C0ASKPLAT"),
            "problem: #ask-platform: C0ASKPLAT is not there, or private and without the bot; "
            "correct the id in channels.yaml, or write there: /invite @mentor",
            id="gone",
        ),
        pytest.param(
            lambda sandbox: setattr(sandbox.workspace.channels["C0ASKPLAT"], "is_archived", True),
            "problem: #ask-platform: is archived; take it out of channels.yaml, or unarchive it",
            id="archived",
        ),
        pytest.param(
            lambda sandbox: setattr(sandbox.workspace.channels["C0ASKPLAT"], "name", "ask-infra"),
            'warning: #ask-platform: is called "ask-infra" in Slack; correct the id or the name in channels.yaml',
            id="another name",
        ),
        pytest.param(
            lambda sandbox: setattr(sandbox.workspace.channels["C0ASKPLAT"], "is_ext_shared", True),
            "warning: #ask-platform: is shared with another company; "
            "fine if you mean it: the bot answers your own people there and nobody else",
            id="shared",
        ),
        pytest.param(
            lambda sandbox: setattr(sandbox.workspace.channels["C0PLATFORM"], "is_ext_shared", True),
            "warning: platform_channel: is shared with another company; "
            "name one of your own, or they read what only the platform team should see",
            id="the platform team's own shared",
        ),
        pytest.param(
            lambda sandbox: sandbox.workspace.channels["C0PLATFORM"].members.clear(),
            "problem: platform_channel: the bot is not in it; write there: /invite @mentor",
            id="not in the platform team's own",
        ),
    ],
)
async def test_a_channel_that_is_not_as_the_handbook_says_is_found(
    sandbox: Sandbox, settings: Settings, tmp_path: Path, change: Change, expected: str
) -> None:
    change(sandbox)

    assert await amiss(settings, tmp_path) == [expected]


# Groups.


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda sandbox: sandbox.workspace.usergroups["S0PLATFORM"].users.clear(),
            [
                "problem: platform team: @platform has nobody in it; add people to the group",
                "problem: approvers approvers: @platform has nobody in it; add people to the group",
            ],
            id="the platform team is empty",
        ),
        pytest.param(
            lambda sandbox: sandbox.workspace.usergroups["S0PAYMENTS"].users.clear(),
            ["warning: team payments: @payments has nobody in it; add people to the group"],
            id="a team is empty",
        ),
        pytest.param(
            lambda sandbox: sandbox.workspace.usergroups["S0DUTY"].users.clear(),
            [],
            id="the duty group is empty, and one is named besides",
        ),
        pytest.param(
            lambda sandbox: sandbox.workspace.usergroups.pop("S0DUTY"),
            [f"problem: duty group: Slack has no user group S0DUTY; {SWITCH_ON}"],
            id="the duty group is gone",
        ),
    ],
)
async def test_a_group_that_is_not_as_the_handbook_says_is_found(
    sandbox: Sandbox, settings: Settings, tmp_path: Path, change: Change, expected: list[str]
) -> None:
    change(sandbox)

    assert await amiss(settings, tmp_path) == expected


async def test_members_named_for_another_time_are_nobody(settings: Settings, handbook: Path, tmp_path: Path) -> None:
    (handbook / "people.yaml").write_text(
        PEOPLE.replace("{group: S0PLATFORM}", "{members: [{id: U0MAYA, until: 2026-11-01}]}")
    )

    assert await amiss(settings, tmp_path) == [
        "problem: platform team: has nobody in it; add people to the group",
        "problem: approvers approvers: has nobody in it; add people to the group",
    ]


async def test_a_handbook_without_roles_is_a_warning_each(settings: Settings, handbook: Path, tmp_path: Path) -> None:
    (handbook / "people.yaml").unlink()

    assert await amiss(settings, tmp_path) == [
        f"warning: platform team: {NO_TEAM}; name it in people.yaml",
        "warning: duty group: nobody is called when somebody asks for a person; name a duty group in people.yaml",
    ]


# Handbook, manifest, database.


async def test_the_first_errors_of_a_handbook_are_problems_and_the_rest_counted(
    settings: Settings, handbook: Path, tmp_path: Path
) -> None:
    (handbook / "channels.yaml").write_text("".join(f"wrong{number}: x\n" for number in range(7)))

    found = await amiss(settings, tmp_path)

    assert [line.split(": ")[1:3] for line in found] == [
        *(["handbook", f"channels.yaml:{number}"] for number in range(1, 6)),
        ["handbook", "2 more errors; `mentor check` lists them"],
    ]


async def test_a_handbook_that_cannot_be_had_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    (found,) = await amiss(replace(settings, handbook="ext::sh -c true"), tmp_path)

    assert found.startswith("problem: handbook: ")


async def test_a_source_that_cannot_be_read_is_a_problem(settings: Settings, handbook: Path, tmp_path: Path) -> None:
    (handbook / "sources.yaml").write_text(f"- {{name: docs, repository: 'file://{tmp_path}/nothing.git'}}\n")

    (found,) = await amiss(settings, tmp_path)

    assert found.startswith("problem: source docs: git ls-remote failed for file://")
    assert found.endswith("; correct sources.yaml, or what the bot may read")


async def test_the_embedded_example_is_not_held_against_the_workspace(settings: Settings, tmp_path: Path) -> None:
    found = "MENTOR_HANDBOOK is not set, so the bot would answer from the embedded example"
    assert await amiss(replace(settings, handbook=""), tmp_path) == [
        f"warning: handbook: {found}; write your own with `mentor init`"
    ]


async def test_a_manifest_with_another_command_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "app_manifest.yaml").write_text(generate.manifest_text())

    fix = "add it, or set MENTOR_COMMAND to the one there"
    assert await amiss(replace(settings, command="/odyssey"), tmp_path) == [
        f"problem: app_manifest.yaml: features.slash_commands: /odyssey is missing; {fix}"
    ]


async def test_an_old_database_is_a_warning(settings: Settings, tmp_path: Path, database_url: str) -> None:
    database = Database(database_url)
    await migrate.upgrade(database)
    await migrate.downgrade(database, "0001")
    await database.close()

    found = f"is at revision 0001, this program's is {migrate.head()}"
    fix = "`mentor run` brings it up to date, as does `mentor db upgrade`"
    assert await amiss(replace(settings, database_url=database_url), tmp_path) == [f"warning: database: {found}; {fix}"]


async def test_a_newer_database_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    await migrate_to_head(settings)
    database = Database(settings.database_url)

    async def to_the_future(tx: object) -> None:
        await tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")  # type: ignore[attr-defined]

    await database.write(to_the_future)
    await database.close()

    (found,) = await amiss(settings, tmp_path)

    assert found.startswith("problem: database: was made by a newer Mentor; install that version")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql+psycopg://mentor:canary@127.0.0.1:1/mentor", "does not answer"),
        ("postgresql+psycopg://mentor:canary@127.0.0.1:port/mentor", "no address of a database"),
        ("sqlite+aiosqlite:////dev", "cannot be opened"),
    ],
)
async def test_a_database_that_is_not_to_be_had_is_a_problem(
    settings: Settings, tmp_path: Path, url: str, words: str
) -> None:
    (found,) = await amiss(replace(settings, database_url=url), tmp_path)

    assert found.startswith("problem: database: ")
    assert words in found
    assert "canary" not in found


async def test_a_file_that_is_no_database_is_a_problem(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("words, and no database " * 100)

    (found,) = await amiss(replace(settings, database_url=f"sqlite+aiosqlite:///{file}"), tmp_path)

    assert found.startswith(f"problem: database: MENTOR_DATABASE_URL: {file} is no SQLite database.")


async def test_entry_that_calls_what_nobody_allows_is_found(settings: Settings, handbook: Path, tmp_path: Path) -> None:
    (handbook / "actions").mkdir()
    (handbook / "actions" / "restart.yaml").write_text(WEBHOOK)

    (found,) = [line for line in await amiss(settings, tmp_path) if "actions/" in line]

    assert found == (
        "warning: actions/restart.yaml: webhook.url: MENTOR_WEBHOOK_HOSTS does not name ops.example.com:443; "
        "an operator can add it"
    )


# How it is told.


def test_the_worst_stands_last() -> None:
    found = [Finding(level, "x", "y", "z") for level in (Level.PROBLEM, Level.OK, Level.WARNING, Level.OK)]

    assert [each.level for each in by_level(found)] == [Level.OK, Level.OK, Level.WARNING, Level.PROBLEM]


@pytest.mark.parametrize(
    ("levels", "words", "well"),
    [
        ([Level.OK], "All is well.", True),
        ([Level.OK, Level.WARNING], "0 problems, 1 warning.", True),
        ([Level.PROBLEM, Level.PROBLEM, Level.WARNING], "2 problems, 1 warning.", False),
    ],
)
def test_a_warning_alone_is_no_failure(levels: list[Level], words: str, *, well: bool) -> None:
    found = [Finding(level, "x", "y", "z") for level in levels]

    assert (summary(found), is_well(found)) == (words, well)
