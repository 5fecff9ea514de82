"""The bot as a process of its own, which kills itself where it is told to.

Where: before, inside (all statements done, nothing committed) or after the nth transaction of a part of the bot that
begins by writing to a table, such as `inside INSERT answers#1 of Workers._do`; and before, inside (it is under way and
goes on alone) or after (its outcome is there and was not looked at) the nth outside call of that part, which is git
with a remote, such as `inside git push#1 of Workers._do`, or HTTP, such as `after POST /git/refs#1 of Workers._do`.
Each part's are counted apart, so that what one does in the background moves no other's. SQLAlchemy's and aiohttp's own
events and the event loop's way to start a process tell when, so nothing of the bot is replaced.
"""

import asyncio
import logging
import os
import re
import signal
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextvars import ContextVar, copy_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import structlog
from aiohttp import connector
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

from bot.app import running
from bot.config import read_settings
from bot.storage import ahead
from bot.storage.ahead import Given, write_given
from tests.forks import FORKS

_WRITING = {"INSERT": 2, "UPDATE": 1, "DELETE": 2}  # which word of the statement names the table
_OF_MIGRATIONS = "alembic_version"
LISTENERS = "AsyncBaseSocketModeClient"  # whose tasks run our listeners
HOOKS = "RequestHandler"  # whose tasks hear what controllers send
_AT_REMOTES = {"ls-remote", "fetch", "push"}
_NUMBER = re.compile(r"#\d+ of ")
_IDS = re.compile(r"[0-9a-f]{8,}|\d+")


def start(environment: Mapping[str, str], *, seen: Path, die_at: str = "") -> ForkServerProcess:
    """A bot with these settings. `seen` gets every point it passes, a line each."""
    process = FORKS.Process(target=_run, args=(dict(environment), seen, die_at), daemon=True)
    process.start()
    return process


def _run(environment: dict[str, str], seen: Path, die_at: str) -> None:
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if trusted := environment.get("SSL_CERT_FILE"):  # aiohttp reads it at its import, which was in the fork server
        connector._SSL_CONTEXT_VERIFIED.load_verify_locations(trusted)
    points = _Points(seen, die_at)
    points.listen()
    asyncio.run(_serve(environment, points))


async def _serve(environment: dict[str, str], points: "_Points") -> None:
    asyncio.get_running_loop().set_task_factory(_new_task)
    points.listen_to_calls(asyncio.get_running_loop())
    async with running(read_settings(environment)):
        await asyncio.Event().wait()


def part_of(point: str) -> str:
    """Which part of the bot passes it: a class of ours, such as `CatchUp`, or LISTENERS."""
    return point.rpartition(" of ")[2].partition(".")[0]


def is_of_transaction(point: str) -> bool:
    """Whether it is one of a transaction, and not of an outside call."""
    return point.split()[1] in _WRITING


_doing: ContextVar[str] = ContextVar("_doing", default="")  # what the task does, such as `CatchUp.run`


def _new_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """A task that knows what it does. The engine's own, for a write, do what their caller does; a claim its owner's."""
    context = options.pop("context", None) or copy_context()
    name = getattr(coroutine, "__qualname__", "")
    if name == "Claiming._start_due":
        name = coroutine.cr_frame.f_locals["self"]._claim.__qualname__
    if name not in ("Database._transaction", "Together.write_all"):
        context.run(_doing.set, name)
    return asyncio.Task(coroutine, loop=loop, context=context, **options)


def last_like(point: str, passed: Sequence[str]) -> str:
    """The last of the points passed that differs by its number alone; "" if there is none.

    A busy machine puts messages together: where six were written one day, it is five on another.
    """
    alike = [each for each in passed if _NUMBER.sub("", each) == _NUMBER.sub("", point)]
    return alike[-1] if alike else ""


