"""What the linker is good for, on annotated chat that is beside the project: floors, as it stands well above them."""

from functools import cache

import pytest

from benchmarks.linking import measured
from tests.real_data import REAL_DATA

pytestmark = [pytest.mark.real_data, pytest.mark.chaos]


@cache
def figures() -> dict[tuple[str, str], float]:
    return {(row["what"], row["part"]): row["value"] for row in measured(REAL_DATA / "chat-dev")}


@pytest.mark.parametrize(
    ("what", "floor"),
    [
        ("questions, as listed: precision", 0.95),
        ("questions, as listed: recall", 0.90),
        ("irc links: F1", 0.60),
        ("irc: first answerer by links", 0.70),
        ("irc: first responder as listed", 0.70),
        ("gitter flat: first answerer by links", 0.75),
        ("gitter flat: first responder as listed", 0.75),
        ("gitter: first answerer by links", 1.0),
        ("gitter: first responder as listed", 1.0),
    ],
)
def test_it_is_good_enough_to_count_by(what: str, floor: float) -> None:
    assert figures()[what, "all"] >= floor


@pytest.mark.parametrize(
    "what", ["irc links: F1", "irc: first answerer by links", "gitter flat: first answerer by links"]
)
def test_it_is_as_good_on_what_it_was_not_fitted_on(what: str) -> None:
    assert figures()[what, "held out"] >= figures()[what, "fitted on"] - 0.05


def test_answers_are_told_from_questions_back() -> None:
    assert figures()["molweni: answers told apart (0.5 is chance)", "asks back"] >= 0.8
