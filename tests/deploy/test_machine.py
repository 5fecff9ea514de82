"""The container's and systemd's files: no root, nothing writable but the data, and the command in them runs the bot."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from bot import generate
from bot.cli import _parser
from bot.demo.made_up import furnish
from sandbox import Sandbox
from tests.deploy.files import DEPLOY, ROOT
from tests.handlers.by_http import free_port

PATIENCE_S = 60.0
UNIT = DEPLOY / "mentor.service"
SETTING = re.compile(r"^(\w+)=(.*)$", re.MULTILINE)
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def _said(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def test_the_image_holds_what_the_lock_says_and_no_more() -> None:
    all_pinned = dict(PINNED.findall((ROOT / "requirements.lock").read_text()))
    pinned = dict(PINNED.findall((DEPLOY / "requirements.lock").read_text()))

    assert {name: version for name, version in pinned.items() if all_pinned.get(name) != version} == {}
    assert {"slack-bolt", "boto3", "pyjwt", "hatchling"} <= pinned.keys()
    assert not {"pytest", "moto", "playwright", "mypy"} & pinned.keys()
    assert "://" not in (DEPLOY / "requirements.lock").read_text()


def test_the_image_is_made_of_every_package_and_runs_as_nobody() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    packages = re.search(r"packages = \[(.+?)\]", (ROOT / "pyproject.toml").read_text())

    assert packages
    for name in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {name} {name}\n" in text
        assert f"!{name}\n" in (DEPLOY / "Containerfile.dockerignore").read_text()
    assert "USER 65532:65532\n" in text
    assert text.index("USER 65532") > text.rindex("RUN ")


def test_the_image_starts_a_command_that_there_is() -> None:
    assert 'ENTRYPOINT ["mentor"]\nCMD ["run"]\n' in (DEPLOY / "Containerfile").read_text()
    assert callable(_parser().parse_args(["run"]).run)


def test_the_unit_is_none_of_root_and_writes_only_its_state() -> None:
    assert _said("User") == ["mentor"]
    assert _said("ProtectSystem") == ["strict"]
    assert _said("NoNewPrivileges") == ["yes"]
    assert _said("CapabilityBoundingSet") == [""]
    assert "MENTOR_DATA=/var/lib/mentor" in _said("Environment")[0]
    assert _said("StateDirectory") == ["mentor"]


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here; ExecStart is run all the same"
)
@pytest.mark.parametrize("name", ["mentor.service", "mentor-backup.service", "mentor-backup.timer"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, name: str) -> None:
    for file in DEPLOY.glob("mentor*.*r*"):
        (tmp_path / file.name).write_text(_as_here(file.read_text()))

    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
    )

    assert [line for line in done.stderr.splitlines() if "mentor" in line] == []


def _as_here(text: str) -> str:
    """With a program and a user that there are."""
    return text.replace("/opt/mentor/bin/mentor", "/bin/true").replace("=mentor\n", "=daemon\n")


def _backup_steps(folder: Path, program: str) -> list[list[str]]:
    """What the unit does, one after the other, with its copies in that folder."""
    lines = re.findall(r"^ExecStart=(.+)$", (DEPLOY / "mentor-backup.service").read_text(), re.MULTILINE)
    places = {"/opt/mentor/bin/mentor": program, "/var/backups/mentor": str(folder), "%%": "%"}
    for there, here in places.items():
        lines = [line.replace(there, here) for line in lines]
    return [shlex.split(line) for line in lines]


def _old_copy(folder: Path) -> Path:
    file = folder / "mentor-old.db"
    file.touch()
    os.utime(file, (0, 0))
    return file


def test_the_backup_of_the_unit_makes_a_copy_and_keeps_a_fortnight(tmp_path: Path, sqlite_url: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MENTOR_DATA": str(tmp_path)}
    folder = tmp_path / "backups"
    folder.mkdir()
    _old_copy(folder)
    assert sqlite_url.endswith(f"{tmp_path}/mentor.db")

    for step in _backup_steps(folder, f"{sys.executable} -m bot"):
        subprocess.run(step, env=environment, check=True, capture_output=True)

    (copy,) = folder.iterdir()
    assert re.fullmatch(r"mentor-\d{8}-\d{6}\.db", copy.name)


def test_old_copies_go_though_the_new_one_ends_with_an_error(tmp_path: Path) -> None:
    old = _old_copy(tmp_path)

    ended = [subprocess.run(step, check=False).returncode for step in _backup_steps(tmp_path, "/bin/false")]

    assert ended == [0, 1]  # the first that fails is the last that is done
    assert not old.exists()


def test_both_units_agree_on_whose_data_it_is_and_who_may_read_it() -> None:
    bot, backup = (
        dict(SETTING.findall((DEPLOY / f"{name}.service").read_text())) for name in ("mentor", "mentor-backup")
    )
    both = (bot.keys() & backup.keys()) - {"Description", "ExecStart"}

    assert {key: backup[key] for key in both} == {key: bot[key] for key in both}
    assert {"User", "Group", "EnvironmentFile", "StateDirectory", "StateDirectoryMode", "UMask"} <= both
    assert bot["StateDirectoryMode"] == "0700"


async def test_what_the_unit_starts_runs_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    program, *arguments = _said("ExecStart")[0].split()
    assert program == "/opt/mentor/bin/mentor"
    sandbox, port = Sandbox(generate.manifest()), free_port()
    furnish(sandbox)
    given = re.sub("/var/lib/mentor", str(tmp_path), _said("Environment")[0]).split()
    async with sandbox:
        environment = dict(each.split("=", 1) for each in given) | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MENTOR_HTTP_PORT": str(port),
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "SLACK_API_URL": sandbox.api_url,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL
        )
        await sandbox.connected(timeout_s=PATIENCE_S)
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as response:
            assert response.status == 200
        process.terminate()

        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
