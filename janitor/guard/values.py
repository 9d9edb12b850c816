"""The guard's answer."""

from dataclasses import dataclass

from janitor.plan.values import Plan


@dataclass(frozen=True, slots=True)
class Refusal:
    """One limit that the plan exceeds; the message holds the flag that would allow it."""

    limit: str
    message: str


@dataclass(frozen=True, slots=True)
class ClearedPlan:
    """A plan within every limit. Only the guard makes one; the executor takes nothing else."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Refused:
    """A plan that exceeds limits: all of them, never only the first."""

    plan: Plan
    refusals: tuple[Refusal, ...]
