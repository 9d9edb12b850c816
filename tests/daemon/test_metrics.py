"""What the metrics say of sweeps; the page on operations lists each of them and nothing else."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from prometheus_client.parser import text_string_to_metric_families

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.daemon.metrics import OUTCOMES, Metrics
from janitor.errors import (
    InterruptedSweepError,
    LedgerError,
    LockHeldError,
    ObservationError,
    PolicyFileError,
    UsageError,
)
from janitor.model.amounts import Priced
from janitor.model.kinds import Kind
from janitor.report.data.result import SweepResult
from tests.docs.pages import between, text_of
from tests.report.samples import AT, GAP, REFUSAL, STORY_REPOSITORY, WEB, image, result, story

DELETED, FAILED, DRIFTED, SKIPPED, GONE = (
    Outcome(kind)
    for kind in (
        OutcomeKind.DELETED,
        OutcomeKind.FAILED,
        OutcomeKind.DRIFTED,
        OutcomeKind.SKIPPED,
        OutcomeKind.ALREADY_GONE,
    )
)
Labels = dict[str, str]


def shown(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample of the text that Prometheus reads, by name and labels."""
    text, _ = metrics.render()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return shown(metrics).get((name, frozenset(labels.items())))


def after(*results: SweepResult) -> Metrics:
    metrics = Metrics()
    for each in results:
        metrics.sweep_ended(each)
    return metrics


def dollars(number: int, usd: str) -> Priced:
    return Priced(Decimal(usd), str(number))


@pytest.mark.parametrize(
    ("ended", "mode", "outcome"),
    [
        (story(), "dry-run", "done"),
        (result(mode="apply"), "apply", "done"),
        (result(gaps=(GAP,)), "dry-run", "gaps"),
        (result(image(1), refusals=(REFUSAL,), mode="apply"), "apply", "refused"),
        (result(image(1), mode="apply", outcomes=(FAILED,)), "apply", "in-part"),
        (result(mode="apply", interrupted=True), "apply", "in-part"),
    ],
)
def test_a_sweep_with_a_result_is_counted_by_its_mode_and_exit_code(
    ended: SweepResult, mode: str, outcome: str
) -> None:
    metrics = after(ended)
    counts = {key: n for key, n in shown(metrics).items() if key[0] == "janitor_sweeps_total" and n}
    labels = frozenset({("mode", mode), ("outcome", outcome)})
    assert counts == {("janitor_sweeps_total", labels): 1}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (LockHeldError("held"), "lock-held"),
        (ObservationError("no network"), "unobserved"),
        (InterruptedSweepError("stopped"), "interrupted"),
        (LedgerError("away"), "no-ledger"),
        (UsageError("wrong"), "misconfigured"),
        (PolicyFileError("wrong"), "misconfigured"),
        (KeyError("a bug"), "failed"),
        (MemoryError(), "failed"),
    ],
)
def test_a_sweep_without_a_result_is_counted_by_what_ended_it(error: BaseException, outcome: str) -> None:
    metrics = Metrics()
    metrics.sweep_failed(error, "apply")
    assert value(metrics, "janitor_sweeps_total", mode="apply", outcome=outcome) == 1
    assert value(metrics, "janitor_sweep_duration_seconds_count", mode="apply") == 0
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="apply") is None


def test_an_apply_that_its_ledger_ended_is_counted_by_that_and_what_it_deleted_counts() -> None:
    ends = (Outcome(OutcomeKind.DELETED),) * 4
    metrics = after(replace(story(mode="apply", outcomes=ends), error=LedgerError("away")))
    assert value(metrics, "janitor_sweeps_total", mode="apply", outcome="no-ledger") == 1
    assert value(metrics, "janitor_actions_total", outcome="deleted") == 4
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="apply") is None


def test_how_long_a_sweep_took_is_measured_from_its_start_to_its_end() -> None:
    metrics = after(replace(story(), finished_at=AT + timedelta(seconds=42)))
    assert value(metrics, "janitor_sweep_duration_seconds_sum", mode="dry-run") == 42
    assert value(metrics, "janitor_sweep_duration_seconds_bucket", mode="dry-run", le="30.0") == 0
    assert value(metrics, "janitor_sweep_duration_seconds_bucket", mode="dry-run", le="60.0") == 1


