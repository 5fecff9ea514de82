"""Once a day: reminds people of evidence that ends, and sees that what waits stands before those who may judge it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta

from bot import effects
from bot.adoption import evidence_blocks as blocks
from bot.adoption.cards import EvidenceCards
from bot.adoption.evidence_blocks import ENDS
from bot.adoption.rules import AFTER, REMINDED, reminder
from bot.calendar import Daily
from bot.desk import Desk
from bot.model import Effect, Evidence, EvidenceState
from bot.people import PeopleService
from bot.storage import policies as rows
from bot.storage.engine import Tx
from bot.wanted import Due
from knowledge.policies import Policy

AT = time(9)
WORTH = timedelta(hours=20)  # later the next morning tells it

Item = tuple[Evidence, Policy, int]  # and how many days it still holds, as reminded


class ReminderService:
    def __init__(self, desk: Desk, people: PeopleService, cards: EvidenceCards, *, command: str) -> None:
        self._desk = desk
        self._people = people
        self._cards = cards
        self._command = command

    def schedule(self) -> Daily:
        return Daily(AT, self._cards.handbook.channels.timezone)

    async def remind(self, due: Due) -> None:
        """One message a person for all that ends; each reminder of a piece of evidence is said once."""
        by_person: defaultdict[str | None, list[Item]] = defaultdict(list)
        for item in await self._due():
            by_person[await self._recipient(item[0])].append(item)
        for person, items in by_person.items():
            await self._remind(due, person, items)
        await self._show_again()

    async def _due(self) -> Sequence[Item]:
        today, timezone = self._desk.today(), self._cards.handbook.channels.timezone
        async with self._desk.database.read() as tx:
            accepted = await rows.ending(tx, until=today + timedelta(days=max(REMINDED)))
            waiting = [each for each in await rows.waiting(tx) if each.expires_on < today]
        found = [(each, reminder(each, today=today, timezone=timezone)) for each in accepted]
        found += [(each, AFTER) for each in waiting]
        return [
            (each, policy, days)
            for each, days in found
            if days is not None and (policy := self._cards.policy_of(each)) is not None
        ]

    async def _recipient(self, evidence: Evidence) -> str | None:
        """Who owns it, else who handed it in; None, which is the platform channel, when neither is there any more."""
        for person in (evidence.owner, evidence.person):
            if not (await self._people.profile(person)).is_deleted:
                return person
        return None

    async def _remind(self, due: Due, person: str | None, items: Sequence[Item]) -> None:
        now = self._desk.clock.now()
        names = {each.id: await self._cards.names(each) for each, _, _ in items if each.state == EvidenceState.WAITING}

        async def unit(tx: Tx) -> None:
            told = [item for item in items if await rows.remind(tx, item[0], has_expired=item[2] == AFTER, now=now)]
            for each, policy, _ in told:
                if each.id in names:
                    await self._cards.renew(tx, replace(each, state=EvidenceState.EXPIRED), policy, names[each.id])
            if told and (message := self._message(f"evidence-ends:{due.key}", person, told)) is not None:
                await self._desk.outbox.put(tx, message)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def _message(self, key: str, person: str | None, items: Sequence[Item]) -> Effect | None:
        shown = blocks.ends(items, command=self._command)
        if person is not None:
            return effects.privately(f"{key}:{person}", person, shown, kind=ENDS)
        channel_id = self._cards.handbook.channels.platform_channel
        return effects.in_channel(f"{key}:platform", ENDS, channel_id, shown) if channel_id else None

    async def _show_again(self) -> None:
        """What waits is put before owners that the policy did not have when it was handed in."""
        async with self._desk.database.read() as tx:
            waiting = await rows.waiting(tx)
        for each in self._newest(waiting).values():
            policy = self._cards.policy_of(each)
            if policy is not None and each.expires_on >= self._desk.today():
                await self._cards.show(each, policy)

    def _newest(self, waiting: Sequence[Evidence]) -> Mapping[tuple[str, str], Evidence]:
        """Of each policy and team: they come the oldest first."""
        return {(each.policy, each.team): each for each in waiting}
