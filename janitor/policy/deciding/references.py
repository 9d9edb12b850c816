"""References: which images are in use, by workloads and by `protect.references`; what remains and what the plan frees."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache

from janitor.kinds.repository import DOCKER
from janitor.kinds.table import RUN_COLLECTIONS, runs_earlier_pull
from janitor.model.holders import Holder
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.named_images import package_in
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import BadReferenceError, ImageReference, bare_digest, parse_reference
from janitor.model.resources import Image, Mode, Repository

Users = dict[str, set[str]]
# A project's number in the beginning of a name; it may be that of any project (facts 4).
_NUMBER = re.compile(r"^([^/]*/)\d+/")


@dataclass(frozen=True, slots=True)
class PackageUse:
    """What is named of one package, each with who names it. `tags` must lead somewhere: one that no image
    has protects the package. `pinned` are tags beside a digest, which says what is pulled. `whole` are
    users of the whole package: which of its images they hold is not known. `resolved` are tags that were resolved
    at a known time, in epoch seconds, or at an unknown one (-inf): an image that changed later may be another one than the
    user holds, which then is a user of the whole package."""

    digests: Users = field(default_factory=dict)
    tags: Users = field(default_factory=dict)
    pinned: Users = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    resolved: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(
        self, reference: ImageReference, user: str, whole: bool, resolved_at: float | None = None
    ) -> None:
        """Note one user. `whole`: what its tag led to when it was pulled is not known (R46, R47). `resolved_at`: it is
        known only if the image has not changed since (R51)."""
        if reference.digest:
            self.digests.setdefault(reference.digest, set()).add(user)
        if reference.tag:
            tags = self.pinned if reference.digest else self.tags
            tags.setdefault(reference.tag, set()).add(user)
            if whole and not reference.digest:
                self.whole.add(user)
            if resolved_at is not None and not reference.digest:
                times = self.resolved.setdefault(reference.tag, {})
                times[user] = min(resolved_at, times.get(user, resolved_at))

    def all(self) -> Iterator[set[str]]:
        """The users of each digest and tag."""
        yield from self.digests.values()
        yield from self.tags.values()
        yield from self.pinned.values()

    def of_tag(self, tag: str) -> set[str]:
        """The users of a tag, alone or beside a digest."""
        return self.tags.get(tag, set()) | self.pinned.get(tag, set())


@dataclass(frozen=True, slots=True)
class References:
    """One set of references. `elsewhere` are packages named through repositories that were not read: one
    may lead anywhere, so they count, by package, in every repository. `anywhere` are digests that count in
    every package of every repository. `begun` are packages of which only the beginning of the name is known, one
    whose name ends there with a colon (R51); `begun_elsewhere` are those through repositories that were not read."""

    exact: dict[RepositoryName, dict[str, PackageUse]] = field(default_factory=dict)
    elsewhere: dict[str, PackageUse] = field(default_factory=dict)
    anywhere: Users = field(default_factory=dict)
    begun: dict[RepositoryName, Users] = field(default_factory=dict)
    begun_elsewhere: Users = field(default_factory=dict)

    def of_beginning(self, repository: RepositoryName, package: str) -> set[str]:
        """Who names a package by the beginning of its name, and so may use any image and any tag of it."""
        return _of_beginning(self.begun.get(repository, {}), package) | _of_beginning(
            self.begun_elsewhere, package
        )

    def uses(self, repository: RepositoryName, package: str) -> Iterator[PackageUse]:
        """What is named of a package, in this repository or through one that was not read."""
        exact = self.exact.get(repository, {}).get(package)
        if exact:
            yield exact
        if package in self.elsewhere:
            yield self.elsewhere[package]
        if begun := self.of_beginning(repository, package):
            yield PackageUse(whole=begun)

    def digests(self, repository: RepositoryName, package: str, images: Sequence[Image]) -> Users:
        """What is named of a package of a repository: digest -> who names it, tags resolved. Do not change these sets:
        a hundred thousand users of a whole package are one set, that of each of its images.

        A tag that no image has protects the whole package (R2).
        """
        found: Users = {}
        for use in self.uses(repository, package):
            _resolve(use, images, found)
        if self.anywhere:
            for image in images:
                if image.digest in self.anywhere:
                    _unite(found, image.digest, self.anywhere[image.digest])
        return found

    def of_tag(self, repository: RepositoryName, package: str, tag: str) -> set[str]:
        """Who names a package by this tag, here or through a repository that was not read."""
        found = {user for use in self.uses(repository, package) for user in use.of_tag(tag)}
        return found | self.of_beginning(repository, package)

    def of_package(self, repository: RepositoryName, package: str, images: Sequence[Image]) -> set[str]:
        """Who names a package, be it by an image that is gone; as `users` does for a repository."""
        exact = self.exact.get(repository, {}).get(package)
        found = {user for users in exact.all() for user in users} if exact else set()
        return found | self._not_read(package, images) | self.of_beginning(repository, package)

    def users(self, repository: RepositoryName, packages: Mapping[str, Sequence[Image]]) -> set[str]:
        """Who names a repository, be it by an image that is gone (R13); of what is named through
        repositories that were not read, only packages and images that are here count."""
        exact = self.exact.get(repository, {}).values()
        found = {user for use in exact for users in use.all() for user in users}
        found.update(*self.begun.get(repository, {}).values())
        for package, images in packages.items():
            found |= self._not_read(package, images)
        return found

    def _not_read(self, package: str, images: Sequence[Image]) -> set[str]:
        """Who names a package, or an image that it has, without naming a repository that was read."""
        found = _of_beginning(self.begun_elsewhere, package)
        if use := self.elsewhere.get(package):
            here: Users = {}
            _resolve(use, images, here)
            found.update(use.whole, *(here.get(image.digest, ()) for image in images))
        if self.anywhere:
            found.update(*(self.anywhere.get(image.digest, ()) for image in images))
        return found


def _of_beginning(begun: Users, package: str) -> set[str]:
    return {user for said, users in begun.items() if f"{package}:".startswith(said) for user in users}


def _unite(found: Users, digest: str, users: set[str]) -> None:
    """Add users without a change to any set, as it may be that of other images too."""
    before = found.get(digest)
    found[digest] = before | users if before else users


def _resolve(use: PackageUse, images: Sequence[Image], found: Users) -> None:
    for digest, users in use.digests.items():
        _unite(found, digest, users)
    # a tag that moved while the pages were read stands on two images: both count
    named = use.tags.keys() | use.pinned.keys()
    bearers: dict[str, list[Image]] = {}
    for image in images if named else ():
        for tag in image.tags:
            if tag in named:
                bearers.setdefault(tag, []).append(image)
    for tag, bearing in bearers.items():
        for image in bearing:
            _unite(found, image.digest, use.of_tag(tag))
    lost = {user for tag, users in use.tags.items() if tag not in bearers for user in users}
    if whole := use.whole | lost | set(_moved(use, bearers)):
        for image in images:
            _unite(found, image.digest, whole)


def _moved(use: PackageUse, bearers: Mapping[str, Sequence[Image]]) -> Iterator[str]:
    """The users of a tag that another image may have had when they resolved it. A tag that is put on an image, or moved
    to it, sets the image's time of update (facts: Artifact Registry)."""
    for tag, bearing in bearers.items():
        changed = max(each.update_time or math.inf for each in bearing)
        resolved = use.resolved.get(tag, {})
        yield from (user for user, resolved_at in resolved.items() if changed > resolved_at)


