"""Sequences of what people do, by seeded chance: each is about one question; many of them go on at the same time.

Acts of one round meet in the bot in any order; the next round begins when nothing is left to do. What one person does
about their own data has a moment of its own, for nobody could say what came first.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from bot.config import Settings
from bot.demo.company import PEOPLE
from sandbox import Actor, Message, Sandbox
from tests.journeys.office import PATIENCE_S, Office, at_work, buttons
from tests.peers.reading import is_at_rest
from tests.whole.model import Model, Said
from tests.whole.place import HELPFUL, PLACES, PROMISED, WORDS, Gist

NAMES = {user_id: name for user_id, (name, _) in PEOPLE.items()}
SOLVED_IT, CHECK = "That solved it", "white_check_mark"
A_MOMENT_S, READ_WITHIN_S = 0.05, 5 * PATIENCE_S
Act = Callable[["Sequence"], Awaitable[bool]]
FAULTS = ("lose_reply", "status_500_after", "status_500", "drop", "garbage")


@dataclass
class Sequence:
    asker: str
    other: str
    steps: int
    said: Said | None = None
    message: Message | None = None
    replies: list[tuple[Said, Message]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)  # to be told when something is not as it should


class Walk:
    """`sequences` are walked through to their ends; then `Model` says what must be seen."""

    def __init__(self, sandbox: Sandbox, settings: Settings, chance: random.Random, sequences: int) -> None:
        self.sandbox, self._settings, self._chance = sandbox, settings, chance
        self.model = Model()
        self.office: Office
        self.sequences = [self._new_sequence() for _ in range(sequences)]
        self._stack = AsyncExitStack()

    def _new_sequence(self) -> Sequence:
        asker, other = self._chance.sample(sorted(PEOPLE), 2)
        return Sequence(asker, other, self._chance.randint(2, 7))

    @property
    def now(self) -> float:
        return self.sandbox.clock.now()

    async def go(self) -> None:
        await self._open()
        while any(each.steps for each in self.sequences):
            self._maybe_a_fault()
            for each in self.sequences:
                if each.steps and self._chance.random() < 0.7:
                    with_it = [self._press, self._press, self._ask_privately, self._write_directly]
                    await self._step(each, [*self._in_public(), *with_it])
            await self._rest()
            await self._private_matters()
            await self._between()
        await self._later(25)
        await self._later(25)
        self.sandbox.faults.clear()

    async def close(self) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        self.office = await self._stack.enter_async_context(at_work(self.sandbox, self._settings))

    async def _rest(self) -> None:
        await self.office.quiet()
        self.model.settle(self.now)

    async def _later(self, minutes: float) -> None:
        self.sandbox.clock.advance(minutes * 60)
        await self._rest()

    async def _between(self) -> None:
        """The clock goes on, or the bot is started again, at once or after a while."""
        drawn = self._chance.random()
        if drawn < 0.35:
            await self._later(self._chance.choice((3, 25)))
        elif drawn < 0.45:
            await self._close()
            await self._open()
            await self._rest()
        elif drawn < 0.5:
            await self._close()
            await self._while_away()
            since = self.now
            await self._open()
            await self._all_is_read(since)
            await self._rest()

    async def _close(self) -> None:
        await self._stack.aclose()
        self._stack = AsyncExitStack()

    async def _all_is_read(self, since: float) -> None:
        async with asyncio.timeout(READ_WITHIN_S):
            while not await is_at_rest(self.office.mentor.database, since):
                # it reads at Slack's pace; faster, and on a busy machine each pass would be due again at once
                self.sandbox.clock.advance(0.5)
                await asyncio.sleep(A_MOMENT_S)

    async def _while_away(self) -> None:
        """People go on without it, and Slack gives up on telling it: it has to read back."""
        self.sandbox.faults.clear()
        self.model.is_away = True
        for each in self.sequences:
            if each.steps and self._chance.random() < 0.7:
                await self._step(each, self._in_public())
        self.model.is_away = False
        for _ in range(self._chance.choice((8, 25))):  # minute by minute, for Slack tries again after one, and five
            self.sandbox.clock.advance(60)
            with suppress(TimeoutError):
                await self.sandbox.settle(A_MOMENT_S)

    def _maybe_a_fault(self) -> None:
        faults = self.sandbox.faults
        faults.clear()
        drawn = self._chance.random()
        if drawn < 0.2:
            faults.add(self._chance.choice(FAULTS), times=1)
        elif drawn < 0.4:
            faults.duplicate_events, faults.reorder_window_s = (1, 3), 1.0

    # What people do.

    def _in_public(self) -> list[Act]:
        """What needs no bot."""
        return [self._reply, self._reply, self._edit, self._delete, self._react, self._unreact]

    async def _step(self, sequence: Sequence, acts: list[Act]) -> None:
        sequence.steps -= 1
        if sequence.said is None:
            self._ask(sequence)
            return
        self._chance.shuffle(acts)
        for act in acts:
            if await act(sequence):
                sequence.taken.append(act.__name__.removeprefix("_"))
                return

    def _ask(self, sequence: Sequence) -> None:
        place = self._chance.choice(PLACES)
        gist = self._chance.choice((Gist.KNOWN, Gist.KNOWN, Gist.KNOWN, Gist.UNKNOWN, Gist.CHATTER))
        words = self._chance.choice(WORDS[gist])
        mentions = gist is not Gist.CHATTER and self._chance.random() < 0.2
        text = f"{self.office.mention} {words}" if mentions else words
        message = self._person(sequence.asker).say(place.id, text)
        said = Said(place, message.ts, sequence.asker, text, gist)
        sequence.message, sequence.said = message, self.model.ask(said, mentions=mentions)
        sequence.taken.append(f"{place.way.name} {gist.name}{' by mention' if mentions else ''}")

    async def _reply(self, sequence: Sequence) -> bool:
        root, message = _begun(sequence)
        if root.is_deleted:
            return False
        author = self._chance.choice((sequence.other, sequence.other, sequence.asker))
        words = self._chance.choice(HELPFUL)
        sent = self._person(author).say(root.place.id, words, thread=message)
        said = Said(root.place, sent.ts, author, words, Gist.CHATTER, root=root.ts)
        self.model.reply(said, now=self.now)
        sequence.replies.append((said, sent))
        return True

    async def _edit(self, sequence: Sequence) -> bool:
        said, message = _begun(sequence)
        if said.is_deleted or self.office.mention in said.text:
            return False
        gist = self._chance.choice((Gist.KNOWN, said.gist, Gist.CHATTER))
        words = self._chance.choice(WORDS[gist])
        if words == said.text:
            return False
        self._person(sequence.asker).edit(message, words)
        self.model.edit(said, words, gist, now=self.now)
        return True

    async def _delete(self, sequence: Sequence) -> bool:
        said, message = self._chance.choice([_begun(sequence), *sequence.replies])
        if said.is_deleted or self._chance.random() < 0.5:
            return False
        self._person(said.author).delete(message)
        self.model.delete(said, now=self.now)
        return True

    async def _react(self, sequence: Sequence) -> bool:
        said, message = self._chance.choice([_begun(sequence), *sequence.replies])
        key = (said.place.id, said.ts, sequence.other)
        if said.is_deleted or key in self.model.marks:
            return False
        self._person(sequence.other).react(message, CHECK)
        self.model.mark(said, sequence.other)
        return True

    async def _unreact(self, sequence: Sequence) -> bool:
        for said, message in [_begun(sequence), *sequence.replies]:
            key = (said.place.id, said.ts, sequence.other)
            if not said.is_deleted and key in self.model.marks:
                self._person(sequence.other).unreact(message, CHECK)
                self.model.unmark(said, sequence.other)
                return True
        return False

    async def _press(self, sequence: Sequence) -> bool:
        """Who asked, or somebody else, who is refused."""
        said, message = _begun(sequence)
        answers = [each for each in self.answers_to(said, message) if SOLVED_IT in buttons(each)]
        if not answers:
            return False
        presser = self._chance.choice((sequence.asker, sequence.other))
        await self._person(presser).press(answers[0], SOLVED_IT)
        self.model.press_solved(said, presser)
        return True

    async def _ask_privately(self, sequence: Sequence) -> bool:
        said, _ = _begun(sequence)
        words = self._chance.choice(WORDS[Gist.KNOWN])
        await self._person(sequence.other).command("/platform", words, said.place.id)
        self.model.private[sequence.other] = self.model.private.get(sequence.other, 0) + 1
        return True

    async def _write_directly(self, sequence: Sequence) -> bool:
        self._person(sequence.asker).dm(self._chance.choice(WORDS[Gist.KNOWN]))
        self.model.private[sequence.asker] = self.model.private.get(sequence.asker, 0) + 1
        return True

    async def _private_matters(self) -> None:
        """Now and then somebody is left out, counted again, or has all that is kept of them erased."""
        if self._chance.random() < 0.6:
            return
        person = self._chance.choice(self._chance.choice((sorted(PEOPLE), sorted(self.model.left_out or PEOPLE))))
        is_out = person in self.model.left_out
        label = self._chance.choice(("Count me in",) if is_out else ("Count me out", "Erase what you keep"))
        shown = await self._whispered(person, lambda: self._person(person).command("/platform", "settings", "random"))
        await self._whispered(person, lambda: self._person(person).press(shown, label))
        await self._rest()
        {
            "Count me in": self.model.count_in,
            "Count me out": self.model.leave_out,
            "Erase what you keep": self.model.erase,
        }[label](person)

    async def _whispered(self, person: str, act: Callable[[], Awaitable[object]]) -> Message:
        before = len(self.office.whispers(NAMES[person], "random"))
        await act()
        await self.office.until(lambda: len(self.office.whispers(NAMES[person], "random")) > before)
        return self.office.whispers(NAMES[person], "random")[-1]

    # What is seen.

    def answers_to(self, said: Said, message: Message) -> list[Message]:
        return [each for each in self.office.replies(message) if not each.text.startswith(PROMISED)]

    def answered_alone(self, person: str) -> int:
        """How many answers the person alone was shown, wherever it was."""
        told = list(self.office.told(NAMES[person]))
        for place in PLACES:
            told += self.office.whispers(NAMES[person], place.name)
        answers = [each for each in told if {SOLVED_IT, "Get a person"} & set(buttons(each))]
        return sum("Only you see this" not in str(each.blocks) for each in answers)

    def _person(self, user_id: str) -> Actor:
        return self.office.person(NAMES[user_id])


def _begun(sequence: Sequence) -> tuple[Said, Message]:
    assert sequence.said is not None
    assert sequence.message is not None
    return sequence.said, sequence.message
