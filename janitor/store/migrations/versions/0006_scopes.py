"""Which policy file and projects a sweep was about, and what a scheduled deletion saves."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Of the sweeps until now neither file nor projects are known, of the marks no price."""
    for name in ("policies", "projects", "only_policies"):
        op.add_column("sweeps", sa.Column(name, sa.Text))
    op.add_column("marks", sa.Column("size_bytes", sa.BigInteger))
    op.add_column("marks", sa.Column("usd_month", sa.Text))
    op.add_column("marks", sa.Column("upper_bound", sa.Boolean))
    op.add_column("marks", sa.Column("unpriced", sa.Text))
