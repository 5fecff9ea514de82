"""`mentor demo` on a team's own handbook and export: what is wrong with them is said before anything starts."""

from pathlib import Path

from tests.cli.command import Run
from tests.journeys.handbook import write_handbook
from tests.peers.exports import export, write_folder


def test_an_error_in_the_handbook_names_file_line_and_fix(mentor: Run, tmp_path: Path, slack_export: Path) -> None:
    handbook = write_handbook(tmp_path / "own")
    (handbook / "channels.yaml").write_text("timezone: Europe/Lodnon\n")

    done = mentor("demo", "--once", "--handbook", str(handbook), "--export", str(slack_export))

    assert done.status == 1
    assert [line for line in done.complaints if "channels.yaml:1: timezone:" in line] != []


def test_an_export_that_is_none_says_what_to_give(mentor: Run, tmp_path: Path) -> None:
    handbook = write_handbook(tmp_path / "own")

    none = mentor("demo", "--once", "--handbook", str(handbook), "--export", str(handbook))
    empty = mentor("demo", "--handbook", str(handbook), "--export", str(write_folder(tmp_path / "empty", export())))
    nowhere = mentor("demo", "--handbook", str(tmp_path / "nowhere"), "--export", str(tmp_path / "export"))

    assert (none.status, empty.status, nowhere.status) == (1, 1, 1)
    assert "export" in none.err
    assert "The export has no message in it" in empty.err
    assert "is no folder; give the one that holds articles/" in nowhere.err


def test_handbook_and_export_go_together(mentor: Run) -> None:
    done = mentor("demo", "--handbook", ".")

    assert done.status == 2
    assert "--handbook and --export go together" in done.err
