"""Where a test's resources stand, and what they are entered into."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.policy.file.source import Node
from janitor.rehearsal.fields import Fields, moment, text, texts
from janitor.rehearsal.naming import names_of, reference
from janitor.rehearsal.values import Thing


@dataclass(slots=True)
class Place:
    """The project and location of what names none, what is there so far, what time it is, and which image
    was last used when."""

    project: str
    location: str
    now: datetime
    repositories: dict[str, RepositoryName] = field(default_factory=dict)
    things: dict[str, Thing] = field(default_factory=dict)
    uses: list[tuple[str, datetime]] = field(default_factory=list)

    def of(self, fields: Fields) -> tuple[str, str]:
        """The project and the location of a resource."""
        return fields.read("project", text, self.project), fields.read("location", text, self.location)

    def enter(self, kind: Kind, short: str, full: str, holder: str = "") -> None:
        """Note a resource by its names; `holder` is the full name of what holds it."""
        parent = self.things[holder].short if holder in self.things else ""
        self.things[full] = Thing(kind, short, full, names_of(kind, short, parent))

    def time(self, fields: Fields, key: str, default: datetime | None = None) -> datetime | None:
        """A time; unknown where nothing is said, and a policy of age then keeps."""
        return fields.read(key, moment(self.now), default)

    def images(self, fields: Fields) -> tuple[str, ...]:
        """What `image` names, one or several."""
        return fields.read("image", self._references, ())

    def _references(self, node: Node) -> tuple[str, ...]:
        return tuple(reference(each, self.repositories) for each in texts(node))


def name_of(project: str, location: str, *path: str) -> ResourceName:
    """Google's name of a resource of Cloud Run."""
    return ResourceName(project, location, path)


Reader = Callable[[Fields, Place], None]
