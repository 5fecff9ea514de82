"""The files of a folder or a zip, by name: read a piece at a time, never unpacked, and no name in it is trusted.

Names are keys to look up and never become paths of ours. What the files mean is `bot.peers.export`'s.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from bot.errors import MentorError
from knowledge.files import shown

LARGEST = 256 * 1024 * 1024  # bytes of one file once unpacked: a busy channel's day has a few million
TOO_LARGE = f"is larger than {LARGEST // 1024 // 1024} MiB"
PIECE = 4 * 1024 * 1024  # bytes that are in memory at a time
MOST_FILES = 2_000_000
MOST_TIMES = 100  # what is written down packs to a tenth, endless blanks to a thousandth
SMALL = 1024**3  # bytes once unpacked that need no such look
DEPTH = 4  # where it was unpacked, the archive's own folder, a channel, a day
LINK = "is a link, and links are not followed"


class ArchiveInvalid(MentorError):
    """The folder or zip cannot be read."""


class FileRefused(MentorError):
    """The file cannot be read."""


@dataclass(frozen=True)
class Folder:
    """`names` are relative, with slashes; `refused` are names with the reason."""

    path: Path
    names: Sequence[str]
    refused: Sequence[tuple[str, str]]

    def pieces(self, name: str) -> Iterator[bytes]:
        """In order. Raises FileRefused."""
        try:
            with (self.path / name).open("rb") as opened:
                yield from _pieces(opened)
        except OSError as error:
            raise FileRefused(f"cannot be read ({error.strerror})") from error


@dataclass(frozen=True)
class Zip:
    names: Sequence[str]
    refused: Sequence[tuple[str, str]]
    opened: zipfile.ZipFile

    def pieces(self, name: str) -> Iterator[bytes]:
        """In order. Raises FileRefused, for a damaged file with its last piece.

        What the zip says of a file's size is believed only where it is too much already.
        """
        if self.opened.getinfo(name).file_size > LARGEST:
            raise FileRefused(TOO_LARGE)
        try:
            with self.opened.open(name) as member:
                yield from _pieces(member)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise FileRefused("is damaged in the zip") from error
        except (RuntimeError, NotImplementedError) as error:
            raise FileRefused("is encrypted, or packed in a way that is not known here") from error


Archive = Folder | Zip


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Raises ArchiveInvalid, or OSError where nothing is."""
    if path.is_dir():
        names, refused = _sorted_out(_walk(path, "", DEPTH))
        yield Folder(path, names, refused)
        return
    try:
        opened = _open_zip(path)
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError, NotImplementedError) as error:
        message = f"{path}: is neither a folder nor a readable zip; give the export as Slack gave it, or its folder"
        raise ArchiveInvalid(message) from error
    with opened:
        _refuse_bomb(path, opened)
        names, refused = _sorted_out((each.filename, _objection(each)) for each in opened.infolist())
        yield Zip(names, refused, opened)


def _open_zip(path: Path) -> zipfile.ZipFile:
    """Names are UTF-8 whether the zip says so or not; else what the format's age would have them be."""
    try:
        return zipfile.ZipFile(path, metadata_encoding="utf-8")
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)


def _sorted_out(found: Iterator[tuple[str, str]]) -> tuple[list[str], list[tuple[str, str]]]:
    """Names to read, and those refused with the reason; what a computer's desk adds of its own is neither."""
    names: set[str] = set()
    refused: list[tuple[str, str]] = []
    for name, objection in found:
        if any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in name.split("/")):
            continue
        if objection:
            refused.append((shown(name), objection))
        elif name.endswith(".json"):
            names.add(name)
        if len(names) > MOST_FILES:
            raise ArchiveInvalid(f"There are more than {MOST_FILES:,} files; import the export in parts.")
    return sorted(names), sorted(refused)


def _walk(folder: Path, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_symlink():
                yield name, LINK
            elif entry.is_dir(follow_symlinks=False):
                if depth > 1:
                    yield from _walk(folder / entry.name, f"{name}/", depth - 1)
            elif entry.is_file(follow_symlinks=False):
                yield name, ""


def _objection(member: zipfile.ZipInfo) -> str:
    name = member.filename
    if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
        return "leads out of the zip"
    return LINK if stat.S_ISLNK(member.external_attr >> 16) else ""


def _refuse_bomb(path: Path, opened: zipfile.ZipFile) -> None:
    """A zip that is small and would never end to be read: no member gives more than the size it states."""
    size, members = path.stat().st_size, opened.infolist()
    unpacked = sum(each.file_size for each in members)
    if sum(each.compress_size for each in members) > size:
        raise ArchiveInvalid(f"{path}: files in this zip overlap, so Slack did not make it; ask for the export anew")
    if unpacked > max(SMALL, MOST_TIMES * size):
        raise ArchiveInvalid(
            f"{path}: would unpack to {unpacked / SMALL:,.1f} GiB, more than {MOST_TIMES} times its size; "
            "if it really is Slack's, unpack it and give the folder"
        )


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while piece := opened.read(PIECE):
        total += len(piece)
        if total > LARGEST:
            raise FileRefused(TOO_LARGE)
        yield piece
