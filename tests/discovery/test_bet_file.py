"""Whatever people wrote, a draft reads back as it was meant; a decision changes its lines and nothing else."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discovery.bet_file import Found, by_hand, draft, file_of, with_decision
from knowledge import strict_yaml
from knowledge.bets import Around, Bet, Choice, Decided, Evidence, Kind, Status, read_bet
from knowledge.problem import Level, Problem
from knowledge.schema import Value

TODAY = date(2026, 11, 27)
FOUND = Found(
    "do it: [now] please",
    "“do it: [now] please # at once”",
    (Evidence(Kind.GAP, "3f2a", "asked 3 times"), Evidence(Kind.QUESTION, "C0ASK:1.2", "https://x.example/p1")),
)
OPEN = """\
# Ours.
title: Runners wait
written: 2026-10-05
problem: "We wait."   # said in a talk
assumption: a
evidence: [talk:t1]
smallest: s
wrong_if: w
review: [2026-11-27]
"""


def read(text: str, file: str = "bets/runners.yaml") -> tuple[Bet, list[Problem]]:
    document = strict_yaml.read(text, file=file)
    assert document.root is not None
    problems = list(document.problems)
    found = read_bet(Value(document.root, file, problems), Around(None, None))
    assert found is not None
    return found, problems


def test_a_draft_says_what_was_found_and_what_is_still_to_be_said() -> None:
    text = draft(FOUND, TODAY)
    found, problems = read(text)

    assert {each.level for each in problems} == {Level.WARNING}
    assert (found.status, found.written, found.review) == (Status.DRAFT, TODAY, (date(2027, 1, 8),))
    assert (found.title, found.problem, found.evidence) == (FOUND.title, FOUND.problem, FOUND.evidence)
    assert [line.split(":")[0] for line in text.splitlines() if line.startswith("# ")][2:] == [
        "# assumption",
        "# smallest",
        "# wrong_if",
        "# willing",
    ]


@given(st.text(min_size=1, max_size=700), st.text(max_size=400))
@settings(max_examples=40)
def test_no_words_break_the_file(problem: str, said: str) -> None:
    found = Found(problem, f"“{problem}”", (Evidence(Kind.GAP, "g1", said),))

    read_back, problems = read(draft(found, TODAY))

    assert [each for each in problems if each.level is Level.ERROR] == []
    assert read_back.status is Status.DRAFT


def test_a_file_is_called_by_the_title_and_never_as_another_bet() -> None:
    assert file_of(FOUND, ()) == "bets/do-it-now-please.yaml"
    assert file_of(FOUND, ("do-it-now-please",)) == "bets/do-it-now-please-2.yaml"
    assert file_of(Found("\u4eca", "", ()), ()) == "bets/bet.yaml"


@pytest.mark.parametrize("choice", list(Choice))
def test_a_decision_is_written_as_the_last_one_and_all_else_stays(choice: Choice) -> None:
    bet, _ = read(OPEN)
    once = with_decision(OPEN, bet, choice, TODAY)
    assert once is not None
    found, problems = read(once)

    assert [each for each in problems if each.level is Level.ERROR] == []
    assert found.decisions == (Decided(TODAY, choice),)
    assert found.status is (Status.DROPPED if choice is Choice.DROP else Status.OPEN)
    assert [line for line in OPEN.splitlines() if line not in once.splitlines()] == []


def test_a_second_decision_follows_the_first() -> None:
    once = f"{OPEN}decisions:\n  - {{on: 2026-11-01, decided: change, because: new teams}}   # by all of us\n"
    bet, _ = read(once)

    twice = with_decision(once, bet, Choice.DROP, TODAY)

    assert twice is not None
    assert read(twice)[0].decisions == (
        Decided(date(2026, 11, 1), Choice.CHANGE, "new teams"),
        Decided(TODAY, Choice.DROP),
    )
    assert "# by all of us" in twice


def test_a_file_that_cannot_be_changed_without_doubt_is_left_and_the_lines_are_told() -> None:
    bet, _ = read(OPEN)

    assert with_decision("no: [bet", bet, Choice.KEEP, TODAY) is None
    assert with_decision("[]", bet, Choice.KEEP, TODAY) is None


@pytest.mark.parametrize("choice", list(Choice))
@pytest.mark.parametrize("more", ["", "status: open\n", "decisions:\n  - {on: 2026-11-01, decided: keep}\n"])
def test_lines_to_add_by_hand_say_where_they_go_and_double_no_key(more: str, choice: Choice) -> None:
    bet, _ = read(f"{OPEN}{more}")

    lines = by_hand(bet, choice, TODAY).splitlines()

    assert lines[-1] == f"  - {{on: 2026-11-27, decided: {choice}}}"
    assert ("decisions:" in lines) == (not bet.decisions)
    assert ("# below `decisions:`, as the last one:" in lines) == bool(bet.decisions)
    if choice is Choice.DROP:
        assert lines[:2] == ["# in place of the line with `status`, where there is one:", "status: dropped"]
    else:
        assert not any("status" in each for each in lines)
