"""`mentor pulse` as scripts rely on it."""

import json
from datetime import date

from tests.cli.command import Done, Run


def test_what_surveys_would_ask_is_shown(mentor: Run) -> None:
    done = mentor("pulse", "preview")

    assert (done.status, done.err) == (0, "")
    assert [line for line in done.out.splitlines() if line.endswith(")")] == [
        "Was that easy? (after-action)",
        "Platform pulse (platform-pulse)",
        "Do you know where to ask? (where-to-ask)",
        "Why not attested builds? (why-not-us)",
    ]


def test_what_one_survey_would_ask_is_shown_as_json(mentor: Run) -> None:
    done = mentor("pulse", "preview", "--survey", "platform-pulse", "--json")

    (said,) = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert [each["answers"] for each in said["message"] if each["kind"] == "actions"] == [
        ["1 Very dissatisfied", "2", "3", "4", "5 Very satisfied"],
        ["Say more", "Why do we ask?", "Never again"],
    ]
    assert date.fromisoformat(said["next_day"]).isoweekday() == 2


def test_a_handbook_without_surveys_asks_nothing(mentor: Run, handbook: str) -> None:
    assert mentor("pulse", "preview", "--handbook", handbook) == Done(0, "", "")
    assert mentor("pulse", "preview", "--handbook", handbook, "--json").out == "[]\n"


def test_a_survey_that_is_not_there_is_one_line(mentor: Run) -> None:
    done = mentor("pulse", "preview", "--survey", "platform-puls")

    assert (done.status, done.out) == (1, "")
    assert done.complaints == ['mentor: The handbook has no survey "platform-puls"; did you mean "platform-pulse"?']
