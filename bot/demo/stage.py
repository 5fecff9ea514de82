"""What every step of a demo's tour needs: people who act, waits for what should be seen, and a clock that jumps.

What they do is in the steps (`story`, `own`).
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.calendar import DAY, slots_between
from bot.demo.reading import plain, words
from bot.storage.insides import is_busy
from sandbox import Actor, Message, Sandbox, View
from sandbox.tour import Beat, Place, Tell, place_of

if TYPE_CHECKING:
    from bot.app import Mentor

PACE = 5.0  # the workspace's clock against the wall's: short waits, and room for a slow machine
PATIENCE_S = 30.0  # of the wall's: a step that shows nothing by then has failed
LOOK_EVERY_S = 0.05
JUST_AFTER = timedelta(seconds=5)
DIGEST_WITHIN = timedelta(weeks=4)  # it may come every second week, and wait for a working day


class Stage:
    """`mentor` is there from `enter` on. A step is played in a `scene`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.workspace = sandbox.workspace
        self.clock = sandbox.clock
        self._mentor: Mentor | None = None
        self._tell: Tell = lambda _: None
        self._since = 0.0

    def enter(self, mentor: "Mentor") -> None:
        self._mentor = mentor

    @contextmanager
    def scene(self, tell: Tell) -> Iterator[None]:
        """What is looked for in it came after its beginning, and time goes faster in it."""
        self._tell, self._since = tell, self.clock.now()
        self.clock.set_factor(PACE)
        try:
            yield
        finally:
            self.clock.set_factor(1.0)

    @property
    def mentor(self) -> "Mentor":
        assert self._mentor is not None, "no step is taken before the bot is there"
        return self._mentor

    def person(self, name: str) -> Actor:
        return self.sandbox.person(name)

    # Telling.

    def did(self, who: str, text: str) -> None:
        self._tell(Beat(who, text))

    def shows(self, who: str, message: Message, viewer: Actor, *, only: str = "") -> None:
        """The message, or its lines with these words alone, where this person sees it."""
        told = plain(words(message), self.workspace)
        lines = [line for line in told.splitlines() if line.strip() and only in line]
        self._tell(Beat(who, "\n".join(lines), self._place(message, viewer)))

    def shows_where(self, who: str, told: str, message: Message, viewer: Actor) -> None:
        """In place of a message that is too long to read here: what it is, and where it stands."""
        self._tell(Beat(who, told, self._place(message, viewer)))

    # Waiting.

    async def first(self, look: Callable[[], Sequence[Message]]) -> Message:
        return (await self.sandbox.wait_for(look, PATIENCE_S))[0]

    async def seen(self, viewer: Actor, channel: str, words_of_it: str) -> Message:
        """The newest message with these words that came to the channel since the step began."""
        return await self.first(lambda: self._fresh(viewer.sees(channel), words_of_it))

    async def told(self, viewer: Actor, words_of_it: str) -> Message:
        """The same in the person's direct messages."""
        return await self.first(lambda: self._fresh(viewer.sees_in_dm(), words_of_it))

    async def whispered(self, viewer: Actor, channel: str, words_of_it: str = "") -> Message:
        """The newest message shown to this person alone since the step began."""

        def look() -> list[Message]:
            return [each for each in self._fresh(viewer.sees(channel), words_of_it) if each.ephemeral_to]

        return await self.first(look)

    async def command(self, viewer: Actor, text: str, channel: str) -> Message:
        """What the person is shown when they give this command; both are told."""
        before = {each.ts for each in viewer.sees(channel) if each.ephemeral_to}
        self.did(viewer.person.name, f"/platform {text}")
        await viewer.command("/platform", text, channel)
        shown = await self.first(
            lambda: [each for each in viewer.sees(channel) if each.ephemeral_to and each.ts not in before]
        )
        self.shows(f"Mentor, to {viewer.person.name} alone", shown, viewer)
        return shown

    async def form(self, viewer: Actor) -> View:
        return (await self.sandbox.wait_for(viewer.views, PATIENCE_S))[-1]

    async def reply_to(self, asked: Message) -> Message:
        return await self.first(lambda: self.replies(asked))

    def replies(self, asked: Message) -> list[Message]:
        """What the bot said in the thread of this message."""
        channel = self.workspace.channel(asked.channel)
        ours = self.workspace.bot_id
        return [each for each in channel.messages.values() if each.thread_ts == asked.ts and each.bot_id == ours]

    async def changed(self, message: Message, words_of_it: str) -> None:
        await self.sandbox.wait_for(lambda: words_of_it in words(message), PATIENCE_S)

    async def quiet(self) -> None:
        """Returns when every event was taken, everything due was done and every message was sent."""
        async with asyncio.timeout(PATIENCE_S):
            await self.sandbox.settle(PATIENCE_S)
            while await self._is_busy():  # the database rings no bell
                await self.clock.sleep(LOOK_EVERY_S * self.clock.factor)

    # The clock.

    async def jump(self, to: datetime, why: str) -> None:
        """What is due is done first; then the clock stands at that moment, and the bot looks at what it means."""
        await self.quiet()
        zone = ZoneInfo(self.mentor.shelf.library.handbook.channels.timezone)
        self.did("The clock", f"jumps to {to.astimezone(zone):%A %H:%M}: {why}")
        self.clock.advance(max(0.0, to.timestamp() - self.clock.now()))
        await self.mentor.timetable.tick()

    async def jump_to_digest(self) -> None:
        """To just after the bot itself has the next one due, whatever day, holidays and rhythm the handbook has."""
        digest, now = self.mentor.digest, self.mentor.clock.now()
        for slot in slots_between(digest.schedule(), now, now + DIGEST_WITHIN):
            if await digest.weeks_told(slot):
                return await self.jump(slot.due_at + JUST_AFTER, "the digest is due")
        raise LookupError(f"No digest is due within {DIGEST_WITHIN.days} days.")

    def next_at(self, hour: int) -> datetime:
        """The next such hour by the handbook's wall on a working day."""
        channels = self.mentor.shelf.library.handbook.channels
        now = self.mentor.clock.now().astimezone(ZoneInfo(channels.timezone))
        at = now.replace(hour=hour, minute=0, second=5, microsecond=0)
        working = channels.working_time()
        while at <= now or not working.is_working_day(at.date()):
            at += DAY
        return at

    async def _is_busy(self) -> bool:
        async with self.mentor.database.read() as tx:
            return await is_busy(tx, self.mentor.clock.now())

    def _fresh(self, messages: Sequence[Message], words_of_it: str) -> list[Message]:
        found = [each for each in messages if float(each.ts) >= self._since - 1 and words_of_it in words(each)]
        return found[::-1]

    def _place(self, message: Message, viewer: Actor) -> Place:
        return place_of(message, viewer.id, is_direct=message.channel.startswith("D"))
