"""What a sweep came to: the value that every renderer reads."""

from dataclasses import dataclass, field
from datetime import datetime

from janitor.apply.outcomes import Outcome
from janitor.errors import JanitorError
from janitor.model.amounts import NOTHING, Amount
from janitor.model.inventory import ClockReading
from janitor.plan.guard import Refusal
from janitor.plan.plan import Plan
from janitor.policy.deciding.grace import Waiting
from janitor.policy.deciding.holders import NO_HOLDERS, JudgedHolders
from janitor.policy.deciding.references import ReferenceCounts
from janitor.report.data.snapshot import RunningCosts


@dataclass(frozen=True, slots=True)
class SweepResult:
    """One sweep. `planned` is what all of the plan comes to, each repository's at most its billed size (R25): it is summed
    once, as a plan may have a million actions. `outcomes` stand in the order of `plan.actions`, one each.

    `mode` is ``dry-run`` or ``apply``. `notices` are warnings that every output shows (what "in
    use" means, an unrecorded dry run, the fallback prices, …). `interrupted`: stopped by a signal
    with work undone. `standing` is what stood when it looked, None where that is not known. `waiting` is
    what is in grace, the soonest first, and `in_grace` what all of that costs. `error`: what ended an apply, or kept it out of the ledger, though
    what stands here was done. `clock`: this machine's clock beside Google's, None where nothing was read.
    `holders`: what Cloud Asset Inventory lists. `noted`: a channel accepted the note already, for it announces deletions
    (R32).
    """

    sweep_id: str
    mode: str
    plan: Plan
    planned: Amount
    refusals: tuple[Refusal, ...]
    outcomes: tuple[Outcome, ...] = field(repr=False)  # as Plan.actions
    started_at: datetime
    finished_at: datetime
    interrupted: bool = False
    notices: tuple[str, ...] = ()
    standing: RunningCosts | None = field(default=None, repr=False)
    waiting: tuple[Waiting, ...] = field(default=(), repr=False)
    in_grace: Amount = NOTHING
    error: JanitorError | None = None
    clock: ClockReading | None = None
    references: ReferenceCounts | None = None
    holders: JudgedHolders = NO_HOLDERS
    noted: bool = False


def clock_refuses(result: SweepResult) -> bool:
    """Whether an apply deletes nothing because this machine's clock may be wrong (R30)."""
    return result.clock is not None and not result.clock.may_delete


def is_announced(waiting: Waiting, mode: str) -> bool:
    """Whether its date was announced: by this apply, unless every channel refused, or by an earlier one."""
    return (mode == "apply" and not waiting.refused) or not waiting.is_new


@dataclass(frozen=True, slots=True)
class Totals:
    """How many actions a sweep planned, and what became of them.

    `saves` is what was deleted in apply mode, and what would be in a dry run or a refused one, capped by each
    repository's billed size (R25).
    """

    planned: int = 0
    deleted: int = 0
    already_gone: int = 0
    drifted: int = 0
    skipped: int = 0
    failed: int = 0
    saves: Amount = NOTHING
