"""Reads a Slack export: which channels it has, who is a bot in it, and each day's messages.

Conversations between people, in twos or in groups, are never read. What is kept is decided in `bot.peers.importing`.
"""

import base64
import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from bot.errors import MentorError, PayloadMalformed
from bot.model import Deletion, Json, Message, Standing, Workspace
from bot.peers.archive import Archive, FileRefused, open_archive
from bot.peers.json_list import entries_of, whole_list
from bot.peers.naming import names_of
from bot.wire import read_id, read_object, read_optional, read_standing, read_ts, read_words
from knowledge.files import shown

INDEXES = ("channels.json", "groups.json", "users.json", "org_users.json", "dms.json", "mpims.json")
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,38}")
BETWEEN_PEOPLE = re.compile(r"D[A-Z0-9]{5,}|mpdm-.*")  # a folder's name: direct messages of two, and of more
DAY = re.compile(r"\d{4}-\d{2}-\d{2}[^/]*\.json")
NAME_MAX = 80
NAMED_MOST = 4  # exports found in one place


class ExportInvalid(MentorError):
    """This is no Slack export."""


@dataclass(frozen=True)
class Unreadable:
    """`index` counts a file's messages from 0; None: the file as a whole."""

    file: str
    index: int | None
    reason: str


@dataclass(frozen=True)
class Notice:
    """What nobody wrote: Slack's own lines, by their subtype."""

    subtype: str


Entry = Standing | Notice | Unreadable


@dataclass(frozen=True)
class ExportChannel:
    """`id` is None where the export has none. `days` are its files, in order."""

    id: str | None
    name: str
    is_private: bool
    is_shared: bool  # with another company
    days: tuple[str, ...]

    @property
    def derived_id(self) -> str:
        """Made from the name, the same in every run; no id of Slack's is as long."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return f"C{base64.b32encode(digest).decode()[:16]}"


@dataclass(frozen=True)
class Export:
    """What there is to read. `between_people` and `unlisted` count and name conversations that are left alone."""

    archive: Archive
    channels: tuple[ExportChannel, ...]
    bots: frozenset[str]
    names: Mapping[str, str]  # user ids by people's names
    workspace: Workspace
    between_people: int
    unlisted: tuple[str, ...]
    unreadable: tuple[Unreadable, ...]

    def read_day(self, channel: ExportChannel, channel_id: str, file: str) -> Iterator[Entry]:
        """The day's messages as they stood when the export was made."""
        try:
            day = _read_list(self.archive, file)
        except FileRefused as refused:
            yield Unreadable(shown(file), None, str(refused))
            return
        for index, listed in enumerate(day):
            try:
                yield self._read(listed, channel, channel_id)
            except PayloadMalformed as malformed:
                yield Unreadable(shown(file), index, str(malformed))

    def newest_ts(self) -> str:
        """Of any message: the export is of that moment or later. "" when there is none."""
        last_days = (channel.days[-1] for channel in self.channels if channel.days)
        return max((ts for file in last_days for ts in self._times(file)), default="")

    def _times(self, file: str) -> Iterator[str]:
        try:
            day = _read_list(self.archive, file)
        except FileRefused:
            return
        for listed in day:
            try:
                yield read_ts(listed if isinstance(listed, dict) else {}, "ts")
            except PayloadMalformed:
                continue

    def _read(self, listed: Any, channel: ExportChannel, channel_id: str) -> Entry:
        if not isinstance(listed, dict):
            raise PayloadMalformed("is no message")
        kind, subtype = read_optional(listed, "type"), read_optional(listed, "subtype")
        if kind not in (None, "message"):
            return Notice(kind)
        if subtype == "message_deleted":
            return Standing(Deletion(channel_id, read_ts(listed, "deleted_ts"), read_ts(listed, "ts")))
        said = _said(listed, subtype)
        read = read_standing(said, channel_id, self.workspace, is_shared=channel.is_shared)
        return Notice(subtype or "unknown") if read is None else self._by_bot(read)

    def _by_bot(self, read: Standing) -> Standing:
        """The people list knows bots that their messages do not show."""
        said = read.said
        if not isinstance(said, Message) or said.author.is_bot or said.author.user_id not in self.bots:
            return read
        return replace(read, said=replace(said, author=replace(said.author, is_bot=True)))


def _said(listed: Json, subtype: str | None) -> Json:
    """The message in the forms that only exports have: a comment on a file, and an edit in an edit log."""
    if subtype == "file_comment" and isinstance(listed.get("comment"), dict):
        comment = read_object(listed, "comment")
        words = {"user": comment.get("user"), "text": comment.get("comment"), "subtype": None}
        return {**listed, **words}
    return read_object(listed, "message") if subtype == "message_changed" else listed


@contextmanager
def open_export(path: Path) -> Iterator[Export]:
    """Raises ExportInvalid or ArchiveInvalid, which say what to do, or OSError where nothing is."""
    with open_archive(path) as archive:
        yield _Reader(archive, path).export()


