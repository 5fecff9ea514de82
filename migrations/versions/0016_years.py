"""What is read every few seconds, or to forget, reads no whole table after years: by these indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INDEXES = (  # table, columns, of which rows
    ("messages", ("posted_at",), "text IS NOT NULL"),
    ("messages", ("author", "channel_id"), ""),
    ("messages", ("addressee",), "addressee IS NOT NULL"),
    ("reactions", ("person", "channel_id"), ""),
    ("answers", ("question_ts",), ""),
    ("answers", ("thread_ts",), "thread_ts IS NOT NULL"),
    ("answers", ("created_at",), ""),
    ("outbox", ("thread_ts",), "thread_ts IS NOT NULL"),
    ("outbox", ("sent_at",), "text IS NOT NULL"),
)


def upgrade() -> None:
    for table, columns, rows in INDEXES:
        where = sa.text(rows) if rows else None
        name = op.f(f"ix_{table}_{'_'.join(columns)}")
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table, columns, _ in reversed(INDEXES):
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
