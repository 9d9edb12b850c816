"""Sightings of deleted resources: whether each is still gone, or one of its name is there again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from janitor.kinds.table import KINDS, READ_IN_HOLDER, listed
from janitor.kinds.tag import tag_name
from janitor.ledger.history import WatchedDeletion
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
    repository whose images nothing asks for) is in neither.
    """

    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    _things: list[tuple[WatchedDeletion, Kind, ResourceName]] = field(default_factory=list)
    _images: dict[RepositoryName, dict[tuple[str, str], list[WatchedDeletion]]] = field(default_factory=dict)
    _in_packages: dict[RepositoryName, list[WatchedDeletion]] = field(default_factory=dict)

    @classmethod
    def for_(cls, watched: Iterable[WatchedDeletion]) -> "Lookout":
        """A kind that this version does not know is not looked for."""
        lookout = cls()
        for each in watched:
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
        # the uid of what is read in its holder is the holder's
        uids = {
            str(each.name): "" if kind in READ_IN_HOLDER else each.uid
            for kind, each in listed(observed.workloads)
        }
        uids |= dict.fromkeys((str(each.name) for each in observed.repositories), "")
        for each, kind, name in self._things:
            uid = uids.get(each.name)
            # Google may list for a moment longer what it has deleted.
            lingers = uid is not None and uid == each.uid != ""
            if name.project in projects and not lingers and not _hidden(kind, name, gaps):
                self._note(each, uid is not None)
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
        if held := self._in_packages.get(repository):
            names = _names_in(repository, contents)
            for each in held:
                # a docker image bears its tags; all else is known where packages were read
                if contents.packages is not None or (each.kind == Kind.TAG and contents.images):
                    self._note(each, each.name in names)

    def _of(self, repository: RepositoryName) -> Iterable[WatchedDeletion]:
        images = self._images.get(repository, {})
        yield from (each for watched in images.values() for each in watched)
        yield from self._in_packages.get(repository, ())

    def _note(self, watched: WatchedDeletion, is_back: bool) -> None:
        if is_back:
            self.back.append(watched.intent)
        elif not watched.seen_gone:
            self.gone.append(watched.intent)


def _names_in(repository: RepositoryName, contents: Contents) -> set[str]:
    names = {repository.tag(image.package, tag) for image in contents.images for tag in image.tags}
    for package in contents.packages or ():
        names.add(package.name)
        for version in package.versions:
            names.add(f"{package.name}/versions/{version.id}")
            names.update(tag_name(package, tag) for tag in version.tags)
    return names


def _repository_of(name: str) -> RepositoryName:
    return RepositoryName.parse(name.partition("/packages/")[0])


def _hidden(kind: Kind, name: ResourceName | RepositoryName, gaps: Sequence[Gap]) -> bool:
    """Whether a gap may hide it; ``-`` is all locations of a project."""
    by: Collection[Kind] = _LISTED_BY[kind]
    return any(
        gap.kind in by and gap.project == name.project and gap.location in (name.location, "-")
        for gap in gaps
    )
