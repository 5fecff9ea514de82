"""docs/security.md says what is there: controls that stand where it says, and tests that miss them when gone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.security.page import PAGE, with_table
from tests.security.showing import Shown, copy_of_the_source, show
from tests.security.table import THREATS
from tests.security.threats import Control

CONTROLS = [(threat.name, control) for threat in THREATS for control in threat.controls]
QUICK = "audit/test_seals.py::test_missing_row_is_named"
SEALS = next(control for _, control in CONTROLS if control.tests == (QUICK,))


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=[f"{name}: {each.what}" for name, each in CONTROLS])
def test_each_control_stands_where_it_says_and_its_tests_are_there(name: str, control: Control) -> None:
    assert control.problem() == ""


def test_the_page_has_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text == with_table(text), "write it: python -m tests.security --page"


def test_each_threat_has_a_name_of_its_own_and_a_control() -> None:
    assert len({each.name for each in THREATS}) == len(THREATS)
    assert [each.name for each in THREATS if not each.controls] == []


@pytest.mark.parametrize(
    ("control", "problem"),
    [
        (replace(SEALS, file="bot/none.py"), "bot/none.py is not there"),
        (replace(SEALS, old="nowhere"), "bot/seals.py holds 'nowhere' 0 times, and should once"),
        (replace(SEALS, old="self"), "bot/seals.py holds 'self'"),
        (replace(SEALS, tests=()), "no test is named"),
        (replace(SEALS, tests=("audit/test_seals.py::test_none",)), "there is no test audit/test_seals.py::test_none"),
    ],
    ids=["no file", "no such text", "a text that stands often", "no test", "a test that is not there"],
)
def test_a_row_that_has_gone_stale_is_said_to_be(control: Control, problem: str) -> None:
    assert problem in control.problem()


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    with copy_of_the_source() as folder:
        yield folder


def test_a_control_that_is_taken_out_is_noticed_and_one_that_is_not_is_told(source: Path) -> None:
    whole = (source / SEALS.file).read_bytes()

    out, still_there = show(source, SEALS, []), show(source, replace(SEALS, new=SEALS.old), [])

    assert out.line("altered") == "altered: A missing row is found: noticed by its test"
    assert still_there.line("altered") == f"altered: A missing row is found: NOT NOTICED (passes without it: {QUICK})"
    assert (source / SEALS.file).read_bytes() == whole


@pytest.mark.chaos
def test_a_program_that_does_not_run_notices_nothing(source: Path) -> None:
    shown = show(source, replace(SEALS, new="if if"), [])

    assert not shown.is_noticed
    assert shown.broken.startswith("pytest ended with ")


def test_a_test_that_fails_anyway_shows_nothing() -> None:
    assert Shown(SEALS, failed_with=(QUICK,)).line("altered").endswith(f"NOT NOTICED (fails with it: {QUICK})")
