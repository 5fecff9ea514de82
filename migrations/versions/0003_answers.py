"""Answers people trust: what the handbook lacks, what is proposed to it, and what is remembered of texts and models."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
