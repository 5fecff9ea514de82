"""Tells what is open to whoever may ask for it, and to each person who comes on duty.

What is open is each pillar's to say: a maker gives its part. Who is on duty is looked at every few minutes.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot import effects
from bot.authority import Act
from bot.desk import Desk
from bot.errors import SlackError
from bot.handover import blocks
from bot.handover.blocks import Part
from bot.people import PeopleService
from bot.storage import duty as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of, stand_ins, who_is_left_out
from bot.wanted import Asking, Began, Kind
from bot.work import enqueue

Maker = Callable[[], Awaitable[Part]]

OPEN = "*What is open*"
YOURS = "*You are on duty now.* This is open:"

log = structlog.get_logger(__name__)


class HandoverService:
    def __init__(self, desk: Desk, people: PeopleService, makers: Sequence[Maker]) -> None:
        self._desk = desk
        self._people = people
        self._makers = makers

    async def show(self, asking: Asking) -> None:
        """What is open, to the person alone wherever they ask; refused to all but the platform team."""
        reason = await self._people.why_not(await self._people.profile(asking.asker), Act.SEE_OPEN)
        shown = blocks.refusal(reason) if reason else blocks.handover(await self._parts(), head=OPEN)
        key, url = f"handover:{asking.key}", asking.response_url
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.HANDOVER))

    async def tell(self, began: Began) -> None:
        """What is open, to a person who came on duty; nothing when nothing is."""
        parts = await self._parts()
        if all(part.is_empty for part in parts):
            return
        shown = blocks.handover(parts, head=YOURS)
        await self._desk.send(effects.privately(f"handover:{began.key}", began.person, shown, kind=blocks.ON_DUTY))

    async def observe(self) -> None:
        """Who is in the duty group now; who came into it since the last look is told what is open.

        Who is there at the very first look counts as always there. Nothing changes when Slack does not say.
        """
        try:
            there = await self._on_duty()
        except SlackError as error:
            log.warning("handover.not_observed", reason=str(error))
            return
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> int:
            seen = there - await who_is_left_out(tx, there, await stand_ins(tx))
            known = await pseudonyms_of(tx, seen, now=now, new_id=self._desk.new_id)
            began = await rows.observe(tx, frozenset(known.values()))
            for person in began:
                await enqueue(tx, Kind.ON_DUTY, Began(f"{person}:{now.isoformat()}", person), due_at=now, now=now)
            return len(began)

        if await self._desk.database.write(unit):
            self._desk.wake()

    async def _on_duty(self) -> frozenset[str]:
        duty = self._desk.shelf.library.handbook.people.duty
        if duty is None:
            return frozenset()
        today, group = self._desk.today(), duty.group
        members = await self._desk.slack.group_members(group.usergroup_id)
        return members | {each.user_id for each in group.members if group.has(each.user_id, on=today)}

    async def _parts(self) -> Sequence[Part]:
        return [await make() for make in self._makers]
