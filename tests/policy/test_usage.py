"""Who names which image: rules R2, R3 and R12."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from janitor.kinds.execution import Execution
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import BadReferenceError
from janitor.model.resources import Image, Instance, Mode, Repository
from janitor.policy.deciding.references import References, unreadable, usage
from tests.making import (
    NOW,
    REPOSITORY,
    digest,
    image,
    job,
    name_of,
    repository,
    revision,
    service,
    uri,
    workloads,
)

IMAGES = [image("a", "v1", "latest"), image("b", "v2"), image("c")]
VIRTUAL = RepositoryName("p", "us-central1", "all")


def named(
    loads: Workloads, images: Iterable[Image] = IMAGES, freed: dict[ResourceName, str] | None = None,
    extra: Iterable[str] = (), seen: Iterable[Repository] = (),
) -> References:  # fmt: skip
    found = {each.name: each for each in (repository(), *seen)}
    return usage(loads, freed or {}, extra, found).remaining


def of_app(remaining: References) -> dict[str, set[str]]:
    return remaining.digests(REPOSITORY, "app", IMAGES)


ONE = (uri("a"),)


@pytest.mark.parametrize(
    "loads",
    [
        workloads(service("s", images=ONE)),
        workloads(revision("s", "s-1", images=ONE)),
        workloads(job("j", *ONE)),
        workloads(Execution(name_of("jobs", "j", "executions", "e"), ONE)),
        workloads(WorkerPool(name_of("workerPools", "w"), ONE)),
        workloads(Instance(name_of("instances", "i"), ONE)),
    ],
)
def test_every_kind_of_workload_uses_its_images(loads: Workloads) -> None:
    """R2."""
    assert of_app(named(loads)).keys() == {digest("a")}


def test_every_image_of_a_workload_counts() -> None:
    """R2: side containers, init containers, base images and builds are references like any."""
    sidecars = workloads(service("s", images=(uri("a"), uri("b"), "nginx")))
    assert of_app(named(sidecars)).keys() == {digest("a"), digest("b")}


def test_what_a_tag_resolves_to_now_and_what_revisions_hold_are_both_in_use() -> None:
    """R2: the tag moved on from b to a."""
    moved = workloads(service("s", images=(uri(":v1"),)), revision("s", "s-1", images=(uri("b"),)))
    assert of_app(named(moved)).keys() == {digest("a"), digest("b")}


def test_a_tag_seen_on_two_images_protects_both() -> None:
    """R2: it moved while the pages were read."""
    twice = [image("a", "v1"), image("b", "v1"), image("c")]
    found = named(workloads(job("j", uri(":v1")))).digests(REPOSITORY, "app", twice)
    assert found.keys() == {digest("a"), digest("b")}
    assert found == named(workloads(job("j", uri(":v1")))).digests(REPOSITORY, "app", twice[::-1])


def test_a_tag_beside_a_digest_is_in_use_and_leads_to_no_more_than_what_bears_it() -> None:
    """R2."""
    both = named(workloads(job("j", f"{REPOSITORY.uri}/app:v2@{digest('a')}")))
    assert of_app(both).keys() == {digest("a"), digest("b")}
    assert both.of_tag(REPOSITORY, "app", "v2")
    gone = named(workloads(job("j", f"{REPOSITORY.uri}/app:gone@{digest('a')}")))
    assert of_app(gone).keys() == {digest("a")}
    assert gone.of_tag(REPOSITORY, "app", "gone")


def test_a_reference_by_digest_alone_names_no_tag() -> None:
    """R2: no tag means latest, but not beside a digest."""
    assert named(workloads(job("j", uri("b")))).of_tag(REPOSITORY, "app", "latest") == set()
    assert named(workloads(job("j", f"{REPOSITORY.uri}/app"))).of_tag(REPOSITORY, "app", "latest")


def test_a_revision_that_names_a_tag_uses_the_image_that_has_it_alone() -> None:
    found = of_app(named(workloads(revision("s", "s-1", images=(uri(":v1"),)))))
    assert found.keys() == {digest("a")}


def test_a_running_execution_protects_the_whole_package_that_it_names_by_tag() -> None:
    """R46: Google does not report which digest it pulled. A job's tag speaks of its next execution."""
    running = Execution(name_of("jobs", "j", "executions", "e"), (uri(":v1"),))
    assert len(of_app(named(workloads(running)))) == 3
    ended = replace(running, completion_time=NOW)
    assert of_app(named(workloads(ended))).keys() == {digest("a")}
    by_digest = replace(running, images=(f"{REPOSITORY.uri}/app:v1@{digest('b')}",))
    assert of_app(named(workloads(by_digest))).keys() == {digest("a"), digest("b")}
    other = replace(running, images=(uri(":v1", package="other"),))
    assert of_app(named(workloads(other))) == {}


