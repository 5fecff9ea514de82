"""Golden questions: which are met, and what is said of those that are not."""

import pytest

from bot.answers.golden import failures
from bot.answers.offline import Said
from bot.answers.writer import Draft, Source
from knowledge.golden import GoldenQuestion
from knowledge.problem import Problem


def said(outcome: str, article: str = "", *, confidence: float = 0.6) -> Said:
    sources = (Source(article, "Title", "", "", "", 1.0, None, ""),) if article else ()
    return Said(outcome, "", confidence, Draft("text", sources))


async def problems_of(wanted: GoldenQuestion, became: Said) -> list[Problem]:
    async def ask(_: str) -> Said:
        return became

    return await failures([wanted], ask)


@pytest.mark.parametrize(
    ("wanted", "became"),
    [
        pytest.param(("logs.md", None), said("answered", "logs.md"), id="answered from the article"),
        pytest.param(("logs.md", None), said("suggested", "logs.md"), id="suggested will do where nothing is said"),
        pytest.param(("logs.md", "suggested"), said("suggested", "logs.md"), id="as bold as was asked for"),
        pytest.param(("", "silent"), said("silent"), id="silence where silence was asked for"),
    ],
)
async def test_a_question_answered_as_its_line_says_is_no_problem(wanted: tuple[str, str | None], became: Said) -> None:
    assert await problems_of(GoldenQuestion("where are my logs", *wanted, 4), became) == []


@pytest.mark.parametrize(
    ("wanted", "became", "field", "what", "fix"),
    [
        pytest.param(
            ("logs.md", None), said("answered", "pods.md"), "article",
            '"where are my logs" is answered from pods.md (confidence 0.60)',
            "add it to the questions of logs.md, or correct this line",
            id="another article",
        ),
        pytest.param(
            ("logs.md", None), said("silent", confidence=0.1), "article",
            '"where are my logs" is met with silence (confidence 0.10)',
            "add it to the questions of logs.md, or correct this line",
            id="silence",
        ),
        pytest.param(
            ("logs.md", "answered"), said("suggested", "logs.md"), "outcome",
            '"where are my logs" is suggested from logs.md (confidence 0.60)',
            "add it to the questions of logs.md, or correct this line",
            id="less bold than wanted",
        ),
        pytest.param(
            ("", "silent"), said("suggested", "pods.md", confidence=0.3), "outcome",
            '"where are my logs" is suggested from pods.md (confidence 0.30)',
            "raise `suggest_at`, or take it out if the answer is right",
            id="something where nothing was wanted",
        ),
    ],
)  # fmt: skip
async def test_a_question_answered_otherwise_is_named_with_its_line(
    wanted: tuple[str, str | None], became: Said, field: str, what: str, fix: str
) -> None:
    assert await problems_of(GoldenQuestion("where are my logs", *wanted, 4), became) == [
        Problem("golden.yaml", 4, field, what, fix)
    ]
