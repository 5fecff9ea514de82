"""Keeps in docs/reliability.md the longest run of each goal. Figures there are written by this alone."""

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.goals.goals import Outcome


def keep(page: Path, outcome: Outcome) -> None:
    """The last cell of the goal's row, if this run was longer, or the one there tried less than was wanted."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith(f"| {outcome.goal.name} |"):
            *cells, last = line.removeprefix("| ").removesuffix(" |").split(" | ")
            if outcome.minutes > _minutes(last):
                today = datetime.now(UTC).date().isoformat()
                told = outcome.line().removeprefix(f"{outcome.goal.name} {outcome.goal.title}: ")
                lines[number] = f"| {' | '.join([*cells, f'{today}: {told}'])} |"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _minutes(cell: str) -> float:
    """What stands there, unless it was no whole run."""
    found = re.search(r"; (\d+\.\d) min: held$", cell)
    return float(found[1]) if found else 0.0
