"""A day of a company, by a clock that goes fast: all that people do with Mentor, and what of it they know to be done.

Knows nothing of faults. What people see was not taken down they do again, as people do.
"""

import asyncio
import random
import shutil
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from knowledge.channels import Channel
from sandbox import Message, View
from sandbox.actor import Actor
from tests.chaos import company, polled
from tests.chaos.asking import HERE, PEOPLE, Asking, World
from tests.chaos.polled import POLLED, Polled
from tests.chaos.rehearsal import CHANNELS, PLATFORM, Rehearsal
from tests.chaos.test_storm import Crowd
from tests.journeys.office import buttons
from tests.peers.reading import reader_of

HOUR_S, AGAIN_S = 3600.0, 30.0  # the latter until somebody does again what was not taken down
LONDON = "Europe/London"
DUTY = "S0CHAOSDUTY"
# Some do one kind of thing alone, so that what they are told can be counted.
QUOTAS, APPROVER, QUEUES, COMMANDS, LEAVER, NEXT_ON_DUTY = "ada", "bela", "dana", "gita", "fola", "chidi"
TALKERS = ("bela", "emre", "hugo")
SOLVED, ERASE = "That solved it", "Erase what you keep"
STRANGE = "How do I get the coffee machine of floor {} mended?"  # the handbook does not know; people do
SECRET = "Words of fola alone"
CHANNELS_FILE = f"""\
timezone: {LONDON}
platform_channel: {PLATFORM}
digest: {{digest}}
actions: {{{{modes: [proposal]}}}}
channels:
  - {{{{id: {POLLED}, name: polled, answer: when mentioned}}}}
"""
ON_DUTY = f"""\
duty:
  group: {DUTY}
  hours: {{days: [mon, tue, wed, thu, fri], from: "00:00", to: "23:59", timezone: {LONDON}}}
  page: Call us
"""


@dataclass(frozen=True)
class Size:
    """How much is done in so many hours. The digest and the survey, at ten by the clock of `zone`, fall into them."""

    starts_at: datetime
    hours: float
    digest: str
    polled_on: str
    zone: str
    questions: int  # in channels; under the answers to half of them a button is pressed
    direct: int
    commands: int
    talk: int
    strange: int
    queues: int
    quotas: int
    homes: int
    polled: int
    articles: Sequence[str]  # folders of the embedded ones


