"""What a search gives. Does not say what to do about it (`bot.answers.rules`)."""

from dataclasses import dataclass

from knowledge.article import Article, Section


@dataclass(frozen=True)
class Hit:
    """An article found and its best section. `score` compares hits of one search only.

    `replaced_by` is what stands now in place of a superseded article, where these readers may see it.
    """

    article: Article
    section: Section
    score: float
    replaced_by: Article | None = None


@dataclass(frozen=True)
class Found:
    """Best first, one hit an article. `confidence`, 0 to 1: how likely the first one answers the question.

    `terms` are the stems that were asked for, spelling corrected; both are empty when nothing was asked.
    """

    hits: tuple[Hit, ...]
    confidence: float
    terms: tuple[str, ...] = ()


NOTHING = Found(hits=(), confidence=0.0)
