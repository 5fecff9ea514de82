"""You said, we did: links themes to changes, and sees when one is live. For each pillar that has themes.

Where its themes are kept, and who is told of a change, the pillar says. How themes are found is `bot.themes`'.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot import change_form, effects
from bot.authority import Act
from bot.blockkit import Shown, section
from bot.change_form import Ids
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import MessageKind
from bot.people import PeopleService
from bot.storage.engine import Tx
from bot.wanted import Decision, Kind

log = structlog.get_logger(__name__)

OPEN, LINKED = GOING = "open", "linked"  # states of a theme of which nothing has come yet
LINK = "link:"  # before the change, in a decision's choice
GONE = "That theme is settled already, or not there any more."
LINKED_LATER = (
    "Linked. Press *It is live* once it is. Of a proposal of mine to the handbook that is merged, and of an article "
    "that has come, I see it myself."
)
NOT_LINKED = "Please link a change first, so that people see what was done."
NOT_OPENED = "Slack did not open the form. Please press again."
BROKEN = "That was not saved: something broke on my side, and my operators see it. Please press again."


class Theme(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def url(self) -> str: ...


@dataclass(frozen=True)
class Kept:
    """Where a pillar keeps its themes: its storage's queries."""

    themes: Callable[[Tx], Awaitable[Sequence[Theme]]]
    theme: Callable[[Tx, str], Awaitable[Theme | None]]
    link: Callable[[Tx, str, str, str], Awaitable[bool]]  # the theme, the address, and by whom
    drop: Callable[[Tx, str], Awaitable[bool]]
    ship: Callable[[Tx, str], Awaitable[bool]]  # with what else is to be done once a change is live
    merged_urls: Callable[[Tx, Collection[str]], Awaitable[frozenset[str]]]


@dataclass(frozen=True)
class Terms:
    """What a pillar calls things: its buttons, its work and its message; who may, and what is said once it is live."""

    ids: Ids
    kind: Kind
    act: Act
    message: MessageKind
    shipped: str
    linked_now: str  # where it was linked to what is live already


class ChangeService:
    def __init__(self, desk: Desk, people: PeopleService, kept: Kept, terms: Terms) -> None:
        self._desk = desk
        self._people = people
        self._kept = kept
        self._terms = terms

    # What is pressed and sent; whether it counts is decided by a worker.

    async def open_form(
        self, theme_id: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        async with self._desk.database.read() as tx:
            theme = await self._kept.theme(tx, theme_id)
        if theme is None or theme.state not in GOING:
            await self.take_press(theme_id, "settled", key=key, user_id=user_id, response_url=response_url)
            return
        try:
            await self._desk.slack.open_view(trigger_id, change_form.form(self._terms.ids, theme_id, theme.title))
        except SlackError as error:
            log.warning("theme.form_not_opened", reason=str(error))
            await self.take_press(theme_id, "not opened", key=key, user_id=user_id, response_url=response_url)

    async def take_form(self, theme_id: str, change: str, *, key: str, user_id: str) -> Mapping[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        url = self._address(change)
        if problem := change_form.problem(url):
            return {change_form.FIELD: problem}
        await self.take_press(theme_id, f"{LINK}{url}", key=key, user_id=user_id, response_url=None)
        return {}

    async def take_press(self, theme_id: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, theme_id, choice, response_url)

        await self._desk.take(self._terms.kind, user_id, wanted)

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
        if reason := await self._people.why_not(await self._people.profile(decision.person), self._terms.act):
            await self._tell(decision, reason)
            return
        async with self._desk.database.read() as tx:
            theme = await self._kept.theme(tx, decision.subject)
        if theme is None or theme.state not in GOING:
            await self._tell(decision, GONE)
        else:
            await self._tell(decision, await self._carry_out(decision, theme))

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, BROKEN)

    async def _carry_out(self, decision: Decision, theme: Theme) -> str:
        """What is said of it."""
        choice, write, kept = decision.choice, self._desk.database.write, self._kept
        if choice.startswith(LINK):
            url = choice.removeprefix(LINK)
            if not await write(lambda tx: kept.link(tx, theme.id, url, decision.person)):
                return GONE
            return self._terms.linked_now if await self._live_of([url]) and await self._ship(theme) else LINKED_LATER
        if choice == "drop":
            return "Noted: not followed up." if await write(lambda tx: kept.drop(tx, theme.id)) else GONE
        if choice != "live":
            return NOT_OPENED
        if theme.state == OPEN:
            return NOT_LINKED
        return self._terms.shipped if await self._ship(theme) else GONE

    async def look(self) -> None:
        """Linked changes that are live by now: a proposal that was merged, an article or action that is there."""
        async with self._desk.database.read() as tx:
            linked = [each for each in await self._kept.themes(tx) if each.state == LINKED]
        live = await self._live_of([each.url for each in linked])
        for theme in linked:
            if theme.url in live:
                await self._ship(theme)

    async def _live_of(self, urls: Sequence[str]) -> frozenset[str]:
        """Those of the addresses that can be seen to be live; of all others somebody has to say it."""
        async with self._desk.database.read() as tx:
            merged = await self._kept.merged_urls(tx, urls)
        articles = self._desk.shelf.library.handbook.articles
        return merged | {each.url for each in articles if each.url in urls and each.url}

    async def _ship(self, theme: Theme) -> bool:
        is_shipped = await self._desk.database.write(lambda tx: self._kept.ship(tx, theme.id))
        self._desk.wake()
        return is_shipped

    async def _tell(self, decision: Decision, words: str) -> None:
        key, shown, url = f"theme:{decision.key}", Shown(words, (section(words),)), decision.response_url
        told = effects.privately(key, decision.person, shown, response_url=url, kind=self._terms.message)
        await self._desk.send(told)
