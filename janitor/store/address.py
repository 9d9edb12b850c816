"""Where the database is: from a URL or the user's state directory, and how to name it without secrets."""

import os
import sys
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from janitor.errors import LedgerError

_SPELLINGS = (
    "JANITOR_DATABASE_URL is written sqlite:////folder/janitor.db or postgresql://user:password@host/database"
)
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
        raise LedgerError(f"janitor keeps no ledger in a {parsed.drivername} database. {_SPELLINGS}.")
    if driver == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise LedgerError(f"{parsed.drivername}:// names no file: the ledger would be lost. {_SPELLINGS}.")
    return parsed.set(drivername=driver)


def shown(address: URL) -> str:
    """For people: without its password, and without its options, which may hold one too."""
    if address.drivername == "sqlite":
        return f"SQLite {address.database}"
    return address.set(query={}).render_as_string(hide_password=True)


def without_secrets(text: str, address: URL) -> str:
    """A driver's own words, with whatever is a secret of the address blotted out."""
    secrets = {str(address.password)} if address.password else set()
    secrets |= {str(value) for key, value in address.query.items() if "password" in key}
    for secret in sorted(secrets - {""}, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def state_folder() -> Path:
    """Where a program keeps what must outlive it: XDG on Linux, Application Support on macOS."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "janitor"
    return _xdg("XDG_STATE_HOME", Path(".local") / "state") / "janitor"


def cache_folder() -> Path | None:
    """Where a program keeps what may be lost: XDG on Linux, Caches on macOS; None without a home."""
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "janitor"
        return _xdg("XDG_CACHE_HOME", Path(".cache")) / "janitor"
    except RuntimeError:
        return None


def _xdg(variable: str, default: Path) -> Path:
    # the XDG specification: a path that is not absolute is to be ignored
    base = Path(os.environ.get(variable, ""))
    return base if base.is_absolute() else Path.home() / default


def _default() -> URL:
    try:
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise LedgerError(
            f"The folder for the ledger could not be made: {error}. Set JANITOR_DATABASE_URL to a"
            " database that can be written, or XDG_STATE_HOME to a folder that can."
        ) from error
    return URL.create("sqlite", database=str(folder / "janitor.db"))
