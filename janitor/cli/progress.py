"""What is being done, on stderr: bars on a terminal, one line of all counts every few seconds elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from janitor.cli.messages import tell
from janitor.settings import Progress

_EVERY_SECONDS = 5.0


@contextmanager
def showing(quiet: bool) -> Iterator[Progress | None]:
    """A callback (what, done, total) while the block runs; None when quiet."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        yield from _bars()
    else:
        yield _lines()


def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    from janitor.model.text import safe_text

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bars:

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(safe_text(what), total=None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield report


def _lines() -> Progress:
    from janitor.model.text import safe_text

    last = time.monotonic()
    so_far: dict[str, str] = {}

    def report(what: str, done: int, total: int) -> None:
        nonlocal last
        so_far[safe_text(what)] = f"{done:,}{f' of {total:,}' if total else ''}"
        if time.monotonic() - last < _EVERY_SECONDS:
            return
        last = time.monotonic()
        tell("INFO", ", ".join(f"{name}: {count}" for name, count in so_far.items()))

    return report
