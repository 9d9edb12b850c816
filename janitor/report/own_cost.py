"""The line that the daemon says once at its start: what it costs itself, beside what it saves."""

from janitor.cost.own_cost import OwnCost
from janitor.ledger.savings import Account
from janitor.model.amounts import Estimate, Priced
from janitor.report.text import show_usd


def own_cost_line(cost: OwnCost, last_month: Account) -> str:
    """One line for people; `last_month` is the account of the deletions of the last thirty days.

    Where those save less than the service costs, it names the cheaper way.
    """
    ways = (
        _way(cost.service, "as the smallest Cloud Run service"),
        _way(cost.job, f"as a job of {cost.job_seconds} s a night"),
        _way(cost.worker_pool, "as a worker pool"),
    )
    return (
        f"janitor itself costs a month in {cost.region}: {', '.join(ways)}. {_saved(last_month)}"
        + _advice(cost, last_month)
    )


def _way(estimate: Estimate, way: str) -> str:
    if isinstance(estimate, Priced):
        return f"{show_usd(estimate.usd_month)} {way}"
    return f"unpriced {way} ({estimate.why})"


def _saved(account: Account) -> str:
    deleted = account.deleted
    most = "at most " if deleted.upper_bound else ""
    unpriced = f"; {deleted.unpriced} unpriced" if deleted.unpriced else ""
    return (
        f"The deletions of the last 30 days ({deleted.count}) save {most}"
        f"{show_usd(deleted.usd_month)} a month as estimated,"
        f" {show_usd(account.realised_usd_month)} as seen since{unpriced}."
    )


def _advice(cost: OwnCost, account: Account) -> str:
    service, job = cost.service, cost.job
    if not (isinstance(service, Priced) and isinstance(job, Priced)) or job.usd_month >= service.usd_month:
        return ""
    if account.deleted.usd_month >= service.usd_month:
        return ""
    return (
        " That is less than the service costs: `janitor daemon --once` as a nightly job is the cheaper way."
    )
