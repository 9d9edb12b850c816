"""What a thing costs while nobody uses it; figures from Google's price page, reckoned by hand."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import pytest

from janitor.cost.book import Metered, PriceBook, fallback_book
from janitor.cost.metering import (
    estimate_image,
    estimate_repository,
)
from janitor.kinds.revision import Revision, estimate_revision, serving_of
from janitor.kinds.service import Service, estimate_service
from janitor.model.amounts import Estimate, Priced, Unpriced
from janitor.model.names import ResourceName
from janitor.model.resources import Container, Scaling, Traffic
from janitor.model.units import show_estimate
from tests.making import NOW, revision, service

BOOK = fallback_book((files("janitor.cost") / "fallback.json").read_text(encoding="utf-8"), "")
NOTHING = PriceBook("catalog", NOW.date(), {})
ONE = Container(Decimal(1), Decimal("0.5"), cpu_idle=True)
ALWAYS = replace(ONE, cpu_idle=False)
SEOUL = "asia-northeast3"
IDLE = Decimal("9.855")  # 2,628,000 s x (1 x 0.0000025 + 0.5 x 0.0000025)


def running(
    *containers: Container,
    minimum: int = 1,
    short: str = "web-1",
    location: str = "us-central1",
    **facts: object,
) -> Revision:
    """A revision that is ready, with minimum instances of its own."""
    values = {"containers": containers or (ONE,), "scaling": Scaling(minimum)} | facts
    made = revision("web", short, status="active", **values)
    return replace(made, name=ResourceName(made.name.project, location, made.name.path))


def web(shares: Mapping[str, int], minimum: int = 0, manual: int | None = None) -> Service:
    """A service with this traffic in percent; 0 is a revision that only a tag leads to."""
    traffic = tuple(Traffic(name, share, "" if share else "preview") for name, share in shares.items())
    return replace(service("web", scaling=Scaling(minimum, manual)), traffic=traffic)


def cost(*revisions: Revision, of: Service | None = None, book: PriceBook = BOOK) -> Estimate:
    """Of a service whose first revision has all the traffic, unless told otherwise."""
    return estimate_service(of or web({revisions[0].name.short: 100}), revisions, book)


def priced(estimate: Estimate) -> Priced:
    assert isinstance(estimate, Priced), estimate
    return estimate


def why(estimate: Estimate) -> str:
    assert isinstance(estimate, Unpriced), estimate
    return estimate.why


def test_one_idle_instance_in_tier_1_costs_nine_dollars_eighty_six() -> None:
    assert priced(cost(running())).usd_month == IDLE
    assert show_estimate(cost(running())) == "$9.86"


def test_one_idle_instance_of_a_gib_in_tier_2_costs_eighteen_dollars_forty() -> None:
    estimate = cost(running(replace(ONE, memory_gib=Decimal(1)), location=SEOUL))
    assert show_estimate(estimate) == "$18.40"


def test_an_instance_whose_cpu_is_always_allocated_costs_forty_nine_dollars_ninety_three() -> None:
    assert show_estimate(cost(running(ALWAYS))) == "$49.93"
    assert "instance-based billing" in priced(cost(running(ALWAYS))).basis


def test_the_basis_says_how_many_instances_of_what_and_that_use_is_not_known() -> None:
    basis = priced(cost(running(minimum=2))).basis
    assert basis.startswith("2 minimum instances of 1 vCPU + 0.5 GiB (request-based billing)")
    assert "idle for 730 hours" in basis
    assert "in use is not known" in basis


def test_a_service_without_minimum_instances_costs_nothing_idle_and_says_why() -> None:
    estimate = priced(cost(running(minimum=0)))
    assert estimate.usd_month == 0
    assert "no minimum instances" in estimate.basis


def test_the_greater_of_the_service_s_and_the_revision_s_minimum_counts() -> None:
    """How the two combine is not documented; adding them could claim more than is saved."""
    for whole, own in ((3, 1), (1, 3), (3, 0), (0, 3), (3, 3)):
        estimate = priced(cost(running(minimum=own), of=web({"web-1": 100}, whole)))
        assert estimate.usd_month == 3 * IDLE
        assert not estimate.upper_bound


def test_google_s_own_target_stands_before_both_settings() -> None:
    estimate = cost(running(minimum=5, desired_min_instances=2), of=web({"web-1": 100}, 7))
    assert priced(estimate).usd_month == 2 * IDLE


def test_a_manual_count_stands_before_everything_even_where_it_is_zero() -> None:
    one = running(minimum=5, desired_min_instances=2)
    assert priced(cost(one, of=web({"web-1": 100}, 7, manual=4))).usd_month == 4 * IDLE
    assert priced(cost(one, of=web({"web-1": 100}, 7, manual=0))).usd_month == 0


def test_a_manual_count_that_is_divided_by_traffic_is_an_upper_bound() -> None:
    both = running(), running(short="web-2")
    estimate = priced(cost(*both, of=web({"web-1": 60, "web-2": 40}, manual=4)))
    assert (estimate.usd_month, estimate.upper_bound) == (8 * IDLE, True)


def test_a_manual_count_gives_a_revision_without_traffic_no_instances() -> None:
    idle = running(short="web-2", desired_min_instances=2)
    assert priced(cost(running(), idle, of=web({"web-1": 100}, manual=4))).usd_month == 4 * IDLE


def test_sidecars_are_billed_beside_the_container_that_serves() -> None:
    sidecar = Container(Decimal("0.25"), Decimal("0.25"), cpu_idle=True)
    estimate = priced(cost(running(ONE, sidecar)))
    assert estimate.usd_month == IDLE + Decimal("3.285")  # 2,628,000 x 0.5 x 0.0000025
    assert "1.25 vCPU + 0.75 GiB" in estimate.basis


def test_a_minimum_divided_by_traffic_is_an_upper_bound() -> None:
    split = web({"web-1": 60, "web-2": 40}, 1)
    both = running(minimum=0), running(minimum=0, short="web-2")
    assert priced(cost(*both, of=split)) == Priced(
        2 * IDLE, priced(cost(*both, of=split)).basis, upper_bound=True
    )
    assert show_estimate(cost(*both, of=split)) == "≤ $19.71"


def test_one_percent_of_the_traffic_divides_a_minimum() -> None:
    split = web({"web-1": 99, "web-2": 1}, 1)
    estimate = priced(cost(running(minimum=1), running(minimum=0, short="web-2"), of=split))
    assert (estimate.usd_month, estimate.upper_bound) == (2 * IDLE, True)


def test_a_minimum_of_the_service_that_is_no_greater_than_the_revisions_divides_nothing() -> None:
    both = running(), running(short="web-2")
    estimate = priced(cost(*both, of=web({"web-1": 60, "web-2": 40}, 1)))
    assert (estimate.usd_month, estimate.upper_bound) == (2 * IDLE, False)


def test_minimums_of_the_revisions_own_are_exact_though_traffic_is_divided() -> None:
    both = running(), running(short="web-2")
    estimate = priced(cost(*both, of=web({"web-1": 50, "web-2": 50})))
    assert (estimate.usd_month, estimate.upper_bound) == (2 * IDLE, False)


def test_a_revision_that_only_a_tag_leads_to_keeps_its_own_minimum_and_none_of_the_service_s() -> None:
    tagged = web({"web-1": 100, "web-2": 0}, 3)
    own = priced(cost(running(minimum=0), running(minimum=1, short="web-2"), of=tagged))
    assert (own.usd_month, own.upper_bound) == (4 * IDLE, False)


def test_a_tag_gives_a_revision_no_instances() -> None:
    tagged = web({"web-1": 100, "web-2": 0}, 3)
    retired = revision("web", "web-2", scaling=Scaling(2), containers=(ONE,))
    for each in (running(minimum=0, short="web-2"), retired):
        assert priced(cost(running(minimum=0), each, of=tagged)).usd_month == 3 * IDLE


def test_a_revision_without_traffic_adds_nothing_though_it_has_a_minimum_set() -> None:
    assert priced(cost(running(), running(minimum=9, short="web-0"))).usd_month == IDLE


def test_a_serving_revision_that_was_not_seen_leaves_the_service_unpriced() -> None:
    estimate = cost(running(), of=web({"web-1": 50, "web-2": 50}))
    assert "'web-2' has traffic and was not seen" in why(estimate)


def test_traffic_to_the_latest_is_that_of_the_latest_ready_revision() -> None:
    latest = replace(service("web", latest_ready_revision="web-1"), traffic=(Traffic("", 100, ""),))
    assert priced(cost(running(), of=latest)).usd_month == IDLE
    assert priced(cost(running(), of=replace(latest, traffic=()))).usd_month == IDLE
    assert serving_of(replace(latest, traffic=())) == {"web-1": 100}


def test_traffic_that_is_told_is_not_that_of_the_latest_ready_revision() -> None:
    told = replace(service("web", latest_ready_revision="web-2"), traffic=(Traffic("web-1", 100, ""),))
    assert serving_of(told) == {"web-1": 100}


def test_containers_that_were_not_seen_are_no_reason_to_say_zero() -> None:
    assert "were not seen" in why(cost(replace(running(), containers=())))


@pytest.mark.parametrize(
    ("book", "location"), [(BOOK, "mars-north1"), (NOTHING, "us-central1")], ids=["region", "book"]
)
def test_what_has_no_price_is_unpriced_and_never_zero(book: PriceBook, location: str) -> None:
    for container in (ONE, ALWAYS):
        assert f"is known in {location}" in why(cost(running(container, location=location), book=book))
    without = replace(BOOK, prices={Metered.IDLE_CPU: {"us-central1": Decimal(1)}})
    assert Metered.IDLE_MEMORY.value in why(cost(running(), book=without))
    for size in (estimate_image, estimate_repository):
        assert "no price of storage" in why(size(1, location, NOTHING))


@pytest.mark.parametrize(("zonal", "rate"), [(True, "0.0002909"), (False, "0.0001867")])
def test_an_l4_is_billed_with_its_redundancy_and_its_instance_at_the_always_allocated_price(
    zonal: bool, rate: str
) -> None:
    gpu = Container(Decimal(4), Decimal(16), cpu_idle=True, gpu=1)
    one = running(gpu, accelerator="nvidia-l4", gpu_zonal_redundancy=zonal)
    second = 4 * Decimal("0.000018") + 16 * Decimal("0.000002") + Decimal(rate)
    assert priced(cost(one)).usd_month == 2_628_000 * second
    assert "4 vCPU + 16 GiB + 1 GPU (instance-based billing)" in priced(cost(one)).basis


def test_a_gpu_makes_its_sidecar_always_allocated_too() -> None:
    gpu = Container(Decimal(4), Decimal(16), cpu_idle=True, gpu=1)
    alone, beside = (
        priced(cost(running(*each, accelerator="nvidia-l4"))).usd_month for each in ((gpu,), (gpu, ONE))
    )
    assert beside - alone == Decimal("49.932")


@pytest.mark.parametrize("accelerator", ["nvidia-h900", ""])
def test_an_accelerator_without_a_known_price_leaves_the_whole_unpriced(accelerator: str) -> None:
    gpu = Container(Decimal(4), Decimal(16), cpu_idle=False, gpu=1)
    assert (accelerator or "(not named)") in why(cost(running(gpu, accelerator=accelerator)))


def test_a_service_that_never_became_ready_costs_nothing_and_says_what_it_asks_for() -> None:
    """R26: not verified on an account, and the basis says so."""
    failed = revision("web", "web-1", status="failed", scaling=Scaling(2))
    estimate = priced(estimate_service(web({}, minimum=1), (failed,), NOTHING))
    assert estimate.usd_month == 0
    assert estimate.basis == "its 2 minimum instances are not billed while it was never ready (unverified)"
    least = revision("web", "web-1", status="failed", scaling=Scaling(1))
    (one,) = (priced(estimate_service(web({}, minimum=1), (least,), NOTHING)),)
    assert one.basis == "its minimum instance is not billed while it was never ready (unverified)"


def test_a_service_that_never_became_ready_and_asks_for_nothing_speaks_of_no_minimum() -> None:
    failed = revision("web", "web-1", status="failed", scaling=Scaling(0))
    estimate = priced(estimate_service(web({}), (failed,), BOOK))
    assert estimate == Priced(Decimal(0), "never became ready: no instance runs")


def test_a_retired_revision_costs_nothing_and_says_why() -> None:
    retired = revision("web", "web-1", status="retired", scaling=Scaling(3), desired_min_instances=None)
    assert estimate_revision(retired, None, NOTHING) == Priced(
        Decimal(0), "a retired revision keeps no instances"
    )


def test_a_failed_revision_costs_nothing_and_says_what_it_asks_for() -> None:
    failed = revision("web", "web-1", status="failed", scaling=Scaling(3))
    estimate = priced(estimate_revision(failed, None, NOTHING))
    assert estimate.usd_month == 0
    assert "3 minimum instances" in estimate.basis


def test_a_revision_that_serves_is_priced_as_its_service_says() -> None:
    estimate = estimate_revision(running(minimum=0), web({"web-1": 100}, 2), BOOK)
    assert priced(estimate).usd_month == 2 * IDLE


def test_a_revision_without_traffic_and_minimum_costs_nothing() -> None:
    for of in (None, web({"other": 100}, 5)):
        estimate = priced(estimate_revision(running(minimum=0), of, NOTHING))
        assert estimate == Priced(Decimal(0), "no minimum instances and no traffic")


def test_a_revision_without_traffic_whose_minimum_may_run_is_unpriced_unless_google_tells_its_target() -> (
    None
):
    assert "1 minimum instance run" in why(estimate_revision(running(), web({"other": 100}), BOOK))
    told = running(desired_min_instances=1)
    assert priced(estimate_revision(told, web({"other": 100}), BOOK)).usd_month == IDLE


def test_a_repository_costs_its_billed_size_exactly() -> None:
    estimate = priced(estimate_repository(2_300_000_000, SEOUL, BOOK))
    assert estimate.usd_month == Decimal("0.2142041921615600585937500")
    assert not estimate.upper_bound
    assert "the free 0.5 GiB is not subtracted" in estimate.basis


def test_an_image_costs_at_most_its_size_as_layers_may_be_shared() -> None:
    estimate = priced(estimate_image(2_300_000_000, SEOUL, BOOK))
    assert estimate.usd_month == Decimal("0.2142041921615600585937500")
    assert estimate.upper_bound
    assert "layers may be shared" in estimate.basis


def test_a_gib_is_two_to_the_thirtieth() -> None:
    assert priced(estimate_repository(2**30, "us", BOOK)).usd_month == Decimal("0.1")


def test_an_image_whose_size_google_does_not_give_is_unpriced() -> None:
    assert why(estimate_image(0, SEOUL, BOOK)) == "Google gave no size"


def test_an_empty_repository_costs_a_true_zero_whatever_prices_are_known() -> None:
    assert estimate_repository(0, "mars-north1", NOTHING) == Priced(Decimal(0), "Google bills 0 bytes of it")


def test_storage_is_exact_whatever_the_bytes() -> None:
    whole = estimate_repository(2_300_000_001, "us-central1", BOOK)
    assert isinstance(whole, Priced)
    assert Fraction(whole.usd_month) == Fraction(2_300_000_001, 2**30 * 10)
