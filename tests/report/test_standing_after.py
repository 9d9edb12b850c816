"""What remains after a plan and costs money: idle minimum instances and storage, never a false zero."""

import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import Any

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind, Status
from janitor.policy.deciding.gaps import unseen_gap
from janitor.report.data.result import SweepResult
from janitor.report.data.running_costs import sum_of
from janitor.report.data.snapshot import RunningCosts, RunningService, Stored
from janitor.report.data.totals import totals
from janitor.report.json.sweep import write_json
from tests.report.samples import REFUSAL, REGION, REPOSITORY, SERVICE, STORY_REPOSITORY, WEB, image, result

PREVIEW = SERVICE._replace(name=f"{REGION}/services/pr-1")


def service(short: str, estimate: Estimate) -> RunningService:
    return RunningService(f"{REGION}/services/{short}", "", Status.SERVING.value, estimate)


def usd(amount: str) -> Priced:
    return Priced(Decimal(amount), "")


SERVICES = (service("pr-1", usd("114.976")), service("web", usd("26.28")), service("bare", usd("0")))
REPOSITORIES = (
    Stored(WEB, "DOCKER", "", 10**11, usd("9.3132")),
    Stored(REPOSITORY, "DOCKER", "", 10**9, usd("0.0931")),
)
COSTS = RunningCosts(REPOSITORIES, SERVICES, sum_of(REPOSITORIES), sum_of(SERVICES))


def standing(swept: SweepResult) -> Any:
    out = StringIO()
    swept = replace(swept, standing=swept.standing or COSTS)
    write_json(swept, totals(swept), out)
    return json.loads(out.getvalue())["standing"]


def test_only_services_with_minimum_instances_are_counted() -> None:
    idle = standing(result())["idle_min_instances"]
    assert (idle["count"], idle["usd_month"], idle["usd_month_rounded"]) == (2, "141.256", 141.26)


def test_what_the_plan_deletes_no_longer_stands() -> None:
    found = standing(result(PREVIEW, STORY_REPOSITORY))
    assert (found["idle_min_instances"]["count"], found["idle_min_instances"]["usd_month"]) == (1, "26.28")
    assert (found["storage"]["bytes"], found["storage"]["usd_month"]) == (10**11, "9.3132")


def test_a_refused_plan_is_counted_as_planned_and_a_failed_deletion_still_stands() -> None:
    refused = result(PREVIEW, mode="apply", refusals=(REFUSAL,))
    assert standing(refused)["idle_min_instances"]["count"] == 1
    failed = result(PREVIEW, mode="apply", outcomes=(Outcome(OutcomeKind.FAILED, "INTERNAL"),))
    assert standing(failed)["idle_min_instances"]["count"] == 2


def test_a_repository_of_which_images_go_counts_in_full_as_an_upper_bound() -> None:
    """Layers may be shared, so what remains is not known to be less."""
    whole, part = standing(result())["storage"], standing(result(image(1)))["storage"]
    assert (whole["bytes"], whole["upper_bound"]) == (101 * 10**9, False)
    assert (part["bytes"], part["upper_bound"]) == (101 * 10**9, True)


def test_what_was_not_read_is_null_and_no_zero() -> None:
    for kind in (Kind.RUN_LOCATION, Kind.SERVICE, Kind.REVISION):
        found = standing(result(gaps=(Gap("p", "-", kind, "403"),)))
        assert (found["idle_min_instances"]["count"], found["idle_min_instances"]["usd_month"]) == (
            None,
            None,
        )
        assert found["idle_min_instances"]["usd_month_rounded"] is None
        assert found["storage"]["bytes"] == 101 * 10**9
    found = standing(result(gaps=(Gap("p", "-", Kind.REPOSITORY, "403"),)))
    assert (found["storage"]["bytes"], found["storage"]["usd_month"]) == (None, None)
    assert found["idle_min_instances"]["count"] == 2


def test_a_gap_inside_a_repository_hides_no_cost() -> None:
    assert standing(result(gaps=(Gap("p", "l", Kind.IMAGE, "broke off", "web"),)))["storage"]["bytes"]


def test_where_no_workload_was_found_nothing_runs_idle_and_that_is_known() -> None:
    costs = replace(COSTS, services=())
    found = standing(replace(result(gaps=(unseen_gap(["p"]),)), standing=costs))
    assert (found["idle_min_instances"]["count"], found["idle_min_instances"]["usd_month"]) == (0, "0")
    assert found["storage"]["bytes"] == 101 * 10**9


def test_a_sweep_that_observed_nothing_knows_nothing() -> None:
    out = StringIO()
    write_json(result(), totals(result()), out)
    found = json.loads(out.getvalue())["standing"]
    assert (found["idle_min_instances"]["count"], found["storage"]["bytes"]) == (None, None)


def test_what_has_no_price_is_counted_apart() -> None:
    rows = (service("web", usd("26.28")), service("gpu", Unpriced("no price")))
    found = standing(replace(result(), standing=replace(COSTS, services=rows)))["idle_min_instances"]
    assert (found["count"], found["unpriced"], found["usd_month"]) == (2, 1, "26.28")
    found = standing(replace(result(), standing=replace(COSTS, services=rows[1:])))["idle_min_instances"]
    assert (found["count"], found["usd_month"]) == (1, None)
