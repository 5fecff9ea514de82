"""`mentor check` and `mentor doctor` as scripts rely on them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import generate
from sandbox import Sandbox
from tests.cli.command import Done, Run
from tests.journeys.office import new_sandbox
from tests.test_doctor import CHANNELS, PEOPLE


def test_a_good_handbook_passes(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook)

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("The handbook is good: ")


def test_a_good_handbook_passes_as_json(mentor: Run, handbook: str) -> None:
    done = mentor("check", "--handbook", handbook, "--json")

    assert (done.status, done.err, json.loads(done.out)) == (0, "", {"ok": True, "problems": []})


def test_the_embedded_handbook_passes(mentor: Run) -> None:
    assert mentor("check").status == 0


def test_a_broken_handbook_fails_with_a_line_for_each_error(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\nchanels: []\n")

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert [line.split(": ")[1:3] for line in done.complaints] == [
        ["channels.yaml:1", "timezone"],
        ["channels.yaml:2", "chanels"],
    ]


def test_a_broken_handbook_fails_as_json(mentor: Run, handbook: str) -> None:
    (Path(handbook) / "channels.yaml").write_text("timezone: Mars/Olympus\n")

    done = mentor("check", "--handbook", handbook, "--json")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    (problem,) = said["problems"]
    assert list(problem) == ["file", "line", "field", "what", "fix", "level"]
    assert (problem["file"], problem["line"], problem["field"], problem["level"]) == (
        "channels.yaml",
        1,
        "timezone",
        "error",
    )


def test_a_manifest_lacking_a_scope_fails(mentor: Run, tmp_path: Path, handbook: str) -> None:
    text = generate.manifest_text().replace("    - chat:write\n", "")
    (tmp_path / "app_manifest.yaml").write_text(text)

    done = mentor("check", "--handbook", handbook)

    assert done.status == 1
    assert done.complaints[0].startswith("error: app_manifest.yaml:1: oauth_config.scopes.bot: chat:write is missing; ")


def test_wrong_settings_fail_the_check(mentor: Run) -> None:
    done = mentor("check", MENTOR_HTTP_PORT="eighty", MENTOR_LOG_LEVEL="loud")

    assert done.status == 1
    assert [line.split(": ")[2] for line in done.complaints] == ["MENTOR_HTTP_PORT", "MENTOR_LOG_LEVEL"]


def test_wrong_settings_fail_the_check_as_json(mentor: Run) -> None:
    done = mentor("check", "--json", MENTOR_HTTP_PORT="eighty")

    said = json.loads(done.out)
    assert (done.status, done.err, said["ok"]) == (1, "", False)
    assert [problem["field"] for problem in said["problems"]] == ["MENTOR_HTTP_PORT"]


@pytest.fixture
async def workspace(handbook: str) -> AsyncIterator[Sandbox]:
    """A live one, as the handbook has it."""
    (Path(handbook) / "channels.yaml").write_text(CHANNELS)
    (Path(handbook) / "people.yaml").write_text(PEOPLE)
    sandbox = new_sandbox()
    sandbox.clock.set_factor(1.0)  # Slack's whole seconds are the machine's
    async with sandbox:
        yield sandbox


async def _doctor(mentor: Run, sandbox: Sandbox, handbook: str, *arguments: str, **settings: str) -> Done:
    given = {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "MENTOR_HANDBOOK": handbook,
        "MENTOR_CLOCK": f"0:{sandbox.clock.now() - datetime.now(UTC).timestamp()}:1",
    }
    return await asyncio.to_thread(mentor, "doctor", *arguments, **given | settings)


async def test_a_healthy_workspace_is_told_and_ends_with_0(mentor: Run, workspace: Sandbox, handbook: str) -> None:
    done = await _doctor(mentor, workspace, handbook)

    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "All is well."
    assert workspace.bot_token not in done.out


async def test_each_problem_of_a_workspace_is_complained_of(mentor: Run, workspace: Sandbox, handbook: str) -> None:
    workspace.workspace.channels["C0ASKPLAT"].members.clear()

    done = await _doctor(mentor, workspace, handbook)

    assert done.status == 1
    assert done.err == "problem: #ask-platform: the bot is not in it; write there: /invite @mentor\n"
    assert done.out.splitlines()[-1] == "1 problem, 0 warnings."


async def test_a_workspace_as_json_is_only_json(mentor: Run, workspace: Sandbox, handbook: str) -> None:
    done = await _doctor(mentor, workspace, handbook, "--json", SLACK_BOT_TOKEN="xoxb-canary")

    told = json.loads(done.out)
    assert (done.status, done.err, list(told), told["ok"]) == (1, "", ["ok", "findings"], False)
    assert told["findings"][-1] == {
        "level": "problem",
        "name": "bot token",
        "found": "Slack refused auth.test: invalid_auth",
        "fix": "copy the bot token (xoxb-…) from the app's OAuth page again",
    }
    assert "canary" not in done.out


def test_wrong_settings_fail_the_doctor_as_json(mentor: Run) -> None:
    done = mentor("doctor", "--json", MENTOR_HTTP_PORT="eighty")

    told = json.loads(done.out)
    assert (done.status, done.err) == (1, "")
    assert [each["name"] for each in told["findings"]] == ["MENTOR_HTTP_PORT"]
