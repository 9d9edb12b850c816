"""R41: sizes of indexes and packages, each byte once."""

from decimal import Decimal

import pytest

from janitor.model.amounts import Priced, Unpriced
from janitor.model.kinds import Kind
from janitor.model.resources import Image
from janitor.plan.build import Builder, package_action
from janitor.policy.conditions.index_sizes import index_sizes
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.deciding.verdict import Delete, DeleteReason
from tests.deciding import images_decided
from tests.laws.deciding import BOOK
from tests.making import NOW, contents, digest, image, policies, policy, repository
from tests.policy.packaging import Shelf, package, written

GB = 10**9
INDEX = image("index", "v1", size=0, children=["a", "b"])
CHILDREN = (image("a", size=GB), image("b", size=2 * GB))


def size(*images: Image) -> int | None:
    return index_sizes(images)["app", digest("index")]


def test_an_index_is_as_large_as_the_children_that_it_alone_holds() -> None:
    assert size(INDEX, *CHILDREN) == 3 * GB
    assert size(INDEX, *CHILDREN, image("other", children=["b"])) == GB
    assert size(INDEX, CHILDREN[0], image("b", "v0", size=2 * GB)) == GB


def test_for_largest_an_index_counts_its_tagged_children_too_but_those_of_another_index() -> None:
    tagged = image("b", "v0", size=2 * GB)
    inner = image("a", "v1", size=0, children=["c"])

    def with_tagged(*images: Image) -> int | None:
        return index_sizes(images, with_tagged=True)["app", digest("index")]

    assert with_tagged(INDEX, CHILDREN[0], tagged) == 3 * GB
    assert with_tagged(INDEX, CHILDREN[0], tagged, image("other", children=["b"])) == GB
    assert with_tagged(INDEX, inner, tagged, image("c", "v3", size=7)) == 2 * GB + 7


def test_an_index_within_an_index_counts_with_what_it_holds() -> None:
    inner = image("a", size=0, children=["c"])
    assert size(INDEX, inner, image("b", size=1), image("c", size=7)) == 8


def test_the_size_of_an_index_is_unknown_where_that_of_a_child_is() -> None:
    assert size(INDEX, CHILDREN[0], image("b", size=0)) is None
    assert size(INDEX, CHILDREN[0]) is None
    assert size(INDEX._replace(size_bytes=5), CHILDREN[0]) == 5


def test_an_index_that_holds_itself_ends() -> None:
    assert index_sizes([image("index", children=["index", "a"]), image("a", children=["index"])])
    ring = [image(name, size=5, children=[other]) for name, other in ("ab", "ba")]
    assert set(index_sizes(ring).values()) == {5}


@pytest.mark.parametrize(("asked", "said"), [(2 * GB, 3), (3 * GB, 0)])
def test_larger_than_asks_an_index_for_its_children(asked: int, said: int) -> None:
    goes, _ = images_decided(policies(policy("a", Kind.IMAGE, LargerThan(asked))), contents(INDEX, *CHILDREN))
    assert len(goes) == said


def test_larger_than_asks_an_index_for_no_tagged_child() -> None:
    """It does not go with its index; and were it counted, more would be deleted."""
    tagged = CHILDREN[0]._replace(tags=("v1-amd64",))
    goes, kept = images_decided(
        policies(policy("a", Kind.IMAGE, LargerThan(2 * GB))), contents(INDEX, tagged, CHILDREN[1])
    )
    assert goes == []
    assert kept[digest("index")] == "not-matched"


def test_an_index_whose_children_are_known_costs_nothing_by_itself() -> None:
    everything = policies(policy("a", Kind.IMAGE, NameIs(("app",))))
    lonely = image("lonely", "v2", size=0, children=["gone"])
    goes, _ = images_decided(everything, contents(INDEX._replace(size_bytes=3 * GB), *CHILDREN, lonely))
    actions = {each.uri[-64:]: each for each in Builder(BOOK, NOW).images(repository(), goes)}
    index, single = actions[digest("index")[-64:]], actions[digest("lonely")[-64:]]
    assert isinstance(index.estimate, Priced)
    assert (index.size_bytes, index.estimate.usd_month) == (0, 0)
    assert isinstance(single.estimate, Unpriced)
    assert sum(each.size_bytes for each in actions.values()) == 3 * GB


def test_a_package_counts_what_its_images_store_and_is_priced_by_it() -> None:
    shelf = Shelf(
        written("kind: artifact.package, when: {larger_than: 2500MB}"),
        [package(short="app")],
        [INDEX, *CHILDREN],
    )
    assert shelf.decided_packages() == {"app": "delete: a, larger-than"}
    decision = Delete(shelf.policies.policies[0], DeleteReason.LARGER_THAN)
    action = package_action(Builder(BOOK, NOW), shelf.repo, shelf.packages[0], shelf.images, decision, (), 0)
    assert action.size_bytes == 3 * GB
    assert isinstance(action.estimate, Priced)
    assert action.estimate.usd_month == 3 * GB * Decimal("0.1") / 2**30


def test_a_package_of_which_not_every_size_is_known_is_priced_as_a_lower_bound() -> None:
    images = [CHILDREN[0], image("b", "x", size=0)]
    shelf = Shelf(written("kind: artifact.package, when: {larger_than: 2GB}"), [package(short="app")], images)
    assert shelf.decided_packages() == {"app": "size-unknown"}
    decision = Delete(shelf.policies.policies[0], DeleteReason.MATCHED)
    action = package_action(Builder(BOOK, NOW), shelf.repo, shelf.packages[0], images, decision, (), 0)
    assert action.size_bytes == GB
    assert isinstance(action.estimate, Priced)
    assert "lower bound: the size of 1 of its 2 versions is not known" in action.estimate.basis
