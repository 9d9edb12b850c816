"""Protections: which label, name or tag of `protect` covers a resource, and through what (R11)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from janitor.explain.names import Target
from janitor.kinds.table import KINDS, PART_KINDS, kind_noun, listed
from janitor.model.inventory import Observed
from janitor.model.names import ResourceName
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.patterns import labels_match, matcher
from janitor.policy.model import Protect


@dataclass(frozen=True, slots=True)
class Bearer:
    """Something whose name, labels or tags may protect: `what` says what it is to the resource."""

    what: str
    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


def protections(protect: Protect, bearers: Iterable[Bearer]) -> tuple[str, ...]:
    """Each entry of `protect` that covers one of them, in words."""
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
    """What may protect a workload: what holds it, what it stands for, and its own labels or name."""
    found = {each.name: each for _, each in listed(observed.workloads)}
    spec, resource = KINDS[target.kind], found.get(target.name)
    if spec.parent is None:
        return [_bearer("it", target.name, resource.labels if resource else {})]
    above = found.get(target.name.parent)
    bearers = [_bearer(f"its {kind_noun(spec.parent)}", target.name.parent, above.labels if above else {})]
    stood_for = PART_KINDS[target.kind].stands_for(resource) if resource else None
    if spec.stands_for and stood_for:
        what = f"its {kind_noun(spec.stands_for)} {stood_for.name.short}"
        bearers.append(Bearer(what, "", tuple(stood_for.labels.items())))
    own = resource.labels if resource and not spec.labelled_by else {}
    tags = (target.name.short,) if spec.is_tag else ()
    return [*bearers, Bearer("it", "", tuple(own.items()), tags)]


def held_bearers(target: Target, observed: Observed) -> list[Bearer]:
    """What a workload holds, whose labels protect it (HOLDS_PROTECTED)."""
    return [
        Bearer(f"{each.name.collection.removesuffix('s')} {each.name.short}", "", tuple(each.labels.items()))
        for kind, each in listed(observed.workloads)
        if KINDS[kind].parent and not KINDS[kind].labelled_by and each.name.parent == target.name
    ]


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
