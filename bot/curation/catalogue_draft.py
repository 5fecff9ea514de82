"""Makes a first catalogue entry out of what several people ask to be done for them. Pure.

A skeleton: what it does, and which inputs it takes, the reviewers say. The askers' words are those of public channels;
names given, addresses, ids and what looks like a secret are taken out. Other names may stay, so a person looks at it
before anybody else does (`bot.curation.gap_drafts`).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize

import yaml

from bot.blockkit import clip
from bot.masking import masked
from knowledge.action_files import ID, LONGEST_TITLE
from knowledge.text import question_text, words

WORDS_MOST = 6  # in an id
ID_MOST = 57  # characters; a number may follow
QUESTIONS_MOST, QUESTION_MOST = 5, 250  # so many, and so long, that whoever looks at the entry is shown all of it
LINE_WIDTH = 120
NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Entry:
    """`file` is below the handbook and gives the entry its id; `questions` are what it is to be found by."""

    title: str
    file: str
    questions: tuple[str, ...]

    @property
    def id(self) -> str:
        return PurePosixPath(self.file).stem

    def beside(self, number: int) -> "Entry":
        """The same under a name with the number."""
        return replace(self, file=f"actions/{self.id}-{number}.yaml")

    @property
    def text(self) -> str:
        """What stands in the file."""
        entry: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "summary": "Say here in one sentence what it does.",
            "questions": list(self.questions),
            "mode": "proposal",
            "who": {"teams": "all"},
            "inputs": [{"name": "team", "type": "team"}],
            "git": {"repository": "live", "file": f"teams/{{team}}/{self.id}.yaml", "content": {"team": "{team}"}},
        }
        return yaml.safe_dump(entry, sort_keys=False, allow_unicode=True, width=LINE_WIDTH)

    @property
    def digest(self) -> str:
        """Tells whether it is the entry that somebody looked at."""
        return sha256(self.text.encode()).hexdigest()[:16]


def entry_of(askings: Sequence[str], *, names: Collection[str]) -> Entry | None:
    """From the askings' words, the newest first; None when none are left. `names` are what Slack calls people there."""
    asked = [question_text(masked(each, names=names)) for each in askings]
    questions = list(dict.fromkeys(clip(each, QUESTION_MOST) for each in asked if each))[:QUESTIONS_MOST]
    named = words(questions[0])[:WORDS_MOST] if questions else []
    if not named:
        return None
    title = clip(" ".join(named).capitalize(), LONGEST_TITLE)
    return Entry(title, f"actions/{_id_of(named)}.yaml", tuple(questions))


def _id_of(named: Sequence[str]) -> str:
    """The words as an id: in letters without marks, for it names a file and is typed."""
    plain = normalize("NFKD", "-".join(named).casefold()).encode("ascii", "ignore").decode()
    id_ = NO_WORD.sub("-", plain)[:ID_MOST].strip("-")
    return id_ if ID.fullmatch(id_) else f"action-{id_}"[:ID_MOST].strip("-")


def request_text(times: int, people: int) -> str:
    """What stands in the pull request, in Markdown."""
    return (
        f"{people} people asked {times} times that this be done for them. This is a skeleton of an action by which "
        "they could do it themselves: say what it takes and what it writes before you merge it.\n\n"
        "The questions are the askers' words in public channels.\n"
    )
