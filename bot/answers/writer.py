"""What a writer is, and the quoting one: an answer in the handbook's own words, also where a model's is refused.

Pure. Adds no word of its own, so it cannot say what no article says. Does not decide whether to answer
(`bot.answers.rules`) and does not escape for Slack (`bot.answers.blocks`). The other writer is `answers.model_writer`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Protocol

from bot.answers.pointers import Pointer
from bot.answers.rules import SOURCES_MOST, Answered, Suggested
from bot.model import Turn
from knowledge.article import Article, Section
from knowledge.index import Hit
from knowledge.prose import FENCE, with_closed_code
from knowledge.text import question_text, words

QUOTE_MOST = 1_500  # characters, in all
QUOTE_ENOUGH = 900  # characters; a longer section is cut to what the question is about
CUT = "…"
QUOTING, MODEL = "quoting", "model"  # who wrote an answer
ROOT = 5  # letters two words share to count as one: "rotate", "rotating"; the index has real stems, a quote needs less

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Source:
    """A section cited. `id` and `url` are its article's; `score` compares sources of one answer only.

    `replaced_by` is the title of what stands now in place of a superseded article; "" for one that is the newest.
    """

    id: str
    title: str
    section: str
    anchor: str
    url: str
    score: float
    reviewed: date | None
    owner: str
    review_every_days: int | None = None
    replaced_by: str = ""  # this and the next are not in answers kept before they came
    replaced_by_url: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "reviewed": self.reviewed.isoformat() if self.reviewed else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Source":
        """The source that `to_json` wrote."""
        reviewed = value["reviewed"]
        return cls(**{**value, "reviewed": date.fromisoformat(reviewed) if reviewed else None})


@dataclass(frozen=True)
class Draft:
    """Plain text, at most 1,500 characters, and the sections it rests on.

    A quoted one names the section quoted first, and at most three. A model's text names them by `[1]`, `[2]` … where
    there are several. `pointers` are to solved threads, of what is not sure.
    """

    text: str
    sources: tuple[Source, ...]
    writer: str = QUOTING
    pointers: tuple[Pointer, ...] = ()


class Writer(Protocol):
    """Writes the answer to a question that the index is sure to have found."""

    async def write(
        self, question: str, choice: Answered, *, person: str, context: tuple[Turn, ...] = ()
    ) -> Draft | None:
        """The answer, resting on the choice's hits alone; None when they do not answer the question after all.

        `person` is the asker's pseudonym, `context` what was said before in the thread, oldest first.
        """


class QuotingWriter:
    """Quotes the first hit, whoever asks and whatever was said before."""

    async def write(
        self, question: str, choice: Answered, *, person: str, context: tuple[Turn, ...] = ()
    ) -> Draft | None:
        return quote(question, choice)


def quote(question: str, choice: Answered | Suggested) -> Draft:
    """The part of the first hit's section that speaks most of the question, cut at line or sentence ends.

    A section without text gives way to the next one of its article that has some; an article without any is quoted by
    its title.
    """
    first = _with_text(choice.hits[0])
    hits = (first, *choice.hits[1:SOURCES_MOST])
    text = _excerpt(first.section.text, _roots(question_text(question)))
    return Draft(text or first.article.title, tuple(source_of(hit) for hit in hits))


def _with_text(hit: Hit) -> Hit:
    section = hit.section if hit.section.text.strip() else _next_with_text(hit.article, hit.section)
    return replace(hit, section=section)


def _next_with_text(article: Article, empty: Section) -> Section:
    """The first section with text after this one, else before it, else this one."""
    after = [section for section in article.sections if section.line > empty.line]
    return next((section for section in (*after, *article.sections) if section.text.strip()), empty)


def source_of(hit: Hit) -> Source:
    article, section = hit.article, hit.section
    return Source(
        id=article.id,
        title=article.title,
        section=section.heading,
        anchor=section.anchor,
        url=article.url,
        score=round(hit.score, 4),
        reviewed=article.reviewed,
        owner=article.owner,
        review_every_days=article.review_every_days,
        replaced_by=hit.replaced_by.title if hit.replaced_by else "",
        replaced_by_url=hit.replaced_by.url if hit.replaced_by else "",
    )


def _roots(text: str) -> frozenset[str]:
    return frozenset(word[:ROOT] for word in words(text))


def _excerpt(text: str, asked: frozenset[str]) -> str:
    """All of a short text; of a long one the run of lines round the line that holds most of what was asked."""
    lines = [line.rstrip() for line in text.strip().splitlines() if line.strip()]
    if sum(len(line) + 1 for line in lines) <= QUOTE_ENOUGH:
        return with_closed_code("\n".join(lines))
    start = _best_start(lines, asked)
    run = _run(lines, start)
    before, after = CUT * (start > 0), CUT * (start + len(run) < len(lines))
    is_in_code = lines[:start].count(FENCE) % 2 == 1
    body = with_closed_code(FENCE * is_in_code + "\n" * is_in_code + _cut("\n".join(run), asked))
    return "\n".join(part for part in (before, body, after) if part)[:QUOTE_MOST]


def _best_start(lines: Sequence[str], asked: frozenset[str]) -> int:
    """The earliest line with most of the words asked for; what opens its code or leads in with a colon comes along."""
    best = max(range(len(lines)), key=lambda number: (len(_roots(lines[number]) & asked), -number))
    if best and lines[best - 1] == FENCE and lines[:best].count(FENCE) % 2:
        best -= 1
    return best - 1 if best and lines[best - 1].endswith(":") else best


def _run(lines: Sequence[str], start: int) -> list[str]:
    """Whole lines from `start` on that fit together; at least one."""
    run, length = [lines[start]], len(lines[start])
    for line in lines[start + 1 :]:
        length += len(line) + 1
        if length > QUOTE_ENOUGH:
            break
        run.append(line)
    return run


def _cut(text: str, asked: frozenset[str]) -> str:
    """A text that is too long in itself, from the sentence that holds most of what was asked for."""
    if len(text) <= QUOTE_ENOUGH:
        return text
    sentences = _SENTENCE_END.split(text)
    start = max(range(len(sentences)), key=lambda number: (len(_roots(sentences[number]) & asked), -number))
    kept = " ".join(_run(sentences, start))
    if len(kept) > QUOTE_ENOUGH:
        kept = kept[:QUOTE_ENOUGH].rsplit(" ", 1)[0]
    is_cut_after = not text.endswith(kept)
    return f"{CUT} {kept}" * (start > 0) + kept * (start == 0) + f" {CUT}" * is_cut_after
