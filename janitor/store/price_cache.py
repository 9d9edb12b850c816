"""Prices for a sweep: the catalogue, its copy on disk, or the table that ships with the program."""

import hashlib
import importlib.resources
import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from janitor.cost.book import PriceBook, PricesUnavailableError, decode_book, encode_book, fallback_book
from janitor.error_facts import named

FRESH_FOR = timedelta(days=1)
USABLE_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Cached:
    book: PriceBook
    fetched_at: datetime


async def load_prices(
    fetch: Callable[[], Awaitable[PriceBook]], cache_dir: Path | None, endpoint: str, now: datetime
) -> PriceBook:
    """The best book to be had; never fails, and its `note` says what it is.

    In this order: a copy younger than a day, the catalogue, a copy younger than 30 days, the shipped
    table. `endpoint` is the server that `fetch` asks: one server's prices are never another's.
    `cache_dir` None: nothing is kept. A disk that cannot be read or written is as if it were empty.
    """
    path = None if cache_dir is None else cache_dir / _file_name(endpoint)
    cached = _read(path, endpoint) if path else None
    if cached and timedelta(0) <= now - cached.fetched_at < FRESH_FOR:
        return cached.book
    try:
        book = await fetch()
    except PricesUnavailableError as error:
        why = str(error)
    except Exception as error:  # no price is worth a sweep, whatever went wrong with reading it
        why = named(error)
    else:
        if path:
            _write(path, endpoint, _Cached(book, now))
        return book
    if cached and timedelta(0) <= now - cached.fetched_at < USABLE_FOR:
        return replace(cached.book, why=why)
    return shipped_prices(why)


def shipped_prices(why: str) -> PriceBook:
    """The table that ships with the program; `why` is why nothing better could be had."""
    table = importlib.resources.files("janitor.cost") / "fallback.json"
    return fallback_book(table.read_text(encoding="utf-8"), why)


def _file_name(endpoint: str) -> str:
    return f"prices-{hashlib.sha256(endpoint.encode()).hexdigest()[:16]}.json"


def _read(path: Path, endpoint: str) -> _Cached | None:
    """The copy, or None where there is none, or none that can be read and is of this endpoint."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        fetched_at = datetime.fromisoformat(document["fetched_at"])
        if document["endpoint"] != endpoint or fetched_at.tzinfo is None:
            return None
        book = decode_book(document["book"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return _Cached(book, fetched_at) if book.source == "catalog" else None


def _write(path: Path, endpoint: str, cached: _Cached) -> None:
    """All of it or nothing, readable by its owner only (mkstemp); a disk that refuses is left alone."""
    text = json.dumps(
        {
            "endpoint": endpoint,
            "fetched_at": cached.fetched_at.astimezone(UTC).isoformat(),
            "book": encode_book(cached.book),
        }
    )
    temporary = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
