"""Prices of scheduled deletions: what each resource in grace would save once it is deleted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice

from janitor.cost.book import PriceBook
from janitor.cost.metering import (
    AN_INDEX,
    estimate_image,
    estimate_package,
    estimate_repository,
    estimate_version,
)
from janitor.kinds.package import held_in
from janitor.kinds.repository import DOCKER
from janitor.kinds.table import HOLDER_KINDS, PART_KINDS, estimate_workload, free_of_charge, listed
from janitor.kinds.workload import RunResource
from janitor.model.amounts import Estimate
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Contents, Image, Package, Repository
from janitor.plan.build import version_name
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.packages import package_facts
from janitor.policy.deciding.retention import by_package

_Priced = tuple[str, int, Estimate]  # name, bytes, estimate


@dataclass(slots=True)
class GracePrices:
    """Fills in the size and the estimate of what `grace` holds, while a resource and what it holds are in memory.
    Each call prices what was added to the grace since the last one."""

    grace: Grace
    book: PriceBook
    _done: int = field(init=False, default=0)

    def workloads(self, workloads: Workloads) -> None:
        """Of Cloud Run's resources."""
        added = self._added()
        if not added:
            return
        known = {each.name: each for _, each in listed(workloads)}
        held: dict[tuple[Kind, ResourceName], list[RunResource]] = {}
        for kind, each in listed(workloads):
            if kind in PART_KINDS:
                held.setdefault((kind, each.name.parent), []).append(each)
        for text in added:
            kind, name = self.grace.waiting[text].kind, ResourceName.parse(text)
            self._note([(text, 0, self._workload(kind, name, known, held))])

    def _added(self) -> list[str]:
        names = list(islice(self.grace.waiting, self._done, None))
        self._done += len(names)
        return names

    def _workload(
        self,
        kind: Kind,
        name: ResourceName,
        known: Mapping[ResourceName, RunResource],
        held: Mapping[tuple[Kind, ResourceName], Sequence[RunResource]],
    ) -> Estimate:
        resource = known.get(name)
        if resource is None:
            return free_of_charge(kind)
        if kind in PART_KINDS:
            return estimate_workload(kind, resource, known.get(name.parent), self.book)
        return estimate_workload(kind, resource, held.get((HOLDER_KINDS[kind].holds, name), ()), self.book)

    def repository(self, repository: Repository, contents: Contents, uploads: Mapping[str, float]) -> None:
        """Of a repository, and of what it holds."""
        here = set(self._added())
        if not here:
            return
        location = repository.name.location
        whole = estimate_repository(repository.size_bytes, location, self.book)
        self._note([(str(repository.name), repository.size_bytes, whole)])
        tags = [name for name in here if self.grace.waiting[name].kind is Kind.TAG]
        self._note((name, 0, free_of_charge(Kind.TAG)) for name in tags)
        self._note(self._images(repository, contents.images, here))
        images = by_package(contents.images)
        for package in contents.packages or ():
            self._note(self._package(repository, package, images.get(package.short, []), uploads))

    def _images(self, repository: Repository, images: Sequence[Image], here: set[str]) -> Iterator[_Priced]:
        for package, group in by_package(images).items():
            digests = {i.digest for i in group if repository.name.version(package, i.digest) in here}
            indexes = {image.digest for image in group if image.children}
            for digest, size in sizes_with_children(group, digests).items():
                nothing = not size and digest in indexes
                estimate = AN_INDEX if nothing else estimate_image(size, repository.name.location, self.book)
                yield repository.name.version(package, digest), size, estimate

    def _package(
        self, repository: Repository, package: Package, images: Sequence[Image], uploads: Mapping[str, float]
    ) -> Iterator[_Priced]:
        location, docker = repository.name.location, repository.format == DOCKER
        if package.name in self.grace.waiting:
            facts, held = package_facts(package, images, uploads.get(package.name)), held_in(package, images)
            whole = estimate_package(facts.size_bytes, len(held), facts.unsized, docker, location, self.book)
            yield package.name, facts.size_bytes or 0, whole
        for version in package.versions:
            size = version.size_bytes
            yield version_name(package, version), size or 0, estimate_version(size, location, self.book)

    def _note(self, priced: Iterable[_Priced]) -> None:
        waiting = self.grace.waiting
        for name, size_bytes, estimate in priced:
            if name in waiting:
                waiting[name] = waiting[name]._replace(size_bytes=size_bytes, estimate=estimate)


def sizes_with_children(images: Iterable[Image], digests: Set[str]) -> dict[str, int]:
    """The bytes of these images of one package with the untagged children that only they hold; each byte once.

    An index whose children are all known stores nothing by itself (R41). A child that several hold counts with the
    first of them, in the order of digests.
    """
    by_digest = {image.digest: image for image in images}
    holders: dict[str, set[str]] = {}
    for image in by_digest.values():
        for child in image.children:
            holders.setdefault(child, set()).add(image.digest)
    going, sizes = set(digests), {}
    while more := {
        child
        for holder in going
        for child in by_digest[holder].children
        if child in by_digest and child not in going and not by_digest[child].tags and holders[child] <= going
    }:
        going |= more
    counted = set(digests)
    for digest in sorted(digests):
        sizes[digest], below = _own_size(by_digest[digest], by_digest), [digest]
        while below:
            for child in by_digest[below.pop()].children:
                if child in going and child not in counted:
                    counted.add(child)
                    below.append(child)
                    sizes[digest] += _own_size(by_digest[child], by_digest)
    return sizes


def _own_size(image: Image, known: Mapping[str, Image]) -> int:
    is_index = bool(image.children) and known.keys() >= set(image.children)
    return 0 if is_index else image.size_bytes
