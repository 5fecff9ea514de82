"""What people say of an answer by its buttons: kept, shown under the answer, or refused with the reason.

What follows on *Not quite* is found by `answers.feedback`. Every press ends in something that is seen.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot import effects
from bot.answers import blocks, feedback_blocks, sharing_blocks
from bot.answers.blocks import ANSWER, ASK_PEOPLE, POST, REASONS, SHADOW_CARD, SHARE, VERDICTS
from bot.answers.doing import DoingService
from bot.answers.duty import DutyService
from bot.answers.feedback import FeedbackService
from bot.answers.feedback_blocks import Offer
from bot.answers.kind_menu import kind_menu
from bot.answers.sharing import SharingService
from bot.answers.solved import SolvedService
from bot.answers.sources import draft_of
from bot.answers.writer import Source
from bot.authority import Act
from bot.blockkit import Shown, context
from bot.desk import Desk
from bot.model import Effect, Json, Profile
from bot.notice_board import carried, with_lines
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import outbox
from bot.storage.answers import HINT, Answer
from bot.storage.engine import Tx
from bot.wanted import Asking, Kind, Press

UNKNOWN = "This answer is no longer known here. Please ask again."
NOT_TAKEN = "That was not saved. Please press again."
NOT_SAID = "You did not call this answer “not quite”, so there is nothing to give a reason for."
ASKED_BEFORE = "People were asked in this thread already. The message stands there."
ALONE = ("private", HINT)  # surfaces whose message only the asker sees, and nobody can edit


class VerdictService:
    def __init__(self, desk: Desk, people: PeopleService, duty: DutyService, solved: SolvedService) -> None:
        self._desk = desk
        self._solved = solved
        self._people = people
        self._duty = duty
        self._feedback = FeedbackService(desk, people)
        self._sharing = SharingService(desk, people)
        self._doing = DoingService(desk)

    async def take_press(
        self, *, key: str, user_id: str, answer_id: str, verdict: str, response_url: str | None
    ) -> None:
        """Takes a press down; whether it counts is decided right after, with the rights as they are then."""

        def wanted(person: str) -> Press:
            return Press(f"{person}:{key}", person, answer_id, verdict, response_url)

        await self._desk.take(Kind.VERDICT, user_id, wanted)

    async def record(self, press: Press) -> None:
        """Kept and shown if the person may say it; else they are told why not."""
        async with self._desk.database.read() as tx:
            answer = await rows.by_id(tx, press.answer_id)
        if answer is None:
            await self._tell(press, UNKNOWN)
        elif press.verdict == "person":
            await self._duty.hand_over(_for_a_person(press, answer))
        else:
            profile = await self._people.profile(press.person)
            act = Act.JUDGE if answer.surface == "shadow" else Act.MARK_SOLVED
            if reason := await self._people.why_not(profile, act, is_asker=press.person == answer.asker):
                await self._tell(press, reason)
            else:
                await self._take(press, answer, profile)

    async def given_up(self, press: Press) -> None:
        await self._tell(press, NOT_TAKEN)

    async def _take(self, press: Press, answer: Answer, profile: Profile) -> None:
        if press.verdict in REASONS:
            await self._reason(press, answer, profile)
        elif press.verdict in (VERDICTS[ASK_PEOPLE], VERDICTS[SHARE], VERDICTS[POST]):
            if reason := await self._bring_out(press, answer, profile):
                await self._tell(press, reason)
        elif press.verdict == "not quite":
            await self._not_quite(press, answer, profile)
        else:
            await self._keep(press, answer, *await self._said(press, answer))

    async def _keep(self, press: Press, answer: Answer, *shown: Effect, also: Answer | None = None) -> None:
        """The verdict with what is seen of it, and the answer offered next, together or not at all."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            await rows.put_verdict(tx, answer, press.person, verdict=press.verdict, now=now)
            if also is not None:
                await rows.add(tx, also)
            for effect in shown:
                await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _said(self, press: Press, answer: Answer) -> list[Effect]:
        """The answer's message with what was said of it; a hint that solved it is told in the thread."""
        before = await self._before(answer)
        kept = effects.without_buttons(before.blocks, context(blocks.said(press.verdict)))
        shown = Shown(before.text, (*kept, *self._sharing.offer(answer)))
        told = [_solved_by(answer)] if answer.surface == HINT and press.verdict == "solved" else []
        return [self._in_its_place(press, answer, shown), *told]

    async def _not_quite(self, press: Press, answer: Answer, profile: Profile) -> None:
        """The next source in place of the one that was not it, and the asker alone is asked for the reason."""
        following = await self._feedback.next_answer(answer, profile)
        is_in_thread = answer.surface == "thread"
        more = () if is_in_thread else feedback_blocks.why(answer.id)
        shown = await self._after_not_quite(answer, following, more)
        told = [self._in_its_place(press, answer, shown)]
        if is_in_thread:
            told.append(_why_alone(press, answer))
        await self._keep(press, answer, *told, also=following)

    async def _reason(self, press: Press, answer: Answer, profile: Profile) -> None:
        """Kept with the verdict, and noted where it was pressed."""
        if answer.surface == "thread":
            shown = feedback_blocks.noted_alone(press.verdict, answer.id)
            seen = effects.in_place(f"press:{press.key}", press.person, shown, response_url=press.response_url)
        else:
            following = await self._feedback.next_answer(answer, profile)
            shown = await self._after_not_quite(answer, following, feedback_blocks.noted(press.verdict, answer.id))
            seen = self._in_its_place(press, answer, shown)

        async def unit(tx: Tx) -> bool:
            is_kept = await rows.put_reason(tx, answer.id, press.person, reason=press.verdict)
            if is_kept:
                await self._desk.outbox.put(tx, seen)
            return is_kept

        if not await self._desk.database.write(unit):
            await self._tell(press, NOT_SAID)
        self._desk.outbox.bell.set()

    async def _bring_out(self, press: Press, answer: Answer, profile: Profile) -> str:
        """Why the question or the answer does not come before people; "" when it does."""
        if press.verdict == VERDICTS[SHARE]:
            shown = await self._before(answer)
            async with self._desk.database.read() as tx:
                said = await rows.verdict_of(tx, answer.id, press.person)
            kept = effects.without_buttons(shown.blocks, context(blocks.said(said))) if said else shown.blocks
            seen = Shown(shown.text, (*kept, sharing_blocks.was_shared()))
            return await self._sharing.share(press, answer, profile, seen=seen)
        if press.verdict == VERDICTS[POST]:
            mention = self._duty.on_duty().mention if answer.outcome == "person" else ""
            return await self._sharing.post_question(press, answer, profile, mention=mention)
        return await (self._ask_people(answer) if answer.surface == "thread" else self._sharing.preview(press, answer))

    async def _ask_people(self, answer: Answer) -> str:
        """Said in the thread, once, that the question is still open; why not, when it was said before."""
        root, shown = answer.thread_ts or answer.question_ts, feedback_blocks.still_open()
        effect = Effect(
            key=f"people:{answer.channel_id}:{root}",
            kind=feedback_blocks.PEOPLE_ASKED,
            text=shown.text,
            blocks=shown.blocks,
            channel_id=answer.channel_id,
            thread_ts=root,
        )
        return "" if await self._desk.send(effect) else ASKED_BEFORE

    async def _after_not_quite(self, answer: Answer, following: Answer | None, more: Sequence[Json]) -> Shown:
        offer = Offer(
            answer_id=following.id if following else answer.id,
            draft=draft_of(following) if following else None,
            can_ask_people=answer.surface == "thread" or bool(answer.asked_in and answer.question),
        )
        before = await self._before(answer)
        return feedback_blocks.after_not_quite(before, offer, today=self._desk.today(), more=more)

    async def _before(self, answer: Answer) -> Shown:
        """The answer's message as it was before anything was said of it, with the notices that it carried."""
        async with self._desk.database.read() as tx:
            lines = carried(await outbox.blocks_of(tx, answer.message_key))
        return with_lines(await self._drawn(answer), lines)

    async def _drawn(self, answer: Answer) -> Shown:
        draft, is_sure, today = draft_of(answer), answer.outcome == "answered", self._desk.today()
        draft = replace(draft, pointers=await self._solved.standing(draft.pointers))
        if answer.surface == "shadow" and answer.question_ts is not None:
            permalink = await self._desk.slack.permalink(answer.channel_id, answer.question_ts)
            menu = await kind_menu(self._desk, answer.channel_id, answer.question_ts)
            return blocks.shadow_card(
                draft, answer.id, is_sure=is_sure, permalink=permalink, today=today, kind_menu=menu
            )
        shown = blocks.answer(draft, answer.id, is_sure=is_sure, today=today)
        where = answer.asked_in or answer.channel_id
        return blocks.with_actions(shown, await self._doing.offered(draft, channel_id=where) if is_sure else ())

    def _in_its_place(self, press: Press, answer: Answer, shown: Shown) -> Effect:
        """The newest state of the message in which the answer stands."""
        if answer.surface in ALONE:
            return effects.in_place(f"press:{press.key}", press.person, shown, response_url=press.response_url)
        is_shadow = answer.surface == "shadow"
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel if is_shadow else answer.channel_id
        return effects.edit(answer.message_key, SHADOW_CARD if is_shadow else ANSWER, shown, channel_id=channel_id)

    async def _tell(self, press: Press, words: str) -> None:
        shown = blocks.refusal(words)
        effect = effects.privately(f"press:{press.key}", press.person, shown, response_url=press.response_url)
        await self._desk.send(effect)


def _why_alone(press: Press, answer: Answer) -> Effect:
    return effects.whispered(
        f"why:{answer.id}",
        feedback_blocks.REASON,
        press.person,
        feedback_blocks.why_alone(answer.id),
        channel_id=answer.channel_id,
        thread_ts=answer.thread_ts or answer.question_ts,
    )


def _solved_by(answer: Answer) -> Effect:
    shown = feedback_blocks.solved_by(Source.from_json(answer.sources[0]))
    return Effect(
        key=f"solved-by:{answer.channel_id}:{answer.question_ts}",
        kind=feedback_blocks.SOLVED_BY,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=answer.channel_id,
        thread_ts=answer.question_ts,
    )


def _for_a_person(press: Press, answer: Answer) -> Asking:
    """The hand-over of the answer's thread, or of the person alone when the answer was private."""
    if answer.surface == "private":
        return Asking(press.key, press.person, "", "", response_url=press.response_url)
    return Asking(
        key=press.key,
        asker=press.person,
        text="",
        channel_id=answer.channel_id,
        question_ts=answer.question_ts,
        thread_ts=answer.thread_ts,
        response_url=None if answer.surface == "direct" else press.response_url,
        is_direct=answer.surface == "direct",
    )
