"""What is kept about one person: every column that names people, shown for the export, and what erasing does to it.

A test holds `PARTS` to the schema: a new column for a person must say here what becomes of it.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    delete,
    false,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.people import StandIns, known_pseudonyms
from bot.storage.schema import (
    answers,
    article_looks,
    audit,
    bet_reviews,
    capability_cards,
    capability_people,
    case_answers,
    case_turns,
    channels,
    choices,
    controller_reports,
    decisions,
    digest_takes,
    drafts,
    evidence,
    follow_ups,
    friction,
    friction_themes,
    gaps,
    git_accounts,
    incident_updates,
    incidents,
    invitations,
    kind_corrections,
    left_out,
    memberships,
    messages,
    model_use,
    notice_wishes,
    on_duty,
    outbox,
    people,
    proposals,
    questions,
    reactions,
    requests,
    stories,
    story_people,
    survey_answers,
    survey_comments,
    survey_refusals,
    survey_themes,
    talk_notes,
    talk_wishes,
    talks,
    thanks,
    thanks_wishes,
    threads,
    verdicts,
    work,
)

JsonValue = Any  # what `json` gives and takes
Columns = Sequence[Column[Any]]


class Fate(StrEnum):
    """What becomes of a column that names a person, once they are erased."""

    GONE = "gone"  # the row is deleted
    SOMEONE = "someone"  # the channel's stand-in takes the person's place
    NOBODY = "nobody"  # emptied
    PSEUDONYM = "pseudonym"  # stays, and leads to nobody


@dataclass(frozen=True)
class Part:
    """One column that names people. `shows` are the columns the person is shown; () is all of them."""

    name: str
    column: Column[Any]
    fate: Fate
    shows: tuple[str, ...] = ()

    @property
    def table(self) -> Table:
        return self.column.table


PARTS = (
    Part("people", people.c.id, Fate.GONE),
    Part("memberships", memberships.c.person, Fate.SOMEONE),
    Part("on_duty", on_duty.c.person, Fate.PSEUDONYM),
    Part("messages", messages.c.author, Fate.SOMEONE),
    # somebody else's words are not the person's to take along
    Part("mentions", messages.c.addressee, Fate.NOBODY, shows=("channel_id", "ts", "posted_at", "addressee")),
    Part("questions", questions.c.asker, Fate.SOMEONE),
    # decided anew from messages, which are someone's by then
    Part("questions_you_answered", case_answers.c.person, Fate.GONE, shows=("channel_id", "ts", "person")),
    Part("corrections", kind_corrections.c.person, Fate.PSEUDONYM),
    Part("reactions", reactions.c.person, Fate.SOMEONE),
    Part("answers", answers.c.asker, Fate.PSEUDONYM),
    Part("verdicts", verdicts.c.person, Fate.PSEUDONYM),
    Part("gaps", gaps.c.owner, Fate.PSEUDONYM),
    Part("gaps_closed", gaps.c.closed_by, Fate.PSEUDONYM),
    Part("drafts", drafts.c.saver, Fate.PSEUDONYM),
    # the article is of somebody else's making
    Part("drafts_of_your_questions", drafts.c.asker, Fate.NOBODY, shows=("id", "channel_id", "root", "asker")),
    Part("drafts_of_your_replies", drafts.c.solver, Fate.NOBODY),
    Part("proposals", proposals.c.person, Fate.PSEUDONYM),
    Part("articles_to_look_at", article_looks.c.recipient, Fate.PSEUDONYM),
    Part("articles_looked_at", article_looks.c.said_by, Fate.PSEUDONYM),
    Part("requests", requests.c.person, Fate.PSEUDONYM),
    Part("decisions", decisions.c.person, Fate.PSEUDONYM),
    Part("git_accounts", git_accounts.c.person, Fate.GONE),
    Part("follow_ups_settled", follow_ups.c.settled_by, Fate.PSEUDONYM),
    Part("evidence", evidence.c.person, Fate.PSEUDONYM),
    # somebody else's words again, in these two
    Part("evidence_owned", evidence.c.owner, Fate.PSEUDONYM, shows=("id", "policy", "team", "state", "expires_on")),
    Part("evidence_judged", evidence.c.judge, Fate.PSEUDONYM, shows=("id", "policy", "team", "state", "judged_at")),
    Part("policy_choices", choices.c.person, Fate.PSEUDONYM),
    Part("capabilities_used", capability_people.c.person, Fate.GONE),
    Part("cards_decided", capability_cards.c.decided_by, Fate.PSEUDONYM),
    Part("audit", audit.c.person, Fate.PSEUDONYM),
    Part("survey_invitations", invitations.c.person, Fate.GONE),
    Part("survey_themes_linked", survey_themes.c.linked_by, Fate.PSEUDONYM),
    Part("friction", friction.c.person, Fate.PSEUDONYM),
    Part("friction_themes_linked", friction_themes.c.linked_by, Fate.PSEUDONYM),
    Part("stories", stories.c.teller, Fate.PSEUDONYM),
    Part("stories_that_name_you", story_people.c.person, Fate.GONE),
    Part("thanks_you_gave", thanks.c.giver, Fate.PSEUDONYM),
    # somebody else's words once more
    Part("thanks_you_got", thanks.c.receiver, Fate.PSEUDONYM, shows=("id", "given_at", "receiver")),
    Part("wishes_about_thanks", thanks_wishes.c.person, Fate.GONE),
    Part(
        "bets_decided",
        bet_reviews.c.decided_by,
        Fate.PSEUDONYM,
        shows=("id", "bet", "review_on", "choice", "decided_at"),
    ),
    Part("incidents_opened", incidents.c.opened_by, Fate.PSEUDONYM),
    Part("incidents_ended", incidents.c.ended_by, Fate.PSEUDONYM),
    Part("wishes_about_notices", notice_wishes.c.person, Fate.GONE),
    Part("talks_with_you", talks.c.person, Fate.PSEUDONYM),
    # somebody else's team and answer
    Part("talks_you_invited_to", talks.c.interviewer, Fate.PSEUDONYM, shows=("id", "invited_at", "interviewer")),
    Part("notes_of_talks_with_you", talk_notes.c.person, Fate.GONE),
    Part("wishes_about_talks", talk_wishes.c.person, Fate.GONE),
    Part("digest_tasks_taken", digest_takes.c.person, Fate.GONE),
    Part("messages_to_you", outbox.c.recipient, Fate.PSEUDONYM),
    Part("model_use", model_use.c.person, Fate.GONE),
)
EXPORT = "export"  # the kind of message that carries one: what was sent by it is not sent again inside the next

# Free text: words of people may be in it. The tables of ids and names are emptied by row instead.
WORDS = tuple(
    column
    for table in (
        *(messages, answers, drafts, proposals, article_looks),
        *(requests, follow_ups, controller_reports, evidence, survey_answers, survey_comments, outbox, work),
        *(friction, friction_themes, stories, thanks, capability_cards, incidents, incident_updates, talk_notes),
    )
    for column in table.columns
    if isinstance(column.type, Text | JSON)
)
# Where the id of a direct message may stand.
PLACES = (
    answers.c.key,
    answers.c.channel_id,
    requests.c.key,
    requests.c.channel_id,
    evidence.c.key,
    friction.c.key,
    friction.c.channel_id,
    stories.c.key,
    thanks.c.key,
    outbox.c.key,
    outbox.c.channel_id,
    outbox.c.edits,
    outbox.c.slack_channel,
    work.c.key,
    case_turns.c.channel_id,
)


async def identities(tx: AsyncConnection, slack_id: str, names: StandIns, channel_ids: Collection[str]) -> list[str]:
    """All by which rows may name the person: the pseudonym, and the stand-in of each channel."""
    there = [(await tx.scalars(_channels_in(each))).all() for each in (messages, questions, reactions)]
    known = set(channel_ids).union(*there)
    stand_ins = [names.stand_in(slack_id, each) for each in sorted(known)]
    return [*(await known_pseudonyms(tx, [slack_id])).values(), *stand_ins]


def _channels_in(table: Table) -> Select[Any]:
    """The channels of the table's rows, from one to the next by its key: DISTINCT would read every row."""
    found = select(func.min(table.c.channel_id).label("id")).cte("found", recursive=True)
    following = select(func.min(table.c.channel_id)).where(table.c.channel_id > found.c.id).scalar_subquery()
    found = found.union_all(select(following).where(found.c.id.is_not(None)))
    return select(found.c.id).where(found.c.id.is_not(None))


