"""Takes evidence of a team: opens its form, says in the form what is wrong, and puts it before its judges."""

from collections.abc import Mapping, Sequence
from datetime import date

import structlog

from bot import effects
from bot.adoption import evidence_blocks as blocks
from bot.adoption.blocks import said
from bot.adoption.cards import SOMEONE, EvidenceCards
from bot.adoption.evidence_blocks import NOBODY_JUDGES, Names
from bot.adoption.rules import Filled, digest, problems
from bot.audit import Audit
from bot.authority import Act, Allowed, Matter, Place, Refused, may
from bot.blockkit import escape
from bot.desk import Desk
from bot.errors import SlackError, SlackRefused
from bot.model import Evidence, EvidenceState, Profile
from bot.people import PeopleService
from bot.storage import policies as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of
from bot.wanted import HandingIn, Kind
from bot.work import enqueue
from knowledge.policies import Policy

log = structlog.get_logger(__name__)

NOBODY = Names(SOMEONE, SOMEONE)
GONE = "This policy is not in the handbook any more."
NOT_OPENED = "Slack did not open the form. Please press again."
NO_MEMBER = "Name a colleague who is a member here: no guest, and no bot."
FORM_CHANGED = (
    "The policy has changed since you opened this form. Copy what you wrote, close it and open it again. "
    "Nothing was handed in."
)
CHANGED = "Your evidence was not taken: the policy has changed since you opened the form. Please hand it in again."
BROKEN = "Your evidence was not taken: something broke on my side, and my operators see it. Please hand it in again."


