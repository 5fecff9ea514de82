"""Who answered whom where there are no threads, and questions asked in several channels.

What was said before is linked as it is read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cross_posts",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("first_channel_id", sa.String(length=40), nullable=False),
        sa.Column("first_ts", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "ts", name=op.f("pk_cross_posts")),
    )
    op.create_index(
        op.f("ix_cross_posts_first_channel_id_first_ts"), "cross_posts", ["first_channel_id", "first_ts"], unique=False
    )
    op.create_table(
        "links",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("kin", sa.Text(), nullable=True),
        sa.Column("has_thread", sa.Boolean(), nullable=False),
        sa.Column("answers_ts", sa.String(length=40), nullable=True),
        sa.Column("talk_ts", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("linker", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id", "ts"],
            ["messages.channel_id", "messages.ts"],
            name=op.f("fk_links_channel_id_ts_messages"),
        ),
        sa.PrimaryKeyConstraint("channel_id", "ts", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_channel_id_talk_ts"), "links", ["channel_id", "talk_ts"], unique=False)


def downgrade() -> None:
    op.drop_table("links")
    op.drop_table("cross_posts")
