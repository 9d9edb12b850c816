"""The tables as they stand now; migrations/ says how they came to be.

Nothing is ever updated but the closing of a sweep, which drops older snapshots of the same scope, the one
row of the lock, who may post a report, the end of a mark or an opt-out, when an image was last in use, and the
tables that are computed from others: `open_intents` and those of savings.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from janitor.ledger.sums import Sums
from janitor.model.amounts import Estimate, Priced, Unpriced


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept and given back in UTC; on SQLite as text that sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """A naive time is a bug of the caller: which moment it means is not known."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """SQLite gives back naive what went in as UTC."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


def kept(text: str) -> str:
    """Text as a database keeps it: Postgres refuses NUL, and UTF-8 has no lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def price_columns(estimate: Estimate) -> dict[str, Any]:
    """An estimate as `usd_month`, `upper_bound` and `unpriced`; the basis of a price is not kept."""
    match estimate:
        case Priced(usd_month, _, upper_bound):
            return {"usd_month": format(usd_month, "f"), "upper_bound": upper_bound, "unpriced": None}
        case Unpriced(why):
            return {"usd_month": None, "upper_bound": False, "unpriced": kept(why)}


def insert_unless_there(db: Connection, table: Table) -> Any:
    """An insertion that leaves a row of the same key as it is."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def insert_or_update(db: Connection, table: Table, key: str, newer: str) -> Any:
    """An insertion that replaces a row of the same key where its column `newer` is later."""
    dialect = postgresql if db.dialect.name == "postgresql" else sqlite
    adding = dialect.insert(table)
    others = {column.name: adding.excluded[column.name] for column in table.c if column.name != key}
    return adding.on_conflict_do_update(
        index_elements=[key], set_=others, where=adding.excluded[newer] > table.c[newer]
    )


# SQLite counts up by itself only what is called INTEGER.
_ID = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

# `references_of`: a JSON list of the projects of which the sweep read all references, null where it did not.
# `origin` is an Origin; `snapshot` a Snapshot as JSON text, where the sweep came to its end.
# `policies` is the policy file as it was named, `projects` a sorted JSON list of those that may be deleted from,
# `only_policies` one of the names given by --policy; null in sweeps of earlier versions.
sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("started_at", UtcTime, nullable=False, index=True),
    Column("finished_at", UtcTime),
    Column("mode", String(16), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("plan_id", String(80)),
    Column("policy_digest", String(80)),
    Column("exit_code", Integer),
    Column("totals", Text),
    Column("origin", String(16), nullable=False, server_default="hand"),
    Column("snapshot", Text),
    Column("references_of", Text),
    Column("policies", Text),
    Column("projects", Text),
    Column("only_policies", Text),
    Column("inventories_of", Text),
    Index("ix_sweeps_origin_started_at", "origin", "started_at"),
)

