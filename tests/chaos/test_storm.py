"""A storm of events: each comes one to five times, out of order, minutes apart, to two bots on one database.

What people did is held against what the bots made of it: the workspace's ledger for answers, and its own messages and
reactions for what is kept of them.
"""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox import Message, Sandbox
from sandbox.actor import Actor
from sandbox.delivery import Answer, Package
from tests.chaos import company
from tests.chaos.rehearsal import CHANNELS, Rehearsal, rehearsal
from tests.goals.counting import Tally
from tests.peers.reading import is_at_rest, kept, kept_reactions, standing, standing_reactions

PACE = 15.0
APART_S = 360.0  # how long a copy of an event may be held back
AT_ONCE = 500  # things done before all that came of them is waited for
QUESTIONS = 100
PATIENCE_S = 600.0
REACTIONS = ("eyes", "tada", "+1")  # none that marks an answer, which the bot does something about


@dataclass
class Crowd:
    """People who talk, think again, and react, all at once. `done` counts events, `asked` are questions left alone."""

    sandbox: Sandbox
    chance: random.Random
    questions: Iterator[str]
    done: int = 0
    asked: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)

    def act(self) -> None:
        acts = (self._say, self._reply, self._edit, self._delete, self._react, self._unreact)
        self.chance.choices(acts, weights=(40, 20, 15, 5, 15, 5))[0]()

    def ask(self) -> None:
        text = next(self.questions, "")
        if text:
            self.asked.append(self._person().say(self.chance.choice(CHANNELS), text))
            self.done += 1

    def _person(self) -> Actor:
        return self.sandbox.person(self.chance.choice(company.PEOPLE))

    def _say(self) -> None:
        channel = self.chance.choice(CHANNELS)
        self.said.append(self._person().say(channel, f"Note {self.done}."))
        self.done += 1

    def _reply(self) -> None:
        if root := self._any():
            above = root if root.thread_ts in (None, root.ts) else None
            if above is not None:
                self.said.append(self._person().say(root.channel, f"View {self.done}.", thread=above))
                self.done += 1

    def _edit(self) -> None:
        if message := self._any():
            self.sandbox.workspace.edit(message.user, message.channel, message.ts, f"{message.text} Or not.")
            self.done += 1

    def _delete(self) -> None:
        message = self._any()
        if message and message.ts not in self.sandbox.workspace.channels[message.channel].threads:
            self.said.remove(message)
            self.sandbox.workspace.delete(message.user, message.channel, message.ts)
            self.done += 1

    def _react(self) -> None:
        message, name, person = self._any(), self.chance.choice(REACTIONS), self._person().id
        if message and person not in message.reactions.get(name, ()):
            self.sandbox.workspace.react(person, message.channel, message.ts, name)
            self.done += 1

    def _unreact(self) -> None:
        message = self._any()
        if message and message.reactions:
            name = self.chance.choice(sorted(message.reactions))
            self.sandbox.workspace.unreact(message.reactions[name][0], message.channel, message.ts, name)
            self.done += 1

    def _any(self) -> Message | None:
        """One of the newest, of which most copies are still on their way."""
        return self.chance.choice(self.said[-200:]) if self.said else None


def make_trouble(sandbox: Sandbox) -> None:
    """Besides the storm, one post in twenty goes wrong."""
    sandbox.faults.duplicate_events = (1, 5)
    sandbox.faults.reorder_window_s = APART_S
    for kind in ("status_429", "status_500", "status_500_after", "lose_reply"):
        sandbox.faults.add(kind, probability=0.0125, seconds=5.0)


async def storm(run: Rehearsal, crowd: Crowd, *, events: int, questions: int) -> None:
    make_trouble(run.sandbox)
    while crowd.done < events:
        until = min(events, crowd.done + AT_ONCE)
        while crowd.done < until:
            crowd.act()
            if crowd.chance.random() < questions / events:
                crowd.ask()
        await run.sandbox.settle(PATIENCE_S)
    await run.quiet()
    if run.sandbox.delivery.lost:  # on a busy machine Slack may give up on an event: then the next pass finds it
        await _are_read(run, run.sandbox.clock.now())


async def _are_read(run: Rehearsal, since_s: float) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await is_at_rest(run.database, since_s):
            await asyncio.sleep(0.2)


async def check_storm(folder: Path, database_url: str, seed: int, tally: Tally, *, events: int, questions: int) -> None:
    handbook = company.handbook_for(folder / "handbook", CHANNELS, only="observe")
    texts = company.questions(company.library_of(handbook), questions)
    delivered: list[str] = []

    def on_attempt(package: Package, answer: Answer, _seconds: float) -> None:
        if package.kind == "events_api" and answer.is_acknowledged:
            delivered.append(str(package.payload["event_id"]))

    async with rehearsal(folder / "run", database_url, handbook, pace=PACE) as run:
        crowd = Crowd(run.sandbox, random.Random(seed), iter(texts))
        await run.start()
        await run.start_another()
        run.sandbox.delivery.subscribe(on_attempt)
        await storm(run, crowd, events=events, questions=questions)
        answers = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
        lost = {company.place_of(each) for each in crowd.asked} - answers.keys()
        # of their own posts the bots hear nothing: they read them back with the next pass
        own = {(post.channel, post.ts) for post in run.sandbox.ledger.posts()}
        is_kept = {each for each in await kept(run.database) if each[:2] not in own}
        stands = {each for each in standing(run.sandbox, CHANNELS) if each[:2] not in own}
        unlike = {"missing": stands - is_kept, "not there": is_kept - stands}
        reacted = await kept_reactions(run.database) ^ standing_reactions(run.sandbox, CHANNELS)
    doubled = sum(count > 1 for count in answers.values())
    wrong = sum(map(len, unlike.values())) + len(reacted)
    tally(events=crowd.done, copies=len(delivered), lost=len(lost), doubled=doubled, wrong=wrong)
    tally(given_up_by_slack=len(run.sandbox.delivery.lost))
    assert (lost, doubled, reacted) == (set(), 0, set())
    assert unlike == {"missing": set(), "not there": set()}
    assert answers.keys() == {company.place_of(each) for each in crowd.asked}
    assert len(delivered) > len(set(delivered))  # or nothing came twice


@pytest.mark.goal(g=4)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bots_in_a_small_storm_do_everything_once(
    tmp_path: Path, database_url: str, seed: int, tally: Tally
) -> None:
    await check_storm(tmp_path, database_url, seed, tally, events=150, questions=30)


@pytest.mark.goal(g=4)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bots_in_a_storm_do_everything_once(
    tmp_path: Path, database_url: str, seed: int, tally: Tally
) -> None:
    await check_storm(tmp_path, database_url, seed, tally, events=10_000, questions=QUESTIONS)
