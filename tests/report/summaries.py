"""Summaries built by hand, for the renderers: nothing yet, the story, and far too much of everything."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from janitor.ledger.figures import Figures, Period, Question
from janitor.ledger.savings import Account, Deletion, Point, Saving
from janitor.model.amounts import Amount, Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.report.data.planned_groups import groups_of
from janitor.report.data.snapshot import (
    GAPS,
    LARGEST_PLANNED,
    LARGEST_STORED,
    LONGEST_TEXT,
    NAMED,
    SERVICES,
    TROUBLES,
    WAITING,
    InGrace,
    Planned,
    Remaining,
    RunningService,
    Snapshot,
    Stored,
)
from janitor.report.data.summary import Summary, summarise
from janitor.report.data.troubles import Trouble, TroubleKind
from tests.ledger import model

SINCE, UNTIL = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
SWEPT = datetime(2026, 11, 23, 3, 0, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
REGION = "projects/xai-community/locations/asia-northeast3"
REPOSITORY = f"{REGION}/repositories/cloud-run-source-deploy"
WEB = f"{REGION}/repositories/web"
PORT_MESSAGE = (
    "HEALTH_CHECK_CONTAINER_ERROR: Revision 'billing-00002-abc' is not ready and cannot serve traffic. The "
    "user-provided container failed to start and listen on the port defined provided by the PORT=8080 "
    "environment variable within the allocated timeout."
)
# What comes from labels, tags, names and messages may be anything; a renderer shows it as text.
HOSTILE = (
    "<!channel> <!here> <@U012ABCDEF> <https://evil.example|click>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "a & b &amp; c < d > e",
    "``` ` *bold* _it_ ~no~ | cell | [link](javascript:alert(1)) # head",
    "\x1b[31mred\x1b[0m\x1b]0;title\x07 bell\x07 null\x00 back\x08",
    "right \u202eto left\u2066 isolate, zero\u200bwidth, line\u2028end",
    "two\nlines\r\nand\ttabs",
    "{{ 7 * 7 }} {% raw %} ${HOME} %s {0}",
    "가나다 日本語 🙂 e\u0301",
    "'\"; DROP TABLE intents; --",
)
FOOT = (
    "saved to date: the price of what was deleted, from its deletion until it comes back, for 365 days at most",
    "dollars are gross, at list price",
    "the last sweep looked on 2026-11-23 at 03:00 UTC",
)


def usd(amount: str, upper_bound: bool = False) -> Priced:
    """So many dollars a month."""
    return Priced(Decimal(amount), "billed size at $0.10 a GiB-month", upper_bound)


def deletion(number: int, **facts: object) -> Deletion:
    """An image of 500 MB that was deleted on the 20th and not seen since."""
    values: dict[str, object] = {
        "intent": number, "sweep_id": "s1", "kind": "artifact.image",
        "name": f"{WEB}/packages/team%2Fapp/versions/sha256:{number:064x}",
        "policy": "stale-images", "reason": "older-than", "owner": "web", "size_bytes": 500_000_000,
        "usd_month": Decimal("0.046566"), "upper_bound": True, "group": WEB, "group_bytes": 9_000_000_000,
        "deleted_at": datetime(2026, 11, 20, 3, 1, tzinfo=UTC),
        "gone_at": datetime(2026, 11, 21, 3, 0, tzinfo=UTC), "back_at": None,
    }  # fmt: skip
    return Deletion(**(values | facts))  # type: ignore[arg-type]


def planned(number: int, **facts: object) -> Planned:
    """An image that the next sweep would delete."""
    values: dict[str, object] = {
        "kind": "artifact.image", "name": f"{WEB}/packages/team%2Fapp/versions/sha256:{number:064x}",
        "policy": "stale-images", "reason": "older-than", "detail": "40d old", "owner": "web",
        "size_bytes": 200_000_000, "estimate": usd("0.018626", upper_bound=True), "outcome": "planned",
    }  # fmt: skip
    return Planned(**(values | facts))  # type: ignore[arg-type]


def snapshot(**facts: object) -> Snapshot:
    """A dry run that found nothing to do, and nothing that stands."""
    values: dict[str, object] = {
        "sweep_id": "20261123T030012Z-5c1f", "mode": "dry-run", "observed_at": SWEPT,
        "finished_at": SWEPT + timedelta(seconds=21), "gaps": (), "gapped": 0, "refusals": (),
        "planned": Amount(), "left": Amount(), "by_policy": (), "by_owner": (), "largest": (), "troubles": (),
        "troubled": 0, "stored": Amount(), "repositories": (), "running": Amount(), "services": (), "kept": (),
        "notices": (),
    }  # fmt: skip
    rows: tuple[Planned, ...] = facts.get("largest", ())  # type: ignore[assignment]
    return Snapshot(**(values | {"grouped": groups_of(rows)} | facts))  # type: ignore[arg-type]


def course_of(points: int, usd_month: Decimal) -> tuple[Point, ...]:
    """So many days of a saving that grows evenly."""
    each = usd_month / points if points else Decimal(0)
    return tuple(
        Point(UNTIL - timedelta(days=points - 1 - day), each * day * (day + 1) / 60, each * (day + 1))
        for day in range(points)
    )


EMPTY = summarise(Figures(), None, Period(None, UNTIL), YEAR)

_GAP = Gap(
    "xai-community",
    "us-west1",
    Kind.REVISION,
    "PERMISSION_DENIED: Permission 'run.revisions.list' denied on resource 'projects/xai-community'",
)
_WHOLE = deletion(
    1,
    kind="artifact.repository", name=REPOSITORY, policy="abandoned-repositories", reason="unused", owner="",
    size_bytes=2_300_000_000, usd_month=Decimal("0.2142041921615600585937500"), upper_bound=False, group="",
    group_bytes=None,
)  # fmt: skip
_FAILED_SERVICE = deletion(
    2,
    kind="run.service", name=f"{REGION}/services/xai-community", policy="failed-services", reason="failed",
    owner="", size_bytes=0, usd_month=Decimal(0), upper_bound=False, group="", group_bytes=None,
)  # fmt: skip
_IMAGE = deletion(3, gone_at=None)
_DELETIONS = (_WHOLE, _FAILED_SERVICE, _IMAGE)
_SEEN = snapshot(
    mode="apply",
    gaps=(_GAP,),
    gapped=1,
    planned=Amount(2, 290_000_000, Decimal("0.018626"), unpriced=1, upper_bound=True),
    left=Amount(2, 290_000_000, Decimal("0.018626"), unpriced=1, upper_bound=True),
    by_policy=(("stale-images", Amount(2, 290_000_000, Decimal("0.018626"), 1, True)),),
    by_owner=(("web", Amount(2, 290_000_000, Decimal("0.018626"), 1, True)),),
    largest=(
        planned(7),
        planned(8, size_bytes=90_000_000, estimate=Unpriced("no price of storage-gib-month is known")),
    ),
    stored=Amount(1, 9_000_000_000, Decimal("0.838190317153930664062500")),
    repositories=(Stored(WEB, "DOCKER", "web", 9_000_000_000, usd("0.838190317153930664062500")),),
    running=Amount(3, 0, Decimal("28.26")),
    idle=Amount(1, 0, Decimal("28.26")),
    services=(
        RunningService(f"{REGION}/services/billing", "payments", "failed", usd("0"), PORT_MESSAGE, SWEPT - timedelta(hours=26)),
        RunningService(f"{REGION}/services/shop", "web", "serving", usd("28.26")),
        RunningService(f"{REGION}/services/docs", "", "serving", usd("0")),
    ),
    kept=(
        Remaining("run.service", "serving", 2),
        Remaining("artifact.image", "in-use", 3),
        Remaining("artifact.image", "keep-latest", 9),
    ),
    notices=('"in use" means: named by Cloud Run in project xai-community',),
)  # fmt: skip

_WEEK = Period(SINCE, UNTIL)
SMALL = summarise(model.figures(_DELETIONS, Question(_WEEK, YEAR)), _SEEN, _WEEK, YEAR)


def hostile(number: int) -> str:
    """One text of HOSTILE; every fiftieth is 5,000 characters long."""
    text = HOSTILE[number % len(HOSTILE)]
    return (f"{text} " * 5000)[:5000] if number % 50 == 49 else text


def large(n: int) -> Summary:
    """`n` deletions by hundreds of policies and owners, as many services, repositories and troubles as a
    snapshot holds, and hostile texts wherever a text from outside may stand."""
    owners = max(1, min(n, 300))
    account = Account(Amount(n, n * 500_000_000, Decimal("0.05") * n, n // 10, True), *(Decimal("0.05") * n,) * 2, came_back=n // 100)  # fmt: skip
    share = Account(
        Amount(n // owners, 500_000_000, Decimal("0.05") * n / owners, 0, True),
        *(Decimal("0.05") * n / owners,) * 2,
    )
    return Summary(
        period=Period(SINCE, UNTIL),
        horizon=YEAR,
        troubles=tuple(
            Trouble(kind, f"{hostile(row)} and 41 more", hostile(row + 1), f"run: janitor history {row}")
            for kind in TroubleKind
            for row in (0, 1, 2, 3, 4, 49)
        ),
        saved=account,
        in_all=account,
        savers=tuple(
            Saving(deletion(row, name=f"{WEB}/packages/{hostile(row)}", owner=hostile(row)), Decimal(9 - row))
            for row in range(min(n, 5))
        ),
        by_policy=tuple((f"{hostile(row)[:60]} {row}", share) for row in range(min(n, 40))),
        by_owner=(*((f"{hostile(row)[:60]} {row}", share) for row in range(owners - 1)), ("", share)),
        course=course_of(60, account.deleted.usd_month),
        snapshot=_large_snapshot(n),
        foot=(*FOOT, *HOSTILE),
    )


def _large_snapshot(n: int) -> Snapshot:
    sums = Amount(n, n * 200_000_000, Decimal("0.02") * n, unpriced=n // 7, upper_bound=True)
    return snapshot(
        mode="apply",
        gaps=tuple(
            Gap(f"project-{row}", "us-west1", Kind.IMAGE, hostile(row)[:LONGEST_TEXT], hostile(row)[:60])
            for row in range(min(n, GAPS))
        ),
        gapped=n,
        refusals=tuple(("max_deletions", hostile(row)[:LONGEST_TEXT]) for row in range(3)),
        planned=sums,
        left=sums,
        by_policy=tuple((f"{hostile(row)[:60]} {row}", sums) for row in range(min(n, 40))),
        by_owner=tuple((f"{hostile(row)[:60]} {row}", sums) for row in range(min(n, NAMED))),
        largest=tuple(_hostile_action(row, "planned") for row in range(min(n, LARGEST_PLANNED))),
        troubles=tuple(_hostile_action(row, "failed") for row in range(min(n, TROUBLES))),
        troubled=n,
        stored=Amount(n, n * 10**9, Decimal("0.0931") * n),
        repositories=tuple(
            Stored(f"{REGION}/repositories/{hostile(row)[:63]}", "DOCKER", hostile(row)[:63], 10**9, _price(row))
            for row in range(min(n, LARGEST_STORED))
        ),
        running=Amount(n, 0, Decimal("9.86") * n, unpriced=n // 7),
        services=tuple(_hostile_service(row) for row in range(min(n, SERVICES))),
        kept=tuple(Remaining("artifact.image", reason, n) for reason in ("in-use", "protected", "not-matched")),
        notices=tuple(hostile(row)[:LONGEST_TEXT] for row in range(12)),
        waiting=tuple(
            InGrace("run.service", f"{REGION}/services/{hostile(row)[:49]}", f"{hostile(row)[:60]} {row}",
                    hostile(row)[:63], SWEPT + timedelta(days=row), row % 2 == 0)
            for row in range(min(n, WAITING))
        ),
        waited=n,
    )  # fmt: skip


def _hostile_action(row: int, outcome: str) -> Planned:
    return planned(
        row,
        name=f"{WEB}/packages/{hostile(row)[:200]}/versions/sha256:{row:064x}",
        detail=hostile(row)[:LONGEST_TEXT],
        owner=hostile(row)[:63],
        estimate=_price(row),
        outcome=outcome,
        error=hostile(row + 3)[:LONGEST_TEXT] if outcome == "failed" else None,
    )


def _hostile_service(row: int) -> RunningService:
    name, owner = f"{REGION}/services/{hostile(row)[:49]}", hostile(row)[:63]
    if row % 3:
        return RunningService(name, owner, "serving", _price(row))
    status = "failed" if row % 2 else "degraded"
    return RunningService(
        name, owner, status, _price(row), hostile(row)[:LONGEST_TEXT], SWEPT - timedelta(days=row)
    )


def _price(row: int) -> Estimate:
    return Unpriced(hostile(row)[:LONGEST_TEXT]) if row % 7 == 6 else usd(f"{row}.0123", row % 2 == 0)
