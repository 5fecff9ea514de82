"""Takes thanks from one person for another, and brings them: in private, gathered, once in 30 days at most.

Whoever thanks is told the same whether it will be brought or not, so that nobody learns who wants no thanks, or is
left out.
"""

from datetime import datetime, time

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.calendar import Daily, WorkingTime
from bot.desk import Desk
from bot.listening import thanks_blocks as blocks
from bot.listening.rules import AGAIN_AFTER, BROUGHT_MOST, GIVEN_MOST, WORDS_KEPT, WORDS_MOST, may_bring
from bot.listening.safe_words import safe_words
from bot.listening.thanks_blocks import Given
from bot.people import PeopleService
from bot.storage import outbox
from bot.storage import thanks as rows
from bot.storage.engine import Tx
from bot.storage.people import is_left_out, pseudonym_of, slack_id_of, stand_ins, who_is_left_out
from bot.storage.thanks import Thanks, Wishes
from bot.unasked import MONTH, hours_of, may_send_unasked
from bot.wanted import Asking, Bringing, Decision, Due, Kind
from bot.work import enqueue

AT = time(9, 30)  # by the handbook's wall; each is brought in their own hours


class ThanksService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    def schedule(self) -> Daily:
        return Daily(AT, self._desk.shelf.library.handbook.channels.timezone)

    async def take_press(
        self, thanks_id: str, choice: str, *, key: str, user_id: str, response_url: str | None
    ) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, thanks_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_THANKS, user_id, wanted)

    # By a worker: giving.

    async def asked(self, asking: Asking) -> None:
        """Taken, or the person is told why not."""
        giver = await self._people.profile(asking.asker)
        wanted = blocks.read_wanted(asking.text)
        if reason := await self._people.why_not(giver, Act.TELL):
            await self._answer(asking, blocks.said(reason))
        elif wanted is None:
            await self._answer(asking, blocks.said(blocks.USAGE))
        elif wanted[0] == giver.user_id:
            await self._answer(asking, blocks.said(blocks.YOURSELF))
        elif not await self._people.is_member(wanted[0]):
            await self._answer(asking, blocks.said(blocks.NOT_THEM))
        else:
            await self._take(asking, *wanted)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.said(blocks.BROKEN))

    async def _take(self, asking: Asking, user_id: str, words: str) -> None:
        now, key = self._desk.clock.now(), f"{asking.asker}:{asking.key}"
        thanks_id, said = self._desk.new_id(), safe_words(words, most=WORDS_MOST)

        async def unit(tx: Tx) -> None:
            if await is_left_out(tx, asking.asker):
                await self._put(tx, asking, blocks.said(blocks.LEFT_OUT))
                return
            if not await who_is_left_out(tx, [user_id], await stand_ins(tx)):  # of whom no new record is made
                receiver = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
                if await self._is_to_be_kept(tx, asking.asker, receiver, now=now):
                    await rows.add(tx, Thanks(thanks_id, key, asking.asker, receiver, said or None, now))
            wishes = await rows.wishes_of(tx, asking.asker)
            await self._put(tx, asking, blocks.taken(thanks_id, is_public=wishes.may_be_public))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _is_to_be_kept(self, tx: Tx, giver: str, receiver: str, *, now: datetime) -> bool:
        """Nothing is kept for who wants none, nor more than a person may give."""
        if (await rows.wishes_of(tx, receiver)).wants_none:
            return False
        given = await rows.given_since(tx, giver, now - AGAIN_AFTER)
        return receiver not in given and len(given) < GIVEN_MOST

    # By a worker: what people want of it.

    async def decide(self, decision: Decision) -> None:
        """Whatever is pressed is about the presser's own thanks or wishes."""
        person, now = decision.person, self._desk.clock.now()

        async def unit(tx: Tx) -> Shown:
            wishes = await rows.wishes_of(tx, person)
            match decision.choice:
                case "back":
                    await rows.withdraw(tx, decision.subject, person)
                    return blocks.said(blocks.TAKEN_BACK)
                case "less":
                    await rows.wish(tx, person, Wishes(True, False), now=now)
                    return blocks.none_any_more()
                case "again":
                    await rows.wish(tx, person, Wishes(False, wishes.may_be_public), now=now)
                    return blocks.said(blocks.NOW_AGAIN)
                case _:
                    is_public = decision.choice == "public"
                    await rows.wish(tx, person, Wishes(wishes.wants_none, is_public), now=now)
                    return blocks.said(blocks.NOW_PUBLIC if is_public else blocks.NOW_PRIVATE)

        await self._tell(decision, await self._desk.database.write(unit))

    # By a worker: bringing.

    async def gather(self, due: Due) -> None:
        """Each who has thanks waiting gets a turn today."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            for person in await rows.who_waits(tx):
                await enqueue(tx, Kind.BRING_THANKS, Bringing(f"{person}:{due.key}", person), due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def bring(self, bringing: Bringing) -> None:
        """One message, or they wait on: for their month, their hours, or the budget. Raises SlackError."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, bringing.person)
            is_time = await self._is_time(tx, bringing.person, now=now)
        hours = hours_of(await self._desk.slack.time_zone(user_id)) if user_id and is_time else None
        if user_id is None or hours is None:
            return
        opens = WorkingTime(hours, await self._people.holidays_of(user_id)).opens(now)
        if opens > now:
            later = Bringing(f"{bringing.person}:{now.date()}:later", bringing.person)
            await self._desk.database.write(lambda tx: enqueue(tx, Kind.BRING_THANKS, later, due_at=opens, now=now))
            return
        await self._bring(bringing.person, now)

    async def _is_time(self, tx: Tx, person: str, *, now: datetime) -> bool:
        if await is_left_out(tx, person) or (await rows.wishes_of(tx, person)).wants_none:
            return False
        shown = await outbox.unasked_times(tx, person, since=now - MONTH, but="")
        return may_send_unasked(shown, now=now) and may_bring(await rows.last_brought(tx, person), now=now)

    async def _bring(self, person: str, now: datetime) -> None:
        async with self._desk.database.read() as tx:
            waiting = (await rows.waiting_for(tx, person))[:BROUGHT_MOST]
            names = {each.giver: await slack_id_of(tx, each.giver) for each in waiting}
            wishes = await rows.wishes_of(tx, person)
        if not waiting:
            return
        given = [Given(await self._name(names[each.giver]), each.words or "") for each in waiting]
        key = f"thanks:{person}:{now.date()}"
        shown = blocks.brought(given, is_public=wishes.may_be_public)
        message = effects.privately(key, person, shown, kind=blocks.BROUGHT)

        async def unit(tx: Tx) -> None:
            still = await rows.waiting_for(tx, person)  # one may have been taken back, or its giver left out
            is_same = [each.id for each in still[:BROUGHT_MOST]] == [each.id for each in waiting]
            if is_same and await self._desk.outbox.put(tx, message):
                await rows.mark_told(tx, [each.id for each in waiting], key)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _name(self, slack_id: str | None) -> str:
        return (await self._desk.slack.real_name(slack_id) if slack_id else "") or "a colleague"

    async def forget_old(self) -> None:
        before = self._desk.clock.now() - WORDS_KEPT
        await self._desk.database.write(lambda tx: rows.forget_words(tx, before=before))

    # Telling.

    async def _answer(self, asking: Asking, shown: Shown) -> None:
        await self._desk.database.write(lambda tx: self._put(tx, asking, shown))
        self._desk.outbox.bell.set()

    async def _put(self, tx: Tx, asking: Asking, shown: Shown) -> None:
        key, url = f"thanks-taken:{asking.key}", asking.response_url
        told = effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.TAKEN)
        await self._desk.outbox.put(tx, told)

    async def _tell(self, decision: Decision, shown: Shown) -> None:
        key, url = f"thanks-said:{decision.key}", decision.response_url
        told = effects.privately(key, decision.person, shown, response_url=url, kind=blocks.TAKEN)
        await self._desk.send(told)
