"""The queries that a bot at work puts most often, by what they are for: held to their plans, and timed by benchmarks.

Each takes one channel, ts and person that are there, as live events have them. Nothing here writes that matters.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.model import CHECK_MARKS, Author, Message, Window
from bot.storage import (
    answers,
    cases,
    channels,
    communities,
    decided,
    follow_ups,
    gaps,
    links,
    outbox,
    peers,
    requests,
    team,
    work,
)
from bot.storage.engine import Tx
from bot.storage.people import StandIns
from bot.storage.personal import counts, identities

WEEK = timedelta(weeks=1)
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Place:
    """Where and when it is asked."""

    channel_id: str
    root: str  # a question's ts, with a thread
    ts: str  # of a message after it in the channel
    person: str
    now: datetime


Query = Callable[[Tx, Place], Awaitable[Any]]


async def _event(tx: Tx, at: Place) -> None:
    """A message comes: is it new, what is it near, what does it answer."""
    await peers.only_news(tx, at.channel_id, [Message(at.channel_id, at.ts, Author("U1"), "?")])
    await links.before(tx, at.channel_id, at.ts, 30)
    await links.with_threads(tx, at.channel_id, [at.root])
    await peers.question_answered_by(tx, at.channel_id, at.ts)


async def _work(tx: Tx, at: Place) -> None:
    await work.claim_due(tx, now=at.now, until=at.now + LEASE, lease="lease", limit=8)


async def _outbox(tx: Tx, at: Place) -> None:
    await outbox.claim_next(tx, now=at.now, until=at.now + LEASE, lease="lease", busy=("C1",), limit=8)


async def _reading_back(tx: Tx, at: Place) -> None:
    """A channel's turn, and a page of it."""
    page = [at.root, at.ts]
    await channels.claim(tx, channels.Turn([at.channel_id], ""), now=at.now, until=at.now + LEASE, lease="lease")
    await peers.newest_ts(tx, at.channel_id)
    await peers.threads_known(tx, at.channel_id, page)
    await channels.threads_said(tx, at.channel_id, page)
    await peers.reactions_on(tx, at.channel_id, page)
    await peers.standing_in(tx, at.channel_id, at.root)
    span = {"after": min(page), "before": max(page), "known_to": max(page)}
    await peers.missing_between(tx, at.channel_id, page, **span)


async def _thread(tx: Tx, at: Place) -> None:
    """Whether the question is still open: for an answer that is due, and for whoever asks on."""
    await peers.has_human_reply(tx, at.channel_id, at.root, asker=at.person)
    await answers.newest_in_thread(tx, at.channel_id, at.root)
    await answers.has_asked_in(tx, at.person, at.channel_id, at.root)
    since = at.now - timedelta(hours=1)
    await answers.given_to(tx, at.person, at.channel_id, thread_ts=None, since=since, but="")


async def _deciding(tx: Tx, at: Place) -> None:
    """What became of questions that changed."""
    mark, _ = await decided.next_mark(tx, 1_000)
    await decided.turned(tx, mark)
    await cases.discussions_at(tx, [(at.channel_id, at.root)], check_marks=CHECK_MARKS)


async def _home(tx: Tx, at: Place) -> None:
    """App Home of one person."""
    await answers.cited_since(tx, at.now - timedelta(days=28))
    lately = Window(at.now - timedelta(days=30), at.now)
    await cases.discussions(tx, lately, check_marks=CHECK_MARKS, asker=at.person)
    await requests.of_person(tx, at.person, limit=10)


async def _digest(tx: Tx, at: Place) -> None:
    """A week, as kept: also health, and the gauges of the community."""
    week = Window(at.now - WEEK, at.now)
    await decided.in_window(tx, week)
    await cases.asked_before(tx, week)
    await communities.who_wrote(tx, week, [at.channel_id])
    await communities.count_topics(tx, week)
    await peers.told_of_incidents(tx, week)
    await peers.count_struck(tx, week)
    await team.terms(tx)


async def _gauges(tx: Tx, at: Place) -> None:
    await work.backlog(tx, now=at.now)
    await outbox.oldest_unsent(tx)
    await outbox.given_up(tx)
    await channels.count_unread(tx, [at.channel_id])
    await gaps.count_open(tx)
    await follow_ups.unsettled(tx)


async def _forgetting(tx: Tx, at: Place) -> None:
    """One step of what is forgotten with time: here nothing is old enough to go."""
    before = at.now - timedelta(days=30_000)
    await peers.forget_events(tx, before=before, limit=500)
    await work.forget_done(tx, before=before, limit=500)
    await outbox.forget_words(tx, before=before, limit=500)
    await peers.texts_to_forget(tx, before=before, counted=(), limit=1_000)


async def _person(tx: Tx, at: Place) -> None:
    """What is kept of a person, as settings, export and erasing find it; the erasing of rows goes by the same."""
    named = await identities(tx, "U1", StandIns("key"), [at.channel_id])
    await counts(tx, [at.person, *named])
    await peers.channels_of(tx, at.person)
    await peers.stand_in_for(tx, at.person, "C-none", "someone")
    await peers.forget_addressee(tx, "nobody")


HOTTEST: Mapping[str, Query] = {
    "a message comes": _event,
    "work is claimed": _work,
    "what is to be sent is claimed": _outbox,
    "a channel is read back": _reading_back,
    "whether a thread is open": _thread,
    "what became of questions": _deciding,
    "App Home": _home,
    "a week's digest": _digest,
    "how it is doing": _gauges,
    "what is old is forgotten": _forgetting,
}
PERSON: Mapping[str, Query] = {"what is kept of a person": _person}  # rarer, and the longest


def at(place: Place) -> Mapping[str, Callable[[Tx], Awaitable[Any]]]:
    return {name: partial(_run, query, place) for name, query in {**HOTTEST, **PERSON}.items()}


async def _run(query: Query, place: Place, tx: Tx) -> Any:
    return await query(tx, place)
