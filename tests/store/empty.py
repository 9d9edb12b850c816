"""An empty ledger: the migrations run once for all tests of a process, and each test gets a copy of the file."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from janitor.store.database import open_database


def write_empty_ledger(file: Path) -> str:
    """An SQLite ledger with all tables and no sweep, unless the file is there already; its URL."""
    if not file.exists():
        file.write_bytes(_migrated())
    return f"sqlite:///{file}"


@cache
def _migrated() -> bytes:
    # in a thread of its own: the test may be in an event loop
    with TemporaryDirectory() as folder, ThreadPoolExecutor() as thread:
        file = Path(folder) / "ledger.db"
        thread.submit(asyncio.run, _create(file)).result()
        return file.read_bytes()


async def _create(file: Path) -> None:
    await (await open_database(f"sqlite:///{file}")).close()
