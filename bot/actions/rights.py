"""Who may do what with an action or a request, as things stand now: gathers the facts, `bot.authority` decides."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.actions import rules
from bot.actions.membership import Memberships
from bot.actions.places import Places
from bot.authority import Act, Matter, Place, Stage
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.people import PeopleService
from bot.storage import requests as rows
from bot.storage.people import slack_ids_of
from bot.storage.requests import RequestRow
from knowledge.actions import Action, InputType

GONE = "This action is not in the catalogue any more."
EDITED = "Its entry in the handbook was changed since it was asked for."
NOBODY = ("user_not_found", "user_not_visible", "users_not_found")  # Slack's words for an id it does not know


class Rights:
    def __init__(self, desk: Desk, people: PeopleService, memberships: Memberships) -> None:
        self._desk = desk
        self._people = people
        self._memberships = memberships
        self._places = Places(desk)

    async def why_not_ask(self, row: RequestRow) -> str:
        """Why who asked may not ask for this now; "" when they may."""
        action = self.live(row)
        return self.why_not_live(row) if action is None else await self._why_not_run(row, action, Act.RUN, Matter())

    async def why_not_renew(self, row: RequestRow, person: str) -> str:
        """The same of asking anew for what is void or expired: the rights are those of who presses."""
        action = self._desk.shelf.library.handbook.action(row.action)
        if action is None:
            return GONE
        is_requester = person == row.person
        matter = Matter(stage=rules.stage_of(row.state), is_requester=is_requester)
        return await self._why_not_run(row, action, Act.RUN, matter, person=person)

    async def why_not_execute(self, row: RequestRow, *, is_intact: bool) -> str:
        """Why it may not be done in the name of who asked, by those who agreed; read anew just before it is."""
        action = self.live(row)
        if action is None:
            return self.why_not_live(row)
        agreed = await self.agreed(row)
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        matter = Matter(
            stage=rules.stage_of(row.state),
            is_requester=True,
            is_intact=is_intact,
            has_enough=rules.is_enough(needed, agreed),
        )
        return await self._why_not_run(row, action, Act.EXECUTE, matter)

    async def why_not_decide(
        self, row: RequestRow, person: str, act: Act, *, has_decided: bool, is_intact: bool
    ) -> str:
        profile = await self._people.profile(person)
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        matter = Matter(
            place=Place.PRIVATE,
            stage=rules.stage_of(row.state),
            is_offered=self.live(row) is not None,
            is_requester=await self._is_who_asked(row, person),
            is_approver=needed is not None and await self._memberships.is_in(needed.by, profile.user_id),
            has_decided=has_decided,
            is_intact=is_intact,
        )
        return await self._people.why_not(profile, act, matter=matter)

    async def why_not_withdraw(self, row: RequestRow, person: str) -> str:
        profile = await self._people.profile(person)
        matter = Matter(place=Place.PRIVATE, stage=rules.stage_of(row.state), is_requester=person == row.person)
        return await self._people.why_not(profile, Act.WITHDRAW, matter=matter)

    async def why_not_settle(self, row: RequestRow, person: str) -> str:
        """Saying what became of the state that a break-glass run made."""
        profile = await self._people.profile(person)
        is_owner = await self._memberships.owns(str(row.entry.get("owner") or ""), profile.user_id)
        is_on_duty = await self._memberships.is_in(rules.DUTY, profile.user_id)
        matter = Matter(place=Place.PRIVATE, stage=rules.stage_of(row.state))
        return await self._people.why_not(profile, Act.SETTLE, is_owner=is_owner or is_on_duty, matter=matter)

    async def agreed(self, row: RequestRow) -> Sequence[str]:
        """Who agreed to the request as it stands and may still: pseudonyms, each person once for all their accounts."""
        needed = rules.need_of(row.entry, is_urgent=row.is_urgent, expires_at=row.expires_at)
        if needed is None or row.digest is None:
            return ()
        async with self._desk.database.read() as tx:
            said = await rows.decisions_of(tx, row.id, row.digest)
        may = [each.person for each in said if each.choice == rows.APPROVE and await self._may_still(row, each.person)]
        return await self._each_once(may)

    async def approvers(self, row: RequestRow, by: str) -> Sequence[str]:
        """The Slack ids of whoever could approve it: not who asked, nor another account of theirs."""
        asked_by = (await self._people.profile(row.person)).user_id
        members = sorted(await self._memberships.members(by))
        able = [each for each in members if not await self._memberships.is_same_person(each, asked_by)]
        return [each for each in able if await self._could_approve(each)]

    async def how_many(self, user_ids: Collection[str]) -> int:
        """How many different people these accounts are."""
        seen: list[str] = []
        for each in user_ids:
            if not [one for one in seen if await self._memberships.is_same_person(one, each)]:
                seen.append(each)
        return len(seen)

    async def user_id(self, person: str) -> str:
        """ "" for somebody erased."""
        return (await self._people.profile(person)).user_id

    async def teams_of(self, user_id: str) -> frozenset[str]:
        return await self._memberships.teams_of(user_id)

    def why_not_live(self, row: RequestRow) -> str:
        """Why its entry is not as it was when it was asked for; "" where it is."""
        action = self._desk.shelf.library.handbook.action(row.action)
        if action is None:
            return GONE
        return "" if rules.entry_of(action) == row.entry else EDITED

    def live(self, row: RequestRow) -> Action | None:
        """The entry, where it says the same as when it was asked for."""
        action = self._desk.shelf.library.handbook.action(row.action)
        return action if action is not None and rules.entry_of(action) == row.entry else None

    async def _why_not_run(
        self, row: RequestRow, action: Action, act: Act, known: Matter, *, person: str | None = None
    ) -> str:
        profile = await self._people.profile(person or row.person)
        matter = Matter(
            place=self._places.for_action(await self._places.of(row.channel_id), row.channel_id, action.id),
            stage=known.stage,
            is_offered=self._desk.shelf.library.handbook.channels.offers(action),
            is_named=await self._is_named(row, action, profile.user_id),
            is_named_guest=profile.user_id in action.who.guests,
            is_requester=known.is_requester,
            is_intact=known.is_intact,
            has_enough=known.has_enough,
        )
        return await self._people.why_not(profile, act, matter=matter)

    async def _is_named(self, row: RequestRow, action: Action, user_id: str) -> bool:
        """Whether the entry names the person, and a team it is for is theirs where it has to be."""
        if not await self._memberships.is_named(action, user_id):
            return False
        teams = [each.name for each in action.inputs if each.type is InputType.TEAM and not each.is_any_team]
        wanted = {row.inputs[name] for name in teams if row.inputs.get(name)}
        return not wanted or wanted <= await self._memberships.teams_of(user_id)

    async def _could_approve(self, user_id: str) -> bool:
        """Nobody whom Slack does not know: one wrong id in the handbook must not hold up everybody's requests."""
        matter = Matter(Place.PRIVATE, Stage.WAITING, is_offered=True, is_approver=True, is_intact=True)
        try:
            profile = await self._desk.slack.profile(user_id)
        except SlackRefused as refused:
            if refused.code not in NOBODY:
                raise
            return False
        return not await self._people.why_not(profile, Act.APPROVE, matter=matter)

    async def _may_still(self, row: RequestRow, person: str) -> bool:
        return not await self.why_not_decide(_waiting(row), person, Act.APPROVE, has_decided=False, is_intact=True)

    async def _is_who_asked(self, row: RequestRow, person: str) -> bool:
        if person == row.person:
            return True
        async with self._desk.database.read() as tx:
            known = await slack_ids_of(tx, [person, row.person])
        return len(known) == 2 and await self._memberships.is_same_person(known[person], known[row.person])

    async def _each_once(self, persons: Sequence[str]) -> list[str]:
        async with self._desk.database.read() as tx:
            known = await slack_ids_of(tx, persons)
        kept: dict[str, str] = {}
        for person in persons:
            user_id = known.get(person)
            if user_id and not [one for one in kept if await self._memberships.is_same_person(one, user_id)]:
                kept[user_id] = person
        return list(kept.values())


def _waiting(row: RequestRow) -> RequestRow:
    """The request as it was when people agreed."""
    return replace(row, state=rows.WAITING)
