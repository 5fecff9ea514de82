"""Asks a language model for one JSON object, through any server that speaks OpenAI's chat completions.

Everything that can go wrong ends in a `Trouble` within ten seconds: nobody who asks needs a `try`. The model has no
tools. What it says is data of the form asked for and nothing more; whether it may be shown is the asker's to check.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import structlog

from bot.clock import Clock
from bot.config import Settings
from bot.model import Json
from bot.openai_client import ReplyTooLong, ServerAway, ServerRefused, bare_client, whole_reply
from bot.storage import model_use
from bot.storage.engine import Database, Tx
from bot.storage.model_use import EVERYBODY

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger(__name__)

T = TypeVar("T")

DEADLINE_S = 10.0  # over everything: to connect, to read, and a second form where the server refuses the first
LARGEST = 256 * 1024  # bytes of a reply; the longest we ask for has a tenth of it
FAILURES = 5  # in a row; then the server is left alone
REST = timedelta(minutes=1)  # between two tries while it is
NOT_ENDED = ("length", "content_filter", "tool_calls", "function_call")
USE_KEPT = timedelta(days=1)


class Trouble(StrEnum):
    """Why the model gave nothing that can be used."""

    OVER_BUDGET = "over budget"
    RESTING = "left alone after failures"
    TOO_LATE = "took too long"
    AWAY = "cannot be reached"
    REFUSED = "refused"
    GARBLED = "not the form asked for"


@dataclass(frozen=True)
class Task(Generic[T]):
    """What is asked of the model. `data` goes in as JSON, apart from the `rules`, so that no text can pass for one.

    `read` makes the answer of what came back and raises ValueError when that has not the form of `schema`.
    """

    name: str  # of letters and underscores
    rules: str
    data: Json
    schema: Json
    read: Callable[[Json], T]
    tokens_most: int


@dataclass(frozen=True)
class Form:
    """How a server wants to be asked. They differ and do not say so before: found out once and kept."""

    has_schema: bool = True
    limit: str = "max_tokens"

    def instead(self, refusal: ServerRefused) -> "Form | None":
        """What to try after this refusal; None where another form would not help."""
        if refusal.status not in (400, 422, 501):
            return None
        if self.limit == "max_tokens" and "max_completion_tokens" in refusal.said:
            return replace(self, limit="max_completion_tokens")
        return replace(self, has_schema=False) if self.has_schema else None


@dataclass
class Breaker:
    """Lets calls through until five in a row have failed; then one a minute, until one succeeds."""

    failures: int = 0
    closed_until: datetime | None = None

    def lets_through(self, now: datetime) -> bool:
        if self.failures < FAILURES:
            return True
        if self.closed_until is not None and now < self.closed_until:
            return False
        self.closed_until = now + REST
        return True

    def failed(self, now: datetime) -> None:
        self.failures += 1
        self.closed_until = now + REST

    def succeeded(self) -> None:
        self.failures = 0


Spend = Callable[[str], Awaitable[bool]]


class Budget:
    """How often the model may be asked: by a person in a day, and by everybody. Days are UTC's; replicas share it."""

    def __init__(self, database: Database, settings: Settings, *, clock: Clock) -> None:
        self._database = database
        self._per_person, self._per_day = settings.llm_per_person_day, settings.llm_per_day
        self._clock = clock

    async def spend(self, person: str) -> bool:
        """Whether there is a call left; it is counted before it is made."""
        day = self._clock.now().date()

        async def unit(tx: Tx) -> bool:
            has_own = await model_use.take(tx, person, day, most=self._per_person)
            return has_own and await model_use.take(tx, EVERYBODY, day, most=self._per_day)

        return await self._database.write(unit)

    async def forget_old(self) -> None:
        before = (self._clock.now() - USE_KEPT).date()
        await self._database.write(lambda tx: model_use.forget(tx, before=before))


async def without_end(_person: str) -> bool:
    """The budget of an operator at the command line."""
    return True


