"""What goes on in a large company's channels, at a given rate: a mix as Slack sends it, drawn by a seed.

Of a hundred acts: 44 messages, 30 replies in threads, 18 reactions, 3 taken back, 2 edits, 1 deletion, somebody who
joins, and one who asks, half of them by a mention. Knows nothing of bots, and what is kept of it is compared elsewhere.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from bot.storage.engine import Database
from sandbox import Message, Sandbox
from sandbox.delivery import Answer, Package
from tests.chaos import company
from tests.peers.reading import all_is_taken_down, kept, kept_reactions, standing, standing_reactions

PEOPLE = 300
CHANNELS = [f"C0LOAD{number:02}" for number in range(20)]
REMEMBERED = 200  # messages that people still reply and react to
REACTIONS = ("eyes", "tada", "+1", "heart", "rocket", "thinking_face")
NOTES = (
    "Deployed checkout to staging, all green so far.",
    "The nightly build took 14 minutes, two less than yesterday.",
    "Heads up: we rotate the database passwords at noon.",
    "I moved the retro to Thursday because of the offsite.",
    "Payments is on the new base image since this morning.",
    "Merged, it will be in the next release train.",
    "For the record: the alert last night was the disk of the old broker.",
    "Thanks everybody, the migration went well.",
)
VIEWS = (
    "Same on our side.",
    "I would wait for the next release.",
    "Looks good to me, I left a comment on the pull request.",
    "We had that last week; a restart of the agent was enough.",
    "Done.",
    "On it.",
)


@dataclass
class Load:
    """Acts upon a workspace from `workspace()`. `took_s` are the seconds in which each event was acknowledged."""

    sandbox: Sandbox
    questions: Iterator[str]
    chance: random.Random
    took_s: list[float] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)  # acts by kind
    events: int = 0
    retried: int = 0
    _said: deque[Message] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _newcomers: int = 0

    def __post_init__(self) -> None:
        self._people = [each.id for each in self.sandbox.workspace.people.values() if not each.is_bot]
        self._acts = self._weighted()
        self.sandbox.delivery.subscribe(self._handed)

    def act(self) -> int:
        """Somebody does something; how many events Slack sends of it."""
        kind, do = self.chance.choice(self._acts)
        self.made[kind] += 1
        events = do()
        self.events += events
        return events

    async def run(self, *, rate: float, seconds: float) -> None:
        """So many events a second, evenly; what could not be sent in time is sent at once, 25 at a time."""
        loop = asyncio.get_running_loop()
        began, first = loop.time(), self.events
        while (gone_s := loop.time() - began) < seconds:
            until = min(first + gone_s * rate, self.events + 25)
            while self.events <= until:
                self.act()
            await asyncio.sleep(max(0.0, (self.events - first) / rate - (loop.time() - began)))

    def _weighted(self) -> list[tuple[str, Callable[[], int]]]:
        weights: Sequence[tuple[str, int, Callable[[], int]]] = (
            ("message", 88, self._say),
            ("reply", 60, self._reply),
            ("reaction", 36, self._react),
            ("reaction taken back", 6, self._unreact),
            ("edit", 4, self._edit),
            ("deletion", 2, self._delete),
            ("joining", 2, self._join),
            ("question", 1, self._ask),
            ("mention", 1, self._mention),
        )
        return [(kind, do) for kind, weight, do in weights for _ in range(weight)]

    def _say(self, text: str = "") -> int:
        said = text or f"{self.chance.choice(NOTES)} ({self.events})"
        self._said.append(self.sandbox.workspace.say(self._anybody(), self.chance.choice(CHANNELS), said))
        return 1

    def _reply(self) -> int:
        to = self._any()
        if to is None:
            return self._say()
        root = to.thread_ts or to.ts
        text = f"{self.chance.choice(VIEWS)} ({self.events})"
        self._said.append(self.sandbox.workspace.say(self._anybody(), to.channel, text, thread_ts=root))
        return 1

    def _react(self) -> int:
        message, name, person = self._any(), self.chance.choice(REACTIONS), self._anybody()
        if message is None or person in message.reactions.get(name, ()):
            return self._say()
        self.sandbox.workspace.react(person, message.channel, message.ts, name)
        return 1

    def _unreact(self) -> int:
        reacted = next((each for each in reversed(self._said) if each.reactions and self._stands(each)), None)
        if reacted is None:
            return self._say()
        name = min(reacted.reactions)
        self.sandbox.workspace.unreact(reacted.reactions[name][0], reacted.channel, reacted.ts, name)
        return 1

    def _edit(self) -> int:
        message = self._any()
        if message is None:
            return self._say()
        self.sandbox.workspace.edit(message.user, message.channel, message.ts, f"{message.text} Corrected.")
        return 1

    def _delete(self) -> int:
        """Of messages without replies: what becomes of threads is `tests/peers`'."""
        channels = self.sandbox.workspace.channels
        lonely = (each for each in self._said if each.ts not in channels[each.channel].threads)
        message = next(lonely, None)
        if message is None:
            return self._say()
        self._said.remove(message)
        self.sandbox.workspace.delete(message.user, message.channel, message.ts)
        return 1

    def _join(self) -> int:
        """Slack tells of it, and posts a notice."""
        self._newcomers += 1
        person = self.sandbox.workspace.add_person(f"newcomer{self._newcomers}")
        self.sandbox.workspace.join(person.id, self.chance.choice(CHANNELS))
        return 2

    def _ask(self) -> int:
        return self._say(next(self.questions))

    def _mention(self) -> int:
        """Slack tells of it twice."""
        self._say(f"<@{self.sandbox.workspace.bot_user_id}> {next(self.questions)}")
        return 2

    def _any(self) -> Message | None:
        return self.chance.choice(self._said) if self._said else None

    def _stands(self, message: Message) -> bool:
        return message.ts in self.sandbox.workspace.channels[message.channel].messages

    def _anybody(self) -> str:
        return self.chance.choice(self._people)

    def _handed(self, package: Package, answer: Answer, took_s: float) -> None:
        if package.kind == "events_api":
            self.retried += package.retry_attempt > 0
            if answer.is_acknowledged:
                self.took_s.append(took_s)


async def lost(sandbox: Sandbox, database_url: str) -> int:
    """What people wrote that is not kept as it stands, or is kept and does not stand."""
    database, channels = Database(database_url), sandbox.workspace.channels
    try:
        await all_is_taken_down(database)
        different = await kept(database) ^ standing(sandbox, CHANNELS)
        reactions = await kept_reactions(database) ^ standing_reactions(sandbox, CHANNELS)
    finally:
        await database.close()
    ours = sandbox.workspace.bot_id  # our own posts are the outbox's
    said = {(each[0], each[1]) for each in different if _author(channels[each[0]].messages.get(each[1])) != ours}
    return len(said) + len(reactions)


def _author(message: Message | None) -> str | None:
    """The bot that wrote it, if it is there."""
    return message.bot_id if message else None


def new_load(sandbox: Sandbox, questions: Sequence[str], *, seed: int) -> Load:
    """In a workspace from `furnish`."""
    return Load(sandbox, cycle(questions), random.Random(seed))


def furnish(sandbox: Sandbox) -> None:
    """A large company in the workspace of `company.workspace(CHANNELS)`."""
    people = [sandbox.workspace.add_person(f"person{number}").id for number in range(PEOPLE - len(company.PEOPLE))]
    for channel_id in CHANNELS:
        sandbox.workspace.channels[channel_id].members.update(people)
