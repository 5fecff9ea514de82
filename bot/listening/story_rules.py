"""How a success story reads as a file of the handbook, and who it names: only who agreed. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

HARD, DID, CAME = "hard", "did", "came"
PARTS = {HARD: "What was hard", DID: "What was done", CAME: "What came of it"}
TITLE_MOST, PART_MOST = 80, 1_000  # characters
NAMED_MOST = 5  # people beside the teller
NAME_MOST = 80
TOO_LONG = "Please write at most {:,} characters. Nothing was saved yet."

_MARKDOWN = re.compile(r"^(\s*)([#>=`~-])", re.MULTILINE)  # what begins a heading, a quotation, a rule or code


@dataclass(frozen=True)
class Named:
    """Who agreed to be named, as Slack calls them now; `team` is "" where it is not."""

    by: str = ""
    others: tuple[str, ...] = ()
    team: str = ""

    @property
    def consent(self) -> list[str]:
        return list(dict.fromkeys([each for each in (self.by, *self.others, self.team) if each]))


def story_file(title: str, words: Mapping[str, str], named: Named, *, told_on: date) -> str:
    """As `knowledge.stories` reads it."""
    matter: dict[str, Any] = {"title": title, "told": told_on}
    matter |= {"by": named.by} if named.by else {}
    matter |= {"with": list(dict.fromkeys(named.others))} if named.others else {}
    matter |= {"team": named.team} if named.team else {}
    matter |= {"consent": named.consent}
    head = yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1_000)
    parts = [f"## {heading}\n\n{_plain(words[part])}\n" for part, heading in PARTS.items() if words.get(part)]
    return f"---\n{head}---\n\n" + "\n".join(parts)


def _plain(text: str) -> str:
    """Paragraphs as they were typed: nothing in them is HTML, a heading or a rule of Markdown."""
    whole = text.replace("<", "&lt;").strip()
    return _MARKDOWN.sub(r"\1\\\2", whole)


def one_line(text: str, most: int) -> str:
    return " ".join(text.split())[:most].rstrip()


def problems(title: str, words: Mapping[str, str], named: Sequence[str]) -> dict[str, str]:
    """What is wrong with a story, by field."""
    found = {part: "Say it in a sentence or two." for part in PARTS if not words.get(part, "").strip()}
    found |= {part: TOO_LONG.format(PART_MOST) for part in PARTS if len(words.get(part, "")) > PART_MOST}
    if len(title) > TITLE_MOST:
        found["title"] = TOO_LONG.format(TITLE_MOST)
    if not title.strip():
        found["title"] = "Say in a few words what came of it."
    if len(named) > NAMED_MOST:
        found["named"] = f"Name {NAMED_MOST} people at most."
    return found
