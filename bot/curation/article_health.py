"""Gathers what is known of each article: its age, its links, how it was served, whether its owner is there.

App Home and the digest show the facts; who is asked about what is `bot.curation.owners`'.
"""

import asyncio
from datetime import datetime, time, timedelta
from functools import partial

import structlog

from bot.calendar import Daily
from bot.curation.health_rules import SERVED_DAYS, ArticleFacts, Known, Owner, Served, health_of, owner_group
from bot.curation.links import Caller, Looked, State, calling
from bot.desk import Desk
from bot.errors import SlackError
from bot.storage import articles as rows
from bot.storage.engine import Tx
from bot.wanted import Due, Kind
from bot.work import enqueue
from knowledge.hosts import host_of
from knowledge.people import Group

log = structlog.get_logger(__name__)

AT_NIGHT = time(3, 30)
WORTH = timedelta(hours=12)  # later the next night will do
PIECE = 40  # links in one piece of work, so that it ends within its lease
AT_ONCE = 8
LONGEST = 500  # characters of an address that is looked at


class ArticleHealthService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def schedule(self) -> Daily:
        """When links are looked at."""
        return Daily(AT_NIGHT, self._desk.shelf.library.handbook.channels.timezone)

    async def facts(self) -> ArticleFacts:
        """The health of every article, as things stand now."""
        handbook, now, today = self._desk.shelf.library.handbook, self._desk.clock.now(), self._desk.today()
        async with self._desk.database.read() as tx:
            links = await rows.links(tx)
            served = await rows.served_since(tx, now - timedelta(days=SERVED_DAYS))
            needs_work = await rows.needing_work(tx)
        names = {each.owner for each in handbook.articles if each.owner}
        known = Known(
            failures={url: row.failures for url, row in links.items()},
            served={article: Served(*counts) for article, counts in served.items()},
            owners={name: await self._owner(name) for name in sorted(names)},
            needs_work=needs_work,
        )
        ours = [each for each in handbook.articles if not each.source]  # a source's are looked after where it is
        pages = [each for each in ours if not each.moved_to]
        return ArticleFacts(tuple(health_of(each, known, today=today) for each in pages))

    async def owners(self, name: str) -> tuple[str, ...]:
        """The Slack ids of those who own what bears the name, and are there. Raises SlackError."""
        group = owner_group(name, self._desk.shelf.library.handbook.people)
        if group is None:
            return ()
        ids = await self._members(group)
        return tuple([each for each in sorted(ids) if not (await self._desk.slack.profile(each)).is_deleted])

    async def check_links(self, due: Due) -> None:
        """Looks at the links that were not looked at since the slot came, a piece at a time."""
        since, now = datetime.fromisoformat(due.due_at), self._desk.clock.now()
        handbook = self._desk.shelf.library.handbook
        wanted = {url for each in handbook.articles for url in each.addresses if self._is_looked_at(url)}
        async with self._desk.database.read() as tx:
            known = await rows.links(tx)
        gone = known.keys() - wanted
        late = sorted(wanted, key=lambda url: (known[url].checked_at if url in known else since, url))
        todo = [url for url in late if url not in known or known[url].checked_at < since]
        found = await self._look(todo[:PIECE])

        async def unit(tx: Tx) -> None:
            await rows.forget_links(tx, gone)
            for url, looked in found.items():
                has_failed = looked.state in (State.GONE, State.AWAY)
                await rows.put_link(tx, url, has_failed=has_failed, now=now)
            if todo[PIECE:]:
                further = Due(f"{due.key}+", due.due_at)
                await enqueue(tx, Kind.CHECK_LINKS, further, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()
        failed = {url: looked for url, looked in found.items() if looked.state is not State.FINE}
        for url, looked in failed.items():
            log.info("links.failed", host=host_of(url), reason=looked.reason)
        log.info("links.looked_at", count=len(found), failed=len(failed))

    def _is_looked_at(self, url: str) -> bool:
        return len(url) <= LONGEST and host_of(url) in self._desk.shelf.library.handbook.hosts

    async def _look(self, urls: list[str]) -> dict[str, Looked]:
        """Each by itself, a few at a time."""
        if not urls:
            return {}
        room = asyncio.Semaphore(AT_ONCE)

        async def look(caller: Caller, url: str) -> Looked:
            async with room:
                return await caller.look(url)

        async with calling(self._desk.shelf.library.handbook.hosts) as caller:
            return dict(zip(urls, await asyncio.gather(*map(partial(look, caller), urls)), strict=True))

    async def _owner(self, name: str) -> Owner:
        """Somebody is taken for there while Slack does not say."""
        if owner_group(name, self._desk.shelf.library.handbook.people) is None:
            return Owner.UNKNOWN
        try:
            return Owner.THERE if await self.owners(name) else Owner.LEFT
        except SlackError as error:
            log.warning("articles.owner_not_told", reason=str(error))
            return Owner.THERE

    async def _members(self, group: Group) -> frozenset[str]:
        today, named = self._desk.today(), {member.user_id for member in group.members}
        there = {user_id for user_id in named if group.has(user_id, on=today)}
        return await self._desk.slack.group_members(group.usergroup_id) | there
