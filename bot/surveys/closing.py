"""Closes waves: what was confidential becomes anonymous, and the way back is destroyed.

Three steps, each safe to repeat after a crash: nothing more is taken; what may be shown is kept, and answers and the
key go, in one transaction; files are written anew. The wave is closed when all are done.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot.desk import Desk
from bot.errors import SlackError
from bot.masking import masked
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.scrub import scrub_tables
from bot.storage.surveys import Wave
from bot.surveys import definition, kept, releasing
from bot.surveys.deciding import Earlier
from bot.surveys.kept import Kept
from bot.surveys.releasing import Closing, Given, Released
from bot.surveys.rules import Why, because_unsent
from bot.surveys.sampling import Strata
from bot.wanted import ClosingWave, Kind
from bot.work import enqueue

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(hours=1)
NAMES_WITHIN = timedelta(hours=24)  # after that comments are given up rather than the promise
EMPTIED = ("survey_answers", "invitations", "waves", "outbox")  # tables that hold no more what tells who said what

Masked = Callable[[str], str]


class ClosingService:
    """`new_key` gives 32 bytes of chance as hex."""

    def __init__(self, desk: Desk, *, new_key: Callable[[], str]) -> None:
        self._desk = desk
        self._new_key = new_key

    async def close(self, closing: ClosingWave) -> None:
        """Closed, or as far as it got before. Raises SlackError while names that comments may hold are not told."""
        async with self._desk.database.read() as tx:
            wave = await rows.wave(tx, closing.wave_id)
        if wave is None or wave.state == rows.CLOSED:
            return
        await self._desk.database.write(lambda tx: rows.begin_closing(tx, wave.id))
        if wave.key is not None:
            await self._release(wave, await self._mask(wave))
        for left in await scrub_tables(self._desk.database, EMPTIED):
            log.warning("surveys.left", slot=wave.slot, survey=wave.survey, what=left)
        now = self._desk.clock.now()
        await self._desk.database.write(lambda tx: rows.end_closing(tx, wave.id, now=now))
        log.info("surveys.closed", survey=wave.survey, slot=wave.slot)

    async def given_up(self, closing: ClosingWave) -> None:
        """It is tried again until it is done: people were told a day."""
        now = self._desk.clock.now()
        again = ClosingWave(f"{closing.wave_id}:{now:%Y-%m-%dT%H:%M}", closing.wave_id)
        due_at = now + AGAIN_AFTER
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.CLOSE_WAVE, again, due_at=due_at, now=now))

    async def _mask(self, wave: Wave) -> Masked | None:
        """Takes names and ids out of comments; None when Slack has not told the names for a day."""
        try:
            everybody = await self._desk.slack.everybody()
        except SlackError as error:
            if self._desk.clock.now() < wave.closes_at + NAMES_WITHIN:
                raise
            log.warning("surveys.comments_given_up", survey=wave.survey, slot=wave.slot, reason=str(error))
            return None
        names = frozenset[str]().union(*[each.names for each in everybody])
        return lambda text: masked(text, names=names)

    async def _release(self, wave: Wave, mask: Masked | None) -> None:
        """Decides outside any transaction, as it may take seconds, and again if what it is decided by changed since."""
        survey, key, is_done = definition.from_json(wave.definition), self._new_key(), False
        while not is_done:
            async with self._desk.database.read() as tx:
                closing = await _closing(tx, wave)
            released = await asyncio.to_thread(releasing.release, survey, closing, key=key, masked=mask)
            is_done = await self._desk.database.write(
                partial(self._keep, wave=wave, closing=closing, released=released)
            )

    async def _keep(self, tx: Tx, *, wave: Wave, closing: Closing, released: Released) -> bool:
        """Whether it was decided by what still holds: neither was somebody erased nor another wave closed meanwhile.

        The key is taken first: who does not get it keeps nothing, as somebody did before.
        """
        await rows.hold_ended(tx, wave.survey)
        if await _closing(tx, wave) != closing:
            return False
        for person, problem in await rows.unsent(tx, wave.id):
            because = because_unsent(problem)
            await rows.settle(tx, wave.id, person, state=rows.SKIPPED, because=because, among=rows.ASKED)
        await rows.skip_waiting(tx, wave.id, because=Why.TOO_LATE)
        if not await rows.take_key(tx, wave.id):
            return True
        reached = await rows.reached(tx, wave.id, undelivered=Why.UNDELIVERED)
        shown = Kept(closing.answers, *reached, released.questions)
        new_id = self._desk.new_id  # of chance, in the order of chance in which they were released
        comments = [{"id": new_id(), "text": text, "theme_id": None} for text in released.comments]
        await rows.release(tx, wave.id, kept.to_json(shown), comments, _by_strata(released.shared))
        return True


async def _closing(tx: Tx, wave: Wave) -> Closing:
    given = [
        Given(each.scores, each.comment, Strata.from_json(each.strata))
        for each in await rows.given_answers(tx, wave.id)
    ]
    answered = await rows.who_answered(tx, wave.id)
    before = [Earlier(kept.from_json(shown), who) for shown, who in await rows.shown_before(tx, wave.survey)]
    return Closing(given, {person: Strata.from_json(strata) for person, strata in answered.items()}, before)


def _by_strata(shared: Mapping[str, Strata]) -> list[tuple[dict[str, Any], list[str]]]:
    """What stays of strata, each with the people of whom it does."""
    people: defaultdict[Strata, list[str]] = defaultdict(list)
    for person, strata in shared.items():
        people[strata].append(person)
    return [(strata.to_json(), persons) for strata, persons in people.items()]
