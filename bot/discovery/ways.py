"""Shows teams' ways to production: each to its own team; all to the platform team, with what attaches to them."""

from collections.abc import Sequence
from datetime import timedelta

from bot import effects
from bot.actions.drift_rules import places_of
from bot.authority import Act
from bot.blockkit import Shown, escape
from bot.desk import Desk
from bot.discovery import bet_blocks, rules
from bot.discovery import flow_blocks as blocks
from bot.discovery.rules import Attached, Entry
from bot.friction import Stage
from bot.model import Json
from bot.people import PeopleService
from bot.storage import controllers
from bot.storage import discovery as rows
from bot.storage import friction as friction_rows
from bot.wanted import Asking, Decision, Kind
from knowledge.flows import Flow

LATELY = timedelta(days=90)
BROKEN = "That could not be shown: something broke on my side, and my operators see it. Please press again."


class WaysService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def take_press(self, team: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, team, "show", response_url)

        await self._desk.take(Kind.SHOW_FLOW, user_id, wanted)

    async def asked(self, asking: Asking) -> None:
        """By the verb: the only one at once, several to choose from."""
        await self._send(f"flows:{asking.key}", asking.asker, await self._shown(asking.asker), asking.response_url)

    async def show(self, decision: Decision) -> None:
        """By a press."""
        flows, is_platform = await self._seen_by(decision.person)
        flow = next((each for each in flows if each.team == decision.subject), None)
        if flow is not None:
            shown = await self._drawn(flow, is_platform=is_platform)
        else:
            is_there = self._desk.shelf.library.handbook.flow(decision.subject) is not None
            shown = blocks.said(blocks.NOT_YOURS if is_there else blocks.GONE)
        await self._send(f"flow:{decision.key}", decision.person, shown, decision.response_url)

    async def given_up(self, decision: Decision) -> None:
        key = f"flow-broken:{decision.key}"
        await self._send(key, decision.person, blocks.said(BROKEN), decision.response_url)

    async def home_part(self, person: str) -> Sequence[Json]:
        """Bets and flows in App Home; nothing for who is not in the platform team."""
        if await self._people.why_not(await self._people.profile(person), Act.STEER):
            return ()
        handbook = self._desk.shelf.library.handbook
        flows = blocks.home_lines(handbook.flows)
        return bet_blocks.home_part(handbook.bets, today=self._desk.today(), flows=flows)

    async def _shown(self, person: str) -> Shown:
        if reason := await self._people.why_not(await self._people.profile(person), Act.ASK):
            return blocks.said(escape(reason))
        flows, is_platform = await self._seen_by(person)
        if not flows:
            return blocks.said(blocks.NONE)
        if len(flows) == 1:
            return await self._drawn(flows[0], is_platform=is_platform)
        return blocks.listed(flows, today=self._desk.today())

    async def _seen_by(self, person: str) -> tuple[Sequence[Flow], bool]:
        """The flows the person may see, and whether they are of the platform team. Raises SlackError."""
        profile, flows = await self._people.profile(person), self._desk.shelf.library.handbook.flows
        if not await self._people.why_not(profile, Act.STEER):
            return flows, True
        if await self._people.why_not(profile, Act.ASK):
            return (), False
        teams = await self._people.teams_of(profile.user_id)
        return [each for each in flows if each.team in teams], False

    async def _drawn(self, flow: Flow, *, is_platform: bool) -> Shown:
        attached = await self._attached(flow) if is_platform else None
        return blocks.drawn(flow, attached, today=self._desk.today())

    async def _attached(self, flow: Flow) -> Attached:
        """What was logged, run and put back in the last 90 days."""
        until = self._desk.clock.now()
        since = until - LATELY
        actions = {each.action for each in flow.steps if each.action}
        async with self._desk.database.read() as tx:
            logged = await friction_rows.logged(tx, since, until)
            runs = await rows.runs_of(tx, actions, since, until)
            drift = await controllers.drift_reverts(tx, since, until, teams=self._teams())
        called = self._desk.shelf.library.handbook.people.team_called
        mine = [
            Entry(each.person, Stage(each.stage), each.capability) for each in logged if called(each.team) == flow.team
        ]
        hard, hard_with = rules.hard_by(mine)
        return Attached(LATELY.days, hard, hard_with, runs, drift.get(flow.team, 0))

    def _teams(self) -> dict[tuple[str, str], str]:
        """Whose each object of a controller is."""
        places = places_of(self._desk.shelf.library.handbook.repositories)
        return {key: next((each.team for each in found if each.team), "") for key, found in places.items()}

    async def _send(self, key: str, person: str, shown: Shown, response_url: str | None) -> None:
        await self._desk.send(effects.privately(key, person, shown, response_url=response_url, kind=blocks.FLOWS))
