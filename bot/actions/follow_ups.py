"""What a push leaves behind: a break-glass run is announced and declared in Git afterwards, a push is counted as debt.

A follow-up is open until the state it made stands in Git, or somebody says that the controller returned it.
"""

from functools import partial

import structlog

from bot import effects
from bot.actions import blocks
from bot.actions.changes import Changes
from bot.actions.moving import Then
from bot.actions.orders import Orders
from bot.actions.rendering import NotPossible
from bot.actions.rights import Rights
from bot.actions.telling import Telling
from bot.audit import Audit
from bot.authority import TOO_LATE
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import Review
from bot.model import Effect
from bot.storage import follow_ups as rows
from bot.storage import requests as request_rows
from bot.storage.engine import Tx
from bot.storage.follow_ups import FollowUpRow
from bot.storage.requests import RequestRow
from bot.work import RequestDecision
from knowledge.actions import Action, Mode

log = structlog.get_logger(__name__)

OPEN = "What it made is not declared in Git yet."
PROPOSED = "A pull request that declares it is open."
DECLARED = "What it made is declared in Git."
RETURNED = "The controller returned what it made."
STANDINGS = {rows.OPEN: OPEN, rows.PROPOSED: PROPOSED, rows.DECLARED: DECLARED, rows.RETURNED: RETURNED}


class FollowUps:
    def __init__(
        self, desk: Desk, *, changes: Changes, rights: Rights, telling: Telling, orders: Orders, audit: Audit
    ) -> None:
        self._desk = desk
        self._changes = changes
        self._rights = rights
        self._telling = telling
        self._orders = orders
        self._audit = audit

    def key(self, request_id: str) -> str:
        """Of the announcement."""
        return f"pushed:{request_id}"

    async def begun(self, row: RequestRow, action: Action) -> Then:
        """What goes with a push that was begun: its debt is told once, break-glass is announced and to be declared."""
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        debt = effects.in_channel(
            f"debt:{action.id}", blocks.DEBT, channel_id, blocks.debt(action.title, action.id, owner=action.owner)
        )
        is_announced = action.mode is Mode.BREAK_GLASS
        announcement = await self._announcement(row, rows.OPEN) if is_announced else None
        return partial(self._put, row=row, debt=debt, announcement=announcement)

    async def _put(self, tx: Tx, *, row: RequestRow, debt: Effect, announcement: Effect | None) -> None:
        now = self._desk.clock.now()
        if announcement is not None:
            await rows.open_one(tx, row.id, now=now)
            await self._audit.add(tx, "follow_up.open", person=None, subject=row.id, facts={"action": row.action})
            await self._send(tx, announcement)
        if await rows.is_new_debt(tx, row.action, now=now):
            await self._send(tx, debt)

    async def follow(self) -> None:
        """Declares what can be declared, and looks what became of it. One that fails holds up no other."""
        async with self._desk.database.read() as tx:
            waiting = await rows.unsettled(tx)
        for follow_up in waiting:
            try:
                await self._look_at(follow_up)
            except GitFailed as error:
                log.warning("follow_up.not_looked_at", request=follow_up.request_id, reason=str(error))

    async def settle(self, decision: RequestDecision, row: RequestRow) -> str:
        """Somebody says what became of it; why they may not, else ""."""
        if reason := await self._rights.why_not_settle(row, decision.person):
            return reason
        return "" if await self._settle(row, decision.choice, by=decision.person) else TOO_LATE

    async def _look_at(self, follow_up: FollowUpRow) -> None:
        async with self._desk.database.read() as tx:
            row = await request_rows.by_id(tx, follow_up.request_id)
        if row is None or row.state != request_rows.DONE:
            return
        if follow_up.state == rows.OPEN:
            await self._declare(row, follow_up)
        elif follow_up.state == rows.PROPOSED and follow_up.files is not None:
            await self._look_up(row, follow_up)

    async def _declare(self, row: RequestRow, follow_up: FollowUpRow) -> None:
        """Opens the pull request that the entry says; nothing where it says none, or nothing can be declared."""
        action = self._rights.live(row)
        if action is None or action.declares is None or follow_up.files == {}:
            return
        files = follow_up.files or await self._files(row, action)
        await self._desk.database.write(lambda tx: rows.put(tx, row.id, files=files))
        if not files:
            return
        host = self._changes.host(action.declares.repository)
        standing = await host.propose(await self._orders.declaration(row, files))
        proposed = {"state": rows.PROPOSED, "url": standing.url, "number": standing.number}
        shown = await self._announcement(row, rows.PROPOSED)

        async def unit(tx: Tx) -> None:
            await rows.put(tx, row.id, **proposed)
            await self._send(tx, effects.newest(shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _files(self, row: RequestRow, action: Action) -> dict[str, str | None]:
        """Made once, so that every try proposes the same; empty where the declared state cannot be written."""
        assert action.declares is not None
        made = await self._changes.make(action.declares, row.values or {})
        if isinstance(made, NotPossible):
            log.warning("follow_up.not_declared", request=row.id, reason=made.reason)
            return {}
        return dict(made.rendered.files)

    async def _look_up(self, row: RequestRow, follow_up: FollowUpRow) -> None:
        declares = row.entry["declares"]
        host = self._changes.host(declares["repository"])
        standing = await host.look_up(await self._orders.declaration(row, follow_up.files or {}))
        if standing.review is Review.MERGED:
            await self._settle(row, "declared", by=None)
        elif standing.review is not Review.OPEN:
            await self._desk.database.write(lambda tx: rows.put(tx, row.id, state=rows.OPEN, files={}))

    async def _settle(self, row: RequestRow, what: str, *, by: str | None) -> bool:
        state = rows.RETURNED if what == "returned" else rows.DECLARED
        shown = await self._announcement(row, state)

        async def unit(tx: Tx) -> bool:
            if not await rows.settle(tx, row.id, state=state, by=by, now=self._desk.clock.now()):
                return False
            await self._audit.add(tx, f"follow_up.{state}", person=by, subject=row.id, facts={"action": row.action})
            await self._send(tx, effects.newest(shown))
            return True

        is_settled = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        return is_settled

    async def _announcement(self, row: RequestRow, state: str) -> Effect:
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        is_open = state in (rows.OPEN, rows.PROPOSED)
        shown = blocks.pushed(await self._telling.told(row), follow_up=STANDINGS[state], has_buttons=is_open)
        return effects.in_channel(self.key(row.id), blocks.PUSHED, channel_id, shown)

    async def _send(self, tx: Tx, effect: Effect) -> None:
        """Nothing where the handbook names no platform channel."""
        if effect.channel_id:
            await self._desk.outbox.put(tx, effect)
