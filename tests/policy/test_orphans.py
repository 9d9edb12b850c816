"""`orphaned`, and what artifacts about images elsewhere keep (R40)."""

from datetime import timedelta
from pathlib import Path

import pytest

from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Contents, Image
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.contents import ArtifactTypeIs
from janitor.policy.conditions.names import NameIs
from janitor.policy.conditions.use import Orphaned
from janitor.policy.deciding.image_rules import artifacts_held
from janitor.policy.deciding.images import Goes, decide_images, image_rules, subjects_elsewhere
from janitor.policy.deciding.orphaned import Presence, asks_for_orphans, orphan_test, waits_for_others
from janitor.policy.deciding.references import usage
from janitor.policy.deciding.retention import by_package
from tests.deciding import context, images_decided
from tests.making import contents, digest, image, policies, policy, repository, workloads
from tests.policy.test_document_mistakes import of_policy

OLD = policy("old", Kind.IMAGE, OlderThan(timedelta(days=1)))


def signs(*labels: str) -> tuple[str, ...]:
    return tuple(digest(label).replace(":", "-") + ".sig" for label in labels)


def seen(*images: Image, complete: bool = True) -> Presence:
    presence = Presence()
    presence.add(images)
    presence.close(complete)
    return presence


def answer(found: Contents, label: str, presence: Presence) -> bool | None:
    asked = next(each for each in found.images if each.digest == digest(label))
    return orphan_test(by_package(found.images), found.subjects, presence)(asked).holds


PLAIN = image("plain")
ELSEWHERE = image("gone", package="other")


@pytest.mark.parametrize(
    ("found", "presence", "holds"),
    [
        (contents(PLAIN, image("s", *signs("gone"))), seen(PLAIN), True),
        (contents(PLAIN, image("s", *signs("gone"))), seen(PLAIN, ELSEWHERE), False),
        (contents(PLAIN, image("s", *signs("gone"))), seen(PLAIN, complete=False), None),
        (contents(PLAIN, image("s", *signs("gone"))), seen(image("idx", children=("gone",))), False),
        (contents(PLAIN, image("s", *signs("plain"))), seen(PLAIN), False),
        (contents(PLAIN, image("s", *signs("gone", "plain"))), seen(PLAIN), False),
        (contents(PLAIN, image("s", *signs("gone", "gone-too"))), seen(PLAIN), True),
        (contents(PLAIN, image("s", *signs("gone", "else"))), seen(PLAIN, image("else")), False),
        (contents(image("s", *signs("gone"))), seen(), None),
        (contents(image("t", artifact_type="x/y"), image("s", *signs("gone"))), seen(), None),
        (contents(PLAIN, image("s", artifact_type="x/y")), seen(PLAIN), None),
        (contents(PLAIN, image("s", "v1", *signs("gone"))), seen(PLAIN), None),
        (contents(PLAIN, image("s", "v1", *signs("gone"), artifact_type="x/y")), seen(PLAIN), True),
        (
            contents(PLAIN, image("s", "v1"), subjects={("app", digest("s")): digest("gone")}),
            seen(PLAIN),
            True,
        ),
        (contents(PLAIN, image("s")), seen(PLAIN), False),
        (contents(PLAIN, image("s"), subjects={("app", digest("s")): digest("gone")}), seen(PLAIN), True),
        (
            contents(PLAIN, image("s"), subjects={("app", digest("s")): "projects/p/locations/l"}),
            seen(PLAIN),
            False,
        ),
        (contents(PLAIN, image("s", *signs("s"))), seen(PLAIN, image("s")), False),
    ],
)
def test_an_artifact_is_orphaned_only_where_every_subject_is_known_to_be_gone(
    found: Contents, presence: Presence, holds: bool | None
) -> None:
    assert answer(found, "s", presence) is holds


def test_a_package_of_an_index_of_artifacts_holds_nothing_else() -> None:
    index = image("s", *signs("gone")[:1], children=["bundle"])
    assert answer(contents(index, image("bundle")), "s", seen()) is None


def test_nothing_is_gone_before_all_was_read() -> None:
    presence = Presence()
    assert not presence.is_gone(digest("x"))
    presence.close(complete=True)
    assert presence.is_gone(digest("x"))


def test_an_artifact_about_several_images_stays_while_one_of_them_stays() -> None:
    young = image("young", days=0.1)
    found = contents(young, image("going"), image("s", *signs("young", "going")))
    goes, stays = images_decided(policies(OLD), found)
    assert goes == []
    assert stays == {digest("young"): "not-matched"} | dict.fromkeys(
        (digest("s"), digest("going")), "child-of-kept"
    )
    goes, _ = images_decided(policies(OLD), contents(image("a"), image("b"), image("s", *signs("a", "b"))))
    assert len(goes) == 3


def test_an_artifact_about_an_image_that_is_not_here_too_stays() -> None:
    goes, stays = images_decided(policies(OLD), contents(image("a"), image("s", *signs("a", "elsewhere"))))
    assert goes == []
    assert stays == {digest("s"): "subject-unknown", digest("a"): "child-of-kept"}


def test_only_artifacts_about_images_outside_of_their_package_wait_for_other_repositories() -> None:
    assert not waits_for_others(contents(PLAIN, image("s", *signs("plain"))))
    assert waits_for_others(contents(PLAIN, image("s", *signs("gone"))))
    assert waits_for_others(contents(PLAIN, image("s", *signs("plain"), package="sigs")))
    assert not waits_for_others(contents(PLAIN, image("typed", artifact_type="x/y")))


