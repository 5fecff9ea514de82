"""Finds what questions are about, while their words are kept: the first tag of the article that is nearest.

A question keeps its topic when its words go. It is looked for once, in the handbook as it stood then.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.storage import topics as rows
from bot.storage.engine import Database
from knowledge.article import Audience
from knowledge.channels import Channels
from knowledge.index import Index

AT_ONCE = 200  # questions
NEAR_AT = 0.3  # how sure the index is, as for drafts of articles, which take tags over likewise
LONGEST = 80  # characters of a tag


class TopicService:
    """`index` is the handbook's. Topics are told to everybody, so that only public articles lend theirs."""

    def __init__(
        self, database: Database, *, index: Callable[[], Index], channels: Callable[[], Channels], clock: Clock
    ) -> None:
        self._database = database
        self._index = index
        self._channels = channels
        self._clock = clock

    async def sort(self) -> int:
        """How many questions were looked at, until none is left."""
        count, since = 0, self._clock.now() - timedelta(days=self._channels().text_days)
        while True:
            async with self._database.read() as tx:
                found = await rows.unsorted(tx, since=since, limit=AT_ONCE)
            topics = {each: topic_of(each.text, self._index()) for each in found}
            await self._database.write(partial(rows.put, topics=topics))
            count += len(found)
            if len(found) < AT_ONCE:
                return count


def topic_of(text: str, index: Index) -> str:
    """ "" where nothing is near, or the nearest article has no tag."""
    found = index.search(text, audiences=frozenset({Audience.PUBLIC}), limit=1)
    if not found.hits or found.confidence < NEAR_AT:
        return ""
    return next(iter(found.hits[0].article.tags), "")[:LONGEST]
