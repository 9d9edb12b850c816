"""What jobs and executions cost a month while nobody uses them: nothing, and that is known."""

from decimal import Decimal

from janitor.model.money import Estimate, Priced

_ZERO = Decimal(0)


def estimate_job() -> Estimate:
    """A job bills for its executions while they run (Cloud Run pricing; docs/money.md)."""
    return Priced(_ZERO, "a job costs nothing between its executions")


def estimate_execution() -> Estimate:
    """One that has ended: Google keeps it for no money."""
    return Priced(_ZERO, "an execution that has ended costs nothing")