def held(found: Contents, presence: Presence | None, *packages: str) -> set[KeepReason]:
    use = usage(workloads(), {}, (), {})
    rules = image_rules(context(policies(OLD)), repository(), found, use, presence=presence)
    return artifacts_held(rules, {each: by_package(found.images)[each] for each in packages})


SIGNED = contents(PLAIN, image("s", *signs("plain"), package="sigs"), image("x", package="sigs"))
STRAY = contents(PLAIN, image("s", *signs("gone"), package="sigs"), image("x", package="sigs"))


@pytest.mark.parametrize(
    ("found", "presence", "packages", "reasons"),
    [
        (SIGNED, None, ("sigs",), {KeepReason.HOLDS_REFERRER}),
        (SIGNED, seen(PLAIN), ("sigs",), {KeepReason.HOLDS_REFERRER}),
        (SIGNED, None, ("app", "sigs"), set()),
        (SIGNED, None, ("app",), set()),
        (STRAY, None, ("sigs",), {KeepReason.HOLDS_REFERRER}),
        (STRAY, seen(PLAIN), ("sigs",), set()),
        (STRAY, seen(PLAIN, complete=False), ("app", "sigs"), {KeepReason.HOLDS_REFERRER}),
        (
            contents(PLAIN, image("t", *signs("plain"), package="sigs")),
            None,
            ("sigs",),
            {KeepReason.HOLDS_REFERRER},
        ),
        (contents(image("c", artifact_type="x/chart")), None, ("app",), {KeepReason.HOLDS_SUBJECT_UNKNOWN}),
        (
            contents(image("c", artifact_type="x/chart"), image("s", *signs("gone"))),
            None,
            ("app",),
            {KeepReason.HOLDS_SUBJECT_UNKNOWN, KeepReason.HOLDS_REFERRER},
        ),
        (
            contents(image("s", *signs("gone")), image("c", artifact_type="x/chart")),
            None,
            ("app",),
            {KeepReason.HOLDS_SUBJECT_UNKNOWN, KeepReason.HOLDS_REFERRER},
        ),
        (contents(image("s", *signs("gone"))), None, ("app",), {KeepReason.HOLDS_REFERRER}),
        (contents(PLAIN, image("c", artifact_type="x/sbom")), None, ("app",), set()),
        (contents(image("s"), subjects={("app", digest("s")): "projects/p"}), None, ("app",), set()),
    ],
)
def test_what_is_about_an_image_elsewhere_holds_its_package_and_repository(
    found: Contents, presence: Presence | None, packages: tuple[str, ...], reasons: set[KeepReason]
) -> None:
    assert held(found, presence, *packages) == reasons


@pytest.mark.parametrize(
    "when", ["any: [{orphaned: true}]", "not: {orphaned: true}", "all: [{orphaned: true}]"]
)
def test_orphaned_stands_in_when_itself(tmp_path: Path, when: str) -> None:
    lines = of_policy(tmp_path, f"{{name: a, kind: artifact.image, when: {{older_than: 3d, {when}}}}}")
    assert "orphaned is allowed only directly in when," in lines[0]


def test_orphaned_false_cannot_be_said(tmp_path: Path) -> None:
    lines = of_policy(tmp_path, "{name: a, kind: artifact.image, when: {orphaned: false}}")
    assert "only `orphaned: true` is allowed:" in lines[0]


def test_what_was_added_is_there_after_all_was_read_whatever_its_digest_begins_with() -> None:
    highest, lowest = (PLAIN._replace(digest=f"sha256:{sign * 64}") for sign in ("f", "0"))
    presence = seen(highest, lowest)
    assert not presence.is_gone(highest.digest)
    assert not presence.is_gone(lowest.digest)
    assert presence.is_gone(PLAIN.digest)


def test_presence_is_asked_for_where_a_policy_of_images_says_orphaned() -> None:
    assert asks_for_orphans(policies(OLD, policy("o", Kind.IMAGE, Not(Orphaned()))))
    assert not asks_for_orphans(policies(OLD))


GONE = policy("gone", Kind.IMAGE, Orphaned())


def deleted(found: Contents, presence: Presence) -> list[Goes]:
    used = usage(workloads(), {}, (), {})
    typed = policy("typed", Kind.IMAGE, ArtifactTypeIs(("x/*",)))
    plain = policy("plain", Kind.IMAGE, NameIs(("third",)))
    asked = context(policies(GONE, typed, plain))
    rules = image_rules(asked, repository(), found, used, presence=presence)
    return decide_images(rules, found.images, want_names=False).goes


def test_an_orphaned_artifact_is_deleted_with_the_subjects_that_are_gone() -> None:
    orphan = image("s", *signs("gone", "gone-too"))
    (goes,) = deleted(contents(PLAIN, orphan), seen(PLAIN))
    assert goes.image == orphan
    assert goes.subjects == tuple(sorted((digest("gone"), digest("gone-too"))))


def test_what_is_deleted_for_another_reason_names_no_subject() -> None:
    about_here = image("t", *signs("there"), artifact_type="x/sbom")
    found = contents(PLAIN, about_here, image("p", package="third"))
    goes = deleted(found, seen(PLAIN, image("there")))
    assert {each.image.digest: each.subjects for each in goes} == {digest("t"): (), digest("p"): ()}


def test_the_subjects_of_artifacts_elsewhere_are_digests_that_are_not_among_them() -> None:
    attached = {("app", digest("b")): (digest("there"), "projects/p")}
    images = [PLAIN, image("a", *signs("plain", "far")), image("b")]
    assert subjects_elsewhere(images, attached) == tuple(sorted((digest("far"), digest("there"))))
    assert subjects_elsewhere(images, {}) == (digest("far"),)
    assert subjects_elsewhere(iter([PLAIN, image("a", *signs("plain"))]), {}) == ()
