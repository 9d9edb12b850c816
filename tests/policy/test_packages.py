"""Whole packages: of docker images, and of versions of other formats (R7, R9, R11, R13, R14)."""

from dataclasses import replace
from functools import partial

import pytest

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode, Package
from janitor.policy.deciding.packages import kinds_asked, package_facts
from tests.deciding import context
from tests.making import image, job, repository, service, uri, workloads
from tests.policy.packaging import NPM, Shelf, package, version, written

old = partial(image, days=40)
STALE = "kind: artifact.package, when: {older_than: 30d}"
LITERAL = "kind: artifact.package, when: {name: app, repository: r, older_than: 30d}"
EMPTY = "kind: artifact.package, when: {empty: true, older_than: 1h}"
IMAGES_LATEST = "kind: artifact.image, when: {older_than: 900d}, keep: {latest: 1}"
VERSIONS_LATEST = "kind: artifact.version, when: {older_than: 900d}, keep: {latest: 1}"
APP = package(short="app", days=50)
FAILED = service("web", failed=True, images=(uri("a"),))
FAILS = "kind: run.service, when: {status: failed, older_than: 24h}"


def of_images(*images: Image, **facts: object) -> str:
    """What becomes of package app with these images."""
    policies = written(*facts.pop("policies", (STALE,)))  # type: ignore[misc]
    return Shelf(policies, [APP], images, **facts).decided_packages()["app"]  # type: ignore[arg-type]


def of_versions(held: Package, *policies: str, **facts: object) -> str:
    """What becomes of a package of npm."""
    return Shelf(written(*(policies or (STALE,))), [held], repo=NPM, **facts).decided_packages()["web"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("uploads", "said"),
    [
        ((40, 31), "delete: a, older-than"),
        ((40, 30), "not-matched"),
        ((40, 1), "not-matched"),
        ((40, None), "age-unknown"),
        ((), "delete: a, older-than"),
    ],
)
def test_a_package_ages_from_its_newest_upload_and_an_empty_one_from_its_own_change(
    uploads: tuple[float | None, ...], said: str
) -> None:
    assert of_images(*(image(f"i{n}", days=days) for n, days in enumerate(uploads))) == said
    held = package(*(version(f"{n}.0", days=days) for n, days in enumerate(uploads)), days=50)
    assert of_versions(held) == said


@pytest.mark.parametrize(
    ("days", "said"), [(2, "delete: a, older-than"), (0.01, "not-matched"), (None, "age-unknown")]
)
def test_only_a_package_without_versions_is_empty(days: float | None, said: str) -> None:
    assert of_versions(package(days=days), EMPTY) == said
    assert of_versions(package(version("1.0"), days=days), EMPTY) == "not-matched"
    shelf = Shelf(written(EMPTY), [package(short="app", days=days)], [image("a", days=90)])
    assert shelf.decided_packages() == {"app": "not-matched"}


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((600, 401), "delete: a, larger-than"),
        ((600, 400), "not-matched"),
        ((1, 1000), "delete: a, larger-than"),
    ],
)
def test_a_package_weighs_what_all_in_it_does(sizes: tuple[int, ...], said: str) -> None:
    larger = "kind: artifact.package, when: {larger_than: 1kB}"
    assert of_images(*(old(f"i{n}", size=size) for n, size in enumerate(sizes)), policies=(larger,)) == said
    assert (
        of_versions(package(*(version(f"{n}.0", size=size) for n, size in enumerate(sizes))), larger) == said
    )


def test_a_package_is_larger_where_what_is_known_of_it_is() -> None:
    """R41: a lower bound. One that is not larger leaves it unknown."""
    small = "kind: artifact.package, when: {larger_than: 1kB}"
    assert of_images(old("a", size=5000), old("b", size=0), policies=(small,)) == "delete: a, larger-than"
    larger = "kind: artifact.package, when: {larger_than: 6kB}"
    assert of_images(old("a", size=5000), old("b", size=0), policies=(larger,)) == "size-unknown"
    assert of_versions(package(version("1", size=5000), version("2", size=None)), larger) == "size-unknown"


