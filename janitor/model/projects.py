"""Projects of an organization or of folders: what Resource Manager and Cloud Asset Inventory each list (R52)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from janitor.model.inventory import Gap


@dataclass(frozen=True, slots=True, order=True)
class ListedProject:
    """A project by its id and its number; the id is the number where nothing says it."""

    id: str
    number: str


@dataclass(frozen=True, slots=True)
class FoundProjects:
    """The active projects below `roots` (``organizations/123``, ``folders/456``), sorted.

    `active`: Resource Manager lists them. `only_inventory`: the inventory lists them, and Resource Manager shows them to
    nobody with these permissions. `elsewhere`: the inventory lists them, and Resource Manager shows them elsewhere: they
    were moved, or lie in a folder that is not shown. `gaps`: what could not be asked. `created`: when Resource Manager says
    that a project was created, by id. `listed`: ids of `active` projects that the inventory lists below the roots, too.
    `settled`: of these, where nobody changed the project or a folder above it for a day. A move is a change, and what the
    inventory says of a place is late.
    """

    roots: tuple[str, ...]
    active: tuple[ListedProject, ...] = ()
    only_inventory: tuple[ListedProject, ...] = ()
    elsewhere: tuple[ListedProject, ...] = ()
    gaps: tuple[Gap, ...] = field(default=())
    created: Mapping[str, datetime] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
