"""The JSON document, to the letter of what was promised."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.units import rfc3339
from janitor.plan.plan import Kept
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import totals
from janitor.report.json.sweep import write_json
from tests.report.samples import GAP, REFUSAL, REGION, SERVICE, image, result, story

TOP = [
    "schema_version", "sweep_id", "mode", "observed_at", "policy_digest", "plan_id", "gaps", "refusals",
    "actions", "kept", "totals", "notices", "grace", "error", "clock", "references", "standing",
]  # fmt: skip
ACTION = [
    "kind", "name", "uri", "policy", "reason", "detail", "size_bytes", "estimate", "after", "contains",
    "outcome", "error",
]  # fmt: skip
TOTALS = [
    "examined", "planned", "deleted", "already_gone", "drifted", "skipped", "failed", "reclaimed_bytes",
    "saves_usd_month", "unpriced", "saves_usd_month_rounded",
]  # fmt: skip


class Sink:
    """Counts what is written to it, and how large the largest piece was."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        return len(text)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def written(sweep: SweepResult) -> Sink:
    sink = Sink()
    write_json(sweep, totals(sweep), sink)  # type: ignore[arg-type]
    return sink


def document(sweep: SweepResult) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(sweep).text)
    return found


def test_the_keys_stand_in_the_promised_order_and_new_ones_after_them() -> None:
    found = document(story(refusals=(REFUSAL,)))
    assert list(found)[: len(TOP)] == TOP
    assert list(found["totals"])[: len(TOTALS)] == TOTALS
    assert all(list(action)[: len(ACTION)] == ACTION for action in found["actions"])
    assert len(found["actions"]) == 4


def test_the_head_says_which_sweep_it_was() -> None:
    found = document(story())
    head = {key: found[key] for key in TOP[:6]}
    assert head == {
        "schema_version": 1, "sweep_id": "s1", "mode": "dry-run", "observed_at": "2026-11-24T04:00:00Z",
        "policy_digest": "sha256:aa", "plan_id": "sha256:bb",
    }  # fmt: skip


def test_an_action_says_everything_about_one_deletion() -> None:
    found = document(story())["actions"][3]
    assert found == {
        "kind": "artifact.repository",
        "name": f"{REGION}/repositories/cloud-run-source-deploy",
        "uri": "asia-northeast3-docker.pkg.dev/xai-community/cloud-run-source-deploy",
        "policy": "abandoned-repositories",
        "reason": "unused",
        "detail": "25h old; only xai-community used it, and that goes too",
        "size_bytes": 2_300_000_000,
        "estimate": {
            "usd_month": "0.2142041921615600585937500", "usd_month_rounded": 0.21, "basis": "$0.10 a GiB",
            "upper_bound": False,
        },
        "after": [f"{REGION}/services/xai-community"],
        "contains": {"artifact.image": 12},
        "outcome": "planned",
        "error": None,
    }  # fmt: skip


def test_a_package_in_a_name_is_escaped_as_the_delete_call_carries_it() -> None:
    assert "/packages/team%2Fapp/versions/sha256:" in document(story())["actions"][1]["name"]


def test_what_has_no_price_says_why_and_names_no_dollars() -> None:
    assert document(story())["actions"][2]["estimate"] == {"unpriced": "no price for asia-northeast3"}


def test_money_is_a_decimal_string_unrounded_and_never_in_exponents() -> None:
    tiny = image(1, estimate=Priced(Decimal("0.00000000012300"), "x"))
    found = document(result(tiny))
    assert found["actions"][0]["estimate"]["usd_month"] == "0.00000000012300"
    assert found["totals"]["saves_usd_month"] == "0.00000000012300"
    assert document(result())["totals"]["saves_usd_month"] == "0"


def test_actions_stand_in_the_order_of_execution_not_of_cost() -> None:
    names = [action["name"] for action in document(story())["actions"]]
    assert names == [action.name for action in story().plan.actions]