# Who names an image that only a file of `protect.references` names.
REFERENCE_FILES = "protect.references"


@dataclass(frozen=True, slots=True)
class Usage:
    """`remaining`: used by a workload that is kept. `freed`: used only by workloads that this plan deletes; there each
    user is the name of the action that an image's own deletion must wait for (R12)."""

    remaining: References
    freed: References


NOT_NAMED = Usage(References(), References())


def usage(
    workloads: Workloads,
    freed_by: Mapping[ResourceName, str],
    extra: Iterable[str],
    repositories: Mapping[RepositoryName, Repository],
    holders: Iterable[Holder] = (),
) -> Usage:
    """The reference set after the plan. `freed_by` maps a deleted workload to its action's name;
    `extra` are the references of `protect.references`, which always remain, as `holders` do; the policy reader let
    only readable ones through, and BadReferenceError is raised for another."""
    remaining, freed = References(), References()
    for name, images, running in _holders(workloads):
        into, user = (freed, freed_by[name]) if name in freed_by else (remaining, str(name))
        for image in images:
            _note(into, image, user, repositories, running)
    for image in extra:
        if not bare_digest(image):
            parse_reference(image)
        _note(remaining, image, REFERENCE_FILES, repositories)
    begun = cache(lambda beginning: tuple(_begun(beginning, repositories)))
    for holder in holders:
        _note_holder(remaining, holder, repositories, begun)
    return Usage(remaining, freed)


