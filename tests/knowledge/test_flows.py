"""Flows as an author writes them, and every mistake with its place and fix."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.friction import Stage
from knowledge import strict_yaml
from knowledge.flows import STEPS_MOST, Around, Flow, Step, Wait, overdue, read_flow
from knowledge.loader import Broken, load
from knowledge.people import Group, People, Team
from knowledge.problem import Level, Problem
from knowledge.schema import Value

HOUR = timedelta(hours=1)
AROUND = Around(People(teams={"payments": Team(Group("S0PAYMENTS"))}), ("create-bucket",), ("object-storage",))
CODE = "{name: Write it, stage: code, by: hand}"
WAITS = "{name: Review it, stage: review, by: hand, wait: %s}"


def read(
    steps: str, *, head: str = "made_with: 2026-06-01", file: str = "payments"
) -> tuple[Flow | None, list[Problem]]:
    path = f"flows/{file}.yaml"
    document = strict_yaml.read(f"{head}\nsteps: [{steps}]\n", file=path)
    assert document.root is not None
    problems = list(document.problems)
    return read_flow(Value(document.root, path, problems), AROUND), problems


def test_a_whole_flow_is_read() -> None:
    bucket = "{name: Make the bucket, stage: deploy, by: machine, wait: 20 minutes, pain: slow, action: create-bucket}"
    found, problems = read(f"{CODE}, {bucket}", head="made_with: 2026-06-01\nreviewed: 2026-09-30")

    assert problems == []
    assert found == Flow(
        team="payments",
        made_with=date(2026, 6, 1),
        reviewed=date(2026, 9, 30),
        steps=(
            Step("Write it", Stage.CODE, is_by_hand=True),
            Step(
                "Make the bucket",
                Stage.DEPLOY,
                is_by_hand=False,
                wait=Wait(HOUR / 3, HOUR / 3),
                pain="slow",
                action="create-bucket",
            ),
        ),
    )
    assert (found.by_hand, found.look_again) == (1, date(2027, 3, 30))


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("1 to 3 days", 24 * HOUR, 72 * HOUR),
        ("30 minutes to 2 hours", HOUR / 2, 2 * HOUR),
        ("1.5 hours", 1.5 * HOUR, 1.5 * HOUR),
        ("1 week", 7 * 24 * HOUR, 7 * 24 * HOUR),
        ("0 to 2 hours", 0 * HOUR, 2 * HOUR),
    ],
)
def test_a_wait_is_a_time_or_a_range(said: str, least: timedelta, most: timedelta) -> None:
    found, problems = read(f"{CODE}, {WAITS % said}")

    assert problems == []
    assert found is not None
    wait = found.steps[1].wait
    assert wait is not None
    assert (wait, wait.said) == (Wait(least, most), said)


@pytest.mark.parametrize("said", ["3", "a while", "3 to 1 days", "0 hours", "400 days", "2 months", "1 to days"])
def test_anything_else_is_no_wait(said: str) -> None:
    _, problems = read(f"{CODE}, {WAITS % said}")

    [problem] = problems
    assert (problem.field, problem.what) == ("steps[1].wait", f'"{said}" is no time that a step waits')


@pytest.mark.parametrize(
    ("steps", "field", "what"),
    [
        (f"{CODE}, {{name: B, stage: release, by: hand}}", "steps[1].stage", '"release" is not allowed here'),
        (f"{CODE}, {{name: B, stage: unsure, by: hand}}", "steps[1].stage", '"unsure" is not allowed here'),
        (f"{CODE}, {{name: B, stage: build, by: robot}}", "steps[1].by", '"robot" is not allowed here'),
        (f"{CODE}, {{name: B, stage: build}}", "steps[1].by", '"by" is missing'),
        (f"{CODE}, {{name: B, stage: build, by: hand, action: make}}", "steps[1].action", '"make" is no action'),
        (
            f"{CODE}, {{name: B, stage: build, by: hand, capability: ci}}",
            "steps[1].capability",
            '"ci" is no capability',
        ),
        (CODE, "steps", "1 steps are listed"),
        (", ".join([CODE] * (STEPS_MOST + 1)), "steps", f"{STEPS_MOST + 1} steps are listed"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("steps") else "",
)
def test_each_mistake_names_its_place_and_a_fix(steps: str, field: str, what: str) -> None:
    _, problems = read(steps)

    [problem] = problems
    assert problem.field == field
    assert what in problem.what
    assert problem.fix


def test_an_unknown_team_is_an_error_and_one_that_names_no_file_stands_in_it() -> None:
    _, unknown = read(f"{CODE}, {CODE}", file="paymnts")
    named, problems = read(f"{CODE}, {CODE}", head="team: payments\nmade_with: 2026-06-01", file="pay-ments")

    assert [(each.what, each.fix) for each in unknown] == [
        ('"paymnts" is no team of people.yaml', 'did you mean "payments"?')
    ]
    assert (problems, named.team if named else "") == ([], "payments")


def test_after_six_months_without_a_look_it_is_overdue() -> None:
    found, _ = read(f"{CODE}, {CODE}", head="made_with: 2026-05-31")
    assert found is not None

    assert list(overdue([found], date(2026, 11, 29))) == []
    [late] = overdue([found], date(2026, 11, 30))
    assert (late.file, late.level) == ("flows/payments.yaml", Level.WARNING)


def test_two_files_of_one_team_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "flows").mkdir()
    (tmp_path / "people.yaml").write_text("teams: {payments: {group: S0PAYMENTS}}\n")
    (tmp_path / "flows" / "payments.yaml").write_text(f"made_with: 2026-06-01\nsteps: [{CODE}, {CODE}]\n")
    (tmp_path / "flows" / "pay.yaml").write_text(f"team: payments\nmade_with: 2026-06-01\nsteps: [{CODE}, {CODE}]\n")

    found = load(tmp_path)

    assert isinstance(found, Broken)
    [problem] = found.problems
    assert problem.what == 'the team "payments" has flows/pay.yaml already'
