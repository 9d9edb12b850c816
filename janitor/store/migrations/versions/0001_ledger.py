"""Sweeps, intents, operations, outcomes and the lock."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From an empty database."""
    _sweeps()
    _intents()
    _operations()
    _outcomes()
    _locks()


def _sweeps() -> None:
    op.create_table(
        "sweeps",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("plan_id", sa.String(80)),
        sa.Column("policy_digest", sa.String(80)),
        sa.Column("exit_code", sa.Integer),
        sa.Column("totals", sa.Text),
    )
    op.create_index("ix_sweeps_started_at", "sweeps", ["started_at"])


def _intents() -> None:
    op.create_table(
        "intents",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("sweep_id", sa.String(64), sa.ForeignKey("sweeps.id"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("uri", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("usd_month", sa.Text),
        sa.Column("upper_bound", sa.Boolean, nullable=False),
        sa.Column("unpriced", sa.Text),
        sa.Column("group_name", sa.Text, nullable=False),
        sa.Column("uid", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intents_sweep_id", "intents", ["sweep_id"])
    op.create_index("ix_intents_at", "intents", ["at"])


def _operations() -> None:
    op.create_table(
        "operations",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("intent_id", _ID, sa.ForeignKey("intents.id"), nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operations_intent_id", "operations", ["intent_id"])


def _outcomes() -> None:
    op.create_table(
        "outcomes",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("intent_id", _ID, sa.ForeignKey("intents.id"), unique=True),
        sa.Column("sweep_id", sa.String(64), sa.ForeignKey("sweeps.id"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("at", _TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outcomes_sweep_id", "outcomes", ["sweep_id"])
    op.create_index("ix_outcomes_outcome_at", "outcomes", ["outcome", "at"])


def _locks() -> None:
    locks = op.create_table(
        "locks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("token", sa.String(64)),
        sa.Column("holder", sa.Text),
        sa.Column("since", _TIME),
        sa.Column("expires_at", _TIME),
    )
    op.bulk_insert(locks, [{"name": "apply"}])
