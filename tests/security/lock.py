"""The packages of a lock file, each with its version and the hashes of what may be installed as it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = re.compile(r"([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)")


@dataclass(frozen=True)
class Locked:
    name: str
    version: str
    hashes: tuple[str, ...]  # SHA-256


def read_lock(file: Path) -> Iterator[Locked]:
    """Raises ValueError for anything in it that is no package of one version with its hashes."""
    text, at = file.read_text(encoding="utf-8"), 0
    while at < len(text):
        found = _PACKAGE.match(text, at)
        if not found:
            line = text[at:].partition("\n")[0]
            raise ValueError(f"{file.name}:{text.count(chr(10), 0, at) + 1}: {line!r} is not NAME==VERSION with hashes")
        yield Locked(found[1], found[2], tuple(re.findall(r"sha256:([0-9a-f]{64})", found[3])))
        at = found.end() + 1
