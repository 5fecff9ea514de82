"""Imports a made-up export of years, and counts its figures.

    python -m benchmarks.community [--messages 100000] [--database postgresql://…]

Prints one JSON object. Rates and times hang on the machine, of which it tells; processor time less so, and the ratios
hardly: what is kept against what the messages say, and the linker's part. Fails where the two say something else.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.model import CHECK_MARKS, Window
from bot.peers import linker
from bot.peers.cases import case_of
from bot.peers.community import WEEK
from bot.peers.community_facts import CommunityService
from bot.peers.counted import row_of
from bot.peers.deciding import Deciding, basis_of, measures_of
from bot.peers.export import open_export
from bot.peers.facts import FactsService
from bot.peers.importing import Importer
from bot.storage import cases as case_rows
from bot.storage import migrate
from bot.storage.engine import Database, Tx
from bot.storage.team import HANDBOOK, Term, replace, terms
from knowledge.channels import Channel, Channels

CHANNELS, PEOPLE, BOTS, YEARS = 20, 800, 8, 3
END = datetime(2025, 11, 24, tzinfo=UTC)
WATCHED = Channels(channels=tuple(Channel(f"C{n:08}", f"channel-{n}") for n in range(CHANNELS)))
BY_BOTS, THREADED, REACTED = 0.06, 0.7, 0.15
ASKED = (
    "How do I see the logs of {}?",
    "Can someone give me access to {}?",
    "Is {} down for anyone else?",
    "We get a timeout from {} since this morning, any idea?",
    "Which page explains {}?",
)
REPLIED = (
    "Restart the {} pod, then the secret is read again.",
    "It is in the handbook, under {}.",
    "which version of {} is it?",
    "same here",
    "thanks, that worked",
    "Still failing with {}.",
)
TALKED = ("We rolled out {} today.", "Lunch at noon?", "{} is green again.")
THINGS = ("the registry", "staging", "the deploy pipeline", "our cluster", "the portal", "vault", "the gateway")


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="mentor-benchmark-") as name:
        url = arguments.database or f"sqlite+aiosqlite:///{name}/community.db"
        folder = Path(name) / "export"
        write_export(folder, arguments.messages, random.Random(7))
        print(json.dumps(asyncio.run(_measured(folder, url, arguments.messages)), indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times an import of years, and the figures counted from it.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; without it a SQLite file")
    return parser.parse_args()


def write_export(folder: Path, messages: int, rng: random.Random) -> None:
    """Channels with threads, talk, bots, reactions and check marks, spread over three years."""
    folder.mkdir()
    users = [{"id": f"U{n:08}", "team_id": "T1", "is_bot": n < BOTS} for n in range(PEOPLE)]
    (folder / "users.json").write_text(json.dumps(users))
    listed = [{"id": each.id, "name": each.name} for each in WATCHED.channels]
    (folder / "channels.json").write_text(json.dumps(listed))
    for channel in WATCHED.channels:
        (folder / channel.name).mkdir()
        for day, said in _days(messages // CHANNELS, rng):
            (folder / channel.name / f"{day}.json").write_text(json.dumps(said))


def _days(number: int, rng: random.Random) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    by_day: dict[str, list[dict[str, Any]]] = {}
    start_s, step_s = (END - timedelta(days=365 * YEARS)).timestamp(), YEARS * 365 * 86_400 / number
    made = 0
    while made < number:
        root_s = start_s + made * step_s
        for message in _talk(root_s, rng):
            day = datetime.fromtimestamp(float(message["ts"]), UTC).date().isoformat()
            by_day.setdefault(day, []).append(message)
            made += 1
    for day in sorted(by_day):
        yield day, sorted(by_day[day], key=lambda each: str(each["ts"]))


def _talk(root_s: float, rng: random.Random) -> Iterator[dict[str, Any]]:
    """A first message, and what is said to it in its thread or below it."""
    asks = rng.random() < 0.6
    root = _message(root_s, rng, rng.choice(ASKED if asks else TALKED))
    replies, now_s, in_thread = rng.randrange(6) if asks else 0, root_s, rng.random() < THREADED
    if asks and rng.random() < REACTED:
        root["reactions"] = [{"name": "white_check_mark", "users": [root["user"]], "count": 1}]
    yield root
    for number in range(replies):
        now_s += rng.expovariate(1 / 1_200)
        reply = _message(now_s, rng, REPLIED[4] if number == replies - 1 and number else rng.choice(REPLIED))
        if rng.random() < 0.3:
            reply["user"] = root["user"]
        if in_thread:
            reply["thread_ts"] = root["ts"]
        yield reply


def _message(now_s: float, rng: random.Random, words: str) -> dict[str, Any]:
    author = rng.randrange(BOTS) if rng.random() < BY_BOTS else rng.randrange(BOTS, PEOPLE)
    text = words.format(rng.choice(THINGS))
    ts = f"{now_s + rng.random() * 60:.6f}"
    message: dict[str, Any] = {"type": "message", "user": f"U{author:08}", "text": text, "ts": ts, "team": "T1"}
    if rng.random() < REACTED:
        users = [f"U{rng.randrange(PEOPLE):08}" for _ in range(rng.randint(1, 3))]
        message["reactions"] = [{"name": "+1", "users": users, "count": len(users)}]
    return message


class _Watch:
    """Adds up the time in which something of ours was running, by what it is called; and that of the processor."""

    def __init__(self) -> None:
        self.seconds = dict[str, float]()
        self.worked = dict[str, float]()

    def over(self, name: str, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def timed(*args: Any, **kwargs: Any) -> Any:
            began, began_cpu = time.perf_counter(), time.process_time()
            try:
                return await run(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began
                self.worked[name] = self.worked.get(name, 0.0) + time.process_time() - began_cpu

        return timed


async def _measured(folder: Path, url: str, messages: int) -> dict[str, Any]:
    before = os.getloadavg()
    database = Database(url)
    await migrate.upgrade(database)
    imported = await _imported(folder, database)
    memory = {"import": _most_mib()}
    clock = Clock(END.timestamp)
    deciding = Deciding(database, channels=lambda: WATCHED, clock=clock)
    await _name_team(database)
    cold_s, _ = await _timed(lambda: _rows(database, deciding, Window(END - WEEK, END)))
    keep_s, kept = await _timed(deciding.keep_up)
    memory["decided"] = _most_mib()
    figures = await _figures(database, deciding, FactsService(database, channels=lambda: WATCHED, clock=clock))
    await database.close()
    return {
        "machine": _machine(before),
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "import": imported,
        "most_memory_mib": {**memory, "all": _most_mib()},
        "decided": {"questions": kept, "seconds": round(keep_s, 1), "a_week_before_that_s": round(cold_s, 3)},
        **figures,
    }


def _most_mib() -> int:
    """The most that this process took so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _machine(before: tuple[float, float, float]) -> dict[str, Any]:
    after = os.getloadavg()
    said = {"cores": os.cpu_count(), "load_before": round(before[0], 1), "load_after": round(after[0], 1)}
    busy = (
        "others were at work on it too: rates are lower than they could be"
        if before[0] > 1
        else "it was at rest before"
    )
    return {**said, "python": sys.version.split()[0], "note": busy}


