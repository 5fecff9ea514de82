"""Thirty days of the firm by docs/adopting.md, day by day, with the real bot on the sandbox.

What people say and press is here; what they are like is `firm` and `life`. Nothing is asserted: whoever runs it looks.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from bot import generate
from bot.answers.rehearsal import Rehearsal, RehearsalService
from bot.app import running
from bot.config import Settings
from bot.curation.gap_preview import largest_gaps
from bot.embeddings import words_alone
from bot.first_handbook import make
from bot.model import Window
from bot.storage.channels import states
from sandbox import Clock, Message, Sandbox
from sandbox.delivery import ACK_WITHIN_S
from tests.first_days.firm import ASK, ROOM, Firm, Worker, furnish, make_firm
from tests.first_days.life import Line, day_of_talk
from tests.git.remote import Remote, make_remote
from tests.journeys.company import Company, company, make_live, with_hook
from tests.journeys.office import Office, settings_in
from tests.slow_machine import PATIENCE

LONDON = ZoneInfo("Europe/London")
FIRST_DAY = date(2026, 11, 3)  # a Tuesday, so that the 14th is a Monday and has a digest
HISTORY = timedelta(days=90)
READING_PACE, PACE = 60.0, 4.0
PATIENCE_S = 240.0
APPLICATIONS = ("teams-payments", "teams-search")
# When the clock stops for what is due: dawn in London, morning in India, digest, surveys, after work in New York.
STOPS = tuple(
    time.fromisoformat(each) for each in ("04:40", "06:05", "09:00:30", "09:41", "10:11", "13:05", "15:10", "18:10")
)

Step = Callable[["Walk"], Awaitable[None]]


class Shoot(Protocol):
    async def __call__(self, walk: "Walk", name: str, who: Worker, channel: str, *, below: str = "") -> None:
        """A picture of the channel as that person sees it; with the newest thread below such a message open."""


@dataclass
class Walk:
    office: Office
    firm: Firm
    remote: Remote
    people: Company
    shoot: "Shoot"
    notes: list[str] = field(default_factory=list)  # what the operator reads on the command line
    threads: dict[str, Message] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)

    # Time.

    def date_of(self, day: int) -> date:
        return FIRST_DAY + timedelta(days=day - 1)

    async def until(self, at: datetime) -> None:
        await self.office.quiet()
        self.office.sandbox.clock.advance(max(0.0, at.timestamp() - self.office.sandbox.clock.now()))
        await self.office.mentor.actions.memberships.refresh()  # as it does every four minutes

    async def stop(self) -> None:
        """What the bot does by itself from time to time, all of it now."""
        mentor = self.office.mentor
        await mentor.timetable.tick()
        await mentor.news.look()
        await mentor.curation.proposals.follow()
        await mentor.adoption.own_uses.take_down()
        await self.office.quiet()

    async def live(self, day: int, steps: Mapping[time, Step], lines: Sequence[Line]) -> None:
        """A day from dawn to evening: what is due, what people say, what they do."""
        on = self.date_of(day)
        todo: list[tuple[datetime, int, Step]] = [(_at(on, each), 0, Walk.stop) for each in STOPS]
        todo += [(each.at, 1, _saying(each)) for each in lines]
        todo += [(_at(on, at), 2, step) for at, step in steps.items()]
        for at, _, step in sorted(todo, key=lambda each: each[:2]):
            await self.until(at)
            await step(self)
        await self.office.quiet()

    # What people do.

    def lead(self, team: str) -> Worker:
        return self.firm.of(team)[0]

    async def shown(self, who: Worker, verb: str, channel: str) -> Message:
        """What the person alone is shown by the command."""
        before = len(self.office.whispers(who.name, channel))
        await self.office.person(who.name).command("/platform", verb, channel)
        return (await self.office.until(lambda: self.office.whispers(who.name, channel)[before:]))[-1]

    async def press(self, who: Worker, message: Message, label: str) -> None:
        await self.office.person(who.name).press(message, label)
        await self.office.quiet()

    async def write(self, files: dict[str, str]) -> None:
        """The platform team changes its handbook, and the bot reads it."""
        self.remote.change(files)
        await self.office.mentor.read_handbook()
        assert self.office.mentor.shelf.library.handbook.revision == self.remote.git("rev-parse", "main")
        await self.office.mentor.actions.choices.refresh()
        await self.office.quiet()

    async def merge(self) -> list[str]:
        """What is proposed to the handbook is merged; gives the branches."""
        branches = self.remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
        for branch in branches:
            changed = self.remote.git("diff", "--name-only", f"{branch}~1", branch).splitlines()
            self.remote.change({path: self.remote.git("show", f"{branch}:{path}") + "\n" for path in changed})
            await self.office.mentor.curation.proposals.follow()
            self.remote.git("branch", "-D", branch)
        await self.office.mentor.read_handbook()
        await self.office.quiet()
        return branches


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LONDON)


def _saying(line: Line) -> Step:
    async def say(walk: Walk) -> None:
        root = None if line.is_root else walk.threads[line.number]
        said = walk.office.person(line.who.name).say(line.channel, line.text, thread=root)
        if line.is_root:
            walk.threads[line.number] = said
        elif line.mark and root is not None:
            asker = walk.office.sandbox.workspace.person(root.user)
            walk.office.sandbox.workspace.react(asker.id, said.channel, said.ts, line.mark)

    return say


@asynccontextmanager
async def first_day(folder: Path, shoot: Shoot, *, history: timedelta = HISTORY) -> AsyncIterator[Walk]:
    """Day 1: the bot is invited to one channel and to the platform team's, writes a handbook, and reads back."""
    firm = make_firm()
    starts_at = _at(FIRST_DAY, time(9, 30))
    clock = Clock(start_s=starts_at.timestamp(), factor=READING_PACE)
    sandbox = Sandbox(generate.manifest(), clock=clock, ack_wall_s=ACK_WITHIN_S * PATIENCE)
    furnish(sandbox, firm)
    _past(sandbox, firm, history)
    live, remote = make_live(folder / "live.git"), make_remote(folder / "handbook.git")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sandbox)
        for name in (ASK, ROOM):
            sandbox.person("maya").invite_app(name)
        settings = _settings(sandbox, folder, remote)
        await make(settings, folder / "first")
        first = {str(each.relative_to(folder / "first")): each.read_text() for each in (folder / "first").rglob("*.*")}
        remote.commit(first)
        mentor = await stack.enter_async_context(running(settings))
        await sandbox.connected()
        office = Office(sandbox, settings, mentor)
        people = await stack.enter_async_context(company(office, live, APPLICATIONS))
        walk = Walk(office, firm, remote, people, shoot, notes=[first["people.yaml"], first["channels.yaml"]])
        await _read_back(walk)
        clock.set_factor(PACE)
        yield walk


