"""How likely the first article found answers the question.

Pure. Does not decide what to do about it: the thresholds are in `bot.answers.rules`.
"""

import math
from dataclasses import dataclass

# A logistic regression, fitted on judged questions to three bodies of documents (two platform teams' handbooks and a
# question-and-answer site), on questions none of them answers, and on questions of one body asked of another; a first
# hit counts as right when the judge named it. Cross-validated in five folds, and fitted again without the handbook it
# is quoted on: the area under the curve fell from .941 to .938 and .939. The features are shares, so they hold for
# twenty articles as for five thousand passages.
INTERCEPT = -5.9
NAMES = 0.75
UNKNOWN = -3.4
RESPELLED = -1.7
PAGE = 1.1
PASSAGE = 2.1
LEAD = 3.3
LENGTH = 1.7
LIKENESS = 3.0  # set by hand: judged data holds few questions that repeat a title, and those are certain

LENGTH_MOST = 12  # terms; a longer question says no more


@dataclass(frozen=True)
class Evidence:
    """What a search shows about its first hit. Shares are weighted by idf; 1 is all of the question."""

    terms: int  # at least one
    names: float  # share of the terms in its title, aliases and headings
    unknown: float  # share of the terms that are in no article at all
    respelled: float  # share of the terms found only after mending their spelling
    page: float  # BM25 of the page, as a share of what the terms could score in one field: above 1 at times
    passage: float  # the same of its best passage
    lead: float  # of its BM25 scores over the second hit's, as a share of its own: 1 when it is the only hit
    likeness: float  # 0 to 1, of the question to a title or alias letter by letter; 0 when not nearly the same


def confidence(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the article answers the question."""
    score = (
        INTERCEPT
        + NAMES * evidence.names
        + UNKNOWN * evidence.unknown
        + RESPELLED * evidence.respelled
        + PAGE * evidence.page
        + PASSAGE * evidence.passage
        + LEAD * max(evidence.lead, 0.0)
        + LENGTH * math.log(min(evidence.terms, LENGTH_MOST))
        + LIKENESS * evidence.likeness
    )
    return 1 / (1 + math.exp(-score))
