"""What running janitor costs, beside what it saved: said once, when the daemon starts."""

from datetime import timedelta

from janitor.cost.own_cost import OwnCost, own_cost
from janitor.gcp.channels import connect
from janitor.ledger.figures import Period, Question
from janitor.ledger.history import Origin, PastSweep, Records
from janitor.ledger.savings import Account
from janitor.model.amounts import Estimate, Priced
from janitor.model.units import show_usd
from janitor.policy.model import Policies
from janitor.runtime import now
from janitor.settings import Settings
from janitor.sweep.wiring import price_book

MONTH = timedelta(days=30)
# Where the policy file names no location, and how long a night's job takes where none has run yet.
_REGION, _JOB_SECONDS = "us-central1", 60


async def own_cost_facts(settings: Settings, records: Records, policies: Policies) -> dict[str, object]:
    """One line, and where its prices come from, as facts of an event. LedgerError where the database cannot be used, ObservationError
    without credentials."""
    at = now()
    month = await records.figures(Question(Period(at - MONTH, at), policies.report.horizon))
    last = await records.last_sweep(Origin.DAEMON)
    async with connect(settings.emulator_host, settings.emulator_http) as clients:
        book = await price_book(clients, settings, at)
    region = (policies.scope.locations or (_REGION,))[0]
    cost = own_cost(book, region, _seconds(last))
    line = own_cost_line(cost, month.saved)
    return {"own_cost": line, "prices": book.note}


def _seconds(last: PastSweep | None) -> int:
    """How long the last one took, a second at the least."""
    if last is None or last.finished_at is None:
        return _JOB_SECONDS
    return max(1, round((last.finished_at - last.started_at).total_seconds()))


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
        f"cost of janitor itself per month in {cost.region}: {', '.join(ways)}. {_saved(last_month)}"
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
        f"{show_usd(deleted.usd_month)}/month (estimated),"
        f" {show_usd(account.realised_usd_month)} confirmed{unpriced}."
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
