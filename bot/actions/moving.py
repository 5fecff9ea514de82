"""Moves a request from state to state: the row, the audit, what is seen and what follows, in one transaction."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from bot.actions.telling import Telling
from bot.audit import Audit
from bot.desk import Desk
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.requests import RequestRow
from bot.wanted import Converged, Kind, Payload, SurveyEvent
from bot.work import enqueue
from knowledge.surveys import Moment, are_sent_after

IT_HOLDS = (rows.LIVE, rows.DONE, rows.UNOBSERVED)  # as far as anything can tell

Then = Callable[[Tx], Awaitable[object]]


async def nothing(_tx: Tx) -> None:
    """Nothing else goes with it."""


class Moving:
    def __init__(self, desk: Desk, telling: Telling, audit: Audit) -> None:
        self._desk = desk
        self._telling = telling
        self._audit = audit

    async def move(
        self,
        row: RequestRow,
        *,
        among: Collection[str],
        values: Mapping[str, Any],
        by: str | None = None,
        then: Then = nothing,
    ) -> bool:
        """Whether it did: not when another was first. `by` is the person who moved it, None the bot itself."""
        after = replace(row, **values)
        scene = await self._telling.scene(after, by=by)

        async def unit(tx: Tx) -> bool:
            if not await rows.move(tx, row, among=among, **values):
                return False
            await scene.put(tx, self._desk)
            await then(tx)
            if after.state in IT_HOLDS:
                await self.enqueue(tx, Kind.CONVERGED, Converged(row.id, row.id))
                await self._tell_surveys(tx, after)
            if after.state != row.state:  # last: others who seal wait from there
                await self.seal(tx, after.state, row=after, by=by)
            return True

        is_moved = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()
        return is_moved

    async def _tell_surveys(self, tx: Tx, row: RequestRow) -> None:
        """Where any is sent after that, the requester may be asked how it was."""
        if are_sent_after(self._desk.shelf.library.handbook.surveys, Moment.CONVERGED):
            event = SurveyEvent(f"{Moment.CONVERGED}:{row.id}", Moment.CONVERGED, row.person, row.action)
            await self.enqueue(tx, Kind.SURVEY_EVENT, event)

    async def show(self, row: RequestRow) -> None:
        """Who agreed so far; nothing where it was moved or agreed to meanwhile, as whoever did that shows it too."""
        async with self._desk.database.read() as tx:
            agreed = await rows.approved_by(tx, row.id, row.digest or "")
        scene = await self._telling.scene(row)

        async def unit(tx: Tx) -> None:
            now = await rows.locked(tx, row.id)
            if now and now.state == row.state and agreed == await rows.approved_by(tx, row.id, row.digest or ""):
                await scene.put(tx, self._desk)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def seal(self, tx: Tx, act: str, *, row: RequestRow, by: str | None) -> None:
        revision = row.revision.replace("+", "~")  # which joins the handbook's with its sources': seals take no plus
        facts = {"action": row.action, "mode": row.mode, "digest": row.digest or "", "revision": revision}
        await self._audit.add(tx, f"request.{act}", person=by, subject=row.id, facts=facts)

    async def enqueue(self, tx: Tx, kind: Kind, wanted: Payload) -> None:
        now = self._desk.clock.now()
        await enqueue(tx, kind, wanted, due_at=now, now=now)
