"""`mentor pulse results` on a real database: words, JSON, CSV."""

import asyncio
import csv
import io
import json

import pytest
from sqlalchemy import insert

from bot.cli import main
from bot.storage.engine import Database
from bot.storage.schema import survey_themes
from bot.surveys.result_rules import CSV_HEAD
from tests.surveys.results_desk import Results, answers
from tests.work.desk import Hands


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["pulse", "results", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


async def prepared(url: str) -> None:
    database = Database(url)
    await Results(database, Hands()).wave(answers(a=(5, 4, 2, 1, 3, 4, 5), b=(1, 5, 4)))
    theme = {"id": "t1", "survey": "pulse", "title": "builds & docs", "opened_at": Hands().now, "state": "shipped"}
    done = insert(survey_themes).values(**theme, url="https://git.example.com/7", shipped_at=Hands().now)
    await database.write(lambda tx: tx.execute(done))
    await database.close()


def test_results_are_told_in_words_as_json_and_as_csv(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:

    monkeypatch.setenv("MENTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("MENTOR_DATA", str(tmp_path))
    assert "No survey has closed yet" in run(capsys)
    asyncio.run(prepared(database_url))

    words, as_json, as_csv = run(capsys), json.loads(run(capsys, "--json")), run(capsys, "--csv")
    rows = list(csv.reader(io.StringIO(as_csv)))

    assert "How satisfied are you? 60 % of 10 (31 % to 83 %)" in words
    [wave] = as_json["waves"]
    assert (wave["n"], wave["questions"][0]["everybody"]["k"], wave["questions"][0]["groups"]) == (10, 6, [])
    assert "&amp;" not in words
    assert "\nbuilds & docs · 0 comments · done: https://git.example.com/7\n" in words
    assert rows[0] == list(CSV_HEAD)
    assert len(rows) == 6
    assert json.loads(run(capsys, "--json", "--survey", "other"))["waves"] == []
    assert run(capsys, "--survey", "other").startswith('No wave of a survey "other" has closed yet.')