def test_only_a_sweep_that_is_done_is_a_success() -> None:
    later = AT + timedelta(days=1)
    metrics = after(result(), replace(result(gaps=(GAP,)), finished_at=later))
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="dry-run") == AT.timestamp()
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="apply") is None


def test_what_became_of_the_actions_of_applies_adds_up() -> None:
    actions = tuple(image(number) for number in range(6))
    once = result(*actions, mode="apply", outcomes=(DELETED, DELETED, FAILED, DRIFTED, SKIPPED, GONE))
    metrics = after(once, once)
    counts = {
        outcome: value(metrics, "janitor_actions_total", outcome=outcome)
        for outcome in ("deleted", "already-gone", "drifted", "skipped", "failed")
    }
    assert counts == {"deleted": 4, "already-gone": 2, "drifted": 2, "skipped": 2, "failed": 2}
    assert value(metrics, "janitor_actions_total", outcome="planned") is None


def test_a_dry_run_and_a_refused_plan_act_on_nothing_and_save_nothing() -> None:
    metrics = after(story(), result(image(1), mode="apply", refusals=(REFUSAL,)))
    samples = shown(metrics)
    assert {n for (name, _), n in samples.items() if name == "janitor_actions_total"} == {0}
    assert value(metrics, "janitor_saved_usd_per_month_total") == 0
    assert value(metrics, "janitor_reclaimed_bytes_total") == 0
    assert value(metrics, "janitor_last_sweep_saved_usd_per_month") == 0


def test_dollars_planned_are_of_the_whole_plan_and_dollars_saved_of_what_was_deleted() -> None:
    actions = (image(1, estimate=dollars(1, "1.25")), image(2, estimate=dollars(2, "2.5")))
    metrics = after(result(*actions, mode="apply", outcomes=(DELETED, FAILED)))
    assert value(metrics, "janitor_last_sweep_planned_usd_per_month") == 3.75
    assert value(metrics, "janitor_last_sweep_saved_usd_per_month") == 1.25
    assert value(metrics, "janitor_last_sweep_planned_actions") == 2


def test_dollars_saved_grow_with_each_apply_while_the_gauge_is_of_the_last_alone() -> None:
    first = result(image(1, estimate=dollars(1, "1.25")), mode="apply", outcomes=(DELETED,))
    second = result(image(2, estimate=dollars(2, "2")), mode="apply", outcomes=(DELETED,))
    metrics = after(first, second, story())
    assert value(metrics, "janitor_saved_usd_per_month_total") == 3.25
    assert value(metrics, "janitor_last_sweep_saved_usd_per_month") == 0


def test_dollars_and_bytes_are_capped_by_what_google_bills_for_the_repository() -> None:
    twice = (image(1, size_bytes=2**30), image(2, size_bytes=2**30))
    metrics = after(result(*twice, mode="apply", outcomes=(DELETED, DELETED), group_bytes={WEB: 2**30}))
    assert value(metrics, "janitor_reclaimed_bytes_total") == 2**30
    assert value(metrics, "janitor_saved_usd_per_month_total") == pytest.approx(0.1)
    assert value(metrics, "janitor_last_sweep_planned_usd_per_month") == pytest.approx(0.1)


def test_a_repository_saves_its_price_in_full() -> None:
    metrics = after(result(STORY_REPOSITORY, mode="apply", outcomes=(DELETED,)))
    assert value(metrics, "janitor_saved_usd_per_month_total") == pytest.approx(0.2142041921615600585937500)


def test_examined_is_by_kind_and_of_the_last_sweep_alone() -> None:
    first = result()
    second = replace(first, plan=replace(first.plan, examined={Kind.REPOSITORY: 7}, gaps=(GAP, GAP)))
    metrics = after(first)
    assert value(metrics, "janitor_last_sweep_examined", kind="run.service") == 3
    metrics.sweep_ended(second)
    assert value(metrics, "janitor_last_sweep_examined", kind="run.service") is None
    assert value(metrics, "janitor_last_sweep_examined", kind="artifact.repository") == 7
    assert value(metrics, "janitor_last_sweep_gaps") == 2


