"""Takes what people answer, in the listener's own transaction: what was pressed stands in no other row, key or message.

Only who was asked can answer, and as often as they like until the wave ends; the newest answer counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.blockkit import Shown
from bot.desk import Desk
from bot.errors import SlackError
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import known_pseudonyms
from bot.storage.surveys import ASKED, AnswerRow, Invitation, Wave
from bot.surveys import blocks, definition, rules
from bot.surveys.talk_blocks import Given
from bot.surveys.telling import Where, edit_question, tell
from knowledge.surveys import Survey

log = structlog.get_logger(__name__)

Change = Callable[[Survey, AnswerRow], AnswerRow | Shown]  # or why nothing can be taken


@dataclass(frozen=True)
class Mine:
    """A wave under way and the invitation of the person who acts."""

    wave: Wave
    survey: Survey
    invitation: Invitation

    @property
    def tag(self) -> str:
        assert self.wave.key is not None
        return rules.tag(self.wave.key, self.invitation.person)


class AnsweringService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take_score(self, where: Where, number: int) -> None:
        """The first question's answer: `number` is which of its options was pressed."""

        def change(survey: Survey, row: AnswerRow) -> AnswerRow | Shown:
            question = survey.questions[0]
            offered = blocks.options(question)
            if number >= len(offered):
                return blocks.NOT_OFFERED
            return replace(row, scores=row.scores | {question.name: offered[number][1]})

        await self._take(where, change)

    async def take_form(self, where: Where, values: Mapping[str, str]) -> Mapping[str, str]:
        """Further answers and the comment, as they stand in the form: what was emptied there goes.

        Gives what is wrong in it, by its blocks; taken down when nothing is.
        """
        if problems := blocks.too_long(values):
            return problems

        def change(survey: Survey, row: AnswerRow) -> AnswerRow:
            given, words = blocks.read_form(survey, values)
            scores = {name: value for name, value in (row.scores | given).items() if value is not None}
            return replace(row, scores=scores, comment=words)

        await self._take(where, change)
        return {}

    async def _take(self, where: Where, change: Change) -> None:
        async def unit(tx: Tx) -> None:
            found = await self._mine(tx, where)
            if isinstance(found, Shown):
                await tell(tx, self._desk, where, found)
                return
            before = await rows.answer(tx, found.wave.id, found.tag)
            row = before or AnswerRow(found.wave.id, found.tag, {}, "", found.invitation.strata)
            after = change(found.survey, row)
            if before is None and isinstance(after, AnswerRow) and not (after.scores or after.comment):
                after = blocks.EMPTY
            if isinstance(after, Shown):
                await tell(tx, self._desk, where, after)
                return
            await rows.put_answer(tx, after)
            await self._show_taken(tx, where, found)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _show_taken(self, tx: Tx, where: Where, mine: Mine) -> None:
        """The first time in the message itself, later to the person alone; the same words for every answer."""
        until, person = self._last_day(mine.wave), mine.invitation.person
        if not await rows.mark_answered(tx, mine.wave.id, person):
            await tell(tx, self._desk, where, blocks.changed(until))
            return
        shown = blocks.pulse(mine.survey, mine.wave.id, until=until, is_answered=True)
        reminder = blocks.reminder(mine.survey, mine.wave.id, until=until, is_answered=True)
        await edit_question(tx, self._desk, (mine.wave.id, person), shown=shown, reminder=reminder)

    async def _mine(self, tx: Tx, where: Where) -> Mine | Shown:
        """What the person may answer, or why they may not."""
        wave = await rows.held_wave(tx, where.wave_id)
        if wave is None:
            return blocks.UNKNOWN
        person = (await known_pseudonyms(tx, [where.user_id])).get(where.user_id)
        invitation = await rows.held_invitation(tx, wave.id, person) if person else None
        if invitation is None or invitation.state != ASKED or not await self._is_theirs(tx, where, invitation):
            return blocks.NOT_YOURS
        if not wave.is_open(at=self._desk.clock.now()) or wave.key is None:
            return blocks.over(self._last_day(wave))
        return Mine(wave, definition.from_json(wave.definition), invitation)

    async def _is_theirs(self, tx: Tx, where: Where, invitation: Invitation) -> bool:
        """Whether the message stands where the person was asked, as far as that is known; a form stands nowhere."""
        channel_id, _ = await rows.message_of(tx, invitation.wave_id, invitation.person)
        return not where.channel_id or channel_id in (None, where.channel_id)

    async def given(self, wave_id: str, user_id: str) -> Given | None:
        """What the person answered, as long as the wave is open; None when that cannot be found."""
        async with self._desk.database.read() as tx:
            wave = await rows.wave(tx, wave_id)
            person = (await known_pseudonyms(tx, [user_id])).get(user_id)
            if wave is None or wave.key is None or person is None or not wave.is_open(at=self._desk.clock.now()):
                return None
            row = await rows.answer(tx, wave.id, rules.tag(wave.key, person))
        survey = definition.from_json(wave.definition)
        return None if row is None else blocks.given_in_words(survey, row.scores, row.comment)

    # Forms.

    async def open_form(self, where: Where, trigger_id: str) -> None:
        """Further questions and the comment, with what the person said before."""

        async def unit(tx: Tx) -> dict[str, Any] | None:
            found = await self._mine(tx, where)
            if isinstance(found, Shown):
                await tell(tx, self._desk, where, found)
                return None
            given = await rows.answer(tx, found.wave.id, found.tag)
            until = self._last_day(found.wave)
            scores, words = (given.scores, given.comment) if given else ({}, "")
            return blocks.form(found.survey, found.wave.id, until=until, given=scores, words=words)

        form = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        if form is not None:
            await self._open(where, trigger_id, form)

    async def explain(self, where: Where, trigger_id: str) -> None:
        """Why it is asked and what becomes of the answer, for whoever wants to know."""
        async with self._desk.database.read() as tx:
            wave = await rows.wave(tx, where.wave_id)
        if wave is None:
            await self._desk.database.write(lambda tx: tell(tx, self._desk, where, blocks.UNKNOWN))
            self._desk.outbox.bell.set()
            return
        await self._open(
            where, trigger_id, blocks.why(definition.from_json(wave.definition), until=self._last_day(wave))
        )

    async def _open(self, where: Where, trigger_id: str, view: dict[str, Any]) -> None:
        try:
            await self._desk.slack.open_view(trigger_id, view)
        except SlackError as error:
            log.warning("surveys.form_not_opened", reason=str(error))
            await self._desk.database.write(lambda tx: tell(tx, self._desk, where, blocks.NOT_OPENED))
            self._desk.outbox.bell.set()

    def _last_day(self, wave: Wave) -> str:
        zone = self._desk.shelf.library.handbook.channels.timezone
        return blocks.in_words(rules.today_in(zone, wave.closes_at))
