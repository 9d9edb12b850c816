"""Who and what deployed it: `creator`, `client` and `managed_by`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from janitor.kinds.managers import Manager, managers_of_repository
from janitor.kinds.table import HOLDER_KINDS
from janitor.model.reasons import KeepReason
from janitor.model.resources import Repository
from janitor.policy.conditions.facts import ResourceFacts
from janitor.policy.conditions.key import EVERY_KIND, WORKLOADS, Beside, FactsReading, Key, shown
from janitor.policy.conditions.names import OneText, TextOf
from janitor.policy.conditions.truth import CREATOR_UNKNOWN, Test, Truth, truth
from janitor.policy.conditions.values import OneOrMore

ManagerName = Literal[
    "terraform", "config-connector", "cloud-deploy", "cloud-functions", "app-hosting", "source-deploy"
]  # kinds/managers.py


@dataclass(frozen=True, slots=True)
class CreatorIs(OneText):
    """`creator`: who deployed it first; one without a creator never matches, and is kept under `not`, too."""

    name = "creator"
    kinds = WORKLOADS
    singles_out = True
    says = "The account that deployed it first, such as *@example.com; a resource without a known creator is kept."
    text = TextOf(lambda facts: facts.creator)
    unset = CREATOR_UNKNOWN
    unset_says = "creator unknown"


def _client(facts: ResourceFacts) -> str:
    return str(getattr(facts.reported, "client", ""))


@dataclass(frozen=True, slots=True)
class ClientIs(OneText):
    """`client`: what deployed it last, as Cloud Run reports it; one without a client never matches, and is kept under
    `not`, too."""

    name = "client"
    kinds = frozenset(HOLDER_KINDS)
    says = "The tool that deployed it last, such as gcloud, terraform or cloud-console; a resource without a known client is kept."
    text = TextOf(_client)
    unset = Truth(None, KeepReason.NOT_MATCHED)
    unset_says = "client unknown"


@dataclass(frozen=True, slots=True)
class ManagedBy(Key):
    """`managed_by`: one of these made it and looks after it; of what a repository holds, the repository."""

    managers: tuple[Manager, ...]

    name = "managed_by"
    kinds = EVERY_KIND
    spelling: ClassVar[Any] = OneOrMore[ManagerName]
    selector = True
    says = "The tool that manages it, by its labels, its client or its images."

    @classmethod
    def read(cls, value: Any, beside: Beside) -> Key:
        """The managers that the words name."""
        return cls(tuple(map(Manager, value)))

    def workload(self, reading: FactsReading) -> Test[ResourceFacts]:
        managers = self.managers
        return lambda facts: truth(not facts.managed_by.isdisjoint(managers))

    def repository(self, repository: Repository) -> bool | None:
        return not managers_of_repository(repository).isdisjoint(self.managers)

    def within(self, wider: Key) -> bool:
        """Some of the other's managers."""
        return isinstance(wider, ManagedBy) and set(self.managers) <= set(wider.managers)

    def workload_has(self, facts: ResourceFacts, now: datetime) -> str:
        return _managers(facts.managed_by)

    def repository_has(self, repository: Repository) -> str:
        return _managers(managers_of_repository(repository))


def _managers(managers: frozenset[Manager]) -> str:
    return shown(tuple(sorted(managers))) or "no known tool"
