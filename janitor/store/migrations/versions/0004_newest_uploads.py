"""The newest uploads of packages and repositories, remembered when a sweep deletes them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing is known of earlier sweeps: the ledger does not say when what they deleted was uploaded."""
    op.create_table(
        "newest_uploads",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("uploaded_at", _TIME, nullable=False),
        sa.Column("noted_at", _TIME, nullable=False),
    )
    op.create_index("ix_newest_uploads_uploaded_at", "newest_uploads", ["uploaded_at"])
