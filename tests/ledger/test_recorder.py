"""The recorder: the ledger first, then the log, and nothing logged that is not written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.settle import LeftOpen, Settled
from janitor.errors import LedgerError
from janitor.ledger.entries import Conclusion, OpenIntent, SweepEnd, SweepStart
from janitor.logs import Event, configure_logs
from janitor.model.amounts import Priced, Unpriced
from janitor.plan.plan import Action
from janitor.sweep.record import LedgerRecorder
from tests.making import NOW
from tests.store.recording import action


@pytest.fixture(autouse=True)
def _everything_is_logged() -> None:
    configure_logs("DEBUG")


@dataclass
class FakeLedger:
    """Remembers what it is given; `broken` refuses all of it."""

    broken: bool = False
    concluded: list[Conclusion] = field(default_factory=list)

    def _check(self) -> None:
        if self.broken:
            raise LedgerError("the disk is full")

    async def begin(self, start: SweepStart) -> None:
        self._check()

    async def intend(
        self, sweep_id: str, actions: Sequence[Action], group_bytes: Mapping[str, int], at: datetime
    ) -> list[int]:
        self._check()
        return list(range(1, len(actions) + 1))

    async def note_operation(self, intents: Sequence[int], operation: str, at: datetime) -> None:
        self._check()

    async def conclude(self, sweep_id: str, conclusions: Sequence[Conclusion], at: datetime) -> None:
        self._check()
        self.concluded += conclusions

    async def open_intents(self) -> list[OpenIntent]:
        return []

    async def finish(self, end: SweepEnd) -> None:
        self._check()


def recorder(ledger: FakeLedger) -> LedgerRecorder:
    return LedgerRecorder(ledger, "s-2", lambda: NOW)


async def test_a_deletion_is_logged_with_what_it_saves() -> None:
    ledger = FakeLedger()
    priced = action("a", Priced(Decimal("0.0000001"), "x"))
    with capture_logs() as lines:
        (intent,) = await recorder(ledger).intend([priced], {})
        await recorder(ledger).conclude([(priced, intent, Outcome(OutcomeKind.DELETED))])
    assert [line["event"] for line in lines] == ["action.intended", "action.deleted"]
    assert lines[1]["saves_usd_month"] == Decimal("0.0000001")
    assert (lines[1]["kind"], lines[1]["name"], lines[1]["policy"]) == (
        priced.kind,
        priced.name,
        "stale-images",
    )
    assert (lines[1]["reason"], lines[1]["detail"], lines[1]["size_bytes"]) == (
        priced.reason,
        priced.detail,
        1000,
    )
    assert "error" not in lines[1]
    assert ledger.concluded == [Conclusion(1, "artifact.image", priced.name, Outcome(OutcomeKind.DELETED))]


async def test_what_has_no_price_says_why_and_is_never_zero() -> None:
    unpriced = action("a", Unpriced("no SKU"))
    with capture_logs() as lines:
        await recorder(FakeLedger()).conclude([(unpriced, 1, Outcome(OutcomeKind.DELETED))])
    assert lines[0]["unpriced"] == "no SKU"
    assert "saves_usd_month" not in lines[0]


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        (OutcomeKind.ALREADY_GONE, Event.ACTION_ALREADY_GONE),
        (OutcomeKind.DRIFTED, Event.ACTION_DRIFTED),
        (OutcomeKind.SKIPPED, Event.ACTION_SKIPPED),
        (OutcomeKind.FAILED, Event.ACTION_FAILED),
    ],
)
async def test_each_outcome_has_its_event_and_says_why(kind: OutcomeKind, event: Event) -> None:
    with capture_logs() as lines:
        await recorder(FakeLedger()).conclude([(action(), None, Outcome(kind, "why"))])
    assert [(line["event"], line["error"]) for line in lines] == [(event.value, "why")]


async def test_nothing_is_logged_that_could_not_be_written_down() -> None:
    broken = recorder(FakeLedger(broken=True))
    with capture_logs() as lines:
        with pytest.raises(LedgerError, match="disk is full"):
            await broken.intend([action()], {})
        with pytest.raises(LedgerError, match="disk is full"):
            await broken.note_operation([1], "operations/1")
        with pytest.raises(LedgerError, match="disk is full"):
            await broken.conclude([(action(), 1, Outcome(OutcomeKind.DELETED))])
    assert lines == []


async def test_what_is_settled_is_written_down_and_what_is_left_open_is_only_said() -> None:
    ledger = FakeLedger()
    old, open_still = (
        OpenIntent(n, "s-1", NOW, "run.service", f"services/{n}", "u", "", NOW) for n in (4, 5)
    )
    failed = Outcome(OutcomeKind.FAILED, "not deleted")
    with capture_logs() as lines:
        await recorder(ledger).settled([Settled(old, failed), LeftOpen(open_still, "still running")])
    assert ledger.concluded == [Conclusion(4, "run.service", "services/4", failed)]
    assert [(line["event"], line["name"], line["of_sweep"]) for line in lines] == [
        ("intent.settled", "services/4", "s-1"),
        ("intent.left_open", "services/5", "s-1"),
    ]
    assert lines[1]["why"] == "still running"
