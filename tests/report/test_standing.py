"""What stands: repositories at their price; services with what ails them, in Google's words."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from importlib.resources import files

from janitor.cost.book import PriceBook, fallback_book
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.model.amounts import Priced, Unpriced
from janitor.model.inventory import Observed
from janitor.model.names import RepositoryName
from janitor.model.resources import Condition, Repository, Scaling, State
from janitor.report.data.running_costs import standing
from janitor.report.data.snapshot import RunningCosts, RunningService
from tests.making import LOCATION, NOW, PROJECT, ago, repository, revision, service, workloads

BOOK = fallback_book((files("janitor.cost") / "fallback.json").read_text(encoding="utf-8"), "")
NO_PRICES = PriceBook("catalog", NOW.date(), {})
PORT = "Revision 'web-2' is not ready. The container failed to start and listen on PORT=8080."
MISSING = "Revision 'web-2' is not ready. Image 'us-docker.pkg.dev/p/r/app:latest' not found."


def named(short: str) -> RepositoryName:
    return RepositoryName(PROJECT, LOCATION, short)


def seen(
    *resources: Service | Revision | Repository, book: PriceBook = BOOK, show_creator: bool = False
) -> RunningCosts:
    """What stands where these were seen."""
    repositories = tuple(each for each in resources if isinstance(each, Repository))
    held = workloads(*(each for each in resources if not isinstance(each, Repository)))
    return standing(Observed(NOW, (PROJECT,), held, repositories), book, show_creator)


def failing(
    reason: str, message: str, *, since: datetime | None = None, traffic: tuple[str, ...] = ()
) -> Service:
    """A service whose newest deploy, revision web-2, failed."""
    terminal = Condition("Ready", State.FAILED, reason, message, since)
    return service("web", terminal=terminal, latest_created_revision="web-2", traffic=traffic)


def broken(reason: str, message: str, short: str = "web-2") -> Revision:
    """A revision that never became ready."""
    return revision("web", short, status="failed", ready=Condition("Ready", State.FAILED, reason, message))


def only(found: RunningCosts) -> RunningService:
    (row,) = found.services
    return row


def test_a_repository_stands_at_what_google_bills_for_it() -> None:
    found = seen(repository(named("r"), size_bytes=2**30 * 5, labels={"team": "web"}))
    (row,) = found.repositories
    assert (row.name, row.format) == ("projects/p/locations/us-central1/repositories/r", "DOCKER")
    assert (row.owner, row.size_bytes) == ("web", 2**30 * 5)
    assert isinstance(row.estimate, Priced)
    assert row.estimate.usd_month == Decimal("0.5")
    assert found.stored.usd_month == Decimal("0.5")


def test_the_costliest_repository_comes_first_then_by_name() -> None:
    found = seen(
        repository(named("small"), size_bytes=10),
        repository(named("b"), size_bytes=10**9),
        repository(named("a"), size_bytes=10**9),
    )
    assert [row.name.rpartition("/")[2] for row in found.repositories] == ["a", "b", "small"]


def test_what_has_no_price_is_counted_and_is_no_zero() -> None:
    found = seen(repository(named("r")), repository(named("empty"), size_bytes=0), book=NO_PRICES)
    assert (found.stored.count, found.stored.unpriced, found.stored.size_bytes) == (2, 1, 10**9)
    assert [isinstance(row.estimate, Unpriced) for row in found.repositories] == [False, True]


def test_sums_are_exact_to_the_last_digit() -> None:
    found = seen(*(repository(named(f"r{n}"), size_bytes=3_333_333_333_333_333 + n) for n in range(3)))
    size = sum(3_333_333_333_333_333 + n for n in range(3))
    assert found.stored.usd_month * 2**30 * 10 == size


def test_a_service_stands_at_its_idle_minimum_instances() -> None:
    ready = revision("web", "web-1", status="active", scaling=Scaling(2))
    row = only(found := seen(service("web", traffic=["web-1"]), ready))
    assert (row.status, row.why, row.since) == ("serving", "", None)
    assert isinstance(row.estimate, Priced)
    assert row.estimate.usd_month == 2 * Decimal("9.855")
    assert (found.running.count, found.running.usd_month, found.running.size_bytes) == (
        1,
        Decimal("19.710"),
        0,
    )


def test_a_service_that_failed_tells_google_s_words_and_since_when() -> None:
    row = only(seen(failing("HEALTH_CHECK_CONTAINER_ERROR", PORT, since=ago(hours=26))))
    assert row.status == "failed"
    assert row.why == f"HEALTH_CHECK_CONTAINER_ERROR: {PORT}"
    assert row.since == ago(hours=26)
    assert isinstance(row.estimate, Priced)
    assert row.estimate.usd_month == 0


def test_a_service_that_only_points_to_its_revision_tells_the_revision_s_words() -> None:
    row = only(seen(failing("REVISION_FAILED", "the revision failed"), broken("CONTAINER_MISSING", MISSING)))
    assert row.why == f"CONTAINER_MISSING: {MISSING}"


def test_a_service_without_a_message_tells_its_revision_s_words() -> None:
    row = only(
        seen(failing("HEALTH_CHECK_CONTAINER_ERROR", ""), broken("HEALTH_CHECK_CONTAINER_ERROR", PORT))
    )
    assert row.why == f"HEALTH_CHECK_CONTAINER_ERROR: {PORT}"


def test_a_degraded_service_tells_of_its_newest_revision_and_not_of_an_older_one() -> None:
    row = only(
        seen(
            failing("REVISION_FAILED", "x", since=ago(days=3), traffic=("web-1",)),
            revision("web", "web-1", status="active"),
            broken("CONTAINER_MISSING", MISSING),
            broken("CONTAINER_PERMISSION_DENIED", "an older failure", "web-0"),
        )
    )
    assert (row.status, row.why) == ("degraded", f"CONTAINER_MISSING: {MISSING}")
    assert row.since == ago(days=3)


def test_a_revision_that_is_ready_has_nothing_to_say_of_the_failure() -> None:
    """What failed there is something else than the revision: the service's own words stand."""
    ready = revision("web", "web-2", status="active")
    row = only(seen(failing("", "Route failed", traffic=("web-2",)), ready))
    assert (row.status, row.why) == ("degraded", "Route failed")


