"""Which images a holder protects: by digest, by tag with all that it may have led to, or its package (R51)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from janitor.model.holders import Holder
from janitor.model.inventory import Workloads
from janitor.model.named_images import named_in
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.deciding.references import References, usage
from tests.making import NOW, REPOSITORY, digest, image, repository, uri

POD, DEPLOYMENT = "k8s.io/Pod", "apps.k8s.io/Deployment"
NAME = "//container.googleapis.com/projects/p/zones/z/clusters/c/k8s/namespaces/n/pods/x"
USER = "Pod n/x in cluster c (project p)"
# The tag v1 was put on `b` two days ago, when it was uploaded; `a` had it before.
IMAGES = [image("a", days=9), image("b", "v1", days=2), image("c", "v2", days=20)]
ALL = {digest(each) for each in "abc"}


def holder(*texts: str, kind: str = POD, created: float | None = 5, updated: float | None = 1) -> Holder:
    """Created and updated so many days ago."""
    times = [None if days is None else NOW - timedelta(days=days) for days in (created, updated)]
    return Holder(NAME, kind, "p", named_in(texts), *times)


def references(of: Holder, *seen: Repository) -> References:
    found = {each.name: each for each in seen or (repository(),)}
    return usage(Workloads(), {}, (), found, [of]).remaining


def used(of: Holder, images: list[Image] = IMAGES, *seen: Repository) -> set[str]:
    found = references(of, *seen).digests(REPOSITORY, "app", images)
    assert all(users == {of.shown} for users in found.values())
    return set(found)


def test_by_digest_it_is_that_image() -> None:
    assert used(holder(uri("a"))) == {digest("a")}


def test_a_digest_without_a_name_is_that_image_in_any_repository() -> None:
    found = references(holder(digest("a"))).digests(RepositoryName("q", "us", "x"), "other", IMAGES)
    assert set(found) == {digest("a")}


@pytest.mark.parametrize(
    ("kind", "created", "updated", "known"),
    [
        (POD, 1, 1, True),
        (POD, 2, 2, True),
        (POD, 5, 1, False),
        (POD, None, 1, False),
        (DEPLOYMENT, 5, 1, True),
        (DEPLOYMENT, 5, 2.5, False),
        (DEPLOYMENT, 1, None, True),
        (DEPLOYMENT, None, None, False),
    ],
)
def test_a_tag_that_moved_since_may_have_been_any_image_of_the_package(
    kind: str, created: float | None, updated: float | None, known: bool
) -> None:
    of = holder(uri(":v1"), kind=kind, created=created, updated=updated)
    assert used(of) == ({digest("b")} if known else ALL)


def test_an_image_without_a_time_may_have_got_its_tag_at_any_time() -> None:
    images = [IMAGES[0], IMAGES[1]._replace(update_time=None)]
    assert used(holder(uri(":v1"), created=1), images) == {digest("a"), digest("b")}


def test_a_tag_on_two_images_is_both_and_the_later_time_counts() -> None:
    images = [image("a", "v1", days=9), IMAGES[1], IMAGES[2]]
    assert used(holder(uri(":v1"), created=1), images) == {digest("a"), digest("b")}
    assert used(holder(uri(":v1"), created=5), images) == ALL


def test_a_tag_that_no_image_has_is_the_whole_package() -> None:
    assert used(holder(uri(":gone"), created=1)) == ALL


def test_where_the_status_names_the_digest_the_tag_is_what_it_is_now() -> None:
    assert used(holder(uri(":v1"), uri("a"))) == {digest("a"), digest("b")}


def test_one_digest_does_not_answer_for_two_tags() -> None:
    """The second container may not have pulled yet."""
    assert used(holder(uri(":v1"), uri(":v2"), uri("a"))) == ALL
    images = [*IMAGES, image("d", days=50)]
    assert used(holder(uri(":v1"), uri(":v2"), uri("a"), uri("c")), images) == ALL


def test_a_digest_of_another_package_says_nothing_of_this_one() -> None:
    assert used(holder(uri(":v1"), uri("a", package="other"))) == ALL


def test_an_immutable_tag_never_moved() -> None:
    fixed = replace(repository(), immutable_tags=True)
    assert used(holder(uri(":v1")), IMAGES, fixed) == {digest("b")}


def test_a_tag_through_a_virtual_repository_is_one_of_its_sources() -> None:
    """R47."""
    virtual = RepositoryName("p", "us-central1", "all")
    seen = (repository(), repository(virtual, mode=Mode.VIRTUAL, upstreams=(REPOSITORY,)))
    assert used(holder(uri(":v1", repository=virtual), created=1), IMAGES, *seen) == {digest("b")}
    assert used(holder(uri(":v1", repository=virtual), created=5), IMAGES, *seen) == ALL


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        (f"{REPOSITORY.uri}/app:$TAG", {"app"}),
        (f"{REPOSITORY.uri}/app$X", {"app", "app-two"}),
        (f"{REPOSITORY.uri}/app-$X", {"app-two"}),
        (f"{REPOSITORY.uri}/$IMAGE", {"app", "app-two", "team/app"}),
        (f"{REPOSITORY.uri}/team/$IMAGE:v1", {"team/app"}),
        ("us-central1-docker.pkg.dev/p/$R/app", {"app", "app-two", "team/app"}),
        ("us-central1-docker.pkg.dev/$P/r/app", {"app", "app-two", "team/app"}),
        ("europe-docker.pkg.dev/$P/r/app", set()),
        ("us-central1-docker.pkg.dev/q/$R/app", set()),
        ("$L-docker.pkg.dev/p/r/app:v1", {"app"}),
        ("$L-docker.pkg.dev/q/r/app:v1", set()),
    ],
)
def test_a_name_with_a_variable_is_every_image_whose_name_begins_like_it(
    text: str, packages: set[str]
) -> None:
    found = references(holder(text))
    for package in ("app", "app-two", "team/app", "other/app"):
        here = package in packages or (packages > {"app", "app-two"} and package == "other/app")
        assert set(found.digests(REPOSITORY, package, IMAGES)) == (ALL if here else set()), package
        assert found.of_package(REPOSITORY, package, []) == ({USER} if here else set())
        assert found.of_tag(REPOSITORY, package, "any") == ({USER} if here else set())
    assert found.users(REPOSITORY, {}) == ({USER} if packages else set())


def test_a_variable_through_a_virtual_repository_is_in_its_sources() -> None:
    virtual = RepositoryName("p", "us-central1", "all")
    seen = (repository(), repository(virtual, mode=Mode.VIRTUAL, upstreams=(REPOSITORY,)))
    assert used(holder(f"{virtual.uri}/app:$TAG"), IMAGES, *seen) == ALL


def test_the_package_and_the_repository_know_their_holder() -> None:
    found = references(holder(uri(":v1")))
    assert found.of_package(REPOSITORY, "app", IMAGES) == {USER}
    assert found.users(REPOSITORY, {}) == {USER}
    assert found.of_tag(REPOSITORY, "app", "v1") == {USER}
    assert found.of_tag(REPOSITORY, "app", "v2") == set()


def test_two_holders_of_one_name_count_by_the_earlier_time() -> None:
    """In two clusters of one name."""
    two = [holder(uri(":v1"), created=days) for days in (1, 5)]
    for order in (two, two[::-1]):
        named = usage(Workloads(), {}, (), {REPOSITORY: repository()}, order).remaining
        assert set(named.digests(REPOSITORY, "app", IMAGES)) == ALL
