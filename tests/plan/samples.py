"""Actions and plans by hand, with defaults for all that a test does not speak of."""

from collections.abc import Mapping
from decimal import Decimal

from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.plan.codec import with_id
from janitor.plan.plan import Action, Kept, Plan
from tests.making import NOW

PLACE = "projects/p/locations/us-central1"
GAP = Gap("p", "us-central1", Kind.REVISION, "503 it is late")


def action(short: str, kind: Kind = Kind.IMAGE, **facts: object) -> Action:
    """A deletion of a priced thing."""
    values: dict[str, object] = {
        "uri": short, "policy": "p", "reason": DeleteReason.OLDER_THAN, "detail": "40d old", "size_bytes": 10,
        "estimate": Priced(Decimal("0.0123"), "size", True), "rank": (2, 300),
    }  # fmt: skip
    return Action(kind, f"{PLACE}/things/{short}", **(values | facts))  # type: ignore[arg-type]


def plan(*actions: Action, examined: Mapping[Kind, int] | None = None, gaps: tuple[Gap, ...] = ()) -> Plan:
    """A plan of these actions, with its id."""
    return with_id(
        Plan(
            observed_at=NOW,
            policy_digest="sha256:0",
            gaps=gaps,
            actions=actions,
            kept=(Kept(Kind.IMAGE, KeepReason.IN_USE, 2, ("a", "b")),),
            examined=examined or {},
            group_bytes={"g": 1000},
            plan_id="",
        )
    )
