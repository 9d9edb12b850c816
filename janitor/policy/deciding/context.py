"""Context of deciding: the policies, where and when they apply, what earlier sweeps recorded, and what is noted."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.policy.conditions.failures import Failures
from janitor.policy.deciding.compiled import CompiledPolicies
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.held import HeldMatches
from janitor.policy.deciding.trace import Tracer
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import InventoryRuns, UseLog
from janitor.policy.deciding.verdict import CompiledPolicy, note_matches, note_named
from janitor.policy.model import Policies

T = TypeVar("T")


class Located(Protocol):
    """A name with a place."""

    @property
    def project(self) -> str: ...

    @property
    def location(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of an answer is wanted. `names`: the names of the resources that are kept, too. `kind` is decided
    even if no policy names it. `repositories` are the only ones to be read (None: all). `tracer` is shown what
    each verdict rests on."""

    names: bool = False
    kind: Kind | None = None
    repositories: Set[RepositoryName] | None = None
    tracer: Tracer | None = None


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """What is to be decided. `selected` are the policies that may delete (--policy), `deletable` the projects that
    may be deleted from, `read` all projects that are read, `own` the short names of what janitor itself runs as.
    `gaps` are projects that may use images and cannot be read (R52)."""

    policies: Policies
    selected: Set[str]
    deletable: Sequence[str]
    read: Sequence[str]
    own: Set[str]
    now: datetime
    detail: Detail = Detail()
    gaps: Sequence[Gap] = ()

    def in_scope(self, name: Located) -> bool:
        """Whether it is where the scope lets anything be deleted (R1)."""
        scope = self.policies.scope
        if name.project not in self.deletable or name.project in scope.also_read:
            return False
        return scope.locations is None or name.location in scope.locations


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier sweeps recorded, with room for what this one adds: announced deletions and opt-outs (`grace`),
    the newest uploads of what was deleted, when images were in use, and which inventories were read."""

    grace: Grace = field(default_factory=Grace)
    uploads: Uploads = field(default_factory=Uploads)
    uses: UseLog = field(default_factory=UseLog)
    inventories: InventoryRuns = field(default_factory=InventoryRuns)

    def fresh(self) -> "Memory":
        """The same memory for another sweep: what this one added is left out."""
        return Memory(
            Grace(self.grace.marks),
            replace(self.uploads, noted={}),
            UseLog(self.uses.history, self.uses.read),
            self.inventories,
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs beside the resource: all of it passed in, nothing looked up. Its policies are compiled
    once (`compiled`).

    `blocked` are the (project, location) pairs with a gap. `failures` hears of each expression that failed;
    `matched` takes the names of the policies whose `when` holds of any resource, `named` those whose selectors do,
    `held` the matches that a guard holds. `by_inventory`: Cloud Asset Inventory says what else is in use, with its
    delay (R51).
    """

    asked: DecisionInput
    blocked: Set[tuple[str, str]] = frozenset()
    memory: Memory = field(default_factory=Memory)
    failures: Failures = field(default_factory=Failures)
    matched: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    held: HeldMatches = field(init=False)
    by_inventory: bool = False
    compiled: CompiledPolicies = field(init=False)

    def __post_init__(self) -> None:
        asked = self.asked
        compiled = CompiledPolicies(asked.policies, asked.selected, asked.now, self.failures)
        object.__setattr__(self, "compiled", compiled)
        object.__setattr__(self, "held", HeldMatches(self.failures))

    @property
    def policies(self) -> Policies:
        """The policy file."""
        return self.asked.policies

    @property
    def now(self) -> datetime:
        """When the sweep began: ages count until then."""
        return self.asked.now

    @property
    def tracer(self) -> Tracer | None:
        """Who is shown what each verdict rests on."""
        return self.asked.detail.tracer

    def in_scope(self, name: Located) -> bool:
        """Whether it is where the scope lets anything be deleted (R1)."""
        return self.asked.in_scope(name)

    def is_blocked(self, name: Located) -> bool:
        """Whether a gap in the resource's project and location hides something (R4)."""
        return (name.project, name.location) in self.blocked or (name.project, "-") in self.blocked

    def note_matches(
        self,
        questions: Collection[CompiledPolicy[T]],
        resources: Collection[T],
        everything: Collection[T] | None = None,
    ) -> None:
        """Note which policies match any of the resources, once these are decided, and of the others whether the names
        in them exist. `everything`: all resources, where those are left out that every policy said no to."""
        note_matches(self.matched, questions, resources, self.failures)
        others = [each for each in questions if each.policy.name not in self.matched]
        note_named(self.named, others, resources if everything is None else everything, self.failures)
