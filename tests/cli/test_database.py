"""`mentor db` as scripts rely on it."""

from pathlib import Path

import pytest

from bot.storage import migrate
from tests.cli.command import Run


def test_a_database_is_moved_up_and_down(mentor: Run, empty_url: str) -> None:
    moves = (["current"], ["upgrade"], ["upgrade"], ["current"], ["downgrade", "base"], ["current"], ["upgrade"])

    done = [mentor("db", *move, MENTOR_DATABASE_URL=empty_url) for move in moves]

    head = migrate.head()
    assert [each.out.strip() for each in done] == ["empty", head, head, head, "empty", "empty", head]
    assert [(each.status, each.err) for each in done] == [(0, "")] * len(moves)


def test_the_default_database_stands_in_the_data_folder(mentor: Run, tmp_path: Path) -> None:
    assert mentor("db", "upgrade", MENTOR_DATA=str(tmp_path / "here")).status == 0
    assert (tmp_path / "here" / "mentor.db").is_file()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://mentor:canary@127.0.0.1:1/mentor", "does not answer"),
        ("postgresql://mentor:canary@127.0.0.1:port/mentor", "no address of a database"),
        ("oracle://mentor:canary@127.0.0.1/mentor", "not a known database"),
        ("postgresql://mentor:p@canary@127.0.0.1/mentor", "its password holds @; write it as %40"),
        ("postgresql://mentor:PASSWORD@127.0.0.1/mentor", "still holds the example's PASSWORD"),
        ("sqlite:////dev", "cannot be opened"),
        ("sqlite:////dev/null/mentor.db", "cannot be opened"),
    ],
)
def test_a_database_that_is_not_to_be_had_is_one_line(mentor: Run, url: str, said: str) -> None:
    done = mentor("db", "current", MENTOR_DATABASE_URL=url)

    assert (done.status in (1, 2), done.out, len(done.complaints)) == (True, "", 1)
    assert said in done.err
    assert "canary" not in done.err


def test_a_database_that_is_away_names_its_setting(mentor: Run) -> None:
    done = mentor("db", "current", MENTOR_DATABASE_URL="postgresql://mentor@127.0.0.1:1/mentor")

    assert done.err.endswith("; check MENTOR_DATABASE_URL\n")


def test_a_revision_that_is_not_there_is_one_line(mentor: Run) -> None:
    done = mentor("db", "downgrade", "nonsense")

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert "nonsense" in done.err
    assert done.err.endswith(f"Write base, or one of 0001 to {migrate.head()}\n")


def test_a_backup_is_restored_into_an_empty_database_and_overwrites_nothing(
    mentor: Run, empty_url: str, tmp_path: Path
) -> None:
    here, there = {"MENTOR_DATABASE_URL": empty_url}, {"MENTOR_DATA": str(tmp_path / "there")}
    mentor("db", "upgrade", **here)

    backed_up = mentor("db", "backup", "copy", **here)
    again = mentor("db", "backup", "copy", **here)
    restored = mentor("db", "restore", "copy", **there)
    over = mentor("db", "restore", "copy", **there)

    assert (backed_up.status, backed_up.err) == (0, "")
    assert backed_up.out.startswith(f"copy: 2 rows, revision {migrate.head()}; audit log: not checked")
    assert (again.status, again.out, len(again.complaints)) == (1, "", 1)
    assert (restored.status, restored.err) == (0, "")
    assert restored.out.startswith(f"Restored: 2 rows, revision {migrate.head()}")
    assert mentor("db", "current", **there).out.strip() == migrate.head()
    assert (over.status, over.out, len(over.complaints)) == (1, "", 1)


def test_a_backup_that_is_not_there_is_one_line(mentor: Run) -> None:
    done = mentor("db", "restore", "nowhere")

    assert (done.status, done.out, done.err) == (1, "", "mentor: nowhere: No such file or directory\n")
