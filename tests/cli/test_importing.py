"""`mentor import` as scripts rely on it."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.cli.importing import INTERRUPTED
from bot.cli.terminal import bar
from bot.storage import schema
from bot.storage.engine import Database
from tests.cli.command import Run


def test_an_import_says_what_it_read(mentor: Run, handbook: str, slack_export: Path) -> None:
    done = mentor("import", str(slack_export), MENTOR_HANDBOOK=handbook)

    first, *rest = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert first.startswith("Read 1 message by 1 person in 1 channel and 2 files, from 2025-11-24 to 2025-11-24, in ")
    assert rest == [
        "New: 1. Already known: 0.",
        "Among them: 0 replies, 0 messages by bots. Reactions: 0. Questions found: 1.",
        "Left out, Slack's own notices: 1 channel_join.",
        "Could not be read: 1.",
        "  general/2025-11-25.json: is no JSON",
        "Platform team: nobody is named, so its replies count as peers'. Name it with --team-file.",
    ]


def test_an_import_as_json_is_as_promised_and_a_second_one_adds_nothing(
    mentor: Run, handbook: str, slack_export: Path, tmp_path: Path, database_url: str
) -> None:
    (tmp_path / "team.txt").write_text("U0BEN12 # on call\nU0CARL1\n")
    command = ("import", str(slack_export), "--json", "--team-file", "team.txt")

    runs = [mentor(*command, MENTOR_HANDBOOK=handbook, MENTOR_DATABASE_URL=database_url) for _ in range(2)]

    first, second = (json.loads(done.out) for done in runs)
    assert [(done.status, done.err) for done in runs] == [(0, ""), (0, "")]
    assert first.pop("seconds") >= 0
    assert first == {
        "files": 2,
        "channels": 1,
        "people": 1,
        "messages": 1,
        "new": 1,
        "known": 0,
        "replies": 0,
        "questions": 1,
        "reactions": 0,
        "bot_messages": 0,
        "not_kept": {"nameless_bots": 0, "other_companies": 0},
        "deleted": 0,
        "notices": {"channel_join": 1},
        "left_out": {"between_people": 0, "unlisted": []},
        "derived_ids": [],
        "unreadable": {
            "count": 1,
            "listed": [{"file": "general/2025-11-25.json", "index": None, "reason": "is no JSON"}],
        },
        "first_ts": "1763992800.000100",
        "last_ts": "1763992800.000100",
        "team": {"source": "file", "people": 2},
    }
    assert (second["new"], second["known"]) == (0, 1)


@pytest.mark.parametrize(
    ("done", "shown"),
    [
        (0, "[........................]   0 % #a"),
        (1, "[############............]  50 % #a"),
        (2, f"[{'#' * 24}] 100 % #a"),
    ],
)
def test_a_terminal_sees_how_far_it_is(done: int, shown: str) -> None:
    assert bar(done, 2, "#a") == shown
    assert bar(0, 0, "") == "[........................]   0 % "


def test_an_import_that_is_interrupted_says_how_it_goes_on(
    mentor: Run, slack_export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.cli.importing._imported", interrupted)

    done = mentor("import", str(slack_export))

    assert (done.status, done.out, done.complaints) == (130, "", [f"mentor: {INTERRUPTED}"])


@pytest.mark.parametrize("place", ["nowhere", "empty", "no.zip"])
def test_what_is_no_export_is_one_line(mentor: Run, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "no.zip").write_text("no zip")

    done = mentor("import", place)

    assert (done.status, done.out, len(done.complaints)) == (1, "", 1)
    assert place in done.err


def test_an_export_of_which_nothing_can_be_read_is_a_failed_command(
    mentor: Run, handbook: str, slack_export: Path
) -> None:
    (slack_export / "general" / "2025-11-24.json").unlink()

    done = mentor("import", str(slack_export), "--json", MENTOR_HANDBOOK=handbook)

    assert (done.status, json.loads(done.out)["unreadable"]["count"], len(done.complaints)) == (1, 1, 1)
    assert "no message could be read" in done.err


def test_a_broken_team_file_is_said_before_anything_is_taken_down(
    mentor: Run, slack_export: Path, tmp_path: Path
) -> None:
    (tmp_path / "team.yaml").write_text("- U0ANNA1\n- anna\n- ben\n")

    done = mentor("import", str(slack_export), "--team-file", "team.yaml")

    assert (done.status, done.out) == (1, "")
    assert [line.split(" is ")[0] for line in done.complaints] == [
        'mentor: team.yaml:2: [1]: "anna"',
        'mentor: team.yaml:3: [2]: "ben"',
    ]
    assert not (tmp_path / ".data" / "mentor.db").exists()


def test_after_an_import_it_is_written_down_what_became_of_each_question(
    mentor: Run, handbook: str, slack_export: Path, database_url: str
) -> None:
    done = mentor("import", str(slack_export), MENTOR_HANDBOOK=handbook, MENTOR_DATABASE_URL=database_url)

    assert (done.status, done.err) == (0, "")
    assert asyncio.run(_counts(database_url)) == (1, 0)


async def _counts(database_url: str) -> tuple[int, int]:
    """Cases, and changes that wait."""
    database = Database(database_url)
    async with database.read() as tx:
        cases, turns = [
            await tx.scalar(select(func.count()).select_from(each)) for each in (schema.cases, schema.case_turns)
        ]
    await database.close()
    return cases or 0, turns or 0
