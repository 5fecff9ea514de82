"""`mentor report` as people use it: Markdown on standard output, or a page to print."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Run
from tests.cli.test_facts import THREAD


@pytest.fixture
def imported(mentor: Run, handbook: str, tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "threads"
    (folder / "general").mkdir(parents=True)
    (folder / "channels.json").write_text(json.dumps([{"id": "C0GENERAL", "name": "general"}]))
    (folder / "general" / "2025-11-24.json").write_text(json.dumps(THREAD))
    settings = {"MENTOR_HANDBOOK": handbook, "MENTOR_DATA": str(tmp_path / "data")}
    assert mentor("import", str(folder), **settings).status == 0
    return settings


def test_a_quarter_before_the_bot_is_told_as_a_baseline_and_without_small_groups(
    mentor: Run, imported: dict[str, str]
) -> None:
    done = mentor("report", "--quarter", "2025-Q4", **imported)

    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("# The platform in 2025-Q4\n\n1 October to 31 December 2025\n\n## Who helped whom\n")
    assert "- 2 questions from fewer than 5 people (0 a quarter before)." in done.out
    assert "- Peers responded first: too few to say." in done.out
    assert "Baseline: Mentor was not there yet." in done.out


def test_a_page_to_print_is_written_to_a_file(mentor: Run, imported: dict[str, str], tmp_path: Path) -> None:
    done = mentor("report", "--quarter", "2025-Q4", "--html", "q4.html", "--tickets-closed", "132", **imported)

    assert (done.status, done.out) == (0, "")
    assert done.complaints == ["mentor: written to q4.html; open it in a browser, and print it from there"]
    page = (tmp_path / "q4.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.index("Tickets closed: 132") > page.index("Who helped whom")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--quarter", "2025"], "mentor: --quarter: '2025' is no quarter; write for example 2026-Q3"),
        (["--quarter", "2099-Q1"], "mentor: --quarter: 2099-Q1 has not begun yet."),
        (["--tickets-closed", "many"], "mentor: argument --tickets-closed: 'many' is no number of tickets; write for"),
    ],
)
def test_what_is_no_quarter_and_no_number_is_one_line(
    mentor: Run, imported: dict[str, str], arguments: list[str], said: str
) -> None:
    done = mentor("report", *arguments, **imported)

    assert (done.status, done.out, len(done.complaints)) == (2, "", 1)
    assert done.err.startswith(said)
