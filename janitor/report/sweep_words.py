"""The sweep in a few lines: what is or would be deleted, and what remains and costs money each month."""

from collections.abc import Iterator, Sequence

from janitor.model.amounts import Amount
from janitor.model.text import many
from janitor.model.units import show_size, show_usd
from janitor.policy.deciding.gaps import blocks_in_words
from janitor.report.data.names import how_many
from janitor.report.data.result import SweepResult, Totals
from janitor.report.data.rows import PolicyRows
from janitor.report.data.snapshot import RunningService
from janitor.report.data.standing import standing_after
from janitor.report.data.totals import was_applied
from janitor.report.words import amount_per_month, per_month

_POLICIES_NAMED = 5


def answer(result: SweepResult, totals: Totals, policies: Sequence[PolicyRows]) -> str:
    """``Would delete 90 resources (74.0 GB), up to $121.87/month: previews $114.98 · images $6.90``."""
    if not result.plan.actions:
        return _nothing(result)
    saves = totals.saves
    applied = was_applied(result)
    number = many(totals.planned if applied else saves.count, "resource")
    text = f"Deleted {saves.count:,} of {number}" if applied else f"Would delete {number}"
    if saves.size_bytes:
        text += f" ({show_size(saves.size_bytes)})"
    if not saves.count:
        return f"{text}."
    return f"{text}, {_dollars(saves)}: {' · '.join(_by_policy(policies))}"


def not_deleted(totals: Totals) -> str:
    """``Not deleted: 1 already gone, 2 failed.``; empty where everything was deleted."""
    counts = {
        "already gone": totals.already_gone,
        "changed since the plan": totals.drifted,
        "skipped": totals.skipped,
        "failed": totals.failed,
    }
    parts = [f"{number:,} {word}" for word, number in counts.items() if number]
    return f"Not deleted: {', '.join(parts)}." if parts else ""


def remaining(result: SweepResult) -> str:
    """``Running idle: $45.99/month of minimum instances in 3 services · storage $10.70/month``."""
    costs = standing_after(result)
    idle, services = costs.idle, how_many(RunningService.kind, costs.idle.count)
    if idle.count:
        money = f"{_least(idle, costs.idle_known)} of minimum instances in {services}"
    else:
        money = "no minimum instances" if costs.idle_known else "unknown"
    storage = "unknown"
    if costs.storage_known or costs.storage.count:
        storage = _least(costs.storage, costs.storage_known)
    return f"Running idle: {money} · storage {storage}"


def scheduled(result: SweepResult) -> str:
    """``Scheduled for deletion: 2 resources, $114.98/month``; empty where nothing is in grace."""
    if not result.waiting:
        return ""
    money = amount_per_month(result.in_grace)
    return f"Scheduled for deletion: {many(len(result.waiting), 'resource')}, {money}"


def _nothing(result: SweepResult) -> str:
    if result.plan.gaps:
        return f"Not decided: {blocks_in_words(result.plan.gaps)}. No other resource is to be deleted."
    if result.waiting:
        waits = many(len(result.waiting), "resource")
        return f"Nothing to delete yet: {waits} {'is' if len(result.waiting) == 1 else 'are'} scheduled for deletion."
    return "Nothing to delete."


def _by_policy(policies: Sequence[PolicyRows]) -> Iterator[str]:
    """Each with its dollars, the costliest first; of many the first."""
    rows = [rows for rows in policies if rows.counted.count]
    named = [each for each in rows if each.counted.usd_month][:_POLICIES_NAMED] or rows[:_POLICIES_NAMED]
    for each in named:
        yield f"{each.policy} {_share(each.counted)}"
    if rest := rows[len(named) :]:
        yield f"{len(rest):,} more {_share(sum((each.counted for each in rest), Amount()))}"


def _share(amount: Amount) -> str:
    return "unpriced" if amount.has_no_price else show_usd(amount.usd_month)


def _dollars(amount: Amount) -> str:
    if amount.has_no_price:
        return "unpriced"
    bound = "up to " if amount.upper_bound and amount.usd_month else ""
    return f"{bound}{per_month(amount.usd_month)}{_unpriced(amount)}"


def _least(amount: Amount, known: bool) -> str:
    """A sum of which some could not be read is a lower bound."""
    if known or amount.has_no_price:
        return amount_per_month(amount)
    return f"at least {per_month(amount.usd_month)}{_unpriced(amount)}"


def _unpriced(amount: Amount) -> str:
    return f" and {amount.unpriced:,} unpriced" if amount.unpriced else ""
