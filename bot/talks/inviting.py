"""Invites somebody who was drawn, once, in their hours and within the budget; and takes what they say.

Who invites learns of a yes alone. Finding a time is left to the two.
"""

from datetime import datetime

from bot import effects
from bot.blockkit import Shown
from bot.calendar import WorkingTime
from bot.desk import Desk
from bot.model import Effect
from bot.storage import outbox
from bot.storage import talks as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.surveys.frames import Framed, FrameService
from bot.talk_row import ACCEPTED, DECLINED, DRAWN, INVITED, Talk
from bot.talks import blocks
from bot.talks.drawing import DrawingService
from bot.talks.rules import AGAIN_AFTER, FRAME
from bot.unasked import MONTH, hours_of, may_send_unasked
from bot.wanted import Decision, Kind, TalkTurn
from bot.work import enqueue


class InvitingService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, frames: FrameService, drawing: DrawingService) -> None:
        self._desk = desk
        self._frames = frames
        self._drawing = drawing

    async def take_press(self, subject: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        """`subject` is the id of a talk, or of the draw that is to be followed by another."""

        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, subject, choice, response_url)

        await self._desk.take(Kind.DECIDE_TALK, user_id, wanted)

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not. Raises SlackError."""
        if decision.choice in ("invite", "draw"):
            await self._for_the_team(decision)
        else:
            await self._for_the_person(decision)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.said(blocks.NOT_TAKEN))

    # The platform team.

    async def _for_the_team(self, decision: Decision) -> None:
        if reason := await self._drawing.refusal(decision.person):
            await self._tell(decision, blocks.said(reason))
            return
        if decision.choice == "draw":
            await self._show_again(decision, await self._drawing.drawn_anew(decision.person, decision.key))
        elif problem := await self._invite(decision):
            await self._tell(decision, blocks.said(problem))
        else:
            await self._show_again(decision, await self._drawing.overview(decision.person))

    async def _invite(self, decision: Decision) -> str:
        """Why not, or ""."""
        now = self._desk.clock.now()
        turn = TalkTurn(decision.subject, decision.subject)
        invited = {"state": INVITED, "interviewer": decision.person, "invited_at": now}

        async def unit(tx: Tx) -> str:
            talk = await rows.by_id(tx, decision.subject)
            if talk is None:
                return blocks.GONE
            if await rows.move(tx, talk.id, among=[DRAWN], **invited):
                await enqueue(tx, Kind.INVITE_TALK, turn, due_at=now, now=now)
                return ""
            return "" if talk.interviewer == decision.person else blocks.INVITED_BEFORE

        problem = await self._desk.database.write(unit)
        self._desk.wake()
        return problem

    async def _show_again(self, decision: Decision, shown: Shown) -> None:
        """In place of what was pressed, where Slack gave an address for that."""
        key, url = f"talks-shown:{decision.key}", decision.response_url
        await self._desk.send(
            effects.in_place(key, decision.person, shown, response_url=url)
            if url
            else effects.privately(key, decision.person, shown, kind=blocks.TALKS)
        )

    # The invitation's turn.

    async def invite(self, turn: TalkTurn) -> None:
        """The message goes now if they are at work, else when they next are; or not at all. Raises SlackError."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            talk = await rows.by_id(tx, turn.talk_id)
            user_id = await slack_id_of(tx, talk.person) if talk else None
            is_sent = bool(await outbox.known_keys(tx, [_key(turn.talk_id)]))  # and would speak against itself
        if talk is None or user_id is None or talk.state != INVITED or talk.interviewer is None or is_sent:
            return
        framed = await self._frames.frame_of(FRAME, user_id)
        if framed is None or not await self._may_be_sent(talk.person, now=now):
            await self._desk.database.write(lambda tx: rows.skip(tx, talk.id))
        elif (opens := _at_work(framed, now)) > now:
            await self._later(talk.id, opens)
        else:
            name = await self._drawing.name_of(talk.interviewer)
            await self._desk.send(_message(talk, blocks.invitation(name, talk.id)))

    async def skip(self, turn: TalkTurn) -> None:
        """Slack could not tell for a quarter of an hour whether they may be asked."""
        await self._desk.database.write(lambda tx: rows.skip(tx, turn.talk_id))

    async def _may_be_sent(self, person: str, *, now: datetime) -> bool:
        """The outbox has the last word; asked before, so that who invites is not left to wait in vain."""
        async with self._desk.database.read() as tx:
            if await rows.wants_none(tx, person, now=now):
                return False
            return may_send_unasked(await outbox.unasked_times(tx, person, since=now - MONTH, but=""), now=now)

    async def _later(self, talk_id: str, due_at: datetime) -> None:
        turn, now = TalkTurn(f"{talk_id}:{due_at.date()}", talk_id), self._desk.clock.now()
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.INVITE_TALK, turn, due_at=due_at, now=now))
        self._desk.wake()

    # The person.

    async def _for_the_person(self, decision: Decision) -> None:
        async with self._desk.database.read() as tx:
            talk = await rows.by_id(tx, decision.subject)
        if talk is None or talk.person != decision.person:
            await self._tell(decision, blocks.said(blocks.NOT_YOURS if talk else blocks.ENDED))
        elif decision.choice == "yes":
            await self._say_yes(decision, talk)
        else:
            await self._say_no(decision, talk)

    async def _say_yes(self, decision: Decision, talk: Talk) -> None:
        """Who invited them is told who it is."""
        due, now = await self._drawing.due(talk), self._desk.clock.now()
        interviewer = talk.interviewer or ""
        answered = _answered(talk, blocks.said_yes(await self._drawing.name_of(interviewer), talk.id))
        told = effects.privately(f"talk-agreed:{talk.id}", interviewer, blocks.agreed(due), kind=blocks.AGREED)

        async def unit(tx: Tx) -> bool:
            if not await rows.move(tx, talk.id, among=[INVITED], state=ACCEPTED, said_at=now):
                return False
            for each in (answered, told):
                await self._desk.outbox.put(tx, each)
            return True

        await self._done(decision, is_done=await self._desk.database.write(unit) or talk.state == ACCEPTED)

    async def _say_no(self, decision: Decision, talk: Talk) -> None:
        """Nobody is told, but who was told of a yes before: whether they were is known only as it is written down."""
        now, choice = self._desk.clock.now(), decision.choice
        interviewer = await self._drawing.name_of(talk.interviewer or "")
        off = _off(talk, await self._drawing.name_of(talk.person))

        async def unit(tx: Tx) -> bool:
            is_off = await _decline(tx, talk.id, now)
            if is_off is None:
                return False
            if choice == "again":
                await rows.wants_talks_again(tx, talk.person)
            else:
                await rows.wish(tx, talk.person, until=None if choice == "less" else now + AGAIN_AFTER, now=now)
            shown = self._said(choice, talk.id, interviewer if is_off else None, now)
            await self._desk.outbox.put(tx, _answered(talk, shown))
            if is_off:
                await self._desk.outbox.put(tx, off)
            return True

        await self._done(decision, is_done=await self._desk.database.write(unit))

    def _said(self, choice: str, talk_id: str, name: str | None, now: datetime) -> Shown:
        """`name` is of who was told of their yes; None where nobody was."""
        until = now + AGAIN_AFTER
        if choice == "again":
            return blocks.said_again()
        if choice == "less":
            return blocks.said_less(talk_id) if name is None else blocks.said_off_for_good(name, talk_id)
        zone = self._timezone
        return blocks.said_no(until, zone) if name is None else blocks.said_off(name, until, zone)

    @property
    def _timezone(self) -> str:
        return self._desk.shelf.library.handbook.channels.timezone

    async def _done(self, decision: Decision, *, is_done: bool) -> None:
        """What came of it stands in the invitation."""
        self._desk.outbox.bell.set()
        if not is_done:
            await self._tell(decision, blocks.said(blocks.ENDED))

    async def _tell(self, decision: Decision, shown: Shown) -> None:
        key, url = f"talk-said:{decision.key}", decision.response_url
        await self._desk.send(effects.privately(key, decision.person, shown, response_url=url))


