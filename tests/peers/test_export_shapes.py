"""Exports as Slack really lays them out, and zips that nobody should have to read to the end."""

import json
import tracemalloc
import zipfile
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.model import Standing
from bot.peers import archive, json_list
from bot.peers.archive import ArchiveInvalid, FileRefused
from bot.peers.export import ExportInvalid, open_export
from bot.peers.importing import Importer
from bot.peers.json_list import entries_of
from bot.storage.engine import Database
from knowledge.channels import Channels
from tests.peers.exports import GENERAL, Files, all_rows, export, said, write_folder, write_zip

TS = "1763992800.000100"
DAY = "general/2025-11-24.json"
ACME: Files = export(said(TS, "How do I see the logs?")) | {  # all that Slack puts in beside messages; no dms.json
    "groups.json": [],
    "canvases.json": [{"id": "F0CANVAS", "title": "Runbook"}],
    "integration_logs.json": [{"user_id": "U0ANNA", "service_type": "GitHub", "date": "1763992800"}],
    "file_conversations.json": [{"id": "F0FILE"}],
    "huddle_transcripts.json": [],
    "lists.json": [],
    "general/canvas_in_the_conversation.json": [{"id": "F0CANVAS"}],
    "FC:F0FILE:Plan/2025-11-24.json": [said(TS, "a comment on a canvas")],
}


def read(path: Path) -> list[str]:
    """The words of every message."""
    with open_export(path) as opened:
        entries = [
            entry
            for channel in opened.channels
            for file in channel.days
            for entry in opened.read_day(channel, channel.id or channel.derived_id, file)
        ]
    return [entry.said.text for entry in entries if isinstance(entry, Standing) and hasattr(entry.said, "text")]


def test_what_slack_puts_beside_messages_is_left_alone(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "Acme Slack export Nov 24 2025.zip", ACME)

    with open_export(file) as opened:
        found = opened.unreadable, opened.between_people, opened.unlisted

    assert read(file) == ["How do I see the logs?"]
    assert found == ((), 0, ("FC:F0FILE:Plan",))


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_folder_is_found_where_a_zip_program_put_it(tmp_path: Path, depth: int) -> None:
    nested = "/".join(["unpacked", "Acme export"][:depth])
    write_folder(tmp_path / nested, ACME)

    assert read(tmp_path) == ["How do I see the logs?"]


def test_two_exports_in_one_place_are_refused_and_not_one_of_them_taken(tmp_path: Path) -> None:
    for year in ("2024", "2025"):
        write_folder(tmp_path / year, ACME)

    with pytest.raises(ExportInvalid, match=r"holds 2 exports \(2024, 2025\); import each by itself"):
        read(tmp_path)


def test_a_zip_whose_files_overlap_is_refused(tmp_path: Path) -> None:
    file = write_zip(
        tmp_path / "export.zip", {f"general/2025-11-{day}.json": [said(TS, "x" * 900)] for day in (10, 11)}
    )
    with zipfile.ZipFile(file, "a") as opened:
        first = opened.infolist()[0]
        for number in range(5):  # the same bytes, by many names
            copy = zipfile.ZipInfo(f"general/2025-12-0{number + 1}.json")
            copy.header_offset, copy.CRC = first.header_offset, first.CRC
            copy.file_size = copy.compress_size = first.file_size
            opened.filelist.append(copy)
            opened.NameToInfo[copy.filename] = copy
        opened._didModify = True  # type: ignore[attr-defined]  # so that its directory is written anew

    with pytest.raises(ArchiveInvalid, match="files in this zip overlap, so Slack did not make it"):
        read(file)


def test_a_zip_that_unpacks_to_far_more_than_it_holds_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "SMALL", 100_000)  # so that the bomb of this test is a small one
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("channels.json", json.dumps([GENERAL]))
        for day in range(10, 20):
            opened.writestr(f"general/2025-11-{day}.json", b" " * 50_000)

    with pytest.raises(ArchiveInvalid, match=r"would unpack to 5.0 GiB, more than 100 times its size; if it really"):
        read(file)


