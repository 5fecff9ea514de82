"""Sorts what was asked and not well answered into gaps, a few new askings at a time. What is shown is `gap_facts`'."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.curation import gap_rules as rules
from bot.curation.gap_rules import Asked, Cluster, Placed
from bot.model import QuestionKind, Window
from bot.storage import gaps as rows
from bot.storage.engine import Database, Tx
from bot.storage.gaps import Asking, Key
from bot.wire import without_people
from knowledge.likeness import Alike, WordLikeness, says_anything

LOOK_BACK = timedelta(weeks=26)  # what was asked earlier stays as it was sorted

Unanswered = Callable[[Window], Awaitable[Collection[Key]]]
KindOf = Callable[[str], QuestionKind | None]
Compare = Callable[[Mapping[str, str]], Awaitable[Alike]]  # texts by key; what it gives compares two of them


async def by_words(texts: Mapping[str, str]) -> Alike:
    return WordLikeness(texts)


@dataclass(frozen=True)
class Reading:
    """What the peers pillar knows of questions: those that nobody answered, and the rules' word on a text."""

    unanswered: Unanswered
    kind_of: KindOf


@dataclass
class _Table:
    """What lies there to be sorted."""

    news: dict[str, Asking]
    clusters: list[Cluster]
    texts: dict[str, str]
    unsorted: int


class GapSorting:
    def __init__(self, database: Database, reading: Reading, *, clock: Clock, compare: Compare = by_words) -> None:
        self._database = database
        self._reading = reading
        self._clock = clock
        self._compare = compare

    async def sort(self) -> int:
        """Takes new askings into gaps, closes those that are quiet; how many askings have no words to be sorted by.

        Two at a time do no harm: an asking is in one gap, a gap's id follows from the asking that opened it, and a run
        takes out only what was in a gap before it looked what is an asking.
        """
        now = self._clock.now()
        since = now - LOOK_BACK
        async with self._database.read() as tx:
            sorted_before = await rows.keys_in_open_gaps(tx, since=since)
        askings = await self._askings(since, now)
        table = await self._laid_out(askings)
        alike = await self._compare(table.texts)
        news = [Asked(each.key, each.asked_at) for each in table.news.values()]
        placed = await asyncio.to_thread(rules.sorted_in, news, table.clusters, alike)

        async def unit(tx: Tx) -> None:
            await self._put(tx, placed, table, now)
            await rows.drop_members(tx, sorted_before - askings.keys())
            await rows.close_quiet(tx, before=now - rules.QUIET_AFTER, now=now)

        await self._database.write(unit)
        return table.unsorted

    async def _askings(self, since: datetime, now: datetime) -> dict[str, Asking]:
        """By key: all since then for which there was no good answer, as things stand now."""
        failed = await self._reading.unanswered(Window(since, now))
        async with self._database.read() as tx:
            unanswered = await rows.unanswered(tx, failed)
            poorly = await rows.poorly_answered(tx, since=since, below=rules.LOW_CONFIDENCE)
        return {each.key: each for each in (*unanswered, *poorly)}

    async def _laid_out(self, askings: Mapping[str, Asking]) -> _Table:
        async with self._database.read() as tx:
            standing, members = await rows.all_gaps(tx), await rows.members(tx)
        table = _Table({}, [], {}, 0)
        for member in members:
            if _says(member.text):
                table.texts[member.key] = without_people(member.text or "")
        for gap in standing:
            own = [each.key for each in members if each.gap_id == gap.id and each.key in table.texts]
            table.clusters.append(Cluster(gap.id, own, gap.closed_at))
        known = {each.key for each in members}
        for asking in askings.values():
            if asking.key in known:
                continue
            if _says(asking.text):
                table.news[asking.key], table.texts[asking.key] = asking, without_people(asking.text or "")
            table.unsorted += asking.text is None
        return table

    async def _put(self, tx: Tx, placed: Sequence[Placed], table: _Table, now: datetime) -> None:
        joined: dict[str, list[Asking]] = {}
        for each in placed:
            await rows.open_gap(tx, each.gap_id, follows=each.follows, now=now)  # it may have gone meanwhile
            joined.setdefault(each.gap_id, []).append(table.news[each.key])
        kinds = {each.key: self._kind(table.news[each.key]) for each in placed}
        await rows.put_members(tx, joined, kinds)

    def _kind(self, asking: Asking) -> str:
        return asking.kind or (self._reading.kind_of(asking.text or "") or QuestionKind.UNSURE).value


def _says(text: str | None) -> bool:
    return bool(text) and says_anything(without_people(text or ""))
