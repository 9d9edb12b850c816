"""The resource hierarchy: an organization, its folders, and where projects lie in it."""

import hashlib
from dataclasses import dataclass, field

ACTIVE, DELETE_REQUESTED = "ACTIVE", "DELETE_REQUESTED"
STATES = (ACTIVE, DELETE_REQUESTED)


@dataclass(frozen=True, slots=True)
class WorldFolder:
    """A folder; `name` is `folders/NUMBER`, `parent` the name of another one or of the organization."""

    name: str
    parent: str
    display_name: str
    updated: float | None = None


@dataclass
class Hierarchy:
    """`organization` is `organizations/NUMBER`, empty where the world has none; folders are by name."""

    organization: str = ""
    folders: dict[str, WorldFolder] = field(default_factory=dict)

    def knows(self, name: str) -> bool:
        """Whether this is the organization, or a folder of it."""
        return name in self.folders or (bool(name) and name == self.organization)

    def ancestors(self, parent: str) -> list[str]:
        """`parent` and what it lies in, the closest first, the organization last."""
        found = []
        while parent in self.folders and parent not in found:
            found.append(parent)
            parent = self.folders[parent].parent
        return [*found, parent] if parent else found


def project_number(project: str) -> str:
    """The number of a project that the world file gives none: twelve digits that follow from its id."""
    return str(10**11 + int(hashlib.sha256(project.encode()).hexdigest(), 16) % (9 * 10**11))
