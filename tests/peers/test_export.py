"""An export is taken down by the rules of live messages; strange files are named and end nothing."""

import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.model import Author, Deletion, Message, Reaction, Workspace
from bot.peers import archive
from bot.peers.archive import ArchiveInvalid
from bot.peers.export import ExportInvalid, open_export
from bot.peers.importing import Imported, Importer, in_words
from bot.peers.service import PeerService
from bot.peers.team_file import NamedTeam, TeamFileBroken, named_team, read_team_file
from bot.storage import people, team
from bot.storage.channels import states
from bot.storage.engine import Database
from bot.storage.schema import channels, memberships, messages, questions, reactions, work
from bot.storage.schema import people as people_table
from knowledge.channels import AnswerMode, Channel, Channels, Keep
from knowledge.people import Group, Member, People
from tests.peers.exports import GENERAL, Files, all_rows, export, said, write_folder, write_zip

NOW = datetime(2025, 11, 25, 12, tzinfo=UTC)
TS, LATER, NEXT_DAY = "1763992800.000100", "1763992860.000200", "1764072000.000300"
DAY = "general/2025-11-24.json"
NOTHING = Channels()


class Office:
    """Imports with a clock that stands still."""

    def __init__(self, database: Database, folder: Path) -> None:
        numbers = count(1)
        self.database = database
        self.folder = folder
        self.new_id: Callable[[], str] = lambda: f"p{next(numbers)}"
        self.clock = Clock(NOW.timestamp)

    async def take(
        self, files: Files | Path, *, handbook: Channels = NOTHING, batch: int = 1_000, named: NamedTeam | None = None
    ) -> Imported:
        path = files if isinstance(files, Path) else write_folder(self.folder / self.new_id(), files)
        with open_export(path) as opened:
            importer = Importer(
                self.database, opened, channels=handbook, clock=self.clock, new_id=self.new_id, batch=batch
            )
            done = await importer.run()
            if named:
                await importer.name_team(named)
            return done

    def live(self, channel: Channel) -> PeerService:
        return PeerService(
            self.database,
            channels=lambda: Channels(channels=(channel,)),
            workspace=Workspace("T1", None, "UBOT", "B1"),
            clock=self.clock,
            new_id=self.new_id,
            wake=lambda: None,
        )

    async def column(self, *columns: Any) -> list[tuple[Any, ...]]:
        async with self.database.read() as tx:
            return [tuple(row) for row in await tx.execute(select(*columns).order_by(*columns))]

    async def kept(self) -> list[tuple[Any, ...]]:
        """Messages with the Slack id of their author."""
        query = (
            select(messages.c.channel_id, messages.c.ts, messages.c.thread_ts, people_table.c.slack_id, messages.c.text)
            .select_from(messages.outerjoin(people_table, people_table.c.id == messages.c.author))
            .order_by(messages.c.channel_id, messages.c.ts)
        )
        async with self.database.read() as tx:
            return [tuple(row) for row in await tx.execute(query)]


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


EYES = {"name": "eyes", "users": ["U0BEN"], "count": 1}
THREAD = export(
    said(TS, "How do I see the logs?", thread_ts=TS, reply_count=2, reactions=[EYES]),
    said(LATER, "<@U0ANNA> in Grafana", "U0BEN", thread_ts=TS, parent_user_id="U0ANNA"),
    **{
        "general/2025-11-25.json": [
            said(NEXT_DAY, "thanks, that was it", thread_ts=TS, subtype="thread_broadcast"),
            said("1764072001.000400", "<@U0BEN> has joined the channel", "U0BEN", subtype="channel_join"),
        ]
    },
)


