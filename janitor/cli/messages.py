"""Messages for people on stderr: text on a terminal, one JSON line for each elsewhere, as Cloud Logging reads them.

Nothing heavy is imported here: `--help` passes through it.
"""

import json
import os
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, Literal, TextIO

Severity = Literal["INFO", "WARNING", "ERROR"]
_FORMATS = ("json", "console")


def is_json() -> bool:
    """Whether messages are JSON: as JANITOR_LOG_FORMAT says, else where stderr is no terminal."""
    asked = os.environ.get("JANITOR_LOG_FORMAT", "").strip().strip("\"'")
    return asked == "json" if asked in _FORMATS else not sys.stderr.isatty()


def tell(severity: Severity, message: str, **facts: object) -> None:
    """One message. `facts` are further keys of the JSON."""
    from janitor.model.text import safe_text

    lines = [safe_text(line) for line in message.splitlines()]
    if not is_json():
        for line in lines:
            print(f"janitor: {line}", file=sys.stderr)
        return
    from janitor.model.units import rfc3339
    from janitor.runtime import now

    entry = {"severity": severity, "message": "\n".join(lines), "time": rfc3339(now()), **facts}
    print(json.dumps(entry, default=str), file=sys.stderr)


def done(message: str, beside_result: bool = False) -> None:
    """What a command did, as one plain line on stdout; as a message on stderr where stdout holds a result for programs."""
    if beside_result:
        tell("INFO", message)
    else:
        print(message)


def bug(error: BaseException) -> None:
    """An error that janitor did not expect: its type, its code and its place, never its text (R29)."""
    from janitor.error_facts import facts, raised_at, trace

    place = raised_at(error)
    message = f"this is a bug in janitor: {facts(error)}{f' at {place}' if place else ''}"
    if os.environ.get("JANITOR_LOG_LEVEL", "").strip().upper() != "DEBUG":
        tell("ERROR", f"{message}\nrun it again with JANITOR_LOG_LEVEL=DEBUG for the traceback")
    elif is_json():
        tell("ERROR", message, traceback=trace(error))
    else:
        tell("ERROR", f"{message}\n{trace(error)}")


def watch_interpreter() -> None:
    """Make messages of what Python itself would write to stderr: warnings, and errors that nobody caught."""
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraisable
    threading.excepthook = _uncaught_in_thread
    # gRPC's C core writes lines of its own to stderr, with what it found in the environment
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    from janitor.error_facts import literal, place_in_package

    place = f"{place_in_package(filename)}:{lineno}"
    tell(
        "WARNING",
        f"{category.__name__} of Python at {place}: {literal(str(message), filename) or 'not shown'}",
    )


def _uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    bug(error)


def _uncaught_in_thread(found: Any) -> None:
    if isinstance(found.exc_value, Exception):
        bug(found.exc_value)


def _unraisable(found: Any) -> None:
    from janitor.error_facts import facts, raised_at

    if isinstance(found.exc_value, Exception):
        place = raised_at(found.exc_value)
        tell(
            "WARNING",
            f"an error while cleaning up: {facts(found.exc_value)}{f' at {place}' if place else ''}",
        )