def _settings(sandbox: Sandbox, folder: Path, remote: Remote) -> Settings:
    url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
    return with_hook(settings_in(sandbox, folder / "data", database_url=url, handbook=remote.address))


def _past(sandbox: Sandbox, firm: Firm, history: timedelta) -> None:
    """Weeks of talk in the big channel, before anybody thought of a bot."""
    threads: dict[str, Message] = {}
    day = FIRST_DAY - history
    while day < FIRST_DAY:
        for line in day_of_talk(firm, day, threads=5):
            root = None if line.is_root else threads[line.number].ts
            said = sandbox.workspace.past.say(
                line.who.id, "C9ASKPLATFORM", line.text, at=line.at.timestamp(), thread_ts=root
            )
            threads.setdefault(line.number, said)
            if line.mark and root:
                sandbox.workspace.past.react(said, line.mark, threads[line.number].user)
        day += timedelta(days=1)


async def rehearse(walk: Walk) -> None:
    """As `mentor rehearse` does, into the notes."""
    mentor = walk.office.mentor
    now = mentor.clock.now()
    rehearsal: Rehearsal = await RehearsalService(mentor.database, mentor.shelf.library, words_alone).play(
        Window(now - HISTORY, now)
    )
    gaps = largest_gaps({each.ts: each.text for each in rehearsal.silent}, most=10)
    told = ", ".join(f"{outcome} {n}" for outcome, n in sorted(rehearsal.counts().items()))
    walk.notes += [f"{now:%d %b}, rehearsal: {told}", *(f"  {gap.count} {gap.example[:90]}" for gap in gaps)]


async def _read_back(walk: Walk) -> None:
    while True:
        async with walk.office.mentor.database.read() as tx:
            known = await states(tx)
        if known and all(each.is_read_back for each in known):
            break
        await walk.office.sandbox.clock.sleep(5)
    await walk.office.quiet()