async def test_an_export_is_kept_as_if_it_had_been_said_live(office: Office) -> None:
    done = await office.take(THREAD)

    assert await office.kept() == [
        ("C0GENERAL", TS, None, "U0ANNA", "How do I see the logs?"),
        ("C0GENERAL", LATER, TS, "U0BEN", "<@U0ANNA> in Grafana"),
        ("C0GENERAL", NEXT_DAY, TS, "U0ANNA", "thanks, that was it"),
    ]
    assert await office.column(questions.c.channel_id, questions.c.ts) == [("C0GENERAL", TS)]
    assert await office.column(reactions.c.ts, reactions.c.name, reactions.c.seen_ts) == [
        (TS, "eyes", "1764072001.000400")
    ]
    assert await office.column(work.c.key) == []
    assert done.to_json() == {
        "files": 2,
        "channels": 1,
        "people": 2,
        "messages": 3,
        "new": 3,
        "known": 0,
        "replies": 2,
        "questions": 1,
        "reactions": 1,
        "bot_messages": 0,
        "not_kept": {"nameless_bots": 0, "other_companies": 0},
        "deleted": 0,
        "notices": {"channel_join": 1},
        "left_out": {"between_people": 0, "unlisted": []},
        "derived_ids": [],
        "unreadable": {"count": 0, "listed": []},
        "first_ts": TS,
        "last_ts": NEXT_DAY,
        "seconds": 0.0,
    }


async def test_postgresql_knows_how_much_was_imported(office: Office) -> None:
    await office.take(THREAD)

    if not office.database.is_sqlite:  # with autovacuum off, as in tests, it never looks of itself
        async with office.database.read() as tx:
            known = await tx.exec_driver_sql("SELECT reltuples FROM pg_class WHERE relname = 'messages'")
            assert known.scalar_one() == 3


@pytest.mark.parametrize("batch", [1, 2, 1_000])
async def test_a_second_run_adds_nothing(office: Office, batch: int) -> None:
    named = NamedTeam(team.FILE, "team.txt", (Member("U0BEN", since=date(2025, 1, 1)), Member("U0ROBOT")))
    await office.take(THREAD, named=named)
    before = await all_rows(office.database)

    done = await office.take(THREAD, batch=batch, named=named)

    assert (done.new, done.known) == (0, 3)
    assert await all_rows(office.database) == before


@pytest.mark.parametrize("prefix", ["", "Acme Slack export/"], ids=["at the top", "in a folder of its own"])
async def test_a_zip_is_read_as_its_folder_is(office: Office, prefix: str) -> None:
    files = {f"{prefix}{name}": content for name, content in THREAD.items()} | {"__MACOSX/._x.json": b"\x00"}
    zipped = await office.take(write_zip(office.folder / "export.zip", files))
    before = await all_rows(office.database)

    unpacked = await office.take(files)

    assert (zipped.new, zipped.unreadable) == (3, [])
    assert (unpacked.new, await all_rows(office.database)) == (0, before)


async def test_live_and_imported_messages_of_a_channel_meet_in_the_same_rows(office: Office) -> None:
    watched = Channel("C0GENERAL", "general", AnswerMode.AT_ONCE)
    live = office.live(watched)
    asked = Message("C0GENERAL", TS, Author("U0ANNA", team_id="T1"), "How do I see the logs?")
    await live.record_message(asked)
    await live.record_reaction(Reaction("C0GENERAL", TS, "U0BEN", "eyes", TS))
    answer_owed = await office.column(work.c.key, work.c.state)

    done = await office.take(THREAD, handbook=Channels(channels=(watched,)))

    assert (done.new, done.known) == (2, 1)
    assert len(await office.kept()) == 3
    assert await office.column(reactions.c.ts, reactions.c.name) == [(TS, "eyes")]
    assert await office.column(work.c.key, work.c.state) == answer_owed == [(f"C0GENERAL:{TS}", "waiting")]


