"""Fields of a policy test file: each key taken once, by type; names and digests as Google writes them."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TypeVar

from janitor.kinds.table import listing_of
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.text import show
from janitor.model.units import parse_duration, parse_size
from janitor.policy.file.source import MappingNode, Node, Position, Problem, ScalarNode, SequenceNode
from janitor.policytest.model import DescribedResource

T = TypeVar("T")


class Fields:
    """One mapping. `problems` collects every mistake; a value that cannot be read is the default."""

    def __init__(self, node: Node, problems: list[Problem], what: str) -> None:
        self.at = node.at
        self._problems = problems
        self._what = what
        self._asked: set[str] = set()
        self._entries = node.entries if isinstance(node, MappingNode) else {}
        if not isinstance(node, MappingNode):
            self.mistaken(node.at, f"{what} must be a mapping")

    def mistaken(self, at: Position, text: str) -> None:
        """Note a mistake."""
        self._problems.append(Problem(at, text))

    def node(self, key: str) -> Node | None:
        """What stands under a key, unread."""
        self._asked.add(key)
        return self._entries[key][1] if key in self._entries else None

    def read(self, key: str, parse: Callable[[Node], T], default: T) -> T:
        """The value of a key; a ValueError of `parse` is a mistake at the value."""
        node = self.node(key)
        if node is None:
            return default
        try:
            return parse(node)
        except ValueError as error:
            self.mistaken(node.at, f"{key}: {error}")
            return default

    def several(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The texts of a key, one or a list."""
        return self.read(key, texts, default)

    def entries(self, key: str) -> Iterator[tuple[str, Position, "Fields"]]:
        """The mappings under a key by their names; none where it is missing."""
        node = self.node(key)
        if node is None:
            return
        if not isinstance(node, MappingNode):
            self.mistaken(node.at, f"{key} must be a mapping of names, such as {{web: {{…}}}}")
            return
        for name, (at, value) in node.entries.items():
            yield name, at, Fields(value, self._problems, show(name))

    def done(self) -> None:
        """Whatever was not asked for is a mistake."""
        for key, (at, _) in self._entries.items():
            if key not in self._asked:
                near = get_close_matches(key, sorted(self._asked), n=1)
                hint = f"did you mean {near[0]}? " if near else ""
                allowed = ", ".join(sorted(self._asked))
                self.mistaken(at, f"unknown key {show(key)} in {self._what}: {hint}allowed here: {allowed}")


