"""Prices for a sweep: the catalogue, its copy on disk, or the table that ships with the program."""

import hashlib
import importlib.resources
import json
import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from janitor.cost.book import PriceBook, PricesUnavailableError, decode_book, encode_book, fallback_book
from janitor.error_facts import named
from janitor.model.text import safe_text
from janitor.model.units import moment
from janitor.runtime import elapsed

FRESH_FOR = timedelta(days=1)
USABLE_FOR = timedelta(days=30)
# A server that kept a sweep waiting for nothing is not asked again for so long.
REFUSED_FOR = timedelta(minutes=10)
# Seconds from which an answer that never came is worth remembering.
_SLOW = 1.0


@dataclass(frozen=True, slots=True)
class _Cached:
    book: PriceBook
    fetched_at: datetime


async def load_prices(
    fetch: Callable[[], Awaitable[PriceBook]],
    cache_dir: Path | None,
    endpoint: str,
    now: datetime,
    clock: Callable[[], float] = elapsed,
) -> PriceBook:
    """The best book to be had; never fails, and its `note` says what it is.

    In this order: a copy younger than a day, the catalogue, a copy younger than 30 days, the shipped
    table. `endpoint` is the server that `fetch` asks: one server's prices are never another's.
    `cache_dir` None: nothing is kept. A disk that cannot be read or written is as if it were empty.
    A server that could not be read, and that took more than a second of `clock` to show it, is not asked again
    for ten minutes.
    """
    path = None if cache_dir is None else cache_dir / _file_name(endpoint)
    cached = _read(path, endpoint) if path else None
    if cached and timedelta(0) <= now - cached.fetched_at < FRESH_FOR:
        return cached.book
    refusals = path and path.with_suffix(".refused.json")
    why = _refused(refusals, endpoint, now) if refusals else None
    if why is None:
        begun, book = clock(), await _fetched(fetch)
        if isinstance(book, PriceBook):
            if path:
                _write(path, {"endpoint": endpoint, "fetched_at": _utc(now), "book": encode_book(book)})
            return book
        why = book
        if refusals and clock() - begun > _SLOW:
            _write(refusals, {"endpoint": endpoint, "refused_at": _utc(now), "why": why})
    if cached and timedelta(0) <= now - cached.fetched_at < USABLE_FOR:
        return replace(cached.book, why=why)
    return shipped_prices(why)


async def _fetched(fetch: Callable[[], Awaitable[PriceBook]]) -> PriceBook | str:
    """The catalogue, or why it could not be read."""
    try:
        return await fetch()
    except PricesUnavailableError as error:
        return str(error)
    except Exception as error:  # no price is worth a sweep, whatever went wrong with reading it
        return named(error)


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


def _refused(path: Path, endpoint: str, now: datetime) -> str | None:
    """Why this endpoint is not asked now, and until when; None where it may be asked."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        refused_at = datetime.fromisoformat(document["refused_at"])
        why = document["why"]
        if document["endpoint"] != endpoint or not isinstance(why, str):
            return None
        if not timedelta(0) <= now - refused_at < REFUSED_FOR:
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return f"{safe_text(why)}; it is asked again after {moment(refused_at + REFUSED_FOR)}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _write(path: Path, document: Mapping[str, str]) -> None:
    """All of it or nothing, readable by its owner only (mkstemp); a disk that refuses is left alone."""
    text = json.dumps(document)
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
