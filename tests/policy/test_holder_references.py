"""Which images a holder protects: by digest, by tag with all that it may have led to, or its package (R51)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from janitor.model.holders import Holder
from janitor.model.inventory import Workloads
from janitor.model.named_images import named_in
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.deciding.image_graph import family_of, spread
from janitor.policy.deciding.references import References, usage
from tests.making import NOW, REPOSITORY, digest, image, repository, uri

POD, DEPLOYMENT = "k8s.io/Pod", "apps.k8s.io/Deployment"
NAME = "//container.googleapis.com/projects/p/zones/z/clusters/c/k8s/namespaces/n/pods/x"
USER = "Pod n/x in cluster c (project p)"
# The tag v1 was put on `b` two days ago, when it was uploaded; `a` had it before.
IMAGES = [image("a", days=9), image("b", "v1", days=2), image("c", "v2", days=20)]
ALL = {digest(each) for each in "abc"}


def holder(
    *texts: str, kind: str = POD, created: float | None = 5, updated: float | None = 1, pulled: Sequence[tuple[str, str]] = (),
) -> Holder:  # fmt: skip
    """Created and updated so many days ago; `pulled` is in its status."""
    times = [None if days is None else NOW - timedelta(days=days) for days in (created, updated)]
    images = named_in((*texts, *chain.from_iterable(pulled)))
    images.note_pulled(pulled)
    return Holder(NAME, kind, "p", images, *times)


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
    assert used(holder(pulled=[(uri(":v1"), uri("a"))])) == {digest("a"), digest("b")}


def test_one_digest_does_not_answer_for_two_tags() -> None:
    """The second container may not have pulled yet."""
    for waiting in ([(uri(":v2"), "")], []):
        assert used(holder(uri(":v2"), pulled=[(uri(":v1"), uri("a")), *waiting])) == {
            digest("a"), digest("b"), digest("c"),
        }  # fmt: skip
        assert used(holder(uri(":v1"), pulled=[(uri(":v2"), uri("c")), *waiting])) == ALL


def test_a_digest_that_another_container_names_does_not_say_what_a_tag_led_to() -> None:
    """An init container by digest, and a container by a tag that moved since."""
    assert used(holder(uri(":v1"), uri("c"))) == ALL
    assert used(holder(uri(":v1"), uri("c"), kind="batch.googleapis.com/Job")) == ALL


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
        ("us-central1-docker.pkg.dev/1001/r/app:$TAG", {"app"}),
        ("us-central1-docker.pkg.dev/1001/$R/app", {"app", "app-two", "team/app"}),
        ("$L-docker.pkg.dev/1001/r/team/$IMAGE", {"team/app"}),
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


@pytest.mark.parametrize(
    "host", ["$L-docker.pkg.dev/q", "us-central1-docker.pkg.dev/1001", "us-docker.pkg.dev/p"]
)
def test_a_variable_through_a_repository_that_is_not_read_is_in_packages_of_that_name(host: str) -> None:
    """R47: it may be a virtual one."""
    found = references(holder(f"{host}/other/app:$TAG"))
    assert found.of_package(REPOSITORY, "app", []) == found.of_tag(REPOSITORY, "app", "any") == {USER}
    assert set(found.digests(REPOSITORY, "app", IMAGES)) == ALL
    assert found.users(REPOSITORY, {"app": IMAGES}) == {USER}
    assert found.users(REPOSITORY, {"app-two": IMAGES}) == set()
    assert found.of_package(REPOSITORY, "app-two", []) == set()


@pytest.mark.parametrize(
    "text",
    [
        "gcr.io/p/app:$TAG", "us-docker.pkg.dev/p/gcr.io/app:$TAG", "us-docker.pkg.dev/$P/gcr.io/app",
        "$L-docker.pkg.dev/p/gcr.io/app", "gcr.io/$P/app", "gcr.io/1001/app:$TAG",
    ],
)  # fmt: skip
def test_a_repository_behind_a_gcr_domain_is_known_by_all_its_names(text: str) -> None:
    gcr = RepositoryName("p", "us", "gcr.io")
    found = references(holder(text), repository(gcr))
    assert set(found.digests(gcr, "app", IMAGES)) == ALL


def test_a_variable_through_a_remote_repository_is_in_its_upstream() -> None:
    remote = RepositoryName("p", "us-central1", "far")
    seen = (repository(), repository(remote, mode=Mode.REMOTE, upstream_uri=REPOSITORY.uri))
    assert used(holder(f"{remote.uri}/app:$TAG"), IMAGES, *seen) == ALL
    assert used(holder(f"{remote.uri}/other-$NAME:v1"), IMAGES, *seen) == set()


def test_a_remote_repository_that_leads_back_to_itself_is_followed_once() -> None:
    remote = RepositoryName("p", "us-central1", "far")
    seen = (repository(), repository(remote, mode=Mode.REMOTE, upstream_uri=f"{remote.uri}/folder"))
    assert used(holder(f"{remote.uri}/app:$TAG"), IMAGES, *seen) == set()


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


def test_the_users_of_a_whole_package_are_one_set_of_all_its_images() -> None:
    """A hundred thousand Pods times a thousand images would not fit in memory."""
    images = [*IMAGES, image("i", days=9, children=["a"]), image("j", days=9, children=["b"])]
    found = references(holder(uri(":gone"))).digests(REPOSITORY, "app", images)
    spread_out = spread(found, family_of(images, {}))
    for users in (found, spread_out):
        assert len(users) == len(images)
        assert len({id(each) for each in users.values()}) == 1


def test_a_user_of_one_image_is_not_one_of_the_others() -> None:
    named = usage(
        Workloads(),
        {},
        (),
        {REPOSITORY: repository()},
        [holder(uri(":gone")), replace(holder(uri("a")), name="//x/y")],
    ).remaining
    for _ in range(2):
        found = spread(named.digests(REPOSITORY, "app", IMAGES), family_of(IMAGES, {}))
        assert {each: len(users) for each, users in found.items()} == {
            digest("a"): 2, digest("b"): 1, digest("c"): 1,
        }  # fmt: skip
