"""Answers given (or only thought of, in shadow), and what people said of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import answers, verdicts
from bot.storage.statements import insert_into, insert_new


@dataclass(frozen=True)
class Answer:
    """What was decided for one asking. `sources` are `writer.Source` as JSON; `channel_id` is "" in private."""

    id: str
    key: str
    channel_id: str
    question_ts: str | None
    thread_ts: str | None
    asker: str
    surface: str
    outcome: str
    reason: str
    text: str
    confidence: float
    sources: Sequence[dict[str, Any]]
    handbook_revision: str
    created_at: datetime


async def add(tx: AsyncConnection, answer: Answer) -> bool:
    """Whether it is the first to its asking; a second is not kept."""
    return await insert_new(tx, answers, {**asdict(answer), "sources": list(answer.sources)})


async def by_key(tx: AsyncConnection, key: str) -> Answer | None:
    return await _one(tx, answers.c.key == key)


async def by_id(tx: AsyncConnection, answer_id: str) -> Answer | None:
    return await _one(tx, answers.c.id == answer_id)


async def _one(tx: AsyncConnection, condition: Any) -> Answer | None:
    row = (await tx.execute(select(answers).where(condition))).mappings().one_or_none()
    return None if row is None else Answer(**row)


async def put_verdict(
    tx: AsyncConnection, answer_id: str, person: str, *, verdict: str, by_asker: bool, now: datetime
) -> None:
    """The person's newest word on the answer; it replaces an earlier one."""
    said = {"verdict": verdict, "by_asker": by_asker, "given_at": now}
    statement = insert_into(tx, verdicts).values(answer_id=answer_id, person=person, **said)
    keys = [verdicts.c.answer_id, verdicts.c.person]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=said))
