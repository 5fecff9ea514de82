"""The page of answers that a person judges: written as YAML, filled in by hand, and read again."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from bot.answers.rehearsal import RIGHT, Rehearsed
from bot.answers.tuning import Judged
from bot.errors import MentorError
from knowledge import strict_yaml
from knowledge.problem import Problem
from knowledge.schema import Value

JUDGEMENTS = (RIGHT, "wrong", "silent")
HEAD = """\
# What the bot would have said to questions of the past, the surest first. They are people's own words: do not pass on.
# Write right, wrong or silent (it should have said nothing) behind each `judgement:`, then run
#   mentor rehearse --judged THIS_FILE
# One that you cannot judge stays empty.
"""


class PageInvalid(MentorError):
    """The page cannot be read."""


def written(page: Sequence[Rehearsed]) -> str:
    entries = [
        {
            "question": each.question.text,
            "outcome": each.said.outcome,
            "article": each.said.draft.sources[0].id,
            "text": each.said.draft.text,
            "confidence": round(each.said.confidence, 4),
            "judgement": None,
        }
        for each in page
    ]
    text: str = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)
    return HEAD + text.replace("judgement: null", "judgement:")


def read(path: Path) -> Sequence[Judged]:
    """The judged ones. Raises PageInvalid, naming each line that is wrong, or OSError."""
    document = strict_yaml.read(path.read_text(), file=path.name)
    problems: list[Problem] = list(document.problems)
    judged: list[Judged] = []
    if document.root is not None:
        for item in Value(document.root, path.name, problems).items():
            judged += _judged(item)
    if problems:
        raise PageInvalid("\n".join(map(str, problems)))
    return judged


def _judged(item: Value) -> Sequence[Judged]:
    fields = item.fields("question", "outcome", "article", "text", "confidence", "judgement")
    confidence = fields.need("confidence", Value.share, "leave the file's numbers as they were")
    if "judgement" not in fields or fields["judgement"].is_empty:
        return ()
    judgement = fields["judgement"].choice(JUDGEMENTS)
    return () if judgement is None or confidence is None else (Judged(confidence, judgement == RIGHT),)
