"""Where results go: stdout, or a file that is either whole or not there."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from janitor.errors import UsageError


@contextmanager
def results_to(path: Path | None) -> Iterator[TextIO]:
    """stdout, or the file, which takes its name only once the block has ended without an error.

    Opened before the work, so that an apply is not followed by "no such directory" (UsageError).
    A reader of stdout that goes away is no error.
    """
    if path is None:
        yield from _stdout()
    elif path.exists() and not path.is_file():
        # A device or a pipe cannot be replaced by a file.
        with _opened(path) as out:
            yield out
    else:
        yield from _atomic(path)


def _stdout() -> Iterator[TextIO]:
    from janitor.cli.app import discard_stdout

    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()


def _opened(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}") from error


def _atomic(path: Path) -> Iterator[TextIO]:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(f"--out {path}: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
