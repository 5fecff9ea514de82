"""The embedded handbook: it loads without a word of complaint, and people can copy from it.

Does not test the loader, nor whether an article is found for a question.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge import strict_yaml
from knowledge.action_files import read_action
from knowledge.action_inputs import Around
from knowledge.actions import GitBackend, InputType, Mode, Verb
from knowledge.article import Article, Audience
from knowledge.channels import AnswerMode
from knowledge.loader import Broken, Handbook, load
from knowledge.problem import Problem
from knowledge.repositories import Reporter, read_repositories
from knowledge.schema import Value
from knowledge.survey_audience import Around as AroundSurveys
from knowledge.survey_files import read_survey
from knowledge.surveys import After, Moment, Scale
from knowledge.surveys import Audience as Asked

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


def test_catalogue_shows_each_thing_that_an_entry_can_do(handbook: Handbook) -> None:
    proposals = [each.backend for each in handbook.actions if isinstance(each.backend, GitBackend)]
    verbs = {change.verb for backend in proposals for change in backend.changes}
    inputs = [one for action in handbook.actions for one in action.inputs]

    assert len(handbook.actions) == 13
    assert {action.mode for action in handbook.actions} == set(Mode)
    assert verbs == {Verb.CREATE, Verb.REPLACE, Verb.SET, Verb.ADD, Verb.REMOVE}
    assert {one.type for one in inputs} == set(InputType)
    assert any(one.choices_from for one in inputs)
    assert any(backend.merges_on_approval for backend in proposals)
    assert any(backend.needs_review for backend in proposals)
    assert any(backend.needs_author for backend in proposals)
    assert any(len(backend.changes) > 1 for backend in proposals)
    approvals = [action.approval for action in handbook.actions if action.approval]
    assert {approval.people for approval in approvals} == {1, 2}
    assert any(approval.when for approval in approvals)
    assert [action.id for action in handbook.actions if action.declares] == ["restart-service"]


def test_each_action_is_offered_from_an_article(handbook: Handbook) -> None:
    named = {id_ for article in handbook.articles for id_ in article.actions}

    assert named == {action.id for action in handbook.actions}


def test_each_action_may_be_run_in_the_company_and_somewhere(handbook: Handbook) -> None:
    channels = handbook.channels

    assert all(channels.offers(action) for action in handbook.actions)
    assert all(any(channels.may_run_in(one.id, each.id) for one in channels.channels) for each in handbook.actions)


def test_whatever_a_proposal_changes_for_a_team_is_seen_to_become_live(handbook: Handbook) -> None:
    live = handbook.repository("live")
    assert live is not None
    files = [
        change.file.replace("{team}", team)
        for action in handbook.actions
        if isinstance(action.backend, GitBackend)
        for change in action.backend.changes
        for team in handbook.people.teams
    ]

    assert [file for file in files if not live.controllers_of(file)] == []
    assert {each.reporter for each in live.controllers} == set(Reporter)


def test_surveys_show_each_way_to_ask(handbook: Handbook) -> None:
    asked = {each.scale for survey in handbook.surveys for each in survey.questions}

    assert [each.id for each in handbook.surveys] == ["after-action", "platform-pulse", "where-to-ask", "why-not-us"]
    assert asked == set(Scale) - {Scale.NPS}
    assert handbook.surveys[0].schedule == After(Moment.CONVERGED, (), 0.2)
    assert [each.audience for each in handbook.surveys[1:]] == [
        Asked(),
        Asked(asked=False),
        Asked(did_not_choose="attested-builds"),
    ]


def test_nobody_is_made_to_type_or_asked_for_long(handbook: Handbook) -> None:
    """A press is a whole answer, and what is asked fits a telephone."""
    assert all(len(survey.questions) <= 3 for survey in handbook.surveys)
    assert all(survey.cooldown_days >= 28 and survey.threshold >= 5 for survey in handbook.surveys)
    assert all(survey.owner == "platform_team" for survey in handbook.surveys)


def test_the_survey_in_the_readme_is_read_without_a_word(handbook: Handbook) -> None:
    text = next(block for block in _blocks(FOLDER / "README.md", "yaml") if block.startswith("id: team-pulse"))
    around = AroundSurveys(
        handbook.people,
        handbook.channels,
        [each.id for each in handbook.actions],
        {each.id: each for each in handbook.capabilities},
    )

    problems: list[Problem] = []
    survey = read_survey(_value(text, problems), "team-pulse", around)

    assert (survey is not None, problems) == (True, [])


def test_examples_in_the_readme_are_read_without_a_word(handbook: Handbook) -> None:
    blocks = list(_blocks(FOLDER / "README.md", "yaml"))
    entry = next(block for block in blocks if block.startswith("id: create-bucket"))
    live = next(block for block in blocks if block.startswith("live:"))
    capabilities = [each.id for each in handbook.capabilities]
    around = Around(handbook.people, [each.name for each in handbook.repositories], capabilities)

    problems: list[Problem] = []
    action = read_action(_value(entry, problems), "create-bucket", around)
    (repository,) = read_repositories(_value(live, problems))

    assert (action is not None, repository.name, problems) == (True, "live", [])


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


def _value(text: str, problems: list[Problem]) -> Value:
    document = strict_yaml.read(text, file="README.md")
    assert document.root is not None
    problems += document.problems
    return Value(document.root, "README.md", problems)


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


@pytest.mark.parametrize(
    "name", ["people.yaml", "repositories.yaml", "capabilities.yaml", "actions/attest-builds.yaml"]
)
def test_no_other_file_is_blamed_for_one_that_is_broken(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "handbook"
    shutil.copytree(FOLDER, folder)
    (folder / name).write_text("a: [\n", encoding="utf-8")

    loaded = load(folder)

    assert isinstance(loaded, Broken)
    assert {each.file for each in loaded.problems} == {name}