# `usd_month` is a decimal string, unrounded; where it is null, `unpriced` says why.
# `group_name` is the repository whose billed size caps what its images may total (R25), `group_bytes`
# that size; null where nothing caps it. `tags` is a JSON list: those that an image had.
intents = Table(
    "intents",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("sweep_id", String(64), ForeignKey("sweeps.id"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("uri", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("usd_month", Text),
    Column("upper_bound", Boolean, nullable=False),
    Column("unpriced", Text),
    Column("group_name", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("owner", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("group_bytes", BigInteger),
    Index("ix_intents_policy_at", "policy", "at"),
    sqlite_autoincrement=True,
)

operations = Table(
    "operations",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("intent_id", _ID, ForeignKey("intents.id"), nullable=False, index=True),
    Column("operation", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

# One outcome an intent at most: the first that is written down holds.
outcomes = Table(
    "outcomes",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("intent_id", _ID, ForeignKey("intents.id"), unique=True),
    Column("sweep_id", String(64), ForeignKey("sweeps.id"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("error", Text),
    Column("at", UtcTime, nullable=False),
    Index("ix_outcomes_outcome_at", "outcome", "at"),
    sqlite_autoincrement=True,
)

# The first sweep that looked for what was deleted and did not see it, and the first that saw it again.
sightings = Table(
    "sightings",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("intent_id", _ID, ForeignKey("intents.id"), nullable=False),
    Column("sweep_id", String(64), ForeignKey("sweeps.id"), nullable=False),
    Column("there", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_sightings_sweep_id", "sweep_id"),
    UniqueConstraint("intent_id", "there", name="uq_sightings_intent_id_there"),
    sqlite_autoincrement=True,
)

# The intents without an outcome: written with the intent, deleted with its outcome.
open_intents = Table(
    "open_intents",
    metadata,
    Column("intent_id", _ID, ForeignKey("intents.id"), primary_key=True, autoincrement=False),
)

# Savings (store/savings.py): what the tables above say of each confirmed deletion, and sums of it, so that a report
# reads thousands of rows instead of all. Every figure can be computed again from the tables above. Times are
# microseconds since 1970, dollars exact decimal strings.
# One row an outcome or sighting that was written and is not in the sums yet; its sweep is.
savings_due = Table(
    "savings_due",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("sweep_id", String(64), nullable=False),
    sqlite_autoincrement=True,
)

# One row a confirmed deletion. `part_sums` is the row of `savings_by_part` that it is in. `name_key` is made of
# its kind and name (ledger/sums.py). `size_bytes` and `usd` are its share of what its repository's cap allows (R25);
# `usd_rank` sorts as text as the dollars do, null where they are zero or unknown. `lasted` is `back_at` less
# `deleted_at`.
savings = Table(
    "savings",
    metadata,
    Column("intent_id", _ID, ForeignKey("intents.id"), primary_key=True, autoincrement=False),
    Column("part_sums", _ID, nullable=False),
    Column("name_key", LargeBinary(16), nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("usd", Text),
    Column("usd_rank", Text().with_variant(Text(collation="C"), "postgresql")),
    Column("upper_bound", Boolean, nullable=False),
    Column("gone_at", BigInteger),
    Column("back_at", BigInteger),
    Column("lasted", BigInteger),
    Index("ix_savings_name_key", "name_key", "back_at", "deleted_at"),
)
_NOT_BACK, _UNSEEN = savings.c.back_at.is_(None), savings.c.gone_at.is_(None)
for _name, _columns, _where in (
    ("ix_savings_usd_rank", ("usd_rank", "deleted_at"), _NOT_BACK),
    ("ix_savings_unseen", ("deleted_at",), and_(_NOT_BACK, _UNSEEN)),
    ("ix_savings_back_at", ("back_at",), savings.c.back_at.is_not(None)),
    ("ix_savings_came_back", ("name_key", "back_at", "deleted_at"), savings.c.back_at.is_not(None)),
    ("ix_savings_lasted", ("lasted",), savings.c.lasted.is_not(None)),
):
    Index(_name, *(savings.c[column] for column in _columns), sqlite_where=_where, postgresql_where=_where)


def _sums() -> list[Column[Any]]:
    """The columns of the fields of a Sums (ledger/sums.py), in its order."""
    numbers = [Column(name, BigInteger, nullable=False) for name in Sums.NUMBERS]
    return numbers + [Column(name, Text, nullable=False) for name in Sums.DOLLARS]


# Sums of a sweep's deletions in each project, and (project `*`) in all.
savings_by_sweep = Table(
    "savings_by_sweep",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("project", Text, nullable=False),
    Column("sweep_id", String(64), nullable=False, index=True),
    *_sums(),
    UniqueConstraint("project", "sweep_id", name="uq_savings_by_sweep"),
    sqlite_autoincrement=True,
)

# Sums of the deletions whose intents are in one block of ids, by all that a report divides them by.
savings_by_part = Table(
    "savings_by_part",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("block", BigInteger, nullable=False),
    Column("project", Text, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("policy", Text, nullable=False),
    Column("owner", Text, nullable=False),
    *_sums(),
    UniqueConstraint("block", "project", "kind", "policy", "owner", name="uq_savings_by_part"),
    sqlite_autoincrement=True,
)

# Sums of what came back at one moment, in each project and (`*`) in all.
savings_ended = Table(
    "savings_ended",
    metadata,
    Column("project", Text, primary_key=True),
    Column("back_at", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("paid_upper", BigInteger, nullable=False),
    Column("usd", Text, nullable=False),
)

# One row a report that was due. `posted` is null from a claim to its closing: it may have been posted.
# A claim that was closed as not posted may be taken again, in the same row.
posts = Table(
    "posts",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("due_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("posted", Boolean),
    UniqueConstraint("due_at", name="uq_posts_due_at"),
    sqlite_autoincrement=True,
)

# What an apply announced: `state` is a text that differs once the thing has changed. Of one thing one mark
# stands at most; `ended` says why it does not any more (changed, lapsed, deleted, opted-out). Its price is that of
# the announcement, as in `intents`; null in marks of earlier versions.
marks = Table(
    "marks",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("sweep_id", String(64), ForeignKey("sweeps.id"), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("announced_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended", String(16)),
    Column("size_bytes", BigInteger),
    Column("usd_month", Text),
    Column("upper_bound", Boolean),
    Column("unpriced", Text),
    sqlite_autoincrement=True,
)
Index(
    "uq_marks_name",
    marks.c.name,
    unique=True,
    sqlite_where=marks.c.ended_at.is_(None),
    postgresql_where=marks.c.ended_at.is_(None),
)

# Who keeps what, `until` a time or (null) for good. One that is taken back has an end.
opt_outs = Table(
    "opt_outs",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, index=True),
    Column("until", UtcTime),
    Column("who", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_who", Text),
    sqlite_autoincrement=True,
)

# The newest upload of a package or a repository (Google's name) of which a sweep deleted it (R37).
newest_uploads = Table(
    "newest_uploads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("uploaded_at", UtcTime, nullable=False, index=True),
    Column("noted_at", UtcTime, nullable=False),
)

# One row a reference or an image that was ever in use (policy/deciding/use_history.py), with the last sweep that saw it.
uses = Table(
    "uses",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_seen", UtcTime, nullable=False),
)

# One row, there from the first migration on; `token` is null while nobody holds it.
locks = Table(
    "locks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("token", String(64)),
    Column("holder", Text),
    Column("since", UtcTime),
    Column("expires_at", UtcTime),
)
