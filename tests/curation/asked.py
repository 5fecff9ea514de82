"""Questions and answers as they lie in a database, for those who look for gaps in them."""

from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert

from bot.clock import Clock
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import Gap
from bot.curation.gap_sorting import Compare, GapSorting, Reading, by_words
from bot.model import QuestionKind, Window, moment
from bot.storage.engine import Database
from bot.storage.people import leave_out, stand_ins
from bot.storage.schema import answers, channels, messages, people, questions, reactions, verdicts
from knowledge.channels import Channel, Channels

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PUBLIC, PRIVATE = "C0PUBLIC", "G0PRIVATE"
CHANNELS = Channels(channels=(Channel(PUBLIC, "ask"), Channel(PRIVATE, "inside")))


class Past:
    """Writes down what was asked, and sorts it as the bot would, at a time that the test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.unanswered: set[tuple[str, str]] = set()
        self._numbers = count(1)
        self.clock = Clock(lambda: self.now.timestamp())
        self.sorting = self.sorting_by(by_words)
        self.facts = GapFactsService(database, channels=lambda: CHANNELS)

    def sorting_by(self, compare: Compare) -> GapSorting:
        return GapSorting(self.database, Reading(self._unanswered(), _kind), clock=self.clock, compare=compare)

    def _unanswered(self) -> Callable[[Window], Awaitable[Collection[tuple[str, str]]]]:
        async def read(window: Window) -> Collection[tuple[str, str]]:
            return {key for key in self.unanswered if window.since <= moment(key[1]) < window.until}

        return read

    async def begin(self) -> None:
        await self.database.write(stand_ins)  # makes the key, as the first message of all does
        rows = [(PUBLIC, False), (PRIVATE, True)]
        state = {"is_direct": False, "is_read_back": True, "is_whole_due": False, "due_at": NOW}
        for channel_id, is_private in rows:
            await self._put(channels, channel_id=channel_id, name="", is_private=is_private, **state)
        for name in ("ada", "bela", "chidi"):
            await self._put(people, id=name, slack_id=f"U{name.upper()}", created_at=NOW)

    async def ask(self, who: str, text: str | None, channel_id: str = PUBLIC, *, kind: str = "how-to") -> str:
        """Asks in a channel, and nobody answers; its ts."""
        ts = f"{self.now.timestamp():.0f}.{next(self._numbers):06}"
        said = {"author": who, "author_kind": "person", "gist": "asks", "posted_at": self.now}
        await self._put(messages, channel_id=channel_id, ts=ts, text=text, **said)
        asked = {"asker": who, "kind": kind, "classifier": "rules", "asked_at": self.now}
        await self._put(questions, channel_id=channel_id, ts=ts, **asked)
        self.unanswered.add((channel_id, ts))
        self.later(minutes=1)
        return ts

    async def solve(self, who: str, text: str, *, root: str, asker: str) -> None:
        """Replies to a question, which the asker sets a check mark on."""
        ts = f"{self.now.timestamp():.0f}.{next(self._numbers):06}"
        said = {"author": who, "author_kind": "person", "gist": "says", "posted_at": self.now}
        await self._put(messages, channel_id=PUBLIC, ts=ts, thread_ts=root, text=text, **said)
        marked = {"person": asker, "name": "white_check_mark", "changed_ts": ts, "seen_ts": ts}
        await self._put(reactions, channel_id=PUBLIC, ts=ts, is_there=True, was_there=True, **marked)

    async def ask_us(self, who: str, text: str | None, *, verdict: str = "", **answer: Any) -> None:
        """Asks us in private; by default we found nothing."""
        id_ = f"a{next(self._numbers)}"
        found = {"outcome": "silent", "reason": "", "text": "", "confidence": 0.1, "sources": [], "asked": True}
        where = {"key": id_, "channel_id": "", "surface": "private", "handbook_revision": "r", "created_at": self.now}
        await self._put(answers, **{"id": id_, "asker": who, "question": text, **where, **found, **answer})
        if verdict:
            said = {"verdict": verdict, "by_asker": True, "given_at": self.now}
            await self._put(verdicts, answer_id=answer.get("id", id_), person=who, **said)
        self.later(minutes=1)

    async def leave_out(self, who: str) -> None:
        async def unit(tx: Any) -> None:
            await leave_out(tx, f"U{who.upper()}", await stand_ins(tx), now=self.now)

        await self.database.write(unit)

    async def gaps(self) -> list[Gap]:
        """Those open, once all is sorted in."""
        await self.sorting.sort()
        return list(await self.facts.open_gaps())

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def _put(self, table: Any, **row: Any) -> None:
        await self.database.write(lambda tx: tx.execute(insert(table).values(**row)))


def _kind(text: str) -> QuestionKind | None:
    return QuestionKind.DO_IT_FOR_ME if "please" in text else None
