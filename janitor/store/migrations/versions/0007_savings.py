"""Savings and their sums, so that a report reads thousands of rows instead of every deletion; and open intents."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_RANK = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBERS = (
    "count", "size_bytes", "unpriced", "upper", "paid", "paid_upper", "back", "back_paid", "back_paid_upper",
    "first_at", "last_at", "last_gone_at", "last_back_at",
)  # fmt: skip
_DOLLARS = ("usd", "usd_at", "back_usd", "back_usd_at", "back_usd_for", "gone_usd")


def upgrade() -> None:
    """What is open is found once; every sweep that wrote an outcome or a sighting is due, and is summed up by
    store/savings.py, which sums up all later ones."""
    op.create_index("ix_sightings_sweep_id", "sightings", ["sweep_id"])
    op.create_index("ix_intents_policy_at", "intents", ["policy", "at"])
    _open_intents()
    _savings()
    _sums()
    op.create_table(
        "savings_due",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("sweep_id", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO savings_due (sweep_id) SELECT sweep_id FROM outcomes UNION SELECT sweep_id FROM sightings"
    )


def _open_intents() -> None:
    op.create_table(
        "open_intents",
        sa.Column(
            "intent_id",
            _ID,
            sa.ForeignKey("intents.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
    )
    op.execute(
        "INSERT INTO open_intents (intent_id) SELECT intents.id FROM intents"
        " WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.intent_id = intents.id)"
    )


def _savings() -> None:
    op.create_table(
        "savings",
        sa.Column(
            "intent_id",
            _ID,
            sa.ForeignKey("intents.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("part_sums", _ID, nullable=False),
        sa.Column("name_key", sa.LargeBinary(16), nullable=False),
        sa.Column("deleted_at", sa.BigInteger, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Text),
        sa.Column("usd_rank", _RANK),
        sa.Column("upper_bound", sa.Boolean, nullable=False),
        sa.Column("gone_at", sa.BigInteger),
        sa.Column("back_at", sa.BigInteger),
        sa.Column("lasted", sa.BigInteger),
    )
    op.create_index("ix_savings_name_key", "savings", ["name_key", "back_at", "deleted_at"])
    for name, columns, where in (
        ("ix_savings_usd_rank", ["usd_rank", "deleted_at"], "back_at IS NULL"),
        ("ix_savings_unseen", ["deleted_at"], "back_at IS NULL AND gone_at IS NULL"),
        ("ix_savings_back_at", ["back_at"], "back_at IS NOT NULL"),
        ("ix_savings_lasted", ["lasted"], "lasted IS NOT NULL"),
    ):
        op.create_index(
            name, "savings", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def _sums() -> None:
    op.create_table(
        "savings_by_sweep",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("sweep_id", sa.String(64), nullable=False),
        *_columns(),
        sa.UniqueConstraint("project", "sweep_id", name="uq_savings_by_sweep"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_savings_by_sweep_sweep_id", "savings_by_sweep", ["sweep_id"])
    op.create_table(
        "savings_by_part",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        *_columns(),
        sa.UniqueConstraint("block", "project", "kind", "policy", "owner", name="uq_savings_by_part"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "savings_ended",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("back_at", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("paid", sa.BigInteger, nullable=False),
        sa.Column("paid_upper", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Text, nullable=False),
    )


def _columns() -> list[sa.Column]:  # type: ignore[type-arg]
    numbers = [sa.Column(name, sa.BigInteger, nullable=False) for name in _NUMBERS]
    return numbers + [sa.Column(name, sa.Text, nullable=False) for name in _DOLLARS]