def unreadable(workloads: Workloads, projects: Set[str]) -> tuple[Gap, ...]:
    """A gap for each reference that names a scanned project's registry but cannot be parsed (R2)."""
    gaps = []
    for name, images, _ in _holders(workloads):
        for image in images:
            try:
                parse_reference(image)
            except BadReferenceError as error:
                # a number may be any project's (facts 4: not verified)
                if error.project is None or error.project in projects or error.project.isdecimal():
                    gaps.append(Gap(name.project, name.location, _KINDS[name.collection], f"{name}: {error}"))
    return tuple(gaps)


_KINDS = {**RUN_COLLECTIONS, "instances": Kind.INSTANCE}


def _holders(workloads: Workloads) -> Iterator[tuple[ResourceName, tuple[str, ...], bool]]:
    """Each workload with its images, and whether it still runs what a tag led to when it began (R46)."""
    for kind in Kind:
        for each in workloads.of(kind):
            yield each.name, each.images, runs_earlier_pull(kind, each)


def _readable(image: str) -> ImageReference | None:
    try:
        return parse_reference(image)
    except BadReferenceError:
        return None  # a gap already, by `unreadable`; nothing else may rest on it


def _note(
    into: References,
    image: str,
    user: str,
    repositories: Mapping[RepositoryName, Repository],
    running: bool = False,
) -> None:
    if digest := bare_digest(image):
        into.anywhere.setdefault(digest, set()).add(user)
    if reference := _readable(image):
        _note_reference(into, reference, user, repositories, running)


def _note_holder(
    into: References,
    holder: Holder,
    repositories: Mapping[RepositoryName, Repository],
    begun: Callable[[str], Collection[tuple[RepositoryName, str]]],
) -> None:
    """Note what an asset names (R51). What its tags led to is known where its status names what was pulled, where tags
    are immutable, or where no image that has the tag changed since; else it may hold any image of the package."""
    user, images = holder.shown, holder.images
    for digest in images.digests:
        into.anywhere.setdefault(digest, set()).add(user)
    resolved_at = holder.resolved_at.timestamp() if holder.resolved_at else -math.inf
    for reference in images.references:
        known = reference in images.pulled
        _note_reference(into, reference, user, repositories, False, None if known else resolved_at)
    for beginning in images.beginnings:
        meant = begun(beginning)
        for name, package in meant:
            into.begun.setdefault(name, {}).setdefault(package, set()).add(user)
        if not meant and (package := package_in(beginning)):
            into.begun_elsewhere.setdefault(package, set()).add(user)


def _begun(
    beginning: str,
    repositories: Mapping[RepositoryName, Repository],
    passed: Set[RepositoryName] = frozenset(),
) -> Iterator[tuple[RepositoryName, str]]:
    """Each repository whose packages may be meant by the beginning of a name, and that of the package; upstream, too,
    except of the remote repositories `passed`."""
    for name in repositories:
        said = _NUMBER.sub(rf"\g<1>{name.project_path}/", beginning)
        for uri in name.uris:
            if uri.startswith(said):
                rest = ""
            elif said.startswith(uri) and said != f"{uri}:":
                rest = said.removeprefix(uri)
            else:
                continue
            for each in places(ImageReference(name, rest, None, None), repositories):
                yield each.repository, each.package
                repository = repositories.get(each.repository)
                if repository and repository.upstream_uri and each.repository not in passed:
                    on = passed | {each.repository}
                    yield from _begun(f"{repository.upstream_uri}/{each.package}", repositories, on)


def _note_reference(
    into: References,
    reference: ImageReference,
    user: str,
    repositories: Mapping[RepositoryName, Repository],
    running: bool,
    resolved_at: float | None = None,
) -> None:
    for each in places(reference, repositories):
        seen = repositories.get(each.repository)
        # one that was not read (or is named by its project's number) may lead to any that was; a remote
        # one may get its images from any
        if each.digest and (seen is None or seen.mode is Mode.REMOTE):
            into.anywhere.setdefault(each.digest, set()).add(user)
        held = into.elsewhere if seen is None else into.exact.setdefault(each.repository, {})
        since = None if seen is not None and seen.immutable_tags else resolved_at
        held.setdefault(each.package, PackageUse()).add(each, user, running or seen is None, since)


