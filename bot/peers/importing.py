"""Takes a Slack export down, by the same way as live messages: `PeerService.record_page`, a batch at a time.

Nothing in an export is ever answered. A second run finds everything known, and one that was ended early goes on.
"""

import asyncio
import gc
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from bot.clock import Clock
from bot.model import Message, Standing, Workspace, moment
from bot.peers.export import Entry, Export, ExportChannel, Notice, Unreadable
from bot.peers.linking import WINDOW
from bot.peers.naming import Addressing
from bot.peers.rules import is_by_ours
from bot.peers.service import PeerService
from bot.peers.team_file import NamedTeam
from bot.statistics import counted
from bot.storage import channels as channel_rows
from bot.storage import peers as rows
from bot.storage import team
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonyms_of, stand_ins, who_is_left_out
from knowledge.channels import AnswerMode, Channel, Channels

BATCH = (
    2_000  # messages a transaction: a quarter of a second, which others wait for; of 1,000 each takes a seventh longer
)
GARBAGE = (50_000, 20, 20)  # how much of it is waited for: Python's own (700, 10, 10) costs a tenth of the time
LISTED = 20  # unreadable files and messages that are named; the rest is counted

Progress = Callable[[int, int, str], None]  # files read, of how many, and what came of it so far


@dataclass
class Imported:
    """What was read. `new` said something not known before; `outsiders` wrote in channels shared with others."""

    files: int = 0
    messages: int = 0
    new: int = 0
    replies: int = 0
    questions: int = 0
    reactions: int = 0
    bots: int = 0
    nameless: int = 0  # a bot's, without any id: not kept
    outsiders: int = 0  # in a channel shared with another company, by people not known to be ours: not kept
    deleted: int = 0
    people: set[str] = field(default_factory=set)
    notices: Counter[str] = field(default_factory=Counter)
    channels: list[ExportChannel] = field(default_factory=list)
    derived_ids: list[str] = field(default_factory=list)  # names of channels
    between_people: int = 0
    unlisted: tuple[str, ...] = ()
    unreadable: list[Unreadable] = field(default_factory=list)
    unreadable_count: int = 0
    first_ts: str = ""
    last_ts: str = ""
    seconds: float = 0.0

    @property
    def known(self) -> int:
        return self.messages - self.new - self.nameless - self.outsiders

    @property
    def is_failed(self) -> bool:
        """Nothing at all could be read, and something should have been."""
        return self.messages == 0 and self.unreadable_count > 0

    def see(self, entry: Entry, workspace: Workspace) -> None:
        match entry:
            case Notice(subtype):
                self.notices[subtype] += 1
            case Unreadable():
                self.unreadable_count += 1
                if len(self.unreadable) < LISTED:
                    self.unreadable.append(entry)
            case Standing(said=Message() as said):
                self._see_message(said)
                self.outsiders += not is_by_ours(said, workspace)
                self.reactions += sum(len(users) for _, users, _ in entry.reactions)
            case _:
                self.deleted += 1

    def _see_message(self, said: Message) -> None:
        self.messages += 1
        self.replies += said.thread_ts is not None
        self.see_time(said.ts)
        if said.author.is_bot:
            self.bots += 1
            self.nameless += not said.author.user_id
        elif said.author.user_id:
            self.people.add(said.author.user_id)

    def see_time(self, ts: str) -> None:
        if not self.first_ts or ts < self.first_ts:
            self.first_ts = ts
        if ts > self.last_ts:
            self.last_ts = ts

    def to_json(self) -> dict[str, Any]:
        """The contract of `mentor import --json`."""
        return {
            "files": self.files,
            "channels": len(self.channels),
            "people": len(self.people),
            "messages": self.messages,
            "new": self.new,
            "known": self.known,
            "replies": self.replies,
            "questions": self.questions,
            "reactions": self.reactions,
            "bot_messages": self.bots,
            "not_kept": {"nameless_bots": self.nameless, "other_companies": self.outsiders},
            "deleted": self.deleted,
            "notices": dict(sorted(self.notices.items())),
            "left_out": {"between_people": self.between_people, "unlisted": list(self.unlisted)},
            "derived_ids": self.derived_ids,
            "unreadable": {"count": self.unreadable_count, "listed": [asdict(each) for each in self.unreadable]},
            "first_ts": self.first_ts or None,
            "last_ts": self.last_ts or None,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class _Page:
    """With how many files and messages were read when it was."""

    standing: list[Standing]
    files: int
    messages: int


class Importer:
    """`channels` are the handbook's: they say what is kept of those that are listed there."""

    def __init__(
        self,
        database: Database,
        export: Export,
        *,
        channels: Channels,
        clock: Clock,
        new_id: Callable[[], str],
        batch: int = BATCH,
        progress: Progress = lambda *_: None,
    ) -> None:
        self._database = database
        self._export = export
        self._clock = clock
        self._new_id = new_id
        self._batch = batch
        self._progress = progress
        self._handbook = channels
        self._ids = {each: channel_id_of(each, channels) for each in export.channels}
        self._files = sum(len(each.days) for each in export.channels)
        self._peers = PeerService(
            database,
            channels=lambda: self._watched,
            workspace=export.workspace,
            clock=clock,
            new_id=new_id,
            wake=lambda: None,
        )
        self._watched = self._as_watched()
        self._planned_for = 0  # new messages, when the database last looked how many there are

    async def run(self) -> Imported:
        """Every channel, one after the other; what cannot be read is counted and named."""
        with _little_tidying():
            return await self._run()

    async def _run(self) -> Imported:
        started = self._clock.now()
        export, done = self._export, Imported()
        done.between_people, done.unlisted = export.between_people, export.unlisted
        done.derived_ids = [each.name for each, channel_id in self._ids.items() if channel_id == each.derived_id]
        for problem in export.unreadable:
            done.see(problem, export.workspace)
        read_ts = export.newest_ts()
        for channel in export.channels:
            await self._read(channel, done, read_ts)
            done.channels.append(channel)
        if done.new:
            await self._database.write(rows.have_grown)
        done.seconds = (self._clock.now() - started) / timedelta(seconds=1)
        return done

    async def name_team(self, named: NamedTeam) -> None:
        """These are the platform team by this source, with their days, in place of whom it named before."""
        await self._database.write(lambda tx: self._name_team(tx, named))

    def _as_watched(self) -> Channels:
        """As the handbook has them, but for answering."""
        watched = []
        for each, channel_id in self._ids.items():
            known = self._handbook.watched(channel_id) or Channel(channel_id, each.name)
            watched.append(replace(known, answer=AnswerMode.WHEN_MENTIONED))
        return replace(self._handbook, channels=tuple(watched))

    async def _read(self, channel: ExportChannel, done: Imported, read_ts: str) -> None:
        channel_id = self._ids[channel]
        here = Imported()  # of which the times alone are looked at
        standing = self._standing(channel, channel_id, done, here)
        before: list[Standing] = []  # once more, so that the first ones of a page are linked by their words too

        def read() -> _Page:
            return _Page(list(islice(standing, self._batch)), done.files, done.messages)

        async with aclosing(_read_ahead(read)) as pages:
            async for page in pages:
                seen = [*before, *page.standing]
                new = await self._peers.record_page(channel_id, seen, read_ts=read_ts, is_shared=channel.is_shared)
                await self._count(done, new)
                before = seen[-WINDOW:]
                self._progress(page.files, self._files, f"#{channel.name}, {page.messages:,} messages")
        if here.first_ts:
            done.questions += await self._database.write(lambda tx: self._close(tx, channel, channel_id, here))

    async def _count(self, done: Imported, new: int) -> None:
        done.new += new
        if new and done.new >= 2 * self._planned_for:
            await self._database.write(rows.have_grown)
            self._planned_for = done.new

    def _standing(self, channel: ExportChannel, channel_id: str, done: Imported, here: Imported) -> Iterator[Standing]:
        addressing = Addressing(self._export.names)
        for file in channel.days:
            done.files += 1
            for entry in self._export.read_day(channel, channel_id, file):
                done.see(entry, self._export.workspace)
                if isinstance(entry, Standing) and isinstance(entry.said, Message):
                    here.see_time(entry.said.ts)
                if isinstance(entry, Standing):
                    yield _addressed(entry, addressing)

    async def _close(self, tx: Tx, channel: ExportChannel, channel_id: str, here: Imported) -> int:
        """Name and visibility of the channel are known from now on. How many questions it has in that time."""
        now, name, is_private = self._clock.now(), channel.name, channel.is_private
        first, last = here.first_ts, here.last_ts
        if self._handbook.watched(channel_id) is not None:  # it is read back anyway, to where the handbook says
            await channel_rows.add(tx, {channel_id: name}, now=now, is_private=is_private)
        else:
            await channel_rows.add_read(tx, channel_id, name, is_private=is_private, first=first, last=last, now=now)
        return await rows.count_questions(tx, channel_id, first=first, last=last)

    async def _name_team(self, tx: Tx, named: NamedTeam) -> None:
        user_ids = named.user_ids
        names = await stand_ins(tx)
        left_out = await who_is_left_out(tx, user_ids, names)
        known = await pseudonyms_of(tx, user_ids - left_out, now=self._clock.now(), new_id=self._new_id)
        places = sorted({*self._ids.values(), *(each.channel_id for each in await channel_rows.states(tx))})

        def persons(user_id: str) -> Iterable[str]:
            if user_id in left_out:
                return [names.stand_in(user_id, place) for place in places]
            return [known[user_id]]

        terms = [
            team.Term(person, each.since, each.until) for each in named.members for person in persons(each.user_id)
        ]
        await team.replace(tx, named.source, terms)


async def _read_ahead(read: Callable[[], _Page]) -> AsyncGenerator[_Page, None]:
    """Pages until one is empty. While one is written down, and the database waited for, a thread reads the next one."""
    following = asyncio.ensure_future(asyncio.to_thread(read))
    try:
        while (page := await following).standing:
            following = asyncio.ensure_future(asyncio.to_thread(read))
            yield page
    finally:
        await asyncio.wait({following})  # of an import that is ended the files are closed next


@contextmanager
def _little_tidying() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _addressed(standing: Standing, addressing: Addressing) -> Standing:
    said = standing.said
    if not isinstance(said, Message) or (named := addressing.of(said)) is None:
        return standing
    return replace(standing, said=replace(said, named=named))


def channel_id_of(channel: ExportChannel, handbook: Channels) -> str:
    """Slack's; where the export has none, that of the handbook's channel of this name, else one made from the name."""
    named = (each.id for each in handbook.channels if each.name == channel.name)
    return channel.id or next(named, channel.derived_id)


def in_words(done: Imported) -> str:
    """The summary, a sentence or two a line."""
    people, places = counted(len(done.people), "person", "people"), counted(len(done.channels), "channel")
    read = f"Read {counted(done.messages, 'message')} by {people} in {places} and {counted(done.files, 'file')}"
    replies, bots = counted(done.replies, "reply", "replies"), counted(done.bots, "message")
    lines = [
        f"{read}{_span(done)}, in {done.seconds:.1f} s.",
        f"New: {done.new:,}. Already known: {done.known:,}.",
        f"Among them: {replies}, {bots} by bots. Reactions: {done.reactions:,}. Questions found: {done.questions:,}.",
    ]
    lines += [text for count, text in _left_out(done) if count]
    if done.unreadable_count:
        lines.append(f"Could not be read: {done.unreadable_count:,}.")
        lines += [f"  {each.file}{_at(each.index)}: {each.reason}" for each in done.unreadable]
        if done.unreadable_count > len(done.unreadable):
            lines.append(f"  … and {done.unreadable_count - len(done.unreadable):,} more")
    return "\n".join(lines)


def _left_out(done: Imported) -> Iterator[tuple[int, str]]:
    """How many, and the line that says so."""
    kinds = ", ".join(f"{count:,} {subtype}" for subtype, count in done.notices.most_common())
    yield done.notices.total(), f"Left out, Slack's own notices: {kinds}."
    yield done.deleted, f"Deleted before the export: {counted(done.deleted, 'message')}."
    yield done.nameless, f"Not kept, by bots without an id: {counted(done.nameless, 'message')}."
    yield done.outsiders, f"Not kept, by people of other companies: {counted(done.outsiders, 'message')}."
    apart = counted(done.between_people, "conversation")
    yield done.between_people, f"Direct and group messages are never imported: {apart} left out."
    yield (
        len(done.unlisted),
        f"Left out, in none of the export's lists of channels: {', '.join(done.unlisted[:LISTED])}.",
    )
    made = ", ".join(done.derived_ids[:LISTED])
    yield len(done.derived_ids), f"The export has no id for these channels, so one was made from the name: {made}."


def _span(done: Imported) -> str:
    if not done.first_ts:
        return ""
    return f", from {moment(done.first_ts):%Y-%m-%d} to {moment(done.last_ts):%Y-%m-%d}"


def _at(index: int | None) -> str:
    return "" if index is None else f"[{index}]"
