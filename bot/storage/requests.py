"""Requests for actions, who decided about them, and proven Git accounts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, nulls_first, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Course
from bot.storage.schema import decisions, git_accounts, people, requests
from bot.storage.statements import insert_into, insert_new

PREPARING, WAITING, VOID, EXPIRED = "preparing", "waiting", "void", "expired"
GOING = "going"  # approved, or no approval was needed
OPEN, RUNNING, MERGED = "open", "running", "merged"  # before reviewers; pushed, not ended; merged, not live yet
LIVE, DONE, UNOBSERVED = "live", "done", "unobserved"  # pulled; pushed; merged, and nothing tells whether it is live
DECLINED, WITHDRAWN, FAILED, CLOSED = "declined", "withdrawn", "failed", "closed"
BEGUN = (OPEN, RUNNING, MERGED)
LAPSING = (VOID, EXPIRED)  # who asked may ask again
ENDED = (LIVE, DONE, UNOBSERVED, DECLINED, WITHDRAWN, FAILED, CLOSED)
APPROVE, DECLINE = "approve", "decline"


@dataclass(frozen=True)
class RequestRow:
    """`values`, `files`, `blobs`, `shown` and `digest` are None until it is prepared, and once they are forgotten."""

    id: str
    key: str
    person: str
    action: str
    mode: str
    backend: str
    channel_id: str
    entry: dict[str, Any]
    inputs: dict[str, str]
    revision: str
    created_at: datetime
    is_urgent: bool = False
    values: dict[str, Any] | None = None
    author: dict[str, str] | None = None
    files: dict[str, str | None] | None = None
    blobs: dict[str, str | None] | None = None
    shown: str | None = None
    digest: str | None = None
    state: str = PREPARING
    problem: str = ""
    url: str = ""
    number: str = ""
    merge_revision: str = ""
    execution: str = ""
    renews: str | None = None
    expires_at: datetime | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    merged_at: datetime | None = None
    ended_at: datetime | None = None
    looked_at: datetime | None = None
    stuck_told_at: datetime | None = None

    @property
    def branch(self) -> str:
        return f"mentor/{self.id}"


@dataclass(frozen=True)
class Look:
    """When something under way was looked at last, and since when it is under way."""

    id: str
    looked_at: datetime | None
    started_at: datetime | None


@dataclass(frozen=True)
class DecisionRow:
    request_id: str
    digest: str
    person: str
    choice: str
    because: str
    at: datetime


@dataclass(frozen=True)
class GitAccountRow:
    person: str
    host: str
    account: str
    name: str
    email: str
    proven_at: datetime


async def add(tx: AsyncConnection, row: RequestRow) -> bool:
    """Whether it is the first under its key."""
    return await insert_new(tx, requests, asdict(row))


async def by_id(tx: AsyncConnection, request_id: str) -> RequestRow | None:
    return await _one(tx, requests.c.id == request_id)


async def by_key(tx: AsyncConnection, key: str) -> RequestRow | None:
    return await _one(tx, requests.c.key == key)


async def renewing(tx: AsyncConnection, request_id: str) -> RequestRow | None:
    """The request that came in its place."""
    return await _one(tx, requests.c.renews == request_id)


async def locked(tx: AsyncConnection, request_id: str) -> RequestRow | None:
    """The row, for this transaction alone until it ends."""
    query = select(requests).where(requests.c.id == request_id).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else RequestRow(**row)


async def begin(tx: AsyncConnection, request_id: str, *, now: datetime) -> None:
    """Written down before a push goes out: from then on it may have begun, whatever is heard of it."""
    here = and_(requests.c.id == request_id, requests.c.state == GOING, requests.c.started_at.is_(None))
    await tx.execute(update(requests).where(here).values(started_at=now))


async def move(tx: AsyncConnection, row: RequestRow, *, among: Collection[str], **values: Any) -> bool:
    """Changes it where it is in one of these states, and nobody changed what is seen of it since it was read."""
    here = and_(
        requests.c.id == row.id,
        requests.c.state.in_(list(among)),
        requests.c.state == row.state,
        requests.c.problem == row.problem,
    )
    moved = await tx.execute(update(requests).where(here).values(**values).returning(requests.c.id))
    return moved.first() is not None


async def of_person(tx: AsyncConnection, person: str, *, limit: int) -> Sequence[RequestRow]:
    """The newest first."""
    query = select(requests).where(requests.c.person == person).order_by(requests.c.created_at.desc(), requests.c.id)
    return await _all(tx, query.limit(limit))


async def in_state(tx: AsyncConnection, *states: str) -> Sequence[RequestRow]:
    """The oldest first."""
    query = select(requests).where(requests.c.state.in_(states)).order_by(requests.c.created_at, requests.c.id)
    return await _all(tx, query)


async def under_way(tx: AsyncConnection) -> Sequence[Look]:
    """Those not looked at for longest first."""
    query = select(requests.c.id, requests.c.looked_at, requests.c.started_at).where(requests.c.state.in_(BEGUN))
    query = query.order_by(nulls_first(requests.c.looked_at), requests.c.created_at, requests.c.id)
    return [Look(*row) for row in await tx.execute(query)]


async def take_look(tx: AsyncConnection, look: Look, *, now: datetime) -> bool:
    """Whether it is ours to look now: not where somebody else looked since."""
    is_unseen = requests.c.looked_at.is_not_distinct_from(look.looked_at)
    here = and_(requests.c.id == look.id, requests.c.state.in_(BEGUN), is_unseen)
    taken = await tx.execute(update(requests).where(here).values(looked_at=now).returning(requests.c.id))
    return taken.first() is not None


async def lapsed(tx: AsyncConnection, *, before: datetime, limit: int) -> Sequence[RequestRow]:
    """Those that nobody asked for again, though they might since then; the oldest first."""
    since = func.coalesce(requests.c.expires_at, requests.c.created_at)
    query = select(requests).where(requests.c.state.in_(LAPSING), since < before)
    return await _all(tx, query.order_by(requests.c.created_at, requests.c.id).limit(limit))


async def count_by_state(tx: AsyncConnection) -> dict[str, int]:
    """Of all that are kept."""
    counted = await tx.execute(select(requests.c.state, func.count()).group_by(requests.c.state))
    return {row.state: row[1] for row in counted}


async def courses(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[Course]:
    """Of requests that were started or ended from `since` on and before `until`."""
    columns = [requests.c[each.name] for each in fields(Course)]
    began, ended = requests.c.started_at, requests.c.ended_at
    within = or_(and_(began >= since, began < until), and_(ended >= since, ended < until))
    return [Course(*row) for row in await tx.execute(select(*columns).where(within).order_by(requests.c.id))]


async def decide(tx: AsyncConnection, row: DecisionRow) -> bool:
    """Whether it is the person's first about the request as it stands."""
    return await insert_new(tx, decisions, asdict(row))


