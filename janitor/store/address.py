"""Where the database is: from a URL or the user's state directory, and how to name it without secrets."""

import re

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from janitor.error_facts import facts, shown_path
from janitor.errors import LedgerError
from janitor.store.folders import state_folder

_SPELLINGS = "JANITOR_DATABASE_URL must be written as sqlite:////folder/janitor.db or postgresql://user:password@host/database"
# Databases that people may take janitor to work with; another scheme may be anything, and is not shown.
_OTHERS = frozenset(
    {"mysql", "mariadb", "mssql", "oracle", "mongodb", "redis", "cockroachdb", "http", "https"}
)
_HOST = re.compile(r"[\w.-]{0,253}|[0-9A-Fa-f:.]+(%\w+)?")
_NAME = re.compile(r"[^\x00-\x1f/?#@:]{0,63}")
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def address_of(url: str | None) -> URL:
    """The database that is meant; None is SQLite in the user's state directory, which is made.

    LedgerError where it is not one that janitor can use. The URL is never quoted whole: it may hold
    a password, and one that was mistyped may hold it anywhere.
    """
    if url is None:
        return _default()
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError(f"JANITOR_DATABASE_URL is not a URL. {_SPELLINGS}.") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        named = parsed.drivername.partition("+")[0]
        what = f"a {named} database" if named in _OTHERS else "that kind of database"
        raise LedgerError(f"janitor cannot keep its ledger in {what}. {_SPELLINGS}.")
    if driver == "sqlite":
        return _sqlite(parsed)
    if url.count("@") > 1:
        raise LedgerError(
            "JANITOR_DATABASE_URL has more than one @: percent-encode the password in it"
            " (@ is %40, : is %3A, / is %2F, % is %25)."
        )
    host = parsed.host or ""
    if host.lower().startswith("%2f"):
        # libpq's spelling, which SQLAlchemy does not read: it documents the query alone
        raise LedgerError(
            "JANITOR_DATABASE_URL names the folder of a socket as its host: write the folder after ?host=, as in"
            " postgresql://user:password@/database?host=/var/run/postgresql."
        )
    if not (_HOST.fullmatch(host) and _NAME.fullmatch(parsed.database or "")):
        raise LedgerError(
            f"JANITOR_DATABASE_URL has no readable host and database: percent-encode the user"
            f" name and the password in it. {_SPELLINGS}."
        )
    return parsed.set(drivername=driver)


def _sqlite(parsed: URL) -> URL:
    if parsed.database in (None, "", ":memory:"):
        raise LedgerError(f"sqlite:// names no file: the ledger would be lost. {_SPELLINGS}.")
    if parsed.host or parsed.username or parsed.password or parsed.port:
        raise LedgerError(
            f"JANITOR_DATABASE_URL names an SQLite file on a host: write sqlite:////folder/janitor.db. {_SPELLINGS}."
        )
    return parsed.set(drivername="sqlite")


def shown(address: URL) -> str:
    """For people: the file, or the host and the database. No user name, password or option, which may be secret."""
    if address.drivername == "sqlite":
        path = shown_path((address.database or "").removeprefix("file:").partition("?")[0])
        return f"SQLite {path}" if path else "the SQLite file that JANITOR_DATABASE_URL names"
    port = f":{address.port}" if address.port else ""
    host = f"[{address.host}]" if ":" in (address.host or "") else address.host or "(local)"
    return f"Postgres {host}{port}/{address.database or ''}"


def _default() -> URL:
    try:
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        why = (
            facts(error) if isinstance(error, OSError) else "HOME is not set, and the user has no home folder"
        )
        raise LedgerError(
            f"The folder for the ledger could not be created ({why}). Set JANITOR_DATABASE_URL to a"
            " database that can be written, or XDG_STATE_HOME to a folder that can."
        ) from error
    return URL.create("sqlite", database=str(folder / "janitor.db"))
