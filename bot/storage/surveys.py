"""Waves of pulse surveys: who is asked, what they say while a wave is open, and what is kept of it after.

Decides nothing. Results and themes are read elsewhere.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.people import StandIns, stand_ins
from bot.storage.requests import DONE, LIVE, UNOBSERVED
from bot.storage.schema import (
    answers,
    choices,
    invitations,
    left_out,
    messages,
    outbox,
    people,
    questions,
    requests,
    survey_answers,
    survey_comments,
    survey_refusals,
    waves,
)
from bot.storage.statements import insert_into, insert_new, insert_rows

OPEN, CLOSING, CLOSED = "open", "closing", "closed"  # `waves.state`
WAITING, ASKED, SKIPPED = "waiting", "asked", "skipped"  # `invitations.state`
AT_ONCE = 500  # people in one query


@dataclass(frozen=True)
class Wave:
    """`key` is None once the answers are nobody's, and `shown` then is all that is kept of them."""

    id: str
    survey: str
    slot: str
    definition: dict[str, Any]
    revision: str
    seed: str
    key: str | None
    frame: int
    state: str
    opened_at: datetime
    closes_at: datetime
    closed_at: datetime | None = None
    shown: dict[str, Any] | None = None

    def is_open(self, *, at: datetime) -> bool:
        return self.state == OPEN and at < self.closes_at


@dataclass(frozen=True)
class Invitation:
    wave_id: str
    person: str
    due_at: datetime
    state: str = WAITING
    because: str = ""
    has_answered: bool = False
    strata: dict[str, Any] = field(default_factory=dict)


# Waves.


async def open_wave(tx: AsyncConnection, wave: Wave) -> bool:
    """Whether it is new: a survey has one wave a slot, whoever opens it and however often."""
    return await insert_new(tx, waves, asdict(wave))


async def wave(tx: AsyncConnection, wave_id: str) -> Wave | None:
    return await _wave(tx, select(waves).where(waves.c.id == wave_id))


async def held_wave(tx: AsyncConnection, wave_id: str) -> Wave | None:
    """As it is, and as it stays until the transaction ends: a wave that closes waits for it."""
    return await _wave(tx, select(waves).where(waves.c.id == wave_id).with_for_update(read=True))


async def wave_in(tx: AsyncConnection, survey: str, slot: str) -> Wave | None:
    return await _wave(tx, select(waves).where(waves.c.survey == survey, waves.c.slot == slot))


async def last_slot(tx: AsyncConnection, survey: str) -> str | None:
    """Of the survey's waves by the week."""
    weekly = and_(waves.c.survey == survey, waves.c.slot.contains("-W"))
    newest: str | None = await tx.scalar(select(func.max(waves.c.slot)).where(weekly))
    return newest


async def overdue(tx: AsyncConnection, *, now: datetime) -> Sequence[str]:
    """Waves whose time is over, and which are not closed."""
    query = select(waves.c.id).where(waves.c.state != CLOSED, waves.c.closes_at <= now).order_by(waves.c.closes_at)
    return (await tx.scalars(query)).all()


async def add_to_frame(tx: AsyncConnection, wave_id: str) -> None:
    """One more person could have been asked."""
    await tx.execute(update(waves).where(waves.c.id == wave_id).values(frame=waves.c.frame + 1))


async def _wave(tx: AsyncConnection, query: Any) -> Wave | None:
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Wave(**row)


# Invitations.


async def invite(tx: AsyncConnection, found: Sequence[Invitation]) -> None:
    await insert_rows(tx, invitations, [asdict(each) for each in found])


async def invite_one(tx: AsyncConnection, found: Invitation) -> bool:
    """Whether the person had none in this wave."""
    return await insert_new(tx, invitations, asdict(found))


async def invitation(tx: AsyncConnection, wave_id: str, person: str) -> Invitation | None:
    here = and_(invitations.c.wave_id == wave_id, invitations.c.person == person)
    row = (await tx.execute(select(invitations).where(here))).mappings().one_or_none()
    return None if row is None else Invitation(**row)


async def held_invitation(tx: AsyncConnection, wave_id: str, person: str) -> Invitation | None:
    """As it is, and as it stays until the transaction ends: two acts of one person follow each other."""
    here = and_(invitations.c.wave_id == wave_id, invitations.c.person == person)
    row = (await tx.execute(select(invitations).where(here).with_for_update())).mappings().one_or_none()
    return None if row is None else Invitation(**row)


