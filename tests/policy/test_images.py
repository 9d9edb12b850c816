"""What becomes of images: rules R2, R5, R8 to R12, R16 to R18."""

from datetime import timedelta

import pytest

from janitor.model.kinds import Kind, Status
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import AnyOf, Not
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.names import NameIs, RepositoryIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import Tagged, TagsMatch
from janitor.policy.conditions.use import Unused
from janitor.policy.deciding.images import IMAGE_RANK, INDEX_RANK
from janitor.policy.model import Policy, Retention
from tests.deciding import images_decided
from tests.making import (
    NOW,
    contents,
    digest,
    image,
    job,
    policies,
    policy,
    repository,
    service,
    uri,
    workloads,
)  # fmt: skip

OLD = OlderThan(timedelta(days=7))
STALE = policy("stale", Kind.IMAGE, OLD)


def labels_of(goes: list, *labels: str) -> list[str]:
    known = {digest(label): label for label in labels}
    return [known[each.image.digest] for each in goes]


def test_deletes_an_image_that_is_strictly_older_and_nothing_names() -> None:
    goes, stays = images_decided(policies(STALE), contents(image("old", days=8), image("young", days=7)))
    assert labels_of(goes, "old") == ["old"]
    assert goes[0].reason == "older-than"
    assert stays == {digest("young"): "not-matched"}


@pytest.mark.parametrize("days", [None, -1])
def test_keeps_an_image_whose_time_is_unset_or_in_the_future(days: float | None) -> None:
    for when in (OLD, Not(OLD)):
        goes, stays = images_decided(policies(policy("p", Kind.IMAGE, when)), contents(image("a", days=days)))
        assert (goes, stays) == ([], {digest("a"): "age-unknown"})


def test_a_moved_tag_starts_the_age_again() -> None:
    moved = image("a", "latest", days=30)._replace(update_time=NOW.timestamp() - 3600)
    assert images_decided(policies(STALE), contents(moved))[0] == []


@pytest.mark.parametrize("named", ["a", ":v1"])
def test_an_image_in_use_stays_by_digest_and_by_tag(named: str) -> None:
    goes, stays = images_decided(policies(STALE), contents(image("a", "v1")), workloads(job("j", uri(named))))
    assert (goes, stays) == ([], {digest("a"): "in-use"})


def test_no_tag_means_latest() -> None:
    world = contents(image("a", "latest"), image("b"))
    goes, stays = images_decided(
        policies(STALE), world, workloads(job("j", "us-central1-docker.pkg.dev/p/r/app"))
    )
    assert labels_of(goes, "b") == ["b"]
    assert stays == {digest("a"): "in-use"}


def test_a_tag_that_resolves_to_nothing_protects_its_whole_package() -> None:
    world = contents(image("a"), image("b"), image("c", package="other"))
    goes, stays = images_decided(policies(STALE), world, workloads(job("j", uri(":gone"))))
    assert labels_of(goes, "c") == ["c"]
    assert set(stays.values()) == {"in-use"}


def test_a_reference_through_a_virtual_repository_protects_its_upstream() -> None:
    virtual = RepositoryName("p", "us-central1", "all")
    through = repository(virtual, mode=Mode.VIRTUAL, upstreams=(repository().name,))
    world = workloads(job("j", uri("a", repository=virtual)))
    assert images_decided(policies(STALE), contents(image("a")), world, repositories=[through])[0] == []


def test_a_reference_through_a_repository_that_was_not_seen_protects_wherever_it_may_lead() -> None:
    unseen = RepositoryName("other", "us-central1", "all")
    world = workloads(job("j", uri("a", repository=unseen)))
    goes, _ = images_decided(policies(STALE), contents(image("a"), image("b")), world)
    assert labels_of(goes, "b") == ["b"]


def test_references_from_files_protect() -> None:
    assert images_decided(policies(STALE), contents(image("a")), extra=[uri("a")])[0] == []


def test_an_image_that_only_a_deleted_service_holds_goes_after_it() -> None:
    doomed = service("xai", failed=True, images=(uri("a"),))
    failed = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)), OLD)
    goes, _ = images_decided(policies(failed, STALE), contents(image("a")), workloads(doomed))
    assert goes[0].waits == ("projects/p/locations/us-central1/services/xai",)


def test_an_image_that_a_second_service_holds_stays() -> None:
    doomed = service("xai", failed=True, images=(uri("a"),))
    failed = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)), OLD)
    both = workloads(doomed, service("web", traffic=["web-1"], images=(uri("a"),)))
    assert images_decided(policies(failed, STALE), contents(image("a")), both)[0] == []


