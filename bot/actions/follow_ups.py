"""What a push leaves behind: a break-glass run is announced and declared in Git afterwards, a push is counted as debt.

A follow-up is open until the state it made stands in Git, or somebody says that the controller returned it.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

import structlog

from bot import effects
from bot.actions import blocks
from bot.actions import rules as request_rules
from bot.actions.changes import Changes
from bot.actions.moving import Then, nothing
from bot.actions.orders import Orders
from bot.actions.rendering import NOTHING_CHANGES, NotPossible
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
from bot.wanted import RequestDecision
from knowledge.actions import GitBackend, Mode

log = structlog.get_logger(__name__)

OPEN = "What it made is not declared in Git yet."
FAILED = "It failed, and may have left something behind. Somebody has to look."
CLOSED = "The pull request that declares it was closed. What it made is not declared in Git yet."
PROPOSED = "A pull request that declares it is open."
DECLARED = "What it made is declared in Git."
RETURNED = "The controller put back what Git says."
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

    async def begun(self, row: RequestRow) -> Then:
        """What goes with a push that began, or may have: its debt is told once; break-glass is announced, and declared
        afterwards.
        """
        entry, channel_id = row.entry, self._channel_id
        asked = blocks.debt(entry["title"], row.action, owner=entry["owner"])
        debt = effects.in_channel(f"debt:{row.action}", blocks.DEBT, channel_id, asked)
        announcement = await self._announcement(row, rows.OPEN) if row.mode == Mode.BREAK_GLASS else None
        return partial(self._put, row=row, debt=debt, announcement=announcement)

    async def ended(self, row: RequestRow) -> Then:
        """What goes with the end of a run: its announcement says it too."""
        async with self._desk.database.read() as tx:
            follow_up = await rows.by_id(tx, row.id)
        if follow_up is None:
            return nothing
        return partial(self._show, effect=await self._announcement(row, follow_up.state))

    async def _put(self, tx: Tx, *, row: RequestRow, debt: Effect, announcement: Effect | None) -> None:
        now = self._desk.clock.now()
        if announcement is not None and await rows.open_one(tx, row.id, now=now):
            await self._show(tx, announcement)
            await self._audit.add(tx, "follow_up.open", person=None, subject=row.id, facts={"action": row.action})
        if debt.channel_id and await rows.is_new_debt(tx, row.action, now=now):
            await self._desk.outbox.put(tx, debt)

    async def follow(self) -> None:
        """Declares what can be declared, and looks what became of it. One that fails holds up no other."""
        async with self._desk.database.read() as tx:
            waiting = await rows.unsettled(tx)
        now = self._desk.clock.now()
        for follow_up in waiting:
            if not request_rules.is_look_due(follow_up.looked_at, follow_up.opened_at, now=now):
                continue
            if not await self._desk.database.write(partial(rows.take_look, row=follow_up, now=now)):
                continue  # another replica's
            try:
                await self._look_at(follow_up)
            except GitFailed as error:
                log.warning("follow_up.not_looked_at", request=follow_up.request_id, reason=str(error))

    async def settle(self, decision: RequestDecision, row: RequestRow) -> str:
        """Somebody says what became of it; why they may not, else ""."""
        if reason := await self._rights.why_not_settle(row, decision.person):
            return reason
        state = rows.RETURNED if decision.choice == "returned" else rows.DECLARED
        if await self._settle(row, state, by=decision.person):
            return ""
        async with self._desk.database.read() as tx:
            follow_up = await rows.by_id(tx, row.id)
        is_so = follow_up is not None and (follow_up.state, follow_up.settled_by) == (state, decision.person)
        return "" if is_so else TOO_LATE

    async def _look_at(self, follow_up: FollowUpRow) -> None:
        async with self._desk.database.read() as tx:
            row = await request_rows.by_id(tx, follow_up.request_id)
        if row is None or row.state != request_rows.DONE:
            return
        if follow_up.state == rows.OPEN:
            await self._declare(row, follow_up)
        elif follow_up.state == rows.PROPOSED:
            await self._look_up(row, follow_up)

    async def _declare(self, row: RequestRow, follow_up: FollowUpRow) -> None:
        """Opens the pull request that the entry says; nothing where it says none, or nothing can be declared."""
        action = self._rights.live(row)
        if action is None or action.declares is None or follow_up.files == {}:
            return
        made = follow_up.files or await self._files(row, action.declares)
        if isinstance(made, NotPossible):
            await self._not_declared(row, made)
            return
        files = await self._kept(row, made)
        standing = await self._changes.host(action.declares.repository).propose(
            await self._orders.declaration(row, files)
        )
        proposed = {"state": rows.PROPOSED, "url": standing.url, "number": standing.number}
        await self._change(row, rows.PROPOSED, among=[rows.OPEN], values=proposed)

    async def _files(self, row: RequestRow, declares: GitBackend) -> Mapping[str, str | None] | NotPossible:
        made = await self._changes.make(declares, row.values or {})
        return made if isinstance(made, NotPossible) else made.rendered.files

    async def _kept(self, row: RequestRow, files: Mapping[str, str | None]) -> Mapping[str, str | None]:
        """The same at every try, and in every replica."""

        async def unit(tx: Tx) -> Mapping[str, str | None]:
            await rows.keep_files(tx, row.id, files)
            kept = await rows.by_id(tx, row.id)
            return kept.files if kept and kept.files else files

        return await self._desk.database.write(unit)

    async def _not_declared(self, row: RequestRow, made: NotPossible) -> None:
        """What stands in Git already is declared; what cannot be written is left to people, with the reason."""
        if made.reason == NOTHING_CHANGES:
            await self._settle(row, rows.DECLARED, by=None)
            return
        log.warning("follow_up.not_declared", request=row.id, reason=made.reason)
        await self._change(row, rows.OPEN, among=[rows.OPEN], values={"files": {}}, said=f"{OPEN} {made.reason}")

    async def _look_up(self, row: RequestRow, follow_up: FollowUpRow) -> None:
        host = self._changes.host(row.entry["declares"]["repository"])
        standing = await host.look_up(await self._orders.declaration(row, follow_up.files or {}))
        if standing.review is Review.MERGED:
            await self._settle(row, rows.DECLARED, by=None)
        elif standing.review is not Review.OPEN:
            closed = {"state": rows.OPEN, "files": {}}
            await self._change(row, rows.OPEN, among=[rows.PROPOSED], values=closed, said=CLOSED)

    async def _settle(self, row: RequestRow, state: str, *, by: str | None) -> bool:
        shown = await self._announcement(row, state)

        async def unit(tx: Tx) -> bool:
            if not await rows.settle(tx, row.id, state=state, by=by, now=self._desk.clock.now()):
                return False
            await self._show(tx, shown)
            await self._audit.add(tx, f"follow_up.{state}", person=by, subject=row.id, facts={"action": row.action})
            return True

        is_settled = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        return is_settled

    async def _change(
        self, row: RequestRow, state: str, *, among: Collection[str], values: Mapping[str, Any], said: str = ""
    ) -> None:
        shown = await self._announcement(row, state, said=said)

        async def unit(tx: Tx) -> None:
            if await rows.put(tx, row.id, among=among, **values):
                await self._show(tx, shown)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _announcement(self, row: RequestRow, state: str, *, said: str = "") -> Effect:
        is_open = state in rows.UNSETTLED
        failed = FAILED if row.state == request_rows.FAILED and is_open else ""
        follow_up = said or failed or STANDINGS[state]
        shown = blocks.pushed(await self._telling.told(row), follow_up=follow_up, has_buttons=is_open)
        return effects.in_channel(self.key(row.id), blocks.PUSHED, self._channel_id, shown)

    @property
    def _channel_id(self) -> str:
        return self._desk.shelf.library.handbook.channels.platform_channel

    async def _show(self, tx: Tx, effect: Effect) -> None:
        """As the newest state of the announcement. Nothing where the handbook names no platform channel."""
        if effect.channel_id and not await self._desk.outbox.put(tx, effect):
            await self._desk.outbox.put(tx, effects.newest(effect))
