"""`deletes: false`: a policy that deletes nothing and only protects (R49)."""

from datetime import timedelta
from pathlib import Path

import pytest

from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.conditions.tags import AnyTag, TagsMatch
from janitor.policy.deciding.images import holdings, image_rules
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.repositories import decide_repository
from janitor.policy.model import Policy, Retention
from tests.deciding import context, decided, images_decided
from tests.making import (
    contents,
    digest,
    image,
    job,
    policies,
    policy,
    repository,
    service,
    workloads,
)
from tests.policy.packaging import Shelf, package, version, written
from tests.policy.test_advice import image as images_of
from tests.policy.test_advice import of, revision
from tests.policy.test_advice import told as warned
from tests.policy.test_document_mistakes import of_policy
from tests.policy.test_inheritance import read

OLD = policy("old", Kind.IMAGE, OlderThan(timedelta(days=1)))


def keeping(*parts: object, keep: Retention | None = None, kind: Kind = Kind.IMAGE) -> Policy:
    return policy("keeper", kind, *parts, keep=keep, deletes=False)  # type: ignore[arg-type]


@pytest.mark.parametrize("keeper_first", [True, False])
def test_what_it_matches_stays_wherever_it_stands_in_the_file(keeper_first: bool) -> None:
    each = [OLD, keeping(AnyTag(("v*",)))]
    goes, stays = images_decided(
        policies(*(each[::-1] if keeper_first else each)), contents(image("a", "v1", "x"), image("b", "x"))
    )
    assert [each.image.digest for each in goes] == [digest("b")]
    assert stays == {digest("a"): "keep-policy"}


def test_with_keep_it_holds_only_what_keep_holds() -> None:
    found = contents(image("new", days=5), image("mid", days=6), image("old", days=7))
    goes, stays = images_decided(policies(OLD, keeping(keep=Retention(latest=2))), found)
    assert [each.image.digest for each in goes] == [digest("old")]
    assert set(stays.values()) == {"keep-latest"}


def test_it_deletes_nothing_by_itself_with_or_without_keep() -> None:
    found = contents(image("new", days=5), image("old", days=70))
    for keep in (None, Retention(latest=1)):
        goes, stays = images_decided(policies(keeping(keep=keep)), found)
        assert goes == []
    assert sorted(stays.values()) == ["keep-latest", "not-matched"]


def test_what_it_may_match_stays() -> None:
    """An unknown age or another tag is no reason to delete."""
    tagged = keeping(TagsMatch(("v*",)))
    goes, stays = images_decided(policies(OLD, tagged), contents(image("a", "v1", "other")))
    assert (goes, stays) == ([], {digest("a"): "keep-policy"})
    aged = keeping(OlderThan(timedelta(days=90)))
    all_of_them = policy("all", Kind.IMAGE, NameIs(("*",)))
    goes, stays = images_decided(policies(all_of_them, aged), contents(image("a", days=None)))
    assert (goes, stays) == ([], {digest("a"): "keep-policy"})


def test_a_child_of_an_index_that_goes_stays_where_it_is_matched() -> None:
    found = contents(image("index", "x", children=["child", "other"]), image("child", size=5), image("other"))
    only = keeping(ArtifactTypeIs(("y",)))
    goes, _ = images_decided(policies(OLD, only), found)
    assert len(goes) == 3
    typed = contents(
        *(i._replace(artifact_type="y") if i.digest == digest("child") else i for i in found.images)
    )
    goes, stays = images_decided(policies(OLD, only), typed)
    assert {each.image.digest for each in goes} == {digest("index"), digest("other")}
    assert stays == {digest("child"): "keep-policy"}


def test_a_protection_is_named_before_it() -> None:
    file = policies(OLD, keeping(), protect={"tags": ("v*",)})
    assert images_decided(file, contents(image("a", "v1")))[1] == {digest("a"): "protected"}


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        (Kind.SERVICE, service("web", failed=True)),
        (Kind.JOB, job("web", failed=True)),
    ],
    ids=lambda each: str(each)[:12],
)
def test_workloads_that_it_matches_stay(kind: Kind, thing: object) -> None:
    going = policy("going", kind, StatusIs((Status.FAILED,)))
    world = workloads(thing)  # type: ignore[arg-type]
    assert decided(policies(going), world)["web"] == "delete: failed"
    assert decided(policies(going, keeping(NameIs(("web",)), kind=kind)), world)["web"] == "keep-policy"


@pytest.mark.parametrize(("glob", "reason"), [("r*", KeepReason.HOLDS_RETAINED), ("r", None)])
def test_an_image_that_it_holds_keeps_its_repository_but_for_a_literal_name(
    glob: str, reason: KeepReason | None
) -> None:
    """R13, as for every `keep`."""
    file = policies(policy("gone", Kind.REPOSITORY, NameIs((glob,))), keeping(AnyTag(("v*",))))
    found = contents(image("a", "v1"))
    use = usage(workloads(), {}, (), {})
    rules = image_rules(context(file), repository(), found, use)
    held, _ = holdings(rules, found.images)
    decision = decide_repository(context(file), repository(), found, held, False)
    assert decision.reason == (reason or "matched")


