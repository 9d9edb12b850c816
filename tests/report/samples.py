"""Sweep results built by hand: the story's repository and a few neighbours."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.plan.guard import Refusal
from janitor.plan.plan import Action, Kept, Plan
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import capped_sum

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
REGION = "projects/xai-community/locations/asia-northeast3"
REPOSITORY = f"{REGION}/repositories/cloud-run-source-deploy"
WEB = f"{REGION}/repositories/web"
PLANNED = Outcome(OutcomeKind.PLANNED)
PORT_MESSAGE = (
    "The user-provided container failed to start and listen on the port defined provided by the "
    "PORT=8080 environment variable within the allocated timeout."
)


def image(
    number: int,
    *,
    size_bytes: int = 200_000_000,
    estimate: Estimate | None = None,
    policy: str = "stale-images",
    group: str = WEB,
) -> Action:
    """The image of package ``team/app`` with this number in its digest."""
    digest = f"sha256:{number:064x}"
    cents = Priced(Decimal(size_bytes) / 2**30 / 10, "$0.10 a GiB", upper_bound=True)
    return Action(
        kind=Kind.IMAGE,
        name=f"{group}/packages/team%2Fapp/versions/{digest}",
        uri=f"asia-northeast3-docker.pkg.dev/xai-community/web/team/app@{digest}",
        policy=policy,
        reason=DeleteReason.OLDER_THAN,
        detail="40d old",
        size_bytes=size_bytes,
        estimate=estimate or cents,
        rank=(2, 0),
        group=group,
    )


SERVICE = Action(
    kind=Kind.SERVICE,
    name=f"{REGION}/services/xai-community",
    uri="https://xai-community.example.run.app",
    policy="failed-services",
    reason=DeleteReason.FAILED,
    detail=f"26h old; HEALTH_CHECK_CONTAINER_ERROR: {PORT_MESSAGE}",
    size_bytes=0,
    estimate=Priced(Decimal(0), "it never became ready, so its instances bill nothing"),
    rank=(0, 0),
    contains=((Kind.REVISION, 2),),
)
STORY_REPOSITORY = Action(
    kind=Kind.REPOSITORY,
    name=REPOSITORY,
    uri="asia-northeast3-docker.pkg.dev/xai-community/cloud-run-source-deploy",
    policy="abandoned-repositories",
    reason=DeleteReason.UNUSED,
    detail="25h old; only xai-community used it, and that goes too",
    size_bytes=2_300_000_000,
    estimate=Priced(Decimal("0.2142041921615600585937500"), "$0.10 a GiB"),
    rank=(3, 0),
    after=(f"{REGION}/services/xai-community",),
    contains=((Kind.IMAGE, 12),),
)
KEPT = (
    Kept(Kind.SERVICE, KeepReason.SERVING, 2),
    Kept(Kind.IMAGE, KeepReason.IN_USE, 3),
    Kept(Kind.IMAGE, KeepReason.NOT_MATCHED, 9),
)
GAP = Gap("xai-community", "us-west1", Kind.REVISION, "403 Permission 'run.revisions.list' denied")
REFUSAL = Refusal("max_deletions", "120 things would be destroyed, 100 allowed: --limit max_deletions=120")


def result(
    *actions: Action,
    mode: str = "dry-run",
    outcomes: tuple[Outcome, ...] | None = None,
    gaps: tuple[Gap, ...] = (),
    refusals: tuple[Refusal, ...] = (),
    kept: tuple[Kept, ...] = KEPT,
    group_bytes: Mapping[str, int] | None = None,
    interrupted: bool = False,
    notices: tuple[str, ...] = (),
) -> SweepResult:
    """A sweep with these actions; all planned unless outcomes are given."""
    plan = Plan(
        observed_at=AT,
        policy_digest="sha256:aa",
        gaps=gaps,
        actions=actions,
        kept=kept,
        examined={Kind.SERVICE: 3, Kind.IMAGE: 40},
        group_bytes=group_bytes or {},
        plan_id="sha256:bb",
    )
    ends = outcomes if outcomes is not None else tuple(PLANNED for _ in actions)
    planned = capped_sum(actions, plan.group_bytes)
    return SweepResult("s1", mode, plan, planned, refusals, ends, AT, AT, interrupted, notices)


def story(**changes: object) -> SweepResult:
    """The failed service, its repository, two images of a neighbour, one of them without a price."""
    unknown = image(2, size_bytes=90_000_000, estimate=Unpriced("no price for asia-northeast3"))
    whole = result(
        SERVICE,
        image(1),
        unknown,
        STORY_REPOSITORY,
        group_bytes={WEB: 1_000_000_000},
        notices=("in use means: Cloud Run in projects xai-community",),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]
