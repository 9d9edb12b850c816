"""The three streams of the process, made so that none of them can end a sweep."""

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Unfailing(io.FileIO):
    """Where what is written is lost once nobody can take it: a full disk, a reader that went away.

    A log line that cannot be written must not stop an apply between two deletions.
    """

    def write(self, data: "ReadableBuffer", /) -> int:
        """All of it is taken, whatever becomes of it."""
        try:
            written = super().write(data)
        except OSError:
            return _size(data)
        return _size(data) if written is None else written


def _size(data: "ReadableBuffer") -> int:
    return memoryview(data).nbytes


def prepare_streams() -> None:
    """Open what the shell left closed, let no write to stderr fail, and show what a terminal cannot.

    A closed stream's number would be given to the next file that is opened, the ledger among them, and
    a library's message to "stderr" would end up within it.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", write_through=True)
    encoding = "utf-8" if sys.stderr is None else sys.stderr.encoding
    raw = io.BufferedWriter(_Unfailing(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", line_buffering=True)
    # A terminal that knows no "…" must not turn a report into a traceback.
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def discard_stdout() -> None:
    """What was not written yet is lost, and the interpreter's last flush complains of nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
