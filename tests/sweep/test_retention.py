"""`keep` end to end: releases of each version, branches, and what a rollback needs with its images."""

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, uri, version, world

ALL = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
"""


def test_the_last_patches_of_the_last_minors_stay_whenever_they_were_pushed(place: Placing) -> None:
    """A patch of an old minor is pushed last; a tag that is no version keeps its image."""
    tags = {
        "1.1.9": "1d",
        "1.2.0": "50d",
        "1.2.1": "40d",
        "1.2.10": "30d",
        "1.3.0": "20d",
        "1.3.1-rc.1": "10d",
    }
    images = [image(tag, tag, age=f"{age} ago") for tag, age in tags.items()]
    images += [image("late", "nightly", age="2d ago"), image("bare", age="90d ago")]
    rules = ALL + "  - {name: p, kind: artifact.image, keep: {latest: 2, per: {semver: minor, latest: 2}}}\n"
    here = place(world(*images))
    swept = here.sweep("--apply", policies=rules)
    assert sorted(swept.names) == sorted([version("1.1.9"), version("1.2.0")])
    assert swept.kept("artifact.image") == {"keep-latest": 5, "version-unreadable": 1}
    assert len(here.google.world.names("versions")) == 6


def test_the_newest_of_each_branch_stays_with_its_children_and_signature(place: Placing) -> None:
    """Neither takes a place (R10); an image of two branches stays for either."""
    signature = digest("idx").replace(":", "-") + ".sig"
    images = [
        image("idx", "main-2", age="9d ago", children="[amd64]"), image("amd64", age="9d ago"),
        image("sig", signature, age="1d ago"), image("old", "main-1", age="10d ago"),
        image("both", "main-0", "release-7-a", age="11d ago"), image("gone", "release-7-0", age="12d ago"),
    ]  # fmt: skip
    per = "keep: {latest: 1, per: {tag: '^(main|release-\\d+)-'}}"
    swept = place(world(*images)).sweep(
        "--apply", policies=f"{ALL}  - {{name: p, kind: artifact.image, {per}}}\n"
    )
    assert sorted(swept.names) == sorted([version("gone"), version("old")])
    assert swept.kept("artifact.image") == {"child-of-kept": 2, "keep-latest": 2}


ROLLBACK = f"""{{web: {{updated: 5d ago, image: "{uri("@v5")}", revisions: [
  {{name: web-5, created: 5d ago, image: "{uri("@v5")}"}},
  {{name: web-4, created: 10d ago, state: failed, image: "{uri("@v4")}"}},
  {{name: web-3, created: 20d ago, state: retired, retired: 5d ago, image: "{uri("@v3")}"}},
  {{name: web-2, created: 30d ago, state: retired, retired: 20d ago, image: "{uri("@v2")}"}},
  {{name: web-1, created: 40d ago, state: retired, retired: 30d ago, image: "{uri("@v1")}"}}],
  traffic: [{{revision: web-5, percent: 100}}]}}}}"""


def test_revisions_for_a_rollback_stay_and_their_images_with_them(place: Placing) -> None:
    """Three ready ones: the failed one takes no place. What is freed goes in the same apply (R2, R12)."""
    rules = (
        ALL
        + "  - {name: revisions, kind: run.revision, keep: {rollback: 3}}\n"
        + "  - {name: images, kind: artifact.image, when: {older_than: 1h}}\n"
    )
    here = place(world(*(image(f"v{n}", age="45d ago") for n in range(1, 6)), services=ROLLBACK))
    swept = here.sweep("--apply", policies=rules)
    assert swept.names[:2] == [f"{RUN}/services/web/revisions/web-{n}" for n in (1, 4)]
    assert sorted(swept.names[2:]) == sorted([version("v1"), version("v4")])
    assert set(swept.outcomes.values()) == {"deleted"}
    assert swept.kept("run.revision") == {"has-traffic": 1, "keep-rollback": 2}
    assert swept.kept("artifact.image") == {"in-use": 3}
    after = here.sweep("--apply", policies=rules)
    assert after.names == []


CENTRAL = "us-central1-docker.pkg.dev/p/r/app"
TEAMS = f"""\
  a:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run: {{us-central1: {{services: {{web: {{updated: 9d ago, image: "{CENTRAL}@web"}}}}}}}}
  b:
    locations: [europe-west1]
    artifact_locations: [europe-west1]
    run: {{europe-west1: {{jobs: {{nightly: {{updated: 9d ago, image: "{CENTRAL}:nightly"}}}}}}}}
  c:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run: {{us-central1: {{services: {{left: {{updated: 9d ago, state: failed, image: "{CENTRAL}@left"}}}}}}}}
"""


def test_a_central_registry_keeps_what_three_projects_use_and_nothing_of_theirs_goes(place: Placing) -> None:
    """R1: `also_read` is where users are looked for, and where nothing is deleted, not even a failed
    service, so what that one names is in use too."""
    images = [image("web"), image("job", "nightly"), image("left"), image("idle"), image("old", "v0")]
    rules = """\
version: 1
scope: {projects: [p], also_read: [a, b, c]}
policies:
  - {name: failed, kind: run.service, when: {status: failed}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d, unused: true}}
"""
    here = place(world(*images, more=TEAMS))
    swept = here.sweep("--apply", policies=rules)
    assert sorted(swept.names) == sorted([version("idle"), version("old")])
    assert swept.kept("artifact.image") == {"in-use": 3}
    assert here.sweep(
        "--dry-run", policies=rules.replace("also_read: [a, b, c]", "also_read: [b, c]")
    ).names == [version("web")]


def test_a_reader_that_cannot_be_read_keeps_all_of_a_central_registry(place: Placing) -> None:
    """R4: who would use the images there is not known."""
    trouble = "[{project: b, rpc: ListJobs, permission_denied: true}]"
    rules = ALL.replace("[p]", "[p], also_read: [a, b, c]")
    rules += "  - {name: stale, kind: artifact.image, when: {older_than: 7d}}\n"
    here = place(world(image("web"), image("idle"), more=TEAMS, trouble=trouble))
    swept = here.sweep("--apply", policies=rules)
    assert (swept.code, swept.names) == (3, [])
    assert swept.kept("artifact.image") == {"gap": 1, "in-use": 1}
    assert here.changes == []
