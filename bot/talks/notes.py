"""Takes down what was heard in a talk, and keeps of it what the person who was talked to lets stand.

What nobody let stand within a fortnight is dropped, with its words in the message that showed it.
"""

import structlog

from bot import effects
from bot.blockkit import Shown
from bot.desk import Desk
from bot.errors import SlackError
from bot.masking import masked
from bot.model import Effect
from bot.storage import talks as rows
from bot.storage.engine import Tx
from bot.storage.people import is_left_out, known_pseudonyms
from bot.talk_row import ACCEPTED, DROPPED, EVIDENCE, KEPT, SHOWN, Notes, Talk
from bot.talks import note_blocks as blocks
from bot.talks import rules
from bot.talks.drawing import DrawingService
from bot.talks.note_blocks import Filled
from bot.talks.rules import AGAIN_AFTER, APPROVE_WITHIN, DRAW_HOLDS
from bot.wanted import Decision, Kind, NotesWritten

log = structlog.get_logger(__name__)


class NoteService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, drawing: DrawingService) -> None:
        self._desk = desk
        self._drawing = drawing

    # Forms, and presses.

    async def open_to_write(
        self, talk_id: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """The form is before who talked with the person, or they are told why not."""
        talk = await self._to_write(talk_id, user_id)
        if talk is None:
            await self._desk.tell(
                user_id, "talk-form", key, blocks.said(blocks.NOT_YOURS_TO_WRITE), response_url=response_url
            )
            return
        form = blocks.write_form(talk_id, await self._drawing.name_of(talk.person))
        await self._open(form, key=key, user_id=user_id, trigger_id=trigger_id, response_url=response_url)

    async def open_to_edit(
        self, notes_id: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """The form is before who was talked to, with the words as they are."""
        person = await self._person(user_id)
        async with self._desk.database.read() as tx:
            notes = await rows.notes(tx, notes_id)
        if notes is None or notes.person != person or notes.words is None:
            gone = blocks.NOT_YOURS if notes and notes.person != person else blocks.GONE
            await self._desk.tell(user_id, "talk-form", key, blocks.said(gone), response_url=response_url)
            return
        form = blocks.edit_form(notes_id, notes.words)
        await self._open(form, key=key, user_id=user_id, trigger_id=trigger_id, response_url=response_url)

    async def take_written(self, talk_id: str, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        problem = rules.problem(filled.words)
        if not problem and await self._to_write(talk_id, user_id) is None:
            problem = blocks.NOT_YOURS_TO_WRITE
        if problem:
            return blocks.errors(problem)
        await self._desk.take(
            Kind.SHOW_NOTES,
            user_id,
            lambda person: NotesWritten(f"{person}:{key}", person, talk_id, filled.words),
        )
        return {}

    async def take_edited(self, notes_id: str, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """The same of what the person themselves made of it."""
        if problem := rules.problem(filled.words):
            return blocks.errors(problem)
        await self._desk.take(
            Kind.EDIT_NOTES,
            user_id,
            lambda person: NotesWritten(f"{person}:{key}", person, notes_id, filled.words, filled.is_named),
        )
        return {}

    async def take_press(self, notes_id: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, notes_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_NOTES, user_id, wanted)

    # By a worker.

    async def show(self, written: NotesWritten) -> None:
        """To who was talked to, without names of colleagues. Raises SlackError."""
        async with self._desk.database.read() as tx:
            talk = await rows.by_id(tx, written.subject)
            is_out = talk is not None and await is_left_out(tx, talk.person)
        if talk is None or talk.interviewer != written.person or talk.state != ACCEPTED:
            await self._say(written, blocks.NOT_YOURS_TO_WRITE)
        elif is_out:
            await self._say(written, blocks.LEFT_OUT)
        else:
            await self._show(written, talk)

    async def _show(self, written: NotesWritten, talk: Talk) -> None:
        names = frozenset[str]().union(*[each.names for each in await self._desk.slack.everybody()])
        words = rules.fitting(masked(written.words, names=names).strip())
        now, id_ = self._desk.clock.now(), self._desk.new_id()[:12]
        notes = Notes(id_, talk.id, talk.person, talk.team, words, is_named=False, state=SHOWN, written_at=now)
        shown = blocks.to_decide(await self._drawing.name_of(written.person), words, id_)
        told = effects.privately(f"talk-notes-sent:{talk.id}", written.person, blocks.said(blocks.SENT))

        async def unit(tx: Tx) -> None:
            if await rows.add_notes(tx, notes):
                await self._desk.outbox.put(tx, _message(notes, shown))
                await self._desk.outbox.put(tx, told)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def decide(self, decision: Decision) -> None:
        """Kept, kept with the name, or dropped: by the person who was talked to alone."""
        async with self._desk.database.read() as tx:
            notes = await rows.notes(tx, decision.subject)
        if notes is None or notes.person != decision.person:
            await self._tell(decision, blocks.NOT_YOURS if notes else blocks.GONE)
        elif decision.choice == "drop":
            await self._drop(decision, notes)
        elif not await self._keep(notes, notes.words or "", is_named=decision.choice == "named", key=decision.key):
            await self._tell(decision, blocks.GONE)

    async def edit(self, written: NotesWritten) -> None:
        async with self._desk.database.read() as tx:
            notes = await rows.notes(tx, written.subject)
        is_kept = False
        if notes is not None and notes.person == written.person:
            is_kept = await self._keep(notes, written.words, is_named=written.is_named, key=written.key)
        if not is_kept:
            await self._say(written, blocks.GONE)

    async def given_up(self, asked: NotesWritten | Decision) -> None:
        await self._desk.send(effects.privately(f"talk-broken:{asked.key}", asked.person, blocks.said(blocks.BROKEN)))

    async def _keep(self, notes: Notes, words: str, *, is_named: bool, key: str) -> bool:
        """Whether they were still there. They stand as they are now; who wrote them is told, once."""
        now, cited = self._desk.clock.now(), f"{EVIDENCE}{notes.id}"
        values = {"state": KEPT, "words": words, "is_named": is_named, "settled_at": now}
        shown = blocks.kept(words, cited, notes.id, is_named=is_named)

        async def unit(tx: Tx) -> bool:
            if not words or not await rows.settle(tx, notes.id, among=[SHOWN, KEPT], **values):
                return False
            await self._desk.outbox.put(tx, effects.newest(_message(notes, shown)))
            await self._tell_writer(tx, notes, blocks.now_kept(cited), KEPT)
            return True

        is_kept = await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        log.info("talks.notes_kept", is_kept=is_kept, work=key[-12:])
        return is_kept

    async def _drop(self, decision: Decision, notes: Notes) -> None:
        """What was kept is taken back too; its id stays, without words. Of what was dropped before it is said again."""
        now = self._desk.clock.now()
        values = {"state": DROPPED, "words": None, "is_named": False, "settled_at": now}
        shown = blocks.said(blocks.DROPPED)

        async def unit(tx: Tx) -> None:
            is_new = await rows.settle(tx, notes.id, among=[SHOWN, KEPT], **values)
            if is_new:
                await rows.forget_message(tx, notes.id)
                await self._tell_writer(tx, notes, blocks.now_dropped(), DROPPED)
            await self._desk.outbox.put(tx, effects.newest(_message(notes, shown)))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _tell_writer(self, tx: Tx, notes: Notes, shown: Shown, what: str) -> None:
        talk = await rows.by_id(tx, notes.talk_id)
        if talk is not None and talk.interviewer:
            key = f"talk-notes-{what}:{notes.id}"
            await self._desk.outbox.put(tx, effects.privately(key, talk.interviewer, shown, kind=blocks.SETTLED))

    async def forget_old(self) -> None:
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            await rows.forget_unkept(tx, before=now - APPROVE_WITHIN, now=now)
            await rows.forget_old(tx, uninvited=now - 2 * DRAW_HOLDS, invited=now - AGAIN_AFTER)

        await self._desk.database.write(unit)

    # Who, and telling.

    async def _to_write(self, talk_id: str, user_id: str) -> Talk | None:
        """The talk, if its notes are the person's to write now."""
        person = await self._person(user_id)
        async with self._desk.database.read() as tx:
            talk = await rows.by_id(tx, talk_id)
            is_written = await rows.has_notes(tx, talk_id)
        is_theirs = talk is not None and talk.state == ACCEPTED and talk.interviewer == person
        return talk if is_theirs and not is_written else None

    async def _person(self, user_id: str) -> str | None:
        async with self._desk.database.read() as tx:
            return (await known_pseudonyms(tx, [user_id])).get(user_id)

    async def _open(
        self, form: dict[str, object], *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        try:
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("talks.form_not_opened", reason=str(error))
            await self._desk.tell(user_id, "talk-form", key, blocks.said(blocks.NOT_OPENED), response_url=response_url)

    async def _say(self, written: NotesWritten, words: str) -> None:
        await self._desk.send(effects.privately(f"talk-notes-said:{written.key}", written.person, blocks.said(words)))

    async def _tell(self, decision: Decision, words: str) -> None:
        key, url = f"talk-notes-said:{decision.key}", decision.response_url
        await self._desk.send(effects.privately(key, decision.person, blocks.said(words), response_url=url))


def _message(notes: Notes, shown: Shown) -> Effect:
    return effects.privately(rows.message_key(notes.id), notes.person, shown, kind=blocks.NOTES)
