"""What is wrong, worst first, and the way out of it: a row for many alike, never ten thousand rows."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from janitor.kinds.table import KINDS
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.text import shorten
from janitor.model.units import moment, show_age
from janitor.policy.deciding.gaps import LINE_TO_ADD, blocks_in_words, is_unseen_gap
from janitor.report.data.names import ails_for, called
from janitor.report.data.scope import UNSCOPED, ReportScope, scope_in_words
from janitor.report.data.snapshot import LONGEST_TEXT, Planned, Snapshot

STALE_AFTER = timedelta(days=2)
_NAMED = 3
_CODE = re.compile(r"([A-Za-z_]+)(?:: |$)")
_DENIED = frozenset({"PERMISSION_DENIED", "Forbidden"})
_NO_CREDENTIALS = frozenset({"UNAUTHENTICATED", "Unauthorized", "DefaultCredentialsError", "RefreshError"})
_PASSING = frozenset({
    "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "ABORTED", "CANCELLED", "UNKNOWN",
    "RetryError", "ServiceUnavailable", "TooManyRequests", "InternalServerError", "GatewayTimeout", "BadGateway",
    "TransportError",
})  # fmt: skip
# Google's predefined roles (docs/roles.md): what deletes a kind.
_DELETING_ROLES = {kind.value: spec.delete_role for kind, spec in KINDS.items()}
_LOGIN = "renew the credentials: gcloud auth application-default login, or the service account that janitor runs as"

T = TypeVar("T")


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
    """One thing that a person must know of: what it is about, what was said, and the way out.

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
            "mend what it says; what stands below is as the last recorded sweep saw it."
            " To see it again: janitor sweep --dry-run",
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
            "nothing was deleted. Read what would go; then give that flag once, or narrow with --policy NAME,"
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
            "see that the daemon, or the job that runs janitor, is alive; janitor sweep --dry-run looks again",
        )


def _gaps(snapshot: Snapshot) -> Iterator[Trouble]:
    alike = _alike(
        snapshot.gaps,
        lambda gap: (is_unseen_gap(gap), gap.kind.is_run, gap.repository is None, _code(gap.cause)),
    )
    for gaps in alike.values():
        yield Trouble(TroubleKind.GAP, _where(gaps), gaps[0].cause, _way_to_see(gaps))
    if more := snapshot.gapped - len(snapshot.gaps):
        yield Trouble(
            TroubleKind.GAP,
            f"{more} more",
            f"{snapshot.gapped} reads failed in all",
            "mend those above; janitor sweep --dry-run names every one",
        )


def _where(gaps: Sequence[Gap]) -> str:
    """``43 reads: run.revision, run.service in p (asia-east1, asia-east2, us-west1 and 40 more)``."""
    places = {
        f"{gap.location}/{gap.repository}" if gap.repository else gap.location
        for gap in gaps
        if gap.location != "-"
    }
    text = f"{_list(gap.kind.value for gap in gaps)} in {_list(gap.project for gap in gaps)}"
    if places:
        text += f" ({_list(places)})"
    return f"{len(gaps)} reads: {text}" if len(gaps) > 1 else text


def _way_to_see(gaps: Sequence[Gap]) -> str:
    first, projects = gaps[0], _list(gap.project for gap in gaps)
    code = _code(first.cause)
    if is_unseen_gap(first):
        return f"if nothing runs these images, add to the policy file: {LINE_TO_ADD}"
    if code in _DENIED:
        role, api = ("run.viewer", "Cloud Run") if first.kind.is_run else ("artifactregistry.reader", "Artifact Registry")  # fmt: skip
        way = f"grant roles/{role} on {projects} to whom janitor runs as, and see that {api}'s API is enabled"
    elif code in _NO_CREDENTIALS:
        way = _LOGIN
    elif code in _PASSING:
        way = "the next sweep reads it again; if it stays, look at the quota and at Google's status page"
    elif not code and first.kind.is_run:
        way = "correct the image reference of that workload, or delete the workload"
    else:
        way = "the next sweep reads it again; if it stays, JANITOR_LOG_LEVEL=DEBUG janitor sweep --dry-run tells more"
    return f"{way}. Until then it keeps {blocks_in_words(gaps)}"


