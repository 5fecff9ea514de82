"""Bets as an author writes them: a whole one, a draft, and every mistake with its place and fix."""

from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.bet_button import Source
from bot.generate import schema_text
from knowledge import strict_yaml
from knowledge.bets import Around, Bet, Choice, Decided, Evidence, Kind, Status, overdue, read_bet
from knowledge.discovery_schema import bet_schema, flow_schema
from knowledge.loader import Broken, Handbook, load
from knowledge.people import Group, People, Team
from knowledge.problem import Level, Problem
from knowledge.schema import Value
from tests.knowledge.test_action_schema import as_an_editor_reads

ROOT = Path(__file__).parents[2]
AROUND = Around(People(teams={"payments": Team(Group("S0PAYMENTS"))}), ("object-storage",))
GOOD = {
    "title": "Runners wait",
    "written": "2026-10-05",
    "problem": "“We wait for a runner.”",
    "assumption": "They would restart it themselves.",
    "evidence": "[gap:3f2a9c asked 5 times, 'talk:t1']",
    "willing": "[payments]",
    "smallest": "One action.",
    "capability": "object-storage",
    "wrong_if": "Nobody uses it.",
    "review": "[2027-01-04, 2026-12-01]",
}


def read(text: str, file: str = "bets/runners.yaml") -> tuple[Bet | None, list[Problem]]:
    document = strict_yaml.read(text, file=file)
    assert document.root is not None
    problems = list(document.problems)
    return read_bet(Value(document.root, file, problems), AROUND), problems


def bet(**changed: str | None) -> str:
    return "\n".join(f"{key}: {value}" for key, value in (GOOD | changed).items() if value is not None)


def test_a_whole_bet_is_read() -> None:
    found, problems = read(bet(decisions="[{on: 2026-12-02, decided: keep, because: Two teams use it.}]"))

    assert problems == []
    assert found == Bet(
        id="runners",
        title="Runners wait",
        written=date(2026, 10, 5),
        status=Status.OPEN,
        problem="“We wait for a runner.”",
        assumption="They would restart it themselves.",
        evidence=(Evidence(Kind.GAP, "3f2a9c", "asked 5 times"), Evidence(Kind.TALK, "t1")),
        willing=("payments",),
        smallest="One action.",
        capability="object-storage",
        wrong_if="Nobody uses it.",
        review=(date(2026, 12, 1), date(2027, 1, 4)),
        decisions=(Decided(date(2026, 12, 2), Choice.KEEP, "Two teams use it."),),
    )


def test_of_a_draft_what_is_missing_is_a_warning_and_of_an_open_one_an_error() -> None:
    little = dict.fromkeys(("assumption", "smallest", "wrong_if", "review"))

    _, of_draft = read(bet(status="draft", **little))
    _, of_open = read(bet(**little))

    assert [each.field for each in of_draft] == list(little)
    assert {each.level for each in of_draft} == {Level.WARNING}
    assert {each.level for each in of_open} == {Level.ERROR}


def test_a_bet_without_evidence_is_a_warning() -> None:
    for evidence in (None, "[]"):
        found, problems = read(bet(evidence=evidence))

        assert found is not None
        assert [(each.field, each.level) for each in problems] == [("evidence", Level.WARNING)]
        assert "only the team's own belief" in problems[0].what


