"""`largest: N`: who is among them, who takes up a place, and where it may stand."""

from datetime import timedelta
from itertools import permutations

import pytest

from janitor.errors import PolicyFileError
from janitor.explain.words import image_has, key_asks
from janitor.model.kinds import Kind
from janitor.model.resources import Image, Package, Version
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import Largest
from janitor.policy.conditions.tags import TagsMatch
from janitor.policy.deciding.packages import decide_versions, package_rules
from janitor.policy.deciding.retention import competing
from janitor.policy.deciding.verdict import Delete
from janitor.policy.file.document import parse_policies
from janitor.policy.model import Policies, Retention
from janitor.policy.warnings import shadows
from tests.deciding import context, images_decided
from tests.making import (
    NOW,
    REPOSITORY,
    ago,
    contents,
    digest,
    image,
    policies,
    policy,
    repository,
    service,
    uri,
    workloads,
)  # fmt: skip

WEEK = OlderThan(timedelta(days=7))
BIGGEST = policy("big", Kind.IMAGE, WEEK, Largest(2))
SIZES = {"a": 400, "b": 300, "c": 200, "d": 100}
IMAGES = tuple(image(label, size=size) for label, size in SIZES.items())


def gone(*images: Image, **more: object) -> tuple[str, ...]:
    """The digests that BIGGEST deletes."""
    goes, _ = images_decided(policies(BIGGEST), contents(*images), **more)  # type: ignore[arg-type]
    return tuple(sorted(each.image.digest for each in goes))


def of(*labels: str) -> tuple[str, ...]:
    return tuple(sorted(map(digest, labels)))


def test_the_largest_go_in_whatever_order_they_are_read() -> None:
    for order in permutations(IMAGES):
        assert gone(*order) == of("a", "b")


def test_of_equal_size_the_first_by_package_and_digest_are_the_largest() -> None:
    alike = [image(package + label, package=package, size=100) for package in "yx" for label in "abc"]
    expected = sorted((each.package, each.digest) for each in alike)[:2]
    for given in (alike, alike[::-1]):
        goes, _ = images_decided(policies(BIGGEST), contents(*given))
        assert sorted((each.image.package, each.image.digest) for each in goes) == expected


def test_they_are_counted_over_all_packages_of_the_repository() -> None:
    assert gone(image("a", package="x", size=3), image("b", package="y", size=2), image("c", size=1)) == of(
        "a", "b"
    )


def test_what_is_in_use_takes_a_place() -> None:
    used = workloads(service("web", images=(uri("a"),)))
    assert gone(*IMAGES, workloads=used) == of("b")


def test_what_is_too_young_takes_a_place() -> None:
    assert gone(image("young", size=500, days=1), *IMAGES) == of("a")


def test_what_keep_holds_takes_a_place() -> None:
    kept = policy("big", Kind.IMAGE, WEEK, Largest(2), keep=Retention(tagged=("v*",)))
    goes, stays = images_decided(policies(kept), contents(image("v", "v1", size=500), *IMAGES))
    assert [each.image.digest for each in goes] == [digest("a")]
    assert stays[digest("v")] == "keep-tagged"
    assert stays[digest("b")] == "not-matched"


def test_whom_the_selectors_do_not_match_takes_none() -> None:
    of_app = policy("big", Kind.IMAGE, WEEK, Largest(1), NameIs(("app",)))
    goes, _ = images_decided(policies(of_app), contents(image("x", package="other", size=900), *IMAGES))
    assert [each.image.digest for each in goes] == [digest("a")]


def test_an_image_that_the_selectors_may_match_takes_a_place() -> None:
    tagged = policy("big", Kind.IMAGE, WEEK, Largest(1), TagsMatch(("pr-*",)))
    both = (image("mixed", "pr-1", "v1", size=500), image("a", "pr-2", size=400))
    goes, stays = images_decided(policies(tagged), contents(*both))
    assert goes == []
    assert stays == {digest("mixed"): "other-tags", digest("a"): "not-matched"}


def test_an_unknown_size_keeps_itself_and_whom_it_might_displace() -> None:
    goes, stays = images_decided(policies(BIGGEST), contents(image("x", size=0), *IMAGES))
    assert [each.image.digest for each in goes] == [digest("a")]
    assert stays[digest("x")] == stays[digest("b")] == "size-unknown"
    assert stays[digest("c")] == "not-matched"


def test_as_many_unknown_sizes_as_places_keep_all() -> None:
    assert gone(image("x", size=0), image("y", size=0), *IMAGES) == ()


def written(when: str, kind: str = "artifact.version", more: str = "") -> Policies:
    text = f"version: 1\nscope: {{projects: [p]}}\n{more}policies:\n- {{name: a, kind: {kind}, when: {{{when}}}}}\n"
    return parse_policies(text.encode(), "f", lambda _: b"")


