"""What is wrong, worst first, and the way out of it: a row for many alike, never ten thousand rows."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from janitor.apply.outcomes import TIME_UP
from janitor.kinds.table import KINDS
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.text import shorten
from janitor.model.units import moment, show_age
from janitor.policy.deciding.gaps import blocks_in_words, is_unseen_gap
from janitor.report.data.failed_reads import (
    DENIED,
    LOGIN,
    NO_CREDENTIALS,
    PASSING,
    alike,
    code_of,
    failed_reads,
    some_of,
)
from janitor.report.data.names import ails_for, called
from janitor.report.data.scope import UNSCOPED, ReportScope, scope_in_words
from janitor.report.data.snapshot import LONGEST_TEXT, Planned, Snapshot

STALE_AFTER = timedelta(days=2)
_NAMED = 3
# Google's predefined roles (docs/roles.md): what deletes a kind.
_DELETING_ROLES = {kind.value: spec.delete_role for kind, spec in KINDS.items()}


class TroubleKind(StrEnum):
    """What may be wrong, worst first; the value is a wire name."""

    SWEEP_FAILED = "sweep-failed"
    NEVER_SWEPT = "never-swept"
    STALE = "stale"
    REFUSED = "refused"
    GAP = "gap"
    FAILED = "failed"
    DRIFTED = "drifted"
    SKIPPED = "skipped"
    UNANNOUNCED = "unannounced"
    UNKNOWN_PROJECT = "unknown-project"
    FAILING = "failing"  # services, which are not janitor's own trouble


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem that a person must know of: what it is about, the message, and what to do.

    Many alike are one, with their number in `about`.
    """

    kind: TroubleKind
    about: str
    what: str
    way_out: str


def troubles(
    snapshot: Snapshot | None, until: datetime, failure: str | None, scope: ReportScope = UNSCOPED
) -> tuple[Trouble, ...]:
    """All that is wrong at `until`; `failure` as in `summarise`. The worst first, then the commonest."""
    return (*_sweep_failed(failure), *(_of_snapshot(snapshot, until) if snapshot else _never_swept(scope)))


def unknown_project(projects: Sequence[str]) -> Trouble:
    """Projects that were asked for and of which the ledger knows nothing."""
    noun = "project" if len(projects) == 1 else "projects"
    return Trouble(
        TroubleKind.UNKNOWN_PROJECT,
        f"{noun} {', '.join(projects)}",
        "the ledger has no sweep, no resource and no deletion of it",
        "check the project ID (gcloud projects list), or sweep it: add it to scope.projects",
    )


def _sweep_failed(failure: str | None) -> Iterator[Trouble]:
    if failure:
        yield Trouble(
            TroubleKind.SWEEP_FAILED,
            "the sweep for this report",
            shorten(failure, LONGEST_TEXT),
            "fix this problem; the report below is of the last recorded sweep."
            " To sweep again: janitor sweep --dry-run",
        )


def _never_swept(scope: ReportScope) -> Iterator[Trouble]:
    look = "janitor sweep --dry-run, which deletes nothing"
    if scope.last is None:
        what = "no sweep is recorded, so it is not known which resources exist and which would be deleted"
        yield Trouble(TroubleKind.NEVER_SWEPT, "the ledger", what, f"run {look}")
        return
    last = scope.last
    yield Trouble(
        TroubleKind.NEVER_SWEPT,
        scope_in_words(scope.asked) or "the policy file",
        "no sweep of this version of the file and all of its projects is recorded, so it is not known what the next"
        f" sweep would delete. The last recorded sweep, on {moment(last.started_at)}, was of"
        f" {scope_in_words(last.scope) or 'another policy file'}",
        f"run {look}, without --project and --policy",
    )


def _of_snapshot(snapshot: Snapshot, until: datetime) -> Iterator[Trouble]:
    yield from _stale(snapshot, until)
    for limit, message in snapshot.refusals:
        yield Trouble(
            TroubleKind.REFUSED,
            limit,
            message,
            "nothing was deleted. Check the plan; then use that flag once, or narrow it with --policy NAME,"
            f" or raise limits.{limit} in the policy file",
        )
    yield from _gaps(snapshot)
    yield from _actions(snapshot)
    yield from _unannounced(snapshot)
    yield from _failing(snapshot)


def _stale(snapshot: Snapshot, until: datetime) -> Iterator[Trouble]:
    age = until - snapshot.observed_at
    if age > STALE_AFTER:
        yield Trouble(
            TroubleKind.STALE,
            "the last sweep",
            f"it looked on {moment(snapshot.observed_at)}, {show_age(age.total_seconds())} before this report",
            "check that the daemon, or the job that runs janitor, is running; janitor sweep --dry-run sweeps again",
        )


