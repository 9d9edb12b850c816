"""The one place where a plan is cleared."""

from decimal import Decimal

from janitor.guard.limits import exceeded
from janitor.guard.values import ClearedPlan, Refused
from janitor.plan.values import Plan
from janitor.policy.model import Limits


def guard(plan: Plan, limits: Limits, monthly: Decimal, unpriced: int) -> ClearedPlan | Refused:
    """Clear the whole plan, or refuse the whole plan with every limit that it exceeds."""
    refusals = exceeded(plan, limits, monthly, unpriced)
    return Refused(plan, refusals) if refusals else ClearedPlan(plan)