@pytest.mark.parametrize(
    ("changed", "field", "what"),
    [
        ({"willing": "[paymnts]"}, "willing[0]", '"paymnts" is not under teams in people.yaml'),
        ({"capability": "objectstorage"}, "capability", "is not under capabilities.yaml"),
        ({"evidence": "[gaps:3f2a]"}, "evidence[0]", '"gaps" is no kind of evidence'),
        ({"evidence": "[somebody said so]"}, "evidence[0]", "is no evidence that can be found again"),
        ({"evidence": "[gap:1 a, gap:1 b]"}, "evidence[1]", '"gap:1" is named twice'),
        ({"review": "[2026-10-01]"}, "review", "a review date comes before the day it was written"),
        ({"review": "[]"}, "review", "0 days are listed"),
        ({"status": "won"}, "status", '"won" is not allowed here'),
        ({"status": "dropped"}, "status", "it is dropped, and no decision says when and why"),
        ({"decisions": "[{on: 2026-12-01, decided: drop}]"}, "status", "the last decision drops it, but it is open"),
        (
            {"decisions": "[{on: 2026-12-01, decided: keep}, {on: 2026-11-01, decided: keep}]"},
            "decisions",
            "the decisions are not in the order of their days",
        ),
        ({"decisions": "[{on: 2026-12-01, decided: win}]"}, "decisions[0].decided", '"win" is not allowed here'),
        ({"problem": None}, "problem", '"problem" is missing'),
        ({"odds": "3"}, "odds", 'unknown key "odds"'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_mistake_names_its_place_and_a_fix(changed: dict[str, str | None], field: str, what: str) -> None:
    _, problems = read(bet(**changed))

    found = [each for each in problems if each.field == field and what in each.what]
    assert len(found) == 1
    assert (found[0].level, bool(found[0].fix)) == (Level.ERROR, True)


def test_a_review_date_is_due_until_a_decision_on_or_after_it_and_only_the_newest_is() -> None:
    found, _ = read(bet())
    kept, _ = read(bet(decisions="[{on: 2027-01-04, decided: keep}]"))
    assert found is not None
    assert kept is not None

    assert found.due(date(2026, 11, 30)) is None
    assert found.due(date(2026, 12, 1)) == date(2026, 12, 1)
    assert found.due(date(2027, 3, 1)) == date(2027, 1, 4)
    assert kept.due(date(2027, 3, 1)) is None
    assert (found.since(date(2027, 1, 4)), kept.since(date(2027, 2, 1))) == (date(2026, 10, 5), date(2027, 1, 4))


def test_a_review_date_that_has_passed_without_a_decision_is_a_warning_from_the_day_after() -> None:
    found, _ = read(bet(review="[2026-12-01]"))
    assert found is not None

    assert list(overdue([found], date(2026, 12, 1))) == []
    [late] = overdue([found], date(2026, 12, 2))
    assert (late.file, late.field, late.level) == ("bets/runners.yaml", "review", Level.WARNING)


def test_the_loader_takes_bets_and_refuses_one_that_names_an_unknown_team(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "bets").mkdir()
    (tmp_path / "bets" / "runners.yaml").write_text(bet(willing=None, capability=None))
    good = load(tmp_path)
    (tmp_path / "bets" / "runners.yaml").write_text(bet(capability=None))
    broken = load(tmp_path)

    assert isinstance(good, Handbook)
    assert [each.id for each in good.bets] == ["runners"]
    assert isinstance(broken, Broken)
    assert [(each.file, each.line, each.field) for each in broken.problems] == [("bets/runners.yaml", 6, "willing[0]")]


def test_the_published_schemas_are_those_of_the_code_and_take_the_shipped_files() -> None:
    for name, schema, folder in (("bet", bet_schema(), "bets"), ("flow", flow_schema(), "flows")):
        published = (ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
        shipped = sorted((ROOT / "knowledge" / "handbook" / folder).glob("*.yaml"))
        validator = Draft202012Validator(schema)

        assert published == schema_text(schema)
        assert shipped
        for path in shipped:
            assert not list(validator.iter_errors(as_an_editor_reads(path.read_text(encoding="utf-8"))))


def test_the_buttons_call_evidence_as_the_files_do() -> None:
    assert [Kind(each.value) for each in Source] == [Kind.GAP, Kind.FRICTION_THEME, Kind.PULSE_THEME]


def test_a_slip_is_shown_by_the_schema_while_it_is_typed() -> None:
    validator = Draft202012Validator(bet_schema())
    wrong = [bet(status="won"), bet(review="[]"), bet(status="open", wrong_if=None), bet(odds="3")]

    assert all(list(validator.iter_errors(as_an_editor_reads(each))) for each in wrong)
