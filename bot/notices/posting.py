"""Posts each notice once where its file says, and keeps the post as the file is.

A changed file changes the post, which tells nobody anew; only another end, by which people plan, and that an incident
is over are told in its thread.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from bot import effects
from bot.blockkit import Shown
from bot.desk import Desk
from bot.notices import blocks
from bot.notices.blocks import POSTED
from bot.notices.book import Book, post_key
from bot.notices.over import AGAIN_AFTER
from bot.storage import notices as rows
from bot.storage.engine import Tx
from bot.storage.notices import Post
from bot.team_place import may_tell
from bot.wanted import IncidentOver, Kind
from bot.work import enqueue
from knowledge.notices import Notice, NoticeKind

TOLD_WITHIN = timedelta(days=7)  # of the end: later nobody waits for it, and done work is forgotten after a month


class PostingService:
    def __init__(self, desk: Desk, book: Book) -> None:
        self._desk = desk
        self._book = book

    async def look(self) -> None:
        """What is current stands where it should; whoever was told of an incident that is over now learns it."""
        for notice in self._book.current():
            for channel_id in notice.channels:
                if self._is_open(channel_id):
                    await self._keep(notice, channel_id)
        over = {each.id: each for each in self._book.handbook.notices if self._is_over(each)}
        await self._end_posts(over)
        await self._tell_ends(over)

    def _is_open(self, channel_id: str) -> bool:
        """Whether it is working time in the channel."""
        channels = self._book.handbook.channels
        return may_tell(channels.working_time(channels.watched(channel_id)), self._desk.clock.now())

    async def _keep(self, notice: Notice, channel_id: str) -> None:
        shown = blocks.post(notice, action=self._book.action_title(notice, channel_id=channel_id))
        until, now = str(notice.until or ""), self._desk.clock.now()
        digest, key = _digest(shown), post_key(notice.id, channel_id)
        post = effects.in_channel(key, POSTED, channel_id, shown)

        async def unit(tx: Tx) -> None:
            before = (await rows.posts(tx, notice.id)).get(channel_id)
            if before is not None and before.digest == digest:
                return
            await rows.put_post(tx, Post(notice.id, channel_id, digest, until, now))
            await self._desk.outbox.put(tx, post if before is None else effects.newest(post))
            if before is not None and before.until != until:
                word = effects.in_thread_of(post, f"notice-moved:{key}:{until}", POSTED, blocks.moved(notice))
                await self._desk.outbox.put(tx, word)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def _is_over(self, notice: Notice) -> bool:
        """Whether it is an incident of a file that ended; one that the duty group opened it ends by a press."""
        until = notice.until if notice.kind is NoticeKind.INCIDENT else None
        return until is not None and until.ends(self._book.timezone) <= self._desk.clock.now()

    async def _end_posts(self, over: Mapping[str, Notice]) -> None:
        async with self._desk.database.read() as tx:
            standing = await rows.posts_of(tx, over)
        for each in standing:
            shown = blocks.over(over[each.notice])
            if each.digest != _digest(shown) and self._is_open(each.channel_id):
                await self._end_post(over[each.notice], each.channel_id, shown)

    async def _end_post(self, notice: Notice, channel_id: str, shown: Shown) -> None:
        until, now = str(notice.until or ""), self._desk.clock.now()
        key = post_key(notice.id, channel_id)
        post = effects.in_channel(key, POSTED, channel_id, shown)
        word = effects.in_thread_of(post, f"notice-over:{key}:{until}", POSTED, blocks.ended(notice))

        async def unit(tx: Tx) -> None:
            await rows.put_post(tx, Post(notice.id, channel_id, _digest(shown), until, now))
            await self._desk.outbox.put(tx, effects.newest(post))
            await self._desk.outbox.put(tx, word)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _tell_ends(self, over: Mapping[str, Notice]) -> None:
        """Those of late, and again shortly after, for an answer that was being made at the end."""
        now, timezone = self._desk.clock.now(), self._book.timezone
        if not may_tell(self._book.handbook.channels.working_time(), now):
            return
        wanted = []
        for each in over.values():
            if each.until is not None and now - each.until.ends(timezone) < TOLD_WITHIN:
                key = f"file:{each.id}:{each.until}"
                wanted += [
                    (IncidentOver(key, each.id), now),
                    (IncidentOver(f"{key}:again", each.id), now + AGAIN_AFTER),
                ]

        async def unit(tx: Tx) -> bool:
            return any([await enqueue(tx, Kind.INCIDENT_OVER, each, due_at=at, now=now) for each, at in wanted])

        if not wanted:
            return
        if await self._desk.database.write(unit):
            self._desk.wake()


def _digest(shown: Shown) -> str:
    return hashlib.sha256(json.dumps(shown.blocks, sort_keys=True).encode()).hexdigest()
