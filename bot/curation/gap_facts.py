"""Reads what is said of gaps: those open, now or then, and what a window opened and closed. Sorts nothing in."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from bot.curation import gap_rules as rules
from bot.curation.gap_rules import Closing, Gap, GapFacts, Member, Standing
from bot.model import Window
from bot.storage import gaps as rows
from bot.storage.engine import Database, Tx
from bot.storage.gaps import GapRow, MemberRow
from bot.wire import without_people
from knowledge.channels import Channels
from knowledge.text import question_text

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class GapFactsService:
    def __init__(self, database: Database, *, channels: Callable[[], Channels]) -> None:
        self._database = database
        self._channels = channels

    async def facts(self, window: Window, *, unsorted: int = 0) -> GapFacts:
        """Those open are the ones at the window's end, with what was asked until then and is not answered now.

        `unsorted` is how many askings could not be sorted in, where that is known.
        """
        async with self._database.read() as tx:
            standing = await rows.all_gaps(tx)
            open_ones = await self._open(tx, standing, at=window.until)
        closed = [each for each in standing if each.closed_at and _is_in(window, each.closed_at)]
        reasons = [each.closed_because or "" for each in closed]
        return GapFacts(
            window=window,
            open=tuple(open_ones),
            opened=sum(_is_in(window, each.opened_at) for each in standing),
            closed=len(closed),
            closed_by={each.value: reasons.count(each.value) for each in rules.Because if each in reasons},
            unsorted=unsorted,
        )

    async def open_gaps(self) -> Sequence[Gap]:
        """The weightiest first."""
        async with self._database.read() as tx:
            return await self._open(tx, await rows.all_gaps(tx), at=END_OF_TIME)

    async def gap(self, gap_id: str) -> Gap | None:
        """Open or closed; None when there is none, or nothing in it any more."""
        async with self._database.read() as tx:
            standing = {each.id: each for each in await rows.all_gaps(tx)}
            members = await rows.members(tx, [gap_id])
        if gap_id not in standing or not members:
            return None
        return rules.gap_of(_standing(standing[gap_id], standing), self._shown(members))

    async def members_of(self, gap_ids: Collection[str]) -> dict[str, list[Member]]:
        """Their askings, oldest first, with the words that may be shown."""
        async with self._database.read() as tx:
            members = await rows.members(tx, gap_ids)
        found: dict[str, list[Member]] = {}
        for row, member in zip(members, self._shown(members), strict=True):
            found.setdefault(row.gap_id, []).append(member)
        return found

    async def members_in(self, tx: Tx, gap_id: str) -> list[Member]:
        """The same of one gap, as the caller's transaction sees it."""
        return self._shown(await rows.members(tx, [gap_id]))

    async def _open(self, tx: Tx, standing: Sequence[GapRow], *, at: datetime) -> list[Gap]:
        by_id = {each.id: each for each in standing}
        wanted = [each for each in standing if _was_open(each, at)]
        members = await rows.members(tx, [each.id for each in wanted])
        found: dict[str, list[MemberRow]] = {}
        for each in members:
            if each.asked_at <= at:
                found.setdefault(each.gap_id, []).append(each)
        gaps = [
            rules.gap_of(_standing(each, by_id), self._shown(found[each.id])) for each in wanted if each.id in found
        ]
        return rules.by_weight(gaps)

    def _shown(self, members: Sequence[MemberRow]) -> list[Member]:
        """Words are shown of those who are counted, from a public channel that is watched."""
        watched = {each.id for each in self._channels().channels}
        return [_member(each, watched) for each in members]


def _member(row: MemberRow, watched: Collection[str]) -> Member:
    may_show = row.is_public and row.asker is not None and row.channel_id in watched
    text = question_text(without_people(row.text or "")) if may_show else ""
    return Member(row.key, row.channel_id, row.ts, row.kind, row.asked_at, row.asker, text)


def _standing(row: GapRow, by_id: Mapping[str, GapRow]) -> Standing:
    before = by_id.get(row.follows or "")
    return Standing(row.id, row.opened_at, row.kind, row.owner, _closing(row), _closing(before) if before else None)


def _closing(row: GapRow) -> Closing | None:
    if row.closed_at is None or row.closed_because is None:
        return None
    return Closing(row.closed_at, rules.Because(row.closed_because), row.reason or "", row.article or "")


def _was_open(row: GapRow, at: datetime) -> bool:
    return row.opened_at <= at and (row.closed_at is None or row.closed_at > at)


def _is_in(window: Window, at: datetime) -> bool:
    return window.since <= at < window.until
