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
    """It goes by this policy; `reason` is None where a test does not ask for it."""

    policy: str
    reason: DeleteReason | None = None

    def __str__(self) -> str:
        return f"delete: {self.policy}" + (f", reason: {self.reason.value}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class ExpectKept:
    """It stays for this reason."""

    reason: KeepReason

    def __str__(self) -> str:
        return f"keep: {self.reason.value}"


@dataclass(frozen=True, slots=True)
class GoesWith:
    """It goes with what holds it, by the name that the test gives that."""

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
    """One test; `line` is where it begins. `things` are in the file's order, by Google's name;
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
    """What was expected of a thing (None: nothing was said of it) and what was found."""

    thing: DescribedResource
    expected: Verdict | None
    found: Verdict


@dataclass(frozen=True, slots=True)
class PolicyTestResult:
    """A test that was run; it passed where there is no difference."""

    case: PolicyTest
    differences: tuple[Difference, ...] = field(default=())
