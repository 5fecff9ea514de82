"""Times `bot.peers.importing` into SQLite on a made-up export, whole and by its parts.

The export is written to a temporary folder: a few busy channels, threads, mentions, reactions and bots in the shares
of a developer workspace. Told by the clock, and by processor time, which other work on the machine disturbs less.

    python -m benchmarks.importing [--messages 100000] [--batch 200 1000 5000] [--profile]
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import random
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.clock import Clock
from bot.peers.export import open_export
from bot.peers.importing import Importer
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.channels import Channels

CHANNELS, PEOPLE, BOTS = 20, 800, 8
EVERY_S = 90.0  # between two messages of a channel
REPLIES, MENTIONS, REACTED, BY_BOTS = 0.55, 0.15, 0.12, 0.06
END = datetime(2025, 11, 24, tzinfo=UTC).timestamp()
WORDS = """
the deploy pipeline fails on staging with a timeout since this morning how do I see logs of my service can someone give
me access to the cluster thanks that worked for me too please check the secret and restart the pod we are getting an
error when we build the image where is the page about quotas is anyone else seeing this
"""
WORD_LIST = WORDS.split()


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="mentor-benchmark-") as name:
        folder = Path(name)
        export = folder / "export"
        write_export(export, arguments.messages, random.Random(7))
        print(f"{'messages a second':24} {'clock':>10} {'processor':>10}")
        print(_line("read alone", _read_alone(export)))
        for batch in arguments.batch:
            for what in ("new", "known"):
                run = asyncio.run(_run(export, folder / f"{batch}.db", batch))
                print(_line(f"batches of {batch}, {what}", run))
        if arguments.profile:
            _profile(export, folder / "profile.db")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times the import of a Slack export.")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--batch", type=int, nargs="+", default=[1_000])
    parser.add_argument("--profile", action="store_true")
    return parser.parse_args()


@dataclass
class _Channel:
    """Where one made-up channel stands."""

    name: str
    now_s: float
    threads: list[str]


def write_export(folder: Path, messages: int, rng: random.Random) -> None:
    users = [{"id": f"U{n:08}", "team_id": "T1", "is_bot": n < BOTS} for n in range(PEOPLE)]
    listed = [{"id": f"C{n:08}", "name": f"channel-{n}"} for n in range(CHANNELS)]
    folder.mkdir()
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "channels.json").write_text(json.dumps(listed))
    for entry in listed:
        number = messages // CHANNELS
        channel = _Channel(entry["name"], END - number * EVERY_S, [])
        (folder / channel.name).mkdir()
        for day, said in _days(channel, number, rng):
            (folder / channel.name / f"{day}.json").write_text(json.dumps(said))


def _days(channel: _Channel, number: int, rng: random.Random) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    day, said = "", list[dict[str, Any]]()
    for _ in range(number):
        message = _message(channel, rng)
        today = datetime.fromtimestamp(channel.now_s, UTC).date().isoformat()
        if said and today != day:
            yield day, said
            said = []
        day = today
        said.append(message)
    yield day, said


def _message(channel: _Channel, rng: random.Random) -> dict[str, Any]:
    channel.now_s += rng.expovariate(1 / EVERY_S)
    ts = f"{channel.now_s:.6f}"
    author = rng.randrange(BOTS) if rng.random() < BY_BOTS else rng.randrange(BOTS, PEOPLE)
    text = " ".join(rng.choices(WORD_LIST, k=rng.randint(3, 40)))
    if rng.random() < MENTIONS:
        text = f"<@U{rng.randrange(PEOPLE):08}> {text}"
    message: dict[str, Any] = {"type": "message", "user": f"U{author:08}", "text": text, "ts": ts, "team": "T1"}
    if channel.threads and rng.random() < REPLIES:
        message["thread_ts"] = rng.choice(channel.threads[-12:])
    else:
        channel.threads.append(ts)
    if rng.random() < REACTED:
        users = [f"U{rng.randrange(PEOPLE):08}" for _ in range(rng.randint(1, 3))]
        message["reactions"] = [{"name": "+1", "users": users, "count": len(users)}]
    return message


@dataclass(frozen=True)
class _Speed:
    """Messages a second."""

    clock: float
    processor: float


class _Watch:
    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def speed(self, messages: int) -> _Speed:
        clock_s, processor_s = time.perf_counter() - self._clock, time.process_time() - self._processor
        return _Speed(messages / clock_s, messages / processor_s)


def _line(what: str, speed: _Speed) -> str:
    return f"{what:24} {speed.clock:10,.0f} {speed.processor:10,.0f}"


def _read_alone(folder: Path) -> _Speed:
    watch, done = _Watch(), 0
    with open_export(folder) as export:
        for channel in export.channels:
            for file in channel.days:
                done += sum(1 for _ in export.read_day(channel, channel.id or "", file))
    return watch.speed(done)


async def _run(folder: Path, file: Path, batch: int) -> _Speed:
    """A second run on the same file finds everything known."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate.upgrade(database)
    clock, watch = Clock(time.time), _Watch()
    with open_export(folder) as export:
        importer = Importer(
            database, export, channels=Channels(), clock=clock, new_id=lambda: uuid.uuid4().hex, batch=batch
        )
        done = await importer.run()
    await database.close()
    return watch.speed(done.messages)


def _profile(folder: Path, file: Path) -> None:
    """Of the event loop's thread; SQLite's own work is in another and shows as waiting."""
    profile = cProfile.Profile()
    profile.runcall(lambda: asyncio.run(_run(folder, file, 1_000)))
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
