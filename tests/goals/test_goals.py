"""How runs of goals are told and kept, and that the page has a row for each."""

from collections import Counter
from pathlib import Path

import pytest

from tests.goals.__main__ import ROOT, main, run
from tests.goals.goals import GOALS, Goal, Outcome
from tests.goals.keeping import keep

STORM = Goal(4, "a storm", {"events": 100})


def outcome(*, tried: dict[str, int], minutes: float = 2.0, passed: int = 2, failed: tuple[str, ...] = ()) -> Outcome:
    return Outcome(STORM, 3, minutes, Counter(tried), passed, failed)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (outcome(tried={"events": 1_000, "lost": 0}), "events 1,000, lost 0; 2 tests; seed 3; 2.0 min: held"),
        (outcome(tried={"events": 9}), "events 9; 2 tests; seed 3; 2.0 min; fewer events than 100: held"),
        (
            outcome(tried={"events": 100, "lost": 1}),
            "events 100, lost 1; 2 tests; seed 3; 2.0 min: NOT HELD (lost 1)",
        ),
        (
            outcome(tried={"events": 100}, failed=("test_storm, seed 4",)),
            "events 100; 2 tests; seed 3; 2.0 min: NOT HELD (test_storm, seed 4)",
        ),
        (
            outcome(tried={}, passed=0),
            "nothing counted; 0 tests; seed 3; 2.0 min; fewer events than 100: NOT HELD (no test ran)",
        ),
    ],
    ids=["whole", "less than wanted", "something lost", "a test failed", "nothing ran"],
)
def test_line_says_what_was_tried_and_found(told: Outcome, line: str) -> None:
    assert told.line() == f"G4 a storm: {line}"
    assert told.is_held == line.endswith(": held")


@pytest.mark.parametrize(
    ("stands", "minutes", "is_written"),
    [
        ("not run yet", 2.0, True),
        ("2026-11-01: events 9; 1 tests; seed 1; 1.9 min: held", 2.0, True),
        ("2026-11-01: events 9; 1 tests; seed 1; 2.1 min: held", 2.0, False),
        ("2026-11-01: events 9; 1 tests; seed 1; 9.0 min: NOT HELD (lost 1)", 2.0, True),
    ],
)
def test_page_keeps_the_longest_run_that_held(tmp_path: Path, stands: str, minutes: float, is_written: bool) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"words\n\n| G3 | b | c | {stands} |\n| G4 | b | c | {stands} |\n", encoding="utf-8")

    keep(page, outcome(tried={"events": 100}, minutes=minutes))

    *_, other, row = page.read_text(encoding="utf-8").splitlines()
    assert other == f"| G3 | b | c | {stands} |"
    assert row.startswith("| G4 | b | c | ")
    assert ("events 100; 2 tests; seed 3; 2.0 min: held" in row) == is_written


def test_page_has_a_row_for_each_goal() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")

    assert [line.split(" |")[0] for line in page.splitlines() if line.startswith("| G")] == [
        f"| {goal.name}" for goal in GOALS.values()
    ]


def test_goal_without_any_test_is_not_held() -> None:
    assert not run(Goal(99, "nothing"), seed=1, minutes=0, workers=1).is_held


def test_unknown_goal_is_refused_with_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["goals", "G4", "G28"])

    with pytest.raises(SystemExit, match=r"no goal G28\. Say G1 to G27, or chaos, fuzz, soak, suite\."):
        main()
