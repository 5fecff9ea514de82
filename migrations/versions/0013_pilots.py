"""Pilots: cards of capabilities with what was decided, and why teams do not use something."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("capability_cards", "why_nots", "why_not_asks")


def upgrade() -> None:
    op.create_table(
        "capability_cards",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("story_team", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("capability", "seen_on", "days", name=op.f("pk_capability_cards")),
    )
    op.create_table(
        "why_nots",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("capability", "team", "said_on", name=op.f("pk_why_nots")),
    )
    op.create_table(
        "why_not_asks",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("capability", "team", "asked_on", name=op.f("pk_why_not_asks")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
