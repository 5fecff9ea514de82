"""Answers given (or only thought of, in shadow), and what people said of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Window
from bot.storage.schema import answers, messages, outbox, questions, verdicts
from bot.storage.statements import insert_into, insert_new

SHOWN = ("answered", "suggested")  # `answers.outcome` of those that were shown
KNOWN = "known"  # `answers.outcome` of who was told that an incident is known already
HINT = "hint"  # `answers.surface` of what the asker alone is shown while peers have their chance


@dataclass(frozen=True)
class Answer:
    """What was decided for one asking. `sources` are `writer.Source` as JSON; `channel_id` is "" in private.

    `closest` is the same of a silence, for whoever asks why: nothing of it was said. `pointers` are
    `answers.pointers.Pointer` as JSON.
    `stands_in` is the key of an earlier answer to the same person, in whose message this one is shown; "" for its own.
    `asked_in` and `question` are kept of commands alone, so that the asker can share the answer or ask people there.
    """

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
    writer: str = "quoting"
    stands_in: str = ""
    asked_in: str = ""
    asked: bool = False
    question: str | None = None
    closest: Sequence[dict[str, Any]] = ()
    pointers: Sequence[dict[str, Any]] = ()

    @property
    def message_key(self) -> str:
        """Of the effect whose message shows it."""
        return f"answer:{self.stands_in or self.key}"

    @property
    def article(self) -> str:
        """The id of the article that is quoted; "" where several are offered, or none."""
        return str(self.sources[0]["id"]) if self.outcome == "answered" and self.sources else ""


MESSAGE_KEY = "answer:" + func.coalesce(func.nullif(answers.c.stands_in, ""), answers.c.key)  # `message_key`, in SQL


async def add(tx: AsyncConnection, answer: Answer) -> bool:
    """Whether it is the first to its asking; a second is not kept."""
    lists = {name: list(getattr(answer, name)) for name in ("sources", "closest", "pointers")}
    return await insert_new(tx, answers, {**asdict(answer), **lists})


async def by_key(tx: AsyncConnection, key: str) -> Answer | None:
    return await _one(tx, answers.c.key == key)


async def by_id(tx: AsyncConnection, answer_id: str) -> Answer | None:
    return await _one(tx, answers.c.id == answer_id)


async def _one(tx: AsyncConnection, condition: Any) -> Answer | None:
    row = (await tx.execute(select(answers).where(condition))).mappings().one_or_none()
    return None if row is None else Answer(**row)


async def given_to(
    tx: AsyncConnection, asker: str, channel_id: str, *, thread_ts: str | None, since: datetime | None, but: str
) -> Sequence[Answer]:
    """The person's answers in a thread, or since then in the channel, oldest first; none to the asking `but`."""
    query = select(answers).where(answers.c.asker == asker, answers.c.channel_id == channel_id, answers.c.key != but)
    if thread_ts is not None:
        query = query.where(or_(answers.c.question_ts == thread_ts, answers.c.thread_ts == thread_ts))
    if since is not None:
        query = query.where(answers.c.created_at >= since)
    found = (await tx.execute(query.order_by(answers.c.created_at))).mappings()
    return [Answer(**row) for row in found]


async def newest_in_thread(tx: AsyncConnection, channel_id: str, thread_ts: str) -> Answer | None:
    """What came last of what was asked in the thread, by whom ever."""
    here = or_(answers.c.question_ts == thread_ts, answers.c.thread_ts == thread_ts)
    return await _newest(tx, and_(answers.c.channel_id == channel_id, here))


async def newest_of(tx: AsyncConnection, asker: str, channel_id: str) -> Answer | None:
    """What came last of what the person asked in the channel, or for themselves alone."""
    here = or_(answers.c.channel_id == channel_id, answers.c.surface == "private")
    return await _newest(tx, and_(answers.c.asker == asker, here))


async def _newest(tx: AsyncConnection, condition: ColumnElement[bool]) -> Answer | None:
    query = select(answers).where(condition).order_by(answers.c.created_at.desc(), answers.c.key.desc()).limit(1)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Answer(**row)


async def has_asked_in(tx: AsyncConnection, asker: str, channel_id: str, thread_ts: str) -> bool:
    """Whether something of the person's was looked up in the thread."""
    here = or_(answers.c.question_ts == thread_ts, answers.c.thread_ts == thread_ts)
    query = select(answers.c.id).where(answers.c.asker == asker, answers.c.channel_id == channel_id, here)
    return (await tx.execute(query.limit(1))).first() is not None


async def was_only_overheard(tx: AsyncConnection, key: str) -> bool:
    """Whether the asking was looked at, and nobody in its channel was told what came of it."""
    told = select(outbox.c.key).where(outbox.c.key == f"answer:{key}", outbox.c.channel_id == answers.c.channel_id)
    query = select(answers.c.id).where(answers.c.key == key, ~told.exists())
    return (await tx.execute(query)).first() is not None