async def test_what_was_edited_or_deleted_after_the_export_stays_so(office: Office) -> None:
    live = office.live(Channel("C0GENERAL", "general"))
    author = Author("U0ANNA", team_id="T1")
    await live.record_message(Message("C0GENERAL", TS, author, "Where are the logs?", edited_ts="1764080000.000000"))
    await live.record_deletion(Deletion("C0GENERAL", LATER, "1764080000.000000"))
    await live.record_reaction(Reaction("C0GENERAL", TS, "U0BEN", "eyes", "1764080000.000000", is_there=False))

    await office.take(THREAD)

    assert [(ts, text) for _, ts, _, _, text in await office.kept()] == [
        (TS, "Where are the logs?"),
        (LATER, None),
        (NEXT_DAY, "thanks, that was it"),
    ]
    async with office.database.read() as tx:
        rows = (await tx.execute(select(reactions))).all()
    assert [(row.changed_ts > row.seen_ts, row.is_there) for row in rows] == [(True, False)]


@pytest.mark.parametrize(
    ("message", "author", "kind", "text"),
    [
        pytest.param(said(TS, user="U0ROBOT"), "U0ROBOT", "bot", "hello", id="a bot by the people list"),
        pytest.param(said(TS, user="USLACKBOT"), "USLACKBOT", "bot", "hello", id="Slackbot"),
        pytest.param(
            said(TS, user=None, subtype="bot_message", bot_id="B0HOOK"), "B0HOOK", "bot", "hello", id="an old bot"
        ),
        pytest.param(said(TS, user="U0ANNA"), "U0ANNA", "person", "hello", id="a person who uses the app that asks"),
        pytest.param(said(TS, user="U0STRANGER"), "U0STRANGER", "person", "hello", id="somebody in no list"),
        pytest.param(said(TS, subtype="file_share", bot_id=None), "U0ANNA", "person", "hello", id="an old file"),
        pytest.param(
            said(TS, "<@U0BEN|ben> commented on a file: nice", None, subtype="file_comment")
            | {"comment": {"user": "U0BEN", "comment": "nice"}},
            "U0BEN",
            "person",
            "nice",
            id="a comment on a file",
        ),
        pytest.param(
            said(LATER, subtype="message_changed", message=said(TS, "new", edited={"ts": LATER})),
            "U0ANNA",
            "person",
            "new",
            id="an edit in an edit log",
        ),
        pytest.param(said(TS, "日本語 \ud83d 🎉"), "U0ANNA", "person", "日本語 ? 🎉", id="half a character"),
    ],
)
async def test_each_form_of_a_message_has_its_author(
    office: Office, message: dict[str, Any], author: str, kind: str, text: str
) -> None:
    await office.take(export(message))

    assert await office.kept() == [("C0GENERAL", TS, None, author, text)]
    assert await office.column(messages.c.author_kind) == [(kind,)]


@pytest.mark.parametrize(
    "gone",
    [
        said(TS, "This message was deleted.", "USLACKBOT", subtype="tombstone", thread_ts=TS, hidden=True),
        said(LATER, subtype="message_deleted", deleted_ts=TS),
    ],
    ids=["a tombstone", "a line of a deletion log"],
)
async def test_a_deleted_message_leaves_a_tombstone_whatever_else_the_export_says(
    office: Office, gone: dict[str, Any]
) -> None:
    done = await office.take(export(said(TS, "secret"), gone))

    assert await office.kept() == [("C0GENERAL", TS, None, None, None)]
    assert done.deleted == 1


async def test_of_a_message_that_stands_twice_the_newer_state_is_kept(office: Office) -> None:
    old, new = said(TS, "old"), said(TS, "new", edited={"user": "U0ANNA", "ts": LATER})
    files = export(new, old, **{"general/2025-11-25.json": [old, new]})

    done = await office.take(files, batch=1)

    assert [row[-1] for row in await office.kept()] == ["new"]
    assert (done.messages, done.new, done.known) == (4, 1, 3)


async def test_a_bot_without_any_id_is_not_kept(office: Office) -> None:
    done = await office.take(export(said(TS, user=None, subtype="bot_message", username="hook")))

    assert (await office.kept(), done.nameless, done.known) == ([], 1, 0)


