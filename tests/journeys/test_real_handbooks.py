"""Two platform teams' real documentation, as it stands in their repositories, loaded and answered from.

The pages are not part of the project: these tests are left out where they are not beside it.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from bot.config import Settings
from knowledge.loader import Handbook, load
from sandbox import Sandbox
from tests.journeys.office import at_work, buttons, words
from tests.real_data import REAL_DATA

pytestmark = pytest.mark.real_data

PROJECT = Path(__file__).parents[2]
_PLAIN = re.compile(r"[\w ,.'’()?:/-]+")


@dataclass(frozen=True)
class Team:
    """A team's pages, a question of ours that they answer, and the page that should be cited."""

    pages: Path
    question: str
    page: str


TEAMS = [
    Team(
        REAL_DATA / "kb-dev" / "pages",
        "How do I access my RDS database from outside the cluster?",
        "documentation/other-topics/rds-external-access.md",
    ),
    Team(REAL_DATA / "kb-dev-2" / "pages", "How do I connect a PHP app to PostgreSQL?", "guidance/php-database.md"),
]


@pytest.fixture(params=TEAMS, ids=["kb-dev", "kb-dev-2"])
def team(request: pytest.FixtureRequest) -> Team:
    team: Team = request.param
    return team


@pytest.fixture
def folder(team: Team, tmp_path: Path) -> Path:
    """A handbook whose `articles` is a link to the pages."""
    folder = tmp_path / "real"
    folder.mkdir()
    (folder / "articles").symlink_to(team.pages)
    return folder


def loaded(folder: Path) -> Handbook:
    handbook = load(folder)
    assert isinstance(handbook, Handbook)
    return handbook


def title_by_hand(page: Path) -> str:
    """The title a reader sees: the front matter's, else the first heading's."""
    text = page.read_text()
    if text.startswith("---\n"):
        title = yaml.safe_load(text.split("---\n")[1]).get("title")
        if title:
            return str(title)
    return next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), "")


def test_every_page_is_loaded_and_nothing_of_its_templates_is_left_in_a_title(team: Team, folder: Path) -> None:
    handbook = loaded(folder)

    assert {article.id for article in handbook.articles} == {
        page.relative_to(team.pages).as_posix() for page in team.pages.rglob("*.md")
    }
    assert [
        article.title for article in handbook.articles if not article.title or re.search("[<>%]", article.title)
    ] == []


def test_ten_titles_are_what_a_reader_sees(team: Team, folder: Path) -> None:
    by_id = {article.id: article.title for article in loaded(folder).articles}
    by_hand = {each: title_by_hand(team.pages / each) for each in sorted(by_id)}
    plain = {each: title for each, title in by_hand.items() if _PLAIN.fullmatch(title)}
    ten = dict(list(plain.items())[:: len(plain) // 10][:10])

    assert len(ten) == 10
    assert {each: by_id[each] for each in ten} == ten


def test_what_is_wrong_with_the_pages_is_a_warning_with_file_and_line(folder: Path) -> None:
    warnings = loaded(folder).warnings

    assert warnings
    for warning in warnings:
        lines = (folder / warning.file).read_text().count("\n") + 1
        assert 1 <= warning.line <= lines
        assert warning.what
        assert warning.fix


def test_mentor_ask_answers_from_the_pages(team: Team, folder: Path) -> None:
    command = [sys.executable, "-m", "bot", "ask", team.question, "--handbook", str(folder), "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)

    said = json.loads(done.stdout)
    assert said["outcome"] == "answered"
    assert said["sources"][0]["id"] == team.page


async def test_a_mention_is_answered_from_the_pages(
    team: Team, folder: Path, sandbox: Sandbox, settings: Settings
) -> None:
    title = title_by_hand(team.pages / team.page)

    async with at_work(sandbox, replace(settings, handbook=str(folder))) as office:
        asked = office.person("priya").say("random", f"{office.mention} {team.question}")
        answer = await office.answer_to(asked)
        await office.quiet()

        assert len(office.replies(asked)) == 1
        assert any(line.startswith(f"From {title}") for line in words(answer))
        assert buttons(answer) == ["That solved it", "Not quite"]
