"""Takes down who wants no surveys, for a while or for ever, and who changed their mind. One press, no question back.

What is kept of it is a code made of the Slack id, so that it outlasts erasing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.desk import Desk
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import known_pseudonyms, stand_ins
from bot.storage.surveys import ASKED, CLOSED
from bot.surveys import blocks, definition, rules
from bot.surveys.rules import PAUSE, Why
from bot.surveys.telling import Where, edit_question, tell


class RefusalService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stop(self, where: Where) -> None:
        """Never again, by any survey. Where that was pressed under a question, it goes, and its reminder."""

        async def unit(tx: Tx) -> None:
            await self._refuse(tx, where, None)
            await self._take_away(tx, where, await tell(tx, self._desk, where, blocks.STOPPED))

        await self._write(unit)

    async def _take_away(self, tx: Tx, where: Where, person: str) -> None:
        wave = await rows.wave(tx, where.wave_id)
        invitation = await rows.invitation(tx, where.wave_id, person)
        if wave is None or invitation is None or invitation.state != ASKED or wave.state == CLOSED:
            return
        shown = blocks.will_not_ask(definition.from_json(wave.definition))
        await edit_question(tx, self._desk, (wave.id, person), shown=shown, reminder=shown)

    async def pause(self, where: Where) -> None:
        """Nothing for three months."""
        until = self._desk.clock.now() + PAUSE
        zone = self._desk.shelf.library.handbook.channels.timezone

        async def unit(tx: Tx) -> None:
            await self._refuse(tx, where, until)
            await tell(tx, self._desk, where, blocks.paused(blocks.in_words(rules.today_in(zone, until))))

        await self._write(unit)

    async def resume(self, where: Where) -> None:
        async def unit(tx: Tx) -> None:
            await rows.ask_again(tx, where.user_id, await stand_ins(tx))
            await tell(tx, self._desk, where, blocks.RESUMED)

        await self._write(unit)

    async def _refuse(self, tx: Tx, where: Where, until: datetime | None) -> None:
        now, names = self._desk.clock.now(), await stand_ins(tx)
        await rows.refuse(tx, where.user_id, names, now=now, until=until)
        for person in (await known_pseudonyms(tx, [where.user_id])).values():
            await rows.put_off(tx, person, because=Why.REFUSED)

    async def _write(self, unit: Callable[[Tx], Awaitable[None]]) -> None:
        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
