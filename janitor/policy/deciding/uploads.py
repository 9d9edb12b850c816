"""Newest uploads that the ledger remembers (R37), and those that a sweep adds.

When a sweep deletes the newest image of a package, what is left looks older than it is. The ledger remembers the
newest upload of each such package and repository, so that the next sweep does not delete what is left for its age.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from janitor.kinds.image import image_since
from janitor.kinds.package import held_since
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents


@dataclass(frozen=True, slots=True)
class Uploads:
    """`known`: Google's name of a package or a repository -> epoch seconds; `noted` is what to remember once this
    sweep has deleted what it plans to delete, where it is `noting`."""

    known: Mapping[str, float] = field(default_factory=dict)
    noting: bool = False
    noted: dict[str, float] = field(default_factory=dict)

    def of(self, name: str) -> float | None:
        """The newest upload that is remembered of a package or a repository."""
        return self.known.get(name)

    def note(self, repository: RepositoryName, contents: Contents, gone: Set[str]) -> None:
        """Note each package, and the repository, whose newest upload is among `gone`: Google's names of the
        images, versions and packages that a plan deletes."""
        if not (self.noting and gone):
            return
        newest: dict[str, float] = {}
        left: dict[str, float] = {}
        for package, name, since in _times(repository, contents):
            holders = (package, str(repository))
            _raise(newest, holders, since)
            if name not in gone and package not in gone:
                _raise(left, holders, since)
        for holder, since in newest.items():
            if holder not in gone and (holder not in left or since > left[holder]):
                self.noted[holder] = since


def _raise(found: dict[str, float], holders: Iterable[str], since: float) -> None:
    for holder in holders:
        found[holder] = max(since, found.get(holder, since))


def _times(repository: RepositoryName, contents: Contents) -> Iterator[tuple[str, str, float]]:
    """Google's names of the package and of each image or version in it, with what its age counts from."""
    for image in contents.images:
        since, package = image_since(image), repository.package(image.package)
        if since is not None:
            yield package, repository.version(image.package, image.digest), since
    for each in contents.packages or ():
        for version, since in zip(each.versions, held_since(each, ()), strict=True):
            if since is not None:
                yield each.name, f"{each.name}/versions/{version.id}", since
