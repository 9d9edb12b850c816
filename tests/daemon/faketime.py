"""A clock for a process that a test sets while it runs: libfaketime (Debian: faketime)."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")


class WallClock:
    """The wall clock of the processes that are given its environment. Their monotonic clock is the real one."""

    def __init__(self, folder: Path, ahead: str) -> None:
        self._file, self._library = folder / "clock", _library()
        self.set(ahead)

    def set(self, ahead: str) -> None:
        """`+1d`, `-365d`, `+0d`: how far it is ahead of the real one, from now on."""
        self._file.write_text(ahead, encoding="utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": self._library,
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def _library() -> str:
    """Skips the test where there is none; in CI there must be one."""
    named = os.environ.get("FAKETIME_LIB")
    found = [Path(named)] if named else [path for place in _PLACES for path in Path("/").glob(place[1:])]
    for path in found:
        if path.is_file():
            return str(path)
    why = "libfaketime is not installed: install Debian's faketime, or set FAKETIME_LIB to libfaketimeMT.so.1"
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)
