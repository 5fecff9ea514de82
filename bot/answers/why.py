"""Explains an answer, or a silence, to whoever asks: from what is kept, and to that person alone."""

from dataclasses import dataclass

from bot import effects
from bot.answers import blocks
from bot.answers.pointers import Pointer
from bot.answers.reasons import NOTHING_ASKED, Given, Known, explanation
from bot.answers.rules import thresholds
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import peers
from bot.storage import work as work_rows
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from bot.wanted import Asking, Kind


@dataclass(frozen=True)
class Subject:
    """The question that is meant: its message, what came of it, or both."""

    channel_id: str
    ts: str | None
    answer: Answer | None


class WhyService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def explain(self, asking: Asking) -> None:
        """In a thread about its question, else about the person's newest one there."""
        shown = await self._shown(asking)
        if asking.is_direct:
            effect = effects.reply(asking, "why", shown, kind=blocks.ANSWER)
        else:
            effect = effects.privately(f"why:{asking.key}", asking.asker, shown, response_url=asking.response_url)
        await self._desk.send(effect)

    async def _shown(self, asking: Asking) -> Shown:
        """Whoever may ask may see it."""
        library, person = self._desk.shelf.library, await self._people.profile(asking.asker)
        if reason := await self._people.why_not(person, Act.ASK):
            return blocks.refusal(reason)
        async with self._desk.database.read() as tx:
            subject = await self._subject(tx, asking)
            if subject is None:
                return blocks.refusal(NOTHING_ASKED)
            known = await self._known(tx, subject)
        now = self._desk.clock.now()
        return explanation(known, thresholds(library.handbook), now=now, timezone=library.handbook.channels.timezone)

    async def _subject(self, tx: Tx, asking: Asking) -> Subject | None:
        if asking.thread_ts is not None and not asking.is_shared:
            answer = await rows.newest_in_thread(tx, asking.channel_id, asking.thread_ts)
            return Subject(asking.channel_id, answer.question_ts if answer else asking.thread_ts, answer)
        answer = await rows.newest_of(tx, asking.asker, asking.channel_id)
        ts = await peers.newest_question_of(tx, asking.asker, asking.channel_id)
        if answer is None:
            return Subject(asking.channel_id, ts, None) if ts else None
        if ts and (answer.question_ts or f"{answer.created_at.timestamp():.6f}") < ts:
            return Subject(asking.channel_id, ts, None)
        return Subject(answer.channel_id, answer.question_ts, answer)

    async def _known(self, tx: Tx, subject: Subject) -> Known:
        channel = self._desk.shelf.library.handbook.channels.watched(subject.channel_id)
        answer, ts = _given(subject.answer), subject.ts
        is_private = answer is not None and answer.surface in ("private", "direct")
        if ts is None or is_private:
            return Known(answer, None, channel, is_private, None, people_answered=False)
        asked = await peers.question_at(tx, subject.channel_id, ts)
        due_at = await work_rows.waits_until(tx, kind=Kind.ANSWER.value, key=f"{subject.channel_id}:{ts}")
        return Known(
            answer=answer,
            kind=asked.kind if asked else None,
            channel=channel,
            is_private=False,
            due_at=due_at,
            people_answered=asked is not None
            and await peers.has_human_reply(tx, subject.channel_id, ts, asker=asked.asker),
        )


def _given(answer: Answer | None) -> Given | None:
    if answer is None:
        return None
    titles = tuple(str(source["title"]) for source in answer.sources or answer.closest)
    solved_on = tuple(Pointer.from_json(each).solved_on for each in answer.pointers)
    return Given(
        outcome=answer.outcome,
        reason=answer.reason,
        surface=answer.surface,
        confidence=answer.confidence,
        titles=titles,
        handbook_revision=answer.handbook_revision,
        solved_on=solved_on,
        writer=answer.writer,
    )
