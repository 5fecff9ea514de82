"""Keeps how far each team is with each notice: what is left is read, and who has nothing left is done.

Nobody is told from here.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import structlog

from bot.desk import Desk
from bot.errors import GitFailed, SlackError
from bot.git.history import History
from bot.notices import rules
from bot.notices.book import Book
from bot.people import PeopleService
from bot.storage import notices as rows
from bot.storage.engine import Tx
from bot.storage.notices import BY_ACTION, BY_ITEMS, BY_LEAVING, Carried, TeamRow
from bot.storage.people import slack_id_of
from knowledge.actions import InputType
from knowledge.notices import FilesOf, Notice
from knowledge.repositories import LiveRepository

log = structlog.get_logger(__name__)

Items = Mapping[str, Sequence[str]]


class CountingService:
    """`history_of` mirrors a repository of repositories.yaml; it raises GitFailed for one that may not be read."""

    def __init__(
        self, desk: Desk, people: PeopleService, book: Book, *, history_of: Callable[[LiveRepository], History]
    ) -> None:
        self._desk = desk
        self._people = people
        self._book = book
        self._history_of = history_of

    async def look(self) -> None:
        """What cannot be read stays as it was known."""
        for notice in self._book.current():
            if (items := await self._items(notice)) is not None or notice.items is None:
                await self._keep(notice, items)

    async def _items(self, notice: Notice) -> Items | None:
        """None where they are not counted, or cannot be read now."""
        if not isinstance(notice.items, FilesOf):
            return notice.items
        repository = self._book.handbook.repository(notice.items.repository)
        if repository is None:
            return None
        try:
            files = await self._history_of(repository).files(branch=repository.branch)
        except GitFailed as error:
            log.warning("notices.items_not_read", notice=notice.id, reason=str(error))
            return None
        return rules.items_in(files, notice.items, list(self._book.handbook.people.teams))

    async def _keep(self, notice: Notice, items: Items | None) -> None:
        users, now = await self._users(notice), self._desk.clock.now()
        concerned = rules.concerned(notice, users=users, items=items)
        did = await self._did(notice) if notice.items is None else frozenset()

        async def unit(tx: Tx) -> None:
            known = {each.team: each for each in await rows.teams(tx, [notice.id])}
            for team in sorted(concerned | set(known)):
                before = known.get(team, TeamRow(notice.id, team))
                if items is None:
                    after = _after(before, did_it=team in did, has_it=team in concerned, now=now)
                else:
                    after = _counted(before, tuple(items.get(team, ())), now=now)
                if after != before or team not in known:
                    await rows.put_team(tx, after)

        await self._desk.database.write(unit)

    async def _users(self, notice: Notice) -> Collection[str]:
        """As the teams are called now, by whatever names they used and left it."""
        if not notice.capability:
            return ()
        async with self._desk.database.read() as tx:
            found = await rows.days_of(tx, notice.capability, since=self._desk.today() - rules.USED_WITHIN)
        called = self._book.handbook.people.team_called
        used = _last((called(each.team), each.used) for each in found)
        left = _last((called(each.team), each.left) for each in found)
        return {team for team, day in used.items() if team and (team not in left or left[team] < day)}

    async def _did(self, notice: Notice) -> frozenset[str]:
        """The teams for which the notice's action was carried out since it began, or since a team was told of it."""
        if not notice.action:
            return frozenset()
        begins = notice.since.begins(self._book.timezone)
        async with self._desk.database.read() as tx:
            told = [each.told_at for each in await rows.teams(tx, [notice.id]) if each.told_at is not None]
            carried = await rows.carried_out(tx, notice.action, since=min([begins, *told]))
        try:
            return frozenset([team for each in carried if (team := await self._team_of(notice, each))])
        except SlackError as error:
            log.warning("notices.teams_not_read", notice=notice.id, reason=str(error))
            return frozenset()

    async def _team_of(self, notice: Notice, carried: Carried) -> str:
        """The team that the request names, else the only one of who asked; "" where neither tells."""
        handbook = self._book.handbook
        action = handbook.action(notice.action)
        asked = [each.name for each in action.inputs if each.type is InputType.TEAM] if action else []
        if named := [team for name in asked if (team := carried.inputs.get(name, ""))]:
            return handbook.people.team_called(named[0])
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, carried.person)
        teams = await self._people.teams_of(slack_id) if slack_id else ()
        return teams[0] if len(teams) == 1 else ""


def _last(days: Iterable[tuple[str, date | None]]) -> Mapping[str, date]:
    """Of each team the newest."""
    found: dict[str, date] = {}
    for team, day in days:
        if day is not None:
            found[team] = max(found.get(team, day), day)
    return found


def _counted(before: TeamRow, left: tuple[str, ...], *, now: datetime) -> TeamRow:
    """Done once nothing is left, and open again should something come back."""
    if left:
        return replace(before, items=left, done_at=None, done_by="")
    if before.done_at is not None:
        return replace(before, items=left)
    return replace(before, items=left, done_at=now, done_by=BY_ITEMS)


def _after(before: TeamRow, *, did_it: bool, has_it: bool, now: datetime) -> TeamRow:
    """Nothing is counted: done once the action did it, or the team left; else what a team said of itself stays."""
    row = replace(before, items=None)
    if did_it:
        return replace(row, done_at=row.done_at or now, done_by=BY_ACTION)
    if row.done_at is None and not has_it:
        return replace(row, done_at=now, done_by=BY_LEAVING)
    if row.done_by == BY_LEAVING and has_it:
        return replace(row, done_at=None, done_by="")
    return row