def _at_work(framed: Framed, now: datetime) -> datetime:
    """When they are next at work, holidays of where they work left out; now, if they are."""
    hours = hours_of(framed.colleague.timezone)
    assert hours is not None  # else they are in no frame
    return WorkingTime(hours, framed.holidays).opens(now)


async def _decline(tx: Tx, talk_id: str, now: datetime) -> bool | None:
    """Whether a yes that was told is taken back, now or before; None where there is nothing to say no to."""
    declined = {"state": DECLINED, "said_at": now}
    if await rows.move(tx, talk_id, among=[INVITED], **declined):
        return False
    if await rows.move(tx, talk_id, among=[ACCEPTED], **declined):
        return True
    talk = await rows.by_id(tx, talk_id)
    if talk is None or talk.state != DECLINED:
        return None
    return bool(await outbox.known_keys(tx, [_off_key(talk_id)]))


def _off_key(talk_id: str) -> str:
    return f"talk-off:{talk_id}"


def _off(talk: Talk, name: str) -> Effect:
    return effects.privately(_off_key(talk.id), talk.interviewer or "", blocks.off(name), kind=blocks.AGREED)


def _key(talk_id: str) -> str:
    return f"talk-invites:{talk_id}"


def _message(talk: Talk, shown: Shown) -> Effect:
    return effects.privately(_key(talk.id), talk.person, shown, kind=blocks.INVITED)


def _answered(talk: Talk, shown: Shown) -> Effect:
    return effects.newest(_message(talk, shown))
