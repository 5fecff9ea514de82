"""Finds threads of public channels in which a question like this one was solved, to point to them.

The words of their questions are held in memory to compare them, and go nowhere else. What may be pointed to is looked
up anew for every pointer that is shown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.answers.pointers import Pointer
from bot.authority import Act
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import SolvedThread, Window, moment
from bot.people import PeopleService
from bot.storage import solved as rows
from bot.storage.solved import Key
from bot.wanted import Asking
from bot.wire import without_people
from knowledge.article import Article, Section
from knowledge.channels import Keep
from knowledge.index import Index
from knowledge.likeness import WordLikeness, says_anything
from knowledge.text import question_text

LOOK_BACK = timedelta(days=180)  # or as long as words are kept, where that is less; later things have changed
THREADS_MOST = 3_000  # the newest
FIRST_READ = timedelta(days=7)
STALE = timedelta(minutes=10)
LOOKED_AT = 5  # the best of those found are compared word by word
POINTERS_MOST = 2

# As alike as two askings of one gap. With the questions of two handbooks as solved threads, 16 of 69 questions written
# as in a channel were pointed to one, 11 of these to one about the same page; of 279 strangers' questions, 5 were.
ALIKE_AT = 0.35

log = structlog.get_logger(__name__)

Solved = Callable[[Window], Awaitable[Sequence[SolvedThread]]]


@dataclass(frozen=True)
class _Catalogue:
    index: Index
    texts: Mapping[Key, str]
    made_at: datetime


class SolvedService:
    """`solved` is what the peers pillar knows of the questions of a window."""

    def __init__(self, desk: Desk, people: PeopleService, solved: Solved) -> None:
        self._desk = desk
        self._people = people
        self._solved = solved
        self._catalogue: _Catalogue | None = None
        self._making = asyncio.Lock()

    async def refresh(self) -> None:
        """Catalogues what is solved now; beside the loop, as thousands of questions take a second."""
        async with self._making:
            await self._make()

    @property
    def count(self) -> int:
        """How many threads are catalogued."""
        return len(self._catalogue.texts) if self._catalogue else 0

    async def like(self, asking: Asking, question: str, *, at_least: float | None = None) -> tuple[Pointer, ...]:
        """At most two threads in which a question like this one was solved, the most alike first.

        `at_least` is for what nobody asked us: only the best one found, if it is found with that confidence.
        """
        if not await self._may_see(asking):
            return ()
        catalogue = await self._current()
        found = catalogue.index.search(question, limit=LOOKED_AT + 1)
        here = {asking.question_ts, asking.thread_ts}
        keys = [key for hit in found.hits if (key := _key(hit.article))[1] not in here or key[0] != asking.channel_id]
        if at_least is not None:
            keys = keys[:1] if found.confidence >= at_least else []
        texts = {key: catalogue.texts[key] for key in keys[:LOOKED_AT]}
        alike = _likeness(question, texts)
        near = sorted((key for key in texts if alike[key] >= ALIKE_AT), key=lambda key: -alike[key])
        return await self._pointers(near, catalogue, most=POINTERS_MOST)

    async def with_words(self, asking: Asking, wanted: str, *, most: int) -> tuple[Pointer, ...]:
        """Threads whose questions have these words, for somebody who looks for them."""
        if not await self._may_see(asking):
            return ()
        catalogue = await self._current()
        found = catalogue.index.search(wanted, limit=2 * most)
        return await self._pointers([_key(hit.article) for hit in found.hits], catalogue, most=most)

    async def standing(self, pointers: Sequence[Pointer]) -> tuple[Pointer, ...]:
        """Those of the pointers that may still be shown."""
        now_open = await self._open([each.ts for each in pointers])
        return tuple(each for each in pointers if (each.channel_id, each.ts) in now_open)

    async def _may_see(self, asking: Asking) -> bool:
        """Our own people; guests may not see the channel, and where another company reads along nobody is told."""
        if asking.is_shared:
            return False
        profile = await self._people.profile(asking.asker)
        return not profile.is_guest and not await self._people.why_not(profile, Act.ASK)

    async def _current(self) -> _Catalogue:
        async with self._making:
            old = self._catalogue
            if old is None or self._desk.clock.now() - old.made_at > STALE:
                return await self._make()
            return old

    async def _make(self) -> _Catalogue:
        now = self._desk.clock.now()
        kept = timedelta(days=self._desk.shelf.library.handbook.channels.text_days)
        threads = await self._newest(Window(now - min(kept, LOOK_BACK), now))
        texts = await self._words(sorted(threads, key=lambda each: each.solved_at)[-THREADS_MOST:])
        former = self._catalogue.index if self._catalogue else None
        index = await asyncio.to_thread(_index, texts, former)
        self._catalogue = _Catalogue(index, texts, now)
        return self._catalogue

    async def _newest(self, window: Window) -> list[SolvedThread]:
        """As many as are catalogued, and more: in a busy workspace most of the window need not be read for them."""
        threads: list[SolvedThread] = []
        until, span = window.until, FIRST_READ
        while until > window.since and len(threads) < THREADS_MOST:
            since = max(window.since, until - span)
            threads += await self._solved(Window(since, until))
            until, span = since, 3 * span
        return threads

    async def _words(self, threads: Sequence[SolvedThread]) -> dict[Key, str]:
        """What their questions say, of those that may be pointed to."""
        channels = self._desk.shelf.library.handbook.channels.channels
        watched = [each.id for each in channels if each.keep is Keep.TEXT]
        async with self._desk.database.read() as tx:
            found = await rows.open_to_all(tx, threads, watched=watched)
        asked = {key: question_text(without_people(text)) for key, text in found.items()}
        return {key: text for key, text in asked.items() if says_anything(text)}

    async def _pointers(self, keys: Sequence[Key], catalogue: _Catalogue, *, most: int) -> tuple[Pointer, ...]:
        """The first of these that may be shown now, and still ask what they asked."""
        now_open = await self._open([ts for _, ts in keys])
        zone = ZoneInfo(self._desk.shelf.library.handbook.channels.timezone)
        pointers: list[Pointer] = []
        for key in keys:
            if key not in now_open or len(pointers) == most:
                continue
            thread, text = now_open[key]
            if text == catalogue.texts[key] and (url := await self._address(key)):
                pointers.append(Pointer(*key, thread.solved_at.astimezone(zone).date(), url))
        return tuple(pointers)

    async def _open(self, asked: Collection[str]) -> dict[Key, tuple[SolvedThread, str]]:
        """The questions asked at these ts that may be pointed to now, with their words."""
        instant = timedelta(microseconds=1)
        windows = [Window(moment(ts), moment(ts) + instant) for ts in dict.fromkeys(asked)]
        threads = [each for window in windows for each in await self._solved(window)]
        words = await self._words(threads)
        public = [each for each in {each.channel_id for each in threads} if await self._is_public(each)]
        return {
            each.key: (each, words[each.key]) for each in threads if each.key in words and each.channel_id in public
        }

    async def _is_public(self, channel_id: str) -> bool:
        """As Slack says now, and of this company alone; not when that cannot be told."""
        try:
            info = await self._desk.slack.channel_info(channel_id)
        except SlackError as error:
            log.warning("solved.channel_not_told", reason=str(error))
            return False
        return not (info.is_private or info.is_shared)

    async def _address(self, key: Key) -> str:
        """ "" where Slack gives none."""
        try:
            return await self._desk.slack.permalink(*key)
        except SlackError as error:
            log.warning("solved.no_permalink", reason=str(error))
            return ""


def _index(texts: Mapping[Key, str], former: Index | None) -> Index:
    """The questions as articles of one section each; what was replied is in none of them."""
    return Index.build([_article(key, text) for key, text in texts.items()], former=former)


def _article(key: Key, text: str) -> Article:
    return Article(":".join(key), text, (Section("", "", (), text, 1),))


def _key(article: Article) -> Key:
    channel_id, _, ts = article.id.partition(":")
    return channel_id, ts


def _likeness(question: str, texts: Mapping[Key, str]) -> dict[Key, float]:
    """Of the question to each of these, 0 to 1."""
    compare = WordLikeness({":".join(key): text for key, text in texts.items()} | {"": question})
    return {key: compare("", ":".join(key)) for key in texts}
