"""Which projects' Cloud Asset Inventory a sweep has read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Sweeps until now read none."""
    op.add_column("sweeps", sa.Column("inventories_of", sa.Text))
