"""The embedded handbook: it loads without a word of complaint, and people can copy from it.

Does not test the loader, nor whether an article is found for a question.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.article import Article, Audience
from knowledge.channels import AnswerMode
from knowledge.loader import Broken, Handbook, load

FOLDER = Path(__file__).parents[2] / "knowledge" / "handbook"
PAGES = sorted((FOLDER / "articles").rglob("*.md"))
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESS = re.compile(r"(?:https?://|@)((?:[\w-]+\.)+[a-z]{2,})")


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    loaded = load(FOLDER)
    assert not isinstance(loaded, Broken), "\n".join(map(str, loaded.problems))
    return loaded


def test_handbook_loads_without_warnings(handbook: Handbook) -> None:
    complaints = [str(problem) for problem in handbook.warnings]

    assert complaints == []


def test_every_page_becomes_an_article(handbook: Handbook) -> None:
    ids = sorted(article.id for article in handbook.articles)

    assert ids == sorted(page.relative_to(FOLDER / "articles").as_posix() for page in PAGES)
    assert len(ids) >= 25


def test_articles_say_what_they_answer_and_who_keeps_them(handbook: Handbook) -> None:
    wanting = [article.id for article in handbook.articles if not _is_complete(article)]

    assert wanting == []


def test_no_two_articles_share_a_question(handbook: Handbook) -> None:
    asked = Counter(question.casefold() for article in handbook.articles for question in article.questions)

    assert [question for question, times in asked.items() if times > 1] == []


def test_no_two_articles_share_a_title(handbook: Handbook) -> None:
    titles = Counter(article.title.casefold() for article in handbook.articles)

    assert [title for title, times in titles.items() if times > 1] == []


def test_only_duty_and_emergency_pages_are_internal(handbook: Handbook) -> None:
    kept_inside = {article.id for article in handbook.articles if article.audience is not Audience.PUBLIC}

    assert kept_inside == {"operate/duty-handover.md", "security/break-glass.md"}


def test_channels_show_an_answer_mode_each(handbook: Handbook) -> None:
    modes = {channel.name: channel.answer for channel in handbook.channels.channels}

    assert modes == {"ask-platform": AnswerMode.AT_ONCE, "deploys": AnswerMode.AFTER, "data-help": AnswerMode.SHADOW}


def test_someone_on_duty_is_in_the_platform_team(handbook: Handbook) -> None:
    people = handbook.people

    assert people.platform_team is not None
    assert people.duty is not None
    assert all(people.platform_team.has(member.user_id, on=date(2026, 11, 23)) for member in people.duty.group.members)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_yaml_to_copy_is_yaml(page: Path) -> None:
    read = [list(yaml.safe_load_all(block)) for block in _blocks(page, "yaml")]

    assert all(document is not None for documents in read for document in documents)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_addresses_lead_only_to_example_hosts(page: Path) -> None:
    hosts = set(ADDRESS.findall(page.read_text(encoding="utf-8")))

    assert {host for host in hosts if not _is_for_examples(host)} == set()


def _is_complete(article: Article) -> bool:
    questions_are_enough = 3 <= len(article.questions) <= 6
    is_kept = bool(article.owner) and article.reviewed is not None and article.review_every_days is not None
    return bool(article.title) and questions_are_enough and is_kept


def _blocks(page: Path, language: str) -> Iterator[str]:
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        if match[1] == language:
            yield match[2]


def _is_for_examples(host: str) -> bool:
    """Reserved for documentation (RFC 2606), or a name that exists only inside a cluster."""
    return host == "example.com" or host.endswith((".example.com", ".svc"))
