"""Judges evidence: the first decision counts, is written down, shown on every card and told to the team's people."""

from collections.abc import Collection
from dataclasses import replace

import structlog

from bot import effects
from bot.adoption import evidence_blocks as blocks
from bot.adoption.blocks import said
from bot.adoption.cards import EvidenceCards
from bot.adoption.evidence_blocks import JUDGED, Names, Where
from bot.adoption.rules import choice_id, digest, not_enough
from bot.audit import Audit
from bot.authority import OVERHEARD, REASONS, TOO_LATE, Act, Refused
from bot.blockkit import escape
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import Effect, Evidence, EvidenceState, Json, PolicyChoice, Way
from bot.people import PeopleService
from bot.storage import policies as rows
from bot.storage.engine import Tx
from bot.wanted import Judging, Kind
from knowledge.policies import Policy

log = structlog.get_logger(__name__)

GONE = "This evidence, or the policy that it is for, is not there any more."
SETTLED = "This was settled meanwhile: somebody judged it, it was replaced by newer evidence, or it ended."
OWN = "You are named as the owner of this evidence, so another owner of the policy judges it."
SAY_WHAT = "Choose what is not shown, or say in your words what would be enough: the team needs it to go on."
NOT_OPENED = "Slack did not open the form. Please press again."
BROKEN = "This was not saved: something broke on my side, and my operators see it. Please press again later."


class JudgingService:
    def __init__(self, desk: Desk, people: PeopleService, cards: EvidenceCards, audit: Audit, *, command: str) -> None:
        self._desk = desk
        self._people = people
        self._cards = cards
        self._audit = audit
        self._command = command

    async def take_accepted(self, where: Where, *, key: str, user_id: str, response_url: str | None) -> None:
        """Takes the press down; whether it counts is decided right after, with the rights as they are then."""

        def wanted(person: str) -> Judging:
            evidence_id, channel_id = where.evidence_id, where.channel_id
            return Judging(f"{person}:{key}", person, evidence_id, True, channel_id, response_url=response_url)

        await self._desk.take(Kind.JUDGE_EVIDENCE, user_id, wanted)

    async def ask_reasons(
        self, where: Where, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """Opens the form in which the judge says what is not enough."""
        evidence, policy = await self._found(where.evidence_id)
        words = GONE
        if evidence is not None and policy is not None:
            words = await self._open(trigger_id, blocks.reasons(evidence, policy, where))
        if words:
            await self._desk.tell(user_id, "reasons", key, said(words), response_url=response_url)

    async def _open(self, trigger_id: str, form: Json) -> str:
        """What the person is told; "" when it is open."""
        try:
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("evidence.form_not_opened", reason=str(error))
            return NOT_OPENED
        return ""

    async def take_reasons(
        self, where: Where, missing: Collection[str], words: str, *, key: str, user_id: str
    ) -> dict[str, str]:
        """What is wrong in the form, by its blocks; taken down when nothing is."""
        _, policy = await self._found(where.evidence_id)
        if policy is None:
            return blocks.errors({blocks.WORDS: GONE})
        reason = not_enough(policy, missing, words)
        if not reason:
            return blocks.errors({blocks.WORDS: SAY_WHAT})

        def wanted(person: str) -> Judging:
            return Judging(key, person, where.evidence_id, False, where.channel_id, reason)

        await self._desk.take(Kind.JUDGE_EVIDENCE, user_id, wanted)
        return {}

    # By a worker.

    async def judge(self, judging: Judging) -> None:
        """Carries out what was said if the person may say it and nobody did before; else they are told why not."""
        evidence, policy = await self._found(judging.evidence_id)
        if evidence is None or policy is None:
            await self._tell(judging, GONE)
        elif reason := await self._why_not(judging, evidence, policy):
            await self._tell(judging, reason)
        else:
            await self._settle(judging, evidence, policy)

    async def given_up(self, judging: Judging) -> None:
        await self._tell(judging, BROKEN)

    async def _found(self, evidence_id: str) -> tuple[Evidence | None, Policy | None]:
        async with self._desk.database.read() as tx:
            evidence = await rows.by_id(tx, evidence_id)
        return evidence, self._cards.handbook.policy(evidence.policy) if evidence else None

    async def _why_not(self, judging: Judging, evidence: Evidence, policy: Policy) -> str:
        """Why the person may not judge it now; "" when they may."""
        person = judging.person
        profile = await self._people.profile(person)
        permission = await self._cards.may_judge(profile, evidence, policy, channel_id=judging.channel_id)
        if not isinstance(permission, Refused):
            return ""
        is_about_parts = permission.reason not in (OVERHEARD, TOO_LATE, REASONS[Act.JUDGE_EVIDENCE])
        return OWN if is_about_parts and person == evidence.owner != evidence.person else permission.reason

    async def _settle(self, judging: Judging, evidence: Evidence, policy: Policy) -> None:
        now = self._desk.clock.now()
        state = EvidenceState.ACCEPTED if judging.is_enough else EvidenceState.DECLINED
        settled = replace(evidence, state=state, judge=judging.person, reason=judging.reason, judged_at=now)
        names = await self._cards.names(settled)

        async def unit(tx: Tx) -> None:
            if await rows.judge(tx, evidence, state, judge=judging.person, reason=judging.reason, now=now):
                await self._write(tx, settled, policy, names)
            else:
                await self._desk.outbox.put(tx, self._told(judging, SETTLED))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _write(self, tx: Tx, settled: Evidence, policy: Policy, names: Names) -> None:
        """In the transaction of the decision: chosen when accepted, shown, told, and sealed."""
        if settled.state == EvidenceState.ACCEPTED and settled.judged_at is not None:
            chosen = choice_id(policy.id, settled.id)
            person, at = settled.person, settled.judged_at
            await rows.choose(tx, PolicyChoice(chosen, policy.id, settled.team, Way.EVIDENCE, settled.id, person, at))
        await self._cards.renew(tx, settled, policy, names)
        shown = blocks.judged(settled, policy, names, command=self._command)
        for person in sorted({settled.person, settled.owner}):
            key = f"judged:{settled.id}:{person}"
            await self._desk.outbox.put(tx, effects.privately(key, person, shown, kind=JUDGED))
        facts = {"policy": policy.id, "digest": digest(settled)}
        await self._audit.add(tx, f"evidence.{settled.state}", person=settled.judge, subject=settled.id, facts=facts)

    async def _tell(self, judging: Judging, words: str) -> None:
        await self._desk.send(self._told(judging, words))

    def _told(self, judging: Judging, words: str) -> Effect:
        key, url = f"judging:{judging.key}", judging.response_url
        return effects.privately(key, judging.person, said(escape(words)), response_url=url)