class _Reader:
    """Reads the lists at the top and holds them against the folders that are there."""

    def __init__(self, archive: Archive, path: Path) -> None:
        self.archive = archive
        self.root = _root(archive.names, path)
        self.unreadable = [Unreadable(name, None, why) for name, why in archive.refused]

    def export(self) -> Export:
        users = [*self.entries("users.json"), *self.entries("org_users.json")]
        folders = self.folders()
        listed = [*self.listed("channels.json"), *self.listed("groups.json")]
        channels = [replace(each, days=tuple(folders.pop(_folder(each, folders), ()))) for each in listed]
        apart = {_plain(name) for each in ("dms.json", "mpims.json") for name in self.names_of(each)}
        between = [name for name in folders if name in apart or BETWEEN_PEOPLE.fullmatch(name)]
        others = [name for name in folders if name not in between]
        if not listed:  # without any list the folders are all there is
            channels = [ExportChannel(None, name, True, False, tuple(folders[name])) for name in others]
        return Export(
            self.archive,
            tuple(channels),
            frozenset(_bots(users)),
            names_of(users),
            Workspace(_team(users), None, "", ""),
            len(between),
            () if not listed else tuple(others),
            tuple(self.unreadable),
        )

    def folders(self) -> dict[str, list[str]]:
        """The day files of each folder."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.archive.names:
            folder, _, file = name.removeprefix(self.root).partition("/")
            if name.startswith(self.root) and DAY.fullmatch(file):
                found[_plain(folder)].append(name)
        return found

    def listed(self, file: str) -> Iterator[ExportChannel]:
        """The channels of the list that have a name; not those that are conversations in truth."""
        for index, entry in enumerate(self.entries(file)):
            name = _plain(read_words(entry, "name"))[:NAME_MAX]
            if not name:
                self.unreadable.append(Unreadable(file, index, "the channel has no name"))
            elif not (BETWEEN_PEOPLE.fullmatch(name) or entry.get("is_im") or entry.get("is_mpim")):
                is_private = file == "groups.json" or bool(entry.get("is_private"))
                yield ExportChannel(_channel_id(entry), name, is_private, bool(entry.get("is_ext_shared")), ())

    def names_of(self, file: str) -> Iterator[str]:
        for entry in self.entries(file):
            yield from (read_words(entry, key) for key in ("id", "name") if entry.get(key))

    def entries(self, file: str) -> list[Json]:
        """The list's objects; what is none is noted, as is a list that cannot be read. None when there is no file."""
        if self.root + file not in self.archive.names:
            return []
        try:
            read = list(_read_list(self.archive, self.root + file))
        except FileRefused as refused:
            self.unreadable.append(Unreadable(file, None, str(refused)))
            return []
        self.unreadable += [
            Unreadable(file, index, "is no entry") for index, each in enumerate(read) if not isinstance(each, dict)
        ]
        return [each for each in read if isinstance(each, dict)]


def _root(names: Sequence[str], path: Path) -> str:
    """Where in the archive the export begins: "", or a folder's name with a slash."""
    places = {name.rpartition("/")[0] for name in names if name.rpartition("/")[2] in INDEXES}
    if not places and any(DAY.fullmatch(name.partition("/")[2]) for name in names):
        places = {""}
    if not places:
        raise ExportInvalid(
            f"{path}: is no Slack export: there is no channels.json and no folder with days in it; "
            "give the zip as Slack gave it, or the folder that holds channels.json"
        )
    depth = min(map(_depth, places))
    place, *others = sorted(each for each in places if _depth(each) == depth)
    if others:
        raise ExportInvalid(
            f"{path}: holds {len(others) + 1} exports ({', '.join(map(shown, [place, *others][:NAMED_MOST]))}); "
            "import each by itself, in any order"
        )
    return f"{place}/" if place else ""


def _depth(place: str) -> int:
    return place.count("/") + bool(place)


def _folder(channel: ExportChannel, folders: Mapping[str, object]) -> str:
    return channel.name if channel.name in folders else channel.id or channel.name


def _channel_id(entry: Json) -> str | None:
    try:
        channel_id = read_id(entry, "id")
    except PayloadMalformed:
        return None
    return channel_id if CHANNEL_ID.fullmatch(channel_id) else None


def _bots(users: Sequence[Json]) -> Iterator[str]:
    """`is_app_user` says that a person uses the app that asks; it is no sign of a bot."""
    for user in users:
        if user.get("is_bot") and isinstance(user.get("id"), str):
            yield user["id"]


def _team(users: Sequence[Json]) -> str:
    """The workspace most people are of: guests of shared channels are listed too."""
    teams = Counter(user["team_id"] for user in users if isinstance(user.get("team_id"), str))
    return teams.most_common(1)[0][0] if teams else ""


def _plain(name: str) -> str:
    """One spelling of accented letters: some computers take them apart in the names of files."""
    return unicodedata.normalize("NFC", shown(name))


def _read_list(archive: Archive, file: str) -> Iterable[Any]:
    """The list's entries. Raises FileRefused, before the first one: a file is taken down whole or not at all."""
    pieces = list(islice(archive.pieces(file), 2))
    if len(pieces) < 2:  # as nearly all are
        return whole_list(b"".join(pieces))
    for _ in entries_of(archive.pieces(file)):
        pass
    return entries_of(archive.pieces(file))
