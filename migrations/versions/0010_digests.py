"""Digests for two readers: what was pressed under them, who took what on, how often they come; replies to effects."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("digest_rhythm", "digest_takes", "digest_presses")


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("below", sa.String(length=255), nullable=True))
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=64), nullable=True))
    op.create_table(
        "digest_presses",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("reader", sa.String(length=10), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("week", "reader", "tag", name=op.f("pk_digest_presses")),
    )
    op.create_table(
        "digest_takes",
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("week", "place", name=op.f("pk_digest_takes")),
    )
    op.create_table(
        "digest_rhythm",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_rhythm")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.drop_column("key")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("below")
