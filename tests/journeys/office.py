"""The company of the journeys at work: its workspace, the bot in it, and what people say to each other.

Waits are for what should be seen, or for nothing being left to do; never for a time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

from bot import generate
from bot.app import Mentor, running
from bot.config import Settings
from bot.demo.company import PEOPLE, STARTS_AT
from bot.demo.made_up import furnish
from bot.demo.playing import settings_for
from bot.storage import inbox
from bot.storage.outbox import OPEN
from bot.storage.schema import messages, outbox, work
from sandbox import Actor, Channel, Clock, Message, Sandbox
from sandbox.delivery import ACK_WITHIN_S
from sandbox.model import Json
from tests.plain_words import slips_in
from tests.slow_machine import PATIENCE, patient
from tests.told import told_long_ago

T = TypeVar("T")

# Fast enough not to wait long, slow enough that a busy machine keeps the ten seconds private answers have.
PACE = 4.0
PATIENCE_S = 60.0
NIGHT_S = 12 * 3600.0  # from the morning it starts at to well after everybody went home
Said = tuple[str, str]  # who, what


class Office:
    """A running bot among people. `mentor` is the bot while `open_office` holds it open."""

    def __init__(self, sandbox: Sandbox, settings: Settings, mentor: Mentor) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.mentor = mentor
        self.mention = f"<@{sandbox.workspace.bot_user_id}>"

    def person(self, name: str) -> Actor:
        return self.sandbox.person(name)

    def other_app_says(self, channel: str, text: str, *, thread: Message | None = None) -> Message:
        """What another app posts."""
        workspace = self.sandbox.workspace
        posted = Message(channel, workspace.ids.ts(), "", text, bot_id="B0OTHER", subtype="bot_message")
        posted.thread_ts = thread.ts if thread else None
        return workspace.put(posted)

    # What was said.

    def thread(self, message: Message) -> list[Said]:
        """The thread that the message began, as a dialogue."""
        return [self._said(each) for each in self._thread(message)]

    def replies(self, message: Message) -> list[Message]:
        """What the bot said in the thread that the message began."""
        return [each for each in self._thread(message) if each.bot_id == self.sandbox.workspace.bot_id]

    def channel(self, name: str) -> list[Said]:
        """All that stands in a channel and its threads, as a dialogue."""
        return [self._said(each) for each in self._channel(name).messages.values()]

    def direct(self, name: str) -> list[Said]:
        """The person's direct messages with the bot, as a dialogue, without what still grows."""
        return [self._said(each) for each in self.person(name).sees_in_dm() if not self._grows(each)]

    def told(self, name: str) -> list[Message]:
        """What the bot said to the person directly, without what still grows."""
        ours = self.sandbox.workspace.bot_id
        return [each for each in self.person(name).sees_in_dm() if each.bot_id == ours and not self._grows(each)]

    def whispers(self, name: str, channel: str) -> list[Message]:
        """What the person alone sees in the channel."""
        return [each for each in self.person(name).sees(channel) if each.ephemeral_to]

    # Waiting.

    async def answer_to(self, message: Message) -> Message:
        """The bot's first reply in the message's thread."""
        return (await self.until(lambda: self.replies(message)))[0]

    async def whisper_to(self, name: str, channel: str) -> Message:
        """The last thing the person alone was shown in the channel."""
        return (await self.until(lambda: self.whispers(name, channel)))[-1]

    async def until(self, condition: Callable[[], T | None]) -> T:
        return await self.sandbox.wait_for(condition, PATIENCE_S)

    async def quiet(self) -> None:
        """Returns when every event was taken, everything due was done and every message was sent."""
        async with asyncio.timeout(PATIENCE_S):
            await self.sandbox.settle(PATIENCE_S)
            while await self._is_busy():
                await asyncio.sleep(0.02)

    async def later(self, minutes: float) -> None:
        """Lets everything due be done, moves the clock, and lets what became due be done."""
        await self.quiet()
        self.sandbox.clock.advance(minutes * 60)
        await self.quiet()

    async def kept_messages(self) -> list[tuple[str, str | None]]:
        """Of all messages that are kept, the channel's id and the text."""
        async with self.mentor.database.read() as tx:
            return [(row.channel_id, row.text) for row in await tx.execute(select(messages))]

    async def kept_of_people(self) -> set[tuple[str, str | None]]:
        """The same of what people wrote; what the bot wrote may have been read back meanwhile or not."""
        async with self.mentor.database.read() as tx:
            query = select(messages.c.channel_id, messages.c.text).where(messages.c.author_kind == "person")
            return {(row.channel_id, row.text) for row in await tx.execute(query)}

    async def asked_of_it(self) -> list[str]:
        """The kinds of all work that was ever asked of the bot."""
        async with self.mentor.database.read() as tx:
            return list(await tx.scalars(select(work.c.kind)))

    async def _is_busy(self) -> bool:
        if await inbox.count(self.mentor.database):  # first: what is taken down after that is counted below
            return True
        now = self.mentor.clock.now()
        async with self.mentor.database.read() as tx:
            due = select(func.count()).where(work.c.state == "waiting", work.c.due_at <= now)
            unsent = select(func.count()).where(outbox.c.state.in_(OPEN))
            return bool(await tx.scalar(due) or await tx.scalar(unsent))

    def _thread(self, message: Message) -> list[Message]:
        channel = self.sandbox.workspace.channels[message.channel]
        return [each for each in channel.messages.values() if message.ts in (each.ts, each.thread_ts)]

    def _channel(self, name: str) -> Channel:
        return next(each for each in self.sandbox.workspace.channels.values() if each.name == name)

    def _grows(self, message: Message) -> bool:
        return self.sandbox.workspace.streams.is_open(message)

    def _said(self, message: Message) -> Said:
        people = self.sandbox.workspace.people
        return (people[message.user].name if message.user in people else message.bot_id or "", message.text)


