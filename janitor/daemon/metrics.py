"""The daemon's metrics for Prometheus. docs/operations.md explains each."""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from janitor.apply.outcomes import OutcomeKind
from janitor.daemon.ports import Run
from janitor.errors import InterruptedSweepError, LedgerError, LockHeldError, ObservationError, UsageError
from janitor.report.data.result import SweepResult, Totals
from janitor.report.data.totals import exit_code, totals, was_applied
from janitor.settings import Mode

MODES = get_args(Mode)
_OF_RESULT = {0: "done", 3: "gaps", 4: "refused", 6: "in-part"}
# The first that fits.
_OF_ERROR: tuple[tuple[type[BaseException], str], ...] = (
    (LockHeldError, "lock-held"),
    (ObservationError, "unobserved"),
    (InterruptedSweepError, "interrupted"),
    (LedgerError, "no-ledger"),
    (UsageError, "misconfigured"),
    (BaseException, "failed"),
)
OUTCOMES = (*_OF_RESULT.values(), *(outcome for _, outcome in _OF_ERROR))
_ENDS = tuple(kind for kind in OutcomeKind if kind is not OutcomeKind.PLANNED)
# From an empty project to the longest sweep that fits into a night, in seconds.
_SECONDS = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400)

Message = Literal["report", "note", "trouble"]


class Metrics:
    """Counts since the process began, and gauges of its last sweep; may be used from any thread.

    Every series whose labels are closed lists is there from the start, at zero. `render` never shows
    a sweep by half.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.registry = CollectorRegistry()
        self._count_runs()
        self._describe_last_sweep()
        ProcessCollector(registry=self.registry)

    def sweep_ended(self, result: SweepResult) -> None:
        """A sweep came to a result, whatever its exit code. Takes a while where it has many actions."""
        sums, outcome = totals(result), _outcome(result)
        planned = result.planned.usd_month
        with self._lock:
            self._sweeps.labels(result.mode, outcome).inc()
            self._duration.labels(result.mode).observe(
                (result.finished_at - result.started_at).total_seconds()
            )
            if outcome == "done":
                self._last_success.labels(result.mode).set(result.finished_at.timestamp())
            self._set_last_sweep(result, sums, planned)
            if was_applied(result):
                self._count_actions(sums)

    def remember_successes(self, done: Mapping[str, datetime]) -> None:
        """What the ledger says of sweeps before this process: when one of each mode was last done."""
        with self._lock:
            for mode, at in done.items():
                self._last_success.labels(mode).set(at.timestamp())

    def sweep_failed(self, error: BaseException, mode: Mode) -> None:
        """A sweep came to no result."""
        outcome = _of_error(error)
        with self._lock:
            self._sweeps.labels(mode, outcome).inc()

    def run_skipped(self, run: Run) -> None:
        """A run came due while another one was under way."""
        self._skipped.labels(run).inc()

    def policies_read(self, good: bool) -> None:
        """The policy file was read again, since it changed or a SIGHUP came."""
        self._reloads.labels("good" if good else "refused").inc()

    def message_ended(self, message: Message, posted: bool) -> None:
        """A message to Slack was posted, or could not be."""
        self._messages.labels(message, "posted" if posted else "unposted").inc()

    def render(self) -> tuple[bytes, str]:
        """The text that Prometheus scrapes, and its content type."""
        with self._lock:
            return generate_latest(_Plain(self.registry)), CONTENT_TYPE_PLAIN_0_0_4

    def _count_runs(self) -> None:
        self._sweeps = self._counter(
            "janitor_sweeps", "Sweeps that ended, by result.", mode=MODES, outcome=OUTCOMES
        )
        self._duration = Histogram(
            "janitor_sweep_duration_seconds",
            "Duration of sweeps with a result.",
            ["mode"],
            registry=self.registry,
            buckets=_SECONDS,
        )
        for mode in MODES:
            self._duration.labels(mode)
        self._actions = self._counter("janitor_actions", "Actions of applies, by outcome.", outcome=_ENDS)
        self._saved = self._counter("janitor_saved_usd_per_month", "Dollars per month that deletions save.")
        self._reclaimed = self._counter("janitor_reclaimed_bytes", "Bytes deleted.")
        self._skipped = self._counter(
            "janitor_runs_skipped", "Runs that were due during another run.", run=get_args(Run)
        )
        self._reloads = self._counter(
            "janitor_policy_reloads", "Times the policy file was read again.", outcome=("good", "refused")
        )
        self._messages = self._counter(
            "janitor_slack_messages",
            "Messages to Slack.",
            message=get_args(Message),
            outcome=("posted", "unposted"),
        )

    def _describe_last_sweep(self) -> None:
        self._last_success = self._gauge(
            "last_success_timestamp_seconds", "Time of the last completed sweep.", "mode"
        )
        self._examined = self._gauge("last_sweep_examined", "Resources examined.", "kind")
        self._gaps = self._gauge("last_sweep_gaps", "Reads that failed.")
        self._planned = self._gauge("last_sweep_planned_actions", "Actions of the plan.")
        self._planned_usd = self._gauge(
            "last_sweep_planned_usd_per_month", "Dollars per month of the whole plan."
        )
        self._saved_usd = self._gauge(
            "last_sweep_saved_usd_per_month", "Dollars per month of the deleted resources."
        )

    def _set_last_sweep(self, result: SweepResult, sums: Totals, planned: Decimal) -> None:
        self._examined.clear()
        for kind, count in result.plan.examined.items():
            self._examined.labels(kind.value).set(count)
        self._gaps.set(len(result.plan.gaps))
        self._planned.set(sums.planned)
        self._planned_usd.set(float(planned))
        self._saved_usd.set(float(sums.saves.usd_month) if was_applied(result) else 0)

    def _count_actions(self, sums: Totals) -> None:
        counts = {
            OutcomeKind.DELETED: sums.deleted,
            OutcomeKind.ALREADY_GONE: sums.already_gone,
            OutcomeKind.DRIFTED: sums.drifted,
            OutcomeKind.SKIPPED: sums.skipped,
            OutcomeKind.FAILED: sums.failed,
        }
        for kind, count in counts.items():
            self._actions.labels(kind.value).inc(count)
        self._saved.inc(float(sums.saves.usd_month))
        self._reclaimed.inc(sums.saves.size_bytes)

    def _counter(self, name: str, about: str, **labels: tuple[str, ...]) -> Counter:
        """A counter with all series that its labels allow, at zero."""
        counter = Counter(name, about, list(labels), registry=self.registry)
        if labels:
            for values in product(*labels.values()):
                counter.labels(*values)
        return counter

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"janitor_{name}", about, labels, registry=self.registry)


def _outcome(result: SweepResult) -> str:
    return _of_error(result.error) if result.error else _OF_RESULT[exit_code(result)]


def _of_error(error: BaseException) -> str:
    return next(outcome for kind, outcome in _OF_ERROR if isinstance(error, kind))


class _Plain(Collector):
    """A registry without the `_created` series, which the text format would show as gauges of their own.

    The library's own switch for them is one of the whole process.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric
