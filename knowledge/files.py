"""Reads the handbook's files: inside its folder only, no symbolic links, nothing large, UTF-8 or not at all."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.problem import Level, Problem
from knowledge.strict_yaml import MAX_BYTES


def read_text(path: Path, *, file: str, level: Level = Level.ERROR) -> str | Problem:
    """The file's text with line ends as `\\n`, or the reason why it is not read."""
    try:
        found = path.lstat()
        if problem := _not_wanted(found, file, level):
            return problem
        raw = path.read_bytes()
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        return Problem(file, 1, "", what, "let Mentor's user read it", level)
    return _decoded(raw, file, level)


def article_files(folder: Path, *, suffixes: Sequence[str]) -> Iterator[str]:
    """Paths below the folder, in order, with `/`: every file with such a suffix but hidden ones, links included.

    Links to folders are named too, so that it can be said that they are not followed.
    """
    for root, folders, files in os.walk(folder, followlinks=False):
        here = Path(root)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if (here / name).is_symlink()]
        wanted = [name for name in files if name.endswith(tuple(suffixes)) and not name.startswith(".")]
        for name in sorted(linked + wanted):
            yield (here / name).relative_to(folder).as_posix()


def shown(name: str) -> str:
    """The name in a form that can be printed and stored whatever bytes it has on disk."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _not_wanted(found: os.stat_result, file: str, level: Level) -> Problem | None:
    if stat.S_ISLNK(found.st_mode):
        return Problem(file, 1, "", "this is a symbolic link, and links are not followed", "put the file here", level)
    if not stat.S_ISREG(found.st_mode):
        return Problem(file, 1, "", "this is not an ordinary file", "put a text file here", level)
    if found.st_size > MAX_BYTES:
        return Problem(file, 1, "", "the file is larger than 1 MiB", "split it", level)
    return None


def _decoded(raw: bytes, file: str, level: Level) -> str | Problem:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(file, line, "", "the file is not UTF-8 text", "save it with the encoding UTF-8", level)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return Problem(file, line, "", "the file is not text (it holds a zero byte)", "save it as UTF-8 text", level)
    return text.replace("\r\n", "\n").replace("\r", "\n")
