"""Refusals of a database in janitor's own words: what a driver says may quote a password, so it is never shown (R29)."""

import os
import re
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError, StatementError

from janitor.error_facts import facts, own_text, recognised
from janitor.errors import LedgerError
from janitor.store.address import shown

# What libpq says where it gives no code: its texts, in janitor's words.
_LIBPQ = {
    "bad value for": "an option after the ? of the URL has an invalid value",
    "invalid integer value": "an option after the ? of the URL has an invalid value",
    "invalid port number": "its port is not between 1 and 65535",
    "password authentication failed": "it refused the user name or the password",
    "no password supplied": "it asks for a password, and the URL has none",
    "connection refused": "the connection was refused",
    "could not translate host name": "the host name cannot be resolved",
    "failed to resolve host": "the host name cannot be resolved",
    "name or service not known": "the host name cannot be resolved",
    "no route to host": "there is no route to the host",
    "network is unreachable": "the network is unreachable",
    "no pg_hba.conf entry": "its pg_hba.conf does not allow this user from here",
    "does not support ssl": "it does not support TLS, which the URL asks for",
    "certificate verify failed": "its TLS certificate was not accepted",
    "root certificate file": "the root certificate for TLS cannot be read",
    "too many connections": "it has too many connections",
    "too many clients": "it has too many connections",
    "remaining connection slots": "it has too many connections",
    "starting up": "it is starting up",
    "shutting down": "it is shutting down",
    "timeout": "no answer in time",
    "server closed the connection": "it closed the connection",
    "invalid connection option": "an option after the ? of the URL is unknown",
    "invalid uri query parameter": "an option after the ? of the URL is unknown",
    "invalid sslmode": "the sslmode of the URL is unknown",
    "no such file or directory": "no server has a socket in that folder",
}
_LIBPQ_DATABASE = re.compile(r'database "[^"]*" does not exist')
_CODE = re.compile(r"[0-9A-Z]{5}", re.ASCII)
_SQLITE_CODE = re.compile(r"SQLITE_[A-Z_]{1,40}", re.ASCII)
# File systems on which SQLite's locks or its shared memory do not work (sqlite.org/wal.html, "Overview").
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.gcsfuse",
     "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "virtiofs", "davfs"}
)  # fmt: skip
_MOUNTS = Path("/proc/mounts")
_ELSEWHERE = "Put the ledger on a local disk, or use Postgres."


def unusable(address: URL, error: Exception) -> LedgerError:
    """Why the database of an address cannot be used, with the way out; for whatever SQLAlchemy or a driver raises."""
    cause = error.orig if isinstance(error, StatementError) and error.orig else error
    if isinstance(error, IntegrityError):
        why, way_out = _code(cause), (
            "Another sweep wrote the same record at the same time: start another sweep, which settles open deletions."
        )  # fmt: skip
    elif address.drivername == "sqlite":
        why, way_out = _sqlite(address, cause)
    else:
        why, way_out = _postgres(cause)
    return LedgerError(
        f"The ledger in {shown(address)} cannot be used: {why}. {way_out} JANITOR_DATABASE_URL names the database."
    )


def _postgres(error: BaseException) -> tuple[str, str]:
    known = recognised(error, _LIBPQ)
    if not known and _LIBPQ_DATABASE.search(str(error)):
        known = "it has no database of that name"
    why = f"{_code(error)}, {known}" if known else _code(error)
    return (
        why,
        "Check that the server is running, that it can be reached from here, and that this user may create and write tables.",
    )


def _sqlite(address: URL, error: BaseException) -> tuple[str, str]:
    code = _code(error)
    path = _file(address)
    network = _network_disk(path)
    if code.startswith(("SQLITE_PROTOCOL", "SQLITE_IOERR_SHM", "SQLITE_IOERR_LOCK")) or (
        network and code.startswith(("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_LOCKED", "SQLITE_CANTOPEN"))
    ):
        where = f" ({network})" if network else ""
        return (
            f"{code}, locks do not work there",
            f"It is on a network disk{where}, where SQLite cannot work. {_ELSEWHERE}",
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{code}, another process holds it", (
            "Wait until the other process (another janitor, a backup, a database browser) has ended, and try again."
            f" If there is none, the file may be on a network disk. {_ELSEWHERE}"
        )
    if code.startswith("SQLITE_READONLY"):
        return f"{code}, the file or its folder is read-only", _writable()
    if code.startswith("SQLITE_FULL"):
        return f"{code}, the disk is full", "Free space on the disk."
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"{code}, the file is not a database, or it is damaged", (
            "Name another file, or restore this one from a backup."
        )
    if code.startswith("SQLITE_CANTOPEN"):
        return f"{code}, the file cannot be opened or created", _writable()
    return code, "Check that its folder exists, that it can be written, and that the disk is not full."


def _writable() -> str:
    return (
        f"Check that its folder exists, and that this user can write to it (uid {os.getuid()}). SQLite also writes beside the"
        " file: give the user write access to the folder, or put the ledger in another folder."
    )


def _code(error: BaseException) -> str:
    """The type of the error and its SQLSTATE, or SQLite's name of its code."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and _CODE.fullmatch(state):
        return f"{type(error).__name__} (SQLSTATE {state})"
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str) and _SQLITE_CODE.fullmatch(name):
        return name
    return own_text(error) or facts(error)


def _file(address: URL) -> Path | None:
    found = (address.database or "").removeprefix("file:").partition("?")[0]
    return Path(found) if found else None


def _network_disk(path: Path | None) -> str:
    """The type of the network file system that a file lies on; "" for a local one, and where it is not known."""
    try:
        if path is None:
            return ""
        folder = path.parent.resolve()
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError, RuntimeError):
        return ""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        at = Path(fields[1].replace("\\040", " "))
        if (at == folder or at in folder.parents) and len(at.parts) >= best:
            best, kind = len(at.parts), fields[2]
    return kind if kind in _NETWORK else ""
