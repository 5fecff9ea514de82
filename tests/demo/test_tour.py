"""The demo's tour in the terminal: what it prints, and what it does when a step does not show its result."""

import asyncio
from contextlib import nullcontext
from pathlib import Path

import pytest

from bot import generate
from bot.demo.playing import settings_for
from bot.demo.terminal import StepFailed, Terminal
from sandbox import Sandbox
from sandbox.repository import NotMergeable
from sandbox.tour import Beat, Step, Tell, Tour


def tour(*, ends_well: bool) -> Tour:
    async def ask(tell: Tell) -> None:
        tell(Beat("maya, in #help", "where are the logs?"))

    async def answer(_: Tell) -> None:
        if not ends_well:
            raise TimeoutError("Not so within 30 s")

    return Tour("A tour", [Step("ask", "Somebody asks", "So it is.", ask), Step("answer", "It answers", "", answer)])


async def test_each_step_is_told_with_why_it_is_so_and_what_came_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    await Terminal(tour(ends_well=True)).walk()

    assert capsys.readouterr().out.splitlines() == [
        "1. Somebody asks",
        "     So it is.",
        "",
        "   maya, in #help:",
        "     where are the logs?",
        "",
        "2. It answers",
        "",
        "",
        "In short:",
        "  ✓ Somebody asks",
        "  ✓ It answers",
    ]


async def test_a_step_that_shows_nothing_ends_the_tour_as_a_failure() -> None:
    with pytest.raises(StepFailed, match=r"Step answer of the tour did not show what it should: Not so within 30 s"):
        await Terminal(tour(ends_well=False)).walk()


@pytest.mark.parametrize(
    ("error", "raised", "problem"),
    [
        (NotMergeable("There is no branch x."), None, "There is no branch x."),
        (StopIteration(), RuntimeError, "RuntimeError: coroutine raised StopIteration"),
        (ZeroDivisionError("by zero"), ZeroDivisionError, "ZeroDivisionError: by zero"),
    ],
    ids=["what a step may raise", "the end of an iterator", "a fault of the step"],
)
async def test_a_step_is_never_under_way_for_ever(
    error: Exception, raised: type[Exception] | None, problem: str
) -> None:
    async def fail(_: Tell) -> None:
        raise error

    a_tour = Tour("A tour", [Step("fail", "It fails", "", fail)])

    with pytest.raises(raised) if raised else nullcontext():
        await a_tour.take("fail")

    assert (a_tour.told()["steps"][0]["state"], a_tour.problem_of("fail")) == ("failed", problem)
    assert not a_tour.is_under_way


async def test_the_bot_sleeps_by_the_clock_that_is_moved_by_hand(tmp_path: Path) -> None:
    async with Sandbox(generate.manifest()) as sandbox:
        asleep = asyncio.create_task(settings_for(sandbox, tmp_path).clock.sleep(3600))
        await asyncio.sleep(0)

        sandbox.clock.advance(3600)

        async with asyncio.timeout(5):
            await asleep
