"""People mark a reply as the answer: then its question is solved, by whoever wrote it.

What that amounts to beside check marks and thanks is `bot.peers.solving`'s.
"""

from datetime import datetime

from bot import effects
from bot.authority import Act
from bot.desk import Desk
from bot.peers import blocks
from bot.people import PeopleService
from bot.storage import peers as rows
from bot.storage.engine import Tx
from bot.wanted import AnswerMarked, Kind

UNKNOWN = "I know of no question that this answers. Use it on a reply to a question, in a channel that I watch."
NOT_TAKEN = "That was not saved. Please try again."


class MarkService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def take(
        self, channel_id: str, ts: str, *, key: str, user_id: str, response_url: str | None, is_there: bool = True
    ) -> None:
        """Takes it down; whether it counts is decided right after, with the rights as they are then."""
        said_at = self._desk.clock.now().isoformat()

        def wanted(person: str) -> AnswerMarked:
            return AnswerMarked(f"{person}:{key}", person, channel_id, ts, said_at, is_there, response_url)

        await self._desk.take(Kind.MARK_ANSWER, user_id, wanted)

    async def mark(self, said: AnswerMarked) -> None:
        """Kept with who marked it, if they may; they are told what came of it."""
        reason = await self._refusal(said)
        if not reason:
            await self._desk.database.write(lambda tx: self._put(tx, said))
        await self._tell(said, reason)

    async def given_up(self, said: AnswerMarked) -> None:
        await self._tell(said, NOT_TAKEN)

    async def _put(self, tx: Tx, said: AnswerMarked) -> None:
        at = f"{datetime.fromisoformat(said.said_at).timestamp():.6f}"
        row = rows.ReactionRow(said.channel_id, said.ts, said.person, rows.MARKED, at, said.is_there)
        await rows.put_reaction_changed(tx, row)

    async def _refusal(self, said: AnswerMarked) -> str:
        """Why the person may not say it; "" when they may."""
        async with self._desk.database.read() as tx:
            question = await rows.question_answered_by(tx, said.channel_id, said.ts)
        if question is None:
            return UNKNOWN
        profile = await self._people.profile(said.person)
        return await self._people.why_not(profile, Act.MARK_ANSWER, is_asker=question.asker == said.person)

    async def _tell(self, said: AnswerMarked, reason: str) -> None:
        shown = blocks.refusal(reason) if reason else blocks.marked(said.channel_id, said.ts, is_there=said.is_there)
        effect = effects.privately(f"mark:{said.key}", said.person, shown, response_url=said.response_url)
        await self._desk.send(effect)
