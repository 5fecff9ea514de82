"""A busy company: years of talk in its channels, and all that people do in them while the bot is away.

What is said, edited, deleted and reacted to is drawn by a seed. Questions are left alone once they are asked, so that
it is known which of them are to be answered.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sandbox import Message, Sandbox
from tests.chaos import company

DAY_S = 86_400.0
MINUTE_S = 60.0
STEPS, LAST_STEPS = 40, 10  # in which the clock goes through an absence
FRESH_S = 15 * MINUTE_S  # questions are asked that long before the bot is back, or much earlier
LONG_AGO_S = 100 * MINUTE_S
EVENTS_A_SECOND = 8.0  # Slack delivers 30,000 an hour to an app, and no more
REACTIONS = ("eyes", "tada", "white_check_mark", "+1")


@dataclass(frozen=True)
class Size:
    """`messages` and `replies` are those of one absence, over all channels.

    At least so many `questions` are asked shortly before the bot is back, and as many long before.
    """

    channels: int
    messages: int
    replies: int
    questions: int
    old_threads: int  # in each channel, from a week to sixty days old
    old_messages: int  # besides, without a thread


@dataclass
class Bustle:
    """`asked` are the questions of all absences, with whether each is to be answered."""

    sandbox: Sandbox
    size: Size
    questions: Iterator[str]
    chance: random.Random
    asked: list[tuple[Message, bool]] = field(default_factory=list)
    said: int = 0  # messages and replies, in all absences

    @property
    def channel_ids(self) -> Sequence[str]:
        return [channel.id for channel in self.sandbox.workspace.channels.values() if channel.name]

    def fill_the_past(self) -> None:
        """Nobody is told."""
        past, now = self.sandbox.workspace.past, self.sandbox.clock.now()
        for channel_id in self.channel_ids:
            for number in range(self.size.old_messages):
                at = now - self.chance.uniform(0.1, 60) * DAY_S
                past.say(self._anybody(), channel_id, f"Note {number} of old.", at=at)
            for number in range(self.size.old_threads):
                at = now - self.chance.uniform(8, 60) * DAY_S
                root = past.say(self._anybody(), channel_id, f"Topic {number} of old.", at=at)
                for reply in range(self.chance.randint(1, 3)):
                    past.say(
                        self._anybody(), channel_id, f"View {reply}.", at=at + 60.0 * (reply + 1), thread_ts=root.ts
                    )

    async def live_through(self, seconds: float) -> None:
        """Everybody is busy, and the clock goes on by that much; in a short time less can happen."""
        share = min(1.0, seconds * EVENTS_A_SECOND / (self.size.messages + self.size.replies))
        last_s = min(seconds, FRESH_S)
        lengths = [(seconds - last_s) / (STEPS - LAST_STEPS)] * (STEPS - LAST_STEPS) + [
            last_s / LAST_STEPS
        ] * LAST_STEPS
        left_s = [sum(lengths[step:]) for step in range(STEPS)]
        for step, length_s in enumerate(lengths):
            for _ in range(_part(self.size.messages * share)):
                self._say(f"Note at step {step}.")
            for _ in range(_part(self.size.replies * share)):
                self._reply(f"View at step {step}.")
            for _ in range(_part(self.size.messages * share / 12)):
                self._change()
            self._ask(left_s, step)
            await _let_slack_try()
            self.sandbox.clock.advance(length_s)
        await _let_slack_try()

    def _say(self, text: str) -> Message:
        self.said += 1
        return self.sandbox.workspace.say(self._anybody(), self.chance.choice(self.channel_ids), text)

    def _reply(self, text: str) -> None:
        """Mostly in old threads; now and then to be seen in the channel, too."""
        root = self._any_old_root() if self.chance.random() < 0.8 else self._any(is_reply=False)
        broadcast = self.chance.random() < 0.05
        self.said += 1
        self.sandbox.workspace.say(self._anybody(), root.channel, text, thread_ts=root.ts, broadcast=broadcast)

    def _change(self) -> None:
        """One of each: an edit, a deletion, a reaction set and one taken away; of roots and of replies."""
        workspace, is_reply = self.sandbox.workspace, self.chance.random() < 0.5
        edited = self._any(is_reply=is_reply)
        workspace.edit(edited.user, edited.channel, edited.ts, f"{edited.text} Or rather not.")
        reacted = self._any(is_reply=not is_reply)
        name, person = self.chance.choice(REACTIONS), self._anybody()
        if person not in reacted.reactions.get(name, ()):
            workspace.react(person, reacted.channel, reacted.ts, name)
        for message in (self._any(is_reply=is_reply) for _ in range(20)):
            if message.reactions:
                name = self.chance.choice(sorted(message.reactions))
                workspace.unreact(message.reactions[name][0], message.channel, message.ts, name)
                break
        doomed = self._any_old_root() if self.chance.random() < 0.3 else self._any(is_reply=is_reply)
        workspace.delete(doomed.user, doomed.channel, doomed.ts)

    def _ask(self, left_s: Sequence[float], step: int) -> None:
        """Long before the bot is back, or shortly: with nothing between, it is clear what is to be answered."""
        is_fresh = left_s[step] <= FRESH_S + 1
        alike = [each for each in left_s if (each <= FRESH_S + 1 if is_fresh else each > LONG_AGO_S)]
        if left_s[step] in alike:
            for _ in range(-(-self.size.questions // len(alike))):
                self.asked.append((self._say(next(self.questions)), is_fresh))

    def _anybody(self) -> str:
        return self.sandbox.person(self.chance.choice(company.PEOPLE)).id

    def _any_old_root(self) -> Message:
        week_ago = f"{self.sandbox.clock.now() - 7 * DAY_S:.6f}"
        while True:
            channel = self.sandbox.workspace.channels[self.chance.choice(self.channel_ids)]
            root = channel.messages[self.chance.choice(list(channel.threads))]
            if root.ts < week_ago and root.subtype is None:
                return root

    def _any(self, *, is_reply: bool) -> Message:
        """A message of a person that is neither a question nor gone."""
        asked = {(each.channel, each.ts) for each, _ in self.asked}
        while True:
            channel = self.sandbox.workspace.channels[self.chance.choice(self.channel_ids)]
            ts = self.chance.choice(
                self.chance.choice(list(channel.threads.values())) if is_reply else channel.timeline
            )
            message = channel.messages[ts]
            is_persons = message.subtype in (None, "thread_broadcast") and not message.bot_id
            is_own = is_reply or message.thread_ts in (None, message.ts)
            if (
                is_persons
                and is_own
                and (channel.id, ts) not in asked
                and message.thread_ts not in {each for _, each in asked}
            ):
                return message


def _part(count: float) -> int:
    """Of so many, those of one step."""
    return max(1, round(count / STEPS))


async def _let_slack_try() -> None:
    """Whatever event is due is tried, and waits for its next turn."""
    for _ in range(20):
        await asyncio.sleep(0)
