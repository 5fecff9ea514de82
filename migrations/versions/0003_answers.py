"""Answers people trust: what the handbook lacks, what is proposed to it, and what is remembered of texts and models."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _model_up()
    _streams_up()
    _peers_first_up()


def downgrade() -> None:
    _peers_first_down()
    _streams_down()
    _model_down()


def _model_up() -> None:
    with op.batch_alter_table("answers") as batch_op:
        batch_op.add_column(sa.Column("writer", sa.String(length=10), nullable=False, server_default="quoting"))
    op.create_table(
        "model_use",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "person", name=op.f("pk_model_use")),
    )


def _model_down() -> None:
    op.drop_table("model_use")
    with op.batch_alter_table("answers") as batch_op:
        batch_op.drop_column("writer")


def _streams_up() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("is_streamed", sa.Boolean(), nullable=False, server_default=sa.false()))


def _streams_down() -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("is_streamed")


def _peers_first_up() -> None:
    """Whispers, what is said of an answer, and what its asker wrote."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manner", sa.String(length=10), server_default="post", nullable=False))
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stands_in", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("asked_in", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("question", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("article", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("revision", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reason", sa.String(length=20), nullable=True))


def _peers_first_down() -> None:
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        for name in ("reason", "revision", "article"):
            batch_op.drop_column(name)
    with op.batch_alter_table("answers", schema=None) as batch_op:
        for name in ("question", "asked_in", "stands_in"):
            batch_op.drop_column(name)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("manner")
