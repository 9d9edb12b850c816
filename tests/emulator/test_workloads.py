"""Listings of workloads: sorted once for all pages, and anew after a change."""

from typing import Any

import pytest
from google.cloud import run_v2

from janitor.emulator.workloads import WorkloadStore
from tests.emulator.asking import REGION, google

Revision: Any = run_v2.Revision.pb()
PARENT = f"{REGION}/services/web"
REVISIONS = """\
projects:
  shop:
    run:
      us-central1:
        services:
          web:
            image: docker.io/library/web
            revisions: [{LIST}]
"""


def many(count: int) -> str:
    return REVISIONS.replace(
        "{LIST}", ", ".join(f"{{name: web-{n}, created: {n + 1}h ago}}" for n in range(count))
    )


def revision(name: str, seconds: int) -> Any:
    made = Revision(name=f"{PARENT}/revisions/{name}")
    made.create_time.seconds = seconds
    return made


def names(workloads: WorkloadStore) -> list[str]:
    return [str(key[1]).rpartition("/")[2] for key in workloads.listing(PARENT).keys]


def test_the_pages_of_one_listing_are_cut_from_one_sorted_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorting for each page took minutes for a hundred thousand revisions."""
    sorted_for: list[str] = []
    below = WorkloadStore.below

    def counted(self: WorkloadStore, parent: str) -> list[Any]:
        sorted_for.append(parent)
        return below(self, parent)

    monkeypatch.setattr(WorkloadStore, "below", counted)
    with google(many(250)) as asked:
        found = [each.name for each in asked.revisions.list_revisions(parent=f"{REGION}/services/-")]
        assert found == [f"{PARENT}/revisions/web-{n}" for n in range(250)]
        assert sum(rpc == "ListRevisions" for rpc, _ in asked.emulator.calls) == 3
    assert sorted_for == [f"{REGION}/services"]


def test_what_comes_or_goes_between_two_pages_is_seen() -> None:
    workloads = WorkloadStore()
    for name, seconds in (("old", 1), ("new", 9)):
        made = revision(name, seconds)
        workloads[made.name] = made
    assert names(workloads) == ["new", "old"]
    newest = revision("newest", 10)
    workloads[newest.name] = newest
    assert names(workloads) == ["newest", "new", "old"]
    del workloads[f"{PARENT}/revisions/new"]
    assert names(workloads) == ["newest", "old"]


def test_a_time_that_a_test_changes_changes_the_order() -> None:
    with google(many(2)) as asked:

        def order() -> list[str]:
            return [each.name.rpartition("/")[2] for each in asked.revisions.list_revisions(parent=PARENT)]

        assert order() == ["web-0", "web-1"]

        def newer(world: Any) -> None:
            world.run["revisions"][f"{PARENT}/revisions/web-1"].create_time.seconds += 100_000

        asked.emulator.control.now(newer)
        assert order() == ["web-1", "web-0"]


class Watched(str):
    """A name that may not be looked at."""

    def startswith(self, *_: Any) -> bool:
        raise AssertionError(f"{self} was looked at")


def test_the_listing_of_one_service_does_not_look_at_those_of_others() -> None:
    """A hundred thousand revisions, listed by service, took minutes."""
    workloads = WorkloadStore()
    for service in ("web", "cart"):
        made = Revision(name=f"{REGION}/services/{service}/revisions/r")
        workloads[Watched(made.name)] = made
    assert names(workloads) == ["r"]
    assert [each.name for each in workloads.below(f"{REGION}/services/cart")] == [
        f"{REGION}/services/cart/revisions/r"
    ]


def test_a_delete_sorts_only_the_listings_that_had_it() -> None:
    workloads = WorkloadStore()
    for service in ("web", "cart"):
        workloads[f"{REGION}/services/{service}/revisions/r"] = Revision(
            name=f"{REGION}/services/{service}/revisions/r"
        )
    kept, whole = workloads.listing(PARENT), workloads.listing(f"{REGION}/services")
    del workloads[f"{REGION}/services/cart/revisions/r"]
    assert workloads.listing(PARENT) is kept
    assert len(whole.keys) == 2
    assert len(workloads.listing(f"{REGION}/services").keys) == 1


def test_services_with_a_common_beginning_are_told_apart() -> None:
    workloads = WorkloadStore()
    for service in ("web", "web-2"):
        workloads[f"{REGION}/services/{service}"] = Revision(name=f"{REGION}/services/{service}")
        workloads[f"{REGION}/services/{service}/revisions/r"] = Revision(
            name=f"{REGION}/services/{service}/revisions/r"
        )
    assert [each.name for each in workloads.below(PARENT)] == [f"{PARENT}/revisions/r"]
    assert len(workloads.below(REGION)) == 4
