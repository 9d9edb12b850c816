"""Lookup of a short name: a workload, a repository, or a resource in a repository. It reads no more than the name needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from janitor.errors import ObservationError
from janitor.explain.names import (
    SUGGESTED,
    Called,
    Form,
    NoSuchNameError,
    Target,
    asks_within,
    bearing,
    begins_with,
    forms_within,
    listed,
    means,
    near_short,
    near_to,
    none_called,
    package_forms,
    several,
)  # fmt: skip
from janitor.model.inventory import Gap, Observed
from janitor.model.resources import Mode, Package, Repository, Version


class Shelves(Protocol):
    """Reads the names of packages alone, and what one package holds."""

    async def package_names(self, repository: Repository) -> tuple[Package, ...] | Gap: ...

    async def versions(self, repository: Repository, package: Package) -> tuple[Version, ...] | Gap: ...


@dataclass(frozen=True, slots=True)
class Meant:
    """The one that a short name means, and Google's `full` name of it; `searched` are the repositories whose packages were listed for that,
    `gaps` what of them could not be, so that another of the name may be there."""

    named: Target
    full: str
    searched: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One repository as far as a name asked for it: all its packages, and the versions of some."""

    repository: Repository
    packages: tuple[Package, ...] = ()
    opened: tuple[tuple[Package, tuple[Version, ...]], ...] = ()
    gaps: tuple[Gap, ...] = ()

    def forms(self) -> list[Form]:
        """Every way to write what is there."""
        found = [form for package in self.packages for form in package_forms(self.repository, package)]
        for package, versions in self.opened:
            found += forms_within(self.repository, package, versions)
        return found


@dataclass(frozen=True, slots=True)
class Lookup:
    """`text` is a short name, `observed` the first pass; `within` are the repositories that are in scope."""

    text: str
    observed: Observed
    within: Sequence[Repository]
    shelves: Shelves

    async def meant(self) -> Meant:
        """The only one of that name: of the workloads and the repositories; where none of them has it, of what
        lies in the repositories that the name begins with; then of what lies in the others.

        NoSuchNameError: several, with their full names, or none, with near ones. ObservationError: none was
        seen, and not all could be read.
        """
        found = bearing(self.text, self.observed)
        if len(found) == 1:
            return Meant(found[0], str(found[0].name))
        if found:
            raise NoSuchNameError(self._several([str(each.name) for each in found], self._gaps(())))
        return await self._in_repositories()

    async def _in_repositories(self) -> Meant:
        standard = [each for each in self.within if each.mode is Mode.STANDARD]
        said = [each for each in standard if begins_with(self.text, each.name)]
        searched: list[_Shelf] = []
        for some in (said, [each for each in standard if each not in said]):
            searched += await asyncio.gather(*map(self._look, some))
            forms = [form for shelf in searched for form in shelf.forms()]
            found = {called.full: called for written, called in forms if self.text == written}
            found = found or {called.full: called for written, called in forms if means(self.text, written)}
            gaps = tuple(gap for shelf in searched for gap in shelf.gaps)
            if found:
                return self._only(list(found.values()), len(searched), gaps)
        raise self._nothing(forms, gaps)

    async def _look(self, repository: Repository) -> _Shelf:
        packages = await self.shelves.package_names(repository)
        if isinstance(packages, Gap):
            return _Shelf(repository, gaps=(packages,))
        asked = [each for each in packages if asks_within(self.text, repository, each)]
        read = await asyncio.gather(*(self.shelves.versions(repository, each) for each in asked))
        opened = tuple(
            (package, versions)
            for package, versions in zip(asked, read, strict=True)
            if not isinstance(versions, Gap)
        )
        gaps = tuple(versions for versions in read if isinstance(versions, Gap))
        return _Shelf(repository, packages, opened, gaps)

    def _only(self, found: list[Called], searched: int, gaps: tuple[Gap, ...]) -> Meant:
        if len(found) > 1:
            raise NoSuchNameError(self._several([each.full for each in found], self._gaps(gaps)))
        return Meant(found[0].named, found[0].full, searched, gaps)

    def _several(self, names: list[str], gaps: tuple[Gap, ...]) -> str:
        return f"{several(self.text, names)}{_unread(gaps)}"

    def _nothing(self, forms: list[Form], gaps: tuple[Gap, ...]) -> Exception:
        said = f"{none_called(self.text, self._near(forms))}{self._left_out()}"
        all_gaps = self._gaps(gaps)
        return ObservationError(f"{said}{_unread(all_gaps)}") if all_gaps else NoSuchNameError(said)

    def _near(self, forms: list[Form]) -> list[str]:
        """Of both, where both have some: a list is cut short."""
        short, within = near_short(self.text, self.observed), near_to(self.text, forms)
        first = 0 if self._lies_within else SUGGESTED // 2
        return list(dict.fromkeys((*short[:first], *within, *short[first:])))

    @property
    def _lies_within(self) -> bool:
        """Whether no workload and no repository can be called so: their names have none of these."""
        return any(sign in self.text for sign in "/:@=")

    def _left_out(self) -> str:
        within = {each.name for each in self.within if each.mode is Mode.STANDARD}
        out = [str(each.name) for each in self.observed.repositories if each.name not in within]
        if not out:
            return ""
        return f"\nnot looked into, being no standard repository or outside of the scope:\n{listed(out)}"

    def _gaps(self, more: tuple[Gap, ...]) -> tuple[Gap, ...]:
        loads = () if self._lies_within else self.observed.workloads.gaps
        return tuple(dict.fromkeys((*self.observed.gaps, *loads, *more)))


def _unread(gaps: tuple[Gap, ...]) -> str:
    """What one of the name may be hidden in."""
    if not gaps:
        return ""
    return "\nnot all could be read:\n" + listed([_where(gap) for gap in gaps])


def _where(gap: Gap) -> str:
    inside = f" {gap.repository}" if gap.repository else ""
    return f"{gap.kind.value} in {gap.location} {gap.project}{inside}: {gap.cause}"
