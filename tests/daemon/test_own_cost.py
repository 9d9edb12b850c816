"""The line of the daemon's start: each way with its price or why it has none, and whether it is worth it."""

from decimal import Decimal

from janitor.cost.own_cost import OwnCost
from janitor.daemon.own_cost import own_cost_line
from janitor.ledger.savings import Account
from janitor.model.amounts import Amount, Estimate, Priced, Unpriced

SERVICE, JOB, POOL = (Priced(Decimal(usd), "") for usd in ("49.932", "0.06935", "31.1720"))
NO_PRICE = Unpriced("no price of worker-pool-vcpu-second is known in us-central1")
WORTH_IT = Account(Amount(7, usd_month=Decimal("120.504")), realised_usd_month=Decimal(100))
NOT_YET = Account(Amount(1, usd_month=Decimal("3.2")))


def cost(service: Estimate = SERVICE, job: Estimate = JOB, pool: Estimate = POOL) -> OwnCost:
    return OwnCost("us-central1", 120, service, job, pool)


def test_says_what_each_way_costs_beside_what_last_months_deletions_save() -> None:
    assert own_cost_line(cost(), WORTH_IT) == (
        "cost of janitor itself per month in us-central1: $49.93 as the smallest Cloud Run service,"
        " $0.07 as a job of 120 s a night, $31.17 as a worker pool."
        " The deletions of the last 30 days (7) save $120.50/month (estimated), $100.00 confirmed."
    )


def test_a_way_without_a_price_says_why_and_is_no_zero() -> None:
    line = own_cost_line(cost(pool=NO_PRICE), WORTH_IT)
    assert f"unpriced as a worker pool ({NO_PRICE.why})." in line


def test_names_the_cheaper_way_where_the_service_costs_more_than_is_saved() -> None:
    line = own_cost_line(cost(), NOT_YET)
    assert line.endswith(
        " That is less than the service costs: `janitor daemon --once` as a nightly job is the cheaper way."
    )


def test_advises_nothing_that_it_does_not_know_to_be_cheaper() -> None:
    for unknown in (cost(service=NO_PRICE), cost(job=NO_PRICE), cost(job=SERVICE)):
        assert "cheaper" not in own_cost_line(unknown, NOT_YET)


def test_savings_that_are_at_most_so_much_or_without_a_price_are_called_so() -> None:
    bounded = Account(Amount(3, 0, Decimal(60), 2, True))
    line = own_cost_line(cost(), bounded)
    assert "save at most $60.00/month (estimated), $0.00 confirmed; 2 unpriced." in line
