"""What becomes of whole repositories: rules R3 to R5, R7, R9 and R11 to R14."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from janitor.kinds.managers import Manager
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode, Repository
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.deployed import ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.size import LargerThan
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.use import Unused
from janitor.policy.deciding.images import holdings, image_rules
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.repositories import decide_repository, may_match
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Policies, Policy, Retention
from tests.deciding import Shown, context
from tests.making import (
    ago,
    contents,
    image,
    job,
    policies,
    policy,
    repository,
    service,
    uri,
    workloads,
)

DAY_OLD = OlderThan(timedelta(days=1))
BY_NAME = policy("by-name", Kind.REPOSITORY, NameIs(("r",)), Unused(), DAY_OLD)
BY_GLOB = policy("by-glob", Kind.REPOSITORY, NameIs(("*",)), Unused(), DAY_OLD)
SOURCE = RepositoryName("p", "us-central1", "cloud-run-source-deploy")


def asked(
    file: Policies, images: Iterable[Image] = (), loads: Workloads | None = None,
    repo: Repository | None = None, gap: bool = False, **facts: Any,
) -> tuple[str, set[str]]:  # fmt: skip
    """The verdict as text, and what a deletion would wait for."""
    repo, loads, found = repo or repository(), loads or Workloads(), list(images)
    asking = context(file, **facts)
    use = usage(loads, decide_workloads(asking, loads).freed_by(), (), {repo.name: repo})
    rules = image_rules(asking, repo, contents(*found), use)
    held, waits = holdings(rules, found) if may_match(asking, repo) else (set(), set())
    decision = decide_repository(asking, repo, contents(*found), held, gap)
    return (f"delete: {decision.reason}" if isinstance(decision, Delete) else decision.reason.value), waits


def test_deletes_a_repository_in_which_nothing_is_in_use() -> None:
    assert asked(policies(BY_NAME), [image("a")]) == ("delete: unused", set())


@pytest.mark.parametrize("written", [uri("a"), uri(":v1"), uri(":gone"), uri("not-there")])
def test_a_repository_that_something_names_stays(written: str) -> None:
    """R2, R13: whether by digest or tag, and though the image itself is gone."""
    assert asked(policies(BY_NAME), [image("a", "v1")], workloads(job("j", written)))[0] == "holds-in-use"


@pytest.mark.parametrize("gap", [True, False])
def test_a_tracer_is_shown_it_by_its_name_and_whether_something_was_not_seen(gap: bool) -> None:
    shown = Shown()
    asked(policies(BY_NAME), [image("a")], gap=gap, tracer=shown)
    assert {name: case.gap for name, case in shown.cases.items()} == {str(repository().name): gap}


def test_an_empty_repository_that_something_names_stays() -> None:
    """R13: `unused` is of the repository."""
    assert asked(policies(BY_NAME), [], workloads(job("j", uri(":latest"))))[0] == "holds-in-use"


def test_a_repository_that_only_deleted_workloads_name_goes_after_them() -> None:
    """R12: the story's service, images and repository go in one apply."""
    failed = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)))
    doomed = workloads(service("xai", failed=True, images=(uri("a"),)))
    verdict, waits = asked(policies(failed, BY_NAME), [image("a")], doomed)
    assert (verdict, waits) == ("delete: unused", {"projects/p/locations/us-central1/services/xai"})


def test_a_workload_that_stays_after_all_holds_its_repository() -> None:
    """R12: not selected to go, or behind a gap, it frees nothing."""
    failed = policy("failed", Kind.SERVICE, StatusIs((Status.FAILED,)))
    doomed = workloads(service("xai", failed=True, images=(uri("a"),)))
    for facts in ({"selected": {"by-name"}}, {"blocked": {("p", "us-central1")}}):
        assert asked(policies(failed, BY_NAME), [image("a")], doomed, **facts)[0] == "holds-in-use"


def test_references_elsewhere_to_another_image_do_not_hold_it() -> None:
    """R2: one through a repository that was not seen counts where it leads to an image."""
    unseen = RepositoryName("o", "us-central1", "zz")
    for written, expected in (("a", "holds-in-use"), ("b", "delete: unused")):
        loads = workloads(job("j", uri(written, repository=unseen)))
        assert asked(policies(BY_NAME), [image("a")], loads)[0] == expected


def test_one_retained_image_keeps_a_repository_named_by_a_glob_but_not_by_its_name() -> None:
    """R13."""
    keep = policy("keep", Kind.IMAGE, keep=Retention(latest=1))
    assert asked(policies(keep, BY_GLOB), [image("a")])[0] == "holds-retained"
    assert asked(policies(keep, BY_NAME), [image("a")])[0] == "delete: unused"
    assert asked(policies(keep, BY_GLOB), [])[0] == "delete: unused"


def test_the_policy_that_names_it_literally_is_the_one_that_may() -> None:
    """R13, R19: the glob's policy comes first in the file, and may not."""
    keep = policy("keep", Kind.IMAGE, keep=Retention(latest=1))
    assert asked(policies(keep, BY_GLOB, BY_NAME), [image("a")])[0] == "delete: unused"


