"""From decisions to actions: rules R7, R12, R13, R16 and R25."""

from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.kinds.image import contents_fingerprint
from janitor.model.amounts import Priced
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import DeleteReason
from janitor.plan.build import Builder, ordered
from janitor.plan.workloads import workload_actions
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.deciding.images import IMAGE_RANK, INDEX_RANK, REFERRER_RANK, Goes
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workloads import decide_workloads
from tests.deciding import context
from tests.laws.deciding import BOOK
from tests.making import (
    NOW,
    ago,
    digest,
    image,
    policies,
    policy,
    repository,
    revision,
    service,
    workloads,
)
from tests.plan.samples import action

BUILDER = Builder(BOOK, NOW)
FAILED = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)))
RETIRED = policy("retired", Kind.REVISION, StatusIs((Status.RETIRED,)), OlderThan(timedelta(days=30)))
REPOSITORY = "projects/p/locations/us-central1/repositories/r"


def test_a_services_action_carries_etag_and_uid_and_contains_its_revisions() -> None:
    """R13: counted and priced once."""
    world = workloads(service("xai", failed=True, update_time=ago(hours=26)), revision("xai", "xai-1"))
    verdicts = decide_workloads(context(policies(FAILED, RETIRED)), world)
    (found,) = workload_actions(BUILDER, world, verdicts)
    assert found.name == "projects/p/locations/us-central1/services/xai"
    assert (found.etag, found.uid) == ('"xai"', "uid-xai")
    assert found.contains == ((Kind.REVISION, 1),)
    assert found.detail == "26h old; HEALTH_CHECK_CONTAINER_ERROR: no PORT"
    assert (found.policy, found.reason) == ("failed", "failed")


def test_a_revision_that_goes_by_itself_comes_after_the_services() -> None:
    web = service("web", traffic=["web-9"], latest_ready_revision="web-9")
    world = workloads(
        service("xai", failed=True), web, revision("web", "web-1"), revision("web", "web-9", status="active")
    )
    found = ordered(
        workload_actions(BUILDER, world, decide_workloads(context(policies(FAILED, RETIRED)), world))
    )
    assert [each.name.rpartition("/")[2] for each in found] == ["xai", "web-1"]
    assert found[1].detail == "retired 39d ago"


def test_an_images_action_names_the_version_exactly_as_the_delete_call_does() -> None:
    goes = Goes(
        image("a", "v1", package="team/api", size=2**30), "stale", DeleteReason.OLDER_THAN, IMAGE_RANK
    )
    (found,) = BUILDER.images(repository(), [goes])
    assert found.name == f"{REPOSITORY}/packages/team%2Fapi/versions/{digest('a')}"
    assert found.uri == f"us-central1-docker.pkg.dev/p/r/team/api@{digest('a')}"
    assert (found.tags, found.group, found.size_bytes) == (("v1",), REPOSITORY, 2**30)
    assert found.detail == "30d old"
    assert isinstance(found.estimate, Priced)
    assert (found.estimate.usd_month, found.estimate.upper_bound) == (Decimal("0.1"), True)


def test_an_image_waits_for_workloads_and_for_its_holders() -> None:
    """R12, R16."""
    goes = Goes(image("a"), "p", DeleteReason.CHILD_OF, IMAGE_RANK, (digest("idx"),), ("service",))
    (found,) = BUILDER.images(repository(), [goes])
    assert found.after == ("service", f"{REPOSITORY}/packages/app/versions/{digest('idx')}")
    assert found.detail == "30d old; untagged"


def test_an_image_without_a_time_says_so() -> None:
    goes = Goes(image("a", "x", days=None), "p", DeleteReason.MATCHED, IMAGE_RANK)
    assert BUILDER.images(repository(), [goes])[0].detail == "age unknown"


def test_a_repositorys_action_contains_its_images_and_costs_its_billed_size() -> None:
    """R13, R25."""
    images = [image("a", days=9), image("b", days=40)]
    decision = Delete(policy("gone", Kind.REPOSITORY), DeleteReason.UNUSED)
    found = BUILDER.repository(repository(size_bytes=2**31), images, decision, {"z", "a"})
    assert (found.name, found.contains) == (REPOSITORY, ((Kind.IMAGE, 2),))
    assert found.after == ("a", "z")
    assert found.content == contents_fingerprint(images)
    assert found.estimate == Priced(Decimal("0.2"), found.estimate.basis)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("reason", "detail"),
    [
        (DeleteReason.UNUSED, "9d old"),
        (DeleteReason.OLDER_THAN, "9d old; nothing in it is in use"),
    ],
)
def test_a_repositorys_detail_does_not_repeat_its_reason(reason: DeleteReason, detail: str) -> None:
    decision = Delete(policy("gone", Kind.REPOSITORY), reason)
    assert BUILDER.repository(repository(), [image("a", days=9)], decision, ()).detail == detail


def test_a_fingerprint_minds_digests_and_tags_and_no_order() -> None:
    """R21: what tells that a repository is as it was planned."""
    one = [image("a", "v1", "v2"), image("b")]
    assert contents_fingerprint(one) == contents_fingerprint([image("b"), image("a", "v2", "v1")])
    for other in (
        [image("a", "v1"), image("b")],
        [image("a", "v1", "v2")],
        [image("b", "v1", "v2"), image("a")],
    ):
        assert contents_fingerprint(one) != contents_fingerprint(other)


def test_actions_stand_in_the_order_of_execution() -> None:
    """R12, R16, R17: services, revisions, referrers, indexes, children, repositories; then by name."""
    ranks = [(0, 0), (1, 0), (2, REFERRER_RANK), (2, INDEX_RANK), (2, IMAGE_RANK), (3, 0)]
    wanted = [action(f"{name}{rank}", rank=rank) for rank in ranks for name in "ab"]
    assert ordered(reversed(wanted)) == tuple(wanted)
