"""What a policy test says of a workload: the fields from which a kind makes a resource as Google would report it."""

from datetime import datetime
from typing import Any, Protocol

from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Condition, State

FAILED, RECONCILING = "failed", "reconciling"


class Described(Protocol):
    """The fields of one resource (policytest/workloads.py). A key is read once, and a mistake in it is told."""

    @property
    def name(self) -> ResourceName: ...

    def has(self, key: str) -> bool:
        """Whether the test says anything of it."""

    def text(self, key: str, default: str = "") -> str: ...

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]: ...

    def word(self, key: str, allowed: tuple[str, ...], default: str) -> str: ...

    def labels(self, key: str) -> dict[str, str]: ...

    def flag(self, key: str) -> bool: ...

    def count(self, key: str, default: int | None) -> int | None: ...

    def time(self, key: str, default: datetime | None = None) -> datetime | None: ...

    def images(self) -> tuple[str, ...]:
        """What `image` names."""

    def parts(self, kind: Kind, otherwise: str = "") -> list[Any]:
        """The parts of a kind that stand below it; `otherwise` is the status of one that says none."""


def ready(state: State, reason: str = "") -> Condition:
    """The condition Ready."""
    return Condition("Ready", state, reason)
