"""Lists requests: a person's own, what waits for their agreement, and what is open for the next on duty."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot import effects
from bot.actions import listing_blocks as blocks
from bot.actions.listing_blocks import Line
from bot.actions.rights import Rights
from bot.actions.telling import Telling, card_prefix
from bot.authority import Act
from bot.desk import Desk
from bot.errors import SlackError
from bot.storage import follow_ups as follow_up_rows
from bot.storage import outbox as outbox_rows
from bot.storage import requests as rows
from bot.storage.requests import RequestRow
from bot.wanted import Asking

log = structlog.get_logger(__name__)

OWN_MOST, WAITING_MOST = 10, 10


class ListingService:
    def __init__(self, desk: Desk, rights: Rights, telling: Telling) -> None:
        self._desk = desk
        self._rights = rights
        self._telling = telling

    async def show(self, asking: Asking) -> None:
        """The person's requests, and those they may decide on, to them alone."""
        async with self._desk.database.read() as tx:
            own = await rows.of_person(tx, asking.asker, limit=OWN_MOST)
        waiting = await self._waiting_for(asking.asker)
        shown = blocks.listing([self._line(each) for each in own], [await self._to_decide(each) for each in waiting])
        effect = effects.privately(f"requests:{asking.key}", asking.asker, shown, response_url=asking.response_url)
        await self._desk.send(effect)

    async def home_part(self, person: str) -> Sequence[dict[str, object]]:
        """For App Home: the person's own that are not over, and what waits for them."""
        async with self._desk.database.read() as tx:
            own = await rows.of_person(tx, person, limit=OWN_MOST)
        running = [self._line(each) for each in own if each.state not in rows.ENDED]
        return blocks.home_part(running, [await self._to_decide(each) for each in await self._waiting_for(person)])

    async def open_lines(self) -> list[str]:
        """What the next on duty takes over: what waits, what is stuck, and pushes that are not declared."""
        async with self._desk.database.read() as tx:
            stuck = [each for each in await rows.in_state(tx, *rows.BEGUN) if each.stuck_told_at]
            waiting = await rows.in_state(tx, rows.WAITING)
            pushed = await follow_up_rows.unsettled(tx)
            by_id = {each.request_id: await rows.by_id(tx, each.request_id) for each in pushed}
        lines = [blocks.open_line(self._line(each), "stuck") for each in stuck]
        lines += [blocks.open_line(self._line(each), "to be declared in Git") for each in by_id.values() if each]
        return lines + [blocks.open_line(self._line(each), "waits for agreement") for each in waiting]

    async def _waiting_for(self, person: str) -> list[RequestRow]:
        """Those the person could still decide on, the oldest first."""
        async with self._desk.database.read() as tx:
            waiting = await rows.in_state(tx, rows.WAITING)
        return [each for each in waiting if await self._may_decide(each, person)][:WAITING_MOST]

    async def _may_decide(self, row: RequestRow, person: str) -> bool:
        async with self._desk.database.read() as tx:
            said = await rows.decisions_of(tx, row.id, row.digest or "")
        has_decided = person in {each.person for each in said}
        return not await self._rights.why_not_decide(row, person, Act.DECLINE, has_decided=has_decided, is_intact=True)

    def _line(self, row: RequestRow) -> Line:
        standing = self._telling.standing(row)
        return Line(row.id, str(row.entry["title"]), standing, self._moment(row.created_at), row.url)

    async def _to_decide(self, row: RequestRow) -> Line:
        name = await self._telling.name_of(row.person)
        line = self._line(row)
        return Line(line.id, f"{line.title}, for {name}", line.standing, line.asked, await self._card(row))

    async def _card(self, row: RequestRow) -> str:
        """Where a card of it stands in a channel; "" where it went to each approver alone, or was not sent yet."""
        async with self._desk.database.read() as tx:
            cards = await outbox_rows.put_under(tx, card_prefix(row.id))
        card = next((each for each in cards if each.slack_ts and each.recipient is None), None)
        if card is None or not card.slack_channel or not card.slack_ts:
            return ""
        try:
            return await self._desk.slack.permalink(card.slack_channel, card.slack_ts)
        except SlackError as error:
            log.warning("requests.no_permalink", reason=str(error))
            return ""

    def _moment(self, at: datetime) -> str:
        return self._telling.moment(at)
