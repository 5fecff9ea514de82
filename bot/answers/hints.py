"""Shows the asker alone what the handbook has, at once, while peers have their chance to answer.

A whisper is seen once or not at all, so nothing hangs on it: the answer in the thread comes when nobody answered.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot import effects
from bot.answers import feedback_blocks as blocks
from bot.answers.audiences import AudienceService
from bot.answers.rules import Answered, Silent, choose, first_article, thresholds
from bot.answers.writer import quote
from bot.authority import Act
from bot.desk import Desk
from bot.embeddings import VectorOf, words_alone
from bot.model import moment
from bot.notice_board import Board, EmptyBoard, known_already, with_notices
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import peers
from bot.storage.answers import HINT, Answer
from bot.storage.engine import Tx
from bot.wanted import Asking
from knowledge.channels import AnswerMode

WITHIN = timedelta(minutes=5)  # later the asker looks elsewhere


class HintService:
    def __init__(
        self, desk: Desk, people: PeopleService, vector_of: VectorOf = words_alone, board: Board | None = None
    ) -> None:
        self._board = board or EmptyBoard()
        self._desk = desk
        self._people = people
        self._vector_of = vector_of
        self._audiences = AudienceService(desk, people)

    async def hint(self, asking: Asking) -> None:
        """At most once a question. Only what the channel may see: what solves it is named there."""
        channel = self._desk.shelf.library.handbook.channels.watched(asking.channel_id)
        if channel is None or channel.answer is not AnswerMode.AFTER or asking.question_ts is None or asking.is_shared:
            return
        async with self._desk.database.read() as tx:
            text = await self._still_wanted(tx, asking, asking.question_ts)
        profile = await self._people.profile(asking.asker)
        if text and not await self._people.why_not(profile, Act.ASK):
            await self._show(asking, text, answers_at=moment(asking.question_ts) + channel.answer_after)

    async def _still_wanted(self, tx: Tx, asking: Asking, question_ts: str) -> str:
        """The question as it stands now; "" when it is old, answered, taken back, or was hinted at before."""
        is_late = self._desk.clock.now() - moment(question_ts) > WITHIN
        if is_late or await rows.by_key(tx, f"{HINT}:{asking.key}") is not None:
            return ""
        if not await peers.is_question(tx, asking.channel_id, question_ts):
            return ""
        if await peers.has_human_reply(tx, asking.channel_id, question_ts, asker=asking.asker):
            return ""
        text, _ = await peers.newest_text(tx, asking.channel_id, question_ts)
        return text or asking.text

    async def _show(self, asking: Asking, text: str, *, answers_at: datetime) -> None:
        library, may_see = self._desk.shelf.library, await self._audiences.in_channel(asking.channel_id)
        found = library.index.search(text, audiences=may_see, vector=await self._vector_of(text))
        choice = choose(found, thresholds(library.handbook))
        on_board = await self._board.about(text, first_article(choice))
        if on_board.outage is not None:
            key, shown = f"hint-known:{asking.key}", known_already(on_board.outage, is_told_end=False)
            whisper = effects.whispered(key, blocks.HINT, asking.asker, shown, channel_id=asking.channel_id)
            await self._desk.send(whisper)
            return
        if isinstance(choice, Silent):
            return
        draft, is_sure = quote(text, choice), isinstance(choice, Answered)
        answer = Answer(
            id=self._desk.new_id(),
            key=f"{HINT}:{asking.key}",
            channel_id=asking.channel_id,
            question_ts=asking.question_ts,
            thread_ts=None,
            asker=asking.asker,
            surface=HINT,
            outcome="answered" if is_sure else "suggested",
            reason="",
            text=draft.text,
            confidence=choice.confidence,
            sources=[source.to_json() for source in draft.sources],
            handbook_revision=library.handbook.revision,
            created_at=self._desk.clock.now(),
        )
        until = f"{answers_at.astimezone(ZoneInfo(library.handbook.channels.timezone)):%H:%M}"
        shown = blocks.hint(draft, answer.id, is_sure=is_sure, today=self._desk.today(), until=until)
        shown = with_notices(shown, on_board.notices)
        effect = effects.whispered(answer.message_key, blocks.HINT, asking.asker, shown, channel_id=asking.channel_id)

        async def unit(tx: Tx) -> None:
            if await rows.add(tx, answer):
                await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
