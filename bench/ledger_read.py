"""One question to a ledger in a process of its own: `python -m bench.ledger_read FILE report|page|sweep`.

Prints seconds of wall clock and of CPU, and how much the peak of memory grew meanwhile, in KiB. The modules that the
question needs are imported before, and the clock starts with an open ledger: the rest is what every command costs.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bench.ledger_fill import END
from janitor.report.html.render import render_html
from janitor.report.load import load_summary
from janitor.report.terminal.report import write_report_table
from janitor.store.database import open_database
from janitor.store.history import SqlHistory
from janitor.sweep.record import Books, SweepRecord

UNTIL, HORIZON, WEEK = END, timedelta(days=365), timedelta(days=7)


async def report(url: str) -> None:
    """All time, as `janitor report` without an earlier report."""
    write_report_table(await load_summary(url, None, UNTIL, HORIZON), sys.stderr)


async def page(url: str) -> None:
    """The daemon's: a week."""
    render_html(await load_summary(url, WEEK, UNTIL, HORIZON))


async def sweep(url: str) -> None:
    """What a sweep reads before it looks, and what an apply was left with."""
    database = await open_database(url)
    record = SweepRecord("bench", Books.of(database))
    await record.lookout(UNTIL - HORIZON)
    assert record.books is not None
    await record.books.marks.marked()
    await record.books.newest_uploads.newest()
    await record.books.uses.history(UNTIL, ("p0",), {})
    await record.books.ledger.open_intents()
    await SqlHistory(database).recorded()
    await database.close()


async def nothing(url: str) -> None:
    """Open the ledger and close it."""
    await (await open_database(url)).close()


QUESTIONS: dict[str, Callable[[str], Awaitable[None]]] = {
    "report": report, "page": page, "sweep": sweep,
}  # fmt: skip


async def _measure(url: str, ask: Callable[[str], Awaitable[None]]) -> tuple[float, float, int]:
    await nothing(url)
    memory = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    await ask(url)
    return time.perf_counter() - wall, time.process_time() - cpu, _peak() - memory


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(*asyncio.run(_measure(f"sqlite:///{sys.argv[1]}", QUESTIONS[sys.argv[2]])))
