"""What people write to name a repository, a branch or a folder in one: read strictly, before git sees any of it.

Refuses whatever git, ssh or a shell could take for an option or a command. Does not ask whether the place exists.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from bot.config import Secret
from bot.errors import GitFailed

SCHEMES = ("https", "ssh", "file")

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SCP_LIKE = re.compile(r"(?P<user>[^@/:]+)@(?P<host>[^@/:]+):(?P<path>(?!//).*)", re.DOTALL)
_FORBIDDEN_IN_BRANCH = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|[./]$|^[-./]|/-")


@dataclass(frozen=True)
class Address:
    """A repository's address; `url` holds no password, `credentials` is `user:password` for https, or not set."""

    url: str
    scheme: str
    credentials: Secret = field(default_factory=lambda: Secret(""))

    def __str__(self) -> str:
        return self.url


def is_address(text: str) -> bool:
    """Whether the text is meant as an address (to be read, or refused) and not as a folder of this machine."""
    return "://" in text or "::" in text or _SCP_LIKE.match(text) is not None


def read_address(text: str) -> Address:
    """Reads `https://…`, `ssh://…`, `user@host:path` or `file:///absolute/path`.

    Raises GitFailed with the reason for anything else.
    """
    if not text.isprintable() or any(character in " \\?#" for character in text):
        raise GitFailed("The repository's address holds white space, control characters, \\, ? or #; write it without.")
    scp_like = _SCP_LIKE.fullmatch(text)
    if scp_like:
        return _read_scp_like(text, scp_like)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise GitFailed("The repository's address cannot be read; check its host and port.") from None
    if parts.scheme not in SCHEMES or not text.startswith(f"{parts.scheme}://"):
        raise GitFailed("The repository's address must start with https://, ssh:// or file:///, or be user@host:path.")
    path = _path(parts)
    if parts.scheme == "file":
        return Address(f"file://{path}", "file")
    user, credentials = _user(parts)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else f"{parts.hostname}"
    place = f"{host}:{port}" if port else host
    if parts.netloc.rpartition("@")[2].lower() != place:
        raise GitFailed("The repository's address cannot be read; check its host and port.")
    return Address(f"{parts.scheme}://{user}{place}{path}", parts.scheme, credentials)


def read_branch(text: str) -> str:
    """The branch's name as it is; GitFailed when Git would refuse it, or could take it for something else."""
    if not text or len(text) > 200 or text == "@" or _FORBIDDEN_IN_BRANCH.search(text):
        raise GitFailed(f"{_shown(text)} is no branch name; write it as `git branch` shows it.")
    return text


def is_revision(text: str) -> bool:
    """Whether it is a commit's full id, and nothing that Git could take for a name or an option."""
    return _REVISION.fullmatch(text) is not None


def read_subfolder(text: str) -> str:
    """A folder in a repository, `/` between its parts and none around; "" is the top.

    Raises GitFailed when it could lead out of the repository.
    """
    path = text.strip("/")
    if path and (path.startswith((":", "-")) or not _is_plain(path) or "//" in path):
        raise GitFailed(f"{_shown(text)} is no folder in a repository; write it like docs/handbook.")
    return path


def _path(parts: SplitResult) -> str:
    """Git decodes the percent signs in it before use, so what they stand for is checked as well."""
    if not parts.path.strip("/") or not _is_plain(unquote(parts.path)):
        raise GitFailed("The repository's address needs a plain path: no `..`, no part that starts with `-`.")
    if parts.scheme == "file":
        if parts.netloc or "%" in parts.path:
            raise GitFailed(
                "A repository on this machine is written file:///absolute/path, with no host and no % in it."
            )
    elif not _HOST.fullmatch(parts.hostname or ""):
        raise GitFailed("The repository's address needs a plain host name.")
    return parts.path


def _user(parts: SplitResult) -> tuple[str, Secret]:
    """What stays in the URL before the host (ssh's user, which is no secret), and what must not (https)."""
    if parts.scheme == "https":
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not f"{user}{password}".isprintable():
            raise GitFailed("The credentials in the repository's address hold control characters.")
        return "", Secret(f"{user}:{password}" if user or password else "")
    if parts.password is not None:
        raise GitFailed("An ssh address takes no password; give the bot a key instead.")
    if parts.username is None:
        return "", Secret("")
    if not _USER.fullmatch(parts.username):
        raise GitFailed("The repository's address needs a plain user name.")
    return f"{parts.username}@", Secret("")


def _read_scp_like(text: str, parts: re.Match[str]) -> Address:
    """Kept as written: as ssh://… a relative path would start at the server's root instead of the user's home."""
    if not _USER.fullmatch(parts["user"]) or not _HOST.fullmatch(parts["host"]):
        raise GitFailed("The repository's address needs a plain user and host name.")
    if not parts["path"].strip("/") or parts["path"].startswith(("~", ":")) or not _is_plain(unquote(parts["path"])):
        raise GitFailed("The repository's address needs a plain path: no `..`, no part that starts with `-` or `~`.")
    return Address(text, "ssh")


def _is_plain(path: str) -> bool:
    return path.isprintable() and not any(part == ".." or part.startswith("-") for part in path.split("/"))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:79] + "…")
