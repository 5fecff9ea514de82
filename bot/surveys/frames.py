"""Finds who could be asked: everybody in a survey's audience, and how each of them stands with surveys.

Whether that lets them be asked is `rules`'; who of them are is `sampling`'s.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.desk import Desk
from bot.model import Colleague, Way
from bot.people import PeopleService
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.outbox import last_prompted
from bot.storage.people import all_slack_ids, known_pseudonyms
from bot.surveys import rules
from bot.surveys.rules import OF_LATE, Standing, Why
from bot.surveys.sampling import Candidate, Strata
from bot.team_place import holidays_of
from knowledge.loader import Handbook
from knowledge.surveys import Audience, Survey

MEMBERS_MOST = 100_000  # of a channel
PLATFORM, OTHER = "platform", "other"


@dataclass(frozen=True)
class Crowd:
    """What is known of the people looked at: by Slack id, but `seen`, which is by pseudonym."""

    people: Mapping[str, Colleague]
    pseudonyms: Mapping[str, str]
    teams: Mapping[str, Sequence[str]]
    platform: frozenset[str]


@dataclass(frozen=True)
class Framed:
    """Somebody who may be asked."""

    colleague: Colleague
    candidate: Candidate
    holidays: str  # where they work, as far as the handbook tells
    not_before: datetime  # now, or the end of their cooldown

    @property
    def user_id(self) -> str:
        return self.candidate.user_id


class FrameService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def frame(self, survey: Survey, day: date) -> Sequence[Framed]:
        """Everybody who could be asked on that day of theirs. Raises SlackError."""
        everybody = {each.profile.user_id: each for each in await self._desk.slack.everybody()}
        async with self._desk.database.read() as tx:
            pseudonyms = {slack_id: person for person, slack_id in (await all_slack_ids(tx)).items()}
        return await self._framed(survey, await self._crowd(everybody, pseudonyms), day)

    async def frame_of(self, survey: Survey, user_id: str) -> Framed | None:
        """The person, if they could be asked now. Raises SlackError."""
        colleague = await self._desk.slack.colleague(user_id)
        async with self._desk.database.read() as tx:
            pseudonyms = await known_pseudonyms(tx, [user_id])
        crowd = await self._crowd({user_id: colleague}, pseudonyms)
        found = await self._framed(survey, crowd, None)
        return found[0] if found else None

    async def why_not_now(
        self, survey: Survey, wave_id: str, user_id: str, person: str
    ) -> tuple[Colleague, Why | None]:
        """Why somebody who was drawn is not asked after all; None when they are. Raises SlackError."""
        colleague = await self._desk.slack.colleague(user_id)
        async with self._desk.database.read() as tx:
            but = rows.message_key(wave_id, person)
            found = await self._standings(tx, survey, {user_id: person}, but=but)
        return colleague, rules.why_not(
            colleague, found[user_id], workspace=self._desk.workspace, at=self._desk.clock.now()
        )

    async def _crowd(self, people: Mapping[str, Colleague], pseudonyms: Mapping[str, str]) -> Crowd:
        teams: dict[str, list[str]] = {}
        for name, team in self._handbook.people.teams.items():
            for user_id in await self._people.members_of(team.group):
                teams.setdefault(user_id, []).append(name)
        group = self._handbook.people.platform_team
        platform = await self._people.members_of(group) if group else frozenset[str]()
        return Crowd(people, pseudonyms, teams, platform)

    async def _framed(self, survey: Survey, crowd: Crowd, day: date | None) -> Sequence[Framed]:
        """Who of the crowd may be asked, on that day of theirs or, without one, now."""
        wanted = await self._in_audience(survey.audience, crowd)
        async with self._desk.database.read() as tx:
            known = {user_id: crowd.pseudonyms.get(user_id, "") for user_id in wanted}
            standings = await self._standings(tx, survey, known)
            strata = await self._strata(tx, known, crowd)
        return [
            self._frame_one(crowd, Candidate(each, strata[each]), standings[each])
            for each in sorted(wanted)
            if self._may(crowd.people[each], standings[each], day)
        ]

    def _may(self, colleague: Colleague, standing: Standing, day: date | None) -> bool:
        now, workspace = self._desk.clock.now(), self._desk.workspace
        at = now if day is None else rules.latest_on(day, colleague.timezone, otherwise=now)
        return rules.why_not(colleague, standing, workspace=workspace, at=at) is None

    def _frame_one(self, crowd: Crowd, candidate: Candidate, standing: Standing) -> Framed:
        now, teams = self._desk.clock.now(), crowd.teams.get(candidate.user_id, ())
        not_before = max(now, standing.rests_until or now)
        holidays = holidays_of(teams, self._handbook.people, self._handbook.channels)
        return Framed(crowd.people[candidate.user_id], candidate, holidays, not_before)

    async def _standings(
        self, tx: Tx, survey: Survey, known: Mapping[str, str], *, but: str = ""
    ) -> Mapping[str, Standing]:
        now = self._desk.clock.now()
        refused = await rows.who_refused(tx, known, now=now)
        left_out = await rows.who_is_left_out(tx, known)
        cooldown = timedelta(days=survey.cooldown_days)
        prompted = await last_prompted(tx, since=now - cooldown, but=but)
        rests = {person: at + cooldown for person, at in prompted.items()}
        return {
            user_id: Standing(user_id in refused, user_id in left_out, rests.get(person))
            for user_id, person in known.items()
        }

    async def _strata(self, tx: Tx, known: Mapping[str, str], crowd: Crowd) -> Mapping[str, Strata]:
        since = self._desk.clock.now() - OF_LATE
        among = list(known.values()) if len(known) == 1 else None  # of many it is all or nothing
        asked, seen = await rows.askers(tx, since=since), await rows.first_seen(tx, among)
        return {
            user_id: Strata(
                team=next(iter(crowd.teams.get(user_id, ())), None),
                role=PLATFORM if user_id in crowd.platform else OTHER,
                asker=person in asked,
                new=seen[person] > since if person in seen else None,
            )
            for user_id, person in known.items()
        }

    # The audience.

    async def _in_audience(self, audience: Audience, crowd: Crowd) -> frozenset[str]:
        """Those of the crowd who are in all that is named."""
        found = frozenset(crowd.people)
        for part in await self._parts(audience, crowd):
            found &= part
        return found

    async def _parts(self, audience: Audience, crowd: Crowd) -> list[frozenset[str]]:
        parts: list[frozenset[str]] = []
        if audience.channels:
            slack = self._desk.slack
            members = [await slack.members(each, most=MEMBERS_MOST) for each in audience.channels]
            parts.append(frozenset().union(*members))
        if audience.groups:
            parts.append(frozenset().union(*[await self._desk.slack.group_members(each) for each in audience.groups]))
        if audience.teams:
            parts.append(_in_teams(crowd, audience.teams))
        async with self._desk.database.read() as tx:
            return parts + await self._parts_by_acts(tx, audience, crowd)

    async def _parts_by_acts(self, tx: Tx, audience: Audience, crowd: Crowd) -> list[frozenset[str]]:
        parts = []
        since = self._desk.clock.now() - OF_LATE
        if audience.ran:
            parts.append(_of(crowd, await rows.who_ran(tx, audience.ran, since=since)))
        if audience.asked is True:
            parts.append(_of(crowd, await rows.askers(tx, since=since)))
        if audience.asked is False:
            parts.append(frozenset(crowd.people) - _of(crowd, await rows.askers(tx, since=None)))
        if audience.did_not_choose:
            parts.append(await self._absent(tx, audience.did_not_choose, crowd))
        return parts

    async def _absent(self, tx: Tx, capability_id: str, crowd: Crowd) -> frozenset[str]:
        """People of teams that could choose the capability, and did not by any policy, action or use of it."""
        capability = self._handbook.capability(capability_id)
        if capability is None:
            return frozenset()
        policies = [each.id for each in self._handbook.policies if each.capability == capability_id]
        actions = [each.id for each in self._handbook.actions if each.capability == capability_id]
        chose = set(await rows.teams_that_chose(tx, policies, way=Way.PLATFORM))
        for user_id in _of(crowd, await rows.who_got(tx, actions)):
            chose.update(crowd.teams.get(user_id, ()))
        told = {*chose, *(await rows.teams_using(tx, capability_id))}
        chose = {self._handbook.people.team_called(each) for each in told}
        eligible = [each for each in self._handbook.people.teams if capability.is_offered_to(each)]
        return _in_teams(crowd, set(eligible) - chose)

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _in_teams(crowd: Crowd, names: Collection[str]) -> frozenset[str]:
    return frozenset(user_id for user_id, teams in crowd.teams.items() if not set(names).isdisjoint(teams))


def _of(crowd: Crowd, pseudonyms: Collection[str]) -> frozenset[str]:
    return frozenset(user_id for user_id, person in crowd.pseudonyms.items() if person in pseudonyms)
