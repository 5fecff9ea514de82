"""Which questions a notice or an incident is about: by words, by capability, by the article that answers."""

from dataclasses import replace
from datetime import date

import pytest

from bot.notices.touching import Matter, asked, is_about
from knowledge.article import article_from_text
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.loader import Handbook
from knowledge.spelling import Stems


def capability(id_: str, title: str) -> Capability:
    built = BuiltFrom(Origin.OURS, "it is")
    return Capability(id_, title, "platform_team", Status.ONLY_WAY, date(2026, 1, 5), Teams(), "use", built)


TAGGED = replace(article_from_text("logs.md", "Logs", "words\n"), tags=("Grafana",))
CAPABILITIES = (capability("object-storage", "Object storage"), capability("ci", "CI"))
HANDBOOK = Handbook("r1", (TAGGED,), capabilities=CAPABILITIES)
STEM = Stems().of


def about(matter: Matter, text: str, *articles: str) -> bool:
    return is_about(matter, asked(text, articles, HANDBOOK, STEM), CAPABILITIES, STEM)


@pytest.mark.parametrize(
    ("matter", "text", "articles", "is_it"),
    [
        (Matter(topics=("builds",)), "my build does not start", (), True),
        (Matter(topics=("builds",)), "where do I find the handbook", (), False),
        (Matter(topics=("build image",)), "which image do builds take?", (), True),
        (Matter(topics=("build image",)), "builds hang", (), False),
        (Matter(topics=("database",)), "is the db down?", (), True),
        (Matter(topics=("db",)), "the databases are slow", (), True),
        (Matter(topics=("grafana",)), "how do I see this?", ("logs.md",), True),
        (Matter(topics=("grafana",)), "how do I see this?", (), False),
        (Matter("object-storage"), "object storages are slow", (), True),
        (Matter("object-storage"), "the object-storage hangs", (), True),
        (Matter("object-storage"), "an object of my class", (), False),
        (Matter("ci"), "ci is red", (), False),
        (Matter(topics=("the",)), "the", (), False),
        (Matter(), "anything", (), False),
    ],
    ids=[
        *("by the stem", "of something else", "all words of a phrase", "not some of them", "an abbreviation"),
        *("and what it stands for", "the tag of its article", "an article that does not answer", "a capability"),
        *("its id", "half of its name", "a name too short to tell", "a word that tells nothing", "nothing"),
    ],
)
def test_a_question_is_about_what_it_names(matter: Matter, text: str, articles: tuple[str, ...], is_it: bool) -> None:
    assert about(matter, text, *articles) is is_it
