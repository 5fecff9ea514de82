"""What of a bot does its timetable, as a process of its own: the ticks, the workers and the outbox, and nothing else.

Each slot becomes a message in the channel of its kind. The clock is the workspace's, put forward for all processes
together, and apart from it by some seconds.
"""

import asyncio
import logging
import time
import uuid
from contextlib import suppress
from ctypes import c_double
from dataclasses import dataclass
from datetime import time as time_of_day
from datetime import timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess

import structlog

from bot.calendar import Daily
from bot.clock import Clock
from bot.config import Secret
from bot.model import Effect, MessageKind, Purpose
from bot.outbox import Outbox
from bot.slack import Slack
from bot.storage.engine import Database
from bot.timetable import Planned, Timetable
from bot.wanted import Due, Kind
from bot.work import Workers, job
from tests.forks import FORKS
from tests.work.desk import never_off

KINDS = tuple(Kind)[:25]  # as many as a bot plans; what they are does not matter here
AT = Daily(time_of_day(9), "Europe/London")
WORTH = timedelta(days=60)  # the clock is put forward by days
TICK_S = 30.0
SLOT = MessageKind("slot", Purpose.OWED, "channel", "at its time", "once", "never")


@dataclass(frozen=True)
class Hall:
    """Where such processes work. `forward` are the seconds by which the clock was put forward so far."""

    database_url: str
    api_url: str
    token: str
    origin_s: float
    start_s: float
    factor: float
    forward: c_double


def channel_of(kind: Kind) -> str:
    return f"C0SLOT{KINDS.index(kind):02}"


def text_of(kind: Kind, slot: str) -> str:
    return f"{kind.value} {slot}"


def start(hall: Hall, *, apart_s: float) -> ForkServerProcess:
    process = FORKS.Process(target=_run, args=(hall, apart_s), daemon=True)
    process.start()
    return process


def _run(hall: Hall, apart_s: float) -> None:
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_serve(hall, apart_s))


async def _serve(hall: Hall, apart_s: float) -> None:
    def now_s() -> float:
        return hall.start_s + (time.time() - hall.origin_s) * hall.factor + hall.forward.value + apart_s

    clock = Clock(now_s, lambda: hall.factor)
    database = Database(hall.database_url)
    slack = Slack(Secret(hall.token), api_url=hall.api_url, clock=clock)
    await slack.open()
    bell = asyncio.Event()
    outbox = Outbox(database, slack, is_off=never_off, clock=clock, new_id=_new_id)
    jobs = {kind.value: job(Due, partial(_tell, database, outbox, kind)) for kind in KINDS}
    workers = Workers(database, jobs, clock=clock, new_id=_new_id, bell=bell)
    planned = [Planned(kind, lambda: AT, WORTH) for kind in KINDS]
    timetable = Timetable(database, planned, clock=clock, wake=bell.set)
    await asyncio.gather(workers.run(), outbox.run(), _tick(timetable, clock))


async def _tick(timetable: Timetable, clock: Clock) -> None:
    """As the bot's scheduler does: a tick that fails is followed by the next."""
    while True:
        with suppress(Exception):
            await timetable.tick()
        await clock.sleep(TICK_S)


async def _tell(database: Database, outbox: Outbox, kind: Kind, due: Due) -> None:
    told = Effect(f"slot:{kind.value}:{due.key}", SLOT, text_of(kind, due.key), (), channel_id=channel_of(kind))
    await database.write(lambda tx: outbox.put(tx, told))
    outbox.bell.set()


def _new_id() -> str:
    return uuid.uuid4().hex
