"""Folders of the user: where a program keeps what must outlive it, and what may be lost."""

import os
import sys
from pathlib import Path


def state_folder() -> Path:
    """Where a program keeps what must outlive it: XDG on Linux, Application Support on macOS."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "janitor"
    return _xdg("XDG_STATE_HOME", Path(".local") / "state") / "janitor"


def cache_folder() -> Path | None:
    """Where a program keeps what may be lost: XDG on Linux, Caches on macOS; None without a home."""
    try:
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "janitor"
        return _xdg("XDG_CACHE_HOME", Path(".cache")) / "janitor"
    except RuntimeError:
        return None


def _xdg(variable: str, default: Path) -> Path:
    # the XDG specification: a path that is not absolute is to be ignored
    base = Path(os.environ.get(variable, ""))
    return base if base.is_absolute() else Path.home() / default