async def settle(
    tx: AsyncConnection, wave_id: str, person: str, *, state: str, because: str = "", among: str = WAITING
) -> bool:
    """Whether the invitation was in the state `among`, and no longer is."""
    here = and_(invitations.c.wave_id == wave_id, invitations.c.person == person, invitations.c.state == among)
    changed = update(invitations).where(here).values(state=state, because=because)
    return (await tx.execute(changed.returning(invitations.c.person))).first() is not None


async def postpone(tx: AsyncConnection, wave_id: str, person: str, *, due_at: datetime) -> None:
    here = and_(invitations.c.wave_id == wave_id, invitations.c.person == person)
    await tx.execute(update(invitations).where(here).values(due_at=due_at))


async def draw(tx: AsyncConnection, found: Invitation, *, among: str) -> bool:
    """Whether somebody who was not drawn for that reason is drawn now."""
    here = and_(
        invitations.c.wave_id == found.wave_id,
        invitations.c.person == found.person,
        invitations.c.state == SKIPPED,
        invitations.c.because == among,
    )
    values = {"state": WAITING, "because": "", "due_at": found.due_at, "strata": found.strata}
    return (
        await tx.execute(update(invitations).where(here).values(values).returning(invitations.c.person))
    ).first() is not None


async def put_off(tx: AsyncConnection, person: str, *, because: str) -> None:
    """Nothing that waits for the person is sent any more."""
    theirs = and_(invitations.c.person == person, invitations.c.state == WAITING)
    await tx.execute(update(invitations).where(theirs).values(state=SKIPPED, because=because))


def message_key(wave_id: str, person: str) -> str:
    """Of the one message by which the person is asked."""
    return f"pulse:{wave_id}:{person}"


async def message_of(tx: AsyncConnection, wave_id: str, person: str) -> tuple[str | None, str | None]:
    """Channel and ts of the message by which the person was asked, as far as they are known."""
    query = select(outbox.c.slack_channel, outbox.c.slack_ts).where(outbox.c.key == message_key(wave_id, person))
    row = (await tx.execute(query)).first()
    return (row.slack_channel, row.slack_ts) if row else (None, None)


async def unsent(tx: AsyncConnection, wave_id: str) -> Sequence[tuple[str, str]]:
    """Who was to be asked and whose message the outbox did not send, with what it says of it."""
    own = outbox.c.key == literal(f"pulse:{wave_id}:").concat(invitations.c.person)
    asked = and_(invitations.c.wave_id == wave_id, invitations.c.state == ASKED, ~invitations.c.has_answered)
    query = select(invitations.c.person, outbox.c.problem).join(outbox, own)
    rows = await tx.execute(query.where(asked, outbox.c.state.in_(("skipped", "failed"))))
    return [(row.person, row.problem or "") for row in rows]


@dataclass(frozen=True)
class Progress:
    """Of a wave that is not closed: how many are in each state, and how many were skipped for each reason.

    `unsent` is what the outbox says of each message it did not send to somebody who counts as asked here. `answered` is
    how many answered; whether that may be shown is decided elsewhere. `on_their_way` is to how many of those who
    count as asked the outbox has yet to send it; `last_due_at` is when the last of those who wait is asked.
    """

    wave: Wave
    counts: Mapping[str, int]
    skipped: Mapping[str, int]
    unsent: Sequence[str]
    answered: int
    on_their_way: int = 0
    last_due_at: datetime | None = None


async def progress(tx: AsyncConnection) -> Sequence[Progress]:
    """Of every wave under way, the oldest first."""
    rows = (await tx.execute(select(waves).where(waves.c.state != CLOSED).order_by(waves.c.opened_at))).mappings()
    return [await _progress(tx, Wave(**row)) for row in rows.all()]


