"""Each guard of docs/safety.md, end to end: what must stay, stays, though a policy matches it."""

import re

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, REPOSITORY, RUN, image, uri, version, world

SERVING = f'{{web: {{updated: 40d ago, image: "{uri("@a")}"}}}}'
FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@a")}"}}}}'
EVERYTHING = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: services, kind: run.service, when: {older_than: 24h}}
  - {name: revisions, kind: run.revision, when: {older_than: 24h}}
  - {name: images, kind: artifact.image, when: {older_than: 24h}}
  - {name: repositories, kind: artifact.repository, when: {name: r, older_than: 24h}}
"""


def test_an_image_that_a_service_uses_stays_though_it_matches(place: Placing) -> None:
    here = place(world(image("a"), image("b"), services=SERVING))
    swept = here.sweep("--apply")
    assert swept.names == [version("b")]
    assert swept.kept("artifact.image") == {"in-use": 1}
    assert version("a") in here.google.world.names("versions")


@pytest.mark.parametrize("job", [":nightly", "@a"])
def test_an_image_that_a_job_uses_stays_by_tag_and_by_digest(place: Placing, job: str) -> None:
    jobs = f'{{export: {{updated: 1d ago, image: "{uri(job)}"}}}}'
    swept = place(world(image("a", "nightly"), image("b"), jobs=jobs)).sweep("--apply")
    assert swept.names == [version("b")]


def test_a_tag_that_resolves_to_nothing_protects_its_package(place: Placing) -> None:
    jobs = f'{{export: {{updated: 1d ago, image: "{uri(":lost")}"}}}}'
    swept = place(world(image("a"), image("b", package="other"), jobs=jobs)).sweep("--apply")
    assert swept.names == [version("b", "other")]


def test_an_image_that_another_project_uses_stays(place: Placing) -> None:
    other = f"""\
  q:
    locations: [europe-west1]
    artifact_locations: [europe-west1]
    run: {{europe-west1: {{services: {SERVING}}}}}
"""
    rules = POLICIES.replace("projects: [p]", "projects: [p], also_read: [q]")
    swept = place(world(image("a"), image("b"), more=other)).sweep("--apply", policies=rules)
    assert swept.names == [version("b")]


def test_a_child_in_use_protects_its_index_and_all_below(place: Placing) -> None:
    held = image("idx", "t", children="[a, arm]")
    swept = place(world(held, image("a"), image("arm"), services=SERVING)).sweep("--apply")
    assert swept.names == []
    assert swept.kept("artifact.image") == {"in-use": 3}


def test_references_from_a_file_protect(place: Placing) -> None:
    here = place(world(image("a"), image("b")))
    (here.folder / "gke.txt").write_text(f"{uri('@' + digest('a'))}\n")
    rules = POLICIES.replace("policies:", "protect: {references: [gke.txt]}\npolicies:")
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == [version("b")]
    assert any("gke.txt" in notice for notice in swept.document["notices"])


def test_no_serving_service_and_none_of_its_needed_revisions_goes(place: Placing) -> None:
    here = place(world(image("a"), services=SERVING))
    swept = here.sweep("--apply", policies=EVERYTHING)
    assert swept.names == []
    assert swept.kept("run.service") == {"serving": 1}
    assert here.changes == []


def test_a_service_whose_newest_deploy_failed_while_an_older_revision_serves_is_live(place: Placing) -> None:
    degraded = f"""{{web: {{updated: 30d ago, image: "{uri("@a")}", traffic: [{{revision: web-1, percent: 100}}],
      revisions: [{{name: web-2, created: 30d ago, state: failed, image: "{uri("@a")}"}},
                  {{name: web-1, created: 40d ago, image: "{uri("@b")}"}}]}}}}"""
    swept = place(world(image("a"), image("b"), services=degraded)).sweep("--apply", policies=EVERYTHING)
    assert swept.names == []
    assert swept.kept("run.service") == {"serving": 1}
    assert swept.kept("artifact.image") == {"in-use": 2}


@pytest.mark.parametrize("mark", ["labels: {janitor: keep}", "names: [web, r]"])
def test_what_is_protected_stays(place: Placing, mark: str) -> None:
    services = FAILED.replace("state:", "labels: {janitor: keep}, state:")
    rules = POLICIES.replace("policies:", f"protect: {{{mark}}}\npolicies:")
    labelled = world(image("b"), services=services, repository=", labels: {janitor: keep}")
    swept = place(labelled).sweep("--apply", policies=rules)
    assert swept.names == []
    assert swept.kept("run.service") == {"protected": 1}
    assert swept.kept("artifact.image") == {"protected": 1}


def test_what_google_manages_stays(place: Placing) -> None:
    services = FAILED.replace("state:", "labels: {goog-managed-by: cloudfunctions}, state:")
    swept = place(world(services=services)).sweep("--apply")
    assert swept.kept("run.service") == {"google-managed": 1}
    assert swept.names == []


@pytest.mark.parametrize("variable", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"])
def test_janitor_never_deletes_itself(place: Placing, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place(world(image("a"), services=FAILED))
    monkeypatch.setenv(variable, "web")
    swept = here.sweep("--apply")
    assert swept.names == []
    assert swept.kept("run.service") == {"self": 1}


def test_a_sqlite_ledger_that_cloud_run_throws_away_is_warned_of(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world())
    monkeypatch.setenv("CLOUD_RUN_JOB", "janitor")
    monkeypatch.delenv("JANITOR_DATABASE_URL")
    notices = here.sweep("--dry-run").document["notices"]
    assert any("JANITOR_DATABASE_URL" in notice for notice in notices)


def test_a_whole_repository_stays_while_anything_in_it_is_in_use(place: Placing) -> None:
    swept = place(world(image("a"), services=SERVING)).sweep("--apply", policies=EVERYTHING)
    assert swept.kept("artifact.repository") == {"holds-in-use": 1}


def test_exceeding_a_limit_refuses_the_whole_plan_and_prints_the_flags_that_allow_it(place: Placing) -> None:
    here = place(world(*(image(f"i{n}") for n in range(12)), image("young", age="1d ago")))
    rules = POLICIES.replace("policies:", "limits: {max_deletions: 5}\npolicies:")
    swept = here.sweep("--apply", policies=rules)
    assert swept.code == 4
    assert {r["limit"] for r in swept.document["refusals"]} == {"max_deletions", "max_share"}
    assert set(swept.outcomes.values()) == {"planned"}
    assert here.changes == []
    flags = [word for r in swept.document["refusals"] for word in re.findall(r"--limit (\S+)", r["message"])]
    allowed = here.sweep("--apply", *(w for flag in flags for w in ("--limit", flag)), policies=rules)
    assert (allowed.code, allowed.document["totals"]["deleted"]) == (0, 12)


def test_a_dry_run_that_would_be_refused_shows_the_plan_and_ends_with_4(place: Placing) -> None:
    here = place(world(*(image(f"i{n}") for n in range(12))))
    swept = here.sweep("--dry-run", "--limit", "max_deletions=5")
    assert (swept.code, len(swept.names)) == (4, 12)


def test_a_policy_that_is_not_selected_deletes_nothing_but_still_keeps(place: Placing) -> None:
    rules = POLICIES + '  - {name: releases, kind: artifact.image, when: {}, keep: {tagged: ["v*"]}}\n'
    here = place(world(image("a", "v1"), image("b"), services=FAILED.replace("@" + "a", "@" + "z")))
    swept = here.sweep("--apply", "--policy", "stale", policies=rules)
    assert swept.names == [version("b")]
    assert swept.kept("artifact.image") == {"keep-tagged": 1}
    assert swept.kept("run.service") == {"policy-not-selected": 1}


def test_project_narrows_what_may_go_but_not_who_is_seen(place: Placing) -> None:
    other = f"""\
  q:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run: {{us-central1: {{services: {FAILED}}}}}
"""
    rules = POLICIES.replace("[p]", "[p, q]")
    here = place(world(image("a"), image("b"), services=FAILED.replace("@a", "@b"), more=other))
    swept = here.sweep("--apply", "--project", "p", policies=rules)
    assert swept.names == [f"{RUN}/services/web", version("b")]


def test_tagged_images_of_an_immutable_repository_stay(place: Placing) -> None:
    here = place(world(image("a", "v1"), image("b"), repository=", immutable_tags: true"))
    swept = here.sweep("--apply")
    assert swept.names == [version("b")]
    assert swept.kept("artifact.image") == {"immutable-tags": 1}


def test_keep_latest_keeps_the_newest_of_more_versions_than_a_page_holds(place: Placing) -> None:
    many = world().replace(
        "images: []", "generate: [{package: app, count: 2500, from: 300d ago, to: 20d ago}]"
    )
    rules = POLICIES.rstrip().removesuffix("}") + ", keep: {latest: 3}}\n"
    here = place(many)
    images = here.google.world.repositories[f"{REPOSITORY}/r"].images.values()
    newest = sorted(images, key=lambda each: each.uploaded or 0)[-3:]
    swept = here.sweep("--dry-run", "--kept", "--limit", "max_deletions=3000", policies=rules)
    assert len(swept.names) == 2497
    (kept,) = [row for row in swept.document["kept"] if row["reason"] == "keep-latest"]
    assert {name.rpartition("/")[2] for name in kept["names"]} == {each.digest for each in newest}