def text(node: Node) -> str:
    """Some text."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str) or not node.value:
        raise ValueError(f"{_shown(node)} must be text" + _in_quotes(node))
    return node.value


def texts(node: Node) -> tuple[str, ...]:
    """One text, or a list of them, which may be empty."""
    if isinstance(node, SequenceNode):
        return tuple(text(item) for item in node.items)
    return (text(node),)


def labels(node: Node) -> dict[str, str]:
    """Names and their texts; an empty text may be one."""
    if not isinstance(node, MappingNode):
        raise ValueError("this must be a mapping, such as {env: preview}")
    return {name: _label(value) for name, (_, value) in node.entries.items()}


def flag(node: Node) -> bool:
    """true or false."""
    if not isinstance(node, ScalarNode) or not isinstance(node.value, bool):
        raise ValueError(f"{_shown(node)} must be true or false")
    return node.value


def count(node: Node) -> int | None:
    """A whole number, or ``unknown`` (None)."""
    if isinstance(node, ScalarNode) and node.value == "unknown":
        return None
    if not isinstance(node, ScalarNode) or type(node.value) is not int or node.value < 0:
        raise ValueError(f"{_shown(node)} must be a whole number, or unknown")
    return node.value


def size(node: Node) -> int:
    """A size such as 500MB."""
    return parse_size(text(node))


def one_of(*allowed: str) -> Callable[[Node], str]:
    """One of these words."""

    def parse(node: Node) -> str:
        found = text(node)
        if found not in allowed:
            near = get_close_matches(found, allowed, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"{show(found)} is not known: {hint}allowed here: {', '.join(allowed)}")
        return found

    return parse


def moment(now: datetime) -> Callable[[Node], datetime | None]:
    """``30d ago``, a timestamp, or ``unknown`` (None)."""

    def parse(node: Node) -> datetime | None:
        found = text(node)
        if found == "unknown":
            return None
        if found == "now":
            return now
        if found.endswith(" ago"):
            return now - _ago(found)
        return timestamp(node)

    return parse


def timestamp(node: Node) -> datetime:
    """``2026-12-01T00:00:00Z``."""
    found = text(node)
    try:
        read = datetime.fromisoformat(found)
    except ValueError:
        raise ValueError(
            f"{show(found)} is not a time: write one such as `30d ago`, 2026-12-01T00:00:00Z or unknown"
        ) from None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _ago(found: str) -> timedelta:
    return parse_duration(found.removesuffix(" ago").strip())


def _label(node: Node) -> str:
    if isinstance(node, ScalarNode) and node.value == "":
        return ""
    return text(node)


def _shown(node: Node) -> str:
    return show(node.text) if isinstance(node, ScalarNode) else "this"


def _in_quotes(node: Node) -> str:
    return f': write "{node.text[:60]}" in quotes' if isinstance(node, ScalarNode) and node.text else ""


@dataclass(slots=True)
class Place:
    """The project and location of what names none, what is there so far, what time it is, and which image
    was last used when."""

    project: str
    location: str
    now: datetime
    repositories: dict[str, RepositoryName] = field(default_factory=dict)
    things: dict[str, DescribedResource] = field(default_factory=dict)
    uses: list[tuple[str, datetime]] = field(default_factory=list)

    def of(self, fields: Fields) -> tuple[str, str]:
        """The project and the location of a resource."""
        return fields.read("project", text, self.project), fields.read("location", text, self.location)

    def enter(self, kind: Kind, short: str, full: str, holder: str = "") -> None:
        """Note a resource by its names; `holder` is the full name of what holds it."""
        parent = self.things[holder].short if holder in self.things else ""
        self.things[full] = DescribedResource(kind, short, full, names_of(kind, short, parent))

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


_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def names_of(kind: Kind, short: str, holder: str = "") -> tuple[str, ...]:
    """The names of a resource in `expect`: its short name, alone, after its section, or after its container."""
    return (short, f"{listing_of(kind)}/{short}", *([f"{holder}/{short}"] if holder else []))


def digest_of(label: str) -> str:
    """The digest that a label stands for; a digest stands for itself."""
    return label if _DIGEST.fullmatch(label) else f"sha256:{hashlib.sha256(label.encode()).hexdigest()}"


def split_image(name: str) -> tuple[str, str]:
    """``team/app@old`` as package and label; ValueError."""
    package, at, label = name.rpartition("@")
    if not at or not package or not label:
        raise ValueError(
            f"{show(name)} is not an image: write PACKAGE@LABEL, such as app@old; a label stands for a digest"
        )
    return package, label


def reference(written: str, repositories: Mapping[str, RepositoryName]) -> str:
    """An image as a workload names it: of a repository of the test, or whole as docker pulls it.

    ``REPOSITORY/PACKAGE@LABEL`` and ``REPOSITORY/PACKAGE:TAG`` become what Cloud Run would say. ValueError
    where the first part is neither such a repository nor a host.
    """
    first, _, rest = written.partition("/")
    if first in repositories:
        package, at, label = rest.rpartition("@")
        return f"{repositories[first].uri}/{f'{package}@{digest_of(label)}' if at else rest}"
    if "." in first and rest:
        return written
    known = ", ".join(repositories) or "none"
    raise ValueError(
        f"{show(written)} does not begin with a repository of this test (there are {known}) and no host"
    )
