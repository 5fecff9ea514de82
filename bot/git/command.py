"""The git command line, run so that no repository, address or file of this machine's users can make it run more.

Fixed arguments and a bare environment: no hooks, no helpers, no prompts, no global configuration, three protocols.
Does not know repositories or branches (see `bot.git.repository`); the arguments it is given are its callers' duty.
"""

import asyncio
import os
import signal
from base64 import b64encode
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import GitFailed
from bot.git.address import Address

MAX_OUTPUT_BYTES = 16 * 1024 * 1024  # a list of 100,000 files; more is no repository of ours
MAX_REASON_CHARACTERS = 300
GRACE_S = 5.0  # time for git to remove its lock files before it is killed

# What the operator may set and git or ssh need. All else stays out: GIT_DIR of a surrounding hook, traces, askpass.
INHERITED = (
    "PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
)  # fmt: skip

FIXED_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "cat",
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",
}

CONFIGURATION = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.symlinks=false",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.askPass=",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "credential.helper=",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "fetch.fsckObjects=true",  # paths such as `..` or `.git` are refused on arrival
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
    "http.followRedirects=false",  # credentials must not travel to another host
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
)

NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Git:
    """`environment` is this process's own; only the names in INHERITED are used of it."""

    environment: Mapping[str, str] = field(repr=False)
    timeout_s: float = 120.0
    max_output_bytes: int = MAX_OUTPUT_BYTES

    async def run(
        self,
        *arguments: str,
        repository: Path,
        remote: Address | None = None,
        index: Path | None = None,
        given: bytes = b"",
        identity: Mapping[str, str] = NOBODY,
        accepted: Collection[int] = (0,),
    ) -> bytes:
        """What git printed. `repository` is a bare one, `index` an index file outside it; `remote` opens its protocol.

        `given` is what git reads from its input, `identity` its GIT_AUTHOR_… and GIT_COMMITTER_… for a commit,
        `accepted` the exit statuses that are answers.
        Raises GitFailed, its text free of credentials, when git fails, takes too long or prints too much.
        """
        file_allowed = ("protocol.file.allow=always",) if remote and remote.scheme == "file" else ()
        settings = (part for setting in CONFIGURATION + file_allowed for part in ("-c", setting))
        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                *settings,
                *arguments,
                stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**self._environment(repository, remote, index), **identity},
                start_new_session=True,  # no terminal to ask at, and one group to end
            )
        except FileNotFoundError:
            raise GitFailed("Git is not installed, or not on the PATH; install it and start again.") from None
        return await self._outcome(process, given, accepted, _where(_verb(arguments), remote), remote)

    def _environment(self, repository: Path, remote: Address | None, index: Path | None) -> dict[str, str]:
        kept = {name: self.environment[name] for name in INHERITED if name in self.environment}
        places = {"GIT_DIR": str(repository)} | ({"GIT_INDEX_FILE": str(index)} if index else {})
        return kept | FIXED_ENVIRONMENT | places | (_credentials(remote) if remote else {})

    async def _outcome(
        self,
        process: asyncio.subprocess.Process,
        given: bytes,
        accepted: Collection[int],
        where: str,
        remote: Address | None,
    ) -> bytes:
        try:
            async with asyncio.timeout(self.timeout_s):
                output, complaint, _ = await asyncio.gather(
                    _read_capped(process.stdout, self.max_output_bytes),
                    _read_capped(process.stderr, self.max_output_bytes),
                    _write(process.stdin, given),
                )
                status = await process.wait()
        except TimeoutError:
            raise GitFailed(f"{where}: no answer in {self.timeout_s:g} s; it is tried again.") from None
        finally:
            await _end(process)
        if len(output) > self.max_output_bytes:
            raise GitFailed(f"{where}: it printed more than {self.max_output_bytes} bytes.")
        if status not in accepted:
            raise GitFailed(f"{where}: {_reason(complaint, remote)}")
        return output


def _credentials(remote: Address) -> dict[str, str]:
    """As a header for that host alone, by the environment: the list of processes shows arguments to everyone."""
    if not remote.credentials:
        return {}
    token = b64encode(remote.credentials.value.encode()).decode()
    origin = "/".join(remote.url.split("/", 3)[:3])
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{origin}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {token}",
    }


async def _write(stream: asyncio.StreamWriter | None, given: bytes) -> None:
    if stream is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):  # git ended early; its status says why
        stream.write(given)
        await stream.drain()
    stream.close()


async def _read_capped(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """Reads to the end, so that the writer is never stuck, and keeps one byte more than allowed."""
    kept = bytearray()
    while stream and (chunk := await stream.read(65536)):
        kept += chunk[: limit + 1 - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing of the process group is left, also when we were cancelled; git gets time to take its locks away."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _verb(arguments: tuple[str, ...]) -> str:
    return next((argument for argument in arguments if not argument.startswith("-")), "git")


def _where(verb: str, remote: Address | None) -> str:
    return f"git {verb} failed for {remote}" if remote else f"git {verb} failed"


def _reason(complaint: bytes, remote: Address | None) -> str:
    """What git says went wrong, on one line; a remote's text is not ours, so only printable and short."""
    lines = complaint.decode("utf-8", "replace").splitlines() or ["it gave no reason"]
    said = [line for line in lines if line.startswith(("fatal: ", "error: ", " ! "))] or lines[-1:]
    text = "".join(character for character in "; ".join(said) if character.isprintable())
    if remote and remote.credentials:
        text = text.replace(remote.credentials.value, "***")
    return text if len(text) <= MAX_REASON_CHARACTERS else text[: MAX_REASON_CHARACTERS - 1] + "…"