def test_it_stays_while_anything_in_it_is_in_use_even_by_a_tag_or_an_image_that_is_not_there() -> None:
    for named in (uri("a"), uri(":v1"), uri("gone"), uri(":gone")):
        said = of_images(old("a", "v1"), old("b"), workloads=workloads(job("j", named)), policies=(LITERAL,))
        assert said == "holds-in-use"
    assert (
        of_images(old("a"), workloads=workloads(job("j", uri("a", package="other"))))
        == "delete: a, older-than"
    )


def test_what_only_workloads_use_that_this_plan_deletes_goes_after_them() -> None:
    """R12."""
    said = of_images(old("a"), workloads=workloads(FAILED), policies=(STALE, FAILS))
    assert said == f"delete: a, older-than after {FAILED.name}"
    others = workloads(FAILED, job("j", uri("a")))
    assert of_images(old("a"), workloads=others, policies=(STALE, FAILS)) == "holds-in-use"


@pytest.mark.parametrize(
    ("protect", "said"),
    [
        ("{names: [app]}", "protected"),
        ("{names: ['w*']}", "delete: a, older-than"),
        ("{names: [r]}", "protected"),
        ("{labels: {env: prod}}", "protected"),
        ("{tags: [v1]}", "holds-protected"),
        ("{tags: [v2]}", "delete: a, older-than"),
    ],
)
def test_a_name_a_label_of_its_repository_or_a_tag_of_anything_in_it_protects_it(
    protect: str, said: str
) -> None:
    """R11; a literal name outweighs none of it."""
    policies = written(LITERAL, more=f"protect: {protect}\n")
    labelled = repository(labels={"env": "prod"})
    assert Shelf(policies, [APP], [old("a", "v1")], labelled).decided_packages() == {"app": said}
    npm, versions = replace(labelled, format="NPM"), package(version("1", "v1"), version("2"), short="app")
    assert Shelf(policies, [versions], repo=npm).decided_packages() == {"app": said}


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{name: app, repository: r, older_than: 30d}", "delete: a, older-than"),
        ("{name: app, older_than: 30d}", "holds-retained"),
        ("{repository: r, older_than: 30d}", "holds-retained"),
        ("{name: 'ap*', repository: r, older_than: 30d}", "holds-retained"),
        ("{name: app, repository: 'r*', older_than: 30d}", "holds-retained"),
        ("{name: app, repository: r, older_than: 90d}", "not-matched"),
    ],
)
@pytest.mark.parametrize("keep", [IMAGES_LATEST, VERSIONS_LATEST])
def test_only_its_literal_name_in_a_literally_named_repository_outweighs_a_keep(
    when: str, said: str, keep: str
) -> None:
    """R13; and where the policy does not match anyway, that is why it stays."""
    policies, of_images = written(f"kind: artifact.package, when: {when}", keep), keep is IMAGES_LATEST
    held = APP if of_images else package(version("1"), version("2"), short="app")
    repo = repository() if of_images else NPM
    images = [old("a"), old("b")] if of_images else []
    assert Shelf(policies, [held], images, repo).decided_packages() == {"app": said}


def test_a_keep_that_holds_nothing_in_it_holds_not_the_package() -> None:
    keeps = "kind: artifact.version, when: {name: other, older_than: 900d}, keep: {latest: 1}"
    assert of_versions(package(version("1")), STALE, keeps) == "delete: a, older-than"
    assert of_versions(package(version("1")), STALE, VERSIONS_LATEST) == "holds-retained"


def test_tags_that_cannot_be_taken_off_keep_the_package() -> None:
    immutable = repository(immutable_tags=True)
    assert of_images(old("a", "v1"), repo=immutable, policies=(LITERAL,)) == "immutable-tags"
    assert of_images(old("a"), repo=immutable) == "delete: a, older-than"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("managed: true, when: {repository: gcf-artifacts, older_than: 30d}", "delete: a, older-than"),
        ("when: {repository: gcf-artifacts, older_than: 30d}", "google-managed"),
        ("when: {older_than: 30d}", "google-managed"),
        ("when: {older_than: 90d}", "google-managed"),
    ],
)
def test_what_google_manages_needs_the_repositorys_literal_name_and_managed(policy: str, said: str) -> None:
    """R14."""
    managed = repository(RepositoryName("p", "us-central1", "gcf-artifacts"))
    assert (
        of_images(image("a", days=40), repo=managed, policies=(f"kind: artifact.package, {policy}",)) == said
    )


