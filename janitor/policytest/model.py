"""Policy tests as values: the resources, what is expected of each, and the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Contents, Repository


@dataclass(frozen=True, slots=True)
class ExpectDeleted:
    """Expected: deleted by this policy; `reason` is None where the test does not name one."""

    policy: str
    reason: DeleteReason | None = None

    def __str__(self) -> str:
        return f"delete: {self.policy}" + (f", reason: {self.reason.value}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class ExpectKept:
    """Expected: kept for this reason."""

    reason: KeepReason

    def __str__(self) -> str:
        return f"keep: {self.reason.value}"


@dataclass(frozen=True, slots=True)
class GoesWith:
    """Expected: deleted with its container, by the container's name in the test."""

    holder: str

    def __str__(self) -> str:
        return f"with: {self.holder}"


Verdict = ExpectDeleted | ExpectKept | GoesWith


@dataclass(frozen=True, slots=True)
class DescribedResource:
    """One resource. `full` is Google's name; `names` are what `expect` may call it."""

    kind: Kind
    short: str
    full: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One test; `line` is where it begins. `things` are the resources in the file's order, by Google's name;
    `uses` say when images were last in use (policy/deciding/use_history.py)."""

    name: str
    line: int
    workloads: Workloads
    repositories: Mapping[RepositoryName, tuple[Repository, Contents]]
    things: Mapping[str, DescribedResource]
    expected: Mapping[str, Verdict]
    uses: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """The expected decision on a resource (None: not in `expect`) and the actual one."""

    thing: DescribedResource
    expected: Verdict | None
    found: Verdict


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """A test that was run; it passed where there is no difference."""

    case: PolicyTest
    differences: tuple[Difference, ...] = field(default=())
