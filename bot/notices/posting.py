"""Posts each notice once where its file says, and keeps the post as the file is.

A changed file changes the post, which tells nobody anew; only another end, by which people plan, is told in its thread.
"""

import hashlib
import json

from bot import effects
from bot.blockkit import Shown
from bot.desk import Desk
from bot.notices import blocks
from bot.notices.blocks import POSTED
from bot.notices.book import Book, post_key
from bot.storage import notices as rows
from bot.storage.engine import Tx
from bot.storage.notices import Post
from bot.team_place import may_tell
from bot.wanted import IncidentOver, Kind
from bot.work import enqueue
from knowledge.notices import Notice, NoticeKind


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
        await self._tell_ends()

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

    async def _tell_ends(self) -> None:
        """Of incidents that stand in files; those that the duty group opened it ends by a press."""
        now, timezone = self._desk.clock.now(), self._book.timezone
        over = [
            each.id
            for each in self._book.handbook.notices
            if each.kind is NoticeKind.INCIDENT and each.until is not None and each.until.ends(timezone) <= now
        ]
        if not over or not may_tell(self._book.handbook.channels.working_time(), now):
            return

        async def unit(tx: Tx) -> bool:
            wanted = [IncidentOver(f"file:{each}", each) for each in over]
            return any([await enqueue(tx, Kind.INCIDENT_OVER, each, due_at=now, now=now) for each in wanted])

        if await self._desk.database.write(unit):
            self._desk.wake()


def _digest(shown: Shown) -> str:
    return hashlib.sha256(json.dumps(shown.blocks, sort_keys=True).encode()).hexdigest()
