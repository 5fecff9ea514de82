"""Readies what was logged to be shown, once a day: colleagues' names go, and what several people are about is found.

Once a day, so that nobody can tell by the minute who wrote what. How texts are compared is `bot.themes`'.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import time

from bot import themes
from bot.calendar import Daily
from bot.desk import Desk
from bot.listening.rules import THEME_FROM
from bot.masking import SOMEONE, masked
from bot.storage import friction as rows
from bot.storage.engine import Tx
from bot.storage.friction import LINKED, OPEN, Friction, Theme
from bot.themes import Found
from bot.wanted import Due

AT = time(5)  # by the handbook's wall: before anybody looks
ALONE_MOST = 500  # of those that stand alone, the newest are compared; older ones stay as they are


class FrictionSorting:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def schedule(self) -> Daily:
        return Daily(AT, self._desk.shelf.library.handbook.channels.timezone)

    async def sort(self, _due: Due) -> None:
        """Raises SlackError while Slack does not tell the names."""
        async with self._desk.database.read() as tx:
            new = await rows.not_readied(tx)
        if not new:
            return
        names = await self._names()
        for each in new:
            await self._ready(each, names)
        await self._find_themes(names)

    async def _names(self) -> Collection[str]:
        """What Slack calls people. A bot's name is no person's, and often a word of the matter."""
        everybody = [each for each in await self._desk.slack.everybody() if not each.profile.is_bot]
        return frozenset[str]().union(*[each.names for each in everybody])

    async def _ready(self, row: Friction, names: Collection[str]) -> None:
        text = masked(row.text, names=names) if row.text else None
        await self._desk.database.write(lambda tx: rows.ready(tx, row.id, text, instead_of=row.text))

    async def _find_themes(self, names: Collection[str]) -> None:
        async with self._desk.database.read() as tx:
            alone = await rows.without_theme(tx, limit=ALONE_MOST)
            known = {each.id: each for each in await rows.themes(tx) if each.state in (OPEN, LINKED)}
            themed = [each for each in await rows.in_themes(tx) if each.theme_id in known]
        by_id = {each.id: each for each in alone}
        texts, told = {each.id: _told(each, names) for each in alone}, _by_theme(themed, names)
        by_words = await asyncio.to_thread(themes.by_words, texts, known=told, names=names)
        found = [each for each in by_words if each.joins or _is_of_several(each, by_id)]
        new = [Theme(each.id, each.title, self._desk.clock.now()) for each in found if not each.joins]
        members = {key: each.id for each in found for key in each.members}

        async def unit(tx: Tx) -> None:
            await rows.put_themes(tx, new, members)

        await self._desk.database.write(unit)


def _told(row: Friction, names: Collection[str]) -> str:
    """Its words without anybody's name, nor the word that stands for one: a title is made of these."""
    return masked(row.words, names=names).replace(SOMEONE, " ")


def _by_theme(themed: Sequence[Friction], names: Collection[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in themed:
        found.setdefault(each.theme_id or "", []).append(_told(each, names))
    return found


def _is_of_several(found: Found, by_id: Mapping[str, Friction]) -> bool:
    """What one person says several times is no theme."""
    return len({by_id[key].person for key in found.members}) >= THEME_FROM