def test_a_child_in_use_protects_its_indexes_upwards_and_everything_below() -> None:
    world = contents(
        image("outer", "o", children=["inner"]),
        image("inner", children=["amd", "arm"]), image("amd"), image("arm"),
    )  # fmt: skip
    goes, stays = images_decided(policies(STALE), world, workloads(job("j", uri("amd"))))
    assert goes == []
    assert set(stays.values()) == {"in-use"}


def test_an_index_goes_before_its_untagged_children_which_wait_for_it() -> None:
    world = contents(
        image("amd", days=8), image("idx", "pr-1", children=["amd", "arm"]), image("arm", days=1)
    )
    goes, stays = images_decided(policies(STALE), world)
    assert stays == {}
    by_rank = sorted(goes, key=lambda each: each.rank)
    assert by_rank[0].image.digest == digest("idx")
    assert [each.reason for each in by_rank[1:]] == ["child-of", "child-of"]
    assert all(each.holders == (digest("idx"),) for each in by_rank[1:])
    assert (by_rank[0].rank, by_rank[1].rank) == (INDEX_RANK, IMAGE_RANK)


def test_a_shared_child_stays_while_one_index_stays() -> None:
    world = contents(
        image("old", "a", children=["shared", "own"]), image("new", "b", days=1, children=["shared"]),
        image("shared"), image("own"),
    )  # fmt: skip
    goes, stays = images_decided(policies(STALE), world)
    assert set(labels_of(goes, "old", "own")) == {"old", "own"}
    assert stays[digest("shared")] == "child-of-kept"


def test_a_tagged_child_is_an_image_of_its_own_but_not_below_a_kept_index() -> None:
    kept = contents(image("idx", "i", days=1, children=["kid"]), image("kid", "k"))
    assert images_decided(policies(STALE), kept)[1][digest("kid")] == "child-of-kept"
    young_kid = contents(image("idx", "i", children=["kid"]), image("kid", "k", days=1))
    goes, stays = images_decided(policies(STALE), young_kid)
    assert labels_of(goes, "idx") == ["idx"]
    assert stays == {digest("kid"): "not-matched"}


def test_a_signature_goes_before_its_subject_and_stays_with_it() -> None:
    tag = digest("a").replace(":", "-") + ".sig"
    goes, _ = images_decided(policies(STALE), contents(image("a", "v"), image("sig", tag, days=1)))
    first, second = sorted(goes, key=lambda each: each.rank)
    assert (first.image.digest, second.image.digest) == (digest("sig"), digest("a"))
    assert second.holders == (digest("sig"),)
    _, stays = images_decided(policies(STALE), contents(image("a", days=1), image("sig", tag)))
    assert stays[digest("sig")] == "child-of-kept"


def test_an_attachment_follows_its_subject() -> None:
    world = contents(
        image("a"), image("sbom", artifact_type="x/sbom"), subjects={("app", digest("sbom")): digest("a")}
    )
    assert len(images_decided(policies(STALE), world)[0]) == 2


@pytest.mark.parametrize("lost", [image("t", artifact_type="x/y"), image("t", "sha256-" + "0" * 64 + ".sig")])
def test_a_referrer_of_nothing_known_stays_unless_its_type_is_named(lost: Image) -> None:
    assert images_decided(policies(STALE), contents(lost))[1] == {digest("t"): "subject-unknown"}
    named = policy("typed", Kind.IMAGE, OLD, ArtifactTypeIs(("x/*",)))
    assert len(images_decided(policies(named), contents(image("t", artifact_type="x/y")))[0]) == 1


def test_rings_of_referrers_are_left_alone() -> None:
    a, b = digest("a"), digest("b")
    world = contents(image("a"), image("b"), subjects={("app", a): b, ("app", b): a})
    assert images_decided(policies(STALE), world)[0] == []


def test_tags_must_all_match() -> None:
    only = policy("previews", Kind.IMAGE, TagsMatch(("pr-*",)))
    world = contents(
        image("all", "pr-1", "pr-2"), image("some", "pr-3", "v1"), image("none", "v2"), image("bare")
    )
    goes, stays = images_decided(policies(only), world)
    assert labels_of(goes, "all") == ["all"]
    assert stays == {
        digest("some"): "other-tags",
        digest("none"): "other-tags",
        digest("bare"): "not-matched",
    }


