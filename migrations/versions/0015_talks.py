"""Who was drawn for a talk, what came of it, and notes that the person who was talked to lets stand."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talk_draws",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_draws")),
    )
    op.create_table(
        "talks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("draw_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("interviewer", sa.String(length=40), nullable=True),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["draw_id"], ["talk_draws.id"], name=op.f("fk_talks_draw_id_talk_draws")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
        sa.UniqueConstraint("draw_id", "place", name=op.f("uq_talks_draw_id_place")),
    )
    op.create_index(op.f("ix_talks_person_invited_at"), "talks", ["person", "invited_at"], unique=False)
    op.create_table(
        "talk_notes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("talk_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_notes_talk_id_talks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_notes")),
        sa.UniqueConstraint("talk_id", name=op.f("uq_talk_notes_talk_id")),
    )
    op.create_index(op.f("ix_talk_notes_state_written_at"), "talk_notes", ["state", "written_at"], unique=False)
    op.create_table(
        "talk_wishes",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_talk_wishes")),
    )


def downgrade() -> None:
    for table in ("talk_wishes", "talk_notes", "talks", "talk_draws"):
        op.drop_table(table)
