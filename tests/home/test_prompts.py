"""Which questions the messages tab offers."""

import pytest

from bot.home.prompts import first_questions
from knowledge.article import Article, Audience


def article(name: str, *questions: str, audience: Audience = Audience.PUBLIC) -> Article:
    return Article(name, name, (), questions=questions, audience=audience)


HANDBOOK = [
    article("logs", "Where are my logs?", "How do I see logs?"),
    article("plain"),
    article("secrets", "How do I rotate a secret?", audience=Audience.INTERNAL),
    article("long", "x" * 76, "How do I get more memory?"),
    article("again", "Where are my logs?"),
    article("backups", "How do I restore a backup?"),
    article("certificates", "Why has my certificate expired?"),
    article("last", "What is the last question?"),
]


@pytest.mark.parametrize(
    ("cited", "first"),
    [
        ([], "Where are my logs?"),
        (["last", "backups", "last"], "What is the last question?"),
        (["secrets", "gone"], "Where are my logs?"),
    ],
    ids=["nothing was asked yet", "cited most", "not for everybody, or no article any more"],
)
def test_four_public_questions_are_offered_those_cited_most_first(cited: list[str], first: str) -> None:
    offered = first_questions(HANDBOOK, cited)

    assert (len(offered), offered[0]) == (4, first)
    assert "How do I rotate a secret?" not in offered


def test_a_question_too_long_for_a_button_gives_way_to_a_shorter_one_of_its_article() -> None:
    assert first_questions(HANDBOOK[3:4], []) == ["How do I get more memory?"]


def test_an_empty_handbook_offers_nothing() -> None:
    assert first_questions([], ["logs"]) == []