def test_where_google_gives_no_transition_it_fails_since_the_last_deploy() -> None:
    assert only(seen(failing("X", "y"))).since == ago(days=30)


def test_a_time_in_the_future_is_no_time() -> None:
    tomorrow = ago(days=-1)
    assert only(seen(failing("X", "y", since=tomorrow))).since == ago(days=30)
    assert only(seen(replace(failing("X", "y", since=tomorrow), update_time=tomorrow))).since is None


def test_failed_services_come_first_then_degraded_ones_then_the_costliest() -> None:
    found = seen(
        service("a", traffic=["a-1"]),
        revision("a", "a-1", status="active"),
        service("z", traffic=["z-1"]),
        revision("z", "z-1", status="active", scaling=Scaling(1)),
        service("half", failed=True, traffic=["half-1"]),
        revision("half", "half-1", status="active"),
        service("dead", failed=True),
    )
    rows = [(row.name.rpartition("/")[2], row.status) for row in found.services]
    assert rows == [("dead", "failed"), ("half", "degraded"), ("z", "serving"), ("a", "serving")]


def test_a_service_s_revisions_are_its_own_and_not_those_of_its_namesake_elsewhere() -> None:
    here = service("web", traffic=["web-1"])
    elsewhere = replace(here, name=replace(here.name, location="europe-west1"))
    own = revision("web", "web-1", status="active", scaling=Scaling(1))
    found = seen(here, elsewhere, own)
    assert [isinstance(row.estimate, Priced) for row in found.services] == [True, False]


def test_a_creator_is_named_only_where_that_is_asked_for() -> None:
    mine = service("web", creator="someone@example.com")
    assert only(seen(mine)).owner == ""
    assert only(seen(mine, show_creator=True)).owner == "someone@example.com"
    assert only(seen(replace(mine, labels={"owner": "web"}), show_creator=True)).owner == "web"


def test_the_order_of_reading_changes_nothing() -> None:
    these: list[Service | Revision | Repository] = [
        service("a"),
        service("b", failed=True),
        repository(named("x")),
        repository(named("y")),
        revision("a", "a-1", status="active"),
    ]
    assert seen(*these) == seen(*reversed(these))
