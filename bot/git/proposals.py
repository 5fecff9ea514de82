"""What every host does with a proposal before it goes out: check its paths and texts, and sign it as ours.

Pure. Does not talk to Git.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from bot.config import EMAIL
from bot.errors import GitChanged, GitFailed
from bot.git.address import read_branch
from bot.git.host import Author, Proposal

MAX_FILES = 100
MAX_FILE_BYTES = 1024 * 1024  # what GitHub still gives back in one reply
MAX_PATH = 400
MAX_TITLE = 200  # GitLab takes 255, GitHub 256
MAX_BODY = 60_000  # GitHub takes 65,536
MAX_NAME = 100
MAX_TRAILERS = 20
MAX_TRAILER = 400  # a name and an e-mail address

SIGNATURE = "Mentor-Proposal: "  # a line of the commit's message, found again after a merge, a squash or a rebase

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,49}")
_CUTS_OFF = re.compile(r"---(\s|$)|[#;] -{24} >8 -{24}")  # from such a line on Git reads no trailers


def checked(proposal: Proposal) -> Proposal:
    """The proposal with its title and texts in the form that hosts take. Raises GitFailed for what may not go out."""
    read_branch(proposal.branch)
    _check_files(proposal.files)
    return replace(
        proposal,
        title=_one_line(proposal.title, MAX_TITLE) or "Change the handbook",
        body=_text(proposal.body)[:MAX_BODY].strip(),
        author=_author(proposal.author) if proposal.author else None,
        labels=tuple(label for label in (_one_line(label.replace(",", " "), 50) for label in proposal.labels) if label),
        trailers=_trailers(proposal.trailers),
    )


def commit_message(proposal: Proposal) -> str:
    """Title, body, and the trailers with our signature as the last; the body cannot carry another proposal's."""
    lines = [line for line in proposal.body.splitlines() if not line.strip().startswith(SIGNATURE.strip())]
    kept = "\n".join(lines).strip().splitlines()
    body = "\n".join(f" {line}" if _CUTS_OFF.match(line) else line for line in kept)
    trailers = "\n".join([*(f"{key}: {value}" for key, value in proposal.trailers), signature(proposal.branch)])
    return "\n\n".join(part for part in (proposal.title, body, trailers) if part) + "\n"


def signature(branch: str) -> str:
    return SIGNATURE + branch


def is_signed(message: str, branch: str) -> bool:
    return any(line.strip() == signature(branch) for line in message.splitlines())


def read_file_path(text: str) -> str:
    """A file's path in a repository as it is; GitFailed when it could lead elsewhere or be taken for an option."""
    parts = text.split("/")
    is_plain = (
        0 < len(text) <= MAX_PATH
        and text.isprintable()
        and "\\" not in text
        and not text.startswith(("-", ":"))
        and all(part and part not in (".", "..") and not _is_git_folder(part) for part in parts)
    )
    if not is_plain:
        shown = repr(text if len(text) <= 80 else text[:79] + "…")
        raise GitFailed(f"{shown} is no path of a file in a repository; write it like articles/buckets.md.")
    return text


def blob_id(content: str, *, like: str) -> str:
    """The id under which Git keeps the text, by the hash that the id `like` was made with."""
    raw = content.encode()
    digest = hashlib.sha256 if len(like) == 64 else hashlib.sha1
    return digest(b"blob %d\0" % len(raw) + raw).hexdigest()


def check_expected(change: Proposal, there: Mapping[str, str]) -> None:
    """Raises GitChanged where other blobs stand `there`, by path, than the proposal was made from."""
    for path, blob in (change.expects or {}).items():
        if there.get(path) != blob:
            raise GitChanged(f"{path} was changed meanwhile, so nothing is proposed.")


def read_content(raw: bytes, path: str) -> str:
    """The file's text; GitFailed when it is none."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise GitFailed(f"{path} is not UTF-8 text.") from None


def _check_files(files: Mapping[str, str | None]) -> None:
    if not 1 <= len(files) <= MAX_FILES:
        raise GitFailed(f"A proposal changes 1 to {MAX_FILES} files; this one has {len(files)}.")
    for path, content in files.items():
        read_file_path(path)
        if any(other.startswith(f"{path}/") for other in files):
            raise GitFailed(f"{path} cannot be a file and a folder at once.")
        if content is not None and (_size(content, path) > MAX_FILE_BYTES or "\0" in content):
            raise GitFailed(f"{path} is no text of at most {MAX_FILE_BYTES} bytes.")


def _size(content: str, path: str) -> int:
    try:
        return len(content.encode())
    except UnicodeEncodeError:
        raise GitFailed(f"{path} would hold half a character; it cannot be written as UTF-8.") from None


def _is_git_folder(part: str) -> bool:
    """Also in the forms that macOS and Windows take for `.git`."""
    seen = "".join(character for character in part if unicodedata.category(character) != "Cf").rstrip(" .").casefold()
    return seen == ".git" or re.fullmatch(r"git~\d", seen) is not None or seen.startswith(".git:")


def plain_name(text: str) -> str:
    """A person's name as Git takes it; "" when nothing is left of it."""
    return _one_line(re.sub(r"[<>]", "", text), MAX_NAME).strip(".,:;\"' ")


def _trailers(trailers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    if len(trailers) > MAX_TRAILERS:
        raise GitFailed(f"A proposal has at most {MAX_TRAILERS} trailers; this one has {len(trailers)}.")
    kept = tuple((key, _one_line(value, MAX_TRAILER)) for key, value in trailers)
    for key, value in kept:
        if not _KEY.fullmatch(key) or key.casefold() == SIGNATURE.strip(": ").casefold() or not value:
            raise GitFailed(f"{key[:50]!r} is no trailer of ours; write one like Approved-by, with a value.")
    return kept


def _author(author: Author) -> Author:
    name = plain_name(author.name)
    if not name or not EMAIL.fullmatch(author.email) or not author.email.isprintable():
        raise GitFailed("The author of a change needs a name and an e-mail address.")
    return Author(name, author.email)


def _one_line(text: str, most: int) -> str:
    line = " ".join("".join(one if one.isprintable() else " " for one in _text(text)).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _text(text: str) -> str:
    """Without what no host stores: half characters and zero bytes."""
    return text.encode("utf-8", "replace").decode().replace("\0", "").replace("\r\n", "\n")