async def _progress(tx: AsyncConnection, wave: Wave) -> Progress:
    """By one query, for what is counted apart would not be of one moment."""
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    unsent: list[str] = []
    answered = on_their_way = 0
    last_due_at = None
    for row in await tx.execute(_standing(wave.id)):
        counts[row.state] += row.people
        if row.state == SKIPPED:
            skipped[row.because] += row.people
        elif row.state == WAITING:
            last_due_at = row.last_due_at
        elif row.has_answered:
            answered += row.people
        elif row.message in ("skipped", "failed"):
            unsent += [row.problem or ""] * row.people
        elif row.message != "sent":
            on_their_way += row.people
    return Progress(wave, counts, skipped, unsent, answered, on_their_way, last_due_at)


def _standing(wave_id: str) -> Select[Any]:
    """Those who were drawn, counted by how they and their message stand; who waits is one row."""
    own = outbox.c.key == literal(f"pulse:{wave_id}:").concat(invitations.c.person)
    drawn = (invitations.c.state, invitations.c.because, invitations.c.has_answered)
    apart = (*drawn, outbox.c.state, outbox.c.problem)
    people, last = func.count().label("people"), func.max(invitations.c.due_at).label("last_due_at")
    query = select(*drawn, outbox.c.state.label("message"), outbox.c.problem, people, last)
    return query.outerjoin(outbox, own).where(invitations.c.wave_id == wave_id).group_by(*apart)


# What people say while a wave is open.


@dataclass(frozen=True)
class AnswerRow:
    wave_id: str
    tag: str
    scores: dict[str, Any]
    comment: str
    strata: dict[str, Any]


async def answer(tx: AsyncConnection, wave_id: str, tag: str) -> AnswerRow | None:
    here = and_(survey_answers.c.wave_id == wave_id, survey_answers.c.tag == tag)
    row = (await tx.execute(select(survey_answers).where(here))).mappings().one_or_none()
    return None if row is None else AnswerRow(**row)


async def put_answer(tx: AsyncConnection, row: AnswerRow) -> None:
    """It takes the place of what was answered under the tag before."""
    values = asdict(row)
    statement = insert_into(tx, survey_answers).values(**values)
    newer = {"scores": row.scores, "comment": row.comment}
    await tx.execute(statement.on_conflict_do_update(index_elements=["wave_id", "tag"], set_=newer))


async def mark_answered(tx: AsyncConnection, wave_id: str, person: str) -> bool:
    """Whether it is the first time."""
    here = and_(invitations.c.wave_id == wave_id, invitations.c.person == person, ~invitations.c.has_answered)
    changed = update(invitations).where(here).values(has_answered=True).returning(invitations.c.person)
    return (await tx.execute(changed)).first() is not None


async def open_waves_of(tx: AsyncConnection, person: str) -> Sequence[tuple[str, str]]:
    """Id and key of each wave the person is in and whose answers can still be found."""
    query = select(waves.c.id, waves.c.key).join(invitations, invitations.c.wave_id == waves.c.id)
    rows = await tx.execute(query.where(invitations.c.person == person, waves.c.key.is_not(None)))
    return [(row.id, row.key) for row in rows]


async def forget_person(tx: AsyncConnection, person: str, tags: Mapping[str, str]) -> None:
    """Neither that they were asked, nor what they said: `tags` are theirs, by wave."""
    for wave_id, tag in tags.items():
        await tx.execute(delete(survey_answers).where(survey_answers.c.wave_id == wave_id, survey_answers.c.tag == tag))
    await tx.execute(delete(invitations).where(invitations.c.person == person))


# Closing.


async def begin_closing(tx: AsyncConnection, wave_id: str) -> None:
    """From now on nobody's answer is taken."""
    await tx.execute(update(waves).where(waves.c.id == wave_id, waves.c.state == OPEN).values(state=CLOSING))


async def hold_ended(tx: AsyncConnection, survey: str) -> None:
    """Waves of a survey that close follow each other: each sees what those before it show.

    Both are under way, or over, so each finds the other. Open waves are not held: presses in them go on.
    """
    ended = and_(waves.c.survey == survey, waves.c.state != OPEN)
    await tx.execute(select(waves.c.id).where(ended).order_by(waves.c.id).with_for_update(key_share=True))


async def given_answers(tx: AsyncConnection, wave_id: str) -> Sequence[AnswerRow]:
    query = select(survey_answers).where(survey_answers.c.wave_id == wave_id).order_by(survey_answers.c.tag)
    return [AnswerRow(**row) for row in (await tx.execute(query)).mappings()]