def test_versions_are_ranked_over_all_packages_of_their_repository() -> None:
    made = ago(days=40).timestamp()
    packages = [
        Package(
            f"{REPOSITORY}/packages/{short}",
            short,
            None,
            None,
            tuple(
                Version(f"{short}{size}", ("latest",) if size == 9 else (), made, made, size)
                for size in sizes
            ),
        )
        for short, sizes in (("x", (9, 1, None)), ("y", (8, 7)))
    ]
    rules = package_rules(
        context(written("older_than: 7d, largest: 3")), repository(format="NPM"), False, packages
    )
    found = {
        version.id: "goes" if isinstance(decision, Delete) else decision.reason.value
        for package in packages
        for version, decision in decide_versions(rules, package)
    }
    assert found == {
        "x9": "has-tags", "x1": "not-matched", "xNone": "size-unknown", "y8": "goes", "y7": "size-unknown",
    }  # fmt: skip


def test_the_file_says_it_beside_an_age_its_own_or_an_inherited_one() -> None:
    for read in (
        written("largest: 5, older_than: 7d", "artifact.image"),
        written("largest: 5", "artifact.image", "defaults: {when: {older_than: 7d}}\n"),
    ):
        assert set(read.policies[0].when.parts) == {WEEK, Largest(5)}


MISTAKES = {
    ("artifact.image", "largest: 5"): "f:4:51: largest is allowed only directly in when, with `older_than` beside it",
    ("artifact.version", "largest: 5"): "f:4:53: largest is allowed only directly in when",
    ("artifact.image", "older_than: 1d, not: {largest: 5}"): "f:4:73: largest is allowed only directly in when",
    ("artifact.image", "any: [{largest: 5, older_than: 1d}]"): "f:4:58: largest is allowed only directly in when",
    ("artifact.image", "older_than: 1d, all: [{largest: 5}]"): "f:4:74: largest is allowed only directly in when",
    ("artifact.image", "older_than: 1d, largest: 0"): "largest: '0' must be a whole number, from 1",
    ("artifact.image", "older_than: 1d, largest: 5GB"): "largest: '5GB' must be a whole number",
    ("artifact.package", "older_than: 1d, largest: 5"): "unknown key 'largest': artifact.package has none",
    ("artifact.repository", "older_than: 1d, largest: 5"): "unknown key 'largest': artifact.repository has none",
    ("run.service", "older_than: 1d, largest: 5"): "unknown key 'largest'",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "when"), MISTAKES)
def test_refuses_it_where_it_may_not_stand(kind: str, when: str) -> None:
    with pytest.raises(PolicyFileError) as caught:
        written(when, kind)
    assert MISTAKES[kind, when] in str(caught.value)


def test_it_is_not_inherited() -> None:
    with pytest.raises(PolicyFileError, match="unknown key 'largest'"):
        written("older_than: 1d", "artifact.image", "defaults: {when: {largest: 5}}\n")


def test_the_same_number_of_two_policies_is_not_the_same_few() -> None:
    narrow = policy("narrow", Kind.IMAGE, WEEK, Largest(2), NameIs(("app",)))
    assert not shadows(BIGGEST, narrow)
    assert shadows(policy("all", Kind.IMAGE, WEEK), narrow)


def test_it_is_explained_by_the_size() -> None:
    has = image_has(image("a", size=2 * 10**9), repository(), NOW)
    assert (key_asks(Largest(5)), has(Largest(5))) == ("largest: 5", "2.0 GB")


def test_a_tagged_child_shares_the_place_of_its_index_at_any_depth() -> None:
    """R36: it takes none of its own, so the next in size is not passed over, and goes with its index."""
    outer = image("outer", "v1", size=0, children=["inner"])
    inner = image("inner", "v1-all", size=0, children=["child"])
    assert gone(outer, inner, image("child", "v1-amd64", size=900), *IMAGES) == of(
        "outer", "inner", "child", "a"
    )
    assert gone(outer, inner, image("child", "v1-amd64", size=50), *IMAGES) == of("a", "b")


def test_a_tagged_child_of_two_indexes_goes_only_with_both() -> None:
    """R36: it counts with neither, and stays while one of them does."""
    both = image("both", "base", size=999)
    first = [image("first", "v1", size=0, children=["both", "a"]), IMAGES[0]]
    second = [image("second", "v2", size=0, children=["both", "b"]), IMAGES[1]]
    assert gone(both, *first, *second) == of("both", "first", "second", "a", "b")
    larger = image("larger", size=350)
    assert gone(both, *first, *second, larger) == of("first", "a", "larger")


def test_a_child_with_a_type_shares_the_place_of_its_index_where_the_policy_names_the_type() -> None:
    """R36."""
    pair = [image("index", children=["child"]), image("child", artifact_type="x/sbom")]
    named = policy("named", Kind.IMAGE, WEEK, Largest(2), ArtifactTypeIs(("x/*",)))
    index, child = (("app", each.digest) for each in pair)
    assert competing(pair, {})(named, pair).shared == {child: {index}}
    assert competing(pair, {})(BIGGEST, pair).shared == {}
