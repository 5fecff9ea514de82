"""What a kept answer rests on, and how that stands in the handbook now. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.answers.pointers import Pointer
from bot.answers.writer import Draft, Source, source_of
from bot.storage.answers import Answer
from knowledge.article import Article, Section
from knowledge.audience import Audience
from knowledge.index import Hit
from knowledge.loader import Handbook
from knowledge.moved import successors_of


def draft_of(answer: Answer) -> Draft:
    sources = tuple(Source.from_json(source) for source in answer.sources)
    return Draft(answer.text, sources, answer.writer, tuple(Pointer.from_json(each) for each in answer.pointers))


def standing(
    handbook: Handbook, sources: Sequence[Mapping[str, Any]], may_see: Collection[Audience]
) -> tuple[Hit, ...]:
    """Those of the sources, as kept with an answer, that are still there and for these readers."""
    articles = {each.id: each for each in handbook.articles if each.audience in may_see}
    successors = {old: articles[chain[-1]] for old, chain in successors_of(list(articles.values())).items()}
    known = [Source.from_json(each) for each in sources]
    return tuple(
        Hit(articles[each.id], _section(articles[each.id], each), each.score, successors.get(each.id))
        for each in known
        if each.id in articles
    )


def as_seen(source: Source, standing: Hit) -> Source:
    """The source, with what replaced its article only as far as the readers for whom it stands may see that."""
    now = source_of(standing)
    return replace(source, replaced_by=now.replaced_by, replaced_by_url=now.replaced_by_url)


def _section(article: Article, source: Source) -> Section:
    """The section that was cited; the article's first where that is gone."""
    same = (each for each in article.sections if (each.heading, each.anchor) == (source.section, source.anchor))
    return next(same, article.sections[0])