class _Points:
    def __init__(self, seen: Path, die_at: str) -> None:
        self._seen = seen
        self._die_at = die_at
        self._count: Counter[tuple[str, str]] = Counter()

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", self._on_commit)
        event.listen(Pool, "reset", self._on_reset)
        ahead.write_given = self._write_given  # goes past SQLAlchemy

    def listen_to_calls(self, loop: asyncio.AbstractEventLoop) -> None:
        start, begin = loop.subprocess_exec, aiohttp.ClientSession.__init__
        tracing = self._tracing()

        async def start_seen(protocol: Any, *arguments: Any, **options: Any) -> Any:
            verb = _verb(arguments)
            return await (
                self._started(start, verb, protocol, *arguments, **options)
                if verb in _AT_REMOTES
                else start(protocol, *arguments, **options)
            )

        def begin_seen(session: aiohttp.ClientSession, *given: Any, **options: Any) -> None:
            ours = options.pop("trace_configs", None) or []
            begin(session, *given, **options, trace_configs=[*ours, tracing])

        loop.subprocess_exec = start_seen  # type: ignore[assignment, method-assign]
        aiohttp.ClientSession.__init__ = begin_seen  # type: ignore[assignment, method-assign]

    async def _started(self, start: Any, verb: str, new_protocol: Any, *arguments: Any, **options: Any) -> Any:
        """As asyncio starts it; `after` is when its end is told."""
        label = self._label(f"git {verb}")

        def new_watched() -> Any:
            protocol = new_protocol()
            exited = protocol.process_exited

            def process_exited() -> None:
                self._passed(f"after {label}")
                exited()

            protocol.process_exited = process_exited
            return protocol

        self._passed(f"before {label}")
        started = await start(new_watched, *arguments, **options)
        self._passed(f"inside {label}")
        return started

    def _tracing(self) -> aiohttp.TraceConfig:
        async def on_start(_: object, call: SimpleNamespace, sent: aiohttp.TraceRequestStartParams) -> None:
            call.label = self._label(f"{sent.method} {_IDS.sub('*', sent.url.path)}")
            self._passed(f"before {call.label}")

        async def on_sent(_: object, call: SimpleNamespace, sent: Any) -> None:
            has_body_yet = isinstance(sent, aiohttp.TraceRequestChunkSentParams)
            if has_body_yet or sent.method == "GET":  # told just before its bytes go out, in this turn of the loop
                asyncio.get_running_loop().call_soon(self._passed, f"inside {call.label}")

        async def on_end(_: object, call: SimpleNamespace, __: object) -> None:
            self._passed(f"after {call.label}")

        tracing = aiohttp.TraceConfig()
        tracing.on_request_start.append(on_start)
        tracing.on_request_headers_sent.append(on_sent)
        tracing.on_request_chunk_sent.append(on_sent)
        tracing.on_request_end.append(on_end)
        return tracing

    def _label(self, name: str) -> str:
        task = _doing.get()
        self._count[name, task] += 1
        return f"{name}#{self._count[name, task]} of {task}"

    def _on_statement(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        words = statement.split(maxsplit=3)
        if "label" in connection.info or words[0] not in _WRITING or words[_WRITING[words[0]]] == _OF_MIGRATIONS:
            return
        connection.info["label"] = self._label(f"{words[0]} {words[_WRITING[words[0]]]}")
        self._passed(f"before {connection.info['label']}")

    def _on_commit(self, connection: Connection) -> None:
        if label := connection.info.get("label"):
            connection.info["is_committed"] = True
            self._passed(f"inside {label}")

    def _write_given(self, connection: sqlite3.Connection, given: Sequence[Given]) -> None:
        words = given[0][0].split(maxsplit=3)
        label = self._label(f"{words[0]} {words[_WRITING[words[0]]]}")

        def on_statement(statement: str) -> None:  # before it runs
            if statement == "COMMIT":
                self._passed(f"inside {label}")

        connection.set_trace_callback(on_statement)
        self._passed(f"before {label}")
        write_given(connection, given)
        self._passed(f"after {label}")

    def _on_reset(self, _connection: object, record: Any, _state: object) -> None:
        label = record.info.pop("label", None)
        if record.info.pop("is_committed", False):
            self._passed(f"after {label}")

    def _passed(self, point: str) -> None:
        with self._seen.open("a", encoding="utf-8") as file:
            file.write(f"{point}\n")
        if point == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _verb(arguments: Sequence[Any]) -> str:
    """What git is told to do, behind its settings; "" for another program."""
    if arguments[0] != "git":
        return ""
    words = [str(each) for each in arguments[1:]]
    while words[:1] == ["-c"]:
        words = words[2:]
    return words[0] if words else ""
