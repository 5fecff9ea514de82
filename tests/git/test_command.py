"""What the git command line is given, and what it may not do."""

import os
import select
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.config import Secret
from bot.errors import GitFailed
from bot.git.address import Address, read_address
from bot.git.command import Git

MakeGit = Callable[[str], Git]


@pytest.fixture
def git_that(tmp_path: Path) -> MakeGit:
    """A git whose program is the shell lines given, found before the real one."""

    def make(lines: str) -> Git:
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "git").write_text(f"#!/bin/sh\n{lines}\n")
        (programs / "git").chmod(0o755)
        return Git({"PATH": f"{programs}:{os.environ['PATH']}"}, timeout_s=10)

    return make


async def test_only_what_git_needs_is_inherited(git_that: MakeGit, tmp_path: Path) -> None:
    path = git_that("env").environment["PATH"]
    dangerous = dict.fromkeys(("GIT_DIR", "GIT_TRACE", "GIT_ASKPASS", "GIT_EXEC_PATH", "SSH_ASKPASS", "SECRET"), "evil")
    git = Git({"PATH": path, "SSH_AUTH_SOCK": "socket", **dangerous})

    printed = await git.run("status", repository=tmp_path)

    environment = dict(line.split("=", 1) for line in printed.decode().splitlines())
    assert "evil" not in environment.values()
    assert environment["SSH_AUTH_SOCK"] == "socket"
    assert environment["GIT_DIR"] == str(tmp_path)
    assert (environment["GIT_CONFIG_GLOBAL"], environment["GIT_CONFIG_NOSYSTEM"]) == (os.devnull, "1")
    assert environment["GIT_TERMINAL_PROMPT"] == "0"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [("file:///srv/handbook.git", True), ("https://git.example.com/handbook.git", False), (None, False)],
    ids=["file", "https", "no remote"],
)
async def test_file_protocol_is_open_for_file_addresses_alone(
    git_that: MakeGit, tmp_path: Path, url: str | None, allowed: bool
) -> None:
    git = git_that('printf "%s\\n" "$@"')

    printed = await git.run("fetch", repository=tmp_path, remote=read_address(url) if url else None)

    arguments = printed.decode().splitlines()
    assert "protocol.allow=never" in arguments
    assert ("protocol.file.allow=always" in arguments) is allowed


async def test_credentials_go_by_the_environment_to_their_host_alone(git_that: MakeGit, tmp_path: Path) -> None:
    git = git_that('printf "%s\\n" "$@"; echo; env')
    remote = read_address("https://bot:s3cret@git.example.com:8443/handbook.git")

    printed = (await git.run("fetch", "--", remote.url, repository=tmp_path, remote=remote)).decode()

    arguments, environment = printed.split("\n\n", 1)
    settings = dict(line.split("=", 1) for line in environment.splitlines())
    assert "s3cret" not in arguments
    assert settings["GIT_CONFIG_KEY_0"] == "http.https://git.example.com:8443/.extraHeader"
    assert b64decode(settings["GIT_CONFIG_VALUE_0"].removeprefix("Authorization: Basic ")) == b"bot:s3cret"


async def test_failure_names_the_remote_without_credentials_or_control_characters(
    git_that: MakeGit, tmp_path: Path
) -> None:
    git = git_that(r"""printf 'remote: hello\nfatal: no \033[31mbot:s3cret here\n' >&2; exit 128""")
    remote = read_address("https://bot:s3cret@git.example.com/handbook.git")

    with pytest.raises(GitFailed) as failed:
        await git.run("fetch", repository=tmp_path, remote=remote)

    reason = "git fetch failed for https://git.example.com/handbook.git: fatal: no [31m*** here"
    assert str(failed.value) == reason


async def test_missing_git_is_said_plainly(tmp_path: Path) -> None:
    git = Git({"PATH": str(tmp_path)})

    with pytest.raises(GitFailed, match="Git is not installed"):
        await git.run("version", repository=tmp_path)


async def test_git_that_never_answers_is_ended_with_its_children(git_that: MakeGit, tmp_path: Path) -> None:
    held = tmp_path / "held-by-the-child"
    os.mkfifo(held)
    reader = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    git = Git(git_that(f"tail -f /dev/null > {held} & wait").environment, timeout_s=0.5)

    with pytest.raises(GitFailed, match="no answer"):
        await git.run("fetch", repository=tmp_path)

    ended, _, _ = select.select([reader], [], [], 10)  # readable only once nobody holds the other end
    assert ended == [reader]
    os.close(reader)


async def test_endless_output_is_refused(git_that: MakeGit, tmp_path: Path) -> None:
    git = Git(git_that("head -c 2000000 /dev/zero").environment, max_output_bytes=1000)

    with pytest.raises(GitFailed, match="more than 1000 bytes"):
        await git.run("ls-tree", repository=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% {mark}",
        "fd::0",
        "http://127.0.0.1:9/x",
        "git://127.0.0.1:9/x",
        "ssh://-oProxyCommand=touch%20{mark}/x",
    ],
    ids=["ext", "fd", "http", "git", "ssh option"],
)
async def test_address_that_slipped_through_is_stopped_by_git_itself(tmp_path: Path, url: str) -> None:
    mark = tmp_path / "written"
    remote = Address(url.format(mark=mark), "https", Secret(""))
    git = Git({"PATH": os.environ["PATH"]}, timeout_s=10)
    await git.run("init", "--bare", "--quiet", repository=tmp_path / "r.git")

    with pytest.raises(GitFailed, match=r"not allowed|blocked"):
        await git.run("ls-remote", "--", remote.url, repository=tmp_path / "r.git", remote=remote)

    assert not mark.exists()
