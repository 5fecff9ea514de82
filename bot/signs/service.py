"""Asks the platform team once a quarter whether closing tickets is a goal, and shows it the signs in App Home."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import effects
from bot.authority import Act
from bot.calendar import Weekly
from bot.desk import Desk
from bot.model import Json
from bot.people import PeopleService
from bot.signs import blocks
from bot.signs.blocks import CLOSURES
from bot.signs.maker import SignsMaker
from bot.storage import closures as rows
from bot.storage.closures import ClosureRow
from bot.storage.engine import Tx
from bot.wanted import Decision, Due, Kind

WEEKDAY, AT = 3, time(10)  # Wednesday: Monday has the digest, Tuesday the articles
WORTH = timedelta(hours=24)
LEFT_MOST = 2  # quarters without an answer, and it is not asked again
YES, NO = "yes", "no"
OVER = "That quarter is over, so its answer stays as it is."


class SignsService:
    def __init__(self, desk: Desk, people: PeopleService, maker: SignsMaker) -> None:
        self._desk = desk
        self._people = people
        self._maker = maker

    def schedule(self) -> Weekly:
        """Each week, so that one that was missed, or without a platform channel, is made up for in the same quarter."""
        channels = self._desk.shelf.library.handbook.channels
        return Weekly(WEEKDAY, AT, channels.timezone, channels.holidays, channels.working_time().hours.days)

    async def ask(self, due: Due) -> None:
        """Once a quarter, in the platform channel; not where it was left twice in a row."""
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        if not channel_id:
            return
        now, quarter = self._desk.clock.now(), self._quarter(datetime.fromisoformat(due.due_at))

        async def unit(tx: Tx) -> None:
            before = [each for each in await rows.all_of_them(tx) if each.quarter != quarter]
            if not _is_left(before) and await rows.ask(tx, quarter, now=now):
                shown = blocks.question(quarter)
                await self._desk.outbox.put(tx, effects.in_channel(_key(quarter), CLOSURES, channel_id, shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def take_press(
        self, quarter: str, *, is_goal: bool, key: str, user_id: str, response_url: str | None
    ) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"closures:{quarter}:{key}", person, quarter, YES if is_goal else NO, response_url)

        await self._desk.take(Kind.SAY_CLOSURES, user_id, wanted)

    async def say(self, decision: Decision) -> None:
        """Taken without the person, and shown in the message; or the person is told why not."""
        if reason := await self._why_not(decision):
            shown = blocks.said(reason)
            told = effects.privately(decision.key, decision.person, shown, response_url=decision.response_url)
            await self._desk.send(told)
            return
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        quarter, is_goal = decision.subject, decision.choice == YES

        async def unit(tx: Tx) -> None:
            if await rows.say(tx, quarter, is_goal=is_goal):
                shown = blocks.answered(quarter, is_goal=is_goal)
                await self._desk.outbox.put(tx, effects.edit(_key(quarter), CLOSURES, shown, channel_id=channel_id))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def home_part(self, person: str) -> Sequence[Json]:
        """Nothing for who is not in the platform team."""
        if await self._people.why_not(await self._people.profile(person), Act.SEE_SIGNS):
            return ()
        return blocks.home_part(await self._maker.signs())

    async def _why_not(self, decision: Decision) -> str:
        if reason := await self._people.why_not(await self._people.profile(decision.person), Act.SEE_SIGNS):
            return reason
        return OVER if decision.subject != self._quarter(self._desk.clock.now()) else ""

    def _quarter(self, at: datetime) -> str:
        day = at.astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone)).date()
        return f"{day.year}-Q{(day.month + 2) // 3}"


def _is_left(before: Sequence[ClosureRow]) -> bool:
    newest = before[-LEFT_MOST:]
    return len(newest) == LEFT_MOST and all(each.is_goal is None for each in newest)


def _key(quarter: str) -> str:
    return f"closures:{quarter}"