async def shown_before(
    tx: AsyncConnection, survey: str
) -> Sequence[tuple[dict[str, Any], Mapping[str, Mapping[str, Any]]]]:
    """Of each wave of the survey whose answers are gone: what may be shown of it, and the strata of who answered."""
    here = and_(waves.c.survey == survey, waves.c.shown.is_not(None))
    rows = (
        await tx.execute(select(waves.c.id, waves.c.shown).where(here).order_by(waves.c.closes_at, waves.c.id))
    ).all()
    return [(row.shown, await who_answered(tx, row.id)) for row in rows]


async def reached(tx: AsyncConnection, wave_id: str, *, undelivered: str) -> tuple[int, int]:
    """How many were sent the question, and how many got it. Who was skipped before that was not invited."""
    got_it = and_(invitations.c.wave_id == wave_id, or_(invitations.c.state == ASKED, invitations.c.has_answered))
    missed = and_(
        invitations.c.wave_id == wave_id, invitations.c.state == SKIPPED, invitations.c.because == undelivered
    )
    delivered = await tx.scalar(select(func.count()).where(got_it)) or 0
    return delivered + (await tx.scalar(select(func.count()).where(missed, ~got_it)) or 0), delivered


async def take_key(tx: AsyncConnection, wave_id: str) -> bool:
    """Whether the wave still had its key: whoever takes it releases the answers, and nobody after."""
    here = and_(waves.c.id == wave_id, waves.c.key.is_not(None))
    return (await tx.execute(update(waves).where(here).values(key=None).returning(waves.c.id))).first() is not None


