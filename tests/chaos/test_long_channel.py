"""A long channel is read back at Slack's pace while questions in another are answered in time."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot.app import Mentor, running
from bot.clock import Clock
from bot.config import read_settings
from bot.storage import channels as channel_rows
from sandbox import Clock as SandboxClock
from sandbox import Effect, Message, Sandbox
from tests.chaos import company
from tests.peers.reading import kept, standing
from tests.slow_machine import ACK_WALL_S, patient

LONG, ASK = "C0LONGONE", "C0ASKHERE"
# A second of the wall is so many of the workspace's: a busy machine must not seem to answer late, and in CI it is busy.
PACE, FULL_PACE = 3.0, 10.0
EVERY_S, FULL_EVERY_S = 10.0, 20.0
IN_TIME_S = 10.0
DAY_S = 86_400.0
PATIENCE_S = 900.0


def fill(sandbox: Sandbox, messages: int, threads: int) -> None:
    """So many messages over three months, of them so many with one to three replies."""
    past, now, chance = sandbox.workspace.past, sandbox.clock.now(), random.Random(3)
    people = [sandbox.person(name).id for name in company.PEOPLE]
    ages_s = sorted((chance.uniform(0.01, 88) * DAY_S for _ in range(messages)), reverse=True)
    with_replies = set(chance.sample(range(messages), threads))
    for number, age_s in enumerate(ages_s):
        said = past.say(chance.choice(people), LONG, f"Note {number}.", at=now - age_s)
        for reply in range(chance.randint(1, 3) if number in with_replies else 0):
            past.say(
                chance.choice(people), LONG, f"View {reply}.", at=now - age_s + 60 * (reply + 1), thread_ts=said.ts
            )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    clock = SandboxClock(start_s=company.STARTS_AT.timestamp(), factor=0.001)
    async with company.workspace([LONG, ASK], clock=clock, ack_wall_s=ACK_WALL_S) as sandbox:
        yield sandbox


async def read_back(
    sandbox: Sandbox, tmp_path: Path, database_url: str, *, pace: float, every_s: float
) -> tuple[list[Message], list[str | None], list[float]]:
    """What was asked meanwhile, how far back the channel was read at each of these, and how many were unread then."""
    handbook = company.handbook_for(tmp_path / "handbook", [LONG, ASK])
    texts = iter(company.questions(company.library_of(handbook), 450))
    environment = company.environment_for(
        sandbox, folder=tmp_path / "bot", handbook=handbook, database_url=database_url
    )
    clock = Clock(sandbox.clock.now, lambda: sandbox.clock.factor)
    asked, reached, unread = list[Message](), list[str | None](), list[float]()
    async with AsyncExitStack() as stack:
        sandbox.clock.set_factor(1)
        mentor = await stack.enter_async_context(running(patient(replace(read_settings(environment), clock=clock))))
        await sandbox.connected()
        sandbox.clock.set_factor(pace)
        while not await _is_read_back(mentor, reached):
            asked.append(sandbox.person("ada").say(ASK, next(texts)))
            unread.append((await mentor.gauges.read())[("channels", "not_read_back")])
            await sandbox.clock.sleep(every_s)
        await sandbox.wait_for(lambda: len(_answers(sandbox)) >= len(asked), PATIENCE_S)
        unread.append((await mentor.gauges.read())[("channels", "not_read_back")])
        await sandbox.settle(PATIENCE_S)
        assert {each for each in await kept(mentor.database) if each[0] == LONG} == standing(sandbox, [LONG])
    return asked, reached, unread


async def _is_read_back(mentor: Mentor, reached: list[str | None]) -> bool:
    async with mentor.database.read() as tx:
        states = {each.channel_id: each for each in await channel_rows.states(tx)}
    if LONG in states:
        reached.append(states[LONG].read_back_to)
    return LONG in states and states[LONG].is_read_back


def _answers(sandbox: Sandbox) -> dict[tuple[str, str], list[Effect]]:
    """What the bot posted in threads; what it says of itself in the channels is beside the point."""
    return {place: posts for place, posts in company.answers_in(sandbox).items() if place[1]}


async def check(
    sandbox: Sandbox, tmp_path: Path, database_url: str, logged: list[EventDict], *, messages: int, threads: int
) -> None:
    fill(sandbox, messages, threads)

    pace, every_s = (PACE, EVERY_S) if messages < 10_000 else (FULL_PACE, FULL_EVERY_S)
    asked, reached, unread = await read_back(sandbox, tmp_path, database_url, pace=pace, every_s=every_s)

    answers = _answers(sandbox)
    waits_s = [answers[company.place_of(each)][0].at - float(each.ts) for each in asked]
    told = [each for each in logged if each["event"] == "catch_up.progress" and each["channel"] == LONG]
    minutes = (float(asked[-1].ts) - float(asked[0].ts)) / 60
    figures = {
        "longest waits": sorted(waits_s)[-5:],
        "minutes": minutes,
        "questions": len(asked),
        "calls": dict(sandbox.rates.calls),
        "refused": dict(sandbox.rates.refusals),
        "lines": len(told),
    }
    (tmp_path / "figures.txt").write_text(str(figures), encoding="utf-8")
    assert [len(posts) for posts in answers.values()] == [1] * len(asked)
    assert max(waits_s) <= IN_TIME_S
    assert sandbox.rates.refusals.total() <= sandbox.rates.calls.total() / 100
    seen = [each for each in reached if each is not None]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) > len(seen) / 4
    assert 0 < len(told) <= minutes + 2
    assert [each["messages"] for each in told] == sorted(each["messages"] for each in told)
    assert (unread[0], unread[-1]) == (2, 0)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_questions_are_answered_in_time_while_a_channel_is_read_back(
    sandbox: Sandbox, tmp_path: Path, database_url: str, logged: list[EventDict]
) -> None:
    await check(sandbox, tmp_path, database_url, logged, messages=300, threads=40)


@pytest.mark.chaos
async def test_questions_are_answered_in_time_while_20000_messages_are_read_back(
    sandbox: Sandbox, tmp_path: Path, database_url: str, logged: list[EventDict]
) -> None:
    await check(sandbox, tmp_path, database_url, logged, messages=20_000, threads=2500)
