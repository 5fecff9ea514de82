"""`mentor friction` on a real database: words and JSON."""

import asyncio
import json

import pytest

from bot.cli import main
from bot.storage.engine import Database
from tests.listening.desk import ANN, BO, Office

SLOW = ("builds are slow these days", "slow builds cost me an hour", "the builds: slow and flaky")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["friction", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


async def prepared(url: str) -> None:
    database = Database(url)
    office = Office(database)
    await office.logs(ANN, *SLOW[:2])
    await office.logs(BO, SLOW[2])
    await office.sort()
    await database.close()


def test_friction_is_told_in_words_and_as_json(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.setenv("MENTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("MENTOR_DATA", str(tmp_path))
    between = ("--since", "2026-11-01", "--until", "2026-12-01")
    assert "Nobody logged anything hard" in run(capsys, *between)
    asyncio.run(prepared(database_url))

    said, told = run(capsys, *between), json.loads(run(capsys, *between, "--json"))

    assert said.splitlines()[:2] == ["All: 3 times, 2 people (0 before)", "• building: 3 times, 2 people (0 before)"]
    assert "builds, slow: 3 times, 2 people (0 before) · nothing done yet" in said
    assert told["friction"] == {"n": 3, "before": 0, "people": 2, "teams": None}
    assert [each["title"] for each in told["themes"]] == ["builds, slow"]
    assert told["thanks"] == {"n": 0, "before": 0}


def test_a_day_that_is_none_is_misuse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["friction", "--since", "someday"])

    assert ended.value.code == 2
