"""Where results go: stdout, or a file that is either whole or not there."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from janitor.cli.starting import unfinished
from janitor.cli.streams import discard_stdout
from janitor.errors import UsageError
from janitor.report.terminal.tables import PlainText


@contextmanager
def results_to(path: Path | None) -> Iterator[TextIO]:
    """stdout, or the file, which takes its name only once the block has ended without an error.

    Opened before the work, so that an apply is not followed by "no such directory" (UsageError).
    """
    if path is None:
        yield sys.stdout
    elif path.exists() and not path.is_file():
        # It cannot be replaced by a file.
        yield from _device(path)
    else:
        yield from _atomic(path)


@contextmanager
def writing(out: TextIO, path: Path | None) -> Iterator[None]:
    """Context for writing output: a reader that closes the pipe is no error, a full disk is a UsageError."""
    try:
        with _told(path):
            yield
            out.flush()
    except UsageError as error:
        if out is sys.stdout:
            discard_stdout()
        if not isinstance(error.__cause__, BrokenPipeError):
            raise


@contextmanager
def _told(path: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path or 'stdout'}: cannot be written ({error.strerror or error}):"
            " fix this, or name another file"
        ) from error


def _device(path: Path) -> Iterator[TextIO]:
    with _told(path):
        out = PlainText(path.open("wb"), encoding="utf-8")
    try:
        yield out
    finally:
        # What could not be written was told where it was tried.
        with suppress(OSError):
            out.close()


def _atomic(path: Path) -> Iterator[TextIO]:
    with _told(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    unfinished.add(name)
    out = PlainText(os.fdopen(handle, "wb"), encoding="utf-8")
    try:
        yield out
        with _told(path):
            out.flush()
            os.fsync(handle)
            umask = os.umask(0)
            os.umask(umask)
            os.fchmod(handle, 0o666 & ~umask)
            Path(name).replace(path)
    finally:
        with suppress(OSError):
            out.close()
        Path(name).unlink(missing_ok=True)
        unfinished.discard(name)