def test_a_bare_digest_protects_it_in_every_package_of_every_repository() -> None:
    """R38."""
    found = named(Workloads(), extra=[digest("b")])
    for place in (REPOSITORY, VIRTUAL):
        for package in ("app", "other"):
            assert found.digests(place, package, IMAGES) == {digest("b"): {"protect.references"}}
            assert found.of_package(place, package, IMAGES) == {"protect.references"}
    assert found.users(REPOSITORY, {"app": IMAGES}) == {"protect.references"}
    assert found.users(REPOSITORY, {"app": IMAGES[:1]}) == set()


def test_a_tag_that_resolves_to_nothing_protects_the_package() -> None:
    """R2."""
    assert len(of_app(named(workloads(job("j", uri(":gone")))))) == 3


@pytest.mark.parametrize("tag", ["v2", "gone"])
def test_a_tag_of_a_repository_that_was_not_read_protects_packages_of_that_name(tag: str) -> None:
    """R47: it may have led anywhere when it was pulled."""
    unseen = RepositoryName("o", "us-central1", "zz")
    found = named(workloads(job("j", uri(f":{tag}", repository=unseen))))
    assert len(of_app(found)) == 3
    assert found.digests(REPOSITORY, "other", IMAGES) == {}
    assert found.of_tag(REPOSITORY, "app", tag)
    assert found.of_package(REPOSITORY, "app", [])
    assert not found.of_package(REPOSITORY, "other", IMAGES)


def test_a_digest_of_a_repository_that_was_not_read_protects_it_in_every_repository() -> None:
    """R47."""
    unseen = RepositoryName("o", "us-central1", "zz")
    found = named(workloads(job("j", uri("b", repository=unseen))))
    for package in ("app", "other"):
        assert found.digests(REPOSITORY, package, IMAGES).keys() == {digest("b")}
        assert found.of_package(REPOSITORY, package, IMAGES)
        assert not found.of_package(REPOSITORY, package, IMAGES[:1])


REMOTE = RepositoryName("p", "us-central1", "cache")


@pytest.mark.parametrize(
    ("upstream", "package"),
    [
        (REPOSITORY.uri, "app"),
        ("us-central1-docker.pkg.dev/p", "r/app"),
        ("us-central1-docker.pkg.dev", "p/r/app"),
    ],
)
@pytest.mark.parametrize("which", ["a", ":v1"])
def test_a_remote_repository_leads_to_what_it_gets_from_a_repository_that_was_read(
    upstream: str, package: str, which: str
) -> None:
    """R47: the upstream may be a repository, a project or the registry."""
    seen = [repository(REMOTE, mode=Mode.REMOTE, upstream_uri=upstream)]
    found = named(workloads(job("j", uri(which, repository=REMOTE, package=package))), seen=seen)
    assert of_app(found).keys() == {digest("a")}
    assert bool(found.of_tag(REPOSITORY, "app", "v1")) == (which == ":v1")


def test_a_remote_repository_may_add_a_folder_to_what_it_is_asked_for() -> None:
    """R47."""
    seen = [repository(REMOTE, mode=Mode.REMOTE, upstream_uri=f"{REPOSITORY.uri}/team")]
    found = named(workloads(job("j", uri(":v1", repository=REMOTE))), seen=seen)
    assert found.digests(REPOSITORY, "team/app", IMAGES).keys() == {digest("a")}
    assert found.digests(REPOSITORY, "app", IMAGES) == {}


def test_virtual_and_remote_repositories_lead_through_any_number_of_steps_and_in_circles() -> None:
    """R47: cycles end, also one that makes the name longer each time."""
    second = RepositoryName("p", "us-central1", "second")
    seen = [
        repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=(REMOTE, second, VIRTUAL)),
        repository(second, mode=Mode.REMOTE, upstream_uri=f"{second.uri}/again"),
        repository(REMOTE, mode=Mode.REMOTE, upstream_uri=REPOSITORY.uri),
    ]
    loads = workloads(job("j", uri("a", repository=VIRTUAL)))
    assert of_app(named(loads, seen=seen)).keys() == {digest("a")}


def test_a_digest_through_a_remote_repository_protects_it_wherever_it_came_from() -> None:
    """R47: the upstream may be another name of a registry that is read."""
    seen = [repository(REMOTE, mode=Mode.REMOTE)]
    found = named(workloads(job("j", uri("a", repository=REMOTE))), seen=seen)
    assert of_app(found).keys() == {digest("a")}
    by_tag = named(workloads(job("j", uri(":v1", repository=REMOTE))), seen=seen)
    assert of_app(by_tag) == {}


def test_a_virtual_repository_leads_to_all_that_it_serves_from_at_any_depth() -> None:
    """R2."""
    inner = RepositoryName("p", "us-central1", "inner")
    chain = [
        repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=(inner,)),
        repository(inner, mode=Mode.VIRTUAL, upstreams=(REPOSITORY, VIRTUAL)),
    ]
    loads = workloads(job("j", uri("a", repository=VIRTUAL)))
    assert of_app(named(loads, seen=chain)).keys() == {digest("a")}


