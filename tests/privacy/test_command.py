"""`mentor privacy` as an operator uses it: what is printed where, and the exit status."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.storage import migrate
from bot.storage.engine import Database
from bot.storage.schema import people
from tests.journeys.handbook import write_handbook
from tests.privacy.company import OTHER, USER, WORDS, rows, seed


@dataclass(frozen=True)
class Done:
    status: object
    out: str
    err: str


class Operator:
    """Runs the command on a database in which the person stands everywhere."""

    def __init__(self, url: str, run: Callable[..., Done]) -> None:
        self.url = url
        self.run = run

    def known(self) -> list[str]:
        return asyncio.run(self._known())

    async def _known(self) -> list[str]:
        database = Database(self.url)
        found = [row["slack_id"] for row in await rows(database, people)]
        await database.close()
        return found


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Operator:
    for name in list(os.environ):
        if name.startswith(("MENTOR_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MENTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("MENTOR_HANDBOOK", str(write_handbook(tmp_path / "handbook")))
    asyncio.run(_seeded(database_url))

    def run(*arguments: str, typed: io.StringIO | None = None) -> Done:
        monkeypatch.setattr(sys, "stdin", typed or io.StringIO())
        with pytest.raises(SystemExit) as ended:
            main(["privacy", *arguments])
        printed = capsys.readouterr()
        return Done(ended.value.code or 0, printed.out, printed.err)

    return Operator(database_url, run)


async def _seeded(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await seed(database)
    await database.close()


def test_an_export_is_only_json(operator: Operator) -> None:
    done = operator.run("export", USER)

    exported = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert (exported["user"], len(exported["kept"]["messages"])) == (USER, 2)


def test_an_export_goes_to_a_file_that_is_the_operators_alone(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "export.json"

    done = operator.run("export", USER, "--out", str(file))

    assert (done.status, done.out, done.err) == (0, "", "")
    assert WORDS in file.read_text()
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_erasing_says_what_was_done_and_what_is_out_of_reach(operator: Operator) -> None:
    done = operator.run("erase", USER, "--name", "anybody", "--yes")

    assert (done.status, done.err) == (0, "")
    first, *_, reach = done.out.splitlines()
    assert first.startswith(f"{USER} was known here. ")
    assert reach.startswith("Out of reach from here: commits in Git; what stands in Slack itself; backups")
    assert operator.known() == [OTHER]
    assert json.loads(operator.run("export", USER).out)["kept"]["people"] == []


@pytest.mark.parametrize(
    ("typed", "status", "known"), [("yes\n", 0, [OTHER]), ("y\n", 1, [USER, OTHER]), ("", 1, [USER, OTHER])]
)
def test_a_person_at_a_terminal_is_asked(operator: Operator, typed: str, status: int, known: list[str]) -> None:
    done = operator.run("erase", USER, typed=Terminal(typed))

    assert (done.status, done.err.split("?")[0]) == (status, f"Erase all that is kept about {USER}")
    assert operator.known() == known


def test_nothing_is_erased_by_a_script_that_does_not_say_yes(operator: Operator) -> None:
    done = operator.run("erase", USER)

    assert (done.status, done.out) == (1, "")
    assert done.err == f"mentor: nothing was erased; to erase {USER} without being asked, give --yes\n"
    assert operator.known() == [USER, OTHER]


@pytest.mark.parametrize(
    "arguments",
    [[], ["erase"], ["export"], ["erase", "@priya", "--yes"], ["export", "C0ASK"], ["export", "u0priya"]],
    ids=" ".join,
)
def test_misuse_is_one_line_and_status_2(operator: Operator, arguments: list[str]) -> None:
    done = operator.run(*arguments)

    assert (done.status, done.out, len(done.err.splitlines())) == (2, "", 1)
