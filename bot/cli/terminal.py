"""What every command prints beside its result, on standard error."""

import sys
from collections.abc import Sequence

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
