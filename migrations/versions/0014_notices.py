"""Notices: where they were posted, how far teams are with them; and incidents that the duty group opens."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice_posts",
        sa.Column("notice", sa.String(length=80), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", sa.String(length=20), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("notice", "channel_id", name=op.f("pk_notice_posts")),
    )
    op.create_table(
        "notice_teams",
        sa.Column("notice", sa.String(length=80), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("items", sa.JSON(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("reminder", sa.Integer(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("notice", "team", name=op.f("pk_notice_teams")),
    )
    op.create_table(
        "notice_wishes",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_notice_wishes")),
    )
    _incidents()


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("capability", sa.String(length=80), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("next_word_at", MOMENT, nullable=True),
        sa.Column("opened_by", sa.String(length=40), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("key", name=op.f("uq_incidents_key")),
    )
    op.create_index(op.f("ix_incidents_ended_at"), "incidents", ["ended_at"])
    op.create_table(
        "incident_updates",
        sa.Column("incident_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_incident_updates_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("incident_id", "key", name=op.f("pk_incident_updates")),
    )


def downgrade() -> None:
    for table in ("incident_updates", "incidents", "notice_wishes", "notice_teams", "notice_posts"):
        op.drop_table(table)