async def test_notices_are_left_out_also_where_slackbot_or_a_bot_is_their_author(office: Office) -> None:
    notices = [
        said(TS, user="USLACKBOT", subtype="channel_join"),
        said(LATER, subtype="bot_add", bot_id="B0HOOK"),
        {"type": "huddle", "ts": NEXT_DAY},
    ]

    done = await office.take(export(*notices))

    assert (await office.kept(), done.messages) == ([], 0)
    assert dict(done.notices) == {"channel_join": 1, "bot_add": 1, "huddle": 1}


async def test_words_are_kept_as_the_handbook_says_and_not_when_they_are_old(office: Office) -> None:
    counted = Channel("C0GENERAL", "general", keep=Keep.COUNTS)
    files = {
        "channels.json": [GENERAL, {"id": "C0OTHER", "name": "other"}],
        DAY: [said(TS, "how do I log in?")],
        "other/2025-11-24.json": [said(TS, "now")],
        "other/2025-01-01.json": [said("1735725600.000100", "long ago")],
    }

    await office.take(files, handbook=Channels(channels=(counted,)))

    assert [(row[0], row[-1]) for row in await office.kept()] == [
        ("C0GENERAL", None),
        ("C0OTHER", None),
        ("C0OTHER", "now"),
    ]
    assert await office.column(questions.c.ts) == [(TS,)]


async def test_who_is_left_out_is_someone_in_an_import_too(office: Office) -> None:
    async def leave_out(tx: Any) -> None:
        await people.leave_out(tx, "U0BEN", await people.stand_ins(tx), now=NOW)

    await office.database.write(leave_out)

    await office.take(THREAD, named=NamedTeam(team.FILE, "team.txt", (Member("U0BEN"),)))

    [(author, text)] = [
        row for row in await office.column(messages.c.author, messages.c.text) if row[0].startswith("~")
    ]
    assert text is None
    assert await office.column(reactions.c.person) == [(author,)]
    assert await office.column(memberships.c.person) == [(author,)]
    assert await office.column(people_table.c.slack_id) == [("U0ANNA",)]


async def test_of_other_companies_people_nothing_is_kept(office: Office) -> None:
    shared = {**GENERAL, "is_ext_shared": True}
    theirs = said(LATER, user="U0THEIRS", user_team="T2", team="T1")

    done = await office.take(export(said(TS, team="T1"), theirs, **{"channels.json": [shared]}))

    assert [row[3] for row in await office.kept()] == ["U0ANNA"]
    assert (done.new, done.known, done.outsiders) == (1, 0, 1)


# Channels.


async def test_names_and_visibility_are_known_afterwards(office: Office) -> None:
    files = {
        "channels.json": [GENERAL, {"id": "C0EMPTY", "name": "empty"}],
        "groups.json": [{"id": "G0INNER", "name": "inner"}],
        DAY: [said(TS), said(LATER)],
        "inner/2025-11-24.json": [said(TS)],
    }

    await office.take(files)

    async with office.database.read() as tx:
        assert [asdict(each) for each in await states(tx)] == [
            {
                "channel_id": channel_id,
                "name": name,
                "is_private": is_private,
                "watermark": last,
                "read_back_to": TS,
                "is_read_back": True,
                "problem": None,
            }
            for channel_id, name, is_private, last in (
                ("C0GENERAL", "general", False, LATER),
                ("G0INNER", "inner", True, TS),
            )
        ]


async def test_a_channel_that_is_watched_is_still_read_back(office: Office) -> None:
    await office.take(THREAD, handbook=Channels(channels=(Channel("C0GENERAL", "general"),)))

    known = await office.column(channels.c.channel_id, channels.c.is_read_back, channels.c.is_private)
    assert known == [("C0GENERAL", False, False)]