def test_a_source_that_was_not_seen_under_its_name_may_be_any_repository() -> None:
    """R2: a virtual repository may name its sources by the project's number."""
    by_number = RepositoryName("123456", "us-central1", "r")
    chain = [repository(VIRTUAL, mode=Mode.VIRTUAL, upstreams=(by_number,))]
    loads = workloads(job("j", uri("a", repository=VIRTUAL)))
    assert of_app(named(loads, seen=chain)).keys() == {digest("a")}


def test_files_of_references_always_remain() -> None:
    """R3: whatever the plan deletes."""
    assert of_app(named(Workloads(), extra=[uri("b")])) == {digest("b"): {"protect.references"}}


def test_an_unreadable_reference_from_a_file_is_not_passed_over() -> None:
    """R3: the policy reader refuses it; if it did not, nothing could be decided."""
    with pytest.raises(BadReferenceError):
        named(Workloads(), extra=["us-central1-docker.pkg.dev/p/r/App"])


def test_what_goes_frees_what_only_it_names() -> None:
    """R12."""
    loads = workloads(service("s", images=(uri("a"), uri("b"))), job("j", uri("b")))
    found = usage(loads, {name_of("services", "s"): "action"}, (), {REPOSITORY: repository()})
    assert found.remaining.digests(REPOSITORY, "app", IMAGES).keys() == {digest("b")}
    assert found.freed.digests(REPOSITORY, "app", IMAGES)[digest("a")] == {"action"}


def test_users_of_a_repository_count_though_the_image_is_gone() -> None:
    """R13."""
    loads = workloads(job("j", uri("gone")), job("k", uri(":v1", package="other")))
    assert named(loads).users(REPOSITORY, {"app": IMAGES}) == {
        str(name_of("jobs", "j")), str(name_of("jobs", "k")),
    }  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        "us-central1-docker.pkg.dev/p/r/App",
        "us-central1-docker.pkg.dev/p",
        "gcr.io/p/app@sha256:1",
        "us-central1-docker.pkg.dev/123456/r/App",
    ],
)
def test_a_reference_to_a_scanned_project_that_cannot_be_parsed_is_a_gap(written: str) -> None:
    """R2."""
    (gap,) = unreadable(workloads(job("j", written)), {"p"})
    assert (gap.project, gap.location, gap.kind) == ("p", "us-central1", Kind.JOB)
    assert written in gap.cause


def test_a_reference_to_another_project_or_registry_is_no_gap() -> None:
    """R2."""
    loads = workloads(job("j", "us-central1-docker.pkg.dev/elsewhere/r/App", "Docker/Weird:::", "nginx"))
    assert unreadable(loads, {"p"}) == ()


def test_a_projects_number_leads_to_every_repository_so_called_in_that_place_and_to_no_other() -> None:
    """R2: which project a number stands for is not known here."""
    namesake = RepositoryName("q", "us-central1", "r")
    others = [RepositoryName("p", "us-central1", "s"), RepositoryName("p", "europe-west1", "r")]
    numbered = RepositoryName("123456", "us-central1", "r")
    seen = [repository(each) for each in (namesake, *others)]
    found = named(workloads(job("j", uri("a", repository=numbered))), seen=seen)
    assert found.exact.keys() == {REPOSITORY, namesake}
    assert found.elsewhere == {}


def test_a_number_that_leads_nowhere_may_be_any_repository() -> None:
    """R2."""
    numbered = RepositoryName("123456", "us-central1", "elsewhere")
    found = named(workloads(job("j", uri("a", repository=numbered))))
    assert (found.exact, found.elsewhere.keys()) == ({}, {"app"})


def test_a_repository_of_another_project_is_not_the_one_that_is_so_called_here() -> None:
    unseen = RepositoryName("o", "us-central1", "r")
    found = named(workloads(job("j", uri("a", repository=unseen))))
    assert (found.exact, found.elsewhere.keys()) == ({}, {"app"})


def test_a_repository_whose_project_is_called_by_digits_is_itself() -> None:
    numbered = RepositoryName("123456", "us-central1", "r")
    found = named(workloads(job("j", uri("a", repository=numbered))), seen=[repository(numbered)])
    assert found.exact.keys() == {numbered}


def test_a_tag_beside_a_digest_in_a_repository_that_was_not_read_holds_a_package_with_that_tag() -> None:
    """R47."""
    found = named(workloads(job("j", f"us-central1-docker.pkg.dev/o/zz/app:v2@{digest('a')}")))
    assert found.of_package(REPOSITORY, "app", [IMAGES[1]])
    assert not found.of_package(REPOSITORY, "app", [IMAGES[2]])


def test_a_tag_in_a_file_of_references_holds_what_it_leads_to_alone() -> None:
    """R3."""
    assert of_app(named(Workloads(), extra=[uri(":v1")])).keys() == {digest("a")}
