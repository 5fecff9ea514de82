"""What every command prints beside its result, on standard error."""

import shutil
import sys
from collections.abc import Sequence

BAR = 24  # characters
CLEAR = "\x1b[K"  # the rest of the line


def complain(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"mentor: {line}", file=sys.stderr)


def log_beside() -> None:
    """What is logged goes where complaints go: a command's result stands alone on standard output."""
    import structlog

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def progress(done: str) -> None:
    """Shows how far something is, in place of what was shown before; "" takes that away."""
    if sys.stderr.isatty():
        print(f"\r{done}{CLEAR}", end="", file=sys.stderr, flush=True)


def progress_bar(done: int, of: int, words: str) -> None:
    """Shows how much of it is done."""
    progress(bar(done, of, words))


def end_progress() -> None:
    """What was shown stays, and what comes next begins a line."""
    if sys.stderr.isatty():
        print(file=sys.stderr)


def bar(done: int, of: int, words: str) -> str:
    """Never full before the end, and in letters that each terminal has."""
    filled = BAR * done // max(of, 1)
    return f"[{'#' * filled}{'.' * (BAR - filled)}] {100 * done // max(of, 1):3} % {clipped(words)}"


def clipped(words: str) -> str:
    """Whatever a terminal shows in one line, so that the next one takes its place."""
    room = max(0, shutil.get_terminal_size().columns - BAR - 10)
    return words[:room]
