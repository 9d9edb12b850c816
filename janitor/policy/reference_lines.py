"""How many lines of `protect.references` name something that exists (R38): a list that names nothing protects nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from janitor.kinds.repository import DOCKER
from janitor.model.names import RepositoryName
from janitor.model.references import ImageReference, bare_digest, parse_reference
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.usage import places


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