class HandingInService:
    def __init__(self, desk: Desk, people: PeopleService, cards: EvidenceCards, audit: Audit) -> None:
        self._desk = desk
        self._people = people
        self._cards = cards
        self._audit = audit

    async def open_form(
        self, offer: tuple[str, Sequence[str]], *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """Before the person's eyes; whether they may hand in is decided when they do."""
        policy_id, teams = offer
        policy = self._policy(policy_id)
        offered = [each for each in teams if policy and self._applies(policy, each)]
        if policy is None or not offered:
            await self._tell_user(user_id, key, GONE, response_url)
            return
        try:
            form = blocks.form(policy, offered, user_id=user_id, today=self._desk.today())
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("evidence.form_not_opened", reason=str(error))
            await self._tell_user(user_id, key, NOT_OPENED, response_url)

    async def take_form(self, filled: Filled, *, policy_id: str, key: str, user_id: str) -> Mapping[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is. Raises SlackError."""
        policy = self._policy(policy_id)
        if policy is None:
            return blocks.errors({"link": GONE})
        if any(each.id not in filled.points for each in policy.must_show):
            return blocks.errors({"link": FORM_CHANGED})  # Slack takes errors for fields of the form alone
        found = problems(filled, policy, teams=self._teams(policy), today=self._desk.today())
        if filled.owner and "owner" not in found and not await self._is_member(filled.owner):
            found["owner"] = NO_MEMBER
        if not found:
            await self._take(filled, policy, key, user_id)
        return blocks.errors(found)

    async def _take(self, filled: Filled, policy: Policy, key: str, user_id: str) -> None:
        now, points = self._desk.clock.now(), {each.id: filled.points[each.id] for each in policy.must_show}

        async def unit(tx: Tx) -> None:
            known = await pseudonyms_of(tx, {user_id, filled.owner}, now=now, new_id=self._desk.new_id)
            person, owner = known[user_id], known[filled.owner]
            handing_in = HandingIn(key, person, policy.id, filled.team, filled.link, points, owner, filled.expires_on)
            await enqueue(tx, Kind.HAND_IN, handing_in, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def _is_member(self, user_id: str) -> bool:
        """Whether a person could own evidence. Raises SlackError when Slack does not say."""
        try:
            profile = await self._desk.slack.profile(user_id)
        except SlackRefused as refused:
            if refused.is_token_trouble:
                raise
            return False
        return not isinstance(self._may(profile, is_in_team=True), Refused)

    def _may(self, person: Profile, *, is_in_team: bool) -> Allowed | Refused:
        matter = Matter(place=Place.PRIVATE, is_named=is_in_team)
        return may(person, Act.HAND_IN, workspace=self._desk.workspace, matter=matter)

    # By a worker.

    async def hand_in(self, handed: HandingIn) -> None:
        """Put before those who may judge it, or the person is told why not."""
        policy, person = self._policy(handed.policy), await self._people.profile(handed.person)
        if policy is None or not self._applies(policy, handed.team):
            await self._tell(handed, GONE)
            return
        is_in_team = not person.is_deleted and handed.team in await self._people.teams_of(person.user_id)
        permission = self._may(person, is_in_team=is_in_team)
        if isinstance(permission, Refused):
            await self._tell(handed, permission.reason)
        elif set(handed.points) != {each.id for each in policy.must_show}:
            await self._tell(handed, CHANGED)
        else:
            await self._put(self._evidence(handed), policy)

    def _evidence(self, handed: HandingIn) -> Evidence:
        return Evidence(
            id=self._desk.new_id(),
            key=handed.key,
            policy=handed.policy,
            team=handed.team,
            person=handed.person,
            link=handed.link,
            points=handed.points,
            owner=handed.owner,
            expires_on=date.fromisoformat(handed.expires_on),
            created_at=self._desk.clock.now(),
        )

    async def _put(self, evidence: Evidence, policy: Policy) -> None:
        async with self._desk.database.read() as tx:
            kept = await rows.kept_for(tx, policy.id)
        others = [each for each in kept.evidence.get(evidence.team, ()) if each.state == EvidenceState.WAITING]
        judges = await self._cards.judges(evidence, policy)
        names = {each.id: await self._cards.names(each) for each in (*others, evidence)}

        async def unit(tx: Tx) -> None:
            replaced = await rows.hand_in(tx, evidence)
            if replaced is not None:
                for each in replaced:
                    await self._cards.renew(tx, each, policy, names.get(each.id, NOBODY))
                await self._cards.put(tx, evidence, policy, judges, names[evidence.id])
                await self._confirm(tx, evidence, policy, has_judges=bool(judges.people), replaces=bool(replaced))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _confirm(self, tx: Tx, evidence: Evidence, policy: Policy, *, has_judges: bool, replaces: bool) -> None:
        """Said to who handed it in, and to the platform team where nobody may judge it; and sealed."""
        shown = blocks.handed_in(evidence, policy, has_judges=has_judges, replaces=replaces)
        await self._desk.outbox.put(tx, effects.privately(f"handed-in:{evidence.id}", evidence.person, shown))
        channel_id = self._cards.handbook.channels.platform_channel
        if channel_id and not has_judges:
            asks = blocks.nobody_judges(evidence, policy)
            told = effects.in_channel(f"unjudged:{evidence.id}", NOBODY_JUDGES, channel_id, asks)
            await self._desk.outbox.put(tx, told)
        facts = {"policy": policy.id, "digest": digest(evidence)}
        await self._audit.add(tx, "evidence.handed_in", person=evidence.person, subject=evidence.id, facts=facts)

    async def given_up(self, handed: HandingIn) -> None:
        await self._tell(handed, BROKEN)

    async def _tell(self, handed: HandingIn, words: str) -> None:
        await self._desk.send(effects.privately(f"not-handed-in:{handed.key}", handed.person, said(escape(words))))

    async def _tell_user(self, user_id: str, key: str, words: str, response_url: str | None) -> None:
        await self._desk.tell(user_id, "evidence-form", key, said(words), response_url=response_url)

    def _policy(self, policy_id: str) -> Policy | None:
        return self._cards.handbook.policy(policy_id)

    def _applies(self, policy: Policy, team: str) -> bool:
        return team in self._teams(policy)

    def _teams(self, policy: Policy) -> Sequence[str]:
        return [each for each in self._cards.handbook.people.teams if policy.teams.has(each)]