def words(message: Message) -> list[str]:
    """What the message's blocks say, a block a line, without its buttons."""
    lines = []
    for block in message.blocks:
        texts = [block["text"]] if "text" in block else block.get("elements", [])
        lines += [text["text"] for text in texts if text["type"] == "mrkdwn"]
    return lines


def buttons(message: Message) -> list[str]:
    """The labels of the message's buttons."""
    rows: list[list[Json]] = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


def new_sandbox(*, starts_at: datetime = STARTS_AT, patience: float = PATIENCE) -> Sandbox:
    """The demo's workspace, on a Tuesday morning if not told otherwise, with three more channels; not started yet."""
    clock = Clock(start_s=starts_at.timestamp(), factor=PACE)
    sandbox = Sandbox(generate.manifest(), clock=clock, ack_wall_s=ACK_WITHIN_S * patience)
    furnish(sandbox)
    for channel_id, name in (("C0QUIET", "quiet"), ("C0COUNTED", "counted")):
        sandbox.workspace.add_channel(name, members=list(PEOPLE), id=channel_id)
    sandbox.workspace.add_channel("partners", members=list(PEOPLE), id="C0PARTNERS", is_ext_shared=True)
    return sandbox


@asynccontextmanager
async def at_work(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Office]:
    """The bot among people in a workspace that runs."""
    await told_long_ago(settings.database_url, settings.handbook)
    async with running(settings) as mentor:
        if settings.uses_socket_mode:
            await sandbox.connected()
        yield Office(sandbox, settings, mentor)
    slips = slips_in(sandbox.ledger.effects)
    assert not slips, slips


def settings_in(
    sandbox: Sandbox, folder: Path, *, database_url: str, handbook: Path | str, patience: float = PATIENCE
) -> Settings:
    return replace(patient(settings_for(sandbox, folder), patience), database_url=database_url, handbook=str(handbook))