class ModelClient:
    """The model of the settings. `outcomes` counts what came of asking it, since the start."""

    def __init__(self, settings: Settings, spend: Spend, *, clock: Clock) -> None:
        self._settings = settings
        self._spend = spend
        self._clock = clock
        self._breaker = Breaker()
        self._form = Form()
        self._is_form_known = False
        self._openai: AsyncOpenAI | None = None
        self.outcomes = Counter({"answered": 0, **dict.fromkeys(map(str, Trouble), 0)})  # so that a first one is a rise

    async def open(self) -> None:
        """Before the first question: reading the library in takes seconds."""
        if self._openai is None:
            self._openai = await asyncio.to_thread(
                bare_client, self._settings, self._settings.llm_base_url, timeout_s=DEADLINE_S
            )

    async def close(self) -> None:
        if self._openai is not None:
            await self._openai.close()

    async def ask(self, task: Task[T], person: str) -> T | Trouble:
        """What the model says, in the form asked for, or why there is nothing. `person` pays for it."""
        said = await self._asked(task, person)
        self.outcomes[said.value if isinstance(said, Trouble) else "answered"] += 1
        if isinstance(said, Trouble):
            log.warning("model.trouble", task=task.name, reason=said.value)
        return said

    async def _asked(self, task: Task[T], person: str) -> T | Trouble:
        if not self._breaker.lets_through(self._clock.now()):
            return Trouble.RESTING
        if not await self._spend(person):
            return Trouble.OVER_BUDGET
        said = await self._in_time(task)
        if isinstance(said, Trouble):
            self._breaker.failed(self._clock.now())
        else:
            self._breaker.succeeded()
        return said

    async def _in_time(self, task: Task[T]) -> T | Trouble:
        await self.open()
        try:
            async with asyncio.timeout(self._clock.wall_seconds(DEADLINE_S)):
                return task.read(_object(_content(await self._reply(task))))
        except TimeoutError:
            return Trouble.TOO_LATE
        except ServerRefused as refusal:
            log.warning("model.refused", status=refusal.status)
            return Trouble.REFUSED
        except (ReplyTooLong, ValueError, RecursionError):
            return Trouble.GARBLED
        except ServerAway:
            return Trouble.AWAY

    async def _reply(self, task: Task[Any]) -> bytes:
        """The server's reply to the form it takes; while that is not known, to one after the other."""
        form = self._form
        while True:
            try:
                reply = await self._sent(task, form)
            except ServerRefused as refusal:
                other = None if self._is_form_known else form.instead(refusal)
                if other is None:
                    raise
                form = other
            else:
                self._form, self._is_form_known = form, True
                return reply

    async def _sent(self, task: Task[Any], form: Form) -> bytes:
        assert self._openai is not None
        wanted: Json = {form.limit: task.tokens_most}
        if form.has_schema:
            schema = {"name": task.name, "strict": True, "schema": task.schema}
            wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
        rules = f"{task.rules}\n\nReply with one JSON object of this schema and nothing else: {json.dumps(task.schema)}"
        asking = self._openai.chat.completions.with_streaming_response.create(
            model=self._settings.llm_model,
            messages=[
                {"role": "system", "content": rules},
                {"role": "user", "content": _sendable(json.dumps(task.data, ensure_ascii=False))},
            ],
            extra_body=wanted,
            timeout=self._clock.wall_seconds(DEADLINE_S),
        )
        return await whole_reply(asking, most=LARGEST)


def _sendable(text: str) -> str:
    """Without halves of emoji, which people can paste and no request can hold."""
    return text.encode("utf-8", "ignore").decode()


def _content(reply: bytes) -> str:
    """What the model wrote. Raises ValueError when it wrote nothing, not to its end, or wants something else."""
    match _strictly(reply.decode()):
        case {"choices": [{"message": {"content": str(content), **more}, **choice}, *_]} if content.strip():
            if more.get("refusal") or more.get("tool_calls") or choice.get("finish_reason") in NOT_ENDED:
                raise ValueError("no answer")
            return content
    raise ValueError("no content")


def _object(text: str) -> Json:
    """The JSON object in the text, also where a model fenced it or thought aloud before. Raises ValueError."""
    bare = text.rpartition("</think>")[2].strip()
    if bare.startswith("```"):
        bare = bare.partition("\n")[2].rstrip("`").rstrip()
    value = _strictly(bare)
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004  (of what came, not of our types)
    return value


def _strictly(text: str) -> Any:
    """JSON with no key twice and nothing that is no JSON. Raises ValueError, or RecursionError when it is too deep."""
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)


def _unique(pairs: Sequence[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)
