"""What came into the handbook from people's threads: for the digest, and for who asked the same and waits."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.curation import draft_blocks as blocks
from bot.curation.draft_blocks import DOCUMENTED_TOO
from bot.desk import Desk
from bot.model import Effect, Window
from bot.storage import gaps as gap_rows
from bot.storage import proposals as rows
from bot.storage.engine import Database, Tx
from bot.storage.gaps import Key
from bot.wanted import Documented
from knowledge.channels import AnswerMode, Channels
from knowledge.loader import Handbook

LOOK_BACK = timedelta(weeks=26)  # as far as gaps do; who asked earlier waits no more
TOLD_MOST = 20  # threads: more are a flood, and the gap's own thread is told in any case

Waiting = Callable[[Window], Awaitable[Collection[Key]]]


@dataclass(frozen=True)
class Article:
    title: str
    url: str


async def documented(database: Database, handbook: Handbook, window: Window) -> Sequence[Article]:
    """Articles from threads that were merged in the window, the newest first; under the title they have now."""
    async with database.read() as tx:
        merged = await rows.articles_merged(tx, window.since, window.until)
    by_file = {each.id: each for each in handbook.articles}
    found = [(by_file.get(file), file, url) for file, url in merged]
    return [Article(page.title, page.url or url) if page else Article(file, url) for page, file, url in found]


class AskerService:
    def __init__(self, desk: Desk, waiting: Waiting) -> None:
        self._desk = desk
        self._waiting = waiting

    async def tell(self, tx: Tx, told: Documented, gap_id: str, waiting: Collection[Key]) -> None:
        """In the thread of each of the gap's questions that still wait, once; but for the one the article is from."""
        channels = self._desk.shelf.library.handbook.channels
        members = [(each.channel_id, each.ts) for each in await gap_rows.members(tx, [gap_id]) if each.asker]
        others = [each for each in members if each in waiting and each != (told.channel_id, told.root)]
        for each in [each for each in others if _may_speak(channels, each[0])][:TOLD_MOST]:
            await self._desk.outbox.put(tx, self._effect(told, each))

    async def waiting(self) -> Collection[Key]:
        """Questions of public channels without a response, of people who are not left out."""
        now = self._desk.clock.now()
        return await self._waiting(Window(now - LOOK_BACK, now))

    def _effect(self, told: Documented, question: Key) -> Effect:
        page = next((each for each in self._desk.shelf.library.handbook.articles if each.id == told.article), None)
        title = page.title if page else told.title or "an article"
        url = page.url if page and page.url else told.url
        shown = blocks.documented(title, url=url, file=f"articles/{told.article}", credit="")
        channel_id, ts = question
        key = f"documented-too:{channel_id}:{ts}"
        return Effect(key, DOCUMENTED_TOO, shown.text, shown.blocks, channel_id=channel_id, thread_ts=ts)


def _may_speak(channels: Channels, channel_id: str) -> bool:
    channel = channels.watched(channel_id)
    return channel is not None and channel.answer is not AnswerMode.SHADOW
