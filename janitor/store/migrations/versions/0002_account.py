"""The ledger as a savings account: who asked for a sweep, what came back, which reports were posted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Rows that are there stay as they are: until now every sweep was begun by hand."""
    _columns()
    _sightings()
    _posts()


def _columns() -> None:
    op.add_column("sweeps", sa.Column("origin", sa.String(16), nullable=False, server_default="hand"))
    op.add_column("sweeps", sa.Column("snapshot", sa.Text))
    op.create_index("ix_sweeps_origin_started_at", "sweeps", ["origin", "started_at"])
    op.add_column("intents", sa.Column("owner", sa.Text, nullable=False, server_default=""))
    op.add_column("intents", sa.Column("tags", sa.Text, nullable=False, server_default="[]"))
    op.add_column("intents", sa.Column("group_bytes", sa.BigInteger))


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("intent_id", _ID, sa.ForeignKey("intents.id"), nullable=False),
        sa.Column("sweep_id", sa.String(64), sa.ForeignKey("sweeps.id"), nullable=False),
        sa.Column("there", sa.Boolean, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.UniqueConstraint("intent_id", "there", name="uq_sightings_intent_id_there"),
        sqlite_autoincrement=True,
    )


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("claimed_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("posted", sa.Boolean),
        sa.UniqueConstraint("due_at", name="uq_posts_due_at"),
        sqlite_autoincrement=True,
    )
