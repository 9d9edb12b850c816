"""The document that was promised, value for value; what came later is left out of the comparison."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.plan.guard import Refusal
from janitor.plan.plan import Action, Kept
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import totals
from janitor.report.json.sweep import write_json
from tests.report.samples import result

REPOSITORY = "projects/p/locations/l/repositories/r"
PROMISED = """
{"schema_version": 1, "sweep_id": "s1", "mode": "MODE", "observed_at": "2026-11-24T04:00:00Z",
 "policy_digest": "sha256:aa", "plan_id": "sha256:bb",
 "gaps":     [{"project": "p", "location": "asia-northeast3", "kind": "run.revision", "cause": "403"}],
 "refusals": [{"limit": "max_deletions", "message": "5 > 4"}],
 "actions":  [{"kind": "artifact.image",
               "name": "projects/p/locations/l/repositories/r/packages/a%2Fb/versions/sha256:01",
               "uri": "l-docker.pkg.dev/p/r/a/b@sha256:01",
               "policy": "stale-images", "reason": "older-than", "detail": "40d old",
               "size_bytes": 123, "estimate": {"usd_month": "0.0123"},
               "after": ["projects/p/locations/l/services/web"], "contains": {"artifact.image": 12},
               "outcome": "OUTCOME", "error": ERROR}],
 "kept":     [{"kind": "artifact.image", "reason": "in-use", "count": 12}],
 "totals":   {"examined": {"artifact.image": 40, "run.service": 3}, "planned": 1, "deleted": 0,
              "already_gone": 0, "drifted": 0, "skipped": 0, "failed": FAILED,
              "reclaimed_bytes": BYTES, "saves_usd_month": "USD", "unpriced": 0}}
"""
ACTION = Action(
    kind=Kind.IMAGE,
    name=f"{REPOSITORY}/packages/a%2Fb/versions/sha256:01",
    uri="l-docker.pkg.dev/p/r/a/b@sha256:01",
    policy="stale-images",
    reason=DeleteReason.OLDER_THAN,
    detail="40d old",
    size_bytes=123,
    estimate=Priced(Decimal("0.0123"), "reckoned so"),
    rank=(2, 0),
    group=REPOSITORY,
    after=("projects/p/locations/l/services/web",),
    contains=((Kind.IMAGE, 12),),
)
DRY = result(
    ACTION,
    gaps=(Gap("p", "asia-northeast3", Kind.REVISION, "403"),),
    refusals=(Refusal("max_deletions", "5 > 4"),),
    kept=(Kept(Kind.IMAGE, KeepReason.IN_USE, 12),),
)


def promised(**values: str) -> object:
    text = PROMISED
    for word, value in values.items():
        text = text.replace(word, value)
    return json.loads(text)


def written(sweep: SweepResult) -> object:
    """What is written, without what the promise does not name."""
    out = StringIO()
    write_json(sweep, totals(sweep), out)
    document = json.loads(out.getvalue())
    for later in ("notices", "grace", "error", "clock", "references", "standing", "in_grace", "holders"):
        del document[later]
    del document["totals"]["saves_usd_month_rounded"]
    for gap in document["gaps"]:
        del gap["blocks"]
    for action in document["actions"]:
        for later in ("basis", "upper_bound", "usd_month_rounded"):
            del action["estimate"][later]
    return document


def test_a_refused_dry_run_is_written_as_promised() -> None:
    expected = promised(
        MODE="dry-run", OUTCOME="planned", ERROR="null", FAILED="0", BYTES="123", USD="0.0123"
    )
    assert written(DRY) == expected


def test_an_apply_is_written_as_promised() -> None:
    failed = (Outcome(OutcomeKind.FAILED, "INTERNAL"),)
    expected = promised(MODE="apply", OUTCOME="failed", ERROR='"INTERNAL"', FAILED="1", BYTES="0", USD="0")
    assert isinstance(expected, dict)
    assert written(replace(DRY, mode="apply", refusals=(), outcomes=failed)) == expected | {"refusals": []}
