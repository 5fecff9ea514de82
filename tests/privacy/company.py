"""A small company in a database: a person of whom something stands in every table, and colleagues who name them."""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert, select

from bot.clock import Clock
from bot.model import Json
from bot.privacy.service import PrivacyService
from bot.slack import Slack
from bot.storage.engine import Database, Tx
from bot.storage.people import stand_ins
from bot.storage.schema import (
    answers,
    article_looks,
    channels,
    drafts,
    gaps,
    kind_corrections,
    memberships,
    messages,
    model_use,
    on_duty,
    outbox,
    people,
    proposals,
    questions,
    reactions,
    threads,
    verdicts,
    work,
)
from knowledge.channels import Channel, Channels

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
USER, OTHER = "U0CANARYID", "U0OTHER"
ME, YOU = "11aa22bb", "99ff88ee"  # their pseudonyms
DIRECT = "D0CANARYDM"
ASK, DEPLOYS = "C0ASK", "C0DEPLOYS"
HANDLE, DISPLAY, REAL = "canaryhandle", "Cänarina", "Canarina de la Voz"
WORDS = "canarywords"  # in everything the person wrote
CHANNELS = Channels(channels=(Channel(ASK, "ask"), Channel(DEPLOYS, "deploys")))


@dataclass
class QuietSlack(Slack):
    """Knows the person's names and direct messages, and what was forgotten."""

    names: frozenset[str] = frozenset({HANDLE, DISPLAY, REAL})
    direct: frozenset[str] = frozenset({DIRECT})
    forgotten: list[str] = field(default_factory=list)

    async def names_of(self, user_id: str) -> frozenset[str]:
        return self.names

    async def direct_channel(self, user_id: str) -> frozenset[str]:
        return self.direct

    async def publish_home(self, user_id: str, view: Json) -> None:
        """tests/journeys/test_home.py looks at what comes of it."""

    def forget(self, user_id: str) -> None:
        self.forgotten.append(user_id)


def privacy(database: Database, slack: Slack | None = None, *, clock: Clock | None = None) -> PrivacyService:
    numbers = count(1)
    return PrivacyService(
        database,
        slack,
        channels=lambda: CHANNELS,
        clock=clock or Clock(NOW.timestamp),
        new_id=lambda: f"{next(numbers):032x}",
    )


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    async with database.read() as tx:
        found = (await tx.execute(select(table).order_by(*table.primary_key.columns))).mappings()
        return [dict(row) for row in found]


async def values(database: Database, table: Table, column: str) -> list[Any]:
    return [row[column] for row in await rows(database, table)]


async def stand_in(database: Database, channel_id: str) -> str:
    return (await database.write(stand_ins)).stand_in(USER, channel_id)


async def seed(database: Database) -> None:
    """Rows as the bot leaves them; the person's id, names and words stand wherever they may."""
    await database.write(_seed)


async def _seed(tx: Tx) -> None:
    await _put(tx, people, {"id": ME, "slack_id": USER, "created_at": NOW}, {"id": YOU, "slack_id": OTHER})
    await _put(tx, memberships, {"person": ME, "since": date(2026, 1, 5), "until": None, "source": "handbook"})
    await _put(tx, on_duty, {"person": ME, "is_there": True})
    await _put(
        tx,
        messages,
        said(ASK, 1, ME, f"How do I see {WORDS}?"),
        said(ASK, 2, YOU, f"<@{USER}> or <@{USER}|{HANDLE}>: thanks {DISPLAY.upper()}!", thread=1, to=ME),
        said(ASK, 3, YOU, f"canarina  de la voz knows, {USER} too. Canarinas do not."),
        said(DEPLOYS, 4, ME, f"{WORDS} by me, {REAL}"),
        said(DEPLOYS, 5, YOU, "nothing of anybody"),
    )
    await _put(
        tx,
        questions,
        {"channel_id": ASK, "ts": ts(1), "asker": ME, "kind": "how-to", "classifier": "c", "asked_at": NOW},
    )
    corrected = {"old_kind": "unsure", "new_kind": "how-to", "corrected_at": NOW}
    await _put(tx, kind_corrections, {"channel_id": ASK, "ts": ts(1), "person": ME, **corrected})
    reacted = {"name": "tada", "changed_ts": ts(9), "is_there": True, "seen_ts": "", "was_there": False}
    await _put(tx, reactions, {"channel_id": ASK, "ts": ts(2), "person": ME, **reacted})
    await _put(tx, answers, _answer("a1", f"{DIRECT}:{ts(6)}", DIRECT), _answer("a2", f"{ASK}:{ts(1)}", ASK))
    await _put(tx, verdicts, {"answer_id": "a1", "person": ME, "verdict": "solved", "by_asker": True, "given_at": NOW})
    used = {"day": NOW.date(), "calls": 2}
    await _put(tx, model_use, {**used, "person": ME}, {**used, "person": YOU}, {**used, "person": ""})
    closed = {"state": "closed", "closed_at": NOW, "closed_because": "dismissed", "reason": "not ours"}
    await _put(tx, gaps, {"id": "g1", "owner": ME, "closed_by": ME, "opened_at": NOW, **closed})
    look = {"id": "l1", "article": "a.md", "slot": "2026-W47", "place": 0, "reasons": [], "said": "needs work"}
    await _put(tx, article_looks, {**look, "recipient": ME, "said_by": ME, "said_at": NOW})
    await _put(
        tx,
        drafts,
        _draft("d1", saver=ME),
        _draft("d2", asker=ME, words={"title": WORDS, "questions": [WORDS], "body": f"Ask {REAL}."}),
        _draft("d3", solver=ME, state="proposed", words={"title": "t", "questions": [], "body": WORDS}),
        _draft("d4", solver=ME, state="proposed", credit="yes"),
    )
    proposed = {"title": WORDS, "body": WORDS, "files": {"articles/a.md": WORDS}}
    await _put(tx, proposals, proposal("d3", "waiting", ME, **proposed), proposal("d4", "open", YOU, **proposed))
    await _put(
        tx,
        outbox,
        _effect(f"answer:{DIRECT}:{ts(6)}", "sent", channel_id=DIRECT, recipient=ME, slack_channel=DIRECT),
        _effect(f"settings:{DIRECT}:{ts(7)}", "sending", recipient=ME, response_url=f"https://hooks.slack.com/{WORDS}"),
        _effect(f"answer:{DIRECT}:{ts(6)}:edit", "sent", channel_id=DIRECT, edits=f"answer:{DIRECT}:{ts(6)}"),
        _effect(f"answer:{ASK}:{ts(1)}", "sent", channel_id=ASK, slack_channel=ASK, text=f"Ask {REAL}, says the page."),
    )
    await _put(
        tx,
        work,
        _job(f"{DIRECT}:{ts(6)}", "done", None),
        _job(f"{DIRECT}:{ts(8)}", "waiting", {"asker": ME, "text": WORDS, "channel_id": DIRECT, "asked": True}),
        _job(
            f"{ASK}:{ts(3)}",
            "waiting",
            {"asker": YOU, "text": f"where is {DISPLAY}?", "channel_id": ASK, "asked": False},
        ),
    )
    place = {"is_private": True, "is_direct": True, "is_read_back": False, "is_whole_due": False, "due_at": NOW}
    await _put(tx, channels, {"channel_id": DIRECT, "name": "", **place})
    await _put(tx, threads, {"channel_id": DIRECT, "ts": ts(6), "reply_count": 1, "latest_reply": ts(7)})


