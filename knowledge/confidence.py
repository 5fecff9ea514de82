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

# The same regression on the same questions where vectors were compared too (all-MiniLM-L6-v2): .926, cross-validated
# .926, without the handbook .914. With vectors of other models it holds as it is: e5-small .941, wordllama .916. What a
# page scores by its words says nothing more then.
INTERCEPT_MEANT = -3.8
NAMES_MEANT = 1.5
UNKNOWN_MEANT = -1.9
RESPELLED_MEANT = -0.2
PASSAGE_MEANT = 0.9
LEAD_MEANT = 2.0
LENGTH_MEANT = 0.6
ABOVE = 2.2
STANDOUT = 5.2

LENGTH_MOST = 12  # terms; a longer question says no more


@dataclass(frozen=True)
class Meaning:
    """How near the first hit is to the question by a model's vectors.

    1 is as far above as the same text would be above any two passages of the handbook; so models can be compared.
    """

    above: float  # over any two passages
    standout: float  # over the ten best pages; below 0 at times


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
    meaning: Meaning | None = None  # None where the words alone were compared


def confidence(evidence: Evidence) -> float:
    """Probability, 0 to 1, that the article answers the question."""
    score = _by_words(evidence) if evidence.meaning is None else _by_words_and_meaning(evidence, evidence.meaning)
    return 1 / (1 + math.exp(-score - LIKENESS * evidence.likeness))


def _by_words(evidence: Evidence) -> float:
    return (
        INTERCEPT
        + NAMES * evidence.names
        + UNKNOWN * evidence.unknown
        + RESPELLED * evidence.respelled
        + PAGE * evidence.page
        + PASSAGE * evidence.passage
        + LEAD * max(evidence.lead, 0.0)
        + LENGTH * _length(evidence)
    )


def _by_words_and_meaning(evidence: Evidence, meaning: Meaning) -> float:
    return (
        INTERCEPT_MEANT
        + NAMES_MEANT * evidence.names
        + UNKNOWN_MEANT * evidence.unknown
        + RESPELLED_MEANT * evidence.respelled
        + PASSAGE_MEANT * evidence.passage
        + LEAD_MEANT * max(evidence.lead, 0.0)
        + LENGTH_MEANT * _length(evidence)
        + ABOVE * meaning.above
        + STANDOUT * meaning.standout
    )


def _length(evidence: Evidence) -> float:
    return math.log(min(evidence.terms, LENGTH_MOST))
