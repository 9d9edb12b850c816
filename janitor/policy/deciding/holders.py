"""Holders in deciding: which refusals of Cloud Asset Inventory are gaps, and what of it was not observed (R51). Pure."""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

from janitor.model.holders import NOT_ASKED, Holder, Holders, InventoryRefusal, UnreadInventory
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.policy.model import HoldersMode

PERMISSION = "cloudasset.assets.searchAllResources"
ROLE = "roles/cloudasset.viewer"
# Clusters in these states run nothing (container/v1/cluster_service.proto, Cluster.Status). In any other, an unknown one
# too, a cluster has the Pods of kube-system.
_RUN_NOTHING = frozenset({"PROVISIONING", "STOPPING", "ERROR"})
_NAMED = 3


@dataclass(frozen=True, slots=True)
class InventoryReads:
    """Which projects' inventory was read before: in `earlier` recorded sweeps, and at the start of `this` sweep."""

    earlier: Set[str] = frozenset()
    this: Set[str] = frozenset()


NEVER_READ = InventoryReads()


@dataclass(frozen=True, slots=True)
class JudgedHolders:
    """What the inventory lists, by the `mode` of the policy file. `off` are the projects whose inventory protects
    nothing, which is no gap; `gaps` are refusals that may hide a user, clusters that were not observed, and assets
    without content."""

    mode: HoldersMode = "auto"
    holders: Holders = NOT_ASKED
    off: tuple[UnreadInventory, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def protects(self) -> bool:
        """Whether the inventory of any project says what is in use, with its delay."""
        return bool(self.holders.read)


NO_HOLDERS = JudgedHolders()


def judged(holders: Holders, mode: HoldersMode, before: InventoryReads = NEVER_READ) -> JudgedHolders:
    """What was read, and what of it was not observed."""
    off = tuple(each for each in holders.refused if _is_off(each, mode, before))
    refused = (_refused(each) for each in holders.refused if each not in off)
    gaps = {*refused, *_unseen_clusters(holders), *_empty(holders)}
    return JudgedHolders(mode, holders, off, tuple(sorted(gaps)))


def _is_off(refused: UnreadInventory, mode: HoldersMode, before: InventoryReads) -> bool:
    """`auto` goes without an inventory that cannot be read from the start; one that could be read is missed."""
    if mode == "required" or refused.project in before.this:
        return False
    if refused.refusal is InventoryRefusal.NO_PERMISSION:
        return refused.project not in before.earlier
    return refused.refusal is InventoryRefusal.API_DISABLED


def _refused(refused: UnreadInventory) -> Gap:
    return Gap(refused.project, "-", Kind.HOLDER, refused.cause)


def _unseen_clusters(holders: Holders) -> Iterator[Gap]:
    """A cluster that runs has Pods of its own in kube-system: where none is listed, its Pods were not observed."""
    for cluster, state in holders.clusters:
        if state not in _RUN_NOTHING and cluster not in holders.observed:
            cause = (
                f"cluster {cluster.name} runs, but Cloud Asset Inventory lists no Pod of its namespace kube-system, so"
                " what its Pods use was not observed"
            )
            yield Gap(cluster.project, cluster.location, Kind.HOLDER, cause)


def _empty(holders: Holders) -> Iterator[Gap]:
    empty: dict[str, list[str]] = {}
    for project, name in sorted(holders.empty):
        empty.setdefault(project, []).append(name)
    for project, names in empty.items():
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        cause = f"Cloud Asset Inventory lists these without content: {', '.join(names[:_NAMED])}{more}"
        yield Gap(project, "-", Kind.HOLDER, cause)


def uses_images_of(holders: Sequence[Holder], projects: Collection[str]) -> bool:
    """Whether any holder names an image of these projects; a project's number may be that of any (facts 4)."""
    named = (each.repository.project for holder in holders for each in holder.images.references)
    return any(project in projects or project.isdecimal() for project in named)
