"""The platform team's own yes or no about closures, by quarter."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closures",
        sa.Column("quarter", sa.String(length=8), nullable=False),
        sa.Column("is_goal", sa.Boolean(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_closures")),
    )


def downgrade() -> None:
    op.drop_table("closures")
