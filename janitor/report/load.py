"""Loading a report from the ledger: the summary of a period, and past sweeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from janitor.errors import LedgerError, UsageError
from janitor.ledger.figures import Period, Question
from janitor.ledger.history import ANY_SCOPE, PastAction, PastSweep, SweepScope, basis_for
from janitor.report.data.filters import (
    notes_on_narrowing,
    snapshot_in,
    snapshot_without_creators,
)
from janitor.report.data.scope import ReportScope, unknown_projects
from janitor.report.data.snapshot import Snapshot
from janitor.report.data.snapshot_codec import decode_snapshot
from janitor.report.data.summary import Summary, summarise
from janitor.report.data.troubles import unknown_project
from janitor.settings import SweepRequest
from janitor.store.database import open_database
from janitor.store.history import SqlHistory


async def load_summary(
    url: str | None,
    since: timedelta | datetime | None,
    until: datetime,
    horizon: timedelta,
    failure: str | None = None,
    projects: tuple[str, ...] = (),
    show_creator: bool = True,
    asked: SweepScope = ANY_SCOPE,
) -> Summary:
    """The report of a period, out of the ledger at `url` (None: the default database).

    `since` is a time, or how long before `until`; None is since the last report that was posted, else
    from the beginning. `failure`: as in `summarise`. `projects` narrow it to these. Not `show_creator`:
    what is its creator's, a person's address, is nobody's. `asked` is the policy file and the projects whose next
    sweep is reported (R31). LedgerError where the ledger cannot be read.
    """
    async with history_at(url) as records:
        start = await records.last_reported() if since is None else _start(since, until)
        period = Period(start, until)
        figures = await records.figures(Question(period, horizon, projects, show_creator))
        deleted = await records.projects_with_deletions(projects)
        recorded = await records.recorded()
        basis = basis_for(recorded, asked)
        text = None if basis is None else await records.snapshot_of(basis.sweep_id)
    snapshot = whole = None if text is None else _decoded(text)
    last = next((each for each in recorded if each.has_snapshot), None)
    scope = ReportScope(asked, basis if whole else None, last)
    unknown = unknown_projects(projects, deleted, whole, scope)
    if snapshot and not show_creator:
        snapshot = snapshot_without_creators(snapshot)
    if snapshot and projects:
        snapshot = snapshot_in(snapshot, projects)
    summary = summarise(figures, snapshot, period, horizon, failure, scope)
    if unknown:
        summary = replace(summary, troubles=(unknown_project(unknown), *summary.troubles))
    if projects:
        summary = replace(summary, foot=(*notes_on_narrowing(whole, projects), *summary.foot))
    return summary


def scope_of(request: SweepRequest) -> SweepScope:
    """The policy file and the projects of a sweep that is asked for; no projects where the file names none."""
    policies = request.policies
    projects = request.projects or policies.scope.named
    return SweepScope(request.policies_source, policies.digest, projects)


async def load_history(url: str | None, limit: int, dry_runs: bool) -> tuple[list[PastSweep], int]:
    """The last sweeps, the newest first, and how many dry runs are left out; LedgerError where the ledger cannot be
    read."""
    async with history_at(url) as records:
        return await records.sweeps(limit, dry_runs), 0 if dry_runs else await records.dry_runs()


async def load_sweep(url: str | None, start_of_id: str) -> tuple[PastSweep, list[PastAction]]:
    """The one sweep whose id begins so, and its actions in the order in which they were begun.

    UsageError where there is none, or more than one; LedgerError where the ledger cannot be read.
    """
    async with history_at(url) as records:
        found = await records.find_sweeps(start_of_id) if start_of_id else []
        if len(found) != 1:
            raise UsageError(_not_one(start_of_id, found))
        return found[0], await records.actions(found[0].id)


@asynccontextmanager
async def history_at(url: str | None) -> AsyncIterator[SqlHistory]:
    """What the ledger remembers, while its database is open; LedgerError where that cannot be used."""
    database = await open_database(url)
    try:
        yield SqlHistory(database)
    finally:
        await database.close()


def _start(since: timedelta | datetime, until: datetime) -> datetime:
    return since if isinstance(since, datetime) else until - since


def _decoded(text: str) -> Snapshot:
    try:
        return decode_snapshot(text)
    except ValueError as error:
        raise LedgerError(
            f"What the last sweep saw cannot be read from the ledger ({error}). Another version of janitor wrote"
            " it: use that one, or sweep once more: janitor sweep --dry-run"
        ) from error


def _not_one(start_of_id: str, found: list[PastSweep]) -> str:
    if not found:
        return (
            f"no sweep of the ledger has an id that begins with {start_of_id!r}: janitor history lists them"
        )
    ids = ", ".join(sweep.id for sweep in found)
    return f"more than one sweep has an id that begins with {start_of_id!r} ({ids}): give more of it"
