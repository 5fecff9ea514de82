"""`mentor health --signs` as scripts rely on it."""

import json

from tests.cli.command import Run


def test_signs_are_told_in_words_and_as_json(mentor: Run, handbook: str) -> None:
    assert mentor("db", "upgrade").status == 0

    words, as_json = (mentor("health", "--signs", *form, MENTOR_HANDBOOK=handbook) for form in ([], ["--json"]))

    assert (words.status, words.err, as_json.err) == (0, "", "")
    assert "- Bets without evidence: not measured." in words.out.splitlines()
    found = json.loads(as_json.out)
    assert [list(each) for each in found] == [["id", "habit", "title", "said", "is_measured", "way_out", "trend"]] * 8
    assert not [each for each in found if each["is_measured"] and not each["trend"]]
