"""Policies of images, versions, tags, packages and repositories whose every match a guard holds are named too (R34)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import libs, versions
from tests.sweep.sweeping import Swept, image, uri, world

INDEX = image("list", "v1", children="[amd, arm]")
MULTI_ARCH = world(INDEX, image("amd"), image("arm"), image("b", "v2"), repository=", immutable_tags: true")


def policies(kind: str, when: str, more: str = "", others: str = "") -> str:
    return f"""\
version: 1
scope: {{projects: [p]}}
limits: {{max_share: 100%}}
{more}
policies:
  - {{name: mine, kind: {kind}, when: {when}}}
{others}
"""


def said(swept: Swept) -> list[str]:
    return [notice for notice in swept.document["notices"] if notice.startswith("mine: ")]


KEEPS_ONE = (
    "  - {name: three, kind: artifact.image, deletes: false, when: {repository: r}, keep: {latest: 1}}"
)
OLD = "{older_than: 7d}"
HELD = {
    "images by protect.tags": (
        world(image("a", "v1"), image("b", "v2")),
        policies("artifact.image", OLD, 'protect: {tags: ["v*"]}'),
        "mine: 2 match but are protected; see `protect` in the policy file",
    ),
    "images by immutable tags, each once with its children": (
        MULTI_ARCH,
        policies("artifact.image", OLD),
        "mine: 2 match but are in a repository with immutable tags; only untagged images are deleted there",
    ),
    "images of a repository of Google's": (
        world(image("a"), repository=", labels: {goog-managed-by: cloudfunctions}"),
        policies("artifact.image", OLD),
        "mine: 1 matches but is managed by Google; add `managed: true` and its literal name",
    ),
    "artifacts about an unknown image": (
        world(image("a", artifact_type="application/x", package="only")),
        policies("artifact.image", OLD),
        "mine: 1 matches but is an artifact about an unknown image; add `orphaned: true` or an `artifact_type`",
    ),
    "versions by their tags": (
        libs(f"{{left: {versions('1.0.0 tags: [latest]', '2.0.0 tags: [next]')}}}"),
        policies("artifact.version", OLD),
        "mine: 2 match but are tagged; remove the tags first, with a policy for artifact.tag",
    ),
    "tags by immutable tags": (
        MULTI_ARCH,
        policies("artifact.tag", '{tags: "v*"}'),
        "mine: 2 match but are in a repository with immutable tags; only untagged images are deleted there",
    ),
    "tags by keep.tagged": (
        world(image("a", "v1")),
        policies(
            "artifact.tag", '{tags: "v*"}',
            others="  - {name: releases, kind: artifact.image, deletes: false, when: {repository: r}, keep: {tagged: v1}}",
        ),
        "mine: 1 matches but is named by `keep.tagged`; such a tag is never removed",
    ),
    "tags of signatures": (
        world(image("a", "v1"), image("s", f"sha256-{'0' * 64}.sig")),
        policies("artifact.tag", '{tags: "sha256-*"}'),
        "mine: 1 matches but is the tag of a signature or another artifact; such a tag is deleted with its artifact",
    ),
    "packages by what a keep holds": (
        world(image("a", "v1"), image("b", "v2")),
        policies("artifact.package", '{name: "ap*", older_than: 7d}', others=KEEPS_ONE),
        "mine: 1 matches but has content that a `keep` holds; write its literal name to delete it anyway",
    ),
    "packages with a protected version": (
        libs(f"{{left: {versions('1.0.0 tags: [latest]')}}}"),
        policies("artifact.package", OLD, "protect: {tags: [latest]}"),
        "mine: 1 matches but has protected content; see `protect` in the policy file",
    ),
    "repositories of another format": (
        libs(f"{{left: {versions('1.0.0')}}}"),
        policies("artifact.repository", '{name: "*", older_than: 7d}'),
        "mine: 2 match but are not of the docker format; write a policy for packages or versions",
    ),
    "the repository that all services of a region share": (
        world(image("a")).replace("repositories: {r:", "repositories: {cloud-run-source-deploy:"),
        policies("artifact.repository", '{name: "cloud-*", older_than: 7d}'),
        "mine: 1 matches but is shared by all services of a region; add `name: cloud-run-source-deploy`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HELD)
def test_a_policy_whose_every_match_a_guard_holds_is_named_with_the_way_out(
    place: Placing, case: str
) -> None:
    made, rules, note = HELD[case]
    swept = place(made).sweep(policies=rules)
    assert (swept.code, swept.actions) == (0, [])
    assert said(swept) == [note]


FREE = {
    "another image is deleted": (
        world(image("a", "v1"), image("b", "x")),
        policies("artifact.image", OLD, 'protect: {tags: ["v*"]}'),
    ),
    "an image in use is in nobody's way": (
        world(image("a", "v1"), image("b"), services=f'{{web: {{image: "{uri("@b")}"}}}}'),
        policies("artifact.image", OLD, 'protect: {tags: ["v*"]}'),
    ),
    "what a keep holds is kept on purpose": (
        world(image("a", "v1")),
        policies("artifact.image", OLD + ", keep: {latest: 1}"),
    ),
    "a version without a tag is deleted": (
        libs(f"{{left: {versions('1.0.0 tags: [latest]', '0.9.0')}}}"),
        policies("artifact.version", OLD),
    ),
    "a young package waits": (
        libs(f"{{left: {versions('1.0.0 created: 5m ago')}}}"),
        policies("artifact.package", "{name: left}"),
    ),
    "a repository with an image in use waits": (
        world(image("a", "v1"), services=f'{{web: {{image: "{uri("@a")}"}}}}'),
        policies("artifact.repository", '{name: "r*", older_than: 7d}'),
    ),
}


@pytest.mark.parametrize("case", FREE)
def test_a_policy_of_which_a_match_is_deleted_or_only_waits_is_not_named(place: Placing, case: str) -> None:
    made, rules = FREE[case]
    swept = place(made).sweep(policies=rules)
    assert swept.code == 0
    assert said(swept) == []


def test_the_way_out_of_a_shared_repository_deletes_it(place: Placing) -> None:
    made, rules, _ = HELD["the repository that all services of a region share"]
    swept = place(made).sweep(policies=rules.replace('"cloud-*"', "cloud-run-source-deploy"))
    assert [action["kind"] for action in swept.actions] == ["artifact.repository"]
    assert said(swept) == []


def test_what_another_policy_deletes_is_no_match_that_a_guard_holds(place: Placing) -> None:
    """In the file's order the first deletes it; the second would."""
    first = "  - {name: first, kind: artifact.image, when: {older_than: 7d}}"
    rules = policies("artifact.image", OLD, 'protect: {tags: ["v*"]}').replace(
        "policies:\n", f"policies:\n{first}\n"
    )
    swept = place(world(image("a", "v1"), image("b", "x"))).sweep(policies=rules)
    assert len(swept.actions) == 1
    assert said(swept) == []
