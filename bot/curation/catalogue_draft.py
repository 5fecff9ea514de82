"""Makes a first catalogue entry out of what several people ask to be done for them. Pure.

A skeleton: what it does, and which inputs it takes, the reviewers say. The askers' words are those of public channels;
names given, addresses, ids and what looks like a secret are taken out. Other names stay for a person to see.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from bot.curation.masking import masked
from knowledge.text import question_text, words

WORDS_MOST = 6  # in an id
QUESTIONS_MOST = 5
LINE_WIDTH = 120


@dataclass(frozen=True)
class Entry:
    """`file` is below the handbook."""

    title: str
    file: str
    text: str


def entry_of(askings: Sequence[str], *, names: Collection[str]) -> Entry | None:
    """From the askings' words, the newest first; None when none are left. `names` are what Slack calls people there."""
    questions = list(dict.fromkeys(said for each in askings if (said := question_text(masked(each, names=names)))))
    named = words(questions[0])[:WORDS_MOST] if questions else []
    if not named:
        return None
    id_, title = "-".join(named), " ".join(named).capitalize()
    entry: dict[str, Any] = {
        "id": id_,
        "title": title,
        "summary": "Say here in one sentence what it does.",
        "questions": questions[:QUESTIONS_MOST],
        "mode": "proposal",
        "who": {"teams": "all"},
        "inputs": [{"name": "team", "type": "team"}],
        "git": {"repository": "live", "file": f"teams/{{team}}/{id_}.yaml", "content": {"team": "{team}"}},
    }
    text = yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)
    return Entry(title, f"actions/{id_}.yaml", text)


def request_text(times: int, people: int) -> str:
    """What stands in the pull request, in Markdown."""
    return (
        f"{people} people asked {times} times that this be done for them. This is a skeleton of an action by which "
        "they could do it themselves: say what it takes and what it writes before you merge it.\n\n"
        "The questions are the askers' words in public channels.\n"
    )