def test_packages_versions_and_tags_that_it_matches_stay() -> None:
    file = written(
        "kind: artifact.version, when: {older_than: 30d}",
        "kind: artifact.version, deletes: false, when: {expr: \"resource.version == '1.0.0'\"}",
        "kind: artifact.package, when: {older_than: 30d}",
        "kind: artifact.package, deletes: false, when: {name: kept}",
    )
    shelf = Shelf(
        file, [package(version("1.0.0"), version("2.0.0")), package(version("3.0.0"), short="kept")]
    )
    assert shelf.decided_versions() == {
        "1.0.0": "keep-policy",
        "2.0.0": "delete: a, older-than",
        "3.0.0": "delete: a, older-than",
    }
    assert shelf.decided_packages() == {"web": "holds-retained", "kept": "keep-policy"}
    tags = written(
        "kind: artifact.tag, when: {name: app}", "kind: artifact.tag, deletes: false, when: {tags: 'v*'}"
    )
    tagged = Shelf(tags, images=[image("a", "v1", "pr-1")])
    assert tagged.decided_tags() == {"v1": "keep-policy", "pr-1": "delete: a, matched"}


def test_grace_and_managed_beside_it_are_refused(tmp_path: Path) -> None:
    for key in ("grace: 7d", "managed: true"):
        found = of_policy(
            tmp_path, f"{{name: a, kind: artifact.image, deletes: false, {key}, when: {{name: r}}}}"
        )
        assert "a policy with `deletes: false` deletes nothing: remove one of them" in found[0]


def test_it_needs_no_age_beside_status_serving() -> None:
    """R15 is about what a policy may delete."""
    (one,) = read("{}", "{name: a, kind: run.service, deletes: false, when: {status: serving}}")
    assert not one.deletes


INHERITED = "{when: {older_than: 30d}, keep: {latest: 3}, grace: 7d}"


def test_without_a_keep_of_its_own_it_inherits_nothing() -> None:
    """It would keep less than it says."""
    (one,) = read(INHERITED, "{name: a, kind: artifact.image, deletes: false, when: {name: golden}}")
    assert (one.when.parts, one.keep, one.grace) == ((NameIs(("golden",)),), None, None)


def test_with_a_keep_of_its_own_it_inherits_all_but_grace() -> None:
    (one,) = read(INHERITED, "{name: a, kind: artifact.image, deletes: false, keep: {tagged: 'v*'}}")
    assert one.when.parts == (OlderThan(timedelta(days=30)),)
    assert (one.keep, one.grace) == (Retention(3, ("v*",)), None)


REST = "deletes everything that it selects except what `keep` holds: write `deletes: true` to confirm that, or `deletes: false`"


@pytest.mark.parametrize(
    "policy",
    [
        "{name: a, kind: artifact.image, keep: {latest: 3}}",
        "{name: a, kind: artifact.image, when: {repository: r, any: [{name: x}, {tagged: true}]}, keep: {latest: 3}}",
        "{name: a, kind: run.revision, when: {service: web}, keep: {latest: 3}}",
        "{name: a, kind: artifact.version, when: {format: npm}, keep: {latest: 3}}",
    ],
)
def test_validate_warns_where_keep_and_selectors_alone_delete_the_rest(tmp_path: Path, policy: str) -> None:
    (line,) = warned(tmp_path, of(policy))
    assert REST in line
    for value in ("true", "false"):
        assert warned(tmp_path, of(policy.replace("kind:", f"deletes: {value}, kind:"))) == []


@pytest.mark.parametrize(
    "policy",
    [
        "{name: a, kind: artifact.image, when: {older_than: 3d}, keep: {latest: 3}}",
        "{name: a, kind: artifact.image, when: {name: x, any: [{unused: true}, {tagged: false}]}, keep: {latest: 3}}",
        "{name: a, kind: run.revision, when: {status: retired}, keep: {latest: 3}}",
    ],
)
def test_validate_says_nothing_where_a_condition_says_what_goes(tmp_path: Path, policy: str) -> None:
    assert warned(tmp_path, of(policy)) == []


def test_validate_warns_of_what_another_policy_keeps_wholly(tmp_path: Path) -> None:
    lines = warned(
        tmp_path, of(images_of("name: app, older_than: 9d"), images_of("name: 'a*'", "b", ", deletes: false"))
    )
    assert len(lines) == 1
    assert "a can never delete: b has `deletes: false` and keeps everything that it matches" in lines[0]
    apart = of(images_of("name: app, older_than: 9d"), images_of("name: 'b*'", "b", ", deletes: false"))
    assert warned(tmp_path, apart) == []


def test_validate_finds_it_neither_shadowing_nor_shadowed(tmp_path: Path) -> None:
    keeper = images_of("name: app", "b", ", deletes: false")
    assert warned(tmp_path, of(images_of("name: 'a*', older_than: 1d"), keeper)) == []
    assert warned(tmp_path, of(keeper, images_of("name: 'a*', older_than: 1d"))) == []


def test_validate_asks_no_status_that_could_be_deleted(tmp_path: Path) -> None:
    active = revision("status: active", ", deletes: false")
    assert warned(tmp_path, of(active)) == []
