"""Which refusals of the inventory are gaps, and what was not observed: R51."""

import pytest

from janitor.model.holders import ClusterName, Holder, Holders, InventoryRefusal, UnreadInventory
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.named_images import named_in
from janitor.policy.deciding.gaps import blocked_by, blocked_kinds
from janitor.policy.deciding.holders import InventoryReads, judged, uses_images_of
from janitor.policy.model import HoldersMode
from tests.making import NOW, repository, uri

PROD = ClusterName("p", "us-central1-a", "prod")
DISABLED, DENIED, FAILED = (UnreadInventory("p", refusal, "why") for refusal in InventoryRefusal)


@pytest.mark.parametrize(
    ("refused", "mode", "before", "off"),
    [
        (DISABLED, "auto", InventoryReads(), True),
        (DISABLED, "auto", InventoryReads(earlier={"p"}), True),
        (DISABLED, "auto", InventoryReads(this={"p"}), False),
        (DISABLED, "required", InventoryReads(), False),
        (DENIED, "auto", InventoryReads(), True),
        (DENIED, "auto", InventoryReads(earlier={"q"}), True),
        (DENIED, "auto", InventoryReads(earlier={"p"}), False),
        (DENIED, "auto", InventoryReads(this={"p"}), False),
        (DENIED, "required", InventoryReads(), False),
        (FAILED, "auto", InventoryReads(), False),
        (FAILED, "required", InventoryReads(), False),
    ],
)
def test_only_an_inventory_that_was_never_there_is_off(
    refused: UnreadInventory, mode: HoldersMode, before: InventoryReads, off: bool
) -> None:
    found = judged(Holders(NOW, refused=(refused,)), mode, before)
    assert found.off == ((refused,) if off else ())
    assert found.gaps == (() if off else (Gap("p", "-", Kind.HOLDER, "why"),))


def test_a_gap_of_holders_keeps_docker_images_everywhere_and_nothing_else() -> None:
    gap = judged(Holders(NOW, refused=(FAILED,)), "auto").gaps[0]
    assert set(blocked_kinds(gap)) == {Kind.IMAGE, Kind.PACKAGE, Kind.TAG, Kind.REPOSITORY}
    assert blocked_by([gap]).blocks(repository())
    assert not blocked_by([gap]).blocks(repository(format="NPM"))


@pytest.mark.parametrize("state", ["RUNNING", "RECONCILING", "DEGRADED", "", "NEW_STATE"])
def test_a_cluster_without_a_pod_of_its_own_was_not_observed(state: str) -> None:
    (gap,) = judged(Holders(NOW, read=("p",), clusters=((PROD, state),)), "auto").gaps
    assert (gap.project, gap.location, gap.kind) == ("p", "us-central1-a", Kind.HOLDER)
    assert "cluster prod" in gap.cause
    seen = Holders(NOW, read=("p",), clusters=((PROD, state),), observed=frozenset({PROD}))
    assert judged(seen, "auto").gaps == ()


@pytest.mark.parametrize("state", ["PROVISIONING", "STOPPING", "ERROR"])
def test_a_cluster_that_runs_nothing_has_no_pods_to_observe(state: str) -> None:
    assert judged(Holders(NOW, read=("p",), clusters=((PROD, state),)), "auto").gaps == ()


def test_assets_without_content_were_not_observed() -> None:
    names = tuple(("p", f"//x/{number}") for number in range(5))
    gaps = judged(Holders(NOW, read=("p", "q"), empty=(*names, ("q", "//y"))), "auto").gaps
    assert [(gap.project, gap.location) for gap in gaps] == [("p", "-"), ("q", "-")]
    assert gaps[0].cause.endswith("//x/0, //x/1, //x/2 and 2 more")
    assert gaps[1].cause.endswith(": //y")
    (gap,) = judged(Holders(NOW, read=("p",), empty=names[:3]), "auto").gaps
    assert gap.cause.endswith(": //x/0, //x/1, //x/2")


def test_only_a_project_that_answered_protects_with_delay() -> None:
    assert judged(Holders(NOW, read=("p",)), "auto").protects
    assert not judged(Holders(NOW, refused=(DISABLED,)), "auto").protects


@pytest.mark.parametrize(
    ("image", "used"),
    [
        (uri("a"), True),
        (uri("a").replace("/p/", "/123456/"), True),
        (uri("a").replace("/p/", "/q/"), False),
        ("nginx", False),
    ],
)
def test_a_holder_counts_as_seen_where_it_names_an_image_of_a_project_that_is_read(
    image: str, used: bool
) -> None:
    """R42."""
    holder = Holder("//x/y", "k8s.io/Pod", "p", named_in([image]))
    assert uses_images_of([holder], ["p"]) is used
