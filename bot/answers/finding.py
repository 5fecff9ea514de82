"""Looks words up for one person: articles they may see and solved threads, as a list without prose.

By words alone: whoever looks for a word wants the pages that have it. Questions are `answers.service`'s.
"""

from bot import effects
from bot.answers import blocks, find_blocks
from bot.answers.audiences import AudienceService
from bot.answers.find_blocks import Listed
from bot.answers.rules import NOT_FOUND
from bot.answers.solved import SolvedService
from bot.answers.writer import source_of
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from bot.wanted import Asking
from knowledge.stories import with_words

ARTICLES_MOST, THREADS_MOST, STORIES_MOST = 5, 3, 2


class FindService:
    def __init__(self, desk: Desk, people: PeopleService, solved: SolvedService) -> None:
        self._desk = desk
        self._people = people
        self._solved = solved
        self._audiences = AudienceService(desk, people)

    async def find(self, asking: Asking) -> None:
        """What has these words, to the person alone; or why they get none."""
        library, profile = self._desk.shelf.library, await self._people.profile(asking.asker)
        if reason := await self._people.why_not(profile, Act.ASK):
            await self._desk.send(_told(asking, blocks.refusal(reason)))
            return
        found = library.index.search(
            asking.text, audiences=await self._audiences.in_private(profile), limit=ARTICLES_MOST
        )
        pointers = await self._solved.with_words(asking, asking.text, most=THREADS_MOST)
        stories = with_words(library.handbook.stories, asking.text, most=STORIES_MOST)
        listed = Listed(tuple(source_of(hit) for hit in found.hits), pointers, stories)
        if listed.is_empty:
            await self._keep_nothing(asking, library.handbook.revision)
        else:
            await self._desk.send(_told(asking, find_blocks.listed(asking.text, listed, today=self._desk.today())))

    async def _keep_nothing(self, asking: Asking, revision: str) -> None:
        """What came of it is kept, as *Get a person* names it; what was looked for is not."""
        nothing = Answer(
            id=self._desk.new_id(),
            key=asking.key,
            channel_id=asking.channel_id if asking.is_direct else "",
            question_ts=asking.question_ts if asking.is_direct else None,
            thread_ts=asking.thread_ts if asking.is_direct else None,
            asker=asking.asker,
            surface="direct" if asking.is_direct else "private",
            outcome="silent",
            reason=NOT_FOUND,
            text="",
            confidence=0.0,
            sources=(),
            handbook_revision=revision,
            created_at=self._desk.clock.now(),
        )

        async def unit(tx: Tx) -> None:
            if await rows.add(tx, nothing):
                await self._desk.outbox.put(tx, _told(asking, find_blocks.nothing(asking.text, nothing.id)))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()


def _told(asking: Asking, shown: Shown) -> Effect:
    """In a channel it is sent by direct message: a list is for who asked for it."""
    if asking.is_direct:
        return effects.reply(asking, "find", shown, kind=find_blocks.FOUND)
    return effects.privately(f"find:{asking.key}", asking.asker, shown, response_url=asking.response_url)
