"""What follows on *Not quite*: the next source at once, and the reason where one is given.

Each source offered is an answer of its own, shown in the message of the first, so that what is said is kept with the
article it is said of.
"""

from dataclasses import replace

from bot.answers.audiences import AudienceService
from bot.answers.rules import Answered
from bot.answers.sources import standing
from bot.answers.writer import quote
from bot.desk import Desk
from bot.model import Profile
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import peers
from bot.storage.answers import Answer
from bot.storage.engine import Tx


class FeedbackService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._audiences = AudienceService(desk, people)

    async def next_answer(self, answer: Answer, profile: Profile) -> Answer | None:
        """The next of its sources that the person may see, quoted as it stands now; the same when asked again.

        None after pointers: all of them were shown.
        """
        if not answer.article:
            return None
        key = f"{answer.key}:next"
        async with self._desk.database.read() as tx:
            known = await rows.by_key(tx, key)
            text = await self._question(tx, answer)
        if known is not None:
            return known
        is_private = answer.surface in ("private", "direct")
        may_see = await (
            self._audiences.in_private(profile) if is_private else self._audiences.in_channel(answer.channel_id)
        )
        handbook = self._desk.shelf.library.handbook
        left = standing(handbook, answer.sources[1:], may_see)
        if not left:
            return None
        draft = quote(text, Answered(left, answer.confidence))
        return replace(
            answer,
            id=f"{answer.id}n",  # the same for two presses at once; with three sources it is two letters longer at most
            key=key,
            text=draft.text,
            sources=[source.to_json() for source in draft.sources],
            handbook_revision=handbook.revision,
            created_at=self._desk.clock.now(),
            stands_in=answer.stands_in or answer.key,
        )

    async def _question(self, tx: Tx, answer: Answer) -> str:
        """What was asked; "" where its words are not kept."""
        if answer.question_ts is None:
            return answer.question or ""
        text, _ = await peers.newest_text(tx, answer.channel_id, answer.question_ts)
        return text or ""
