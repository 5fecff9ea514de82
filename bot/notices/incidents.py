"""Incidents that the duty group opens: active and posted at once, told on by a button, over by another.

Who may is read again at every step. That answers give way to one is `bot.notices.board`'s; what follows its end is
`bot.notices.over`'s.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog

from bot import effects
from bot.authority import REASONS, Act
from bot.blockkit import Shown, plain
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import Effect
from bot.notices import incident_blocks as blocks
from bot.notices.board import incident_key
from bot.notices.book import Book
from bot.notices.incident_blocks import INCIDENT, SAID, Seen
from bot.notices.incident_rules import (
    Filled,
    clock_in_words,
    minutes_in_words,
    next_moment,
    problems,
)
from bot.notices.over import AGAIN_AFTER
from bot.people import PeopleService
from bot.storage import incidents as rows
from bot.storage import outbox as outbox_rows
from bot.storage.engine import Tx
from bot.storage.incidents import Incident, Update
from bot.wanted import Asking, Decision, IncidentOver, IncidentSaid, Kind
from bot.work import enqueue

log = structlog.get_logger(__name__)


class IncidentService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, book: Book, *, can_propose: bool) -> None:
        self._desk = desk
        self._people = people
        self._book = book
        self._can_propose = can_propose

    # What is pressed and sent.

    async def open_form(
        self, incident_id: str, words: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """Before the person's eyes: of a new incident ("") with these words, or to say more of one."""
        if not await self._is_on_duty(user_id):
            await self._desk.tell(user_id, "incident-form", key, self._refusal(), response_url=response_url)
            return
        known = await self._known(incident_id) if incident_id else ""
        if known is None:
            await self._desk.tell(user_id, "incident-form", key, blocks.said(blocks.GONE), response_url=response_url)
            return
        capabilities = [(each.id, each.title) for each in self._book.handbook.capabilities]
        form = blocks.update_form(incident_id, known) if incident_id else blocks.form(plain(words), capabilities)
        try:
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("incident.form_not_opened", reason=str(error))
            shown = blocks.said(blocks.NOT_OPENED)
            await self._desk.tell(user_id, "incident-form", key, shown, response_url=response_url)

    async def take_form(self, incident_id: str, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        if found := problems(filled, is_new=not incident_id):
            return blocks.errors(found)
        at = next_moment(filled.next_word, now=self._desk.clock.now(), timezone=self._book.timezone)

        def wanted(person: str) -> IncidentSaid:
            return IncidentSaid(
                f"{person}:{key}",
                person,
                filled.known,
                at.isoformat() if at else "",
                incident_id,
                filled.title,
                filled.capability,
                list(filled.topics),
            )

        await self._desk.take(Kind.UPDATE_INCIDENT if incident_id else Kind.OPEN_INCIDENT, user_id, wanted)
        return {}

    async def take_end(self, incident_id: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, incident_id, "over", response_url)

        await self._desk.take(Kind.END_INCIDENT, user_id, wanted)

    # By a worker.

    async def asked(self, asking: Asking) -> None:
        """By the verb, where no form can be opened at once."""
        reason = await self._why_not(asking.asker)
        shown = blocks.said(reason) if reason else blocks.offer()
        await self._tell(f"incident:{asking.key}", asking.asker, shown, asking.response_url)

    async def open(self, said: IncidentSaid) -> None:
        """Active with the transaction, and posted from it."""
        places = self._book.handbook.channels.incident_places
        reason = await self._why_not(said.person) or ("" if places else blocks.NOWHERE)
        if reason:
            await self._tell(f"incident-said:{said.key}", said.person, blocks.said(reason))
            return
        now = self._desk.clock.now()
        incident = Incident(
            self._desk.new_id(),
            said.key,
            said.title,
            said.capability,
            tuple(said.topics),
            said.known,
            _moment(said.next_word_at),
            said.person,
            now,
        )

        async def unit(tx: Tx) -> None:
            if await rows.add(tx, incident):
                update = Update(incident.id, said.key, said.known, now)
                await rows.add_update(tx, update, next_word_at=incident.next_word_at)
                for each in self._posts(incident, places):
                    await self._desk.outbox.put(tx, each)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        await self._tell(f"incident-said:{said.key}", said.person, blocks.opened(""))

    async def update(self, said: IncidentSaid) -> None:
        """The message has the newest, and its thread each."""
        if reason := await self._why_not(said.person):
            await self._tell(f"incident-said:{said.key}", said.person, blocks.said(reason))
            return
        now, next_word = self._desk.clock.now(), _moment(said.next_word_at)
        update = Update(said.incident_id, said.key, said.known, now)

        async def unit(tx: Tx) -> str:
            if not await rows.add_update(tx, update, next_word_at=next_word):
                known = [each.key for each in await rows.updates(tx, said.incident_id)]
                return blocks.NOTED if said.key in known else blocks.GONE
            incident = await rows.by_id(tx, said.incident_id)
            assert incident is not None
            await self._renew(tx, incident, blocks.more(self._seen(incident)), word=said.key)
            return blocks.NOTED

        told = await self._desk.database.write(unit)
        await self._tell(f"incident-said:{said.key}", said.person, blocks.said(told))

    async def end(self, decision: Decision) -> None:
        """Once; who was told that it is known learns its end by work of its own, and the handbook is to keep it."""
        if reason := await self._why_not(decision.person):
            await self._tell(
                f"incident-end:{decision.key}", decision.person, blocks.said(reason), decision.response_url
            )
            return
        now, over = self._desk.clock.now(), partial(IncidentOver, incident_id=decision.subject)

        async def unit(tx: Tx) -> bool:
            if not await rows.end(tx, decision.subject, by=decision.person, now=now):
                return False
            incident = await rows.by_id(tx, decision.subject)
            assert incident is not None
            await self._renew(tx, incident, blocks.ended(self._seen(incident)), word="over")
            for key, at in ((incident.id, now), (f"{incident.id}:again", now + AGAIN_AFTER)):
                await enqueue(tx, Kind.INCIDENT_OVER, over(key), due_at=at, now=now)
            return await enqueue(tx, Kind.KEEP_INCIDENT, over(incident.id), due_at=now, now=now)

        is_over = await self._desk.database.write(unit)
        shown = blocks.over_noted(can_propose=self._can_propose) if is_over else blocks.said(blocks.GONE)
        await self._tell(f"incident-end:{decision.key}", decision.person, shown, decision.response_url)
        self._desk.wake()

    async def given_up(self, said: IncidentSaid | Decision) -> None:
        url = said.response_url if isinstance(said, Decision) else None
        await self._tell(f"incident-broken:{said.key}", said.person, blocks.said(blocks.BROKEN), url)

    async def lines(self) -> Sequence[str]:
        """Those that are on, for the list of news."""
        async with self._desk.database.read() as tx:
            found = await rows.those_on(tx)
        return [blocks.line(self._seen(each), await self._book.url_under(incident_key(each.id))) for each in found]

    # What is shown.

    def _seen(self, incident: Incident) -> Seen:
        now, timezone = self._desk.clock.now(), self._book.timezone
        next_word, ended_at = incident.next_word_at, incident.ended_at
        return Seen(
            incident.id,
            incident.title,
            clock_in_words(incident.opened_at, now=now, timezone=timezone),
            incident.known,
            clock_in_words(next_word, now=now, timezone=timezone) if next_word else "",
            clock_in_words(ended_at, now=now, timezone=timezone) if ended_at else "",
            minutes_in_words(ended_at - incident.opened_at) if ended_at else "",
        )

    def _posts(self, incident: Incident, places: Sequence[str]) -> list[Effect]:
        shown = blocks.post(self._seen(incident))
        return [effects.in_channel(incident_key(incident.id, each), INCIDENT, each, shown) for each in places]

    async def _renew(self, tx: Tx, incident: Incident, shown: Shown, *, word: str) -> None:
        """Every message of it shows how it stands, and its thread says the word."""
        for put in await outbox_rows.put_under(tx, incident_key(incident.id)):
            [post] = self._posts(incident, [put.channel_id])
            await self._desk.outbox.put(tx, effects.newest(post))
            key = f"incident-word:{incident.id}:{word}:{put.channel_id}"
            await self._desk.outbox.put(tx, effects.in_thread_of(post, key, INCIDENT, shown))

    # Who.

    async def _why_not(self, person: str) -> str:
        profile = await self._people.profile(person)
        is_on_duty = bool(profile.user_id) and await self._is_on_duty(profile.user_id)
        return await self._people.why_not(profile, Act.HANDLE_INCIDENT, is_owner=is_on_duty)

    async def _is_on_duty(self, user_id: str) -> bool:
        duty = self._book.handbook.people.duty
        return duty is not None and await self._people.is_in(duty.group, user_id)

    def _refusal(self) -> Shown:
        return blocks.said(REASONS[Act.HANDLE_INCIDENT])

    async def _known(self, incident_id: str) -> str | None:
        async with self._desk.database.read() as tx:
            found = await rows.by_id(tx, incident_id)
        return None if found is None or found.ended_at is not None else found.known

    async def _tell(self, key: str, person: str, shown: Shown, url: str | None = None) -> None:
        await self._desk.send(effects.privately(key, person, shown, response_url=url, kind=SAID))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
