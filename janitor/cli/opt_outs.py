"""Opt-outs and scheduled deletions: the ledger's marks, read and changed from the terminal."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from janitor.errors import UsageError
from janitor.kinds.table import HOLDER_KINDS, KINDS
from janitor.ledger.marks import Marked, OptOut
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName, project_of
from janitor.model.references import BadReferenceError, parse_reference, without_host
from janitor.report.data.known_names import SNAPSHOTS, named_by, names_in
from janitor.report.data.snapshot_codec import decode_snapshot
from janitor.store.database import Database, open_database
from janitor.store.history import SqlHistory
from janitor.store.lock import holder_now
from janitor.store.marks import SqlMarks

_HOLDERS = tuple(KINDS[kind].collection for kind in (*HOLDER_KINDS, Kind.REPOSITORY))
_NAMED = 5


@dataclass(frozen=True, slots=True)
class RecordedOptOut:
    """The result of `keep`. `was_seen`: the ledger knows the resource, or it was read. `applying` says
    who applies just now and may have read the marks before, "" where nobody does."""

    name: str
    was_seen: bool
    applying: str


async def load_marks(
    url: str | None, at: datetime, projects: tuple[str, ...]
) -> tuple[list[Marked], list[OptOut]]:
    """Scheduled deletions and opt-outs in these projects (none: in all projects); LedgerError."""
    async with _ledger_at(url, at) as (database, _):
        book = SqlMarks(database)
        marked, opt_outs = await book.marked(), await book.opt_outs(at)
    return (
        [each for each in marked if not projects or project_of(each.name) in projects],
        [each for each in opt_outs if not projects or project_of(each.name) in projects],
    )


async def keep(
    url: str | None,
    name: str,
    until: datetime | None,
    by: str,
    at: datetime,
    projects: tuple[str, ...],
    look_up: Callable[[str], Awaitable[str]],
) -> RecordedOptOut:
    """Opt out of a resource. A short name is one that the ledger knows, else what `look_up` makes of it, which reads.
    UsageError where no resource or several have the name."""
    async with _ledger_at(url, at) as (database, applying):
        book = SqlMarks(database)
        opted_out = dict.fromkeys((each.name for each in await book.opt_outs(at)), "")
        seen = await _last_seen(database) | {each.name: each.kind for each in await book.marked()}
        whole = whole_name(name, opted_out | seen, projects)
        was_seen = whole is None or whole in seen
        whole = whole or await look_up(name)
        await book.opt_out(OptOut(whole, until, by, at))
        return RecordedOptOut(whole, was_seen, applying)


async def _last_seen(database: Database) -> dict[str, str]:
    """What the last sweep of each scope named. What another version of janitor wrote is looked up by reading instead."""
    history = SqlHistory(database)
    with_snapshot = [each.sweep_id for each in await history.recorded() if each.has_snapshot]
    seen: dict[str, str] = {}
    for sweep_id in with_snapshot[:SNAPSHOTS]:
        with suppress(ValueError):
            seen |= names_in(decode_snapshot(await history.snapshot_of(sweep_id) or ""))
    return seen


async def end_keep(url: str | None, name: str, by: str, at: datetime, projects: tuple[str, ...]) -> str:
    """End the opt-out of a resource and return its full name; UsageError where there is none."""
    async with _ledger_at(url, at) as (database, _):
        book = SqlMarks(database)
        known = dict.fromkeys((each.name for each in await book.opt_outs(at)), "")
        whole = whole_name(name, known, projects) or name
        if whole not in known:
            raise UsageError(f"{whole}: it has no opt-out: janitor marks lists the opt-outs")
        await book.end_opt_out(whole, by, at)
        return whole


def whole_name(text: str, known: dict[str, str], projects: tuple[str, ...]) -> str | None:
    """Google's name of what is meant: a whole name, an image's URI with its digest, or what people call
    one of those that are `known` (name -> kind). None where that is not known; UsageError where several are."""
    if text.startswith("projects/"):
        return _checked(text)
    if (image := _of_reference(text)) is not None:
        return image
    found = [name for name in named_by(text, known) if not projects or project_of(name) in projects]
    if len(found) == 1:
        return found[0]
    if not found:
        return None
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise UsageError(
        f"{text}: {len(found)} resources have that name: use one full name, or --project: "
        + ", ".join(found[:_NAMED])
        + more
    )


def _checked(text: str) -> str:
    try:
        name = ResourceName.parse(text)
    except ValueError as error:
        raise UsageError(f"{error}: write projects/P/locations/L/services/NAME, or the like") from error
    if name.path[0] not in _HOLDERS or not all(name.path):
        raise UsageError(
            f"{text}: an opt-out is for one of these, or for something in one:  {', '.join(_HOLDERS)}; a package's / is written %2F"
        )
    return text


def _of_reference(text: str) -> str | None:
    """The version that an image reference names by its digest; None for any other text."""
    if without_host(text):
        return None
    try:
        reference = parse_reference(text)
    except BadReferenceError as error:
        raise UsageError(f"{error}: write HOST/PROJECT/REPOSITORY/IMAGE@sha256:…") from error
    if reference is None or reference.digest is None:
        return None
    repository: RepositoryName = reference.repository
    return repository.version(reference.package, reference.digest)


@asynccontextmanager
async def _ledger_at(url: str | None, at: datetime) -> AsyncIterator[tuple[Database, str]]:
    """The ledger while its database is open, and who applies at this moment."""
    database = await open_database(url)
    try:
        yield database, await holder_now(database, at)
    finally:
        await database.close()