async def counts(tx: AsyncConnection, named: Sequence[str]) -> dict[str, int]:
    """How many rows of each part name the person; those with words of theirs as `words`."""
    found = {}
    for part in PARTS:
        query = select(func.count()).where(part.column.in_(named))
        found[part.name] = await tx.scalar(query) or 0
    has_words = select(func.count()).where(messages.c.author.in_(named), messages.c.text.is_not(None))
    return found | {"words": await tx.scalar(has_words) or 0}


async def export(tx: AsyncConnection, slack_id: str, named: Sequence[str], names: StandIns) -> dict[str, JsonValue]:
    """Every row that names the person, by part, as JSON takes it."""
    tables = {part.name: await _rows(tx, _shown(part).where(part.column.in_(named))) for part in PARTS}
    own = await known_pseudonyms(tx, [slack_id])
    direct = await direct_channels(tx, own[slack_id]) if own else frozenset()
    tables["work"] = await _rows(
        tx, select(work).where(or_(false(), *(_stands_in_work(each) for each in own.values())))
    )
    tables["direct_messages"] = await _rows(tx, select(channels).where(channels.c.channel_id.in_(direct)))
    tables["direct_threads"] = await _rows(tx, select(threads).where(threads.c.channel_id.in_(direct)))
    fingerprint = left_out.c.fingerprint == names.fingerprint(slack_id)
    tables["left_out"] = await _rows(tx, select(left_out).where(fingerprint))
    refused = survey_refusals.c.fingerprint == names.fingerprint(slack_id)
    tables["survey_refusals"] = await _rows(tx, select(survey_refusals).where(refused))
    for row in tables["messages_to_you"]:
        if row["kind"] == EXPORT:
            row |= {"text": None, "blocks": None}
    return tables


