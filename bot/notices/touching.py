"""Tells whether a question is about a notice or an incident: by its words, and by the article that answers it. Pure.

The words are English ones, by their stems; that some words mean the same (`synonyms.yaml`) is not known here.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from knowledge.article import Article
from knowledge.capabilities import Capability
from knowledge.loader import Handbook
from knowledge.text import ABBREVIATIONS, question_text, words

TELLING = 5  # letters: a capability called by one shorter word is too common a word
Stem = Callable[[str], str]


@dataclass(frozen=True)
class Matter:
    """What a notice or an incident is about; `capability` is "" for none."""

    capability: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """`said` are stems; `tags` and `capabilities` those of the articles that answer."""

    said: frozenset[str]
    tags: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()


def asked(text: str, articles: Collection[str], handbook: Handbook, stem: Stem) -> Asked:
    """`articles` are ids of those that the answer rests on."""
    found = [each for each in handbook.articles if each.id in articles]
    tags = frozenset(tag.lower() for each in found for tag in each.tags)
    return Asked(stems(question_text(text), stem), tags, _capabilities(found, handbook))


def is_about(matter: Matter, question: Asked, capabilities: Sequence[Capability], stem: Stem) -> bool:
    if any(topic.lower() in question.tags or _is_said(topic, question, stem) for topic in matter.topics):
        return True
    if not matter.capability:
        return False
    named = [name for each in capabilities if each.id == matter.capability for name in (each.title, each.id)]
    return matter.capability in question.capabilities or any(
        _is_telling(name) and _is_said(name, question, stem) for name in named
    )


def stems(text: str, stem: Stem) -> frozenset[str]:
    """Of the words that tell something; "db" is "database"."""
    return frozenset(stem(part) for word in words(text) for part in ABBREVIATIONS.get(word, word).split())


def _is_said(name: str, question: Asked, stem: Stem) -> bool:
    wanted = stems(name.replace("-", " "), stem)
    return bool(wanted) and wanted <= question.said


def _is_telling(name: str) -> bool:
    found = words(name.replace("-", " "))
    return len(found) > 1 or any(len(each) >= TELLING for each in found)


def _capabilities(articles: Sequence[Article], handbook: Handbook) -> frozenset[str]:
    """Those of the actions that the articles name."""
    named = {action for each in articles for action in each.actions}
    return frozenset(each.capability for each in handbook.actions if each.id in named and each.capability)
