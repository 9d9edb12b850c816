"""What running janitor costs, beside what it saved: said once, when the daemon starts."""

from datetime import timedelta

from janitor.cost.own_cost import own_cost
from janitor.gcp.channels import connect
from janitor.ledger.history import Origin, PastSweep, Records
from janitor.ledger.savings import account, savings
from janitor.policy.model import Policies
from janitor.report.own_cost import own_cost_line
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
    month = savings(each for each in await records.deletions() if each.deleted_at > at - MONTH)
    last = await records.last_sweep(Origin.DAEMON)
    async with connect(settings.emulator_host, settings.emulator_http) as clients:
        book = await price_book(clients, settings, at)
    region = (policies.scope.locations or (_REGION,))[0]
    cost = own_cost(book, region, _seconds(last))
    line = own_cost_line(cost, account(month, at, policies.report.horizon))
    return {"own_cost": line, "prices": book.note}


def _seconds(last: PastSweep | None) -> int:
    """How long the last one took, a second at the least."""
    if last is None or last.finished_at is None:
        return _JOB_SECONDS
    return max(1, round((last.finished_at - last.started_at).total_seconds()))
