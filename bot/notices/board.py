"""Says what is on about a question: notices to carry along, and an incident in place of the answer."""

from collections.abc import Awaitable, Callable, Sequence

from bot.desk import Desk
from bot.model import Window
from bot.notice_board import CARRIED_MOST, Current, OnBoard, Outage
from bot.notices import rules
from bot.notices.book import Book
from bot.notices.incident_rules import clock_in_words
from bot.notices.touching import Asked, Matter, asked, is_about
from bot.storage import incidents as rows
from bot.storage.incidents import Incident
from knowledge.loader import Handbook
from knowledge.notices import Notice, NoticeKind
from knowledge.spelling import Stems

COMING_MOST = 3  # in a digest
UrlOf = Callable[[str], Awaitable[str]]  # of a notice's post, by its id


def incident_key(incident_id: str, channel_id: str = "") -> str:
    """Without a channel what the keys of all its posts begin with."""
    return f"incident:{incident_id}:{channel_id}"


class NoticeBoard:
    """The `bot.notice_board.Board` of the handbook and of what the duty group opened."""

    def __init__(self, desk: Desk, book: Book) -> None:
        self._desk = desk
        self._book = book
        self._stems = Stems()

    async def about(self, text: str, articles: Sequence[str]) -> OnBoard:
        """Of several incidents the newest; of notices those that end first."""
        async with self._desk.database.read() as tx:
            opened = await rows.those_on(tx)
        current = self._book.current()
        if not opened and not current:
            return OnBoard()
        question = asked(text, articles, self._book.handbook, self._stems.of)
        for each in opened:
            if self._is_about(Matter(each.capability, each.topics), question):
                return OnBoard(outage=await self._outage(each))
        found = [each for each in current if self._is_about(Matter(each.capability, each.topics), question)]
        for notice in found:
            if notice.kind is NoticeKind.INCIDENT:
                return OnBoard(outage=await self._outage_of(notice))
        return OnBoard(await _carried(found, CARRIED_MOST, self._book.url))

    async def coming(self, window: Window) -> Sequence[Current]:
        return await coming(self._book.handbook, window, self._book.url)

    def _is_about(self, matter: Matter, question: Asked) -> bool:
        return is_about(matter, question, self._book.handbook.capabilities, self._stems.of)

    async def _outage(self, incident: Incident) -> Outage:
        now, timezone = self._desk.clock.now(), self._book.timezone
        next_word = incident.next_word_at
        return Outage(
            incident.id,
            incident.title,
            clock_in_words(incident.opened_at, now=now, timezone=timezone),
            clock_in_words(next_word, now=now, timezone=timezone) if next_word and next_word > now else "",
            incident.known,
            await self._book.url_under(incident_key(incident.id)),
        )

    async def _outage_of(self, notice: Notice) -> Outage:
        now, timezone = self._desk.clock.now(), self._book.timezone
        next_word = notice.next_word.begins(timezone) if notice.next_word else None
        return Outage(
            notice.id,
            notice.title,
            clock_in_words(notice.since.begins(timezone), now=now, timezone=timezone),
            clock_in_words(next_word, now=now, timezone=timezone) if next_word and next_word > now else "",
            notice.body,
            await self._book.url(notice.id),
        )


async def nowhere(_notice_id: str) -> str:
    """Where there is no Slack to ask for a notice's post."""
    return ""


async def coming(handbook: Handbook, window: Window, url_of: UrlOf = nowhere) -> Sequence[Current]:
    """What was still to come when the window ended, for the digest: those that end first."""
    found = rules.current(handbook.notices, now=window.until, timezone=handbook.channels.timezone)
    return await _carried([each for each in found if each.kind is not NoticeKind.INCIDENT], COMING_MOST, url_of)


async def _carried(notices: Sequence[Notice], most: int, url_of: UrlOf) -> tuple[Current, ...]:
    """Those that end first."""
    ordered = sorted(notices, key=lambda each: str(each.until or "9999"))[:most]
    return tuple([Current(each.title, rules.span(each), await url_of(each.id)) for each in ordered])
