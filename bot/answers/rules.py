"""Decides whether what was found is worth saying: answer, suggest, or stay silent.

Pure. Does not search, does not write the answer, and does not know who asked or where.
"""

from dataclasses import dataclass

from knowledge.article import Trust
from knowledge.index import Found, Hit
from knowledge.loader import Handbook

# Measured on a platform team's handbook of a hundred pages, with questions written as people ask in a channel. From
# 0.55 on, five first answers in six were the page the judge meant, and none of 250 questions about other products or
# about anything but work was answered. From 0.22 on, the right page was answered or among those offered for 62
# questions in 100, and 1 stranger in 15 was offered something.
ANSWER_AT = 0.55
SUGGEST_AT = 0.22

SOURCES_MOST = 3  # more than three is a list to search, not an answer

NOT_ASKED = "nothing was asked"
NOT_FOUND = "no article is about this"
NOT_SURE = "no article is close enough"
NOTHING_MORE = "no article says more than was answered before"
LEFT = "people talk to each other in the thread"
NOT_ASKED_HERE = "the bot was not asked in the thread"


@dataclass(frozen=True)
class Thresholds:
    """Confidence, 0 to 1, from which the bot answers, and from which it at least suggests."""

    answer_at: float
    suggest_at: float


SHIPPED = Thresholds(ANSWER_AT, SUGGEST_AT)


def thresholds(handbook: Handbook) -> Thresholds:
    """The team's own where the handbook sets them, else the shipped ones."""
    ours = handbook.channels
    return Thresholds(
        answer_at=SHIPPED.answer_at if ours.answer_at is None else ours.answer_at,
        suggest_at=SHIPPED.suggest_at if ours.suggest_at is None else ours.suggest_at,
    )


@dataclass(frozen=True)
class Answered:
    """Sure enough to quote the first hit; the others are further reading."""

    hits: tuple[Hit, ...]
    confidence: float


@dataclass(frozen=True)
class Suggested:
    """Worth a look, said as such."""

    hits: tuple[Hit, ...]
    confidence: float


@dataclass(frozen=True)
class Silent:
    """Nothing to say, and why, in words for the asker."""

    reason: str
    confidence: float


Choice = Answered | Suggested | Silent


def first_article(choice: Choice) -> tuple[str, ...]:
    """The id of the article that a sure answer rests on; none of what is only a guess."""
    return (choice.hits[0].article.id,) if isinstance(choice, Answered) else ()


def choose(found: Found, thresholds: Thresholds = SHIPPED) -> Choice:
    """What to do with a search's result; at most three hits are kept. Each threshold belongs to the bolder choice.

    An article of low trust is suggested at most, and is no source of an answer.
    """
    if not found.hits:
        return Silent(NOT_FOUND if found.terms else NOT_ASKED, 0.0)
    if found.confidence >= thresholds.answer_at and found.hits[0].article.trust is not Trust.LOW:
        trusted = tuple(hit for hit in found.hits if hit.article.trust is not Trust.LOW)
        return Answered(trusted[:SOURCES_MOST], found.confidence)
    if found.confidence >= thresholds.suggest_at:
        return Suggested(found.hits[:SOURCES_MOST], found.confidence)
    return Silent(NOT_SURE, found.confidence)
