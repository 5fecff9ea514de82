"""Answers what was asked: finds, decides, and writes the answer and its message down in one transaction.

Nothing is sent from here; the outbox makes it visible. What people say of an answer is `answers.verdicts`'.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import effects
from bot.answers import blocks
from bot.answers.audiences import AudienceService
from bot.answers.blocks import ANSWER, SHADOW_CARD
from bot.answers.context import Context, ContextService
from bot.answers.doing import DoingService
from bot.answers.kind_menu import kind_menu
from bot.answers.rules import (
    NOTHING_MORE,
    SOURCES_MOST,
    Answered,
    Choice,
    Silent,
    Suggested,
    choose,
    first_article,
    thresholds,
)
from bot.answers.sharing import SharingService
from bot.answers.solved import SolvedService
from bot.answers.status import looking
from bot.answers.turns import askings, look_up, question_before
from bot.answers.words import words_to_keep
from bot.answers.writer import Draft, Source, Writer, quote
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.embeddings import VectorOf, words_alone
from bot.library import Library
from bot.model import Effect, moment
from bot.notice_board import Board, Current, EmptyBoard, Outage, with_notices
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import incidents, peers
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.text_secrets import without_secrets
from bot.urgency import is_urgent
from bot.wanted import Asking, Kind, SurveyEvent, TakenBack
from bot.work import enqueue
from knowledge.channels import AnswerMode
from knowledge.index import Found
from knowledge.surveys import Moment, are_sent_after

TOO_OLD = timedelta(hours=1)  # an overheard question this long past its turn is logged, not answered late
TOO_OLD_ASKED = timedelta(hours=24)  # somebody who turned to the bot still waits after an outage, but not for days
TRIED_AFTER = timedelta(hours=1)  # by then whoever was answered has tried what it says
SHARED = (
    "That channel is shared with another company, so I keep quiet there. "
    "Ask me here or by the command: then only you see the answer."
)
BROKEN = "I could not answer this: something broke on my side, and my operators see it. Please ask a person."
HINT_SAID = {
    "solved": "the person who asked saw the answer first, and it helped",
    "not quite": "the person who asked saw the answer first, and it did not help",
}
NOTHING = Draft("", ())


@dataclass(frozen=True)
class Decided:
    """What is to be kept of an asking, and the message that tells it, if any."""

    outcome: str  # answered | suggested | silent | refused | known (an incident is on)
    reason: str = ""
    confidence: float = 0.0
    draft: Draft = NOTHING
    effect: Callable[[str], Effect] | None = None  # from the answer's id
    closest: tuple[Source, ...] = ()  # of a silence
    looked_up: str = ""  # the message's own words, where they were looked for; "" when nothing was


class AnswerService:
    """Use cases of the answers pillar. Methods that workers call may run twice and change nothing the second time."""

    def __init__(
        self,
        desk: Desk,
        people: PeopleService,
        writer: Writer,
        solved: SolvedService,
        vector_of: VectorOf = words_alone,
        board: Board | None = None,
    ) -> None:
        self._board = board or EmptyBoard()
        self._desk = desk
        self._solved = solved
        self._people = people
        self._writer = writer
        self._vector_of = vector_of
        self._audiences = AudienceService(desk, people)
        self._sharing = SharingService(desk, people)
        self._context = ContextService(desk)
        self._doing = DoingService(desk)

    async def take_command(
        self,
        kind: Kind,
        *,
        key: str,
        user_id: str,
        channel_id: str,
        text: str,
        response_url: str | None,
        is_own: bool = True,
    ) -> None:
        """Takes a command or shortcut down; its answer goes to the person alone: as a DM without an address for it.

        `is_own` tells whether the words are theirs, and not a message that they want answered.
        """
        now, text = self._desk.clock.now(), without_secrets(text)

        async def unit(tx: Tx) -> None:
            asker = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
            asking = Asking(
                key=key,
                asker=asker,
                text=text,
                channel_id=channel_id,
                response_url=response_url,
                is_direct=response_url is None,
                is_own=is_own,
            )
            await enqueue(tx, kind, asking, due_at=now, now=now)
            if kind is Kind.ANSWER and is_urgent(
                text, self._desk.shelf.library.handbook.channels.urgent_in(channel_id)
            ):
                await enqueue(tx, Kind.URGENT, asking, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def answer(self, asking: Asking) -> None:
        """The question is answered, declined with the reason, or (an overheard one) left to people in silence."""
        async with self._desk.database.read() as tx:
            is_done = await rows.by_key(tx, asking.key) is not None
            text, reason = await self._still_wanted(tx, asking)
        if is_done:
            return
        library = self._desk.shelf.library
        if reason:
            await self._keep(asking, Decided("silent", reason), library)
            return
        profile = await self._people.profile(asking.asker)
        if reason := SHARED if asking.is_shared else await self._people.why_not(profile, Act.ASK):
            await self._keep(asking, self._refused(asking, reason), library)
            return
        if asking.follows and (reason := await self._context.why_left(asking, profile.user_id)):
            await self._keep(asking, Decided("silent", reason), library)
            return
        is_private = asking.is_direct or asking.response_url is not None
        may_see = await (
            self._audiences.in_private(profile) if is_private else self._audiences.in_channel(asking.channel_id)
        )
        async with looking(self._desk.slack, asking):
            context = await self._context.before(asking, profile.user_id)
            at, before = thresholds(library.handbook), question_before(context.turns)
            vectors = {each: await self._vector_of(each) for each in askings(text, before)}

            def search(question: str) -> Found:
                return library.index.search(question, audiences=may_see, vector=vectors[question])

            looked_for, found = look_up(text, before, search, at)
            choice = choose(found, at)
            on_board = await self._board.about(looked_for, first_article(choice))
            if on_board.outage is not None:
                decided = self._known(asking, on_board.outage, library)
            else:
                decided = await self._decide(asking, looked_for, choice, library, context)
            decided = _carrying(decided, on_board.notices)
            decided = replace(decided, looked_up=text, closest=_closest(decided, found))
        await self._keep(asking, decided, library)

    async def help(self, asking: Asking, shown: Shown) -> None:
        await self._desk.send(effects.reply(asking, "help", shown, kind=blocks.HELP))

    async def given_up(self, asking: Asking) -> None:
        """The work failed for good: who asked is told, with a way to people."""
        if asking.asked:
            await self._desk.send(effects.reply(asking, "given-up", blocks.refusal(BROKEN), kind=blocks.GIVEN_UP))

    async def _still_wanted(self, tx: Tx, asking: Asking) -> tuple[str, str]:
        """The newest text, and the reason to stay silent ("" for none)."""
        if asking.question_ts is None:
            return asking.text, ""
        asked_at, now = moment(asking.question_ts), self._desk.clock.now()
        if asking.asked and now > asked_at + (TOO_OLD if asking.follows else TOO_OLD_ASKED):
            return "", "too old"
        if asking.is_direct:
            return asking.text, ""
        text, is_deleted = await peers.newest_text(tx, asking.channel_id, asking.question_ts)
        if is_deleted:
            return "", "the question was deleted"
        if asking.asked:
            return asking.text, ""
        channel = self._desk.shelf.library.handbook.channels.watched(asking.channel_id)
        if channel is None:
            return "", "the channel is not watched any more"
        if now > asked_at + channel.answer_after + TOO_OLD:
            return "", "too old"
        return text or asking.text, await _why_not_needed(tx, asking, asking.question_ts)

    def _refused(self, asking: Asking, reason: str) -> Decided:
        if not asking.asked:
            return Decided("refused", reason)
        key, shown = f"refused:{asking.key}", blocks.refusal(reason)
        effect = effects.privately(key, asking.asker, shown, response_url=asking.response_url)
        return Decided("refused", reason, effect=lambda _: effect)

    async def _decide(self, asking: Asking, text: str, choice: Choice, library: Library, context: Context) -> Decided:
        if isinstance(choice, Silent):
            return await self._silent(asking, text, choice, library)
        if quote(text, choice).text in context.answered:
            return await self._silent(asking, text, Silent(NOTHING_MORE, choice.confidence), library)
        written = await self._written(asking, text, choice, context)
        if written is not None:
            return await self._said(asking, "answered", choice.confidence, written, library)
        pointers = await self._solved.like(asking, text)
        draft = replace(quote(text, choice), pointers=pointers)
        return await self._said(asking, "suggested", choice.confidence, draft, library)

    def _known(self, asking: Asking, outage: Outage, library: Library) -> Decided:
        """An incident is on: who asks is told so, whatever the handbook says of the topic. In shadow nobody is."""

        def effect(id_: str) -> Effect:
            return effects.reply(asking, "answer", blocks.known(outage, id_), kind=ANSWER)

        is_quiet = self._is_shadow(asking, library)
        return Decided(rows.KNOWN, incidents.reason(outage.id), effect=None if is_quiet else effect)

    async def _silent(self, asking: Asking, text: str, choice: Silent, library: Library) -> Decided:
        """Nothing to say of the handbook. Whoever asked the bot is told so, with a way to a person.

        Among people it speaks up for a solved thread only if it is as sure of it as of an answer.
        """
        if asking.asked:
            pointers = await self._solved.like(asking, text)
            is_more, today = choice.reason == NOTHING_MORE, self._desk.today()

            def effect(id_: str) -> Effect:
                shown = blocks.nothing_found(id_, pointers, today=today, is_more=is_more)
                return effects.reply(asking, "answer", shown, kind=ANSWER)

            return Decided("silent", choice.reason, choice.confidence, Draft("", (), pointers=pointers), effect)
        if not self._is_shadow(asking, library):
            at_least = thresholds(library.handbook).answer_at
            if pointers := await self._solved.like(asking, text, at_least=at_least):
                draft = Draft("", (), pointers=pointers)
                return await self._said(asking, "suggested", choice.confidence, draft, library)
        return Decided("silent", choice.reason, choice.confidence)

    async def _said(self, asking: Asking, outcome: str, confidence: float, draft: Draft, library: Library) -> Decided:
        is_sure, today = outcome == "answered", self._desk.today()
        if self._is_shadow(asking, library):
            effect = await self._shadow_card(asking, draft, is_sure=is_sure, library=library)
        else:
            doable = await self._doing.offered(draft, channel_id=asking.channel_id) if is_sure else ()

            def effect(id_: str) -> Effect:
                shown = blocks.with_actions(blocks.answer(draft, id_, is_sure=is_sure, today=today), doable)
                reply = effects.reply(asking, "answer", shown, kind=blocks.ANSWER)
                return effects.growing(reply) if is_sure else reply

        return Decided(outcome, "", confidence, draft, effect)

    async def _written(self, asking: Asking, text: str, choice: Answered | Suggested, context: Context) -> Draft | None:
        """The answer in the writer's words; None for what is only suggested."""
        if not isinstance(choice, Answered):
            return None
        return await self._writer.write(text, choice, person=asking.asker, context=context.turns)

    def _is_shadow(self, asking: Asking, library: Library) -> bool:
        channel = library.handbook.channels.watched(asking.channel_id)
        return not asking.asked and channel is not None and channel.answer is AnswerMode.SHADOW

    async def _shadow_card(
        self, asking: Asking, draft: Draft, *, is_sure: bool, library: Library
    ) -> Callable[[str], Effect] | None:
        """For the platform channel; none where the handbook names no such channel."""
        channel_id, today = library.handbook.channels.platform_channel, self._desk.today()
        if not channel_id or asking.question_ts is None:
            return None
        permalink = await self._desk.slack.permalink(asking.channel_id, asking.question_ts)
        menu = await kind_menu(self._desk, asking.channel_id, asking.question_ts)

        def effect(id_: str) -> Effect:
            shown = blocks.shadow_card(draft, id_, is_sure=is_sure, permalink=permalink, today=today, kind_menu=menu)
            return effects.in_channel(f"answer:{asking.key}", SHADOW_CARD, channel_id, shown)

        return effect

    async def _keep(self, asking: Asking, decided: Decided, library: Library) -> None:
        """The answer's row and its message, together or not at all."""
        answer = Answer(
            id=self._desk.new_id(),
            key=asking.key,
            channel_id="" if asking.response_url else asking.channel_id,
            question_ts=asking.question_ts,
            thread_ts=asking.thread_ts,
            asker=asking.asker,
            surface=self._surface(asking, library),
            outcome=decided.outcome,
            reason=decided.reason,
            text=decided.draft.text,
            confidence=decided.confidence,
            sources=[source.to_json() for source in decided.draft.sources],
            closest=[source.to_json() for source in decided.closest],
            pointers=[pointer.to_json() for pointer in decided.draft.pointers],
            handbook_revision=library.handbook.revision,
            created_at=self._desk.clock.now(),
            writer=decided.draft.writer,
            asked_in=self._sharing.asked_in(asking),
            asked=asking.asked and bool(decided.looked_up),
        )

        async def unit(tx: Tx) -> None:
            kept = replace(answer, question=await words_to_keep(tx, self._desk, asking, decided.looked_up))
            if await rows.add(tx, kept) and decided.effect is not None:
                await self._desk.outbox.put(tx, self._sharing.offered(decided.effect(kept.id), kept))
                await self._tell_surveys(tx, kept)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _tell_surveys(self, tx: Tx, answer: Answer) -> None:
        """Where any is sent after an answer, whoever got one may be asked, also if they press nothing under it."""
        was_given = answer.outcome in ("answered", "suggested") and answer.surface != "shadow"
        if was_given and are_sent_after(self._desk.shelf.library.handbook.surveys, Moment.ANSWERED):
            now = self._desk.clock.now()
            event = SurveyEvent(f"{Moment.ANSWERED}:{answer.id}", Moment.ANSWERED, answer.asker)
            await enqueue(tx, Kind.SURVEY_EVENT, event, due_at=now + TRIED_AFTER, now=now)

    async def forget_words(self) -> None:
        """What was asked in private goes when the words of messages do."""
        kept = timedelta(days=self._desk.shelf.library.handbook.channels.text_days)
        before = self._desk.clock.now() - kept
        await self._desk.database.write(lambda tx: rows.forget_questions(tx, before=before))

    async def take_back(self, gone: TakenBack) -> None:
        await self._desk.database.write(lambda tx: rows.forget_question(tx, gone.channel_id, gone.ts))

    def _surface(self, asking: Asking, library: Library) -> str:
        if asking.response_url is not None:
            return "private"
        if asking.is_direct:
            return "direct"
        return "shadow" if self._is_shadow(asking, library) else "thread"


async def _why_not_needed(tx: Tx, asking: Asking, question_ts: str) -> str:
    """Why an overheard question needs no answer of ours any more; "" when it does."""
    if not await peers.is_question(tx, asking.channel_id, question_ts):
        return "the question was taken back"
    if await peers.has_human_reply(tx, asking.channel_id, question_ts, asker=asking.asker):
        return "people answered"
    said = await rows.verdict_on_hint(tx, asking.channel_id, question_ts)
    return HINT_SAID.get(said, "")


def _carrying(decided: Decided, notices: Sequence[Current]) -> Decided:
    """With a line for each notice that is about what was asked."""
    made = decided.effect
    if made is None or not notices:
        return decided

    def effect(id_: str) -> Effect:
        message = made(id_)
        shown = with_notices(Shown(message.text, message.blocks), notices)
        return replace(message, blocks=shown.blocks)

    return replace(decided, effect=effect)


def _closest(decided: Decided, found: Found) -> tuple[Source, ...]:
    """Of a silence it is kept what came closest; these are titles, and no words of people."""
    if decided.draft.sources or not found.hits:
        return ()
    return quote("", Suggested(found.hits[:SOURCES_MOST], found.confidence)).sources
