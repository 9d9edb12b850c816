"""Traces of a sweep's decisions: of one resource, or of every image in use."""

from typing import Any, TypeVar

from janitor.explain.images import DecidedPackage
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.deciding.images import ImageRules, Weighed
from janitor.policy.deciding.trace import Trace

T = TypeVar("T")


class OneWitness:
    """Remembers the case of one resource, or the package that one image lies in."""

    def __init__(self, name: str, repository: RepositoryName | None = None, package: str = "") -> None:
        self._name, self._repository, self._package = name, repository, package
        self.found: Trace[Any] | None = None
        self.within: DecidedPackage | None = None

    def case(self, name: str, case: Trace[T]) -> None:
        """Keep it where it is the one."""
        if name == self._name:
            self.found = case

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None:
        """Keep it where it is the one."""
        if rules.repository.name == self._repository and images[0].package == self._package:
            self.within = DecidedPackage(rules, images, weighed)


class UsersWitness:
    """Remembers who names each image that is in use: Google's name of it -> theirs."""

    def __init__(self) -> None:
        self.users: dict[str, tuple[str, ...]] = {}

    def case(self, name: str, case: Trace[T]) -> None:
        """Workloads and repositories have no users."""

    def package(self, rules: ImageRules, images: list[Image], weighed: Weighed) -> None:
        """Note the users of what is in use."""
        for image in images:
            if weighed.kept.get(image.digest) is KeepReason.IN_USE:
                name = rules.repository.name.version(image.package, image.digest)
                self.users[name] = tuple(sorted(weighed.in_use[image.digest]))
