"""A signal before a command has its own handlers, while modules are imported or at the end.

Imports as little as possible: until these handlers are there, Python's own turn SIGINT into a traceback, and the
kernel ignores SIGTERM for process 1 (signal(7)).
"""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress

# They have nothing to do that a signal could leave undone; others end with "interrupted" (R23).
_UNTIL_STOPPED = ("daemon", "emulator")
_STOPPED, _INTERRUPTED = 0, 6
# Files that take their names once they are whole. A process that ends at once removes them.
unfinished: set[str] = set()


def end_on_signals(arguments: Sequence[str]) -> None:
    """From here on SIGINT and SIGTERM end the process at once: 0 for a daemon, 6 for any other command.

    A signal that the parent has set to be ignored is still ignored.
    """
    waits = bool(arguments) and arguments[0] in _UNTIL_STOPPED and "--once" not in arguments
    code = _STOPPED if waits else _INTERRUPTED

    def end(_number: int, _frame: object) -> None:
        for name in unfinished:
            with suppress(OSError):  # it is gone, or whole
                os.unlink(name)
        os._exit(code)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