async def _put(tx: Tx, table: Table, *given: dict[str, Any]) -> None:
    for row in given:
        await tx.execute(insert(table).values({"created_at": NOW} | row if "created_at" in table.c else row))


def ts(number: int) -> str:
    return f"1795600000.{number:06}"


def said(
    channel_id: str, number: int, author: str, text: str, *, thread: int = 0, to: str | None = None
) -> dict[str, Any]:
    return {
        "channel_id": channel_id,
        "ts": ts(number),
        "thread_ts": ts(thread) if thread else None,
        "author": author,
        "author_kind": "person",
        "text": text,
        "gist": "says",
        "addressee": to,
        "posted_at": NOW - timedelta(days=1),
    }


def _answer(id_: str, key: str, channel_id: str) -> dict[str, Any]:
    told = {"surface": "direct", "outcome": "answered", "reason": "", "text": f"Ask {REAL}.", "confidence": 0.9}
    cited = {"sources": [{"title": f"By {DISPLAY}"}], "handbook_revision": "r1"}
    asked = {"asked": True, "asked_in": ASK, "question": f"How do I see {WORDS}?"}
    return {"id": id_, "key": key, "channel_id": channel_id, "asker": ME, **told, **cited, **asked}


def _draft(id_: str, **more: Any) -> dict[str, Any]:
    place = {"channel_id": ASK, "root": ts(1), "reply_ts": ts(2), "file": "a.md", "owner": "", "tags": []}
    people = {"saver": YOU, "asker": YOU, "solver": YOU, "credit": "unasked", "state": "shown", "words": None}
    return {"id": id_, "key": f"shortcut:{id_}", **place, **people, **more}


def proposal(subject: str, state: str, person: str, **more: Any) -> dict[str, Any]:
    place = {"branch": f"mentor/article-{subject}", "url": "", "number": "", "looked_at": None, "settled_at": None}
    return {
        "id": f"p{subject}",
        "kind": "article",
        "subject": subject,
        "state": state,
        "person": person,
        **place,
        **more,
    }


def _effect(key: str, state: str, *, text: str = WORDS, **more: Any) -> dict[str, Any]:
    sent = {"kind": "answer", "purpose": "asked", "version": 1, "attempts": 1, "due_at": NOW, "state": state}
    lease = {"lease": "theirs", "leased_until": NOW + timedelta(seconds=60)} if state == "sending" else {}
    row = {"channel_id": "", "recipient": None, "edits": None, "response_url": None, "slack_channel": None}
    return {
        "key": key,
        "mark": f"{zlib.crc32(key.encode()):x}",
        "text": text,
        "blocks": [{"text": text}],
        **row,
        **sent,
        **lease,
        **more,
    }


def _job(key: str, state: str, payload: dict[str, Any] | None) -> dict[str, Any]:
    return {"kind": "answers.answer", "key": key, "payload": payload, "due_at": NOW, "state": state, "attempts": 0}


def traces() -> set[str]:
    """What must be nowhere after the erasing, in small letters; JSON writes some letters as escapes."""
    escaped = DISPLAY.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    return {each.lower() for each in (USER, DIRECT, HANDLE, DISPLAY, escaped, "Canarina de la", WORDS)}
