"""Protections: which label, name or tag of `protect` covers a resource, and through what (R11)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from janitor.explain.names import Target
from janitor.kinds.traffic_tag import all_traffic_tags
from janitor.model.inventory import Observed
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.patterns import labels_match, matcher
from janitor.policy.deciding.workload_rules import IdentifiedWorkload
from janitor.policy.model import Protect


@dataclass(frozen=True, slots=True)
class Bearer:
    """Something whose name, labels or tags may protect: `what` says what it is to the resource."""

    what: str
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


def protections(protect: Protect, bearers: Iterable[Bearer]) -> tuple[str, ...]:
    """Each thing of `protect` that covers one of them, in words."""
    return tuple(line for bearer in bearers for line in _of(protect, bearer))


def _of(protect: Protect, bearer: Bearer) -> Iterator[str]:
    labels = dict(bearer.labels)
    if labels and Protect({}).covers(labels):
        yield f"janitor: keep always protects, and {bearer.what} has that label"
    for key, glob in protect.labels.items():
        if any(labels_match({key: glob}, labels)):
            yield f"protect.labels: {bearer.what} has {key}={labels[key]}"
    for glob in protect.names:
        if bearer.name and matcher((glob,))(bearer.name):
            yield f"protect.names: {glob} names {bearer.what} {bearer.name}"
    for glob in protect.tags:
        if found := [tag for tag in bearer.tags if matcher((glob,))(tag)]:
            yield f"protect.tags: {glob} names its tag {', '.join(found)}"


def workload_bearers(target: Target, observed: Observed) -> list[Bearer]:
    """What may protect a service, a job or a worker pool, a revision, a traffic tag or an execution."""
    loads = observed.workloads
    own = target.name if target.kind in (Kind.SERVICE, Kind.JOB, Kind.WORKER_POOL) else target.name.parent
    above: tuple[IdentifiedWorkload, ...] = (*loads.services, *loads.jobs, *loads.worker_pools)
    holders = {each.name: each.labels for each in above}
    held = {each.name: each.labels for each in _held(observed)}
    noun = "service" if own.collection == "services" else "job"
    if own == target.name:
        return [_bearer("it", own, holders.get(own, {}))]
    if target.kind is Kind.TRAFFIC_TAG:
        return [_bearer(f"its {noun}", own, holders.get(own, {})), *_tag_bearers(target, observed)]
    labels = tuple(held.get(target.name, {}).items())
    return [_bearer(f"its {noun}", own, holders.get(own, {})), Bearer("it", "", labels)]


def _tag_bearers(target: Target, observed: Observed) -> Iterator[Bearer]:
    """A traffic tag by itself, and the revision that it names."""
    for tag in all_traffic_tags(observed.workloads):
        if tag.name == target.name:
            labels = tag.revision.labels if tag.revision else {}
            yield Bearer(f"its revision {tag.target}", "", tuple(labels.items()))
            yield Bearer("it", "", (), (tag.name.short,))


def held_bearers(target: Target, observed: Observed) -> list[Bearer]:
    """What a service or a job holds, whose labels protect it (HOLDS_PROTECTED)."""
    return [
        Bearer(f"{each.name.collection.removesuffix('s')} {each.name.short}", "", tuple(each.labels.items()))
        for each in _held(observed)
        if each.name.parent == target.name
    ]


def _held(observed: Observed) -> tuple[IdentifiedWorkload, ...]:
    return (*observed.workloads.revisions, *observed.workloads.executions)


def image_bearers(image: Image, repository: Repository) -> list[Bearer]:
    """What may protect an image: its repository, its package, a tag of it."""
    return [
        *repository_bearers(repository, "its repository"),
        Bearer("its package", image.package, (), image.tags),
    ]


def repository_bearers(repository: Repository, what: str = "it") -> list[Bearer]:
    """A repository by its name and its labels."""
    return [Bearer(what, repository.name.repository, tuple(repository.labels.items()))]


def _bearer(what: str, name: ResourceName, labels: Mapping[str, str]) -> Bearer:
    return Bearer(what, name.short, tuple(labels.items()))
