"""Images whose fate hangs on one word of the rules: managed, protected, held both ways, nested (R14, R16 to R18)."""

from datetime import timedelta
from itertools import permutations

import pytest

from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.names import NameIs, RepositoryIs
from janitor.policy.conditions.tags import TagsMatch
from janitor.policy.deciding.context import Context
from janitor.policy.deciding.image_rules import Going, Kept, forbids_image
from janitor.policy.deciding.images import IMAGE_RANK, INDEX_RANK, ImageVerdicts, decide_images, image_rules
from janitor.policy.deciding.references import usage
from janitor.policy.model import Policy, Retention
from tests.deciding import context, images_decided
from tests.making import contents, digest, image, policies, policy, repository, service, uri, workloads

OLD = OlderThan(timedelta(days=7))
STALE = policy("stale", Kind.IMAGE, OLD)


def test_what_no_policy_matches_of_what_google_manages_is_said_to_be_googles() -> None:
    """R14."""
    repo = repository(RepositoryName("p", "us", "gcr.io"))
    assert images_decided(policies(STALE), contents(image("a", days=1)), repo=repo)[1] == {
        digest("a"): "google-managed"
    }
    assert images_decided(policies(STALE), contents(image("a", days=1)))[1] == {digest("a"): "not-matched"}


def test_tags_that_nobody_protects_go_beside_those_that_somebody_does() -> None:
    """R11: an image's tags stay for being immutable only where they are."""
    rules = policies(STALE, protect={"tags": ("v*",)})
    goes, stays = images_decided(rules, contents(image("a", "v1"), image("b", "pr-1"), image("c")))
    assert {each.image.digest for each in goes} == {digest("b"), digest("c")}
    assert stays == {digest("a"): "protected"}


def test_indexes_that_hold_each_other_stay_though_a_policy_matches_them() -> None:
    """R17: one of them would have to go before itself."""
    ring = [image("a", "v1", children=["b"]), image("b", "v2", children=["a"]), image("c", "v3")]
    goes, stays = images_decided(policies(STALE), contents(*ring))
    assert [each.image.digest for each in goes] == [digest("c")]
    assert stays == dict.fromkeys([digest("a"), digest("b")], "subject-unknown")


def test_what_a_ring_holds_stays_with_it() -> None:
    ring = [
        image("a", "v1", children=["b", "k"]),
        image("b", "v2", children=["a"]),
        image("k"),
        image("t", "v3"),
    ]
    goes, stays = images_decided(policies(STALE), contents(*ring))
    assert [each.image.digest for each in goes] == [digest("t")]
    assert digest("k") in stays


@pytest.mark.parametrize("labels", list(permutations("abc")))
def test_nested_indexes_go_outermost_first_whatever_their_digests(labels: tuple[str, str, str]) -> None:
    """R16."""
    outer, inner, child = labels
    world = contents(image(outer, "v1", children=[inner]), image(inner, children=[child]), image(child))
    goes, _ = images_decided(policies(STALE), world)
    ranks = {each.image.digest: each.rank for each in goes}
    assert ranks == {digest(outer): INDEX_RANK, digest(inner): INDEX_RANK + 1, digest(child): IMAGE_RANK}
    assert {each.image.digest: each.reason for each in goes}[digest(child)] == "child-of"


@pytest.mark.parametrize("labels", list(permutations("abc")))
def test_nested_indexes_below_a_kept_one_stay_whatever_their_digests(labels: tuple[str, str, str]) -> None:
    outer, inner, child = labels
    world = contents(
        image(outer, "v1", days=1, children=[inner]), image(inner, "v2", children=[child]), image(child)
    )
    goes, stays = images_decided(policies(STALE), world)
    assert goes == []
    assert stays == {
        digest(outer): "not-matched", digest(inner): "child-of-kept", digest(child): "child-of-kept",
    }  # fmt: skip


@pytest.mark.parametrize("reference", [uri("a"), uri(":v1"), uri(":gone")])
def test_what_a_deleted_service_names_waits_for_it_however_it_names_it(reference: str) -> None:
    """R12."""
    failed = policy("failed", Kind.SERVICE, OLD)
    web = service("web", failed=True, images=(reference,))
    goes, _ = images_decided(policies(failed, STALE), contents(image("a", "v1")), workloads(web))
    assert [each.waits for each in goes] == [(str(web.name),)]


def test_a_package_is_protected_by_its_name_and_no_other_with_it() -> None:
    """R11."""
    rules = policies(STALE, protect={"names": ("team/*",)})
    goes, stays = images_decided(rules, contents(image("a", package="team/api"), image("a", package="app")))
    assert [each.image.package for each in goes] == ["app"]
    assert stays == {digest("a"): "protected"}