def test_an_image_with_some_matching_tag_never_goes_by_negation() -> None:
    rest = policy("rest", Kind.IMAGE, Not(TagsMatch(("v*",))))
    goes, stays = images_decided(
        policies(rest), contents(image("mixed", "v1", "pr-1"), image("plain", "pr-2"))
    )
    assert labels_of(goes, "plain") == ["plain"]
    assert stays == {digest("mixed"): "other-tags"}


def test_keep_latest_holds_the_newest_by_upload_and_children_use_up_nothing() -> None:
    keep = policy("keep", Kind.IMAGE, OLD, keep=Retention(latest=2))
    world = contents(
        image("1", days=10, children=["k1", "k2"]), image("k1", days=9), image("k2", days=9),
        image("2", days=20), image("3", days=30),
    )  # fmt: skip
    goes, stays = images_decided(policies(keep), world)
    assert labels_of(goes, "3") == ["3"]
    assert stays[digest("2")] == "keep-latest"


def test_keep_holds_against_every_policy_of_its_kind() -> None:
    keep = policy(
        "keep", Kind.IMAGE, NameIs(("app",)), OlderThan(timedelta(days=99)), keep=Retention(tagged=("v*",))
    )
    _, stays = images_decided(policies(STALE, keep), contents(image("a", "v1")))
    assert stays == {digest("a"): "keep-tagged"}


def test_keep_newer_than_holds() -> None:
    keep = policy("keep", Kind.IMAGE, keep=Retention(newer_than=timedelta(days=40)))
    assert images_decided(policies(keep), contents(image("a", days=30)))[1] == {
        digest("a"): "keep-newer-than"
    }


def test_protected_tags_names_and_labels_stay() -> None:
    for protect, repo in (
        ({"tags": ("v*",)}, repository()), ({"names": ("app",)}, repository()), ({"names": ("r",)}, repository()),
        ({"labels": {"janitor": "keep"}}, repository(labels={"janitor": "keep"})),
    ):  # fmt: skip
        _, stays = images_decided(
            policies(STALE, protect=protect), contents(image("a", "v1", "x")), repo=repo
        )
        assert stays == {digest("a"): "protected"}


def test_tagged_images_of_an_immutable_repository_stay() -> None:
    goes, stays = images_decided(
        policies(STALE), contents(image("a", "v"), image("b")), repo=repository(immutable_tags=True)
    )
    assert labels_of(goes, "b") == ["b"]
    assert stays == {digest("a"): "immutable-tags"}


@pytest.mark.parametrize("short", ["gcf-artifacts", "gcr.io"])
def test_google_managed_repositories_need_a_literal_name_and_managed(short: str) -> None:
    repo = repository(RepositoryName("p", "us", short))
    glob = policy("g", Kind.IMAGE, RepositoryIs(("*",)), OLD, managed=True)
    literal = policy("l", Kind.IMAGE, RepositoryIs((short,)), OLD)
    for refused in (glob, literal):
        assert images_decided(policies(refused), contents(image("a")), repo=repo)[1] == {
            digest("a"): "google-managed"
        }
    both = Policy("b", Kind.IMAGE, literal.when, managed=True)
    assert len(images_decided(policies(both), contents(image("a")), repo=repo)[0]) == 1


def test_images_of_remote_repositories_stay() -> None:
    _, stays = images_decided(policies(STALE), contents(image("a")), repo=repository(mode=Mode.REMOTE))
    assert stays == {digest("a"): "not-standard"}


def test_the_first_policy_in_file_order_is_named_and_the_first_reason_that_holds() -> None:
    first = policy("first", Kind.IMAGE, OLD, Tagged(False), Unused())
    second = policy("second", Kind.IMAGE, LargerThan(1))
    goes, _ = images_decided(policies(first, second), contents(image("bare"), image("tagged", "x")))
    named = {each.image.digest: (each.policy, each.reason) for each in goes}
    assert named == {digest("bare"): ("first", "unused"), digest("tagged"): ("second", "larger-than")}


def test_in_a_disjunction_the_reason_is_one_that_really_holds() -> None:
    either = policy("either", Kind.IMAGE, AnyOf((Tagged(False), OLD)))
    goes, _ = images_decided(policies(either), contents(image("young-bare", days=1), image("old", "x")))
    assert {each.image.digest: each.reason for each in goes} == {
        digest("young-bare"): "untagged",
        digest("old"): "older-than",
    }


def test_an_unknown_size_is_not_larger_and_not_smaller() -> None:
    for when in (LargerThan(5), Not(LargerThan(5))):
        _, stays = images_decided(policies(policy("p", Kind.IMAGE, when)), contents(image("a", size=0)))
        assert stays == {digest("a"): "size-unknown"}