def test_gaps_and_refusals_are_named_with_their_causes() -> None:
    inside = Gap("p", "us-west1", Kind.IMAGE, "broke off", "web")
    found = document(result(gaps=(GAP, inside), refusals=(REFUSAL,)))
    assert found["gaps"] == [
        {
            "project": "xai-community", "location": "us-west1", "kind": "run.revision",
            "cause": "403 Permission 'run.revisions.list' denied",
            "blocks": ["run.service", "run.revision", "run.tag", "run.job", "run.execution", "run.worker_pool",
                       "artifact.image", "artifact.package", "artifact.tag", "artifact.repository"],
        },
        {
            "project": "p", "location": "us-west1", "kind": "artifact.image", "cause": "broke off",
            "blocks": ["artifact.image", "artifact.package", "artifact.version", "artifact.tag", "artifact.repository"],
            "repository": "web",
        },
    ]  # fmt: skip
    assert found["refusals"] == [{"limit": "max_deletions", "message": REFUSAL.message}]


def test_names_of_what_is_kept_are_there_only_where_they_were_asked_for() -> None:
    counted = Kept(Kind.IMAGE, KeepReason.IN_USE, 12)
    named = Kept(Kind.SERVICE, KeepReason.SERVING, 1, (f"{REGION}/services/web",))
    assert document(result(kept=(counted, named)))["kept"] == [
        {"kind": "artifact.image", "reason": "in-use", "count": 12},
        {"kind": "run.service", "reason": "serving", "count": 1, "names": [f"{REGION}/services/web"]},
    ]


def test_totals_count_examined_and_outcomes() -> None:
    ends = (
        Outcome(OutcomeKind.DELETED), Outcome(OutcomeKind.ALREADY_GONE),
        Outcome(OutcomeKind.FAILED, "INTERNAL"), Outcome(OutcomeKind.SKIPPED, "waits"),
    )  # fmt: skip
    found = document(story(mode="apply", outcomes=ends))
    assert found["totals"] == {
        "examined": {"artifact.image": 40, "run.service": 3}, "planned": 4, "deleted": 1,
        "already_gone": 1, "drifted": 0, "skipped": 1, "failed": 1, "reclaimed_bytes": 0,
        "saves_usd_month": "0", "unpriced": 0, "saves_usd_month_rounded": 0.0,
    }  # fmt: skip
    assert [(action["outcome"], action["error"]) for action in found["actions"]] == [
        ("deleted", None), ("already-gone", None), ("failed", "INTERNAL"), ("skipped", "waits"),
    ]  # fmt: skip


def test_a_sweep_without_anything_is_a_whole_document() -> None:
    found = document(result(kept=()))
    assert (found["gaps"], found["refusals"], found["actions"], found["kept"]) == ([], [], [], [])


def test_whatever_names_hold_comes_back_as_it_was_and_the_bytes_are_ascii() -> None:
    hostile = 'a"\\\x1b[0m\u202e\u2028日\n'
    bad = SERVICE._replace(detail=hostile, policy=hostile, uri=hostile, after=(hostile,))
    sweep = result(bad, outcomes=(Outcome(OutcomeKind.FAILED, hostile),), notices=(hostile,))
    sink = written(sweep)
    assert sink.text.isascii()
    assert "\x1b" not in sink.text
    (action,) = json.loads(sink.text)["actions"]
    assert (action["detail"], action["policy"], action["uri"]) == (hostile,) * 3
    assert (action["after"], action["error"]) == ([hostile], hostile)


def test_thousands_of_actions_are_written_in_pieces_each_a_small_part_of_the_whole() -> None:
    sink = written(result(*map(image, range(5000))))
    assert len(sink.pieces) > 8
    assert max(map(len, sink.pieces)) < len(sink.text) / 5
    assert len(json.loads(sink.text)["actions"]) == 5000


def test_the_document_is_one_with_a_newline_at_its_end_and_an_action_a_line() -> None:
    text = written(story()).text
    assert text.endswith("}\n")
    assert sum(line.startswith('  {"kind": "') and '"outcome"' in line for line in text.splitlines()) == 4


def test_the_same_result_is_the_same_bytes() -> None:
    assert written(story()).text == written(story()).text
    other = replace(story(), sweep_id="s2")
    assert written(other).text != written(story()).text


def test_times_are_utc_with_a_z_and_fractions_only_where_there_are_any() -> None:
    assert rfc3339(datetime(2026, 11, 24, 4, tzinfo=UTC)) == "2026-11-24T04:00:00Z"
    assert rfc3339(datetime(2026, 11, 24, 4, 0, 0, 1, tzinfo=UTC)) == "2026-11-24T04:00:00.000001Z"