def test_keep_of_a_policy_that_may_not_delete_holds_all_the_same() -> None:
    """R9, and a policy that names another package holds none of this one."""
    keeper = policy("keeper", Kind.IMAGE, NameIs(("app",)), keep=Retention(latest=1))
    world = contents(image("a", days=9), image("b", days=10), image("a", package="other", days=9))
    goes, stays = images_decided(policies(STALE, keeper), world)
    assert {(each.image.package, each.image.digest) for each in goes} == {
        ("app", digest("b")),
        ("other", digest("a")),
    }
    assert stays == {digest("a"): "keep-latest"}


def test_a_guard_stands_against_every_policy_but_two_that_say_more() -> None:
    """R14, R17."""
    name = RepositoryName("p", "us", "gcr.io")
    literal = Policy("l", Kind.IMAGE, All((RepositoryIs(("gcr.io",)),)), managed=True)
    typed = policy("t", Kind.IMAGE, ArtifactTypeIs(("x/*",)))
    for guard in KeepReason:
        assert forbids_image(name, STALE, guard)
        assert forbids_image(name, literal, guard) is (guard is not KeepReason.GOOGLE_MANAGED)
        assert forbids_image(name, typed, guard) is (guard is not KeepReason.SUBJECT_UNKNOWN)


def test_what_may_stay_though_it_would_go_stays_with_what_it_holds() -> None:
    """As an announced date holds it (policy/deciding/grace.py)."""
    held = digest("idx")

    def holding(package: str, images: list[Image], kept: Kept, goes: Going) -> bool:
        found = goes.pop(held, None)
        kept.update({held: KeepReason.GRACE} if found else {})
        return found is not None

    repo, file = repository(), policies(STALE)
    images = [image("idx", "v1", children=["kid"]), image("kid"), image("other")]
    used = usage(Workloads(), {}, (), {repo.name: repo})
    rules = image_rules(context(file), repo, contents(*images), used, holding)
    verdicts = decide_images(rules, images, want_names=False)
    assert [each.image.digest for each in verdicts.goes] == [digest("other")]
    assert verdicts.kept == {KeepReason.GRACE: 1, KeepReason.CHILD_OF_KEPT: 1}


def test_the_subject_of_an_artifact_in_another_package_is_kept() -> None:
    """R40: the artifact of unknown subject stays, and Google refuses to delete what it is about."""
    images = (
        image("a", days=30),
        image("b", days=30),
        image("sbom", package="sboms", artifact_type="x/sbom"),
    )
    world = contents(*images, subjects={("sboms", digest("sbom")): digest("a")})
    goes, stays = images_decided(policies(STALE), world)
    assert [each.image.digest for each in goes] == [digest("b")]
    assert stays == {digest("a"): "child-of-kept", digest("sbom"): "subject-unknown"}


def decide(asked: Context, *images: Image) -> ImageVerdicts:
    used = usage(workloads(), {}, (), {})
    return decide_images(
        image_rules(asked, repository(), contents(*images), used), list(images), want_names=True
    )


def test_images_that_some_policy_did_not_deny_are_open_in_every_package() -> None:
    asked = context(policies(policy("v", Kind.IMAGE, TagsMatch(("v*",)))))
    images = [
        image("a", "v1"),
        image("b", "w1"),
        image("c", "v1", package="other"),
        image("d", package="other"),
    ]
    assert decide(asked, *images).open == [images[0], images[2]]


class Heard:
    """A tracer that remembers the packages that it is shown."""

    def __init__(self) -> None:
        self.packages: list[list[Image]] = []

    def case(self, name: str, case: object) -> None: ...

    def package(self, rules: object, images: list[Image], weighed: object) -> None:
        self.packages.append(images)


def test_a_tracer_is_shown_every_package() -> None:
    heard = Heard()
    images = [image("a"), image("b", package="other")]
    decide(context(policies(policy("v", Kind.IMAGE, TagsMatch(("v*",)))), tracer=heard), *images)
    assert heard.packages == [[each] for each in images]


def test_an_expression_that_fails_of_an_image_is_told() -> None:
    asked = context(policies(policy("e", Kind.IMAGE, Expr("int(resource.name) > 1", "e"))))
    decide(asked, image("a"))
    assert [line.partition(",")[0] for line in asked.failures.lines()] == [
        "policy e: its expr failed for 1 resource"
    ]
