"""When images were last in use, and which sweeps read all references: for `unused_for`."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Of the sweeps until now it is not known whether they read all references."""
    op.create_table(
        "uses",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("sweeps", sa.Column("references_of", sa.Text))
