"""What people say of an answer by its buttons: kept, shown under the answer, or refused with the reason."""

from bot import effects
from bot.answers import blocks, feedback_blocks
from bot.answers.blocks import ANSWER, SHADOW_CARD
from bot.answers.duty import DutyService
from bot.answers.writer import Draft, Source
from bot.authority import Act, Allowed, Refused, may
from bot.blockkit import Shown, context
from bot.desk import Desk
from bot.model import Effect, Profile
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage.answers import HINT, Answer
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.work import Asking, Kind, Press, enqueue

UNKNOWN = "This answer is no longer known here. Please ask again."
NOT_TAKEN = "That could not be taken down. Please press again."
THANKS = {
    "solved": "Good. Noted as solved.",
    "not quite": "Noted, thank you. A person can help: use the command with `human`.",
}


class VerdictService:
    def __init__(self, desk: Desk, people: PeopleService, duty: DutyService) -> None:
        self._desk = desk
        self._people = people
        self._duty = duty

    async def take_press(
        self, *, key: str, user_id: str, answer_id: str, verdict: str, response_url: str | None
    ) -> None:
        """Takes a press down; whether it counts is decided right after, with the rights as they are then."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
            press = Press(f"{person}:{key}", person, answer_id, verdict, response_url)
            await enqueue(tx, Kind.VERDICT, press, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

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
            match await self._may_say(press, answer, profile):
                case Refused(reason):
                    await self._tell(press, reason)
                case Allowed():
                    await self._keep(press, answer)

    async def given_up(self, press: Press) -> None:
        await self._tell(press, NOT_TAKEN)

    async def _may_say(self, press: Press, answer: Answer, profile: Profile) -> Allowed | Refused:
        is_shadow = answer.surface == "shadow"
        return may(
            profile,
            Act.JUDGE if is_shadow else Act.MARK_SOLVED,
            workspace=self._desk.workspace,
            is_asker=press.person == answer.asker,
            is_platform=is_shadow and await self._people.is_platform(profile.user_id),
        )

    async def _keep(self, press: Press, answer: Answer) -> None:
        now = self._desk.clock.now()
        effects_of_it = [await self._effect(press, answer)]
        if answer.surface == HINT and press.verdict == "solved":
            effects_of_it.append(_solved_by(answer))

        async def unit(tx: Tx) -> None:
            await rows.put_verdict(tx, answer, press.person, verdict=press.verdict, now=now)
            for effect in effects_of_it:
                await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _effect(self, press: Press, answer: Answer) -> Effect:
        """The answer's message with what was said of it; a private one cannot be edited, so thanks go there instead."""
        if answer.surface in ("private", HINT):
            show = effects.in_place if answer.surface == HINT else effects.privately
            shown = blocks.refusal(THANKS[press.verdict])
            return show(f"press:{press.key}", press.person, shown, response_url=press.response_url)
        key, is_shadow = answer.message_key, answer.surface == "shadow"
        shown = await self._shown_again(press, answer, is_shadow=is_shadow)
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel if is_shadow else answer.channel_id
        return effects.edit(key, SHADOW_CARD if is_shadow else ANSWER, shown, channel_id=channel_id)

    async def _shown_again(self, press: Press, answer: Answer, *, is_shadow: bool) -> Shown:
        draft = Draft(answer.text, tuple(Source.from_json(source) for source in answer.sources), answer.writer)
        is_sure, today = answer.outcome == "answered", self._desk.today()
        if is_shadow and answer.question_ts is not None:
            permalink = await self._desk.slack.permalink(answer.channel_id, answer.question_ts)
            before = blocks.shadow_card(draft, answer.id, is_sure=is_sure, permalink=permalink, today=today)
        else:
            before = blocks.answer(draft, answer.id, is_sure=is_sure, today=today)
        more = [blocks.person_button(answer.id)] if press.verdict == "not quite" else []
        return Shown(before.text, effects.without_buttons(before.blocks, context(blocks.said(press.verdict)), *more))

    async def _tell(self, press: Press, words: str) -> None:
        shown = blocks.refusal(words)
        effect = effects.privately(f"press:{press.key}", press.person, shown, response_url=press.response_url)
        await self._desk.send(effect)


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
