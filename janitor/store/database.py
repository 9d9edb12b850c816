"""The database: opened, brought up to date, and used by one thread, one transaction at a time."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from janitor.errors import LedgerError
from janitor.store.address import address_of, shown
from janitor.store.refusals import unusable

T = TypeVar("T")

# How long SQLite waits for another process's transaction, in seconds.
_BUSY = 20
# Any number that nobody else locks: the ASCII of "janitor".
_MIGRATION_LOCK = 0x6A616E69746F72
# The last step in migrations/versions: tables that stand there need no alembic, which takes long to import.
LAST_STEP = "0009"
_SERVER = {
    "connect_timeout": 10,
    # a server that went away is noticed while there is still time to stop
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
    # poolers such as PgBouncer do not keep prepared statements
    "prepare_threshold": None,
    # a server in the C locale (SQL_ASCII) would answer in bytes: psycopg decodes by the client's encoding
    "client_encoding": "utf8",
}
# What SQLAlchemy, a driver and the system raise. ValueError, TypeError: an option of the URL that a driver cannot take.
_OF_THE_DRIVER = (SQLAlchemyError, OSError, ValueError, TypeError)


class Database:
    """An open database with the tables of tables.py. `shown` names it without its password."""

    def __init__(self, engine: Engine, thread: ThreadPoolExecutor) -> None:
        self._engine, self._thread = engine, thread
        self.shown = shown(engine.url)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """One transaction: all of `work` or nothing. LedgerError where the database cannot be used."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_transaction, work)

    async def close(self) -> None:
        """Let go of it, after what was begun has ended."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            raise unusable(self._engine.url, error) from error


async def open_database(url: str | None, patience: int | None = None) -> Database:
    """Open what JANITOR_DATABASE_URL names (None: SQLite in the user's state directory), and bring
    its tables up to date; safe when several processes do so at once. `patience` is how many seconds it
    waits for a server that does not answer, and for another process's transaction, where the default is too long.

    LedgerError for another kind of database, a missing driver, a server that does not answer, a disk
    that cannot be written, and tables of a newer janitor.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="janitor-database")
    try:
        engine = await asyncio.get_running_loop().run_in_executor(thread, _open, url, patience)
    except BaseException:
        thread.shutdown(wait=False)
        raise
    return Database(engine, thread)


def _open(url: str | None, patience: int | None) -> Engine:
    address = address_of(url)
    engine = _engine(address, patience)
    try:
        with engine.begin() as connection:
            _migrate(connection, address)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, _OF_THE_DRIVER):
            raise unusable(address, error) from error
        raise
    return engine


def _engine(address: URL, patience: int | None) -> Engine:
    try:
        if address.drivername == "sqlite":
            seconds = patience or _BUSY
            engine = create_engine(address, connect_args={"timeout": seconds})
            event.listen(engine, "connect", partial(_prepare_sqlite, seconds))
            event.listen(engine, "begin", _begin_immediate)
            return engine
        asked = {} if patience is None else {"connect_timeout": patience}
        own = asked | {key: value for key, value in _SERVER.items() if key not in {*address.query, *asked}}
        return create_engine(address, connect_args=own, pool_pre_ping=True)
    except ImportError as error:
        raise LedgerError(
            f"{shown(address)} needs the driver psycopg, which is not installed."
            " Install janitor with its `postgres` extra: janitor-gcp[postgres]."
        ) from error
    except _OF_THE_DRIVER as error:
        raise unusable(address, error) from error


def _prepare_sqlite(patience: float, connection: Any, _record: object) -> None:
    # the driver must not begin transactions by itself: _begin_immediate does
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    _use_wal(cursor, patience)
    # an intent that is written down must outlive a power cut
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor, patience: float) -> None:
    """Write ahead to a log. Where two processes turn a new file to it at once, SQLite answers one of them with
    SQLITE_BUSY without the wait that `timeout` asks for: this tries again for as long."""
    end = time.monotonic() + patience
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(0.05)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later could not wait."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(connection: Connection, address: URL) -> None:
    """Inside one transaction that shuts every other process's migration out."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    current = _steps(connection)
    if current == {LAST_STEP}:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "janitor.store:migrations")
    script = ScriptDirectory.from_config(config)
    known = {step.revision for step in script.walk_revisions()}
    if current - known:
        raise LedgerError(
            f"The tables in {shown(address)} were created by a newer janitor (step {', '.join(sorted(current - known))})."
            " Use that version or a later one, or another JANITOR_DATABASE_URL."
        )
    if current != set(script.get_heads()):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _steps(connection: Connection) -> set[str]:
    """Where the tables stand, in alembic's own table of one row; empty before the first step."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))