async def decisions_of(tx: AsyncConnection, request_id: str, digest: str) -> Sequence[DecisionRow]:
    query = select(decisions).where(decisions.c.request_id == request_id, decisions.c.digest == digest)
    rows = (await tx.execute(query.order_by(decisions.c.at, decisions.c.person))).mappings()
    return [DecisionRow(**row) for row in rows]


async def approved_by(tx: AsyncConnection, request_id: str, digest: str) -> Sequence[str]:
    """Who agreed to the request as it stands, in order, whatever they may now."""
    return [each.person for each in await decisions_of(tx, request_id, digest) if each.choice == APPROVE]


async def account_of(tx: AsyncConnection, person: str, host: str) -> GitAccountRow | None:
    query = select(git_accounts).where(git_accounts.c.person == person, git_accounts.c.host == host)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else GitAccountRow(**row)


async def accounts_of(tx: AsyncConnection, persons: Collection[str]) -> Sequence[GitAccountRow]:
    rows = (await tx.execute(select(git_accounts).where(git_accounts.c.person.in_(list(persons))))).mappings()
    return [GitAccountRow(**row) for row in rows]


async def accounts_at(tx: AsyncConnection, host: str) -> dict[str, str]:
    """The account that each person proved at that host, by Slack id."""
    query = select(people.c.slack_id, git_accounts.c.account).join(people, people.c.id == git_accounts.c.person)
    return {row.slack_id: row.account for row in await tx.execute(query.where(git_accounts.c.host == host))}


async def accounts_by_slack_id(
    tx: AsyncConnection, slack_ids: Collection[str]
) -> dict[str, frozenset[tuple[str, str]]]:
    """All accounts that these people proved, each with its host, in small letters: hosts tell no others apart."""
    columns = (people.c.slack_id, git_accounts.c.host, git_accounts.c.account)
    query = select(*columns).join(people, people.c.id == git_accounts.c.person)
    found: dict[str, set[tuple[str, str]]] = {}
    for row in await tx.execute(query.where(people.c.slack_id.in_(list(slack_ids)))):
        found.setdefault(row.slack_id, set()).add((row.host, row.account.lower()))
    return {slack_id: frozenset(accounts) for slack_id, accounts in found.items()}


async def who_proved(tx: AsyncConnection, host: str, account: str) -> Sequence[str]:
    """The Slack ids of all who proved that account, however it is written."""
    query = select(people.c.slack_id).join(git_accounts, people.c.id == git_accounts.c.person)
    here = and_(git_accounts.c.host == host, func.lower(git_accounts.c.account) == account.lower())
    return sorted((await tx.scalars(query.where(here))).all())


async def prove(tx: AsyncConnection, row: GitAccountRow) -> None:
    """The newest proof counts."""
    values: Mapping[str, Any] = asdict(row)
    insert = insert_into(tx, git_accounts).values(**values)
    newer = {name: value for name, value in values.items() if name not in ("person", "host")}
    await tx.execute(insert.on_conflict_do_update(index_elements=["person", "host"], set_=newer))


async def forget_account(tx: AsyncConnection, person: str, host: str) -> bool:
    """Whether there was one."""
    here = and_(git_accounts.c.person == person, git_accounts.c.host == host)
    return (await tx.execute(delete(git_accounts).where(here).returning(git_accounts.c.host))).first() is not None


async def _one(tx: AsyncConnection, condition: ColumnElement[bool]) -> RequestRow | None:
    row = (await tx.execute(select(requests).where(condition))).mappings().one_or_none()
    return None if row is None else RequestRow(**row)


async def _all(tx: AsyncConnection, query: Any) -> Sequence[RequestRow]:
    return [RequestRow(**row) for row in (await tx.execute(query)).mappings()]
