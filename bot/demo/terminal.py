"""A tour in the terminal: what each step does is printed as it happens, whoever took it. Decides nothing of it."""

import asyncio
import sys
from contextlib import suppress
from textwrap import fill

from bot.errors import MentorError
from sandbox import Refused
from sandbox.tour import Beat, State, Step, Tour

WIDTH = 100


class StepFailed(MentorError):
    """A step of the tour did not show what it should."""


class Terminal:
    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self._done: list[str] = []
        tour.listeners.append(self._tell)

    async def walk(self) -> None:
        """Every step, one after the other. Raises StepFailed at the first that shows nothing."""
        while (step := self._tour.next) is not None:
            await self._tour.take(step.name)
            if problem := self._tour.problem_of(step.name):
                raise StepFailed(f"Step {step.name} of the tour did not show what it should: {problem}")
        print("In short:")
        for line in self._done:
            print(f"  ✓ {line}")

    async def by_enter(self) -> None:
        """A step for each Enter, until cancelled; the page may take them too."""
        lines: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        with suppress(
            NotImplementedError, PermissionError
        ):  # where a terminal cannot be waited for the page does it all
            loop.add_reader(sys.stdin, lambda: lines.put_nowait(sys.stdin.readline()))
            print("Press Enter for the next step here, or take it on the page. Ctrl-C ends it.\n", flush=True)
        try:
            while await lines.get() and (step := self._tour.next):
                with suppress(Refused):  # taken on the page just now
                    await self._tour.take(step.name)
        finally:
            with suppress(NotImplementedError):
                loop.remove_reader(sys.stdin)

    def _tell(self, step: Step, state: State, beat: Beat | None) -> None:
        if beat is not None:
            print(f"   {beat.who}:\n{_wrapped(beat.text)}\n", flush=True)
        elif state == "running":
            number = len(self._done) + 1
            print(f"{number}. {step.title}\n{_wrapped(step.why)}\n", flush=True)
        elif state == "done":
            self._done.append(step.title)
        else:
            problem = self._tour.problem_of(step.name)
            print(f"   This step did not show what it should: {problem}\n", flush=True)


def _wrapped(text: str) -> str:
    return "\n".join(fill(line, WIDTH, initial_indent="     ", subsequent_indent="     ") for line in text.splitlines())