async def who_answered(tx: AsyncConnection, wave_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Each person who did, with their strata."""
    here = and_(invitations.c.wave_id == wave_id, invitations.c.has_answered)
    return {row.person: row.strata for row in await tx.execute(select(invitations).where(here))}


async def release(
    tx: AsyncConnection,
    wave_id: str,
    shown: Mapping[str, Any],
    comments: Sequence[Mapping[str, Any]],
    shared: Sequence[tuple[dict[str, Any], Sequence[str]]],
) -> None:
    """What may be shown stays of the answers; they themselves go, and what tells by whom or when they were given.

    `shared` are strata with the people who keep them; nobody else keeps any.
    """
    await tx.execute(update(waves).where(waves.c.id == wave_id).values(shown=shown))
    await insert_rows(tx, survey_comments, [{**each, "wave_id": wave_id} for each in comments])
    await tx.execute(delete(survey_answers).where(survey_answers.c.wave_id == wave_id))
    here = invitations.c.wave_id == wave_id
    await tx.execute(update(invitations).where(here).values(strata={}))
    for strata, theirs in shared:
        for start in range(0, len(theirs), AT_ONCE):
            some = invitations.c.person.in_(theirs[start : start + AT_ONCE])
            await tx.execute(update(invitations).where(here, some).values(strata=strata))
    said = or_(
        and_(outbox.c.key.startswith(f"pulse:{wave_id}:", autoescape=True), outbox.c.edits.is_not(None)),
        outbox.c.key.startswith(f"pulse-said:{wave_id}:", autoescape=True),
    )
    await tx.execute(delete(outbox).where(said))  # when each was put in tells when somebody answered


async def skip_waiting(tx: AsyncConnection, wave_id: str, *, because: str) -> None:
    here = and_(invitations.c.wave_id == wave_id, invitations.c.state == WAITING)
    await tx.execute(update(invitations).where(here).values(state=SKIPPED, because=because))


async def end_closing(tx: AsyncConnection, wave_id: str, *, now: datetime) -> None:
    here = and_(waves.c.id == wave_id, waves.c.key.is_(None), waves.c.state != CLOSED)
    await tx.execute(update(waves).where(here).values(state=CLOSED, closed_at=now))


# Who wants none.


@dataclass(frozen=True)
class Refusal:
    """`until` is the end of a pause; None: for ever."""

    since: datetime
    until: datetime | None


async def refusal(tx: AsyncConnection, user_id: str, names: StandIns, *, now: datetime) -> Refusal | None:
    """What the person said, as far as it holds."""
    query = select(survey_refusals.c.since, survey_refusals.c.until)
    row = (await tx.execute(query.where(survey_refusals.c.fingerprint == names.fingerprint(user_id)))).first()
    if row is None or (row.until is not None and row.until <= now):
        return None
    return Refusal(row.since, row.until)


async def refuse(tx: AsyncConnection, user_id: str, names: StandIns, *, now: datetime, until: datetime | None) -> None:
    """The newest word holds."""
    values = {"fingerprint": names.fingerprint(user_id), "since": now, "until": until}
    statement = insert_into(tx, survey_refusals).values(**values)
    newest = {"since": now, "until": until}
    await tx.execute(statement.on_conflict_do_update(index_elements=["fingerprint"], set_=newest))


async def ask_again(tx: AsyncConnection, user_id: str, names: StandIns) -> None:
    fingerprint = names.fingerprint(user_id)
    await tx.execute(delete(survey_refusals).where(survey_refusals.c.fingerprint == fingerprint))


async def who_refused(tx: AsyncConnection, user_ids: Collection[str], *, now: datetime) -> frozenset[str]:
    """Those of the people who want no surveys now; by one query, as they may be a whole workspace."""
    holds = or_(survey_refusals.c.until.is_(None), survey_refusals.c.until > now)
    prints = set((await tx.scalars(select(survey_refusals.c.fingerprint).where(holds))).all())
    return await _those(tx, user_ids, prints)


async def who_is_left_out(tx: AsyncConnection, user_ids: Collection[str]) -> frozenset[str]:
    """Those of the people who asked to be left out, likewise."""
    return await _those(tx, user_ids, set((await tx.scalars(select(left_out.c.fingerprint))).all()))


async def _those(tx: AsyncConnection, user_ids: Collection[str], prints: Collection[str]) -> frozenset[str]:
    if not prints:
        return frozenset()
    names = await stand_ins(tx)
    return frozenset(each for each in user_ids if names.fingerprint(each) in prints)


# Who did what: what an audience is made of. All by pseudonym.


async def askers(tx: AsyncConnection, *, since: datetime | None) -> frozenset[str]:
    """Who asked a question since then, or ever."""
    in_channel, of_us = select(questions.c.asker), select(answers.c.asker)
    if since is not None:
        in_channel = in_channel.where(questions.c.asked_at >= since)
        of_us = of_us.where(answers.c.created_at >= since)
    return frozenset(each for each in await tx.scalars(in_channel.union(of_us)) if each)


async def who_ran(tx: AsyncConnection, actions: Collection[str], *, since: datetime) -> frozenset[str]:
    """Who asked for one of these actions since then."""
    asked = and_(requests.c.action.in_(list(actions)), requests.c.created_at >= since)
    return frozenset(await tx.scalars(select(requests.c.person).where(asked)))


async def who_got(tx: AsyncConnection, actions: Collection[str]) -> frozenset[str]:
    """Whose request for one of these actions ever came true."""
    held = and_(requests.c.action.in_(list(actions)), requests.c.state.in_((LIVE, DONE, UNOBSERVED)))
    return frozenset(await tx.scalars(select(requests.c.person).where(held)))


async def teams_that_chose(tx: AsyncConnection, policies: Collection[str], *, way: str) -> frozenset[str]:
    """Teams whose newest choice for one of these policies is that way."""
    query = select(choices.c.policy, choices.c.team, choices.c.way).where(choices.c.policy.in_(list(policies)))
    newest = {(row.policy, row.team): row.way for row in await tx.execute(query.order_by(choices.c.at, choices.c.id))}
    return frozenset(team for (_, team), chosen in newest.items() if chosen == way)


async def first_seen(tx: AsyncConnection, among: Collection[str] | None = None) -> Mapping[str, datetime]:
    """When each of these people, or everybody, came into our records: by an act, or by a message that was read back."""
    known, wrote = select(people.c.id, people.c.created_at), select(messages.c.author, func.min(messages.c.posted_at))
    if among is not None:
        known, wrote = known.where(people.c.id.in_(list(among))), wrote.where(messages.c.author.in_(list(among)))
    seen = {row.id: row.created_at for row in await tx.execute(known)}
    for person, posted_at in await tx.execute(wrote.group_by(messages.c.author)):
        if person in seen:
            seen[person] = min(seen[person], posted_at)
    return seen
