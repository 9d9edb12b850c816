"""Who names which image: the reference set, split into what remains and what this plan frees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import BadReferenceError, ImageReference, parse_reference
from janitor.model.resources import Image, Mode, Repository

Users = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class PackageUse:
    """What is named of one package: a digest or a tag, each with who names it."""

    digests: dict[str, set[str]] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)

    def add(self, reference: ImageReference, user: str) -> None:
        """Note one user; a digest wins over a tag."""
        if reference.digest:
            self.digests.setdefault(reference.digest, set()).add(user)
        elif reference.tag:
            self.tags.setdefault(reference.tag, set()).add(user)

    def all(self) -> Iterator[set[str]]:
        """The users of each digest and tag."""
        yield from self.digests.values()
        yield from self.tags.values()


@dataclass(frozen=True, slots=True)
class Named:
    """One set of references. `elsewhere` are those through repositories that were not seen: one may
    be virtual and lead anywhere, so they count, by package, in every repository."""

    exact: dict[RepositoryName, dict[str, PackageUse]] = field(default_factory=dict)
    elsewhere: dict[str, PackageUse] = field(default_factory=dict)

    def digests(self, repository: RepositoryName, package: str, images: Sequence[Image]) -> Users:
        """What is named of a package of a repository: digest -> who names it, tags resolved.

        A tag that no image has protects the whole package (R2); but not one of a repository that
        was not seen, which need not lead here.
        """
        found: Users = {}
        exact = self.exact.get(repository, {}).get(package)
        for use, whole in ((exact, True), (self.elsewhere.get(package), False)):
            if use:
                _resolve(use, images, whole, found)
        return found

    def of_tag(self, repository: RepositoryName, package: str, tag: str) -> set[str]:
        """Who names a package by this tag, here or through a repository that was not seen."""
        uses = (self.exact.get(repository, {}).get(package), self.elsewhere.get(package))
        return {user for use in uses if use for user in use.tags.get(tag, ())}

    def of_package(self, repository: RepositoryName, package: str, images: Sequence[Image]) -> set[str]:
        """Who names a package, be it by an image that is gone; as `users` does for a repository."""
        exact = self.exact.get(repository, {}).get(package)
        found = {user for named in exact.all() for user in named} if exact else set()
        if package in self.elsewhere:
            here: Users = {}
            _resolve(self.elsewhere[package], images, False, here)
            found.update(user for image in images for user in here.get(image.digest, ()))
        return found

    def users(self, repository: RepositoryName, packages: Mapping[str, Sequence[Image]]) -> set[str]:
        """Who names a repository, be it by an image that is gone (R13); of what is named through
        repositories that were not seen, only what is here counts."""
        exact = self.exact.get(repository, {})
        found = {user for use in exact.values() for named in use.all() for user in named}
        for package in self.elsewhere.keys() & packages.keys():
            here: Users = {}
            _resolve(self.elsewhere[package], packages[package], False, here)
            present = {image.digest for image in packages[package]}
            found.update(user for digest in here.keys() & present for user in here[digest])
        return found


def _resolve(use: PackageUse, images: Sequence[Image], whole: bool, found: Users) -> None:
    for digest, users in use.digests.items():
        found.setdefault(digest, set()).update(users)
    # a tag that moved while the pages were read stands on two images: both count
    bearers: dict[str, list[str]] = {}
    for image in images if use.tags else ():
        for tag in image.tags:
            if tag in use.tags:
                bearers.setdefault(tag, []).append(image.digest)
    for tag, users in use.tags.items():
        for digest in bearers.get(tag) or ([image.digest for image in images] if whole else ()):
            found.setdefault(digest, set()).update(users)


@dataclass(frozen=True, slots=True)
class Usage:
    """`remaining`: named by what stays. `freed`: named only by what this plan deletes; there each
    user is the name of the action that an image's own deletion must wait for (R12)."""

    remaining: Named
    freed: Named


def usage(
    workloads: Workloads,
    freed_by: Mapping[ResourceName, str],
    extra: Iterable[str],
    repositories: Mapping[RepositoryName, Repository],
) -> Usage:
    """The reference set after the plan. `freed_by` maps a workload that goes to its action's name;
    `extra` are the references of `protect.references`, which always remain; the policy reader let
    only readable ones through, and BadReferenceError is raised for another."""
    remaining, freed = Named(), Named()
    for name, images in _holders(workloads):
        into, user = (freed, freed_by[name]) if name in freed_by else (remaining, str(name))
        for image in images:
            _note(into, _readable(image), user, repositories)
    for image in extra:
        _note(remaining, parse_reference(image), "protect.references", repositories)
    return Usage(remaining, freed)


def unreadable(workloads: Workloads, projects: Set[str]) -> tuple[Gap, ...]:
    """A gap for each reference that names a scanned project's registry but cannot be parsed (R2)."""
    gaps = []
    for name, images in _holders(workloads):
        for image in images:
            try:
                parse_reference(image)
            except BadReferenceError as error:
                # a number may be any project's (facts 4: not verified)
                if error.project is None or error.project in projects or error.project.isdecimal():
                    gaps.append(Gap(name.project, name.location, _KINDS[name.collection], f"{name}: {error}"))
    return tuple(gaps)


_KINDS = {
    "services": Kind.SERVICE,
    "revisions": Kind.REVISION,
    "jobs": Kind.JOB,
    "executions": Kind.EXECUTION,
    "workerPools": Kind.WORKER_POOL,
    "instances": Kind.INSTANCE,
}


def _holders(workloads: Workloads) -> Iterator[tuple[ResourceName, tuple[str, ...]]]:
    for group in (
        workloads.services,
        workloads.revisions,
        workloads.jobs,
        workloads.executions,
        workloads.worker_pools,
        workloads.instances,
    ):
        for resource in group:
            yield resource.name, resource.images


def _readable(image: str) -> ImageReference | None:
    try:
        return parse_reference(image)
    except BadReferenceError:
        return None  # a gap already, by `unreadable`; nothing else may rest on it


def _note(
    into: Named,
    reference: ImageReference | None,
    user: str,
    repositories: Mapping[RepositoryName, Repository],
) -> None:
    if reference is None:
        return
    for name in _sources(reference.repository, repositories):
        # one that was not seen (or is named by its project's number) may be any that was
        held = into.exact.setdefault(name, {}) if name in repositories else into.elsewhere
        held.setdefault(reference.package, PackageUse()).add(reference, user)


def _sources(name: RepositoryName, repositories: Mapping[RepositoryName, Repository]) -> list[RepositoryName]:
    """The repository itself and, of a virtual one, all that it serves from, nested ones too."""
    found = _meant(name, repositories)
    for each in found:
        repository = repositories.get(each)
        if repository and repository.mode is Mode.VIRTUAL:
            for upstream in repository.upstreams:
                found.extend(up for up in _meant(upstream, repositories) if up not in found)
    return found


def _meant(name: RepositoryName, repositories: Mapping[RepositoryName, Repository]) -> list[RepositoryName]:
    """The repository, or where its project is a number, each that is called so in its place (facts 4:
    whether Google writes numbers here is not verified)."""
    place = (name.location, name.repository)
    numbered = name.project.isdecimal() and name not in repositories
    return [each for each in repositories if numbered and (each.location, each.repository) == place] or [name]
