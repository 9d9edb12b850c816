"""A ledger that another process holds costs a dry run no more than a moment."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from janitor.ledger.history import Origin
from janitor.store import database
from janitor.store.database import open_database
from janitor.sweep import record as books
from janitor.sweep.record import Opening


async def test_a_dry_run_goes_on_unrecorded_where_the_ledger_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait that an apply has would outlast the test."""
    url = f"sqlite:///{tmp_path}/janitor.db"
    await (await open_database(url)).close()
    monkeypatch.setattr(database, "_BUSY", timedelta(hours=1).total_seconds())
    monkeypatch.setattr(books, "_DRY_RUN_PATIENCE", 1)
    held = sqlite3.connect(tmp_path / "janitor.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    async with Opening(url, "s-1", Origin.HAND).for_dry_run() as opened:
        assert opened.books is None
    held.close()