async def test_conversations_between_people_are_never_read(office: Office) -> None:
    files = export(said(TS)) | {
        "channels.json": [GENERAL, {"id": "C0GROUP", "name": "mpdm-anna--ben--carl-1"}],
        "dms.json": [{"id": "D0ANNABEN", "members": ["U0ANNA", "U0BEN"]}],
        "mpims.json": [{"id": "G0THREE", "name": "three-of-us"}],
        "D0ANNABEN/2025-11-24.json": [said(LATER, "private")],
        "D0UNLISTED/2025-11-24.json": [said(LATER, "private")],
        "mpdm-anna--ben--carl-1/2025-11-24.json": [said(LATER, "private")],
        "three-of-us/2025-11-24.json": [said(LATER, "private")],
    }

    done = await office.take(files)

    assert [row[-1] for row in await office.kept()] == ["hello"]
    assert (done.between_people, done.unlisted) == (4, ())
    assert "Direct and group messages are never imported: 4 conversations left out." in in_words(done)


async def test_a_folder_that_no_list_names_is_left_out_and_named(office: Office) -> None:
    done = await office.take(export(said(TS), **{"FC:F01:notes/2025-11-24.json": [said(LATER)]}))

    assert (done.messages, done.unlisted) == (1, ("FC:F01:notes",))


@pytest.mark.parametrize(
    "lists",
    [
        {"channels.json": [{"name": "general"}]},
        {"channels.json": b"\xff"},
        {"channels.json": [{"id": 7, "name": "general"}]},
    ],
    ids=["no id in the list", "no list", "an id that is none"],
)
async def test_a_channel_without_an_id_gets_the_same_one_in_every_run(office: Office, lists: Files) -> None:
    done = await office.take(export(said(TS), **lists))
    again = await office.take(export(said(TS), said(LATER), **lists))

    assert (done.new, again.new) == (1, 1)
    assert {row[0] for row in await office.kept()} == {"CB7VOC3KVGZNM6B76"}
    assert done.derived_ids == ["general"]
    assert "one was made from the name: general." in in_words(done)


async def test_a_channel_without_an_id_is_the_handbooks_of_that_name(office: Office) -> None:
    handbook = Channels(channels=(Channel("C0LIVE", "general"),))

    done = await office.take(export(said(TS), **{"channels.json": [{"name": "general"}]}), handbook=handbook)

    assert [row[0] for row in await office.kept()] == ["C0LIVE"]
    assert done.derived_ids == []


@pytest.mark.parametrize("folder", ["caf\u00e9-日本", "cafe\u0301-日本"], ids=["composed", "taken apart"])
async def test_a_channels_name_may_have_any_letters(office: Office, folder: str) -> None:
    listed = [{"id": "C0CAFE", "name": "caf\u00e9-日本"}]
    files = {"channels.json": listed, f"{folder}/2025-11-24.json": [said(TS)]}

    from_folder = await office.take(files)
    from_zip = await office.take(write_zip(office.folder / "export.zip", files))

    assert (from_folder.new, from_zip.known) == (1, 1)


# Strange files.


async def test_what_cannot_be_read_is_named_and_ends_nothing(office: Office) -> None:
    files = export(
        said(TS), "no message", said("yesterday"), said(LATER), {"text": "no ts"}, said(NEXT_DAY, user="ü")
    ) | {
        "general/2025-11-20.json": b"[{",
        "general/2025-11-21.json": {"messages": []},
        "general/2025-11-22.json": b'["\xff"]',
        "general/2025-11-23.json": b"[" * 100_000,
        "general/canvas_in_the_conversation.json": b"not read",
        "general/notes.txt": b"not read",
    }

    done = await office.take(files)

    assert (done.new, done.unreadable_count) == (2, 8)
    assert [(each.file, each.index, each.reason) for each in done.unreadable] == [
        ("general/2025-11-20.json", None, "is no JSON"),
        ("general/2025-11-21.json", None, "holds no list"),
        ("general/2025-11-22.json", None, "is no JSON"),
        ("general/2025-11-23.json", None, "is nested too deep"),
        (DAY, 1, "is no message"),
        (DAY, 2, "ts is no time of Slack's"),
        (DAY, 4, "ts is missing"),
        (DAY, 5, "user is missing"),
    ]


