"""Error facts: what may be shown of an error that a library raised (R29).

The text of such an error may quote a key file, a token or a URL with a password. So the text is never shown.
Shown are its type, its code, the operating system's name for the code, and where in the code it was raised.
A text may select one of our own sentences (`recognised`); the text itself is never shown.
"""

import ast
import os
import re
import socket
import ssl
import traceback
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from janitor.errors import JanitorError

_PACKAGE = "janitor"
_UPPER = re.compile(r"[A-Z][A-Z0-9_]{0,62}", re.ASCII)
# A path that may be shown: not a document, a URL or a key that was put where a path is expected.
_PATH = re.compile(r"[\w./~@+,=: -]+")
_ROOTED = ("/", "./", "../", "~/")
_EXTENSIONS = frozenset({".json", ".yaml", ".yml", ".db", ".sqlite", ".txt", ".pem", ".crt", ".key"})
_LONGEST_PATH = 255
_INSTALLED = frozenset({"site-packages", "dist-packages"})


def facts(error: BaseException) -> str:
    """The type of an error, and the first system or TLS error in its chain: ``ConnectError: Connection refused``.

    The text of a JanitorError is janitor's own and is returned whole.
    """
    if isinstance(error, JanitorError):
        return str(error)
    reason = next((found for each in chain(error) if (found := _system_reason(each))), "")
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


def named(error: BaseException) -> str:
    """`facts` with the type before the text of a JanitorError too, for a log."""
    return f"{type(error).__name__}: {error}" if isinstance(error, JanitorError) else facts(error)


def recognised(error: BaseException, sentences: Mapping[str, str]) -> str:
    """The sentence for the first key that the text of an error contains, in any case; "" for none."""
    text = str(error).lower()
    return next((sentence for key, sentence in sentences.items() if key.lower() in text), "")


def own_text(error: BaseException) -> str:
    """The text of an error that janitor's own code raised; "" for one of a library."""
    frames = list(traceback.walk_tb(error.__traceback__))
    if isinstance(error, JanitorError):
        return str(error)
    return str(error) if frames and _is_own(frames[-1][0].f_globals.get("__name__")) else ""


def trace(error: BaseException) -> str:
    """The traceback of an error and of what caused it: files, lines, functions, types, codes. No texts, no values."""
    parts: list[str] = []
    for each in reversed(list(chain(error))):
        for frame, line in traceback.walk_tb(each.__traceback__):
            code = frame.f_code
            parts.append(f'  File "{code.co_filename}", line {line}, in {code.co_name}\n')
        parts.append(f"{facts(each)}\n")
    return "".join(parts)


def raised_at(error: BaseException) -> str:
    """The innermost line of janitor's own code that an error passed: ``janitor/sweep/sweep.py:120 in sweep``; "" for none."""
    own = [
        (frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _is_own(frame.f_globals.get("__name__"))
    ]
    if not own:
        return ""
    path, line, name = own[-1]
    parts = Path(path).parts
    start = max((place for place, part in enumerate(parts) if part == _PACKAGE), default=0)
    return f"{'/'.join(parts[start:])}:{line} in {name}"


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, then what it was raised from or while handling, and what libraries carry as an argument."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        carried = [*each.args, getattr(each, "reason", None), each.__cause__]
        if not each.__suppress_context__:
            carried.append(each.__context__)
        if isinstance(each, BaseExceptionGroup):
            carried += each.exceptions
        waiting += [found for found in carried if isinstance(found, BaseException)]


def literal(text: str, filename: str) -> str:
    """A text that stands word for word in a source file, so that it can hold no value; "" for any other."""
    return text if text in _literals(filename) else ""


@lru_cache(maxsize=32)
def _literals(filename: str) -> frozenset[str]:
    """Every string that a Python source file has in it."""
    try:
        tree = ast.parse(Path(filename).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def place_in_package(filename: str) -> str:
    """A source file by its last folders, without where it is installed: ``google/auth/_default.py``."""
    parts = Path(filename).parts
    start = max((place + 1 for place, part in enumerate(parts) if part in _INSTALLED), default=len(parts) - 2)
    return "/".join(parts[max(start, 0) :])


def constant(text: object) -> str:
    """A code such as ``IAM_PERMISSION_DENIED``, if the text is one; else ""."""
    return text if isinstance(text, str) and _UPPER.fullmatch(text) else ""


def shown_path(text: str) -> str:
    """A path from the environment, if it looks like one; "" for what may be a key that was put in its place."""
    if len(text) > _LONGEST_PATH or not _PATH.fullmatch(text) or "//" in text:
        return ""
    return text if text.startswith(_ROOTED) or Path(text).suffix.lower() in _EXTENSIONS else ""


def _system_reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return constant(error.reason) or "TLS failed"
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved"
    if isinstance(error, TimeoutError) and not error.errno:
        return "no answer in time"
    if isinstance(error, OSError) and isinstance(error.errno, int) and error.errno > 0:
        return os.strerror(error.errno)
    return ""


def _is_own(module: object) -> bool:
    return isinstance(module, str) and (module == _PACKAGE or module.startswith(f"{_PACKAGE}."))
