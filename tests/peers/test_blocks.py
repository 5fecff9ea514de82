"""What people read of the figures: plain words, with how many were counted, and no word where there are too few."""

from dataclasses import replace

import pytest

from bot.peers.blocks import health
from bot.peers.cases import Outcome
from bot.peers.hinting import Hinting
from bot.statistics import Share, duration, share_in_words
from tests.peers.test_facts import FIGURES


def test_health_tells_the_figures_in_plain_words() -> None:
    shown = health(FIGURES, timezone="Europe/London")

    assert shown.text.splitlines() == [
        "*Do people help each other?* 1 Dec 2025 to 28 Dec 2025: 27 questions from 6 people.",
        (
            "• *What became of them*: 11 by peers, 6 by the platform team, 1 by a bot (confirmed), 1 by the asker, "
            "1 by a bot alone (unconfirmed), 5 no answer, 2 too new to say."
        ),
        "• *Who responded first*: 13 by peers, 6 by the platform team, 2 by a bot alone, 6 by nobody yet.",
        (
            "• *Time to the first response*: half within 10 min, nine of ten within 2 days 16 h; "
            "in working time 10 min and 1 h 30 min (n = 19)."
        ),
        "    from peers: half within 10 min, nine of ten within 30 min (n = 13).",
        (
            "    from the platform team: half within 20 min, nine of ten within 2 days 16 h; "
            "in working time 20 min and 7 h (n = 6)."
        ),
        "• *Peers were first* (peers or the platform team): 65 % of 17 (41 % to 83 %).",
        "• *Solved*, says the asker: 50 % of 24 (31 % to 69 %).",
        "• *Time until that was said*: half within 20 min, nine of ten within 2 h (n = 13).",
        "• *No person responded*: 29 % of 24 (15 % to 49 %).",
        "• *The handbook or a solved thread had it*: 83 % of 6 (44 % to 97 %) that I looked up.",
        "• *What kind*: 1 broken, 3 do-it-for-me, 23 how-to.",
        "• Three people give more than half of all answers; 5 peers answered (21 answers).",
    ]
    assert [block["type"] for block in shown.blocks] == ["section", "context"]
    assert shown.blocks[1]["elements"][0]["text"].endswith("3 newer questions left out of the shares.")


def test_health_of_few_says_so() -> None:
    few = replace(FIGURES, peer_first=Share(2, 4), answers=4, response=replace(FIGURES.response, n=4), response_by={})

    lines = health(few, timezone="Europe/London").text.splitlines()

    assert lines[3] == "• *Time to the first response*: too few to say (n = 4)."
    assert lines[4] == "• *Peers were first* (peers or the platform team): too few to say (2 of 4)."
    assert lines[-1] == "• *How many carry it*: too few to say (4 answers)."


def test_health_tells_how_often_the_kind_was_corrected() -> None:
    corrected = replace(FIGURES, kinds_corrected=Share(4, 27))

    lines = health(corrected, timezone="Europe/London").text.splitlines()

    assert lines[-2] == "• *What kind*: 1 broken, 3 do-it-for-me, 23 how-to; people corrected 4 of them."


def test_health_of_nothing_is_one_sentence() -> None:
    nothing = replace(FIGURES, questions=0, by_outcome=dict.fromkeys(Outcome, 0))

    assert health(nothing, timezone="UTC").text.splitlines()[1:] == ["Nobody asked anything in the channels I watch."]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_540, "59 min"),
        (3_599, "1 h"),
        (3_600, "1 h"),
        (5_400, "1 h 30 min"),
        (86_400, "1 day"),
        (90_000, "1 day 1 h"),
        (230_400, "2 days 16 h"),
        (86_400 * 30, "30 days"),
    ],
)
def test_duration_is_told_in_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_share_is_told_with_its_interval_and_number() -> None:
    assert [share_in_words(each) for each in (Share(8, 10), Share(0, 4))] == [
        "80 % of 10 (49 % to 94 %)",
        "too few to say (0 of 4)",
    ]


@pytest.mark.parametrize(
    ("hints", "told"),
    [
        (Hinting(Share(0, 0), Share(0, 0), Share(0, 0)), []),
        (
            Hinting(Share(2, 4), Share(1, 2), Share(20, 30)),
            [
                "• *Hints to the asker alone*: 4 hints; solved it: too few to say (2 of 4).",
                (
                    "    Peers were first after one: too few to say (1 of 2); without one: 67 % of 30 (49 % to 81 %). "
                    "Too few to say whether hints change that."
                ),
            ],
        ),
        (
            Hinting(Share(9, 60), Share(10, 50), Share(40, 50)),
            [
                "• *Hints to the asker alone*: 60 hints; solved it: 15 % of 60 (8 % to 26 %).",
                (
                    "    Peers were first after one: 20 % of 50 (11 % to 33 %); without one: 80 % of 50 (67 % to 89 %)."
                    " Peers answer less after a hint."
                ),
            ],
        ),
    ],
    ids=["no hint", "too few", "an effect"],
)
def test_health_tells_what_hints_do_to_peers(hints: Hinting, told: list[str]) -> None:
    lines = health(FIGURES, hints, timezone="UTC").text.splitlines()
    first = next((place for place, line in enumerate(lines) if "Hints" in line), len(lines))
    assert lines[first:] == told
