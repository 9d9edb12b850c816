"""Sweeps and actions to write down."""

from decimal import Decimal

from janitor.ledger.entries import SweepStart
from janitor.model.amounts import Estimate, Priced
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason
from janitor.plan.plan import Action
from tests.making import NOW, digest

PACKAGE = "projects/p/locations/us-central1/repositories/r/packages/app"


def action(
    label: str = "a", estimate: Estimate | None = None, detail: str = "uploaded 30 days ago"
) -> Action:
    """The deletion of one image of 1000 bytes."""
    return Action(
        Kind.IMAGE, f"{PACKAGE}/versions/{digest(label)}", f"us-central1-docker.pkg.dev/p/r/app@{digest(label)}",
        "stale-images", DeleteReason.OLDER_THAN, detail, 1000,
        estimate or Priced(Decimal("0.0000000931"), "0.10 USD a GiB", upper_bound=True), (3, 2),
        uid="u-1", group="projects/p/locations/us-central1/repositories/r",
    )  # fmt: skip


def start(sweep_id: str = "s-1") -> SweepStart:
    """An apply sweep that begins NOW."""
    return SweepStart(sweep_id, NOW, "apply", "host:1")
