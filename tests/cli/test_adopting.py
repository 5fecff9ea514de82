"""`mentor adoption` as scripts rely on it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import Run

LINES = ["capability,team,day,event", "object-storage,payments,2025-12-01,", "object-storage,data,2025-12-02,"]


@pytest.fixture
def uses(tmp_path: Path) -> Path:
    file = tmp_path / "uses.csv"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8-sig")  # as spreadsheets save it
    return file


def test_figures_are_told_in_words_as_json_and_as_csv(mentor: Run, uses: Path) -> None:
    assert mentor("db", "upgrade").status == 0
    assert mentor("adoption", "import", str(uses)).out == "2 uses: 2 new, 0 known before.\n"

    words, as_json = mentor("adoption", "--since", "2025-11-01"), mentor("adoption", "--json")
    as_csv = mentor("adoption", "--csv")

    assert (words.status, words.err) == (0, "")
    assert (
        "Object storage (optional): teams that chose it, of those that could: too few to say (2 of 4); not using it 2."
        in (words.out)
    )
    assert "Changes to the platform's own repositories from outside the team: not measured" in words.out
    said = json.loads(as_json.out)
    assert [each["id"] for each in said["capabilities"]] == ["attested-builds", "object-storage", "mentor"]
    assert said["self_service"]["push_debt"]["n"] == 0
    rows = list(csv.DictReader(io.StringIO(as_csv.out)))
    assert [each["k"] for each in rows if each["number"] == "voluntary adoption"] == ["0", "2", "0"]


def test_a_file_taken_twice_adds_nothing(mentor: Run, uses: Path) -> None:
    mentor("db", "upgrade")

    first, second = (mentor("adoption", "import", str(uses), "--json") for _ in range(2))

    assert [json.loads(each.out) for each in (first, second)] == [{"lines": 2, "new": 2}, {"lines": 2, "new": 0}]


def test_a_file_with_a_mistake_is_not_taken_at_all(mentor: Run, uses: Path) -> None:
    mentor("db", "upgrade")
    with uses.open("a") as file:
        file.write("object-storage,paymets,2025-12-01,\n")

    done = mentor("adoption", "import", str(uses))

    assert (done.status, done.out) == (1, "")
    assert done.complaints == [f'mentor: {uses}:4: team: it is not in people.yaml; did you mean "payments"?']
    assert json.loads(mentor("adoption", "import", str(uses), "--json").out or "{}") == {}


def test_figures_need_a_window_a_file_and_a_database(mentor: Run, tmp_path: Path) -> None:
    assert mentor("adoption").status == 1
    assert mentor("adoption", "--since", "soon").status == 2
    assert mentor("adoption", "import", str(tmp_path / "none.csv")).complaints == [
        f"mentor: {tmp_path / 'none.csv'}: No such file or directory"
    ]


def test_a_file_that_is_no_text_names_the_place(mentor: Run, uses: Path) -> None:
    mentor("db", "upgrade")
    uses.write_bytes(b"capability,team,day\nobject-storage,payments,2025-12-01\n\xff\n")

    done = mentor("adoption", "import", str(uses))

    assert (done.status, len(done.complaints)) == (1, 1)
    assert "it is not UTF-8; save it as UTF-8" in done.complaints[0]