@pytest.fixture
def big_day(tmp_path: Path) -> Path:
    """A zip with a day of 24 MiB."""
    file = tmp_path / "export.zip"
    line = json.dumps(said(TS, "the deploy fails with a timeout " * 30)).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
        opened.writestr("channels.json", json.dumps([GENERAL]))
        with opened.open(DAY, "w") as member:
            member.write(b"[" + line)
            for _ in range(24):
                member.write((b",\n" + line) * 1_000)
            member.write(b"]")
    return file


def test_a_day_of_many_messages_is_in_memory_in_pieces(big_day: Path) -> None:
    tracemalloc.start()
    try:
        with open_export(big_day) as opened:
            number = sum(1 for _ in opened.read_day(opened.channels[0], "C0GENERAL", DAY))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert number == 24_001
    assert most < 40 * 1024 * 1024  # the whole of it takes 110 MiB once read


def test_of_a_long_day_that_breaks_off_nothing_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PIECE", 64)
    files = ACME | {DAY: json.dumps([said(TS), said(TS)])[:-20].encode()}

    assert read(write_zip(tmp_path / "export.zip", files)) == []


ANY = [{"text": 'né ☃ \\ " ]'}, 12, "a", [1, [2]], None, 3.5e2]


@pytest.mark.parametrize("length", [1, 2, 3, 7, 64])
def test_where_a_long_list_is_cut_into_pieces_does_not_matter(length: int) -> None:
    for indent in (None, 2):
        written = json.dumps(ANY, indent=indent, ensure_ascii=False).encode()

        pieces = [written[at : at + length] for at in range(0, len(written), length)]

        assert list(entries_of(iter(pieces))) == ANY


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"[1,]", json_list.NO_JSON),
        (b"[1 2]", json_list.NO_JSON),
        (b"[1]x", json_list.NO_JSON),
        (b'[{"a": 1', json_list.NO_JSON),
        (b'["\xff"]', json_list.NO_JSON),
        (b'{"a": 1}', json_list.NO_LIST),
        (b"[" * 100_000, json_list.TOO_DEEP),
    ],
)
def test_what_is_no_list_is_refused_however_it_is_cut(written: bytes, reason: str) -> None:
    for length in (3, 1_000_000):
        with pytest.raises(FileRefused, match=reason):
            list(entries_of(written[at : at + length] for at in range(0, len(written), length)))


class Ended(Exception):
    """Somebody pressed Ctrl-C."""


async def take(database: Database, path: Path, end_after: int = 10) -> list[tuple[int, int, str]]:
    told: list[tuple[int, int, str]] = []
    numbers = count(1)

    def progress(*far: Any) -> None:
        told.append(far)
        if len(told) == end_after:
            raise Ended

    clock = Clock(datetime(2025, 11, 25, tzinfo=UTC).timestamp)
    with open_export(path) as opened:
        await Importer(
            database,
            opened,
            channels=Channels(),
            clock=clock,
            new_id=lambda: f"{path.name}-{next(numbers)}",
            batch=2,
            progress=progress,
        ).run()
    return told


async def test_a_run_that_was_ended_early_goes_on(database: Database, tmp_path: Path) -> None:
    talk = {
        f"general/2025-11-{day}.json": [said(f"17639928{day}.0001{n:02}", f"{n}?") for n in (1, 2, 3)]
        for day in (24, 25)
    }
    folder = write_folder(tmp_path / "export", export() | talk)
    with pytest.raises(Ended):
        await take(database, folder, end_after=2)
    half = await all_rows(database)

    told = await take(database, folder)

    rows = await all_rows(database)
    assert (len(half["messages"]), len(half["channels"])) == (4, 0)
    assert (len(rows["messages"]), len(rows["questions"]), len(rows["channels"])) == (6, 6, 1)
    assert told == [(1, 2, "#general, 2 messages"), (2, 2, "#general, 4 messages"), (2, 2, "#general, 6 messages")]
    await take(database, folder)
    assert await all_rows(database) == rows
