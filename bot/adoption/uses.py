"""Takes down that teams use what the platform offers: by actions that came to hold, by a signed hook, by a file.

A team and a day are kept, once for each source. Of a person only that they used it in a week, apart from team and day,
and nothing of who is left out or of the platform team. What is counted of it is `bot.adoption.facts`'.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.adoption.figures import week_of
from bot.adoption.policies import HOLDS
from bot.adoption.teams import team_of
from bot.adoption.use_events import FileUse, UseEvent, resolved, why_not_now
from bot.clock import Clock
from bot.desk import Desk
from bot.model import Json, Malformed, Use, What
from bot.people import PeopleService
from bot.storage import adoption as rows
from bot.storage import pilots, requests
from bot.storage.engine import Database, Tx
from bot.storage.people import (
    NewId,
    known_pseudonyms,
    pseudonyms_of,
    slack_id_of,
    stand_ins,
    who_is_left_out,
)
from bot.storage.team import terms
from bot.wanted import Converged, Kind, TeamAsked
from bot.work import enqueue
from knowledge.actions import Action
from knowledge.capabilities import FREE, Capability
from knowledge.loader import Handbook

ACTION, WEBHOOK, FILE, OWN = "action", "webhook", "file", "mentor"  # `Use.source`
PEOPLE_KEPT = timedelta(weeks=26)  # the trend is of 12 weeks, and looks 4 back


@dataclass(frozen=True)
class Taken:
    """What a file came to: `lines` are different ones, `new` what was not known."""

    lines: int
    new: int

    def to_json(self) -> Json:
        return {"lines": self.lines, "new": self.new}


class UseService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def converged(self, converged: Converged) -> None:
        """The team for which an action came to hold used the capability that it belongs to."""
        async with self._desk.database.read() as tx:
            request = await requests.by_id(tx, converged.request_id)
        if request is None or request.state not in HOLDS or request.ended_at is None:
            return
        used = used_by(self._handbook, request.action)
        team = await team_of(request, self._desk, self._people) if used else ""
        if not team:
            return
        day = request.ended_at.astimezone(ZoneInfo(self._handbook.channels.timezone)).date()

        async def unit(tx: Tx) -> None:
            slack_id = await slack_id_of(tx, request.person) or ""
            uses = [FileUse(each.id, team, day, person=slack_id) for each in used]
            first = [each for each in uses if await self._is_first_choice(tx, each)]
            await keep(tx, uses, source=ACTION, clock=self._desk.clock, new_id=self._desk.new_id)
            for each in first:
                await self._ask_who_told(tx, each, request_id=request.id)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def take_event(self, event: UseEvent) -> str:
        """Why it is not taken; "" when it is, or was before."""
        now = self._desk.clock.now()
        team = resolved(event.capability, event.team, self._handbook)
        if isinstance(team, Malformed):
            return team.reason
        if reason := why_not_now(event.at, now=now):
            return reason
        day = event.at.astimezone(ZoneInfo(self._handbook.channels.timezone)).date()
        use = FileUse(event.capability, team, day, event.what, event.person)

        async def unit(tx: Tx) -> None:
            if await rows.hear(tx, event.key, now=now):
                is_first = await self._is_first_choice(tx, use)
                await keep(tx, [use], source=WEBHOOK, clock=self._desk.clock, new_id=self._desk.new_id)
                if is_first:
                    await self._ask_who_told(tx, use)

        await self._desk.database.write(unit)
        self._desk.wake()
        return ""

    async def _is_first_choice(self, tx: Tx, use: FileUse) -> bool:
        """Whether the team uses it for the first time ever, now that it is free to; and somebody is known who did."""
        capability = self._handbook.capability(use.capability)
        if capability is None or capability.status not in FREE or not capability.is_offered_to(use.team):
            return False
        names = (use.team, *self._handbook.people.teams[use.team].formerly)
        is_use = use.what is What.USED and use.person != ""
        return is_use and not await pilots.was_ever_used(tx, use.capability, names)

    async def _ask_who_told(self, tx: Tx, use: FileUse, *, request_id: str = "") -> None:
        """Nobody who is left out, and nobody of the platform team: that it tells teams of it is no news."""
        now = self._desk.clock.now()
        person = (await known_pseudonyms(tx, [use.person])).get(use.person)
        if person is None or await who_is_left_out(tx, [use.person], await stand_ins(tx)):
            return
        if any(term.covers(use.day) for term in (await terms(tx)).get(person, ())):
            return
        asked = TeamAsked(f"{use.capability}:{use.team}", person, use.capability, use.team, request_id)
        await enqueue(tx, Kind.ASK_PULL, asked, due_at=now, now=now)

    async def forget_old(self) -> None:
        await forget_people(self._desk.database, self._desk.today())

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


async def take_file(database: Database, uses: Sequence[FileUse], *, clock: Clock, new_id: NewId) -> Taken:
    """All of it or nothing. A second time it adds nothing."""
    new = await database.write(lambda tx: keep(tx, uses, source=FILE, clock=clock, new_id=new_id))
    await forget_people(database, clock.now().date())  # at once: a file may tell of years ago
    return Taken(len(uses), new)


async def forget_people(database: Database, today: date) -> None:
    """Who used something longer ago than is counted."""
    await database.write(lambda tx: rows.forget_people(tx, before=week_of(today - PEOPLE_KEPT)))


async def keep(tx: Tx, uses: Sequence[FileUse], *, source: str, clock: Clock, new_id: NewId) -> int:
    """How many are new. People go along, as far as they may be counted."""
    new = await rows.add(tx, [Use(each.capability, each.team, each.day, each.what.value, source) for each in uses])
    told = [each for each in uses if each.person and each.what is What.USED]
    left_out = await who_is_left_out(tx, {each.person for each in told}, await stand_ins(tx))
    slack_ids = {each.person for each in told} - left_out
    named = await pseudonyms_of(tx, slack_ids, now=clock.now(), new_id=new_id)
    platform = await terms(tx)

    def is_platform(person: str, day: date) -> bool:
        return any(term.covers(day) for term in platform.get(person, ()))

    counted = [(each, named[each.person]) for each in told if each.person in named]
    people = {
        (each.capability, week_of(each.day), person) for each, person in counted if not is_platform(person, each.day)
    }
    await rows.add_people(tx, people)
    return new


def used_by(handbook: Handbook, action_id: str) -> list[Capability]:
    """The capabilities of which it is a use when the action comes to hold."""
    action = handbook.action(action_id)
    return [each for each in handbook.capabilities if action is not None and counts(each, action)]


def counts(capability: Capability, action: Action) -> bool:
    if capability.used_by is None:
        return action.capability == capability.id
    return action.id in capability.used_by


def has_source(capability: Capability, actions: Collection[Action]) -> bool:
    """Whether anything of ours tells of its use: an action of the catalogue, or that it is Mentor itself."""
    return capability.is_mentor or any(counts(capability, each) for each in actions)
