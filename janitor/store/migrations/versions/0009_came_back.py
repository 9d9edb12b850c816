"""An index of the deletions that came back, so that a report of all time does not search every deletion for them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A report reads all of it and no other row."""
    where = sa.text("back_at IS NOT NULL")
    columns = ["name_key", "back_at", "deleted_at"]
    op.create_index("ix_savings_came_back", "savings", columns, sqlite_where=where, postgresql_where=where)
