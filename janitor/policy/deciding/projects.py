"""Projects of a sweep: which may be deleted from, which are read, and which are not known enough (R1, R52). Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from janitor.model.holders import InventoryScope
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.projects import FoundProjects, ListedProject
from janitor.policy.conditions.patterns import is_literal, matcher
from janitor.policy.model import Scope


@dataclass(frozen=True, slots=True)
class SweptProjects:
    """The projects of one sweep: `deletable` may be deleted from, `read` are read for users of images, in the order in
    which they are named or found. `gaps` are projects that may use images and cannot be read. `inventory`: where Cloud
    Asset Inventory is asked. `created`: when projects were created, where that is known."""

    deletable: tuple[str, ...]
    read: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    inventory: InventoryScope = field(default_factory=InventoryScope)
    created: Mapping[str, datetime] = field(default_factory=dict)


class NotDeletableError(Exception):
    """A project that was asked for by --project and may not be deleted from; the text says why."""


def named_projects(scope: Scope, asked: Sequence[str]) -> SweptProjects:
    """The projects where each is named: by --project (`asked`), else by the policy file."""
    deletable = tuple(dict.fromkeys(asked or scope.projects))
    return SweptProjects(deletable, _once(scope.projects, deletable, scope.also_read))


def found_projects(scope: Scope, asked: Sequence[str], found: FoundProjects) -> SweptProjects:
    """The projects of an organization or of folders. Whatever narrows deletions narrows nothing that is read.

    A project that the file names literally is read whether or not it was found. NotDeletableError: see there.
    """
    unread = set(scope.unread)
    active = [each.id for each in found.active if not _is_unread(each, unread)]
    literal = [each for each in literal_projects(scope) if each not in unread]
    below = _once(active, literal)
    selects, excludes = matcher(scope.projects or ("*",)), matcher(scope.exclude)
    deletable = tuple(each for each in below if selects(each) and not excludes(each))
    for each in asked:
        if each not in deletable:
            raise NotDeletableError(_why_not(each, scope, below, excludes(each)))
    gaps = tuple(_hidden(each) for each in found.only_inventory if not _is_unread(each, unread))
    elsewhere = [each.id for each in found.elsewhere if not _is_unread(each, unread)]
    read = tuple(each for each in _once(below, elsewhere, scope.also_read) if each not in unread)
    known = (*found.active, *found.only_inventory, *found.elsewhere)
    ids = {each.number: each.id for each in known}
    inventory = InventoryScope(
        found.roots,
        found.settled,
        found.listed,
        ids,
        tuple(each for each in scope.unread if ids.get(each) not in read),
    )
    gaps = tuple(sorted((*found.gaps, *gaps)))
    return SweptProjects(tuple(dict.fromkeys(asked)) or deletable, read, gaps, inventory, found.created)


def literal_projects(scope: Scope) -> tuple[str, ...]:
    """The projects of the file that are no glob."""
    return tuple(each for each in scope.projects if is_literal(each))


def _why_not(project: str, scope: Scope, below: Sequence[str], excluded: bool) -> str:
    if project in scope.unread:
        return f"{project} is in scope.unread, so it is not read: remove it there to delete from it"
    if project not in below:
        return f"{project} is not an active project of {roots_in_words(scope.roots)} that janitor may see"
    if excluded:
        return f"{project} is excluded by scope.exclude: change it to delete from this project"
    return f"{project} is not selected by scope.projects: change it to delete from this project"


def _hidden(project: ListedProject) -> Gap:
    return Gap(
        project.id,
        "-",
        Kind.PROJECT,
        "Cloud Asset Inventory lists this active project and Resource Manager does not show it: grant"
        " resourcemanager.projects.get and the roles for a dry run on it, or add it to scope.unread if no image of yours"
        " is used there",
    )


def _is_unread(project: ListedProject, unread: set[str]) -> bool:
    return project.id in unread or project.number in unread


def _once(*several: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for some in several for each in some))


def roots_in_words(roots: Sequence[str]) -> str:
    """``organization 123``, ``folder 4``, ``folders 4, 5``."""
    numbers = ", ".join(each.partition("/")[2] for each in roots)
    if any(each.startswith("organizations/") for each in roots):
        return f"organization {numbers}"
    return f"{'folder' if len(roots) == 1 else 'folders'} {numbers}"


def read_in_words(scope: Scope, read: Sequence[str]) -> str:
    """``the 1,000 projects of organization 123`` or ``p, q``: what is read."""
    if not scope.roots:
        return ", ".join(read)
    noun = "project" if len(read) == 1 else "projects"
    also = f" and of scope.also_read ({', '.join(scope.also_read)})" if scope.also_read else ""
    return f"the {len(read):,} {noun} of {roots_in_words(scope.roots)}{also}"


def unread_in_words(scope: Scope, by_inventory: Collection[str]) -> tuple[str, ...]:
    """The lines that every output repeats of projects that are not read on purpose; none without them (R52).
    `by_inventory`: of these, Cloud Asset Inventory says what uses images."""
    listed = [each for each in scope.unread if each in by_inventory]
    unknown = [each for each in scope.unread if each not in by_inventory]
    lines = []
    if listed:
        lines.append(
            f"not read directly, as scope.unread says: {_named(listed)}; what uses images there is known from Cloud Asset"
            " Inventory alone"
        )
    if unknown:
        lines.append(
            f"not read, as scope.unread says: {_named(unknown)}; an image that is used only there counts as unused"
        )
    return tuple(lines)


def _named(projects: Sequence[str]) -> str:
    return f"{'project' if len(projects) == 1 else 'projects'} {', '.join(projects)}"
