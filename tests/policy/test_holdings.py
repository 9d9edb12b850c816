"""What the deletion of a whole package or repository must know of the images in it (R11 to R13, R18)."""

import pytest

from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Repository
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.names import RepositoryIs
from janitor.policy.deciding.image_rules import ImageRules
from janitor.policy.deciding.images import holdings, image_rules, package_holdings
from janitor.policy.deciding.references import usage
from janitor.policy.model import Policies, Retention
from tests.deciding import context
from tests.making import (
    NOW,
    REPOSITORY,
    ago,
    contents,
    digest,
    image,
    job,
    name_of,
    policies,
    policy,
    repository,
    service,
    uri,
    workloads,
)

UNSEEN = RepositoryName("q", "us-central1", "zz")
STALE = policy("stale", Kind.IMAGE, OlderThan(NOW - ago(days=7)))
PAIR = [image("a", "v1"), image("b")]
J = str(name_of("jobs", "j"))


def rules(
    file: Policies, loads: Workloads | None = None, freed: str = "", repo: Repository | None = None
) -> ImageRules:
    """The rules of repository r where these workloads are; a service `web` goes where `freed` says by whom."""
    repo = repo or repository()
    goes = {name_of("services", "web"): freed} if freed else {}
    used = usage(loads or Workloads(), goes, (), {REPOSITORY: repo})
    return image_rules(context(file), repo, contents(*PAIR), used)


def held(of: ImageRules, images: list[Image] | None = None) -> set[KeepReason]:
    return package_holdings(of, "app", PAIR if images is None else images)[0]


@pytest.mark.parametrize(
    ("reference", "used"),
    [
        (uri("a"), True), (uri("gone"), True), (uri(":v1"), True), (uri(":gone"), True),
        (uri("a", "other"), False), (uri("a", repository=UNSEEN), True), (uri(":v1", repository=UNSEEN), True),
        (uri("gone", repository=UNSEEN), False), (uri(":gone", repository=UNSEEN), True),
        (uri("a", "other", UNSEEN), True), (uri(":v1", "other", UNSEEN), False), (digest("a"), True),
    ],
)  # fmt: skip
def test_a_package_holds_what_is_named_in_it_and_a_repository_so_too(reference: str, used: bool) -> None:
    of = rules(policies(STALE), workloads(job("j", reference)))
    assert (held(of) == {KeepReason.HOLDS_IN_USE}) is used
    assert of.usage.remaining.of_package(REPOSITORY, "app", PAIR) == ({J} if used else set())
    in_other_package = reference.startswith(f"{REPOSITORY.uri}/other")
    everywhere = {KeepReason.HOLDS_IN_USE} if used or in_other_package else set()
    assert holdings(of, PAIR) == (everywhere, set())


def test_what_this_plan_frees_is_waited_for_and_holds_nothing() -> None:
    """R12."""
    of = rules(policies(STALE), workloads(service("web", images=(uri("a"), uri("x", "other")))), "the action")
    assert package_holdings(of, "app", PAIR) == (set(), {"the action"})
    assert package_holdings(of, "third", [image("a", package="third")]) == (set(), set())
    assert holdings(of, PAIR) == (set(), {"the action"})


def test_immutable_tags_hold_a_package_only_where_an_image_of_it_has_one() -> None:
    """R18."""
    fixed = rules(policies(STALE), repo=repository(immutable_tags=True))
    assert held(fixed) == {KeepReason.IMMUTABLE_TAGS}
    assert held(fixed, PAIR[1:]) == set()
    assert held(rules(policies(STALE))) == set()


@pytest.mark.parametrize(
    ("protect", "holds"),
    [({"names": ("app",)}, True), ({"names": ("other",)}, False), ({"tags": ("v*",)}, True), ({"tags": ("w*",)}, False)],
)  # fmt: skip
def test_a_package_holds_what_is_protected_in_it(protect: dict[str, object], holds: bool) -> None:
    """R11."""
    of = rules(policies(STALE, protect=protect))
    assert held(of) == ({KeepReason.HOLDS_PROTECTED} if holds else set())
    assert holdings(of, PAIR)[0] == held(of)


@pytest.mark.parametrize(("package", "holds"), [("sboms", True), ("app", False)])
def test_a_package_stays_while_an_artifact_in_another_package_is_about_an_image_in_it(
    package: str, holds: bool
) -> None:
    """R40: a repository holds both, and goes with them."""
    everything = [*PAIR, image("sbom", package=package, artifact_type="x/sbom")]
    world = contents(*everything, subjects={(package, digest("sbom")): digest("a")})
    used = usage(Workloads(), {}, (), {REPOSITORY: repository()})
    of = image_rules(context(policies(STALE)), repository(), world, used)
    assert held(of, [i for i in everything if i.package == "app"]) == (
        {KeepReason.HOLDS_REFERRER} if holds else set()
    )
    assert holdings(of, everything) == (set(), set())


@pytest.mark.parametrize(("glob", "holds"), [("r", True), ("s", False)])
def test_a_package_holds_what_a_keep_holds_of_it(glob: str, holds: bool) -> None:
    """R13: of whom its selectors speak."""
    keeper = policy("keeper", Kind.IMAGE, RepositoryIs((glob,)), keep=Retention(tagged=("v*",)))
    of = rules(policies(STALE, keeper))
    assert held(of) == ({KeepReason.HOLDS_RETAINED} if holds else set())
    assert holdings(of, PAIR)[0] == held(of)


def test_a_child_counts_with_its_index_for_what_keep_holds() -> None:
    """R36: an old index is not held by the date of a child that was pushed again."""
    keeper = policy("keeper", Kind.IMAGE, keep=Retention(newer_than=NOW - ago(days=7)))
    index = image("index", "v1", days=30, children=["child"])
    of = rules(policies(STALE, keeper))
    assert held(of, [index, image("child", days=1)]) == set()
    assert held(of, [index, image("other", days=1)]) == {KeepReason.HOLDS_RETAINED}
