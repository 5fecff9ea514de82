"""A company that is asked by a wave: many people, of whom some answer, think again, and comment, whatever happens.

Whatever is not acknowledged is done again, as people do. Knows nothing of kills or faults.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select

from bot.storage import surveys as rows
from bot.storage.people import known_pseudonyms
from bot.storage.schema import invitations, outbox, waves
from bot.surveys import rules, status
from bot.surveys.blocks import options
from knowledge.surveys import Question, Scale
from sandbox import Effect, Message
from tests.chaos.rehearsal import PATIENCE_S, Rehearsal

STARTS_AT = datetime(2026, 11, 25, 0, 59, tzinfo=UTC)  # Wednesday, a minute before ten in Tokyo
ZONE = "Asia/Tokyo"
POLLED = "C0POLLED"
QUESTION = "How satisfied are you with the platform?"
LABELS = [label for label, _ in options(Question("satisfied", Scale.CSAT, QUESTION))]
SURVEY = f"""\
id: pulse
title: Pulse
why: We want to know what to mend first.
owner: platform_team
questions:
  - {{name: satisfied, csat: "{QUESTION}"}}
audience: {{channels: [{POLLED}]}}
every: {{weeks: 4, day: wed, at: "10:00"}}
cooldown: 28 days
open: 7 days
threshold: 5
"""
# The wave is opened late, at the first start: it was due nineteen hours before, by London's clock.
CHANNELS_FILE = f"timezone: Europe/London\nchannels: [{{id: {POLLED}, name: here, answer: when mentioned}}]\n"
STEP_S = 10.0  # between two looks at how the wave stands
AGAIN_S = 2.0  # between two acts of one person


def handbook(folder: Path) -> Path:
    (folder / "surveys").mkdir(parents=True)
    (folder / "articles").mkdir()
    (folder / "surveys" / "pulse.yaml").write_text(SURVEY, encoding="utf-8")
    (folder / "people.yaml").write_text("platform_team: {members: [U0CHAOSHUGO]}\n", encoding="utf-8")
    (folder / "channels.yaml").write_text(CHANNELS_FILE, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Said:
    """The last that was acknowledged."""

    score: int
    comment: str = ""


@dataclass
class Polled:
    """`said` is what each who answered said last and knows to be taken down, by user id."""

    run: Rehearsal
    chance: random.Random
    metrics_port: str
    slow_s: float  # until the slowest who was asked answers, thinks again, or comments
    people: list[str] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)  # acts by kind, those done again too
    seen: list[status.WaveStatus] = field(default_factory=list)
    told: list[dict[str, float]] = field(default_factory=list)  # by /metrics
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def furnish(self, count: int, *, zone: str = ZONE) -> None:
        """So many people whose day begins, and who answer when they are asked."""
        workspace = self.run.sandbox.workspace
        for number in range(count):
            person = workspace.add_person(f"p{number}", tz=zone, id=f"U0POLLED{number:04}")
            self.people.append(person.id)
        workspace.add_channel("polled", members=self.people, id=POLLED)
        self.run.sandbox.ledger.subscribe(self._on_effect)

    def invitations(self) -> list[Effect]:
        """The ledger's word: every message that asks."""
        return [each for each in self.run.sandbox.ledger.posts() if each.text == QUESTION]

    def asked(self) -> list[str]:
        """Who was asked, as often as they were."""
        channels = self.run.sandbox.workspace.channels
        return [channels[each.channel or ""].user or "" for each in self.invitations()]

    async def answers_are_in(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def answer_now(self, count: int) -> None:
        """So many who were asked press at this moment, all at once; they may have pressed before."""
        asked = sorted(set(self.asked()))
        for each in self.chance.sample(asked, min(count, len(asked))):
            if not any(task.get_name() == each for task in self._tasks):
                self._begin(each, self._score(each))

    # What people do.

    def _on_effect(self, effect: Effect) -> None:
        if effect.kind == "post" and effect.text == QUESTION:
            user_id = self.run.sandbox.workspace.channels[effect.channel or ""].user or ""
            if self.chance.random() < 0.6 and user_id not in self.said:
                self._begin(user_id, self._live(user_id))

    def _begin(self, user_id: str, acting: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(acting, name=user_id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, user_id: str) -> None:
        """An answer after a while; a few think again, and a few have more to say."""
        await self._wait()
        await self._score(user_id)
        if self.chance.random() < 0.2:
            await self._wait()
            await self._score(user_id)
        if self.chance.random() < 0.15:
            await self._wait()
            await self._comment(user_id)

    async def _score(self, user_id: str) -> None:
        number = self.chance.randrange(len(LABELS))
        while not await self._press(user_id, LABELS[number]):
            self.done["pressed in vain"] += 1
        self.said[user_id] = Said(number + 1, self.said[user_id].comment if user_id in self.said else "")
        self.done["scores"] += 1

    async def _comment(self, user_id: str) -> None:
        person, words = self.run.sandbox.person(user_id), f"Words number {self.done['comments']}, and no name."
        while not person.views():
            await self._press(user_id, "Add a comment")
        form = person.views()[-1]
        person.fill(form, {"Comment": words})
        while True:
            await self._connected()
            sent = await person.submit(form)
            if sent.acknowledged and not sent.errors:
                break
            self.done["sent in vain"] += 1
        self.said[user_id] = Said(self.said[user_id].score, words)
        self.done["comments"] += 1

    async def _press(self, user_id: str, label: str) -> bool:
        """Whether it was taken down, as far as the person knows."""
        await self._connected()
        person = self.run.sandbox.person(user_id)
        return await self.run.is_taken_down(user_id, lambda: person.press(self._message(user_id), label))

    async def _connected(self) -> None:
        await self.run.sandbox.clock.sleep(AGAIN_S)
        await self.run.sandbox.wait_for(lambda: self.run.sandbox.sockets.connections, PATIENCE_S)

    def _message(self, user_id: str) -> Message:
        dm = self.run.sandbox.workspace.dm_of(user_id)
        return next(each for each in dm.messages.values() if each.text == QUESTION)

    async def _wait(self) -> None:
        await self.run.sandbox.clock.sleep(self.chance.uniform(1.0, self.slow_s))

    # How the wave stands.

    async def watch(self) -> None:
        """Looks until cancelled, at what `mentor pulse status` and /metrics say."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while True:
                self.seen += await status.status(self.run.database)
                try:
                    async with session.get(f"http://127.0.0.1:{self.metrics_port}/metrics") as response:
                        self.told.append(_pulse_people(await response.text()))
                except (aiohttp.ClientError, TimeoutError):
                    pass  # a bot that is dead says nothing
                await self.run.sandbox.clock.sleep(STEP_S)

    async def until(self, condition: Callable[[status.WaveStatus], bool], patience_s: float = PATIENCE_S) -> None:
        """Returns when the wave under way stands so."""

        async def stands_so() -> bool:
            return any(map(condition, await status.status(self.run.database)))

        await self.until_now(stands_so, patience_s)

    async def until_now(self, check: Callable[[], Awaitable[bool]], patience_s: float) -> None:
        async with asyncio.timeout(patience_s):
            while not await check():
                await self.run.sandbox.clock.sleep(5.0)

    def end(self) -> None:
        """Nobody does anything more."""
        for task in self._tasks:
            task.cancel()

    def measured(self) -> dict[str, object]:
        """What it took so far."""
        sandbox = self.run.sandbox
        return {
            "minutes of Slack's": round((sandbox.clock.now() - STARTS_AT.timestamp()) / 60, 1),
            "calls": dict(sandbox.rates.calls),
            "refused": dict(sandbox.rates.refusals),
            "faults": {kind: count for kind, count in sandbox.faults.fired.items() if count},
            "acts": dict(self.done),
            "bots": len(self.run.bots),
        }

    # What the bot kept.

    async def kept(self) -> dict[str, Said]:
        """What the database says of each who answered, while the wave is open."""
        async with self.run.database.read() as tx:
            [wave] = (await tx.execute(select(waves))).all()
            found = {}
            for user_id, person in (await known_pseudonyms(tx, self.people)).items():
                row = await rows.answer(tx, wave.id, rules.tag(wave.key, person))
                if row is not None:
                    found[user_id] = Said(row.scores["satisfied"], row.comment)
            return found

    async def invited(self) -> Counter[str]:
        async with self.run.database.read() as tx:
            query = select(invitations.c.state, invitations.c.because, func.count())
            found = await tx.execute(query.group_by(invitations.c.state, invitations.c.because))
            return Counter({f"{state} {because}".strip(): count for state, because, count in found})

    async def is_sent(self) -> bool:
        """Nobody waits, and the outbox has nothing left."""
        async with self.run.database.read() as tx:
            waiting = await tx.scalar(select(func.count()).where(invitations.c.state == rows.WAITING))
            left = await tx.scalar(select(func.count()).where(outbox.c.state.in_(("waiting", "sending", "unclear"))))
        return not waiting and not left

    async def is_closed(self) -> bool:
        async with self.run.database.read() as tx:
            return bool(await tx.scalar(select(func.count()).where(waves.c.state == rows.CLOSED)))


def _pulse_people(exposition: str) -> dict[str, float]:
    found = {}
    for line in exposition.splitlines():
        if line.startswith("mentor_pulse_people{"):
            name, _, value = line.rpartition(" ")
            found[name.split('"')[1]] = float(value)
    return found
