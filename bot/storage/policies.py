"""Evidence that teams handed in for policies, and which way each chose; and how long either way took."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Evidence, EvidenceState, PolicyChoice
from bot.storage.requests import DONE, LIVE
from bot.storage.schema import choices, evidence, outbox, requests
from bot.storage.statements import insert_new


async def hand_in(tx: AsyncConnection, row: Evidence) -> Sequence[Evidence] | None:
    """What waited until now and is replaced by it; None when this was handed in before, under the same key."""
    if not await insert_new(tx, evidence, asdict(row)):
        return None
    return await _replace_waiting(tx, row)


async def by_id(tx: AsyncConnection, evidence_id: str) -> Evidence | None:
    row = (await tx.execute(select(evidence).where(evidence.c.id == evidence_id))).mappings().one_or_none()
    return None if row is None else Evidence(**row)


async def judge(tx: AsyncConnection, row: Evidence, state: str, *, judge: str, reason: str, now: datetime) -> bool:
    """Whether nobody had judged it, and nothing newer was handed in: only then does it count."""
    newer = evidence.alias("newer")
    is_later = or_(newer.c.created_at > row.created_at, and_(newer.c.created_at == row.created_at, newer.c.id > row.id))
    has_newer = select(newer.c.id).where(newer.c.policy == row.policy, newer.c.team == row.team, is_later).exists()
    here = and_(evidence.c.id == row.id, evidence.c.state == EvidenceState.WAITING, ~has_newer)
    values = {"state": state, "judge": judge, "reason": reason, "judged_at": now}
    return (await tx.execute(update(evidence).where(here).values(values).returning(evidence.c.id))).first() is not None


async def choose(tx: AsyncConnection, choice: PolicyChoice) -> bool:
    """Whether the choice is new. Evidence that was accepted before does not count any more: the newest choice holds."""
    if not await insert_new(tx, choices, asdict(choice)):
        return False
    held = and_(
        evidence.c.policy == choice.policy, evidence.c.team == choice.team, evidence.c.state == EvidenceState.ACCEPTED
    )
    former = update(evidence).where(held, evidence.c.id != choice.subject)
    await tx.execute(former.values(state=EvidenceState.REPLACED))
    return True


async def _replace_waiting(tx: AsyncConnection, row: Evidence) -> Sequence[Evidence]:
    """The others of the same team and policy."""
    same = and_(evidence.c.policy == row.policy, evidence.c.team == row.team)
    replaced = (
        update(evidence)
        .where(same, evidence.c.state == EvidenceState.WAITING, evidence.c.id != row.id)
        .values(state=EvidenceState.REPLACED)
    )
    rows = (await tx.execute(replaced.returning(*evidence.c))).mappings()
    return [Evidence(**each) for each in rows]


@dataclass(frozen=True)
class Kept:
    """All that teams chose and handed in for one policy, by team."""

    choices: Mapping[str, Sequence[PolicyChoice]]
    evidence: Mapping[str, Sequence[Evidence]]


async def kept_for(tx: AsyncConnection, policy: str) -> Kept:
    chosen: defaultdict[str, list[PolicyChoice]] = defaultdict(list)
    handed_in: defaultdict[str, list[Evidence]] = defaultdict(list)
    query = select(choices).where(choices.c.policy == policy).order_by(choices.c.at, choices.c.id)
    for row in (await tx.execute(query)).mappings():
        chosen[row["team"]].append(PolicyChoice(**row))
    for each in await _all(tx, evidence.c.policy == policy):
        handed_in[each.team].append(each)
    return Kept(chosen, handed_in)


async def waiting(tx: AsyncConnection) -> Sequence[Evidence]:
    """The oldest first."""
    return await _all(tx, evidence.c.state == EvidenceState.WAITING)


async def ending(tx: AsyncConnection, *, until: date) -> Sequence[Evidence]:
    """What was accepted and ends on that day or before, and was not said to have expired."""
    return await _all(tx, and_(evidence.c.state == EvidenceState.ACCEPTED, evidence.c.expires_on <= until))


async def remind(tx: AsyncConnection, row: Evidence, *, has_expired: bool, now: datetime) -> bool:
    """Whether it is as it was read, so that its owner is to be told now."""
    here = and_(
        evidence.c.id == row.id,
        evidence.c.state == row.state,
        evidence.c.reminded_at.is_not_distinct_from(row.reminded_at),
    )
    values = {"reminded_at": now} | ({"state": EvidenceState.EXPIRED} if has_expired else {})
    return (await tx.execute(update(evidence).where(here).values(values).returning(evidence.c.id))).first() is not None


@dataclass(frozen=True)
class Card:
    """A message in which evidence is judged: to a person, or in a channel."""

    key: str
    channel_id: str
    recipient: str | None


async def cards_of(tx: AsyncConnection, evidence_id: str) -> Sequence[Card]:
    ours = and_(outbox.c.key.startswith(f"evidence:{evidence_id}:", autoescape=True), outbox.c.edits.is_(None))
    query = select(outbox.c.key, outbox.c.channel_id, outbox.c.recipient).where(ours).order_by(outbox.c.key)
    return [Card(row.key, row.channel_id, row.recipient) for row in await tx.execute(query)]


async def took_live(tx: AsyncConnection, actions: Collection[str], *, since: datetime) -> Mapping[str, list[float]]:
    """Of each action, the seconds from asking to live of what went live since then."""
    ended = and_(requests.c.state.in_((LIVE, DONE)), requests.c.ended_at >= since)
    query = select(requests.c.action, requests.c.created_at, requests.c.ended_at)
    found: defaultdict[str, list[float]] = defaultdict(list)
    for action, began, ended_at in await tx.execute(query.where(ended, requests.c.action.in_(list(actions)))):
        found[action].append((ended_at - began).total_seconds())
    return found


async def took_judging(tx: AsyncConnection, *, since: datetime) -> Mapping[str, list[float]]:
    """Of each policy, the seconds from handing in to the judgement of what was accepted since then."""
    accepted = and_(
        evidence.c.state.in_((EvidenceState.ACCEPTED, EvidenceState.EXPIRED, EvidenceState.REPLACED)),
        evidence.c.judged_at >= since,
    )
    found: defaultdict[str, list[float]] = defaultdict(list)
    query = select(evidence.c.policy, evidence.c.created_at, evidence.c.judged_at).where(accepted)
    for policy, began, judged_at in await tx.execute(query):
        found[policy].append((judged_at - began).total_seconds())
    return found


async def _all(tx: AsyncConnection, condition: ColumnElement[bool]) -> Sequence[Evidence]:
    query = select(evidence).where(condition).order_by(evidence.c.created_at, evidence.c.id)
    return [Evidence(**row) for row in (await tx.execute(query)).mappings()]
