"""What people found hard, success stories with consent, and thanks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "thanks_wishes",
    "thanks",
    "story_people",
    "stories",
    "friction",
    "friction_themes",
)  # those that lean on others first


def upgrade() -> None:
    op.create_table(
        "friction_themes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("linked_by", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friction_themes")),
    )
    op.create_index(op.f("ix_friction_themes_state"), "friction_themes", ["state"], unique=False)
    op.create_table(
        "friction",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("is_stage_said", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("is_readied", sa.Boolean(), nullable=False),
        sa.Column("theme_id", sa.String(length=40), nullable=True),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["friction_themes.id"], name=op.f("fk_friction_theme_id_friction_themes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_friction")),
        sa.UniqueConstraint("key", name=op.f("uq_friction_key")),
    )
    op.create_index(op.f("ix_friction_logged_at"), "friction", ["logged_at"], unique=False)
    op.create_index(op.f("ix_friction_theme_id"), "friction", ["theme_id"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("teller", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=True),
        sa.Column("names_teller", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("key", name=op.f("uq_stories_key")),
    )
    op.create_index(op.f("ix_stories_state_settled_at"), "stories", ["state", "settled_at"], unique=False)
    op.create_table(
        "story_people",
        sa.Column("story_id", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_people_story_id_stories")),
        sa.PrimaryKeyConstraint("story_id", "person", name=op.f("pk_story_people")),
    )
    op.create_table(
        "thanks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("giver", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("told_in", sa.String(length=255), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
        sa.UniqueConstraint("key", name=op.f("uq_thanks_key")),
    )
    op.create_index(op.f("ix_thanks_giver_given_at"), "thanks", ["giver", "given_at"], unique=False)
    op.create_index(op.f("ix_thanks_receiver_given_at"), "thanks", ["receiver", "given_at"], unique=False)
    op.create_table(
        "thanks_wishes",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("wants_none", sa.Boolean(), nullable=False),
        sa.Column("may_be_public", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_thanks_wishes")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
