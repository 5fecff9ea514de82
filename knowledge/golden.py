"""`golden.yaml`: questions whose answers are known, so that a change of the handbook cannot silently lose them.

Its shapes and how they are read. They are asked by `bot.answers.golden`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from knowledge.problem import Level, Problem
from knowledge.schema import Value, did_you_mean

FILE = "golden.yaml"
ANSWERED, SUGGESTED, SILENT = "answered", "suggested", "silent"
OUTCOMES = (ANSWERED, SUGGESTED, SILENT)


@dataclass(frozen=True)
class GoldenQuestion:
    """`article` is the id that must come first, "" where the bot must stay silent; `line` is where it is written.

    `outcome` None: answered or suggested, either will do.
    """

    question: str
    article: str
    outcome: str | None
    line: int


def read_golden(root: Value) -> tuple[GoldenQuestion, ...]:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    read = (_read_question(item) for item in root.items())
    return tuple(question for question in read if question is not None)


def dangling(golden: Sequence[GoldenQuestion], ids: Collection[str]) -> list[Problem]:
    """A problem for each question whose article is not there."""
    known = sorted(ids)
    return [
        Problem(
            FILE,
            each.line,
            "article",
            f'there is no article "{each.article}"',
            did_you_mean(each.article, known, otherwise="write its path below articles/"),
            Level.ERROR,
        )
        for each in golden
        if each.article and each.article not in ids
    ]


def _read_question(value: Value) -> GoldenQuestion | None:
    fields = value.fields("question", "article", "outcome")
    question = fields.need("question", lambda text: text.text(at_most=500), "write it as people ask it")
    outcome = fields.get("outcome", lambda text: text.choice(OUTCOMES), None)
    if outcome == SILENT:
        if "article" in fields:
            fields["article"].wrong("nothing is answered from an article in silence", "take out one of the two")
        article: str | None = ""
    else:
        article = fields.need("article", Value.text, "write the article's path below articles/, or `outcome: silent`")
    if question is None or article is None:
        return None
    return GoldenQuestion(question, article, outcome, value.line)
