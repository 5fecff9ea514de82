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
    _gaps_up()
    _drafts_up()
    _article_health_up()
    _vectors_up()
    _pointers_up()


def downgrade() -> None:
    _pointers_down()
    _vectors_down()
    _drafts_down()
    _gaps_down()
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
    with op.batch_alter_table("answers") as batch:
        batch.add_column(sa.Column("closest", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("ix_answers_asker_channel_id", "answers", ["asker", "channel_id"])


def _streams_down() -> None:
    op.drop_index("ix_answers_asker_channel_id", "answers")
    with op.batch_alter_table("answers") as batch:
        batch.drop_column("closest")


def _peers_first_up() -> None:
    """Whispers, what is said of an answer, what its asker wrote, and who is on duty."""
    op.create_table(
        "on_duty",
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("is_there", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_on_duty")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("manner", sa.String(length=10), server_default="post", nullable=False))
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stands_in", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("asked_in", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("question", sa.Text(), nullable=True))
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=20), nullable=True))


def _peers_first_down() -> None:
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_column("reason")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        for name in ("question", "asked_in", "stands_in"):
            batch_op.drop_column(name)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("manner")
    op.drop_table("on_duty")


def _gaps_up() -> None:
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "kind_corrections",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("old_kind", sa.String(length=20), nullable=False),
        sa.Column("new_kind", sa.String(length=20), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kind_corrections")),
    )
    with op.batch_alter_table("kind_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kind_corrections_channel_id_ts"), ["channel_id", "ts"], unique=False)
    op.create_table(
        "gaps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.String(length=12), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("article", sa.String(length=255), nullable=True),
        sa.Column("follows", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gaps_state"), ["state"], unique=False)
    op.create_table(
        "gap_members",
        sa.Column("key", sa.String(length=90), nullable=False),
        sa.Column("gap_id", sa.String(length=40), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ts", sa.String(length=40), nullable=False),
        sa.Column("answer_id", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name=op.f("fk_gap_members_gap_id_gaps")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gap_members")),
    )
    with op.batch_alter_table("gap_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_members_gap_id"), ["gap_id"], unique=False)


def _gaps_down() -> None:
    with op.batch_alter_table("gap_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gap_members_gap_id"))
    op.drop_table("gap_members")
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gaps_state"))
    op.drop_table("gaps")
    with op.batch_alter_table("kind_corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kind_corrections_channel_id_ts"))
    op.drop_table("kind_corrections")
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.drop_column("asked")


def _drafts_up() -> None:
    """Articles made from threads, and what was proposed to the handbook."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("channel_id", sa.String(40), nullable=False),
        sa.Column("root", sa.String(40), nullable=False),
        sa.Column("reply_ts", sa.String(40), nullable=False),
        sa.Column("saver", sa.String(40), nullable=False),
        sa.Column("asker", sa.String(40)),
        sa.Column("solver", sa.String(40)),
        sa.Column("credit", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("words", sa.JSON),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("file", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("key", name="uq_drafts_key"),
    )
    op.create_index("ix_drafts_channel_id_root", "drafts", ["channel_id", "root"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("branch", sa.String(100), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text),
        sa.Column("files", sa.JSON),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True)),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("subject", name="uq_proposals_subject"),
        sa.UniqueConstraint("branch", name="uq_proposals_branch"),
    )
    op.create_index("ix_proposals_state_looked_at", "proposals", ["state", "looked_at"])


def _article_health_up() -> None:
    """Links that were looked at, and what owners said of their articles."""
    op.create_table(
        "article_links",
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_article_links"),
    )
    op.create_table(
        "article_looks",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("article", sa.String(400), nullable=False),
        sa.Column("slot", sa.String(10), nullable=False),
        sa.Column("recipient", sa.String(40)),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("said", sa.String(20)),
        sa.Column("said_by", sa.String(40)),
        sa.Column("said_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_article_looks"),
    )
    op.create_index("ix_article_looks_slot_recipient", "article_looks", ["slot", "recipient"])
    op.create_index("ix_article_looks_created_at", "article_looks", ["created_at"])


def _drafts_down() -> None:
    for table in ("article_looks", "article_links", "proposals", "drafts"):
        op.drop_table(table)


def _vectors_up() -> None:
    op.create_table(
        "vectors",
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("model", "key", name=op.f("pk_vectors")),
    )
    with op.batch_alter_table("vectors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vectors_used_at"), ["used_at"], unique=False)


def _vectors_down() -> None:
    op.drop_table("vectors")


def _pointers_up() -> None:
    """Which solved threads an answer pointed to."""
    with op.batch_alter_table("answers") as batch:
        batch.add_column(sa.Column("pointers", sa.JSON(), nullable=False, server_default="[]"))


def _pointers_down() -> None:
    with op.batch_alter_table("answers") as batch:
        batch.drop_column("pointers")