@pytest.mark.parametrize(
    ("protect", "reason"),
    [
        ({"names": ("r",)}, "protected"), ({"labels": {"env": "prod"}}, "protected"),
        ({"names": ("app",)}, "holds-protected"), ({"tags": ("v*",)}, "holds-protected"),
    ],
)  # fmt: skip
def test_a_repository_that_is_or_holds_something_protected_stays(protect: dict, reason: str) -> None:
    """R11, R13."""
    labelled = repository(labels={"env": "prod"})
    assert asked(policies(BY_NAME, protect=protect), [image("a", "v1")], repo=labelled)[0] == reason


@pytest.mark.parametrize("mode", [Mode.REMOTE, Mode.VIRTUAL, Mode.UNSPECIFIED])
def test_only_standard_repositories_go(mode: Mode) -> None:
    """R13."""
    assert asked(policies(BY_NAME), repo=repository(mode=mode))[0] == "not-standard"


def test_only_repositories_of_docker_images_go() -> None:
    """R3: of other formats nobody knows what is unused."""
    assert asked(policies(BY_NAME), repo=repository(format="NPM"))[0] == "format-unsupported"


def test_a_gap_keeps_what_would_go() -> None:
    """R4, R13."""
    assert asked(policies(BY_NAME), gap=True)[0] == "gap"


def test_source_deploys_repository_needs_its_literal_name_only() -> None:
    """R14."""
    literal = policy("p", Kind.REPOSITORY, NameIs((SOURCE.repository,)), Unused())
    assert asked(policies(BY_GLOB), repo=repository(SOURCE))[0] == "needs-literal-name"
    assert asked(policies(literal), repo=repository(SOURCE))[0] == "delete: unused"
    assert asked(policies(BY_NAME), repo=repository(SOURCE))[0] == "not-matched"


@pytest.mark.parametrize(
    "short", ["gcf-artifacts", "gae-standard", "firebaseapphosting-images", "gcr.io", "eu.gcr.io"]
)
def test_repositories_of_other_google_products_need_name_and_managed(short: str) -> None:
    """R14."""
    repo = repository(RepositoryName("p", "us", short))
    for names, managed, expected in (
        (("*",), True, "google-managed"), ((short,), False, "google-managed"), ((short,), True, "delete: unused"),
    ):  # fmt: skip
        one = policy("p", Kind.REPOSITORY, NameIs(names), Unused(), managed=managed)
        assert asked(policies(one), repo=repo)[0] == expected


def test_a_label_of_googles_makes_a_repository_managed() -> None:
    """R14."""
    labelled = repository(labels={"goog-managed-by": "cloudfunctions"})
    assert asked(policies(BY_NAME), repo=labelled)[0] == "google-managed"


def test_the_age_of_a_repository_counts_from_its_update_or_its_newest_upload() -> None:
    """R7."""
    assert asked(policies(BY_NAME), [image("a", days=0.5)])[0] == "not-matched"
    assert (
        asked(policies(BY_NAME), [image("a")], repo=repository(update_time=ago(hours=2)))[0] == "not-matched"
    )


def test_an_unknown_time_within_a_repository_makes_its_age_unknown() -> None:
    """R5."""
    for images, update in (
        ([image("a", days=None)], ago(days=9)),
        ([image("a", days=-1)], ago(days=9)),
        ([], None),
    ):
        found = asked(policies(BY_NAME), images, repo=repository(update_time=update))
        assert found[0] == "age-unknown"


def test_size_and_labels_decide_too_and_an_unknown_size_never_does() -> None:
    big = policy("p", Kind.REPOSITORY, LargerThan(10**6), LabelsAre({"team": "*"}))
    labelled = repository(labels={"team": "web"})
    assert asked(policies(big), repo=labelled)[0] == "delete: larger-than"
    assert asked(policies(big))[0] == "not-matched"
    for when in (LargerThan(1), Not(LargerThan(1))):
        empty = policy("p", Kind.REPOSITORY, when)
        assert asked(policies(empty), repo=repository(size_bytes=0))[0] == "size-unknown"


@pytest.mark.parametrize(
    ("one", "may"), [(BY_NAME, True), (policy("p", Kind.REPOSITORY, NameIs(("s",))), False), (None, False)]
)
def test_content_is_read_only_where_a_policy_speaks_of_the_repository(one: Policy | None, may: bool) -> None:
    assert may_match(context(policies(*([one] if one else []))), repository()) is may


@pytest.mark.parametrize(
    "repo", [repository(format="NPM"), repository(mode=Mode.REMOTE), repository(mode=Mode.VIRTUAL)]
)
def test_content_is_not_read_of_what_can_never_go(repo: Repository) -> None:
    assert not may_match(context(policies(BY_NAME)), repo)


def test_only_selected_policies_delete() -> None:
    """R20, --policy."""
    assert asked(policies(BY_NAME), selected=set())[0] == "policy-not-selected"


def test_what_made_a_repository_and_whose_it_is_decide_too() -> None:
    made = policy("m", Kind.REPOSITORY, NameIs((SOURCE.repository,)), ManagedBy((Manager.SOURCE_DEPLOY,)))
    assert asked(policies(made), repo=repository(SOURCE))[0] == "delete: matched"
    other = policy("m", Kind.REPOSITORY, NameIs((SOURCE.repository,)), ManagedBy((Manager.TERRAFORM,)))
    assert asked(policies(other), repo=repository(SOURCE))[0] != "delete: matched"
    for project, verdict in (("p", "delete: matched"), ("q", "not-matched")):
        ours = policy("e", Kind.REPOSITORY, NameIs(("r",)), Expr(f"resource.project == '{project}'", "e"))
        assert asked(policies(ours))[0] == verdict
