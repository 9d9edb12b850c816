"""Scope of a report: the policy file and the projects that its figures are about (R31), and projects that are unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from janitor.ledger.history import ANY_SCOPE, Basis, SweepScope
from janitor.model.names import project_of
from janitor.policy.deciding.projects import roots_in_words
from janitor.report.data.snapshot import Snapshot

_DIGEST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ReportScope:
    """`asked` is the policy file and the projects whose next sweep is reported. `basis` is the recorded sweep that the
    report rests on, None where there is none; `last` the last sweep of any scope."""

    asked: SweepScope = ANY_SCOPE
    basis: Basis | None = None
    last: Basis | None = None


UNSCOPED = ReportScope()


def scope_in_words(scope: SweepScope) -> str:
    """``policies.yaml (sha256:0123456789ab), projects p, q``; without what is not known."""
    digest = scope.policy_digest.removeprefix("sha256:")[:_DIGEST_SHOWN]
    shown = f"sha256:{digest}" if digest else ""
    file = f"{scope.policies} ({shown})" if scope.policies and shown else scope.policies or shown
    return ", ".join(part for part in (file, _places(scope.projects)) if part)


def is_root(place: str) -> bool:
    """Whether a place of a scope is an organization or a folder, by resource name, and no project."""
    return "/" in place


def _places(places: Sequence[str]) -> str:
    if places and all(map(is_root, places)):
        return roots_in_words(places)
    noun = "project" if len(places) == 1 else "projects"
    return f"{noun} {', '.join(places)}" if places else ""


def basis_in_words(scope: ReportScope) -> str:
    """What the figures of the next sweep are of; empty where no sweep of the scope is recorded, or it has no name."""
    return scope_in_words(scope.basis.scope) if scope.basis else ""


def unknown_projects(
    projects: Iterable[str], deleted: frozenset[str], snapshot: Snapshot | None, scope: ReportScope
) -> tuple[str, ...]:
    """Those of the projects of which the ledger knows nothing: no sweep, no deletion, no resource. `deleted` are those
    with a deletion."""
    left = set(projects) - deleted
    if left and scope.basis:
        if any(map(is_root, scope.basis.scope.projects)):
            return ()  # which projects an organization had is not recorded
        left -= set(scope.basis.scope.projects)
    if left and snapshot:
        left -= _in_snapshot(snapshot)
    return tuple(sorted(left))


def _in_snapshot(snapshot: Snapshot) -> set[str]:
    rows = (
        snapshot.repositories, snapshot.services, snapshot.largest, snapshot.troubles, snapshot.waiting,
    )  # fmt: skip
    found = {project_of(row.name) for some in rows for row in some}
    return found | {gap.project for gap in snapshot.gaps}