async def test_twenty_unreadable_messages_are_named_and_all_are_counted(office: Office) -> None:
    done = await office.take(export(said(TS), *[7] * 30))

    assert (len(done.unreadable), done.unreadable_count, done.is_failed) == (20, 30, False)
    assert in_words(done).endswith("  … and 10 more")


@pytest.mark.parametrize(
    "reactions",
    [7, [7], [{"name": "+1"}], [{"name": "+1", "users": [7, None, "ü", "x" * 50], "count": "3"}]],
    ids=repr,
)
async def test_reactions_of_a_strange_form_are_left_out(office: Office, reactions: Any) -> None:
    done = await office.take(export(said(TS, reactions=reactions)))

    assert (done.new, done.reactions, done.unreadable_count) == (1, 0, 0)


async def test_a_reaction_that_is_listed_twice_counts_once(office: Office) -> None:
    twice = [EYES, {"name": "eyes", "users": ["U0BEN", "U0ANNA"], "count": 2}]

    done = await office.take(export(said(TS, reactions=twice)))

    assert (done.reactions, len(await office.column(reactions.c.person))) == (2, 2)


async def test_people_are_counted_without_a_list_of_them(office: Office) -> None:
    files = export(said(TS), said(LATER, user="U0ROBOT", bot_id="B1"))
    del files["users.json"]

    done = await office.take(files)

    assert (done.new, len(done.people), done.bots) == (2, 1, 1)


async def test_links_are_not_followed(office: Office) -> None:
    secret = write_folder(office.folder / "elsewhere", {"2025-11-24.json": [said(LATER, "secret")]})
    folder = write_folder(office.folder / "export", export(said(TS)))
    (folder / "general" / "2025-11-25.json").symlink_to(secret / "2025-11-24.json")
    (folder / "linked").symlink_to(secret)

    done = await office.take(folder)

    assert [row[-1] for row in await office.kept()] == ["hello"]
    assert [(each.file, each.reason) for each in done.unreadable] == [
        ("general/2025-11-25.json", archive.LINK),
        ("linked", archive.LINK),
    ]


async def test_names_that_lead_out_of_a_zip_are_refused(office: Office) -> None:
    file = write_zip(office.folder / "export.zip", export(said(TS)))
    link = zipfile.ZipInfo("general/2025-11-25.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr(link, "../../secret.json")
        for name in ("../general/2025-11-26.json", "/general/2025-11-27.json", "general\\2025-11-28.json"):
            opened.writestr(name, json.dumps([said(LATER)]))

    done = await office.take(file)

    assert done.messages == 1
    assert [(each.file, each.reason) for each in done.unreadable] == [
        ("../general/2025-11-26.json", "leads out of the zip"),
        ("/general/2025-11-27.json", "leads out of the zip"),
        ("general/2025-11-25.json", archive.LINK),
        ("general\\2025-11-28.json", "leads out of the zip"),
    ]


async def test_a_damaged_file_in_a_zip_is_named(office: Office) -> None:
    file = write_zip(
        office.folder / "export.zip", export(said(TS, "findme"), **{"general/2025-11-25.json": [said(LATER)]})
    )
    file.write_bytes(file.read_bytes().replace(b"findme", b"broken"))

    done = await office.take(file)

    assert [(each.file, each.reason) for each in done.unreadable] == [(DAY, "is damaged in the zip")]
    assert done.new == 1


async def test_a_file_that_unpacks_to_too_much_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1_000_000)  # so that the bomb of this test is a small one
    file = office.folder / "export.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("channels.json", json.dumps([GENERAL]))
        opened.writestr(DAY, b" " * 1_000_001)

    done = await office.take(file)

    assert [(each.file, each.reason) for each in done.unreadable] == [(DAY, "is larger than 256 MiB")]
    assert done.is_failed


