"""A glance at a SQLite ledger for shell completion: read at once or not at all, never changed, never over a network."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from janitor.store.folders import state_folder

# Seconds for which another process's transaction is waited for.
_PATIENCE = 0.2
_MOST = 500
_FILE = re.compile(r"sqlite(?:\+pysqlite)?:///([^?]+)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class Glance:
    """Ids of past sweeps and snapshots as JSON, both the newest first; and whole names with their
    kinds ("" where that is not known) of what is scheduled for deletion or kept by an opt-out."""

    sweeps: tuple[str, ...]
    snapshots: tuple[str, ...]
    marked: tuple[tuple[str, str], ...]


def glance(url: str, most_snapshots: int) -> Glance | None:
    """What the ledger at this URL ("": the default one) holds. None: it is on a server, or there is none yet.

    sqlite3.Error for a file that cannot be read as a ledger.
    """
    path = _file(url)
    if path is None or not path.is_file():
        return None
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as ledger:
        newest = "FROM sweeps {} ORDER BY started_at DESC, id DESC LIMIT ?"
        sweeps = ledger.execute(f"SELECT id {newest.format('')}", (_MOST,)).fetchall()
        last = f"SELECT snapshot {newest.format('WHERE snapshot IS NOT NULL')}"
        snapshots = ledger.execute(last, (most_snapshots,)).fetchall()
        standing = "WHERE ended_at IS NULL ORDER BY name LIMIT ?"
        marks = ledger.execute(f"SELECT name, kind FROM marks {standing}", (_MOST,)).fetchall()
        opt_outs = ledger.execute(f"SELECT name, '' FROM opt_outs {standing}", (_MOST,)).fetchall()
    return Glance(
        tuple(str(sweep) for (sweep,) in sweeps),
        tuple(str(snapshot) for (snapshot,) in snapshots),
        tuple((str(name), str(kind)) for name, kind in (*marks, *opt_outs)),
    )


def _file(url: str) -> Path | None:
    if not url:
        return state_folder() / "janitor.db"
    found = _FILE.fullmatch(url)
    return Path(found[1]) if found else None