@pytest.mark.parametrize("mode", [Mode.VIRTUAL, Mode.REMOTE, Mode.UNSPECIFIED])
def test_nothing_of_a_repository_that_is_no_standard_one_goes_or_is_read(mode: Mode) -> None:
    repo = repository(mode=mode)
    assert of_images(old("a"), repo=repo, policies=(LITERAL,)) == "not-standard"
    assert kinds_asked(context(written(STALE)), repo) == frozenset()
    assert kinds_asked(context(written(STALE), wanted=Kind.PACKAGE), repo) == frozenset()


def test_packages_and_tags_are_read_where_a_policy_may_speak_of_them_or_they_are_wanted() -> None:
    tags = "kind: artifact.tag, when: {tags: x}"
    assert kinds_asked(context(written(STALE)), repository()) == {Kind.PACKAGE}
    assert kinds_asked(context(written(STALE, tags)), NPM) == {Kind.PACKAGE, Kind.TAG}
    elsewhere = written("kind: artifact.package, when: {repository: other}")
    assert kinds_asked(context(elsewhere), repository()) == frozenset()
    assert kinds_asked(context(elsewhere, wanted=Kind.TAG), repository()) == {Kind.TAG}
    assert kinds_asked(context(elsewhere, wanted=Kind.VERSION), repository()) == frozenset()
    assert kinds_asked(context(elsewhere, wanted=Kind.VERSION), NPM) == {Kind.VERSION}


def test_behind_a_gap_a_package_stays() -> None:
    """R4; whatever else keeps it is the reason before that."""
    assert of_images(old("a"), blocked=True) == "gap"
    assert of_images(image("a", days=1), blocked=True) == "not-matched"


def test_the_strongest_guard_is_named() -> None:
    facts = {"workloads": workloads(job("j", uri("a"))), "policies": (STALE, IMAGES_LATEST)}
    assert of_images(old("a", "v1"), old("b"), **facts) == "holds-in-use"
    immutable = repository(immutable_tags=True)
    assert of_images(old("a", "v1"), old("b"), repo=immutable, **facts) == "immutable-tags"


def test_a_policy_that_was_not_selected_deletes_nothing_and_the_first_that_was_is_named() -> None:
    policies = written(STALE, STALE)
    for selected, said in (({"b"}, "delete: b, older-than"), ({"c"}, "policy-not-selected")):
        shelf = Shelf(policies, [APP], [old("a")], selected=frozenset(selected))
        assert shelf.decided_packages() == {"app": said}


def test_each_package_is_decided_by_its_own_content() -> None:
    packages = [package(short=short, days=50) for short in ("app", "team/api")]
    images = [image("a", days=40), image("b", days=1, package="team/api")]
    found = Shelf(written(STALE), packages, images).decided_packages()
    assert found == {"app": "delete: a, older-than", "team/api": "not-matched"}


@pytest.mark.parametrize(
    ("sizes", "size"), [((), 0), ((5, 7), 12), ((5, None), 5), ((None,), None), ((None, 0), None)]
)
def test_the_size_of_a_package_is_the_sum_of_what_is_known(
    sizes: tuple[int | None, ...], size: int | None
) -> None:
    held = package(*(version(str(n), size=each) for n, each in enumerate(sizes)))
    assert package_facts(held, (), None).size_bytes == size


def test_versions_are_held_by_their_own_age() -> None:
    held = package(version("1", days=9), version("2", days=3))
    young = "kind: artifact.version, when: {older_than: 1d}, keep: {newer_than: 7d}"
    assert Shelf(written(young), [held], repo=NPM).decided_versions() == {
        "1": "delete: a, older-than",
        "2": "keep-newer-than",
    }