def test_skipped_runs_reloads_and_messages_are_counted_by_what_they_are() -> None:
    metrics = Metrics()
    metrics.run_skipped("report")
    metrics.policies_read(True)
    metrics.policies_read(False)
    metrics.policies_read(False)
    metrics.message_ended("report", True)
    metrics.message_ended("trouble", False)
    assert value(metrics, "janitor_runs_skipped_total", run="report") == 1
    assert value(metrics, "janitor_runs_skipped_total", run="sweep") == 0
    assert value(metrics, "janitor_policy_reloads_total", outcome="good") == 1
    assert value(metrics, "janitor_policy_reloads_total", outcome="refused") == 2
    assert value(metrics, "janitor_slack_messages_total", message="report", outcome="posted") == 1
    assert value(metrics, "janitor_slack_messages_total", message="trouble", outcome="unposted") == 1
    assert value(metrics, "janitor_slack_messages_total", message="note", outcome="posted") == 0


def test_every_series_of_a_counter_is_there_from_the_start() -> None:
    samples = shown(Metrics())
    assert sum(name == "janitor_sweeps_total" for name, _ in samples) == 2 * len(OUTCOMES)
    assert sum(name == "janitor_actions_total" for name, _ in samples) == 5


def test_no_name_of_a_resource_makes_a_series() -> None:
    hostile = image(1, policy='x"} 1\nevil{a="b', group="projects/p/locations/l/repositories/r")
    text, _ = after(result(hostile, mode="apply", outcomes=(FAILED,))).render()
    assert b"evil" not in text
    assert b"repositories" not in text


def test_two_daemons_in_one_process_do_not_count_for_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.run_skipped("sweep")
    assert value(other, "janitor_runs_skipped_total", run="sweep") == 0


def test_when_a_series_was_made_is_not_shown_as_a_metric_of_its_own() -> None:
    text, content_type = Metrics().render()
    assert b"_created" not in text
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"


def listed() -> dict[str, str]:
    """The metrics of the page on operations and their types."""
    rows = between(text_of("docs/operations.md"), "metrics").strip().splitlines()[2:]
    cells = [row.split(" | ") for row in rows]
    return {name: row[1].strip() for row in cells for name in re.findall(r"`([a-z_]+)`", row[0])}


def test_the_page_on_operations_lists_each_metric_with_its_type_and_no_other() -> None:
    exposed = {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in Metrics().registry.collect()
    }
    documented = listed()
    if sys.platform != "linux":
        documented = {name: kind for name, kind in documented.items() if name.startswith("janitor_")}
    assert set(documented) == set(exposed)
    own = {name: kind for name, kind in documented.items() if name.startswith("janitor_")}
    assert own == {name: kind for name, kind in exposed.items() if name.startswith("janitor_")}


def test_the_page_on_operations_lists_each_outcome_of_a_sweep() -> None:
    rows = between(text_of("docs/operations.md"), "metrics").splitlines()
    row = next(line for line in rows if "`janitor_sweeps_total`" in line)
    named = set(re.findall(r"`([a-z-]+)`", row)) - {"mode", "outcome"}
    assert named == set(OUTCOMES)


def test_metrics_are_named_as_prometheus_wants_it() -> None:
    """https://prometheus.io/docs/practices/naming: base units, a prefix, and `_total` for what only grows."""
    for name, kind in listed().items():
        assert name.endswith("_total") == (kind == "counter") or name.startswith("process_")
        assert not re.search(r"_(ms|minutes|hours|kb|mb)(_|$)", name)


def test_the_last_success_survives_a_restart() -> None:
    metrics = Metrics()
    metrics.remember_successes({"apply": AT})
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="apply") == AT.timestamp()
    assert value(metrics, "janitor_last_success_timestamp_seconds", mode="dry-run") is None