async def _imported(folder: Path, database: Database) -> dict[str, Any]:
    watch = _Watch()
    link = linker.link
    setattr(linker, "link", watch.over("linker", link))  # noqa: B010 (mypy knows it for a function)
    began, began_cpu = time.perf_counter(), time.process_time()
    with open_export(folder) as export:
        clock = Clock(END.timestamp)
        done = await Importer(database, export, channels=WATCHED, clock=clock, new_id=lambda: uuid.uuid4().hex).run()
    took, worked = time.perf_counter() - began, time.process_time() - began_cpu
    linker.link = link
    linked, linked_cpu = watch.seconds.get("linker", 0.0), watch.worked.get("linker", 0.0)
    return {
        "messages": done.messages,
        "questions": done.questions,
        "messages_per_s": round(done.messages / took),
        "messages_per_s_without_linker": round(done.messages / (took - linked)),
        "linker_share": round(linked / took, 3),
        "messages_per_processor_s": round(done.messages / worked),  # this process alone
        "messages_per_processor_s_without_linker": round(done.messages / (worked - linked_cpu)),
        "seconds": round(took, 1),
        "processor_s": round(worked, 1),
    }


async def _name_team(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        people = (await tx.exec_driver_sql("SELECT id FROM people ORDER BY slack_id LIMIT 12")).scalars().all()
        await replace(tx, HANDBOOK, [Term(each) for each in people])

    await database.write(unit)


async def _figures(database: Database, deciding: Deciding, facts: FactsService) -> dict[str, Any]:
    week = Window(END - WEEK, END)
    plain_s, plain = await _best(lambda: _plain(database, week))
    kept_s, kept = await _best(lambda: _rows(database, deciding, week))
    facts_s, counted = await _best(lambda: facts.facts(week))
    same = sorted(kept) == plain and await _is_same(database, deciding)
    community = CommunityService(database, channels=lambda: WATCHED, clock=Clock(END.timestamp))
    week_s, _ = await _best(lambda: community.facts(week))
    four_s, _ = await _best(lambda: community.facts(Window(END - 4 * WEEK, END)))
    if not same:
        raise SystemExit("What is kept is not what the messages say.")
    return {
        "week": {
            "questions": counted.figures.questions,
            "from_messages_s": round(plain_s, 3),
            "from_what_is_kept_s": round(kept_s, 3),
            "ratio": round(plain_s / kept_s, 1),
            "all_figures_s": round(facts_s, 3),
            "is_same": same,
        },
        "everything_s": {"week": round(week_s, 3), "four_weeks": round(four_s, 3)},
    }


async def _is_same(database: Database, deciding: Deciding) -> bool:
    """Of a quarter of three years' questions, week by week, as nobody reads them all at once."""
    weeks = [Window(END - (n + 1) * WEEK, END - n * WEEK) for n in range(39)]
    return all([sorted(await _rows(database, deciding, week)) == await _plain(database, week) for week in weeks])


async def _rows(database: Database, deciding: Deciding, window: Window) -> Any:
    async with database.read() as tx:
        return await deciding.rows(tx, window)


async def _plain(database: Database, window: Window) -> Any:
    async with database.read() as tx:
        found, team = await case_rows.discussions(tx, window, check_marks=CHECK_MARKS), await terms(tx)
    by_channel = measures_of(WATCHED, {each.channel_id for each in found}, team)
    return sorted(
        row_of(case_of(each, by_channel[each.channel_id], now=END), basis_of(WATCHED, each.channel_id))
        for each in found
    )


async def _timed(run: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = await run()
    return time.perf_counter() - began, result


async def _best(run: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Of five: what the code takes when nobody is in its way."""
    times = [await _timed(run) for _ in range(5)]
    return min(times, key=lambda each: each[0])


if __name__ == "__main__":
    main()