def _shown(part: Part) -> Select[Any]:
    columns = [part.table.c[name] for name in part.shows] or list(part.table.columns)
    return select(*columns).order_by(*part.table.primary_key.columns)


async def _rows(tx: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in (await tx.execute(query)).mappings()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _stands_in_work(person: str) -> ColumnElement[bool]:
    in_payload = cast(work.c.payload, Text).contains(f'"{person}"', autoescape=True)
    return or_(in_payload, work.c.key.startswith(f"{person}:", autoescape=True))


async def direct_channels(tx: AsyncConnection, person: str) -> frozenset[str]:
    """The person's direct messages with the bot, as far as rows tell."""
    to = select(outbox.c.channel_id.label("id")).where(outbox.c.recipient == person)
    sent = select(outbox.c.slack_channel).where(outbox.c.recipient == person, outbox.c.slack_channel.is_not(None))
    asked = select(answers.c.channel_id).where(answers.c.asker == person)
    wanted = select(work.c.payload["channel_id"].as_string()).where(
        _stands_in_work(person), work.c.payload.is_not(None)
    )
    found = (await tx.scalars(to.union(sent, asked, wanted))).all()
    return frozenset(each for each in found if each and each.startswith("D"))


async def forget_direct(tx: AsyncConnection, channel_ids: Collection[str]) -> None:
    """Nothing is known any more of these direct messages; keys that hold their ids are `replace_found`'s."""
    for table in (threads, channels):
        await tx.execute(delete(table).where(table.c.channel_id.in_(list(channel_ids))))


@dataclass(frozen=True)
class Found:
    """A value that holds something of the person's: where it stands."""

    column: Column[Any]
    row: tuple[Any, ...]  # of the primary key


async def find(
    tx: AsyncConnection, needles: Collection[str], columns: Columns, change: Callable[[str], str]
) -> list[Found]:
    """Every value of these columns that holds one of the needles, whatever the case of its letters, and would change.

    The database tells roughly, `change` exactly: a short name stands inside many words, and of one without any ASCII
    the database can tell nothing.
    """
    found = []
    for column in columns:
        keys, value = column.table.primary_key.columns, _as_text(column)
        query = select(*keys, column).where(column.is_not(None), or_(false(), *(_holds(value, n) for n in needles)))
        async for *key, words in await tx.stream(query):
            if in_depth(words, change) != words:
                found.append(Found(column, tuple(key)))
    return found


def _as_text(column: Column[Any]) -> ColumnElement[str]:
    """JSON as it is stored."""
    return cast(type_coerce(column, Text), Text) if not isinstance(column.type, JSON) else cast(column, Text)


def _holds(value: ColumnElement[str], needle: str) -> ColumnElement[bool]:
    """Looks for the longest run of ASCII: databases fold and JSON escapes other letters each in their own way."""
    run = max(re.findall(r"[\x20\x21\x23-\x5b\x5d-\x7e]+", needle), key=len, default="")
    return func.lower(value).contains(run.lower(), autoescape=True)


async def replace_found(
    tx: AsyncConnection, found: Sequence[Found], change: Callable[[str], str], *, otherwise: Callable[[str], str]
) -> int:
    """How many values were changed. Where a key is taken already, it is changed as `otherwise` says."""
    by_column: dict[Column[Any], list[tuple[Any, ...]]] = {}
    for each in found:
        by_column.setdefault(each.column, []).append(each.row)
    return sum([await _replace(tx, column, rows, change, otherwise) for column, rows in by_column.items()])


async def _replace(
    tx: AsyncConnection,
    column: Column[Any],
    rows: Sequence[tuple[Any, ...]],
    change: Callable[[str], str],
    otherwise: Callable[[str], str],
) -> int:
    keys = list(column.table.primary_key.columns)
    here = [key == bindparam(f"key{number}", type_=key.type) for number, key in enumerate(keys)]
    changed = 0
    for row in rows:
        where = {f"key{number}": value for number, value in enumerate(row)}
        value = await tx.scalar(select(column).where(*here), where)
        new = in_depth(value, change)
        if new != value:
            if column.name == "key" and (await tx.execute(select(column).where(column == new))).first():
                new = in_depth(value, otherwise)  # what had this key came once more meanwhile
            await tx.execute(update(column.table).where(*here).values({column: new}), where)
            changed += 1
    return changed


def in_depth(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    """The value with every string in it changed."""
    match value:
        case str():
            return change(value)
        case list():
            return [in_depth(each, change) for each in value]
        case Mapping():
            return {name: in_depth(each, change) for name, each in value.items()}
        case _:
            return value


def as_json(exported: Mapping[str, JsonValue]) -> str:
    return json.dumps(exported, ensure_ascii=False, indent=2)
