"""You said, we did: links themes to changes, sees when one is live, and tells those who were asked.

What people wrote about is found in `sorting`. Nobody looks who wrote what: all who were asked are told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot import effects
from bot.authority import Act
from bot.calendar import WorkingTime
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import survey_results as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.storage.survey_results import LINKED, Theme
from bot.surveys import change_blocks as blocks
from bot.surveys import result_blocks
from bot.unasked import hours_of, is_in_hours
from bot.work import Decision, Kind, Shipped, enqueue

log = structlog.get_logger(__name__)

GOING = (rows.OPEN, LINKED)  # nothing has come of these yet
LINK = "link:"  # before the change, in a decision's choice
GONE = "That theme is settled already, or not there any more."
LINKED_NOW = "Linked. It is live already, so those who were asked are told now."
LINKED_LATER = (
    "Linked. Press *It is live* once it is, and those who were asked are told. Of a proposal of mine to the "
    "handbook that is merged, and of an article that has come, I see it myself."
)
NOT_LINKED = "Please link a change first, so that people see what was done."
NOT_OPENED = "Slack did not open the form. Please press again."
BROKEN = "That could not be taken down: something broke on my side, and my operators see it. Please press again."


class ChangeService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    # What is pressed and sent; whether it counts is decided by a worker.

    async def open_form(
        self, theme_id: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        async with self._desk.database.read() as tx:
            theme = await rows.theme(tx, theme_id)
        if theme is None or theme.state not in GOING:
            await self.take_press(theme_id, "settled", key=key, user_id=user_id, response_url=response_url)
            return
        try:
            await self._desk.slack.open_view(trigger_id, blocks.form(theme_id, theme.title))
        except SlackError as error:
            log.warning("theme.form_not_opened", reason=str(error))
            await self.take_press(theme_id, "not opened", key=key, user_id=user_id, response_url=response_url)

    async def take_form(self, theme_id: str, change: str, *, key: str, user_id: str) -> Mapping[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        url = self._address(change)
        if problem := blocks.problem(url):
            return {blocks.FIELD: problem}
        await self.take_press(theme_id, f"{LINK}{url}", key=key, user_id=user_id, response_url=None)
        return {}

    async def take_press(self, theme_id: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, theme_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_THEME, user_id, wanted)

    def _address(self, change: str) -> str:
        """Where an article of that id stands, or the one that tells of an action; else what was written."""
        handbook = self._desk.shelf.library.handbook
        addresses = {each.id: each.url for each in handbook.articles if each.url}
        for article in handbook.articles:
            addresses |= {action: article.url for action in article.actions if article.url}
        return addresses.get(change, change)

    # By a worker.

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not."""
        if reason := await self._people.why_not(await self._people.profile(decision.person), Act.SEE_RESULTS):
            await self._tell(decision, reason)
            return
        async with self._desk.database.read() as tx:
            theme = await rows.theme(tx, decision.subject)
        if theme is None or theme.state not in GOING:
            await self._tell(decision, GONE)
        else:
            await self._tell(decision, await self._carry_out(decision, theme))

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, BROKEN)

    async def _carry_out(self, decision: Decision, theme: Theme) -> str:
        """What is said of it."""
        choice, write = decision.choice, self._desk.database.write
        if choice.startswith(LINK):
            url = choice.removeprefix(LINK)
            if not await write(lambda tx: rows.link(tx, theme.id, url=url, person=decision.person)):
                return GONE
            return LINKED_NOW if await self._live_of([url]) and await self._ship(theme) else LINKED_LATER
        if choice == "drop":
            return "Noted: not followed up." if await write(lambda tx: rows.drop(tx, theme.id)) else GONE
        if choice != "live":
            return NOT_OPENED
        if theme.state == rows.OPEN:
            return NOT_LINKED
        return "It is live. Those who were asked are told." if await self._ship(theme) else GONE

    async def look(self) -> None:
        """Linked changes that are live by now: a proposal that was merged, an article or action that is there."""
        async with self._desk.database.read() as tx:
            linked = [each for each in await rows.themes(tx) if each.state == LINKED]
        live = await self._live_of([each.url for each in linked])
        for theme in linked:
            if theme.url in live:
                await self._ship(theme)

    async def _live_of(self, urls: Sequence[str]) -> frozenset[str]:
        """Those of the addresses that can be seen to be live; of all others somebody has to say it."""
        async with self._desk.database.read() as tx:
            merged = await rows.merged_urls(tx, urls)
        return merged | {
            each.url for each in self._desk.shelf.library.handbook.articles if each.url in urls and each.url
        }

    async def _ship(self, theme: Theme) -> bool:
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> bool:
            is_new = await rows.ship(tx, theme.id, now=now)
            if is_new:
                await enqueue(tx, Kind.SHIPPED, Shipped(theme.id, theme.id), due_at=now, now=now)
            return is_new

        is_shipped = await self._desk.database.write(unit)
        self._desk.wake()
        return is_shipped

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
        timezone, now = await self._desk.slack.time_zone(user_id), self._desk.clock.now()
        hours = hours_of(timezone)
        if hours is None:
            return
        if not is_in_hours(timezone, now=now):
            await self._later(shipped, WorkingTime(hours).opens(now))
            return
        if message := await self._message(shipped, theme):
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

    async def _tell(self, decision: Decision, words: str) -> None:
        key, url, shown = f"theme:{decision.key}", decision.response_url, result_blocks.said(words)
        await self._desk.send(effects.privately(key, decision.person, shown, response_url=url, kind=blocks.LINKED))
