"""Holders before a delete: read again when older than half an hour, and kept where that fails (R51)."""

from datetime import timedelta

import pytest

from janitor.apply.holders import FreshHolders
from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.model.holders import ClusterName, Holder, Holders, InventoryRefusal, UnreadInventory
from janitor.model.inventory import Workloads
from janitor.model.named_images import named_in
from janitor.policy.deciding.references import usage
from tests.apply.fakes import FakeGoogle, images, of_image
from tests.making import NOW, REPOSITORY, repository, uri

SEEN = {REPOSITORY: repository()}


def holder(*texts: str, short: str = "x", days: float | None = 5) -> Holder:
    """A Pod, created so many days ago."""
    name = f"//container.googleapis.com/projects/p/zones/z/clusters/c/k8s/namespaces/n/pods/{short}"
    created = None if days is None else NOW - timedelta(days=days)
    return Holder(name, "k8s.io/Pod", "p", named_in(texts), created, created)


def held(*found: Holder, **facts: object) -> Holders:
    return Holders(**({"read_at": NOW, "found": found, "read": ("p",)} | facts))  # type: ignore[arg-type]


async def why(
    google: FakeGoogle, planned: Holders, minutes: float = 31, tags: tuple[str, ...] = ()
) -> str | None:
    """What is said of image a so many minutes after the sweep began; None: it may go."""
    clock = lambda: NOW + timedelta(minutes=minutes)  # noqa: E731
    named = usage(Workloads(), {}, (), SEEN, planned.found).remaining
    holders = FreshHolders(google, planned, "auto", clock)
    references = FreshReferences(google, named, NOW, (), SEEN, clock, holders)
    [a] = images(google, of_image("a", *tags))
    outcome = await Recheck(google, references, Subjects(google, clock)).still(a)
    return outcome.error if outcome else None


@pytest.mark.parametrize(("minutes", "read"), [(29, 0), (30, 0), (30.1, 1), (90, 1)])
async def test_the_inventory_is_read_again_when_older_than_half_an_hour(minutes: float, read: int) -> None:
    google = FakeGoogle(now_held=held())
    assert await why(google, held(), minutes) is None
    assert len(google.sent("holders")) == read


async def test_it_is_read_once_for_all_who_ask() -> None:
    google = FakeGoogle(now_held=held())
    clock = lambda: NOW + timedelta(minutes=40)  # noqa: E731
    references = FreshReferences(
        google, usage(Workloads(), {}, (), SEEN).remaining, NOW, (), SEEN, clock,
        FreshHolders(google, held(), "auto", clock),
    )  # fmt: skip
    for _ in range(3):
        assert await references.why_tag_used(REPOSITORY, "app", "v1") == ""
    assert len(google.sent("holders")) == 1


async def test_a_holder_that_is_read_again_counts_however_young_the_workloads_are() -> None:
    """The workloads were read two minutes before."""
    google, now = FakeGoogle(now_held=held()), NOW + timedelta(minutes=29)
    clock = lambda: now  # noqa: E731
    references = FreshReferences(
        google, usage(Workloads(), {}, (), SEEN).remaining, NOW, (), SEEN, clock,
        FreshHolders(google, held(), "auto", clock),
    )  # fmt: skip
    assert await references.why_tag_used(REPOSITORY, "app", "v1") == ""
    google.now_held, now = held(holder(uri(":v1"))), now + timedelta(minutes=2)
    assert await references.why_tag_used(REPOSITORY, "app", "v1") == (
        "Pod n/x in cluster c (project p) now names app:v1"
    )


async def test_it_is_not_read_where_the_policy_file_turns_it_off() -> None:
    google = FakeGoogle(now_held=held(holder(uri("a"))))
    assert await why(google, Holders(), 90) is None
    assert google.sent("holders") == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (holder(uri("a")), "Pod n/x in cluster c (project p) now names it or one of its family"),
        (holder(uri(":v9")), "Pod n/x in cluster c (project p) now names app:v9"),
        (
            holder(f"{REPOSITORY.uri}/app:$TAG"),
            "Pod n/x in cluster c (project p) now names app by the beginning of a name",
        ),
        (holder(uri("b")), None),
        (holder(uri("a", package="other")), None),
    ],
)
async def test_an_image_stays_for_a_holder_that_came_since_the_plan(now: Holder, said: str | None) -> None:
    assert await why(FakeGoogle(now_held=held(now)), held()) == said


async def test_what_was_named_at_the_plan_is_no_news() -> None:
    pod = holder(uri(":v1"), f"{REPOSITORY.uri}/app:$TAG")
    assert await why(FakeGoogle(now_held=held(pod)), held(pod)) is None


@pytest.mark.parametrize(("days", "stays"), [(1, True), (0, True), (None, True), (-0.01, False)])
async def test_a_holder_that_the_plan_missed_may_hold_what_its_tag_led_to_before(
    days: float | None, stays: bool
) -> None:
    """The inventory is late: a Pod that is older than the plan may run an image that had lost its tag by then. One
    that came after the plan pulled what the plan keeps."""
    old, new = holder(uri(":v1")), holder(uri(":v1"), short="new", days=days)
    said = await why(FakeGoogle(now_held=held(old, new)), held(old))
    expected = (
        "Pod n/new in cluster c (project p) names app by a tag that it resolved before the plan was made"
    )
    assert said == (expected if stays else None)


@pytest.mark.parametrize("refusal", list(InventoryRefusal))
async def test_a_project_that_answered_at_the_start_and_does_not_answer_again_keeps(
    refusal: InventoryRefusal,
) -> None:
    google = FakeGoogle(now_held=held(read=(), refused=(UnreadInventory("p", refusal, "gone"),)))
    assert await why(google, held()) == "Cloud Asset Inventory could not be read again: gone"


async def test_a_project_that_was_off_at_the_start_may_stay_off() -> None:
    off = (UnreadInventory("q", InventoryRefusal.NO_PERMISSION, "denied"),)
    google = FakeGoogle(now_held=held(refused=off))
    assert await why(google, held(refused=off)) is None


async def test_a_cluster_that_is_not_observed_any_more_keeps() -> None:
    clusters = ((ClusterName("p", "z", "c"), "RUNNING"),)
    before = held(clusters=clusters, observed=frozenset(each for each, _ in clusters))
    said = await why(FakeGoogle(now_held=held(clusters=clusters)), before)
    assert said is not None
    assert said.startswith("Cloud Asset Inventory could not be read again: cluster c runs")