def _actions(snapshot: Snapshot) -> Iterator[Trouble]:
    order = list(TroubleKind)
    alike = _alike(snapshot.troubles, _likeness)
    for rows in sorted(alike.values(), key=lambda rows: order.index(TroubleKind(rows[0].outcome))):
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
            f"{snapshot.troubled} failed, drifted or were skipped in all",
            f"mend those above; each of them: janitor history {snapshot.sweep_id}",
        )


def _unannounced(snapshot: Snapshot) -> Iterator[Trouble]:
    """Scheduled deletions that no channel accepted: their grace period has not begun (R32)."""
    rows = [row for row in snapshot.waiting if not row.announced] if snapshot.mode == "apply" else []
    if rows:
        yield Trouble(
            TroubleKind.UNANNOUNCED,
            _list(called(row.kind, row.name) for row in rows),
            "Slack did not accept the announcement, so the grace period has not started and nothing of it is deleted",
            "see the log for Slack's answer; the next apply announces it again",
        )


def _failing(snapshot: Snapshot) -> Iterator[Trouble]:
    """All failing services in one row: a section of the report shows each with its error."""
    rows, at = snapshot.failing, snapshot.observed_at
    if not rows:
        return
    shown = [
        f"{called(Kind.SERVICE, row.name)} {ails_for(row.status, row.since, at)}" for row in rows[:_NAMED]
    ]
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    yield Trouble(
        TroubleKind.FAILING,
        "1 service" if len(rows) == 1 else f"{len(rows)} services",
        "; ".join(shown) + more,
        "fix and deploy the service again, or delete it; a policy with status: failed deletes failed services",
    )


def _likeness(row: Planned) -> Hashable:
    """What failed for one cause is alike; what drifted or was skipped has one way out, whatever it says."""
    return row.outcome, row.kind, _code(row.error or "") if row.outcome == TroubleKind.FAILED else ""


def _way_to_delete(rows: Sequence[Planned], sweep_id: str) -> str:
    first = rows[0]
    code = _code(first.error or "")
    if first.outcome == TroubleKind.DRIFTED:
        return "it is no longer as the plan saw it, so it was left alone; the next sweep looks at it afresh"
    if first.outcome == TroubleKind.SKIPPED:
        return "what had to go before it did not; mend that, and the next sweep takes both"
    if code in _DENIED:
        projects = _list(row.name.split("/")[1] for row in rows if row.name.startswith("projects/"))
        role = _DELETING_ROLES.get(first.kind, "the role that deletes it")
        return f"grant {role} on {projects} to whom janitor runs as"
    if code in _NO_CREDENTIALS:
        return _LOGIN
    if code in _PASSING:
        return (
            "the next sweep tries again; if it fails each time, look at the quota and at Google's status page"
        )
    if code == "FAILED_PRECONDITION":
        return (
            "Google refuses it as it stands: change what it says, or name it under protect in the policy file"
        )
    return f"the next sweep tries again; all of them: janitor history {sweep_id}"


def _code(text: str) -> str:
    """The status or error class that a cause begins with (gcp/failures.py), "" where it has none."""
    match = _CODE.match(text)
    return match[1] if match else ""


def _alike(rows: Iterable[T], likeness: Callable[[T], Hashable]) -> Mapping[Hashable, list[T]]:
    """Rows in groups, the largest first, then in their order."""
    groups: dict[Hashable, list[T]] = {}
    for row in rows:
        groups.setdefault(likeness(row), []).append(row)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def _list(texts: Iterable[str]) -> str:
    """Each once, in order, the first few by name."""
    each = sorted(set(texts))
    more = len(each) - _NAMED
    return ", ".join(each) if more < 1 else f"{', '.join(each[:_NAMED])} and {more} more"
