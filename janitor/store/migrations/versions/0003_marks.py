"""Grace: what was announced, and who opted out of what."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was announced until now."""
    _marks()
    _opt_outs()


def _marks() -> None:
    op.create_table(
        "marks",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("sweep_id", sa.String(64), sa.ForeignKey("sweeps.id"), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("announced_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("ended", sa.String(16)),
        sqlite_autoincrement=True,
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_marks_name", "marks", ["name"], unique=True, sqlite_where=stands, postgresql_where=stands
    )


def _opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("until", _TIME),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("ended_who", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_opt_outs_name", "opt_outs", ["name"])
