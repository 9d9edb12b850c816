"""What takes a place in `keep`, end to end: shapes of real registries (R36, R39)."""

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Swept, image, uri, world

RULES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
"""


def deleted(swept: Swept, *labels: str) -> set[str]:
    """Which of these images the sweep deleted."""
    names = {name.rpartition("/")[2] for name in swept.names}
    assert all(action["outcome"] == "deleted" for action in swept.actions)
    return {label for label in labels if digest(label) in names}


def test_arch_suffixed_tags(place: Placing) -> None:
    """R36: a platform with a tag of its own shares the place of its index, as manifest tools push them."""
    images = [
        line
        for n in range(5, 1, -1)
        for line in (
            image(f"i{n}", f"v{n}", age=f"{90 - n}d ago", children=f"[a{n}, r{n}]"),
            image(f"a{n}", f"v{n}-amd64", age=f"{90 - n}d ago"),
            image(f"r{n}", f"v{n}-arm64", age=f"{90 - n}d ago"),
        )
    ]
    rules = RULES + "- {name: old, kind: artifact.image, when: {older_than: 30d}, keep: {latest: 3}}\n"
    here = place(world(*images))
    swept = here.sweep("--apply", policies=rules)
    assert deleted(swept, *(f"{kind}{n}" for kind in "iar" for n in range(2, 6))) == {"i2", "a2", "r2"}
    assert swept.kept("artifact.image") == {"keep-latest": 3, "child-of-kept": 6}
    assert here.sweep("--apply", policies=rules).names == []


def test_a_nested_index_and_a_shared_platform_take_no_place(place: Placing) -> None:
    """R36: both are tagged; the platform is in two indexes, of which the older one is deleted."""
    images = [
        image("outer", "v3", age="40d ago", children="[inner]"),
        image("inner", "v3-linux", age="40d ago", children="[shared]"),
        image("shared", "base", age="40d ago"),
        image("v2", "v2", age="50d ago"),
        image("v1", "v1", age="60d ago", children="[shared]"),
    ]
    rules = RULES + "- {name: old, kind: artifact.image, when: {older_than: 30d}, keep: {latest: 2}}\n"
    swept = place(world(*images)).sweep("--apply", policies=rules)
    assert deleted(swept, "outer", "inner", "shared", "v2", "v1") == {"v1"}
    assert swept.kept("artifact.image") == {"keep-latest": 2, "child-of-kept": 2}


GONE = digest("long-gone").replace(":", "-")
# Two releases, and what is newer and no release: referrers of unknown subject, and a chart.
RELEASES = (image("r2", "v1.2.0", age="60d ago"), image("r1", "v1.1.0", age="70d ago"))
NO_RELEASES = {
    "oci": image("oci", age="9d ago", artifact_type="application/vnd.example.sig", size="900MB"),
    "tagged": image(
        "tagged", "signed", age="9d ago", artifact_type="application/vnd.example.sig", size="900MB"
    ),
    "cosign": image("cosign", f"{GONE}.sig", age="9d ago", size="900MB"),
    "chart": image(
        "chart", "chart-1.9.0", age="9d ago", artifact_type="application/vnd.cncf.helm.config.v1+json"
    ),
}


@pytest.mark.parametrize(
    "keep", ["{latest: 2}", "{latest: 2, per: {semver: major}}", "{latest: 2, per: {tag: '^(.)'}}"]
)
def test_signatures_whose_subject_is_unknown_push_out_no_release(place: Placing, keep: str) -> None:
    """R36."""
    rules = f"{RULES}- {{name: old, kind: artifact.image, when: {{older_than: 1d}}, keep: {keep}}}\n"
    here = place(world(*RELEASES, *NO_RELEASES.values()))
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == []
    assert swept.kept("artifact.image") == {"keep-latest": 2, "subject-unknown": 4}


def test_signatures_whose_subject_is_unknown_hide_no_large_release(place: Placing) -> None:
    """R36: with `largest`, a place is what may be deleted."""
    rules = f"{RULES}- {{name: big, kind: artifact.image, when: {{older_than: 30d, largest: 1}}}}\n"
    images = [
        image("big", "a", size="800MB"),
        image("small", "b", size="5MB", age="60d ago"),
        *NO_RELEASES.values(),
    ]
    images += [
        image("index", "c", size="700MB", age="60d ago", children="[platform]"),
        image("platform", "d", size="790MB"),
    ]
    rules = rules.replace("30d", "20d")
    assert deleted(
        place(world(*images)).sweep("--apply", policies=rules), "big", "small", "index", *NO_RELEASES
    ) == {"big"}


def test_an_image_of_a_type_takes_a_place_of_the_policy_that_names_its_type(place: Placing) -> None:
    """R36."""
    charts = [
        image(
            f"c{n}",
            f"1.{n}.0",
            age=f"{90 - n}d ago",
            artifact_type="application/vnd.cncf.helm.config.v1+json",
        )
        for n in (1, 2, 3)
    ]
    when = 'when: {artifact_type: "application/vnd.cncf.*"}'
    rules = f"{RULES}- {{name: charts, kind: artifact.image, {when}, keep: {{latest: 2}}}}\n"
    swept = place(world(*charts, *RELEASES)).sweep("--apply", policies=rules)
    assert deleted(swept, "c1", "c2", "c3", "r1", "r2") == {"c1"}


def test_the_newest_by_upload_and_the_newest_by_update_are_kept(place: Placing) -> None:
    """R37: the tag `live` was moved back to an old image."""
    images = [
        image("new", "b3", age="40d ago"),
        image("mid", "b2", age="50d ago"),
        image("live", "live", age="300d ago", updated="35d ago"),
    ]
    rules = RULES + "- {name: old, kind: artifact.image, when: {older_than: 1d}, keep: {latest: 1}}\n"
    assert deleted(place(world(*images)).sweep("--apply", policies=rules), "new", "mid", "live") == {"mid"}


def test_the_subject_of_a_signature_that_must_stay_is_kept(place: Placing) -> None:
    """R40: Google refuses to delete it, every night."""
    images = [
        image("subject"),
        image("sig", "signed", subject="subject", artifact_type="application/vnd.example.sig"),
        image("child-of-subject"),
        image("plain"),
    ]
    images[0] = image("subject", children="[child-of-subject]")
    rules = RULES + "- {name: all, kind: artifact.image, when: {older_than: 1d}}\n"
    here = place(world(*images, repository=", immutable_tags: true"))
    swept = here.sweep("--apply", policies=rules)
    assert (swept.code, deleted(swept, "subject", "sig", "child-of-subject", "plain")) == (0, {"plain"})
    assert swept.kept("artifact.image") == {"immutable-tags": 1, "child-of-kept": 2}


BROKEN = f"""{{web: {{created: 300d ago, updated: 1d ago, image: "{uri("@bad")}", revisions: [
  {{name: web-9, created: 1d ago, state: failed}}, {{name: web-8, created: 2d ago, state: failed}},
  {{name: web-7, created: 3d ago, state: failed}}, {{name: web-6, created: 4d ago, state: failed}},
  {{name: web-5, created: 5d ago, state: failed}}, {{name: web-4, created: 40d ago, image: "{uri("@g4")}"}},
  {{name: web-3, created: 50d ago, state: retired, retired: 40d ago, image: "{uri("@g3")}"}},
  {{name: web-2, created: 60d ago, state: retired, retired: 50d ago, image: "{uri("@g2")}"}}],
  traffic: [{{revision: web-4, percent: 100}}]}}}}"""


@pytest.mark.parametrize("keep", ["latest", "rollback"])
def test_rollback_after_failures(place: Placing, keep: str) -> None:
    """R36: five broken deploys take no place, so that one can still go back."""
    rules = f"{RULES}- {{name: retired, kind: run.revision, when: {{status: retired, older_than: 30d}}, keep: {{{keep}: 3}}}}\n"
    rules += "- {name: images, kind: artifact.image, when: {unused: true, older_than: 1h}}\n"
    here = place(world(image("g3", "r3", age="50d ago"), image("g2", "r2", age="60d ago"), services=BROKEN))
    assert here.sweep("--apply", policies=rules).names == []
    fewer = here.sweep("--apply", policies=rules.replace("3}", "2}"))
    assert fewer.outcomes == {"web-2": "deleted", digest("g2"): "deleted"}


VARIANTS = {
    "old": "1.9.0", "old-alpine": "1.9.0-alpine", "cur": "2.0.0", "cur-alpine": "2.0.0-alpine",
    "cur-slim": "2.0.0-slim-bookworm", "p1": "2.1.0", "p1-alpine": "2.1.0-alpine",
}  # fmt: skip


def test_variant_suffix(place: Placing) -> None:
    """R39: 2.0.0-alpine is a variant of 2.0.0 and no prerelease of it."""
    here = place(world(*(image(label, tag, age="300d ago") for label, tag in VARIANTS.items())))
    per = (
        "- {name: k, kind: artifact.image, when: {older_than: 1h}, keep: {latest: 1, per: {semver: minor}}}\n"
    )
    assert deleted(here.sweep("--apply", policies=RULES + per), *VARIANTS) == set()
    old = "- {name: old, kind: artifact.image, when: {tags_semver: <2, older_than: 180d}}\n"
    assert deleted(here.sweep("--apply", policies=RULES + old), *VARIANTS) == {"old", "old-alpine"}
    assert here.sweep("--apply", policies=RULES + old).names == []


def test_tags_that_are_no_versions_keep_their_image_wherever_a_rule_asks_for_versions(place: Placing) -> None:
    """R39: dates, hashes and floating tags."""
    tags = ("latest", "1.2", "20240101", "2024.01.05", "1a2b3c4", "7e10")
    here = place(world(*(image(tag, f"'{tag}'") for tag in tags), image("1.2.3", "1.2.3")))
    for when in ("when: {tags_semver: <2}", "when: {not: {tags_semver: '>=2'}}"):
        swept = here.sweep(policies=f"{RULES}- {{name: p, kind: artifact.image, {when}}}\n")
        assert planned(swept) == [digest("1.2.3")]
        assert swept.kept("artifact.image") == {"version-unreadable": len(tags)}
    per = "keep: {latest: 1, per: {semver: major, latest: 1}}"
    swept = here.sweep("--apply", policies=f"{RULES}- {{name: p, kind: artifact.image, {per}}}\n")
    assert swept.names == []
    assert swept.kept("artifact.image") == {"version-unreadable": len(tags), "keep-latest": 1}


def planned(swept: Swept) -> list[str]:
    return [name.rpartition("/")[2] for name in swept.names]


def test_a_time_in_the_future_takes_no_place(place: Placing) -> None:
    """R5: the images with such a time are kept, and push out no release by upload or by update."""
    images = [
        image("uploaded", "v9", age="in 20d"),
        image("updated", "v8", age="95d ago", updated="in 20d"),
        image("promoted", "v7", age="90d ago", updated="40d ago"),
        image("newest", "v6", age="60d ago"),
        image("old", "v5", age="80d ago"),
    ]
    rules = RULES + "- {name: old, kind: artifact.image, when: {older_than: 30d}, keep: {latest: 1}}\n"
    here = place(world(*images))
    labels = ("uploaded", "updated", "promoted", "newest", "old")
    assert deleted(here.sweep("--apply", policies=rules), *labels) == {"old"}
    assert here.sweep("--apply", policies=rules).names == []


def test_the_opposite_of_a_range_does_not_match_a_candidate_for_it(place: Placing) -> None:
    """R39: 2.0.0-rc.1 is below 2.0.0, and `not: >=2` does not speak of it."""
    images = [image("rc", "2.0.0-rc.1", age="90d ago"), image("one", "1.0.0", age="90d ago")]
    when = "when: {older_than: 30d, not: {tags_semver: '>=2'}}"
    swept = place(world(*images)).sweep(
        "--apply", policies=f"{RULES}- {{name: old, kind: artifact.image, {when}}}\n"
    )
    assert deleted(swept, "rc", "one") == {"one"}


def test_the_subject_of_an_artifact_in_another_package_is_kept(place: Placing) -> None:
    """R40: the artifact stays, so Google would refuse to delete its subject every night."""
    images = [
        image("subject", "v1", age="90d ago", children="[child]"),
        image("child", age="90d ago"),
        image("free", "v0", age="90d ago"),
        image("sbom", package="sboms", subject="app@subject", artifact_type="application/spdx+json"),
    ]
    rules = RULES + "- {name: old, kind: artifact.image, when: {older_than: 30d}}\n"
    swept = place(world(*images)).sweep("--apply", policies=rules)
    assert (swept.code, deleted(swept, "subject", "child", "free", "sbom")) == (0, {"free"})
    assert swept.kept("artifact.image") == {"child-of-kept": 2, "subject-unknown": 1}