def _gaps(snapshot: Snapshot) -> Iterator[Trouble]:
    for reads in failed_reads(snapshot.gaps):
        yield Trouble(TroubleKind.GAP, reads.about, reads.what, f"{reads.way_out}{_until_then(reads.gaps)}")
    if more := snapshot.gapped - len(snapshot.gaps):
        yield Trouble(
            TroubleKind.GAP,
            f"{more} more",
            f"{snapshot.gapped} reads failed in total",
            "fix these first; janitor sweep --dry-run lists all",
        )


def _until_then(gaps: Sequence[Gap]) -> str:
    return "" if is_unseen_gap(gaps[0]) else f". Until then it keeps {blocks_in_words(gaps)}"


def _actions(snapshot: Snapshot) -> Iterator[Trouble]:
    order = list(TroubleKind)
    groups = alike(snapshot.troubles, _likeness)
    for rows in sorted(groups.values(), key=lambda rows: order.index(TroubleKind(rows[0].outcome))):
        first = rows[0]
        about = f"{first.kind} {called(Kind(first.kind), first.name)}"
        yield Trouble(
            TroubleKind(first.outcome),
            f"{about} and {len(rows) - 1} more" if len(rows) > 1 else about,
            first.error or "",
            _way_to_delete(rows, snapshot.sweep_id),
        )
    if more := snapshot.troubled - len(snapshot.troubles):
        yield Trouble(
            TroubleKind.SKIPPED,
            f"{more} more",
            f"{snapshot.troubled} failed, drifted or were skipped in total",
            f"fix these first; list all: janitor history {snapshot.sweep_id}",
        )


def _unannounced(snapshot: Snapshot) -> Iterator[Trouble]:
    """Scheduled deletions that no channel accepted: their grace period has not begun (R32)."""
    rows = [row for row in snapshot.waiting if not row.announced] if snapshot.mode == "apply" else []
    if rows:
        yield Trouble(
            TroubleKind.UNANNOUNCED,
            some_of(called(row.kind, row.name) for row in rows),
            "the announcement was not accepted (by Slack, or by the reader of the output), so the grace period has not"
            " started and nothing of it is deleted",
            "see note.unposted in the log for the reason; the next apply announces it again",
        )


def _failing(snapshot: Snapshot) -> Iterator[Trouble]:
    """All failing services in one row: a section of the report shows each with its error."""
    rows, at = snapshot.failing, snapshot.observed_at
    if not rows:
        return
    shown = [f"{called(row.kind, row.name)} {ails_for(row.status, row.since, at)}" for row in rows[:_NAMED]]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    yield Trouble(
        TroubleKind.FAILING,
        "1 service" if len(rows) == 1 else f"{len(rows)} services",
        "; ".join(shown) + more,
        "fix and deploy the service again, or delete it; a policy with status: failed deletes failed services",
    )


def _likeness(row: Planned) -> Hashable:
    """What failed for one cause is alike; what drifted or was skipped has one way out, whatever it says, but for what
    the sweep's time did not reach."""
    cause = code_of(row.error or "") if row.outcome == TroubleKind.FAILED else row.error == TIME_UP.error
    return row.outcome, row.kind, cause


def deleting_role(kind: str) -> str:
    """The predefined role that deletes resources of a kind."""
    return _DELETING_ROLES.get(kind, "the role that deletes it")


def _way_to_delete(rows: Sequence[Planned], sweep_id: str) -> str:
    first = rows[0]
    code = code_of(first.error or "")
    if first.outcome == TroubleKind.DRIFTED:
        return "it changed since the plan, so it was left alone; the next sweep decides again"
    if first.error == TIME_UP.error:
        return "the next sweep tries it again; raise limits.max_duration if each sweep ends too early"
    if first.outcome == TroubleKind.SKIPPED:
        return "an action that it waits for failed; fix that, and the next sweep deletes both"
    if code in DENIED:
        projects = some_of(row.name.split("/")[1] for row in rows if row.name.startswith("projects/"))
        return f"grant {deleting_role(first.kind)} on {projects} to janitor's service account"
    if code in NO_CREDENTIALS:
        return LOGIN
    if code in PASSING:
        return "the next sweep tries again; if it fails each time, check the quota and Google's status page"
    if code == "FAILED_PRECONDITION":
        return "Google refuses the delete: fix the cause, or protect the resource in the policy file"
    return f"the next sweep tries again; all of them: janitor history {sweep_id}"
