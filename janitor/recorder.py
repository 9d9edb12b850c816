"""What the executor does, written into the ledger and then into the log, in that order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.settle import LeftOpen, Settled
from janitor.ledger.entries import Conclusion, Ledger
from janitor.logs import Event, emit
from janitor.model.money import Priced, Unpriced
from janitor.plan.values import Action


@dataclass(frozen=True, slots=True)
class LedgerRecorder:
    """The Recorder of one sweep. LedgerError passes through: what cannot be written stops the work."""

    ledger: Ledger
    sweep_id: str
    clock: Callable[[], datetime]

    async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
        """An intent an action; none is logged that is not written."""
        intents = await self.ledger.intend(self.sweep_id, actions, group_bytes, self.clock())
        for action in actions:
            emit(Event.ACTION_INTENDED, **_facts(action))
        return intents

    async def note_operation(self, intents: Sequence[int], operation: str) -> None:
        """Google's operation, so that a later sweep can ask about it."""
        await self.ledger.note_operation(intents, operation, self.clock())

    async def conclude(self, ends: Sequence[tuple[Action, int | None, Outcome]]) -> None:
        """What became of each. What is written stays so even if the log cannot be."""
        conclusions = [
            Conclusion(intent, action.kind.value, action.name, outcome) for action, intent, outcome in ends
        ]
        await self.ledger.conclude(self.sweep_id, conclusions, self.clock())
        for action, _, outcome in ends:
            facts = _facts(action)
            if outcome.error is not None:
                facts["error"] = outcome.error
            emit(_event(outcome.kind), **facts)

    async def settled(self, answers: Sequence[Settled | LeftOpen]) -> None:
        """Write down what became of an earlier sweep's intents; what is left open is only logged."""
        done = [answer for answer in answers if isinstance(answer, Settled)]
        conclusions = [
            Conclusion(answer.intent.id, answer.intent.kind, answer.intent.name, answer.outcome)
            for answer in done
        ]
        await self.ledger.conclude(self.sweep_id, conclusions, self.clock())
        for answer in answers:
            about = {
                "kind": answer.intent.kind,
                "name": answer.intent.name,
                "of_sweep": answer.intent.sweep_id,
            }
            match answer:
                case Settled(_, outcome):
                    emit(Event.INTENT_SETTLED, **about, outcome=outcome.kind, error=outcome.error)
                case LeftOpen(_, why):
                    emit(Event.INTENT_LEFT_OPEN, **about, why=why)


def _facts(action: Action) -> dict[str, object]:
    facts: dict[str, object] = {
        "kind": action.kind,
        "name": action.name,
        "policy": action.policy,
        "reason": action.reason,
        "detail": action.detail,
        "size_bytes": action.size_bytes,
    }
    match action.estimate:
        case Priced(usd_month):
            facts["saves_usd_month"] = usd_month
        case Unpriced(why):
            facts["unpriced"] = why
    return facts


def _event(kind: OutcomeKind) -> Event:
    match kind:
        case OutcomeKind.DELETED:
            return Event.ACTION_DELETED
        case OutcomeKind.ALREADY_GONE:
            return Event.ACTION_ALREADY_GONE
        case OutcomeKind.DRIFTED:
            return Event.ACTION_DRIFTED
        case OutcomeKind.SKIPPED:
            return Event.ACTION_SKIPPED
        case OutcomeKind.FAILED:
            return Event.ACTION_FAILED
        case OutcomeKind.PLANNED:
            raise AssertionError("an action that was not tried has no outcome to write down")