async def cited_since(tx: AsyncConnection, since: datetime) -> Sequence[str]:
    """The article of every answer's first source, each as often as it was cited."""
    cited = select(answers.c.sources).where(answers.c.created_at >= since, answers.c.outcome.in_(SHOWN))
    found = (await tx.scalars(cited)).all()
    return [sources[0]["id"] for sources in found if sources]


async def forget_questions_of(tx: AsyncConnection, person: str) -> None:
    await tx.execute(update(answers).where(answers.c.asker == person).values(question=None))


async def forget_question(tx: AsyncConnection, channel_id: str, ts: str) -> None:
    """The message that asked it is gone."""
    here = and_(answers.c.channel_id == channel_id, answers.c.question_ts == ts)
    await tx.execute(update(answers).where(here).values(question=None))


async def forget_questions(tx: AsyncConnection, *, before: datetime) -> None:
    """Those asked before that; who asked, when, and what came of it stay."""
    old = and_(answers.c.created_at < before, answers.c.question.is_not(None))
    await tx.execute(update(answers).where(old).values(question=None))


async def put_verdict(tx: AsyncConnection, answer: Answer, person: str, *, verdict: str, now: datetime) -> None:
    """The person's newest word on the answer; it replaces an earlier one."""
    said = {"verdict": verdict, "by_asker": person == answer.asker, "given_at": now}
    statement = insert_into(tx, verdicts).values(answer_id=answer.id, person=person, **said)
    keys = [verdicts.c.answer_id, verdicts.c.person]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=said))


@dataclass(frozen=True)
class PastQuestion:
    channel_id: str
    ts: str
    text: str


async def past_questions(tx: AsyncConnection, window: Window) -> Sequence[PastQuestion]:
    """Those asked in the window whose words are kept, oldest first."""
    same = (messages.c.channel_id == questions.c.channel_id) & (messages.c.ts == questions.c.ts)
    query = (
        select(messages.c.channel_id, messages.c.ts, messages.c.text)
        .select_from(questions)
        .join(messages, same)
        .where(questions.c.asked_at >= window.since, questions.c.asked_at < window.until)
        .where(messages.c.text.is_not(None), messages.c.deleted_ts.is_(None))
        .order_by(questions.c.asked_at, messages.c.channel_id, messages.c.ts)
    )
    return [PastQuestion(*row) for row in (await tx.execute(query)).all()]


async def shadow_judgements(tx: AsyncConnection) -> Sequence[tuple[float, str]]:
    """Confidence of each shadow answer that was judged, and the newest word on it; oldest first."""
    newest = select(verdicts.c.answer_id, func.max(verdicts.c.given_at).label("given_at")).group_by(
        verdicts.c.answer_id
    )
    last = newest.subquery()
    query = (
        select(answers.c.confidence, verdicts.c.verdict)
        .join(verdicts, verdicts.c.answer_id == answers.c.id)
        .join(last, (last.c.answer_id == verdicts.c.answer_id) & (last.c.given_at == verdicts.c.given_at))
        .where(answers.c.surface == "shadow")
        .order_by(verdicts.c.given_at, answers.c.id)
    )
    return [(float(confidence), str(verdict)) for confidence, verdict in (await tx.execute(query)).all()]


async def verdict_on_hint(tx: AsyncConnection, channel_id: str, question_ts: str) -> str:
    """What the asker said of what they alone were shown of their question: solved | not quite | ""."""
    query = (
        select(verdicts.c.verdict)
        .join(answers, answers.c.id == verdicts.c.answer_id)
        .where(answers.c.surface == HINT, answers.c.channel_id == channel_id, answers.c.question_ts == question_ts)
        .where(verdicts.c.by_asker)
    )
    said = set((await tx.scalars(query)).all())
    return next((each for each in ("solved", "not quite") if each in said), "")


async def put_reason(tx: AsyncConnection, answer_id: str, person: str, *, reason: str) -> bool:
    """Whether the person had called the answer not quite it: only then there is something to give a reason for."""
    theirs = and_(verdicts.c.answer_id == answer_id, verdicts.c.person == person, verdicts.c.verdict == "not quite")
    changed = await tx.execute(update(verdicts).where(theirs).values(reason=reason).returning(verdicts.c.answer_id))
    return changed.first() is not None


async def verdict_of(tx: AsyncConnection, answer_id: str, person: str) -> str:
    """What the person said of the answer last; "" for nothing."""
    query = select(verdicts.c.verdict).where(verdicts.c.answer_id == answer_id, verdicts.c.person == person)
    return await tx.scalar(query) or ""
