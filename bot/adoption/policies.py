"""Shows people the policies that apply to their teams, and writes down that a team took the platform's way.

Evidence is handed in by `bot.adoption.handing_in` and judged by `bot.adoption.judging`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from bot import effects
from bot.adoption import blocks
from bot.adoption.blocks import Listed, Took
from bot.adoption.rules import TIMED, Standing, choice_id, digest, evidence_share, standing
from bot.adoption.teams import team_of
from bot.audit import Audit
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import PolicyChoice, Profile, Way
from bot.people import PeopleService
from bot.statistics import Share
from bot.storage import policies as rows
from bot.storage import requests
from bot.storage.engine import Tx
from bot.storage.policies import Kept
from bot.storage.requests import DONE, LIVE, UNOBSERVED, RequestRow
from bot.wanted import Asking, Converged
from knowledge.loader import Handbook
from knowledge.policies import Policy

T = TypeVar("T")

HOLDS = (LIVE, DONE, UNOBSERVED)  # states of a request that did what was asked


@dataclass(frozen=True)
class PolicyFacts:
    """How every team stands to which the policy applies, and how many of those that comply do it in their own way."""

    policy: str
    standings: Mapping[str, Standing]
    equivalent_evidence_share: Share


class PolicyService:
    def __init__(self, desk: Desk, people: PeopleService, audit: Audit) -> None:
        self._desk = desk
        self._people = people
        self._audit = audit

    async def show(self, asking: Asking) -> None:
        """To the person alone, wherever they ask."""
        key, shown = f"policies:{asking.key}", await self._shown(await self._people.profile(asking.asker))
        url = asking.response_url
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.POLICIES))

    async def facts(self) -> Sequence[PolicyFacts]:
        """Of every policy, as things stand now."""
        async with self._desk.database.read() as tx:
            return await policy_facts(tx, self._handbook, today=self._desk.today())

    async def _shown(self, person: Profile) -> Shown:
        if reason := await self._people.why_not(person, Act.ASK):
            return blocks.refusal(reason)
        teams = await self._people.teams_of(person.user_id)
        is_platform = not person.is_guest and await self._people.is_platform(person.user_id)
        live, judging = await self._times()
        listed = [
            self._listed(policy, each, teams, Took(live.get(policy.action, ())), Took(judging.get(policy.id, ())))
            for policy, each in zip(self._handbook.policies, await self.facts(), strict=True)
        ]
        seen = [
            replace(each, can_act=not person.is_guest, share=each.share if is_platform else None)
            for each in sorted(listed, key=lambda each: each.policy.title.casefold())
            if each.standings or is_platform
        ]
        return blocks.policies(seen, nothing=self._nothing(teams))

    def _listed(
        self, policy: Policy, facts: PolicyFacts, teams: Sequence[str], platform: Took, evidence: Took
    ) -> Listed:
        return Listed(
            policy=policy,
            capability=self._title_of(policy.capability),
            url=self._url_of(policy.article),
            standings={team: facts.standings[team] for team in teams if team in facts.standings},
            action=policy.action,
            platform=platform,
            evidence=evidence,
            share=facts.equivalent_evidence_share,
            is_ahead=policy.since > self._desk.today(),
        )

    async def _times(self) -> tuple[Mapping[str, Sequence[float]], Mapping[str, Sequence[float]]]:
        """In seconds: of each action until it was live, and of each policy until evidence was accepted."""
        since = self._desk.clock.now() - TIMED
        actions = [each.action for each in self._handbook.policies if each.action]
        async with self._desk.database.read() as tx:
            return await rows.took_live(tx, actions, since=since), await rows.took_judging(tx, since=since)

    def _nothing(self, teams: Sequence[str]) -> str:
        if not self._handbook.policies:
            return blocks.NONE
        return blocks.none_applies(teams) if teams else blocks.NO_TEAM

    def _title_of(self, capability_id: str) -> str:
        found = self._handbook.capability(capability_id)
        return found.title if found else capability_id

    def _url_of(self, article: str) -> str:
        if article.startswith("http"):
            return article
        return next((each.url for each in self._handbook.articles if each.id == article), "")

    # The platform's way.

    async def converged(self, converged: Converged) -> None:
        """The requester's team took the platform's way, for each policy that the action satisfies; once."""
        async with self._desk.database.read() as tx:
            request = await requests.by_id(tx, converged.request_id)
        if request is None or request.state not in HOLDS:
            return
        satisfied = [each for each in self._handbook.policies if each.action == request.action]
        team = await team_of(request, self._desk, self._people) if satisfied else ""
        for each in satisfied:
            if team and each.teams.has(team):
                await self._choose(each, team, request)

    async def _choose(self, policy: Policy, team: str, request: RequestRow) -> None:
        chosen = choice_id(policy.id, request.id)
        at = request.ended_at or self._desk.clock.now()
        choice = PolicyChoice(chosen, policy.id, team, Way.PLATFORM, request.id, request.person, at)

        async def unit(tx: Tx) -> None:
            if await rows.choose(tx, choice):
                facts = {"policy": policy.id, "way": choice.way, "digest": digest(choice)}
                await self._audit.add(tx, "policy.chosen", person=request.person, subject=request.id, facts=facts)

        await self._desk.database.write(unit)

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


async def policy_facts(tx: Tx, handbook: Handbook, *, today: date) -> Sequence[PolicyFacts]:
    """Of every policy, in the handbook's order."""
    return [_facts(each, await rows.kept_for(tx, each.id), handbook, today) for each in handbook.policies]


def _facts(policy: Policy, kept: Kept, handbook: Handbook, today: date) -> PolicyFacts:
    people, timezone = handbook.people, handbook.channels.timezone
    names = {team: (team, *people.teams[team].formerly) for team in people.teams if policy.teams.has(team)}
    standings = {
        team: standing(_of(kept.choices, called), _of(kept.evidence, called), today=today, timezone=timezone)
        for team, called in names.items()
    }
    return PolicyFacts(policy.id, standings, evidence_share(standings.values()))


def _of(by_team: Mapping[str, Sequence[T]], names: Sequence[str]) -> list[T]:
    """What is kept of a team, by whatever name it had."""
    return [each for name in names for each in by_team.get(name, ())]