def places(
    reference: ImageReference, repositories: Mapping[RepositoryName, Repository]
) -> list[ImageReference]:
    """The reference itself and, of a virtual or remote repository, what it leads to upstream, through any
    number of steps (R47)."""
    steps = [(each, frozenset({each.repository})) for each in _meant(reference, repositories)]
    found = {each: None for each, _ in steps}
    for each, passed in steps:
        repository = repositories.get(each.repository)
        for upstream in _upstreams(each, repository) if repository else ():
            for up in _meant(upstream, repositories):
                # by repository too: a remote one that adds a folder may lead back to itself for ever
                if up not in found and up.repository not in passed:
                    found[up] = None
                    steps.append((up, passed | {up.repository}))
    return list(found)


def _upstreams(reference: ImageReference, of: Repository) -> Iterator[ImageReference]:
    """The same package, tag and digest where a repository gets it from."""
    for upstream in of.upstreams:
        yield replace(reference, repository=upstream)
    if of.upstream_uri:
        # the upstream may be a registry, a project or a folder in a repository: its path comes first
        found = _readable(f"{of.upstream_uri}/{reference.package}")
        if found:
            yield replace(reference, repository=found.repository, package=found.package)


def _meant(
    reference: ImageReference, repositories: Mapping[RepositoryName, Repository]
) -> list[ImageReference]:
    """The repository, or where its project is a number, each that is called so in its place (facts 4:
    whether Google writes numbers here is not verified)."""
    name = reference.repository
    place = (name.location, name.repository)
    if not name.project.isdecimal() or name in repositories:
        return [reference]
    found = [each for each in repositories if (each.location, each.repository) == place]
    return [replace(reference, repository=each) for each in found] or [reference]


@dataclass(frozen=True, slots=True)
class ReferenceCounts:
    """`found` lines name an image that exists, `missing` are those that name none, as written. The rest
    could not be told: they name another registry, or a repository of which the content was not read."""

    lines: int
    found: int = 0
    missing: tuple[str, ...] = ()

    @property
    def not_read(self) -> int:
        """How many could not be told."""
        return self.lines - self.found - len(self.missing)


class ReferenceLines:
    """Looks for what each line names while repositories are read. `projects` are those whose repositories
    were listed; `unlisted` are those of which some could not be."""

    def __init__(
        self, lines: Sequence[str], repositories: Mapping[RepositoryName, Repository], projects: Collection[str],
        unlisted: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._lines = tuple(lines)
        self._by_package: dict[tuple[RepositoryName, str], list[tuple[int, ImageReference]]] = {}
        self._by_digest: dict[str, list[int]] = {}
        self._waiting: dict[RepositoryName, set[int]] = {}
        self._found: set[int] = set()
        self._untold: set[int] = set()
        docker = [each.name for each in repositories.values() if _holds_images(each)]
        for number, line in enumerate(self._lines):
            if digest := bare_digest(line):
                self._by_digest.setdefault(digest, []).append(number)
                self._wait(docker, number)
            elif reference := parse_reference(line):
                named = places(reference, repositories)
                self._await_named(named, number, repositories, set(projects) - set(unlisted))
            else:
                self._untold.add(number)

    def inside(self, repository: RepositoryName, images: Iterable[Image]) -> None:
        """Look at all images of one repository."""
        waiting = self._waiting.pop(repository, None)
        if not waiting:
            return
        for image in images:
            self._found.update(self._by_digest.get(image.digest, ()))
            for number, reference in self._by_package.get((repository, image.package), ()):
                if image.digest == reference.digest or (not reference.digest and reference.tag in image.tags):
                    self._found.add(number)

    def counts(self) -> ReferenceCounts:
        """What came of it."""
        untold = self._untold.union(*self._waiting.values())
        missing = tuple(
            line
            for number, line in enumerate(self._lines)
            if number not in self._found and number not in untold
        )
        return ReferenceCounts(len(self._lines), len(self._found), missing)

    def _await_named(
        self, named: Sequence[ImageReference], number: int,
        repositories: Mapping[RepositoryName, Repository], listed: Collection[str],
    ) -> None:  # fmt: skip
        for each in named:
            repository = repositories.get(each.repository)
            if repository is None:
                if each.repository.project not in listed:
                    self._untold.add(number)
            elif _holds_images(repository):
                self._by_package.setdefault((each.repository, each.package), []).append((number, each))
                self._wait([each.repository], number)
            elif repository.mode is not Mode.VIRTUAL:
                self._untold.add(number)

    def _wait(self, names: Iterable[RepositoryName], number: int) -> None:
        for name in names:
            self._waiting.setdefault(name, set()).add(number)


def _holds_images(repository: Repository) -> bool:
    return repository.format == DOCKER and repository.mode is not Mode.VIRTUAL
