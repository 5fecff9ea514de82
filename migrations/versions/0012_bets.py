"""Review dates of bets with what was decided, and which flows the platform team was reminded of."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bet_reviews",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bet", sa.String(length=60), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("news", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choice", sa.String(length=10), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bet_reviews")),
        sa.UniqueConstraint("bet", "review_on", name=op.f("uq_bet_reviews_bet_review_on")),
    )
    op.create_table(
        "flow_reminders",
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("looked_at", sa.Date(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team", "looked_at", name=op.f("pk_flow_reminders")),
    )


def downgrade() -> None:
    op.drop_table("flow_reminders")
    op.drop_table("bet_reviews")
