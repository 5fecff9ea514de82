"""Lists current notices for whoever asks, and takes what people press: that their team is done, or less of this."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.notices import blocks, rules
from bot.notices.blocks import Listed
from bot.notices.book import Book
from bot.notices.incidents import IncidentService
from bot.notices.rules import Standing
from bot.people import PeopleService
from bot.storage import notices as rows
from bot.storage.engine import Tx
from bot.storage.notices import BY_ACTION, BY_LEAVING, BY_PRESS, TeamRow
from bot.wanted import Asking, Decision, Kind
from knowledge.notices import TO_DO, Notice

STAYS = {BY_ACTION: blocks.ACTION_COUNTS, BY_LEAVING: blocks.LEFT_COUNTS}  # whatever the team says of itself


class NewsService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, book: Book, incidents: IncidentService) -> None:
        self._desk = desk
        self._people = people
        self._book = book
        self._incidents = incidents

    async def show(self, asking: Asking) -> None:
        """The newest first; with what is left for the person's teams, and for the platform team of every team."""
        profile = await self._people.profile(asking.asker)
        if reason := await self._people.why_not(profile, Act.ASK):
            await self._tell(asking.key, asking.asker, blocks.said(reason), asking.response_url)
            return
        mine = () if profile.is_guest else await self._people.teams_of(profile.user_id)
        is_platform = not profile.is_guest and await self._people.is_platform(profile.user_id)
        current = self._book.current()
        by_notice = await self._rows(current)
        listed = [await self._listed(each, by_notice.get(each.id, ()), mine, is_platform) for each in current]
        shown = blocks.news(listed, await self._incidents.lines())
        await self._tell(asking.key, asking.asker, shown, asking.response_url)

    async def _rows(self, current: Sequence[Notice]) -> Mapping[str, Sequence[TeamRow]]:
        async with self._desk.database.read() as tx:
            found = await rows.teams(tx, [each.id for each in current])
        return {each.id: [row for row in found if row.notice == each.id] for each in current}

    async def _listed(self, notice: Notice, known: Sequence[TeamRow], mine: Sequence[str], is_platform: bool) -> Listed:
        teams = self._book.handbook.people.teams
        standings = [Standing(each.team, each.items, each.done_at is not None) for each in known if each.team in teams]
        asks = notice.kind in TO_DO and (notice.capability or notice.items is not None)
        return Listed(
            notice,
            await self._book.url(notice.id),
            self._book.action_title(notice),
            tuple(each for each in standings if each.team in mine),
            tuple(standings) if is_platform and asks else None,
        )

    async def take_press(self, subject: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, subject, choice, response_url)

        await self._desk.take(Kind.DECIDE_NOTICE, user_id, wanted)

    async def decide(self, decision: Decision) -> None:
        if decision.choice in ("less", "again"):
            await self._wish(decision)
            return
        notice_id, team = blocks.read_subject(decision.subject)
        shown = await self._say(decision, self._book.current_one(notice_id), team)
        await self._tell(decision.key, decision.person, shown, decision.response_url)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision.key, decision.person, blocks.said(blocks.BROKEN), decision.response_url)

    async def _say(self, decision: Decision, notice: Notice | None, team: str) -> Shown:
        """A person of the team says how far it is; who of it did is not kept."""
        if notice is None:
            return blocks.said(blocks.GONE)
        user_id = (await self._people.profile(decision.person)).user_id
        if not user_id or not await self._people.is_member(user_id) or team not in await self._people.teams_of(user_id):
            return blocks.said(blocks.NOT_YOURS)
        if not rules.can_press(notice):
            return blocks.said(blocks.COUNTED)
        is_done, now = decision.choice == "done", self._desk.clock.now()

        async def unit(tx: Tx) -> str:
            """Why nothing is changed, where that is to be said."""
            before = await rows.team(tx, notice.id, team) or TeamRow(notice.id, team)
            if (before.done_at is not None) == is_done or before.done_by in STAYS:
                return "" if is_done else STAYS.get(before.done_by, "")
            await rows.put_team(tx, replace(before, done_at=now if is_done else None, done_by=BY_PRESS * is_done))
            return ""

        if reason := await self._desk.database.write(unit):
            return blocks.said(reason)
        return blocks.noted(notice, team) if is_done else blocks.reopened(notice, team)

    async def _wish(self, decision: Decision) -> None:
        person, now = decision.person, self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if decision.choice == "less":
                await rows.refuse(tx, person, now=now)
            else:
                await rows.take_back(tx, person)

        await self._desk.database.write(unit)
        shown = blocks.less() if decision.choice == "less" else blocks.said(blocks.AGAIN_SAID)
        await self._tell(decision.key, person, shown, decision.response_url)

    async def _tell(self, key: str, person: str, shown: Shown, url: str | None) -> None:
        await self._desk.send(effects.privately(f"news:{key}", person, shown, response_url=url, kind=blocks.NEWS))
