"""`mentor flow` as scripts rely on it."""

import json
from pathlib import Path

import pytest

from tests.cli.command import Run

EMBEDDED = str(Path(__file__).parents[2] / "knowledge" / "handbook")


def test_a_flow_is_told_drawn_and_summed_up(mentor: Run, tmp_path: Path) -> None:
    told = mentor("flow", "payments", "--handbook", EMBEDDED)
    drawn = mentor("flow", "payments", "--svg", str(tmp_path / "f.svg"), "--handbook", EMBEDDED)
    summed, as_json = (mentor("flow", *form, "--handbook", EMBEDDED) for form in ([], ["--json"]))

    assert told.out.startswith("payments: 9 steps, 6 by hand; waits in all 6 h 15 min to 1 day 10 h, by the clock")
    assert (drawn.status, drawn.out) == (0, "")
    assert (tmp_path / "f.svg").read_text().startswith("<svg ")
    assert summed.out.splitlines()[:2] == [
        "2 flows, 10 of 16 steps by hand",
        "- deploying: 1 day 1 h to 3 days 1 h in all, of 2 teams",
    ]
    assert json.loads(as_json.out)["waits"][0] == {
        "stage": "deploy",
        "least_s": 91200.0,
        "most_s": 264000.0,
        "teams": 2,
        "steps": 5,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["billing"], "there is no flow of a team 'billing' in the handbook; there are: checkout, payments"),
        (["--svg", "f.svg"], "--svg: name the team whose flow is to be drawn"),
        (["payments", "--json"], "--json: it tells what all flows wait for; leave the team out"),
    ],
)
def test_misuse_is_said_in_one_line(mentor: Run, arguments: list[str], said: str) -> None:
    done = mentor("flow", *arguments, "--handbook", EMBEDDED)

    assert (done.status, done.out) == (2, "")
    assert done.err.strip().endswith(said)