def furnish_handbook(world: World, size: Size) -> None:
    """What `asking` has, and besides articles, more channels, people on duty and a survey."""
    folder = world.handbook
    for name in size.articles:
        shutil.copytree(company.EMBEDDED / "articles" / name, folder / "articles" / name)
    listed = "".join(f"  - {{id: {each}, name: {each.lower()}, answer: at once}}\n" for each in CHANNELS)
    survey = polled.SURVEY.replace("day: wed", f"day: {size.polled_on}")
    (folder / "actions" / "restart.yaml").unlink()
    (folder / "surveys").mkdir()
    for name, text in {
        "people.yaml": PEOPLE.replace("{members: [U0CHAOSADA]}", "{members: [U0CHAOSADA, U0CHAOSDANA]}") + ON_DUTY,
        "channels.yaml": CHANNELS_FILE.format(digest=size.digest) + listed,
        "surveys/pulse.yaml": survey,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


class Talkers(Crowd):
    """Who talks of this and that."""

    def _person(self) -> Actor:
        return self.sandbox.person(self.chance.choice(TALKERS))


class Hurried(Asking):
    """Does not wait for the bot to have nothing left to do, which on a busy day is never so."""

    async def rest(self) -> None:
        await self.run.sandbox.clock.sleep(AGAIN_S)

    async def _form(self, name: str, action: str) -> View:
        person = self.run.sandbox.person(name)
        while not person.views():
            await self._connected()
            await person.command("/platform", f"run {action}", HERE)
            if not person.views():
                self.repeated += 1
                await self.rest()
        return person.views()[-1]


@dataclass
class Day:
    """`asked` are questions in channels, `solved` those whose answers got a press; `typed` are commands."""

    run: Rehearsal
    world: World
    size: Size
    chance: random.Random
    texts: Iterator[str]
    asked: list[Message] = field(default_factory=list)
    solved: list[Message] = field(default_factory=list)
    direct: list[Message] = field(default_factory=list)
    strange: list[Message] = field(default_factory=list)
    homes: set[str] = field(default_factory=set)
    commands: int = 0  # taken down, as far as who typed knows
    typed: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox = self.run.sandbox
        self.at = Hurried(self.run, self.world)
        self.crowd = Talkers(self.sandbox, self.chance, iter(()))
        port = self.world.settings["MENTOR_HTTP_PORT"]
        self.wave = Polled(self.run, self.chance, port, slow_s=self.size.hours * HOUR_S / 8)
        self.wave.furnish(self.size.polled, zone=self.size.zone)
        people = [company.user_id("hugo")]
        self.group = self.sandbox.workspace.add_usergroup("duty", people, id=DUTY)
        last_week = self.sandbox.clock.now() - 5 * 24 * HOUR_S
        self.sandbox.workspace.past.say(company.user_id("emre"), HERE, next(self.texts), at=last_week)

    async def read_the_past(self) -> None:
        """Before there is a bot: on a busy machine its start would take until the digest."""
        reader = await reader_of(self.sandbox, self.run.database, [Channel(HERE, "")])
        await reader.read_all()
        await reader.slack.close()

    def begin(self) -> None:
        """Everything takes place at a moment of its own, some of it in a row."""
        size = self.size
        for count, act in (
            (size.questions, self._ask),
            (size.direct, self._ask_directly),
            (size.commands, self._command),
            (size.talk, self._talk),
            (size.strange, self._ask_what_is_strange),
            (size.homes, self._open_home),
        ):
            for _ in range(count):
                self._plan(act())
        self._start(self._row([self._queue(number) for number in range(size.queues)]))
        self._start(self._row([self._quota(number) for number in range(size.quotas)]))
        self._start(self._come_on_duty())
        self._start(self._leave())

    async def is_over(self) -> None:
        """Everybody did what they wanted. Raises what went wrong for them."""
        await asyncio.gather(*self._tasks)
        await self.wave.answers_are_in()

    def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        self.wave.end()

    @property
    def _length_s(self) -> float:
        return self.size.hours * HOUR_S

    def _plan(self, act: Coroutine[Any, Any, None]) -> None:
        self._start(self._later(act, self.chance.uniform(0.02, 0.85) * self._length_s))

    def _start(self, acting: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(acting))

    async def _later(self, act: Coroutine[Any, Any, None], wait_s: float) -> None:
        try:
            await self.sandbox.clock.sleep(wait_s)
            await act
        finally:
            act.close()

    async def _row(self, acts: list[Coroutine[Any, Any, None]]) -> None:
        for act in acts:
            await self._later(act, 0.6 * self._length_s / len(acts) * self.chance.random())

    async def _pause(self, at_most: float) -> None:
        await self.sandbox.clock.sleep(self.chance.uniform(0.0, at_most * self._length_s))

    # What people do.

    async def _talk(self) -> None:
        self.crowd.act()

    async def _ask(self) -> None:
        who = self.chance.choice(TALKERS)
        asked = self.sandbox.person(who).say(self.chance.choice(CHANNELS), next(self.texts))
        self.asked.append(asked)
        if self.chance.random() < 0.5:
            self.solved.append(asked)
            await self.at.until(lambda: self.answer_to(asked))
            await self._pause(0.05)
            await self.at.press(who, lambda: self.answer_to(asked), SOLVED)

    def answer_to(self, asked: Message) -> Message | None:
        posts = self.sandbox.ledger.posts(asked.channel, asked.ts)
        return self.run.message(posts[0]) if posts else None

    async def _ask_directly(self) -> None:
        self.direct.append(self.sandbox.person("hugo").dm(next(self.texts)))

    async def _ask_what_is_strange(self) -> None:
        """Somebody else answers, and who asked says so."""
        asked = self.sandbox.person("emre").say(self.chance.choice(CHANNELS), STRANGE.format(len(self.strange)))
        self.strange.append(asked)
        await self._pause(0.03)
        reply = self.sandbox.person("bela").say(asked.channel, "Tell the people at the front desk.", thread=asked)
        await self._pause(0.03)
        self.sandbox.person("emre").react(reply, "white_check_mark")

    async def _command(self) -> None:
        text = next(self.texts)
        while not await self._is_typed(COMMANDS, f"ask {text}"):
            await self.at.rest()
        self.commands += 1

    async def _is_typed(self, name: str, text: str) -> bool:
        await self.at.until(lambda: self.sandbox.sockets.connections)
        self.typed += name == COMMANDS
        return (await self.sandbox.person(name).command("/platform", text, HERE)).acknowledged

    async def _open_home(self) -> None:
        name = self.chance.choice([each for each in company.PEOPLE if each != LEAVER])
        self.sandbox.person(name).open_home("home")
        self.homes.add(name)

    async def _queue(self, number: int) -> None:
        """Proposed, merged by the reviewers, and live by a commit status."""
        await self.at.ask(QUEUES, "new-queue", {"Queue": "queue" + chr(ord("a") + number)})
        await self._stands("new-queue", number, "open")
        pages = self.world.pages
        revision = pages.merge(pages.server.pulls[number]["head"]["ref"])
        pages.say(revision, "applied", "success")
        await self._stands("new-queue", number, "live")

    async def _quota(self, number: int) -> None:
        """Agreed to by somebody else, merged by the bot, and live by a webhook."""
        await self.at.ask(QUOTAS, "raise-quota", {"Team": "checkout", "CPU": str(5 + number)})
        await self.at.press(APPROVER, lambda: self.at.card(nth=number), "Approve")
        await self._stands("raise-quota", number, "merged")
        await self.at.report("teams", self.world.live.known("refs/heads/main"))
        await self._stands("raise-quota", number, "live")

    async def _stands(self, action: str, number: int, state: str) -> None:
        async def stands() -> bool:
            made = [each.state for each in await self.at.requests() if each.action == action]
            return len(made) > number and made[number] == state

        await self.at.until_now(stands)

    async def _come_on_duty(self) -> None:
        """While a question is open, in any case."""
        await self.sandbox.clock.sleep(0.3 * self._length_s)
        self.strange.append(self.sandbox.person("emre").say(HERE, STRANGE.format("minus one")))
        await self.sandbox.clock.sleep(0.2 * self._length_s)
        self.group.users.append(company.user_id(NEXT_ON_DUTY))

    async def _leave(self) -> None:
        """Somebody talks, asks, and has all of it erased."""
        fola = self.sandbox.person(LEAVER)
        fola.dm(f"{SECRET}: {next(self.texts)}")
        for number in range(3):
            await self.sandbox.clock.sleep(0.1 * self._length_s)
            fola.say(self.chance.choice(CHANNELS), f"{SECRET}, number {number}.")
        await self.sandbox.clock.sleep(0.2 * self._length_s)
        while not (offered := self._offered()):
            await self._is_typed(LEAVER, "settings")
            await self.at.rest()
        while not (await fola.press(offered[-1], ERASE)).acknowledged:
            await self.at.rest()

    def _offered(self) -> list[Message]:
        fola = self.sandbox.person(LEAVER)
        seen = [*(each for each in fola.sees(HERE) if each.ephemeral_to), *fola.sees_in_dm()]
        return [each for each in seen if ERASE in buttons(each)]
