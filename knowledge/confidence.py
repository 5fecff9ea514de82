"""How likely the first article found answers the question.

Pure. Does not decide what to do about it: the thresholds are in `bot.answers.rules`.
"""

import math
from dataclasses import dataclass

# A logistic regression, fitted on judged questions to three bodies of documents (two platform teams' handbooks and a
# question-and-answer site), with questions none of them answers, and questions of one body asked of another. Checked by
# five-fold cross-validation and by leaving out the handbook it is quoted on: both lost less than 0.02 of the area under
# the curve. The features are shares, so they hold for twenty articles as for five thousand passages.
INTERCEPT = -5.1
NAMES = 1.4
UNKNOWN = -3.3
RESPELLED = -2.5
PAGE = 1.3
PASSAGE = 1.3
MARGIN = 1.3
LENGTH = 1.45
LIKENESS = 3.0  # set by hand: judged data holds few questions that repeat a title, and those are certain

MARGIN_MOST = 4.0  # z-scores; a larger lead says no more
LENGTH_MOST = 12  # terms; a longer question says no more


@dataclass(frozen=True)
class Evidence:
    """What a search shows about its first hit. Shares are weighted by idf; 1 is all of the question."""

    terms: int
    names: float  # share of the terms in its title, aliases and headings
    unknown: float  # share of the terms that are in no article at all
    respelled: float  # share of the terms found only after mending their spelling
    page: float  # BM25 of the page, as a share of what the terms could score in one field: above 1 at times
    passage: float  # the same of its best passage
    margin: float  # fused score above the second hit's, in z-scores
    likeness: float  # 0 to 1, of the question to a title or alias letter by letter; 0 when not nearly the same


def confidence(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the article answers the question; 0 for a question without terms."""
    if not evidence.terms:
        return 0.0
    score = (
        INTERCEPT
        + NAMES * evidence.names
        + UNKNOWN * evidence.unknown
        + RESPELLED * evidence.respelled
        + PAGE * evidence.page
        + PASSAGE * evidence.passage
        + MARGIN * min(evidence.margin, MARGIN_MOST) / MARGIN_MOST
        + LENGTH * math.log(min(evidence.terms, LENGTH_MOST))
        + LIKENESS * evidence.likeness
    )
    return 1 / (1 + math.exp(-score))
