"""How a bet reads as a file of the handbook when it is drafted, and how a decision is written into one. Pure.

What is already in a file stays as it stands, comments too: it is changed by the catalogue's own splices.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Any

import yaml

from bot.actions.edits.editing import Edit, Impossible, changed
from bot.file_names import file_name
from knowledge import strict_yaml
from knowledge.actions import Verb
from knowledge.bets import FOLDER, NEEDED, PART_MOST, SAID_MOST, Around, Bet, Choice, Evidence, read_bet
from knowledge.schema import Value

FIRST_REVIEW = timedelta(weeks=6)  # long enough for something to happen, short enough to remember why
TITLE_MOST, NAME_MOST = 70, 50  # characters of the title, and of those that name the file
HEAD = "# Drafted from what people said. It is a draft until `status: open`, and nothing in it is decided.\n"
NOTHING_SAID = "Say it in users' words"  # where no word can be shown
NOTHING_KNOWN = Around(None, None)


@dataclass(frozen=True)
class Found:
    """What a bet is drafted from: a problem, in users' words as far as these may be shown, and its evidence."""

    title: str
    problem: str
    evidence: tuple[Evidence, ...]


def file_of(found: Found, taken: Collection[str]) -> str:
    """A path below the handbook; `taken` are ids of bets."""
    name = file_name(found.title[:NAME_MOST], taken=[f"{each}.md" for each in taken], fallback="bet")
    return f"{FOLDER}/{PurePosixPath(name).with_suffix('.yaml')}"


def draft(found: Found, today: date) -> str:
    """As `knowledge.bets` reads it, with what is still to be said as comments."""
    said = {
        "title": _clipped(found.title, TITLE_MOST) or NOTHING_SAID,
        "written": today,
        "status": "draft",
        "problem": _clipped(found.problem, PART_MOST) or NOTHING_SAID,
        "evidence": [_clipped(str(each), SAID_MOST) for each in found.evidence],
        "review": [today + FIRST_REVIEW],
    }
    missing = [f"# {key}: {fix}\n" for key, fix in NEEDED.items() if key not in said]
    teams = "# willing: [payments]  # teams of people.yaml that would try it\n"
    body = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=1_000)
    return f"{HEAD}{body}# Still to be said; take the # away and write it:\n{''.join(missing)}{teams}"


def with_decision(text: str, bet: Bet, choice: Choice, on: date) -> str | None:
    """The file's new text; None where it is not of a form that can be changed without doubt."""
    decided: dict[str, Any] = {"on": str(on), "decided": choice.value}
    steps = [Edit(Verb.ADD, content=decided, at=("decisions",))]
    if not bet.decisions:
        steps = [Edit(Verb.SET, sets=((("decisions",), [decided]),))]
    if choice is Choice.DROP:
        steps.append(Edit(Verb.SET, sets=((("status",), "dropped"),)))
    new: str | None = text
    try:
        for step in steps:
            new = changed(bet.file, new, step)
    except Impossible:
        return None
    return new if new is not None and _says(new, bet, choice, on) else None


def by_hand(bet: Bet, choice: Choice, on: date) -> str:
    """The lines that somebody adds themselves, and where: no key may stand twice in a file."""
    dropped = "# in place of the line with `status`, where there is one:\nstatus: dropped\n"
    head = "# below `decisions:`, as the last one:" if bet.decisions else "decisions:"
    return f"{dropped if choice is Choice.DROP else ''}{head}\n  - {{on: {on}, decided: {choice}}}\n"


def _says(text: str, bet: Bet, choice: Choice, on: date) -> bool:
    """Whether the strict reader finds the decision as the last one, and nothing wrong."""
    document = strict_yaml.read(text, file=bet.file)
    if document.root is None:
        return False
    problems = list(document.problems)
    found = read_bet(Value(document.root, bet.file, problems), NOTHING_KNOWN)
    is_wrong = any(each.level == "error" for each in problems)
    last = found.decisions[-1] if found and found.decisions else None
    return not is_wrong and last is not None and (last.choice, last.on) == (choice, on)


def _clipped(text: str, most: int) -> str:
    """On one line, without what no editor shows."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def request_text(found: Found) -> str:
    """What stands in the pull request, in Markdown."""
    return (
        f"A bet, drafted from {_pieces(found.evidence)} at the request of a colleague.\n\n"
        "Nobody has checked it yet. Please see that its words are fair and name nobody. Say what you believe, which "
        "teams would try it, the smallest thing that would show it, and what would prove you wrong. Then merge or "
        "close it. On its review date the platform team is told what happened since, and decides."
    )


def decision_text(bet: Bet, choice: Choice, news: Sequence[str], today: date) -> str:
    then = {
        Choice.KEEP: "It stays as it is.",
        Choice.CHANGE: "Please say in the file what changes: what you believe, the smallest thing, the teams.",
        Choice.DROP: "It is not reviewed any more. `because` in its last decision can say why.",
    }
    again = ""
    if choice is not Choice.DROP and bet.next_review(today) is None:
        again = "\n\nNo review date is left: please add one to `review`, or it is never reviewed again."
    told = "\n".join(f"- {each}" for each in news)
    return f"The platform team decided on {today}: **{choice}**. {then[choice]}{again}\n\nWhat it was told:\n\n{told}\n"


def _pieces(evidence: Sequence[Evidence]) -> str:
    return "1 piece of evidence" if len(evidence) == 1 else f"{len(evidence)} pieces of evidence"
