"""You said, we did: tells those who were asked in a survey that what people wrote led to a change.

What people wrote about is found in `sorting`, and linked to changes by `bot.changes`. Nobody looks who wrote what: all
who were asked are told.
"""

from datetime import datetime

from bot import effects
from bot.authority import Act
from bot.calendar import WorkingTime
from bot.changes import Kept, Terms
from bot.desk import Desk
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import survey_results as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.storage.survey_results import Theme
from bot.surveys import change_blocks as blocks
from bot.unasked import hours_of
from bot.wanted import Kind, Shipped
from bot.work import enqueue

TERMS = Terms(
    ids=blocks.IDS,
    kind=Kind.DECIDE_THEME,
    act=Act.SEE_RESULTS,
    message=blocks.LINKED,
    shipped="It is live. Those who were asked are told.",
    linked_now="Linked. It is live already, so those who were asked are told now.",
)


class NewsService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    @property
    def kept(self) -> Kept:
        """Themes of surveys, and the news that goes out once a change is live."""
        return Kept(rows.themes, rows.theme, rows.link, rows.drop, self._ship, rows.merged_urls)

    async def _ship(self, tx: Tx, theme_id: str) -> bool:
        now = self._desk.clock.now()
        is_new = await rows.ship(tx, theme_id, now=now)
        if is_new:
            await enqueue(tx, Kind.SHIPPED, Shipped(theme_id, theme_id), due_at=now, now=now)
        return is_new

    async def tell(self, shipped: Shipped) -> None:
        """One message to each who was asked, in their own hours, however often it is done. Raises SlackError."""
        if shipped.person:
            await self._tell_one(shipped)
            return
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            people = await rows.asked_about(tx, shipped.theme_id, now=now)
            if not await rows.told(tx, shipped.theme_id, now=now):
                return
            for person, wave_id in people.items():
                theirs = Shipped(f"{shipped.theme_id}:{person}", shipped.theme_id, person, wave_id)
                await enqueue(tx, Kind.SHIPPED, theirs, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def _tell_one(self, shipped: Shipped) -> None:
        """Now if they are at work, else when their day begins; not at all where nobody knows when that is."""
        async with self._desk.database.read() as tx:
            theme, user_id = await rows.theme(tx, shipped.theme_id), await slack_id_of(tx, shipped.person)
        if theme is None or user_id is None:
            return
        hours, now = hours_of(await self._desk.slack.time_zone(user_id)), self._desk.clock.now()
        if hours is None:
            return
        opens = WorkingTime(hours, await self._people.holidays_of(user_id)).opens(now)
        if opens > now:
            await self._later(shipped, opens)
        elif message := await self._message(shipped, theme):
            await self._desk.send(message)

    async def _later(self, shipped: Shipped, due_at: datetime) -> None:
        key = f"{shipped.theme_id}:{shipped.person}:{due_at.date()}"
        later, now = Shipped(key, shipped.theme_id, shipped.person, shipped.wave_id), self._desk.clock.now()
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.SHIPPED, later, due_at=due_at, now=now))

    async def _message(self, shipped: Shipped, theme: Theme) -> Effect | None:
        """None for somebody who wants none by now."""
        async with self._desk.database.read() as tx:
            if shipped.person not in await rows.asked_about(tx, theme.id, now=self._desk.clock.now()):
                return None
            title = await rows.title_of(tx, shipped.wave_id)
        shown = blocks.shipped(theme.title, theme.url, survey=title, wave_id=shipped.wave_id)
        return effects.privately(f"shipped:{theme.id}:{shipped.person}", shipped.person, shown, kind=blocks.SHIPPED)
