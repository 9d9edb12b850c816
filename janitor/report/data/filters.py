"""A report of some projects alone, or without persons' addresses: what a sweep saw, narrowed. The ledger narrows its
own figures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from janitor.ledger.figures import owner_shown
from janitor.model.amounts import NOTHING, Amount
from janitor.model.names import project_of
from janitor.report.data.running_costs import idle_sum, sum_of
from janitor.report.data.snapshot import InGrace, Planned, PlannedGroup, RunningService, Snapshot, Stored
from janitor.report.data.totals import capped, in_grace_sum

_INSIDE = "/packages/"


def snapshot_in(snapshot: Snapshot, projects: tuple[str, ...]) -> Snapshot:
    """What it shows of these projects.

    Amount are those of what is listed by name, so they are too low where the list was cut. Gaps and refusals
    stay all, for they hold up every project; what is kept is not known by project and left out. `planned`
    is what is left: what the sweep has deleted stands in the ledger.
    """

    def mine(row: Planned | PlannedGroup | Stored | RunningService | InGrace) -> bool:
        return project_of(row.name) in projects

    repositories = tuple(filter(mine, snapshot.repositories))
    services = tuple(filter(mine, snapshot.services))
    largest = tuple(filter(mine, snapshot.largest))
    grouped = tuple(filter(mine, snapshot.grouped))
    troubles = tuple(filter(mine, snapshot.troubles))
    waiting = tuple(filter(mine, snapshot.waiting))
    billed = {row.name: row.size_bytes for row in snapshot.repositories}
    left = _amount(grouped, billed)
    return replace(
        snapshot,
        planned=left,
        left=left,
        by_policy=_divided(grouped, billed, lambda row: row.policy),
        by_owner=_divided(grouped, billed, lambda row: row.owner),
        largest=largest,
        grouped=grouped,
        troubles=troubles,
        troubled=len(troubles),
        stored=sum_of(repositories),
        repositories=repositories,
        running=sum_of(services),
        services=services,
        kept=(),
        waiting=waiting,
        waited=len(waiting),
        in_grace=in_grace_sum(waiting, billed),
        idle=idle_sum(services),
    )


def notes_on_narrowing(snapshot: Snapshot | None, projects: tuple[str, ...]) -> Iterator[str]:
    """What a reader must know of a report that was narrowed; `snapshot` is the whole one."""
    noun = "project" if len(projects) == 1 else "projects"
    yield (
        f"only {noun} {', '.join(projects)}; failed reads and refusals are shown for all projects, and the counts of"
        " kept resources are not known by project"
    )
    known = sum(row.amount.count for row in snapshot.grouped) if snapshot else 0
    if snapshot and snapshot.left.count > known:
        yield (
            f"next deletions: {known:,} of {snapshot.left.count:,} in all projects are known by project, the costliest"
            " first; the figures are of those, and too low"
        )
    if snapshot and snapshot.stored.count > len(snapshot.repositories):
        yield f"storage: the {len(snapshot.repositories)} costliest repositories of all projects are known by name"
    if snapshot and snapshot.waited > len(snapshot.waiting):
        yield f"scheduled deletions: the {len(snapshot.waiting)} soonest of all projects are known by name"
    if snapshot and snapshot.running.count > len(snapshot.services):
        yield f"services: {len(snapshot.services)} of all projects are known by name"


def snapshot_without_creators(snapshot: Snapshot) -> Snapshot:
    """Nobody's, where the owner is a person's address; the sums of what becomes nobody's are added up."""
    owners: dict[str, Amount] = {}
    for owner, sums in snapshot.by_owner:
        label = _no_address(owner)
        owners[label] = owners.get(label, NOTHING) + sums
    ranked = sorted(owners.items(), key=lambda row: (-row[1].usd_month, -row[1].size_bytes, row[0]))
    return replace(
        snapshot,
        by_owner=tuple(ranked),
        largest=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.largest),
        grouped=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.grouped),
        troubles=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.troubles),
        repositories=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.repositories),
        services=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.services),
        waiting=tuple(replace(row, owner=_no_address(row.owner)) for row in snapshot.waiting),
    )


def _no_address(owner: str) -> str:
    return owner_shown(owner, show_creator=False)


def _divided(
    rows: Iterable[PlannedGroup], billed: dict[str, int], part: Callable[[PlannedGroup], str]
) -> tuple[tuple[str, Amount], ...]:
    parts: dict[str, list[PlannedGroup]] = {}
    for row in rows:
        parts.setdefault(part(row), []).append(row)
    sums = [(name, _amount(held, billed)) for name, held in parts.items()]
    return tuple(sorted(sums, key=lambda row: (-row[1].usd_month, -row[1].size_bytes, row[0])))


def _amount(rows: Sequence[PlannedGroup], billed: dict[str, int]) -> Amount:
    """The images of a repository count for what Google bills for it at most (R25)."""
    groups: dict[str, Amount] = {}
    for row in rows:
        inside = row.name.partition(_INSIDE)[0] if _INSIDE in row.name else ""
        groups[inside] = groups.get(inside, NOTHING) + row.amount
    return capped(groups.items(), billed)
