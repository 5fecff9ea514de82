"""Adoption: uses of capabilities, their history, who told whom, and what others gave back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("capability_uses", "capability_people", "capability_marks", "peer_pulls", "contributions")


def upgrade() -> None:
    op.create_table(
        "capability_uses",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("capability", "team", "day", "what", "source", name=op.f("pk_capability_uses")),
    )
    op.create_table(
        "capability_people",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("capability", "week", "person", name=op.f("pk_capability_people")),
    )
    op.create_table(
        "capability_marks",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("capability", "seen_on", name=op.f("pk_capability_marks")),
    )
    op.create_table(
        "peer_pulls",
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=True),
        sa.PrimaryKeyConstraint("capability", "team", name=op.f("pk_peer_pulls")),
    )
    op.create_table(
        "contributions",
        sa.Column("repository", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.String(length=64), nullable=False),
        sa.Column("whole_since", sa.Date(), nullable=True),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("repository", name=op.f("pk_contributions")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
