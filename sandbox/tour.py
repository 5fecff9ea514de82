"""A tour through what an app does: steps by name, one after the other, each done by one press, and what came of each.

What a step does is its host's (the people of its workspace act); here is only whose turn it is and what was told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from sandbox.model import Json, Message
from sandbox.refused import Refused
from sandbox.repository import NotMergeable

FAILURES = (LookupError, NotMergeable, Refused, TimeoutError)  # told as the step's problem, and no more
State = Literal["waiting", "running", "done", "failed"]


@dataclass(frozen=True)
class Place:
    """Where something stands, and for whom: a channel's id, or "app" for the person's own place with the app.

    `thread` is its first message's ts. `tab` is of the app's place: home | messages.
    """

    viewer: str
    at: str
    ts: str | None = None
    thread: str | None = None
    tab: str = "messages"


@dataclass(frozen=True)
class Beat:
    """One thing that happened in a step: who did it, what was said or done, and where that stands."""

    who: str
    text: str
    place: Place | None = None


Tell = Callable[[Beat], None]


@dataclass(frozen=True)
class Step:
    """`why` says in a sentence why it is so. `act` raises an expected failure (`FAILURES`) when nothing comes of it."""

    name: str
    title: str
    why: str
    act: Callable[[Tell], Awaitable[None]]


@dataclass
class _Taken:
    step: Step
    state: State = "waiting"
    beats: list[Beat] = field(default_factory=list)
    problem: str = ""


class Tour:
    """`preparing` says what is still going on before the first step; "" once it may begin.

    `listeners` are told each change: the step's name, its state, and the beat that came, if one did.
    """

    def __init__(self, title: str, steps: Sequence[Step], *, preparing: str = "") -> None:
        self.title = title
        self.preparing = preparing
        self.listeners: list[Callable[[Step, State, Beat | None], None]] = []
        self._taken = [_Taken(each) for each in steps]
        self._under_way: asyncio.Task[None] | None = None

    @property
    def next(self) -> Step | None:
        """The step whose turn it is; None at the end."""
        return next((each.step for each in self._taken if each.state != "done"), None)

    @property
    def is_under_way(self) -> bool:
        return self._under_way is not None and not self._under_way.done()

    def begin_with(self, steps: Sequence[Step]) -> None:
        """Steps that were not known when it was made, before all others."""
        self._taken[:0] = [_Taken(each) for each in steps]

    async def take(self, name: str) -> None:
        """Does the step, if it is its turn; one that failed may be tried again. Raises Refused where it is not.

        What no step should raise makes it a failed one too, and is raised.
        """
        if self.preparing:
            raise Refused("not_ready", {"detail": self.preparing})
        if self.is_under_way:
            raise Refused("step_under_way")
        taken = next((each for each in self._taken if each.step.name == name), None)
        if taken is None:
            raise LookupError(f"No step {name!r}: {', '.join(each.step.name for each in self._taken)}")
        if self.next is not taken.step:
            raise Refused("not_its_turn", {"detail": f"the next step is {self.next.name if self.next else 'none'}"})
        self._under_way = asyncio.create_task(self._do(taken))
        await asyncio.shield(self._under_way)  # whoever pressed may go; what was begun is done

    def problem_of(self, name: str) -> str:
        """Why the step failed; "" where it did not."""
        return next(each.problem for each in self._taken if each.step.name == name)

    def told(self) -> Json:
        """As the control API shows it."""
        return {"title": self.title, "preparing": self.preparing, "steps": [_shown(each) for each in self._taken]}

    async def close(self) -> None:
        """Ends what is under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _do(self, taken: _Taken) -> None:
        def tell(beat: Beat) -> None:
            taken.beats.append(beat)
            self._say(taken, beat)

        taken.beats, taken.problem = [], ""
        self._become(taken, "running")
        try:
            await taken.step.act(tell)
        except FAILURES as error:
            self._fail(taken, str(error) or type(error).__name__)
        except Exception as error:
            self._fail(taken, f"{type(error).__name__}: {error}")
            raise
        else:
            self._become(taken, "done")

    def _fail(self, taken: _Taken, problem: str) -> None:
        taken.problem = problem
        self._become(taken, "failed")

    def _become(self, taken: _Taken, state: State) -> None:
        taken.state = state
        self._say(taken, None)

    def _say(self, taken: _Taken, beat: Beat | None) -> None:
        for listener in self.listeners:
            listener(taken.step, taken.state, beat)


def place_of(message: Message, viewer: str, *, is_direct: bool = False) -> Place:
    """Where this message stands for that person: in its thread, if it is a reply or has some."""
    at = "app" if is_direct else message.channel
    return Place(viewer, at, message.ts, message.thread_ts)


def _shown(taken: _Taken) -> Json:
    step = taken.step
    about = {"name": step.name, "title": step.title, "why": step.why, "state": taken.state, "problem": taken.problem}
    return about | {"beats": [asdict(each) for each in taken.beats]}
