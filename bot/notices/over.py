"""What follows an incident's end: whoever was told that it is known learns it, and the handbook is to keep it.

Each person once, where they asked last. What becomes of the proposal is told back by curation.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import effects
from bot.blockkit import Shown, clip
from bot.desk import Desk
from bot.file_names import file_name
from bot.masking import masked
from bot.model import Effect
from bot.notices import incident_blocks as blocks
from bot.notices.board import incident_key
from bot.notices.book import Book
from bot.notices.incident_blocks import OVER_TOLD, SAID
from bot.notices.incident_rules import Course, clock_in_words, incident_file, local_day
from bot.storage import incidents as rows
from bot.storage.engine import Tx
from bot.storage.incidents import Incident, Told, Update
from bot.wanted import FileSettled, FileWanted, IncidentOver, Kind
from bot.work import enqueue
from knowledge.notices import FOLDER, SUFFIX, TITLE_MOST

KIND = "notice"  # of a proposal
AGAIN_AFTER = timedelta(minutes=2)  # an answer that was being made at the end is told then


class OverService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, book: Book, *, can_propose: bool) -> None:
        self._desk = desk
        self._book = book
        self._can_propose = can_propose

    async def tell(self, over: IncidentOver) -> None:
        """Everybody who was told so, once."""
        shown = await self._word(over.incident_id)
        if shown is None:
            return

        async def unit(tx: Tx) -> None:
            for told in await rows.told(tx, over.incident_id):
                await self._desk.outbox.put(tx, _to_asker(told, over.incident_id, shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def keep(self, over: IncidentOver) -> None:
        """Proposes it, or shows the file where the handbook is a folder. Raises SlackError: names come out first."""
        names = frozenset[str]().union(*[each.names for each in await self._desk.slack.everybody()])
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            incident = await rows.by_id(tx, over.incident_id)
            if incident is None or incident.ended_by is None or incident.state != rows.OVER:
                return
            file, text = self._content(incident, await rows.updates(tx, incident.id), names)
            if not self._can_propose:
                shown, key = blocks.by_hand(text, file=file), f"incident-file:{incident.id}"
                await self._desk.outbox.put(tx, effects.privately(key, incident.ended_by, shown, kind=SAID))
                return
            wanted = FileWanted(
                key=incident.id,
                subject=incident.id,
                kind=KIND,
                title=f"Incident: {masked(incident.title, names=names)}",
                body=blocks.request_text(),
                file=file,
                text=text,
                person=incident.ended_by,
            )
            await rows.move(tx, incident.id, to=rows.PROPOSED)
            await enqueue(tx, Kind.PROPOSE_FILE, wanted, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def settled(self, settled: FileSettled) -> None:
        """Who ended the incident is told of it with the proposal."""
        to = {rows.MERGED: rows.MERGED, rows.CLOSED: rows.CLOSED}.get(settled.outcome, rows.OVER)
        await self._desk.database.write(lambda tx: rows.move(tx, settled.subject, to=to, url=settled.url))

    async def _word(self, incident_id: str) -> Shown | None:
        """None while it is on, or for one that nobody knows."""
        async with self._desk.database.read() as tx:
            incident = await rows.by_id(tx, incident_id)
        if incident is not None:
            url = await self._book.url_under(incident_key(incident.id))
            return self._over(incident.title, incident.ended_at, url) if incident.ended_at else None
        notice = self._book.handbook.notice(incident_id)
        if notice is None or notice.until is None:
            return None
        return self._over(notice.title, notice.until.ends(self._book.timezone), await self._book.url(notice.id))

    def _over(self, title: str, ended_at: datetime, url: str) -> Shown:
        until = clock_in_words(ended_at, now=self._desk.clock.now(), timezone=self._book.timezone)
        return blocks.over(title, until=until, url=url)

    def _content(self, incident: Incident, updates: Sequence[Update], names: frozenset[str]) -> tuple[str, str]:
        """Path below the handbook, and text."""
        title, timezone = clip(masked(incident.title, names=names), TITLE_MOST), self._book.timezone
        said = [(each.said_at, masked(each.known, names=names)) for each in updates]
        ended_at = incident.ended_at or incident.opened_at
        course = Course(title, incident.capability, incident.topics, incident.opened_at, ended_at, said)
        day = local_day(incident.opened_at, timezone)
        taken = [each.id.removeprefix(f"{day}-") + SUFFIX for each in self._book.handbook.notices]
        name = f"{day}-{file_name(title, taken=taken, fallback='incident')}"
        return f"{FOLDER}/{name}", incident_file(course, timezone=timezone)


def _to_asker(told: Told, incident_id: str, shown: Shown) -> Effect:
    key = f"incident-over:{incident_id}:{told.asker}"
    if not told.channel_id or told.root is None:
        return effects.privately(key, told.asker, shown, kind=OVER_TOLD)
    recipient = told.asker if told.is_direct else None
    return Effect(
        key, OVER_TOLD, shown.text, shown.blocks, channel_id=told.channel_id, recipient=recipient, thread_ts=told.root
    )
