"""What became of each question, kept beside it, and what changed since: the figures are counted from these.

Triggers note what changed, so that nobody who writes can forget to. Nothing is decided here: the bot does it.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class Watched:
    """A table on which cases rest. `turned` are queries for what a row of it bears on, with the row as `{it}`.

    `columns` are those whose change matters.
    """

    table: str
    turned: tuple[tuple[str, str, str], ...]  # columns, table beside the row, condition
    columns: str


ANSWERED = ("a.channel_id, coalesce(a.thread_ts, a.question_ts)", "answers a")
TS = "coalesce(a.thread_ts, a.question_ts) IS NOT NULL"
WATCHED = (
    Watched(
        "messages",
        (("{it}.channel_id, coalesce({it}.thread_ts, {it}.ts)", "", "1 = 1"),),
        "thread_ts, author, author_kind, gist, addressee, deleted_ts",
    ),
    Watched("questions", (("{it}.channel_id, {it}.ts", "", "1 = 1"),), "asker"),
    Watched(
        "reactions",
        (
            (
                "m.channel_id, coalesce(m.thread_ts, m.ts)",
                "messages m",
                "m.channel_id = {it}.channel_id AND m.ts = {it}.ts",
            ),
        ),
        "person, changed_ts, is_there, seen_ts, was_there",
    ),
    # by the talk all its questions are found; one that stands alone bears on nothing but itself
    Watched(
        "links",
        (
            ("{it}.channel_id, {it}.talk_ts", "", "{it}.talk_ts <> {it}.ts"),
            ("{it}.channel_id, {it}.ts", "", "{it}.talk_ts <> {it}.ts"),  # it may have left that talk
        ),
        "answers_ts, talk_ts",
    ),
    Watched(
        "cross_posts",
        (
            ("{it}.channel_id, {it}.ts", "", "1 = 1"),
            ("{it}.first_channel_id, {it}.first_ts", "", "1 = 1"),
        ),
        "first_channel_id, first_ts",
    ),
    Watched(
        "answers",
        (
            (
                "{it}.channel_id, coalesce({it}.thread_ts, {it}.question_ts)",
                "",
                "coalesce({it}.thread_ts, {it}.question_ts) IS NOT NULL",
            ),
        ),
        "channel_id, question_ts, thread_ts, asker, surface, outcome, stands_in",
    ),
    Watched("verdicts", ((*ANSWERED, f"a.id = {{it}}.answer_id AND {TS}"),), "verdict, by_asker, given_at"),
    Watched(
        "outbox",
        (
            ("{it}.channel_id, {it}.thread_ts", "", "{it}.thread_ts IS NOT NULL AND {it}.slack_ts IS NOT NULL"),
            (*ANSWERED, f"{{it}}.key LIKE 'answer:%' AND a.key = substr({{it}}.key, 8) AND {TS}"),
        ),
        "channel_id, thread_ts, slack_ts, state, edits",
    ),
    Watched("memberships", (("'', {it}.person", "", "1 = 1"),), "person, since, until"),
)


def upgrade() -> None:
    op.add_column("questions", sa.Column("topic", sa.String(length=80), nullable=True))
    op.create_index(
        op.f("ix_questions_asker_asked_at_channel_id"), "questions", ["asker", "asked_at", "channel_id"], unique=False
    )
    op.create_table(
        "cases",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("is_part", sa.Boolean(), nullable=False),
        sa.Column("young_until", sa.BigInteger(), nullable=False),
        sa.Column("responder", sa.String(length=10), nullable=False),
        sa.Column("response_s", sa.Integer(), nullable=True),
        sa.Column("working_s", sa.Integer(), nullable=True),
        sa.Column("is_at_work", sa.Boolean(), nullable=True),
        sa.Column("answerer", sa.String(length=10), nullable=False),
        sa.Column("solver", sa.String(length=10), nullable=True),
        sa.Column("solved_s", sa.Integer(), nullable=True),
        sa.Column("solved_working_s", sa.Integer(), nullable=True),
        sa.Column("untouched", sa.BigInteger(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("was_shown", sa.Boolean(), nullable=False),
        sa.Column("was_hinted", sa.Boolean(), nullable=False),
        sa.Column("is_hint_confirmed", sa.Boolean(), nullable=False),
        sa.Column("said_not_quite", sa.Boolean(), nullable=False),
        sa.Column("is_thanked", sa.Boolean(), nullable=False),
        sa.Column("was_looked_up", sa.Boolean(), nullable=False),
        sa.Column("is_repeat", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id", "ts"],
            ["questions.channel_id", "questions.ts"],
            name=op.f("fk_cases_channel_id_ts_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "ts", name=op.f("pk_cases")),
    )
    op.create_table(
        "case_answers",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("answerer", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id", "ts"],
            ["cases.channel_id", "cases.ts"],
            name=op.f("fk_case_answers_channel_id_ts_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "ts", "person", name=op.f("pk_case_answers")),
    )
    op.create_index(op.f("ix_case_answers_person_ts"), "case_answers", ["person", "ts"], unique=False)
    op.create_table(
        "case_turns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_turns")),
    )
    for each in WATCHED:
        _watch(each)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for each in WATCHED:
        for what in ("insert", "update", "delete"):
            name = f"turn_cases_{each.table}_{what}"
            op.execute(f"DROP TRIGGER {name}" if is_sqlite else f"DROP FUNCTION {name} CASCADE")
    op.drop_table("case_turns")
    op.drop_table("case_answers")
    op.drop_table("cases")
    op.drop_index(op.f("ix_questions_asker_asked_at_channel_id"), table_name="questions")
    op.drop_column("questions", "topic")


def _watch(watched: Watched) -> None:
    make = _watch_on_sqlite if op.get_bind().dialect.name == "sqlite" else _watch_on_postgresql
    for what, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        make(watched, what, rows)


def _watch_on_sqlite(watched: Watched, what: str, rows: tuple[str, ...]) -> None:
    of = f"UPDATE OF {watched.columns}" if what == "update" else what.upper()
    put = _put(watched, rows, source="")
    op.execute(f"CREATE TRIGGER turn_cases_{watched.table}_{what} AFTER {of} ON {watched.table} BEGIN {put}; END")


def _watch_on_postgresql(watched: Watched, what: str, rows: tuple[str, ...]) -> None:
    """By statement, as pages of messages come in one; an update by row, which alone knows what it was.

    No trigger names a column: erasing rewrites tables, which PostgreSQL refuses for columns that one hangs on.
    """
    name = f"turn_cases_{watched.table}_{what}"
    if what == "update":
        old, new = (", ".join(f"{it}.{each.strip()}" for each in watched.columns.split(",")) for it in rows)
        body = f"IF ROW({old}) IS DISTINCT FROM ROW({new}) THEN {_put(watched, rows, source='')}; END IF"
        each = "FOR EACH ROW"
    else:
        body = _put(watched, ("it",), source="it")
        each = f"REFERENCING {rows[0]} TABLE AS it FOR EACH STATEMENT"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} AFTER {what.upper()} ON {watched.table} {each} EXECUTE FUNCTION {name}()")


def _put(watched: Watched, rows: tuple[str, ...], *, source: str) -> str:
    found = []
    for it in rows:
        for columns, beside, condition in watched.turned:
            tables = ", ".join(table for table in (source, beside) if table)
            whence = f" FROM {tables}" if tables else ""
            told = f"SELECT {columns}{whence} WHERE {condition}"
            found.append(told.format(it=it))
    return f"INSERT INTO case_turns (channel_id, ts) {' UNION '.join(found)}"
