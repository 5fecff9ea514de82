"""What people say of a request by its buttons: kept if they may say it, as things stand at the press.

An approval is bound to what its card showed, and to the card itself: a copy elsewhere decides nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot import effects
from bot.actions import blocks, rules
from bot.actions.follow_ups import FollowUps
from bot.actions.moving import Moving
from bot.actions.rights import Rights
from bot.actions.service import RequestService
from bot.actions.telling import card_prefix, message_key
from bot.actions.validity import Validity
from bot.authority import CHANGED, TOO_LATE, Act
from bot.desk import Desk
from bot.errors import MentorError
from bot.storage import outbox as outbox_rows
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.requests import DecisionRow, RequestRow
from bot.wanted import Kind, RequestDecision, Requested
from bot.work import enqueue

UNKNOWN = "This request is no longer known here."
ELSEWHERE = "This is a copy of the message. Please press the button where I posted it."
OLD = "What would be done has changed since you saw it. The message shows it as it is now: please look again."
NOT_TAKEN = "That was not saved. Please press again."
VOID = "It was not approved. {} The person who asked can ask again with one press."
COUNTED_AGAIN = timedelta(minutes=15)  # after Slack could not be asked for so long who may approve


class NotPlacedYet(MentorError):
    """A message with buttons may be seen already, and where it stands is still being found out; it is tried again."""


class DecisionService:
    def __init__(
        self,
        desk: Desk,
        *,
        requests: RequestService,
        rights: Rights,
        validity: Validity,
        moving: Moving,
        follow_ups: FollowUps,
    ) -> None:
        self._desk = desk
        self._requests = requests
        self._rights = rights
        self._validity = validity
        self._moving = moving
        self._follow_ups = follow_ups
        self._by_choice: dict[str, Callable[[RequestDecision, RequestRow], Awaitable[str]]] = {
            "approve": self._approve,
            "decline": self._decline,
            "withdraw": self._withdraw,
            "renew": self._renew,
            "returned": follow_ups.settle,
            "declared": follow_ups.settle,
        }

    async def take_press(
        self,
        value: str,
        *,
        choice: str,
        key: str,
        user_id: str,
        channel_id: str,
        ts: str,
        response_url: str | None,
    ) -> None:
        request_id, digest = blocks.read_value(value)

        def wanted(person: str) -> RequestDecision:
            return RequestDecision(f"{person}:{key}", person, request_id, digest, choice, channel_id, ts, response_url)

        await self._desk.take(Kind.DECIDE_REQUEST, user_id, wanted)

    async def decide(self, decision: RequestDecision) -> None:
        """Raises NotPlacedYet when it has to be tried again: Slack shows a message before we know that it does."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, decision.request_id)
        reason = UNKNOWN if row is None else await self._why_not(decision, row)
        if row is not None and not reason:
            reason = await self._by_choice[decision.choice](decision, row)
        if reason:
            await self._tell(decision, reason)

    async def given_up(self, decision: RequestDecision) -> None:
        await self._tell(decision, NOT_TAKEN)

    async def _why_not(self, decision: RequestDecision, row: RequestRow) -> str:
        """Whether the press was on a message of ours that shows the request as it is."""
        if not await self._is_ours(decision, row):
            return ELSEWHERE
        is_old = decision.digest != (row.digest or "")[: len(decision.digest)] or not decision.digest
        return OLD if is_old and decision.choice in ("approve", "decline") else ""

    async def _is_ours(self, decision: RequestDecision, row: RequestRow) -> bool:
        """Approvers press on their cards, who asked on their own message, the platform team on the announcement."""
        prefix = {
            "approve": card_prefix(row.id),
            "decline": card_prefix(row.id),
            "returned": self._follow_ups.key(row.id),
            "declared": self._follow_ups.key(row.id),
        }.get(decision.choice, message_key(row.id))
        async with self._desk.database.read() as tx:
            there = await outbox_rows.put_under(tx, prefix)
        if (decision.channel_id, decision.ts) in {(each.slack_channel, each.slack_ts) for each in there}:
            return True
        if any(each.may_stand_unknown and each.channel_id in ("", decision.channel_id) for each in there):
            raise NotPlacedYet
        return False

    async def _approve(self, decision: RequestDecision, row: RequestRow) -> str:
        if rules.is_past(row.expires_at, now=self._desk.clock.now()):
            await self._requests.expire(Requested(decision.key, row.id))
            return TOO_LATE
        reason = await self._why_not_decide(decision, row, Act.APPROVE)
        if reason and reason != CHANGED:
            return "" if await self._has_said(decision, row, rows.APPROVE) else reason
        if changed := await self._validity.what_changed(row):
            return await self._make_void(row, changed)
        return reason or await self._agree(decision, row)

    async def _agree(self, decision: RequestDecision, row: RequestRow) -> str:
        """Kept by itself and counted after it: two people at once each count both."""

        async def unit(tx: Tx) -> bool:
            now = await rows.locked(tx, row.id)
            if now is None or now.state != rows.WAITING or now.digest != row.digest:
                return False
            if await rows.decide(tx, self._decision(decision, row)):
                counted = Requested(f"{row.id}:{(row.digest or '')[:16]}:{decision.person}", row.id)
                await self._moving.enqueue(tx, Kind.COUNT, counted)
                await self._moving.seal(tx, "approved", row=row, by=decision.person)
            return True

        is_kept = await self._desk.database.write(unit)
        self._desk.wake()
        return "" if is_kept else TOO_LATE

    async def count(self, requested: Requested) -> None:
        """Carries the request out once enough people agreed who may still; shows who did."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is None or row.state != rows.WAITING:
            return
        agreed = await self._rights.agreed(row)
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        if not rules.is_enough(needed, agreed):
            await self._moving.show(row)
            return
        wanted = Requested(f"{row.id}:{(row.digest or '')[:16]}", row.id)
        await self._moving.move(
            row,
            among=[rows.WAITING],
            values={"state": rows.GOING, "approved_at": self._desk.clock.now()},
            then=lambda tx: self._moving.enqueue(tx, Kind.EXECUTE, wanted),
        )

    async def count_later(self, requested: Requested) -> None:
        """What people agreed to is not lost for Slack being away: it is counted again until the request expires."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is None or row.state != rows.WAITING:
            return
        again = Requested(f"{row.id}:{now:%Y%m%dT%H%M%S}", row.id)
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.COUNT, again, due_at=now + COUNTED_AGAIN, now=now))

    async def _decline(self, decision: RequestDecision, row: RequestRow) -> str:
        if reason := await self._why_not_decide(decision, row, Act.DECLINE):
            return "" if await self._has_said(decision, row, rows.DECLINE) else reason
        is_kept = await self._moving.move(
            row,
            among=[rows.WAITING],
            values={"state": rows.DECLINED, "ended_at": self._desk.clock.now()},
            by=decision.person,
            then=lambda tx: rows.decide(tx, self._decision(decision, row)),
        )
        return "" if is_kept else TOO_LATE

    async def _withdraw(self, decision: RequestDecision, row: RequestRow) -> str:
        if reason := await self._rights.why_not_withdraw(row, decision.person):
            return "" if row.state == rows.WITHDRAWN and decision.person == row.person else reason
        values = {"state": rows.WITHDRAWN, "ended_at": self._desk.clock.now()}
        among = [rows.WAITING, *rows.LAPSING]
        is_kept = await self._moving.move(row, among=among, values=values, by=decision.person)
        return "" if is_kept else TOO_LATE

    async def _renew(self, decision: RequestDecision, row: RequestRow) -> str:
        if reason := await self._rights.why_not_renew(row, decision.person):
            return "" if await self._is_renewed(decision, row) else reason
        return await self._requests.renew(row)

    async def _has_said(self, decision: RequestDecision, row: RequestRow, choice: str) -> bool:
        """Whether the person said just this already: a press again, or a try again after it was kept."""
        async with self._desk.database.read() as tx:
            said = await rows.decisions_of(tx, row.id, row.digest or "")
        return (decision.person, choice) in {(each.person, each.choice) for each in said}

    async def _is_renewed(self, decision: RequestDecision, row: RequestRow) -> bool:
        async with self._desk.database.read() as tx:
            again = await rows.renewing(tx, row.id)
        return again is not None and decision.person == row.person

    async def _make_void(self, row: RequestRow, changed: str) -> str:
        """By the press of somebody who might have approved; a stranger's press changes nothing."""
        values = {"state": rows.VOID, "problem": changed}
        is_void = await self._moving.move(row, among=[rows.WAITING], values=values)
        return VOID.format(changed) if is_void else TOO_LATE

    async def _why_not_decide(self, decision: RequestDecision, row: RequestRow, act: Act) -> str:
        async with self._desk.database.read() as tx:
            said = await rows.decisions_of(tx, row.id, row.digest or "")
        has_decided = decision.person in {each.person for each in said}
        return await self._rights.why_not_decide(row, decision.person, act, has_decided=has_decided, is_intact=True)

    def _decision(self, decision: RequestDecision, row: RequestRow) -> DecisionRow:
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        because = needed.by if needed else ""
        choice = rows.APPROVE if decision.choice == "approve" else rows.DECLINE
        return DecisionRow(row.id, row.digest or "", decision.person, choice, because, self._desk.clock.now())

    async def _tell(self, decision: RequestDecision, words: str) -> None:
        shown = blocks.refused(words)
        effect = effects.privately(f"press:{decision.key}", decision.person, shown, response_url=decision.response_url)
        await self._desk.send(effect)
