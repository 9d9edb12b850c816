"""Past sweeps and their actions, as the ledger gives them back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from janitor.ledger.history import PastAction, PastSweep
from janitor.model.amounts import Priced, Unpriced
from tests.report.summaries import REGION, REPOSITORY, WEB

BEGAN = datetime(2026, 11, 23, 3, 0, 12, tzinfo=UTC)
TOTALS = {
    "examined": {"artifact.image": 1234, "run.service": 6}, "planned": 5, "deleted": 2, "already_gone": 0,
    "drifted": 1, "skipped": 0, "failed": 1, "reclaimed_bytes": 2_300_000_000,
    "saves_usd_month": "0.2142041921615600585937500", "unpriced": 1,
}  # fmt: skip


def sweep(**facts: object) -> PastSweep:
    """An apply of the daemon's that ended in part."""
    values: dict[str, object] = {
        "id": "20261123T030012Z-5c1f", "started_at": BEGAN, "mode": "apply", "started_by": "host:12",
        "origin": "daemon", "finished_at": BEGAN + timedelta(seconds=21), "plan_id": "sha256:0f",
        "exit_code": 6, "totals": TOTALS,
    }  # fmt: skip
    return PastSweep(**(values | facts))  # type: ignore[arg-type]


def action(**facts: object) -> PastAction:
    """A repository that was deleted."""
    values: dict[str, object] = {
        "kind": "artifact.repository", "name": REPOSITORY, "policy": "abandoned-repositories",
        "reason": "unused", "detail": "26h old", "owner": "", "size_bytes": 2_300_000_000,
        "estimate": Priced(Decimal("0.21420419216156"), ""), "outcome": "deleted", "error": None,
        "at": BEGAN + timedelta(seconds=5), "settled_by": "",
    }  # fmt: skip
    return PastAction(**(values | facts))  # type: ignore[arg-type]


DRY_RUN = sweep(
    id="20261122T030007Z-77aa", mode="dry-run", origin="hand", exit_code=0, started_at=BEGAN - timedelta(days=1),
    finished_at=BEGAN - timedelta(days=1) + timedelta(minutes=3), totals=TOTALS | {"deleted": 0, "failed": 0, "drifted": 0},
)  # fmt: skip
KILLED = sweep(
    id="20261121T030007Z-01ff", started_at=BEGAN - timedelta(days=2), finished_at=None, plan_id=None,
    exit_code=None, totals=None,
)  # fmt: skip
ACTIONS = (
    action(),
    action(
        kind="artifact.image", name=f"{WEB}/packages/team%2Fapp/versions/sha256:{7:064x}", policy="stale-images",
        reason="older-than", detail="40d old", owner="web", size_bytes=200_000_000,
        estimate=Priced(Decimal("0.018626"), "", upper_bound=True), settled_by="20261124T030001Z-9b00",
    ),
    action(
        kind="run.service", name=f"{REGION}/services/billing", policy="failed-services", reason="failed",
        size_bytes=0, estimate=Unpriced("no price is known"), outcome="failed",
        error="FAILED_PRECONDITION: the service is locked",
    ),
    action(
        kind="run.service", name=f"{REGION}/services/shop", policy="", reason="", detail="", size_bytes=0,
        estimate=None, outcome="drifted", error="it was deployed since",
    ),
    action(kind="run.service", name=f"{REGION}/services/docs", size_bytes=0, outcome=None),
)  # fmt: skip