@pytest.mark.parametrize("files", [{}, {"notes/readme.json": []}], ids=["an empty folder", "other files"])
def test_what_is_no_export_is_refused_with_the_way_to_mend_it(tmp_path: Path, files: Files) -> None:
    with pytest.raises(ExportInvalid, match=r"is no Slack export: .*; give the zip as Slack gave it"):
        open_export(write_folder(tmp_path, files)).__enter__()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn"], ids=["an empty file", "a torn zip"])
def test_a_file_that_is_no_zip_is_refused_with_the_way_to_mend_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "export.zip").write_bytes(content)

    with pytest.raises(ArchiveInvalid, match="is neither a folder nor a readable zip; give the export"):
        open_export(tmp_path / "export.zip").__enter__()


# The platform team.

TWO = (Member("U0ANNA1"), Member("U0BEN12", since=date(2025, 1, 1), until=date(2025, 6, 30)))
DATED = "{id: U0BEN12, from: 2025-01-01, until: 2025-06-30}"


@pytest.mark.parametrize(
    ("text", "members"),
    [
        pytest.param(f"platform_team:\n  members: [U0ANNA1, {DATED}]\n", TWO, id="people.yaml"),
        pytest.param(f"# ours\n- U0ANNA1  # lead\n- {DATED}\n", TWO, id="a YAML list"),
        pytest.param(
            '["U0ANNA1", {"id": "U0BEN12", "from": "2025-01-01", "until": "2025-06-30"}]', TWO, id="a JSON list"
        ),
        pytest.param("# ours\n\nU0ANNA1  # lead: Anna\n  W0CARL1\n", (TWO[0], Member("W0CARL1")), id="plain lines"),
    ],
)
def test_a_team_file_may_have_each_of_its_forms(tmp_path: Path, text: str, members: tuple[Member, ...]) -> None:
    (tmp_path / "team").write_text(text)

    assert read_team_file(tmp_path / "team") == members


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("U0ANNA1\nanna\n", '2: [1]: "anna" is not a person'),
        ("U0ANNA1, U0BEN12\n", '1: [0]: "U0ANNA1, U0BEN12" is not a person'),
        ("- U0ANNA1\n- {id: U0BEN12, form: 2025-01-01}\n", '2: [1].form: unknown key "form"; did you mean "from"?'),
        ("- U0ANNA1\n- U0ANNA1\n", "2: [1]: U0ANNA1 is in the group twice at a time; keep one entry"),
        ("platform_team: {group: S0PLATFORM}\n", "1: platform_team: the platform team has no members here; list its"),
        ("teams: {}\n", "1: file: there is no platform_team; name people by id"),
        ("# nobody yet\n", "1: file: nobody is named; name people by id"),
        ("[U0ANNA1\n", "1: file: a list or mapping in brackets is not closed; close the bracket"),
    ],
)
def test_an_error_in_a_team_file_names_line_and_fix(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "team"
    file.write_text(text)

    with pytest.raises(TeamFileBroken) as broken:
        read_team_file(file)

    assert str(broken.value).startswith(f"{file}:{problem}")


async def test_the_team_of_the_file_is_known_with_its_days(office: Office) -> None:
    (office.folder / "team").write_text(f"- U0ANNA1\n- {DATED}\n")

    await office.take(THREAD, named=named_team(office.folder / "team", People()))

    async with office.database.read() as tx:
        known = await people.known_pseudonyms(tx, ["U0ANNA1", "U0BEN12"])
        assert await team.terms(tx) == {
            known["U0ANNA1"]: [team.Term(known["U0ANNA1"])],
            known["U0BEN12"]: [team.Term(known["U0BEN12"], date(2025, 1, 1), date(2025, 6, 30))],
        }
    assert await office.column(memberships.c.source) == [("file",), ("file",)]


def test_without_a_file_the_team_is_the_handbooks() -> None:
    handbook = People(platform_team=Group("S0PLATFORM", TWO))

    named = named_team(None, handbook)

    assert named == NamedTeam(team.HANDBOOK, "the handbook", TWO)
    assert named.in_words() == "Platform team: 2 people, from the handbook."
    assert named_team(None, People()).in_words().startswith("Platform team: nobody is named")
