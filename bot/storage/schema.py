"""Every table. Core tables and not mapped classes: see docs/decisions/0004-core-tables.md.

People appear by pseudonym everywhere but in `people`, so that erasing the mapping erases the person.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps no zone, so it is put on again when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def _person(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[str]:
    # No foreign key: erasing deletes the row in `people`, and the pseudonym stays here.
    return Column(name, String(40), nullable=nullable, primary_key=primary_key)


people = Table(
    "people",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("slack_id", String(40), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("event_id", String(60), primary_key=True),
    Column("received_at", Moment, nullable=False, index=True),
)

messages = Table(
    "messages",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    Column("thread_ts", String(40)),
    _person("author", nullable=True),  # null until the message itself was seen, and for bots
    Column("author_kind", String(10), nullable=False),  # person | bot | unknown
    Column("text", Text),
    Column("posted_at", Moment, nullable=False),
    Column("edited_ts", String(40)),
    Column("deleted_ts", String(40)),
    Index(None, "channel_id", "thread_ts"),
)

questions = Table(
    "questions",
    metadata,
    Column("channel_id", String(40), primary_key=True),
    Column("ts", String(40), primary_key=True),
    _person("asker"),
    Column("kind", String(20), nullable=False),
    Column("classifier", String(20), nullable=False),
    Column("asked_at", Moment, nullable=False),
    ForeignKeyConstraint(["channel_id", "ts"], ["messages.channel_id", "messages.ts"]),
)

answers = Table(
    "answers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(255), nullable=False, unique=True),  # one answer to one asking, whatever brings it
    Column("channel_id", String(40), nullable=False),  # "" in private
    Column("question_ts", String(40)),
    Column("thread_ts", String(40)),
    _person("asker"),
    Column("surface", String(10), nullable=False),  # thread | direct | private | shadow
    Column("outcome", String(10), nullable=False),  # answered | suggested | silent | refused
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("handbook_revision", String(80), nullable=False),
    Column("created_at", Moment, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("answer_id", ForeignKey("answers.id"), primary_key=True),
    _person("person", primary_key=True),
    Column("verdict", String(20), nullable=False),  # solved | not quite; of a shadow: right | wrong | silent
    Column("by_asker", Boolean, nullable=False),
    Column("given_at", Moment, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(60), nullable=False),
    Column("key", String(255), nullable=False),
    Column("payload", JSON),  # null once done: nothing is kept that is not needed
    Column("due_at", Moment, nullable=False),
    Column("state", String(10), nullable=False),  # waiting | done | failed
    Column("attempts", Integer, nullable=False),
    Column("leased_until", Moment),
    Column("lease", String(40)),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    UniqueConstraint("kind", "key"),
    Index(None, "state", "due_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("mark", String(40), nullable=False, unique=True),  # opaque: what Slack's message metadata carries
    Column("kind", String(60), nullable=False),
    Column("purpose", String(10), nullable=False),
    Column("channel_id", String(40), nullable=False),  # "" for a DM
    _person("recipient", nullable=True),
    Column("thread_ts", String(40)),
    Column("edits", String(255)),
    Column("response_url", Text),
    Column("text", Text),
    Column("blocks", JSON),
    Column("version", Integer, nullable=False),  # grows with each newer state of an edit
    Column("state", String(10), nullable=False),  # waiting | sending | unclear | sent | failed | skipped
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("first_tried_at", Moment),
    Column("leased_until", Moment),
    Column("lease", String(40)),
    Column("slack_channel", String(40)),
    Column("slack_ts", String(40)),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index(None, "state", "due_at"),
    Index(None, "recipient", "purpose"),
)
