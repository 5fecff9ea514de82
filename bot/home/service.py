"""Publishes App Home when somebody opens it. Publishing again is harmless, so it needs no outbox."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.desk import Desk
from bot.errors import SlackRefused
from bot.home import blocks
from bot.home.blocks import SHOWN_MOST, Question
from bot.model import Window
from bot.peers.cases import Case
from bot.peers.facts import FactsService
from bot.storage import channels as channel_rows
from bot.storage import peers as peer_rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of, slack_id_of, stand_ins, who_is_left_out
from bot.work import Kind, Opened, enqueue

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(weeks=4)


class HomeService:
    def __init__(self, desk: Desk, facts: FactsService, *, command: str) -> None:
        self._desk = desk
        self._facts = facts
        self._command = command

    async def take_opened(self, *, key: str, user_id: str) -> None:
        """Somebody looks at their Home: it is made right after."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
            await enqueue(tx, Kind.HOME, Opened(f"{person}:{key}", person), due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def publish(self, opened: Opened) -> None:
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, opened.person)
            if user_id is None:
                return  # erased meanwhile
            is_left_out = bool(await who_is_left_out(tx, [user_id], await stand_ins(tx)))
        mine: Sequence[Case] = ()
        if not is_left_out:
            mine = await self._facts.cases(Window(now - LOOK_BACK, now), asker=opened.person)
        view = blocks.home(
            [await self._question(each) for each in reversed(mine[-SHOWN_MOST:])],
            is_left_out=is_left_out,
            command=self._command,
            timezone=self._desk.shelf.library.handbook.channels.timezone,
        )
        await self._desk.slack.publish_home(user_id, view)

    async def _question(self, case: Case) -> Question:
        async with self._desk.database.read() as tx:
            text, _ = await peer_rows.newest_text(tx, case.channel_id, case.ts)
            names = {each.channel_id: each.name for each in await channel_rows.states(tx)}
        permalink = await self._permalink(case)
        return Question(case, names.get(case.channel_id) or case.channel_id, text or "", permalink)

    async def _permalink(self, case: Case) -> str:
        """ "" where Slack gives none: the bot may be in the channel no more, or it was imported."""
        try:
            return await self._desk.slack.permalink(case.channel_id, case.ts)
        except SlackRefused as refused:
            log.warning("home.no_permalink", reason=refused.code)
            return ""
