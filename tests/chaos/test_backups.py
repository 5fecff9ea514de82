"""Backups made while a bot works are whole, each of them; and a bot started on one of an hour ago repeats nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import OperationalError

from bot.audit import Audit
from bot.backup import back_up, restore
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.seals import Key
from bot.storage.engine import Database, Tx
from bot.storage.schema import audit, events
from bot.storage.work import enqueue_missed
from tests.chaos import company
from tests.chaos.rehearsal import CHANNELS, PLATFORM, Rehearsal, rehearsal
from tests.goals.counting import Tally

BACKUPS = {"sqlite": 200, "postgresql": 20}
EVERY_S = 0.1  # of the wall: ten events a second
ASKED_EACH = 20  # of so many events one asks what the bot answers
SEALED = "sealed"  # the kind of a row that goes with each sealed one, in one transaction
HOUR_S = 3600.0
AUDIT_KEY = "a" * 40
URL = "MENTOR_DATABASE_URL"


@dataclass(frozen=True)
class Seen:
    """How much a database holds, of what only grows."""

    events: int
    sealed: int


class Load:
    """People who talk and ask, and decisions that are sealed."""

    def __init__(self, run: Rehearsal, questions: list[str], chance: Random) -> None:
        self._run = run
        self._questions = questions
        self._chance = chance
        self._audit = Audit(Key(AUDIT_KEY), clock=Clock(run.sandbox.clock.now))
        self.said = 0
        self.sealed = 0

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(each) for each in (self._talk(), self._decide())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _talk(self) -> None:
        while True:
            self.say()
            await self._run.sandbox.clock.sleep(EVERY_S * self._run.sandbox.clock.factor)

    def say(self) -> None:
        asks = self.said % ASKED_EACH == 0 and self._questions
        words = self._questions.pop() if asks else f"We rolled out number {self.said}."
        self._run.sandbox.person(self._chance.choice(company.PEOPLE)).say(self._chance.choice(CHANNELS), words)
        self.said += 1

    async def _decide(self) -> None:
        while True:
            with suppress(OperationalError):  # on SQLite, where the bot's own process writes, too
                await self._run.database.write(self._seal)
                self.sealed += 1
            await self._run.sandbox.clock.sleep(2 * EVERY_S * self._run.sandbox.clock.factor)

    async def _seal(self, tx: Tx) -> None:
        now = Clock(self._run.sandbox.clock.now).now()
        await self._audit.add(tx, "request.asked", person=None, subject=f"r{self.sealed}", facts={"number": 1})
        await enqueue_missed(tx, kind=SEALED, key=str(self.sealed), due_at=now, now=now)


@pytest.mark.goal(g=23)
@pytest.mark.chaos
async def test_every_backup_under_load_is_whole_and_nothing_is_said_twice_after_one(
    tmp_path: Path, database_url: str, seed: int, tally: Tally
) -> None:
    handbook = company.handbook_for(tmp_path / "handbook", CHANNELS, platform_channel=PLATFORM, only="deploy")
    questions = company.questions(company.library_of(handbook), 12)
    own, chance = {"MENTOR_AUDIT_KEY": AUDIT_KEY}, Random(seed)
    backups, bad = BACKUPS[make_url(database_url).get_backend_name()], 0
    async with rehearsal(tmp_path / "run", database_url, handbook, settings=own) as run:
        settings = _settings(run, database_url, tmp_path)
        load = Load(run, questions, chance)
        await run.start()
        async with load.going_on():
            for number in range(backups):
                bad += not await _is_whole(run.database, settings, tmp_path / f"copy{number}")
                if number % 10 and number != backups - 1:  # the disk is not for hundreds
                    (tmp_path / f"copy{number}").unlink()
        await run.quiet()
        run.kill()
        await run.killed()
        run.sandbox.clock.advance(HOUR_S)
        before = _said(run)

        kept = chance.choice(sorted(each for each in tmp_path.glob("copy*") if each.is_file()))
        own[URL] = f"sqlite+aiosqlite:///{tmp_path / 'again' / 'mentor.db'}"
        await restore(replace(settings, database_url=own[URL]), kept)
        async with _database(run, own[URL]):
            await run.start()
            await run.quiet()
            load.say()
            await run.quiet()
            after = _said(run)

    doubled = sum(after[place] > number for place, number in before.items())
    lost = sum(number < 1 for number in before.values())
    tally(backups=backups, events=load.said, wrong=bad, doubled=doubled, lost=lost)
    assert (bad, doubled, lost) == (0, 0, 0)
    assert len(before) > 0


def _settings(run: Rehearsal, url: str, folder: Path) -> Settings:
    given = read_settings({"MENTOR_DATA": str(folder / "operator"), "MENTOR_AUDIT_KEY": AUDIT_KEY})
    return replace(given, database_url=url, clock=Clock(run.sandbox.clock.now))


async def _is_whole(database: Database, settings: Settings, file: Path) -> bool:
    """By SQLite's own check, by what must be in it and what cannot be yet, and by the chain of decisions."""
    least = await _seen(database)
    copied = await back_up(settings, file)
    most = await _seen(database)
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as copy:
        checked = [row[0] for row in copy.execute("PRAGMA integrity_check")]
        (heard,), (sealed,), (beside,), (head,) = (
            copy.execute(query).fetchone()
            for query in (
                "SELECT count(*) FROM events",
                "SELECT count(*) FROM audit",
                f"SELECT count(*) FROM work WHERE kind = '{SEALED}'",
                "SELECT coalesce(max(number), 0) FROM audit_head",
            )
        )
    is_in_time = least.events <= heard <= most.events and least.sealed <= sealed <= most.sealed
    return checked == ["ok"] and copied.holds and is_in_time and sealed == beside == head


async def _seen(database: Database) -> Seen:
    async with database.read() as tx:
        heard = await tx.scalar(select(func.count()).select_from(events)) or 0
        sealed = await tx.scalar(select(func.count()).select_from(audit)) or 0
    return Seen(heard, sealed)


def _said(run: Rehearsal) -> dict[tuple[str, str], int]:
    return {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}


@asynccontextmanager
async def _database(run: Rehearsal, url: str) -> AsyncIterator[None]:
    """What `run` waits for is read in the restored one."""
    former, run.database = run.database, Database(url)
    try:
        yield
    finally:
        await run.database.close()
        run.database = former
