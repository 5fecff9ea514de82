"""Pulse surveys: waves, who is asked, what they say while a wave is open, and what is kept of it after."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "survey_comments",
    "survey_answers",
    "invitations",
    "waves",
    "survey_themes",
    "survey_refusals",
)  # those that lean on others first


def upgrade() -> None:
    op.create_table(
        "survey_refusals",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_survey_refusals")),
    )
    op.create_table(
        "survey_themes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_themes")),
    )
    op.create_index(op.f("ix_survey_themes_survey_state"), "survey_themes", ["survey", "state"], unique=False)
    op.create_table(
        "waves",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("survey", sa.String(length=60), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("revision", sa.String(length=80), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waves")),
        sa.UniqueConstraint("survey", "slot", name=op.f("uq_waves_survey_slot")),
    )
    op.create_index(op.f("ix_waves_state_closes_at"), "waves", ["state", "closes_at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("wave_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("because", sa.String(length=40), nullable=False),
        sa.Column("has_answered", sa.Boolean(), nullable=False),
        sa.Column("strata", sa.JSON(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_invitations_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", "person", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_person"), "invitations", ["person"], unique=False)
    op.create_table(
        "survey_answers",
        sa.Column("wave_id", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_survey_answers_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", "tag", name=op.f("pk_survey_answers")),
    )
    op.create_table(
        "survey_comments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("wave_id", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_survey_comments_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_comments")),
    )
    op.create_index(op.f("ix_survey_comments_wave_id"), "survey_comments", ["wave_id"], unique=False)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
