"""Where evidence is judged: who may, and the cards that stand before them; each is edited in place.

Decides nothing about evidence; what a press means is `bot.adoption.judging`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot import effects
from bot.adoption import evidence_blocks as blocks
from bot.adoption.evidence_blocks import TO_JUDGE, Names
from bot.authority import Act, Allowed, Matter, Place, Refused, Stage, may
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.model import Effect, Evidence, EvidenceState, Profile
from bot.people import PeopleService
from bot.storage import policies as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of, slack_ids_of
from bot.storage.policies import Card
from knowledge.capabilities import owner_group
from knowledge.loader import Handbook
from knowledge.people import PLATFORM_TEAM
from knowledge.policies import Policy

SOMEONE = "someone"


@dataclass(frozen=True)
class Judges:
    """The Slack ids of those who may judge a piece of evidence, and the channel they are told in; "" is none."""

    people: tuple[str, ...]
    channel_id: str = ""


class EvidenceCards:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    @property
    def handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook

    async def judges(self, evidence: Evidence, policy: Policy) -> Judges:
        """Who may judge it as things stand now. Raises SlackError."""
        group = owner_group(policy.owner, self.handbook.people)
        owners = sorted(await self._people.members_of(group)) if group else []
        able = [each for each in owners if await self._is_able(each, evidence, policy)]
        return Judges(tuple(able), await self._channel(policy))

    async def _is_able(self, user_id: str, evidence: Evidence, policy: Policy) -> bool:
        """Somebody Slack does not know is not: an owner's id may be wrong, and the others still judge."""
        try:
            person = await self._desk.slack.profile(user_id)
        except SlackRefused as refused:
            if refused.is_token_trouble:
                raise
            return False
        return isinstance(await self.may_judge(person, evidence, policy), Allowed)

    async def may_judge(
        self, person: Profile, evidence: Evidence, policy: Policy, *, channel_id: str = ""
    ) -> Allowed | Refused:
        """Whether this person may judge it now; `channel_id` is where they do. Raises SlackError."""
        is_waiting = evidence.state == EvidenceState.WAITING and evidence.expires_on >= self._desk.today()
        matter = Matter(
            place=await self._place(channel_id),
            stage=Stage.WAITING if is_waiting else Stage.ENDED,
            is_conflicted=await self._is_conflicted(person.user_id, evidence, policy),
        )
        is_owner = await self._owns(person.user_id, policy.owner)
        return may(person, Act.JUDGE_EVIDENCE, workspace=self._desk.workspace, is_owner=is_owner, matter=matter)

    async def _place(self, channel_id: str) -> Place:
        if not channel_id or channel_id.startswith("D"):
            return Place.PRIVATE
        try:
            return Place.SHARED if (await self._desk.slack.channel_info(channel_id)).is_shared else Place.CHANNEL
        except SlackRefused:
            return Place.SHARED  # nobody knows who reads along

    async def _is_conflicted(self, user_id: str, evidence: Evidence, policy: Policy) -> bool:
        """Whether the person, by any account of theirs, owns the capability or has a part in the evidence."""
        people, capability = self.handbook.people, self.handbook.capability(policy.capability)
        if capability is None:
            return True
        accounts = {user_id}.union(*(ids for ids in people.aliases if user_id in ids))
        has_part = bool(accounts & await self._parties(evidence))
        return has_part or any([await self._owns(each, capability.owner) for each in accounts])

    async def _owns(self, user_id: str, owner: str) -> bool:
        group = owner_group(owner, self.handbook.people)
        return group is not None and await self._people.is_in(group, user_id)

    async def _parties(self, evidence: Evidence) -> frozenset[str]:
        """Who handed it in, and who is named as its owner."""
        async with self._desk.database.read() as tx:
            return frozenset((await slack_ids_of(tx, {evidence.person, evidence.owner})).values())

    async def _channel(self, policy: Policy) -> str:
        """The channel of the policy's owners, where the bot is in it and no other company is; else ""."""
        people = self.handbook.people
        named = people.approvers.get(policy.owner) or people.teams.get(policy.owner)
        channel_id = named.channel_id if named else ""
        if policy.owner == PLATFORM_TEAM:
            channel_id = self.handbook.channels.platform_channel
        if not channel_id:
            return ""
        try:
            info = await self._desk.slack.channel_info(channel_id)
        except SlackRefused:
            return ""
        return channel_id if info.is_member and not (info.is_shared or info.is_archived) else ""

    async def names(self, evidence: Evidence) -> Names:
        """What Slack calls those who have to do with it. Raises SlackError."""
        return Names(
            await self._name(evidence.person), await self._name(evidence.owner), await self._name(evidence.judge)
        )

    async def _name(self, person: str | None) -> str:
        if person is None:
            return ""
        async with self._desk.database.read() as tx:
            slack_id = (await slack_ids_of(tx, {person})).get(person)
        return (await self._desk.slack.real_name(slack_id) if slack_id else "") or SOMEONE

    def policy_of(self, evidence: Evidence) -> Policy | None:
        """The policy, while it applies to the team."""
        policy, teams = self.handbook.policy(evidence.policy), self.handbook.people.teams
        return policy if policy and evidence.team in teams and policy.teams.has(evidence.team) else None

    async def show(self, evidence: Evidence, policy: Policy) -> None:
        """Puts a card where one may judge it and none stands yet. Raises SlackError."""
        judges, names = await self.judges(evidence, policy), await self.names(evidence)
        await self._desk.database.write(lambda tx: self.put(tx, evidence, policy, judges, names))
        self._desk.outbox.bell.set()

    async def put(self, tx: Tx, evidence: Evidence, policy: Policy, judges: Judges, names: Names) -> None:
        """A card in each place where one is judged; one that stands there already is left as it is."""
        for place in await self._places(tx, evidence, judges) if judges.people else ():
            await self._desk.outbox.put(tx, self._card(place, evidence, policy, names))

    async def renew(self, tx: Tx, evidence: Evidence, policy: Policy, names: Names) -> None:
        """Every card of it, as it stands now."""
        for place in await rows.cards_of(tx, evidence.id):
            await self._desk.outbox.put(tx, effects.newest(self._card(place, evidence, policy, names)))

    async def _places(self, tx: Tx, evidence: Evidence, judges: Judges) -> Sequence[Card]:
        if judges.channel_id:
            return [Card(f"evidence:{evidence.id}:{judges.channel_id}", judges.channel_id, None)]
        now, new_id = self._desk.clock.now(), self._desk.new_id
        known = await pseudonyms_of(tx, judges.people, now=now, new_id=new_id)
        return [Card(f"evidence:{evidence.id}:{person}", "", person) for person in sorted(known.values())]

    def _card(self, place: Card, evidence: Evidence, policy: Policy, names: Names) -> Effect:
        zone = ZoneInfo(self.handbook.channels.timezone)
        on = evidence.judged_at.astimezone(zone).date() if evidence.judged_at else None
        shown = blocks.card(evidence, policy, names, on=on)
        if place.recipient is not None:
            return effects.privately(place.key, place.recipient, shown, kind=TO_JUDGE)
        return effects.in_channel(place.key, TO_JUDGE, place.channel_id, shown)
