"""Sightings of deleted resources: whether each is still gone, or one of its name is there again."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from janitor.kinds.table import KINDS, READ_IN_HOLDER, listed
from janitor.kinds.tag import tag_name
from janitor.ledger.history import Sightings, Watched, WatchedDeletion
from janitor.ledger.name_keys import KEY_BYTES, image_key, name_key, package_key
from janitor.model.inventory import Gap, Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName, image_of
from janitor.model.resources import Contents

# A gap in any of these leaves unknown whether such a thing is there.
_LISTED_BY = {
    kind: (spec.listed_by or kind, Kind.RUN_LOCATION if kind.is_run else Kind.ARTIFACT_LOCATION)
    for kind, spec in KINDS.items()
}
# What lies in packages: looked for where packages were read.
_IN_PACKAGES = (Kind.PACKAGE, Kind.VERSION, Kind.TAG)


@dataclass(slots=True)
class Lookout:
    """What one sweep sees of the resources that earlier sweeps deleted.

    `gone` are intents of resources that were looked for, for the first time, and not found; `back` those of
    whose name there is one again. What was not looked at (a gap, a project that is not read, a
    repository whose images nothing asks for) is in neither. What had been seen gone before is in `back` only after
    `look_back`.
    """

    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    _watched: Watched | None = None
    _at: datetime | None = None
    _things: list[tuple[WatchedDeletion, Kind, ResourceName]] = field(default_factory=list)
    _images: dict[RepositoryName, dict[tuple[str, str], list[WatchedDeletion]]] = field(default_factory=dict)
    _in_packages: dict[RepositoryName, list[WatchedDeletion]] = field(default_factory=dict)
    # what is there: by its name key the uid of each thing, and the keys of what is in repositories, one after another
    _uids: dict[bytes, str] = field(default_factory=dict)
    _keys: bytearray = field(default_factory=bytearray)

    @classmethod
    def for_(cls, watched: Watched, at: datetime) -> "Lookout":
        """For a sweep that begins to look `at` this time. A kind that this version does not know is not looked for."""
        lookout = cls(_watched=watched, _at=at)
        for each in watched.unseen:
            if each.kind == Kind.IMAGE:
                repository, package, digest = image_of(each.name)
                images = lookout._images.setdefault(repository, {})
                images.setdefault((package, digest), []).append(each)
            elif each.kind in _IN_PACKAGES:
                lookout._in_packages.setdefault(_repository_of(each.name), []).append(each)
            elif each.kind in _LISTED_BY:
                lookout._things.append((each, Kind(each.kind), ResourceName.parse(each.name)))
        return lookout

    def over(self, observed: Observed) -> None:
        """Look at the first pass; images count as gone with their whole repository here."""
        projects, gaps = frozenset(observed.projects), (*observed.gaps, *observed.workloads.gaps)
        found = {(kind, str(name)): (name, uid) for kind, name, uid in _there_now(observed)}
        for each, kind, name in self._things:
            _, uid = found.get((kind, each.name), (name, None))
            # Google may list for a moment longer what it has deleted.
            lingers = uid is not None and uid == each.uid != ""
            if name.project in projects and not lingers and not _hidden(kind, name, gaps):
                self._note(each, uid is not None)
        for (kind, text), (place, uid) in found.items():
            is_sought = self._seeks(place.project, kind) and place.project in projects
            if is_sought and not _hidden(kind, place, gaps):
                self._uids[name_key(kind, text)] = uid
        held = self._images.keys() | self._in_packages.keys()
        for repository in held - {each.name for each in observed.repositories}:
            if repository.project in projects and not _hidden(Kind.IMAGE, repository, gaps):
                for each in self._of(repository):
                    self._note(each, False)

    def inside(self, repository: RepositoryName, contents: Contents) -> None:
        """Look at all that was read of one repository."""
        sought = self._images.get(repository)
        if sought:
            there = {(image.package, image.digest) for image in contents.images}
            for key, watched in sought.items():
                for each in watched:
                    self._note(each, key in there)
        if self._seeks(repository.project, Kind.IMAGE):
            packages: dict[str, bytes] = {}
            for image in contents.images:
                if image.package not in packages:
                    packages[image.package] = package_key(repository.package(image.package))
                self._keys += image_key(packages[image.package], image.digest)
        held = self._in_packages.get(repository, ())
        kinds = [kind for kind in _IN_PACKAGES if self._seeks(repository.project, kind)]
        if not held and not kinds:
            return
        names = {kind: set(_names_in(kind, repository, contents)) for kind in _IN_PACKAGES}
        for each in held:
            # a docker image bears its tags; all else is known where packages were read
            if contents.packages is not None or (each.kind == Kind.TAG and contents.images):
                self._note(each, each.name in names[Kind(each.kind)])
        for kind in kinds:
            for name in names[kind]:
                self._keys += name_key(kind, name)

    async def look_back(self, sightings: Sightings) -> None:
        """Find what had been seen gone before and is there again; LedgerError where that cannot be read."""
        if self._watched is None or self._at is None:
            return
        for each in await sightings.seen_gone(self._there(), self._watched.since, self._at):
            uid = self._uids.get(name_key(each.kind, each.name), "")
            if uid == "" or uid != each.uid:
                self.back.append(each.intent)

    def _there(self) -> Iterator[bytes]:
        yield from self._uids
        for start in range(0, len(self._keys), KEY_BYTES):
            yield bytes(self._keys[start : start + KEY_BYTES])

    def _seeks(self, project: str, kind: str) -> bool:
        return self._watched is not None and (project, kind) in self._watched.places

    def _of(self, repository: RepositoryName) -> Iterable[WatchedDeletion]:
        images = self._images.get(repository, {})
        yield from (each for watched in images.values() for each in watched)
        yield from self._in_packages.get(repository, ())

    def _note(self, watched: WatchedDeletion, is_back: bool) -> None:
        (self.back if is_back else self.gone).append(watched.intent)


def _there_now(observed: Observed) -> Iterator[tuple[Kind, ResourceName | RepositoryName, str]]:
    """Kind, name and uid of all that the first pass lists; what is read in its holder has none of its own."""
    for kind, each in listed(observed.workloads):
        yield kind, each.name, "" if kind in READ_IN_HOLDER else each.uid
    for repository in observed.repositories:
        yield Kind.REPOSITORY, repository.name, ""


def _names_in(kind: Kind, repository: RepositoryName, contents: Contents) -> Iterator[str]:
    if kind is Kind.TAG:
        yield from (repository.tag(image.package, tag) for image in contents.images for tag in image.tags)
    for package in contents.packages or ():
        if kind is Kind.PACKAGE:
            yield package.name
        for version in package.versions:
            if kind is Kind.VERSION:
                yield f"{package.name}/versions/{version.id}"
            elif kind is Kind.TAG:
                yield from (tag_name(package, tag) for tag in version.tags)


def _repository_of(name: str) -> RepositoryName:
    return RepositoryName.parse(name.partition("/packages/")[0])


def _hidden(kind: Kind, name: ResourceName | RepositoryName, gaps: Sequence[Gap]) -> bool:
    """Whether a gap may hide it; ``-`` is all locations of a project."""
    by: Collection[Kind] = _LISTED_BY[kind]
    return any(
        gap.kind in by and gap.project == name.project and gap.location in (name.location, "-")
        for gap in gaps
    )
