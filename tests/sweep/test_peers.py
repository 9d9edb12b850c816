"""What other cleaners are known to have done wrong, each done to janitor in a whole sweep.

Named after whom it befell. One is with those of the clock: Custodian's "in 4 days" was due today (test_grace.py).
"""

import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from janitor.daemon.schedule import ScheduleTrigger
from janitor.emulator import digest
from janitor.store.policy_file import load_policies
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, RUN, image, uri, version, world

FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@z")}"}}}}'
INDEXES = world(
    *(line for n in range(20) for line in (
        image(f"idx-{n}", f"t{n}", children=f"[amd-{n}, arm-{n}]"), image(f"amd-{n}"), image(f"arm-{n}")
    )),
    *(image(f"young-{n}", f"y{n}", age="1d ago") for n in range(70)),
)  # fmt: skip
# Half of a listing is worse than none: each of these is asked for in every sweep.
LISTINGS = ("ListServices", "ListRevisions", "ListJobs", "ListExecutions", "ListWorkerPools", "ListInstances",
            "ListRepositories", "ListDockerImages")  # fmt: skip
KEEP_ONE = POLICIES.replace("{older_than: 7d}}\n", "{older_than: 7d}, keep: {latest: 1}}\n")


def test_gcr_cleaner_promised_40_deletions_of_multi_arch_images_and_did_none_with_exit_0(
    place: Placing,
) -> None:
    here = place(INDEXES)
    said = here.sweep("--dry-run", "--limit", "max_deletions=60")
    done = here.sweep("--apply", "--limit", "max_deletions=60")
    assert done.names == said.names
    assert done.document["totals"]["deleted"] == said.document["totals"]["planned"] == 60
    assert done.code == 0
    # no call is wasted on what Google would refuse: no more of them than images
    deletes = [call for call in here.changes if call[0] in ("DeleteVersion", "BatchDeleteVersions")]
    assert len(deletes) <= 60
    assert len(here.google.world.names("versions")) == 70


def test_gcr_cleaner_ended_with_0_though_every_deletion_failed(place: Placing) -> None:
    refusal = "{rpc: '*DeleteVersion*', error: {code: FAILED_PRECONDITION, message: no}}"
    swept = place(world(image("a"), image("b", "v1"), trouble=f"[{refusal}]")).sweep("--apply")
    assert set(swept.outcomes.values()) == {"failed"}
    assert swept.code == 6


def test_gcr_cleaner_kept_the_oldest_where_it_should_keep_the_latest(place: Placing) -> None:
    images = [image(f"i{days}", age=f"{days}d ago") for days in (10, 40, 20, 30)]
    here = place(world(*images))
    assert here.sweep("--apply", policies=KEEP_ONE).code == 0
    assert here.google.world.names("versions") == [version("i10")]


def test_gcr_cleaner_read_the_first_10000_versions_and_decided_on_those(place: Placing) -> None:
    many = "generate: [{package: app, count: 10500, size: 1MB, from: 300d ago, to: 20d ago}]"
    here = place(world().replace("images: []", many))
    (repository,) = here.google.world.repositories.values()
    newest = max(repository.images.values(), key=lambda each: each.uploaded or 0)
    rules = KEEP_ONE.replace("policies:", "limits: {max_deletions: 20000, max_share: 100%}\npolicies:")
    swept = here.sweep("--dry-run", "--kept", policies=rules)
    assert (swept.code, len(swept.names)) == (0, 10_499)
    (kept,) = [row for row in swept.document["kept"] if row["kind"] == "artifact.image"]
    assert (kept["reason"], kept["names"][0].rpartition("/")[2]) == ("keep-latest", newest.digest)


@pytest.mark.parametrize("rpc", LISTINGS)
def test_gcp_nuke_took_a_list_that_failed_half_way_for_the_whole(place: Placing, rpc: str) -> None:
    """The second page fails, and with it the answer to who uses what: no image goes."""
    revisions = ", ".join(f'{{name: web-{n}, created: 40d ago, image: "{uri("@z")}"}}' for n in range(101))
    services = ", ".join(f's{n}: {{updated: 1d ago, image: "{uri("@z")}"}}' for n in range(101))
    services = f'web: {{updated: 1d ago, image: "{uri("@z")}", revisions: [{revisions}]}}, {services}'
    trouble = f"[{{rpc: {rpc}, location: us-central1, fail_page: {2 if rpc in LISTINGS[:2] else 1}}}]"
    here = place(world(image("a"), image("b"), services=f"{{{services}}}", trouble=trouble))
    swept = here.sweep("--apply")
    assert swept.code == 3
    assert here.changes == []
    assert len(here.google.world.names("versions")) == 2


@pytest.mark.parametrize(
    ("guard", "stays"),
    [
        ("names: [web]", f"{RUN}/services/web"), ("labels: {tier: gold}", f"{RUN}/services/web"),
        ("tags: ['v*']", version("a")), ("references: [images.txt]", version("a")),
    ],
)  # fmt: skip
def test_gcp_nuke_never_asked_the_list_of_what_must_never_go(place: Placing, guard: str, stays: str) -> None:
    """Its mandatory blocklist was read, and no code called it. Of each guard: it holds this, and this alone."""
    here = place(
        world(image("a", "v1"), image("b"), services=FAILED.replace("state:", "labels: {tier: gold}, state:"))
    )
    (here.folder / "images.txt").write_text(f"{uri('@' + digest('a'))}\n")
    all_of_it = {f"{RUN}/services/web", version("a"), version("b")}
    assert set(here.sweep("--dry-run").names) == all_of_it
    guarded = POLICIES.replace("policies:", f"protect: {{{guard}}}\npolicies:")
    assert set(here.sweep("--apply", policies=guarded).names) == all_of_it - {stays}
    assert stays in {*here.google.world.names("services"), *here.google.world.names("versions")}


def test_cloud_nuke_dropped_the_batch_that_a_quota_error_met(place: Placing) -> None:
    storm = "{rpc: '*Delete*', times: 12, resource_exhausted: {retry_after: 10ms}}"
    images = [image(f"i{n}") for n in range(60)]
    here = place(world(*images, services=FAILED, trouble=f"[{storm}]"))
    swept = here.sweep("--apply", "--limit", "max_share=100%")
    assert swept.code == 0
    assert len(swept.actions) == 61
    assert set(swept.outcomes.values()) == {"deleted"}
    assert here.google.world.names("versions") == []
    assert f"{RUN}/services/web" not in here.google.world.names("services")


@pytest.mark.usefixtures("half_a_second")
def test_cloud_nuke_said_nothing_of_what_a_quota_error_that_stays_left_over(place: Placing) -> None:
    storm = "{rpc: '*DeleteVersion*', resource_exhausted: {retry_after: 10ms}}"
    here = place(world(*(image(f"i{n}") for n in range(4)), trouble=f"[{storm}]"))
    swept = here.sweep("--apply", "--limit", "max_share=100%", "--limit", "max_duration=1m")
    assert swept.code == 6
    assert [action["outcome"] for action in swept.actions] == ["skipped"] * 4
    assert swept.document["totals"]["skipped"] == 4
    assert len(here.google.world.names("versions")) == 4


@pytest.mark.parametrize(("most", "code"), [(3, 0), (2, 4)])
def test_swabbie_had_a_limit_whose_counter_never_advanced(place: Placing, most: int, code: int) -> None:
    here = place(world(image("a"), image("b"), image("c", "v1")))
    swept = here.sweep("--apply", "--limit", f"max_deletions={most}")
    assert swept.code == code
    assert len(here.google.world.names("versions")) == (3 if code else 0)


@pytest.mark.parametrize(("most", "code"), [(4, 0), (3, 4)])
def test_a_limit_counts_what_goes_with_a_repository(place: Placing, most: int, code: int) -> None:
    rules = POLICIES + "  - {name: whole, kind: artifact.repository, when: {name: r, unused: true}}\n"
    here = place(world(image("a"), image("b"), image("c", "v1")))
    swept = here.sweep("--apply", "--limit", f"max_deletions={most}", policies=rules)
    assert (len(swept.actions), swept.code) == (1, code)
    assert len(here.google.world.names("versions")) == (3 if code else 0)


def test_kube_janitor_counted_failed_deletions_as_deleted(place: Placing) -> None:
    refusal = "{rpc: DeleteVersion, times: 1, operation_error: {code: PERMISSION_DENIED, message: no}}"
    here = place(world(image("a", "v1"), trouble=f"[{refusal}]"))
    swept = here.sweep("--apply")
    totals = swept.document["totals"]
    assert swept.code == 6
    assert set(swept.outcomes.values()) == {"failed"}
    assert (totals["deleted"], totals["failed"]) == (0, 1)
    assert (totals["reclaimed_bytes"], totals["saves_usd_month"]) == (0, "0")
    assert here.google.world.names("versions") == [version("a")]
    assert here.ledger("SELECT outcome FROM outcomes") == [("failed",)]


def test_kube_janitor_counted_what_a_dry_run_would_delete_as_deleted(place: Placing) -> None:
    here = place(world(image("a", "v1")))
    totals = here.sweep("--dry-run").document["totals"]
    assert (totals["planned"], totals["deleted"]) == (1, 0)
    assert Decimal(totals["saves_usd_month"]) > 0
    assert here.ledger("SELECT outcome FROM outcomes WHERE outcome = 'deleted'") == []


@pytest.mark.parametrize("wrong", ["--limit max_share=", "--limit max_deletions=all", "--policy no-such"])
def test_octodns_applied_in_a_dry_run_when_a_safety_setting_could_not_be_read(
    place: Placing, wrong: str
) -> None:
    """What cannot be read is exit 2, and a dry run wins over a file that says apply."""
    here = place(world(image("a")))
    assert here.sweep("--apply", *wrong.split()).code == 2
    assert here.sweep("--apply", "--dry-run").code == 2
    assert here.sweep("--dry-run", policies=f"mode: apply\n{POLICIES}").document["mode"] == "dry-run"
    assert here.changes == []


@pytest.mark.parametrize("span", ["999999d", "99999999999999999999d", "9223372036854775808m", "-1d", "0d"])
def test_acr_purge_deleted_everything_when_a_duration_overflowed(place: Placing, span: str) -> None:
    here = place(world(image("a"), services=FAILED))
    for rules in (
        POLICIES.replace("7d", span),
        KEEP_ONE.replace("latest: 1", f"newer_than: {span}"),
    ):
        swept = here.sweep("--apply", policies=rules)
        assert swept.code == 2
        assert span in swept.err
        assert "policies.yaml:" in swept.err
    assert here.google.calls == []


def test_acr_purge_deleted_everything_where_the_longest_age_keeps_all(place: Placing) -> None:
    here = place(world(image("a", age="30d ago"), image("b", age="9000d ago")))
    assert here.sweep("--apply", policies=POLICIES.replace("7d", "36525d")).names == []
    assert here.changes == []


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN"])
def test_custodian_deleted_on_empty_tags_when_the_network_failed(place: Placing, code: str) -> None:
    here = place(
        world(image("a", "v1"), trouble=f"[{{rpc: ListTags, error: {{code: {code}, message: no}}}}]")
    )
    swept = here.sweep("--apply")
    assert (swept.outcomes, swept.code) == ({version("a").rpartition("/")[2]: "drifted"}, 6)
    assert here.changes == []


def test_custodian_ended_with_0_when_memory_ran_out(place: Placing) -> None:
    here = place(world(image("a")))
    (here.folder / "policies.yaml").write_text(POLICIES, encoding="utf-8")
    script = (
        "import sys, janitor.sweep.sweep\n"
        "async def decide(*_): raise MemoryError\n"
        "janitor.sweep.sweep.decide = decide\n"
        "from janitor.cli.app import run\n"
        "sys.exit(run(['sweep', '--apply', '--quiet', '--format', 'json']))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=here.folder, env={**os.environ, **here.environment()},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (ended.returncode, "MemoryError" in ended.stderr) == (1, True)
    assert here.changes == []


def test_custodian_skipped_projects_without_a_word(place: Placing) -> None:
    denied = "{rpc: '*', project: q, permission_denied: true}"
    more = "  q: {locations: [us-central1], artifact_locations: [us-central1]}"
    rules = POLICIES.replace("[p]", "[p, q]")
    swept = place(world(image("a"), more=more, trouble=f"[{denied}]")).sweep("--apply", policies=rules)
    assert swept.code == 3
    assert {gap["project"] for gap in swept.document["gaps"]} == {"q"}
    assert swept.names == []


def test_harbor_deleted_the_siblings_of_a_tag_on_the_same_digest(place: Placing) -> None:
    rules = POLICIES.replace("when: {older_than: 7d}}\n", 'when: {tags: ["pr-*"], older_than: 7d}}\n')
    rules = rules.replace("kind: run.revision, when: {tags", "kind: run.revision, when: {status")
    here = place(world(image("both", "pr-1", "v1"), image("old", "pr-2"), image("young", "v2", age="1d ago")))
    swept = here.sweep("--apply", policies=rules)
    assert swept.names == [version("old")]
    assert swept.kept("artifact.image") == {"other-tags": 1, "not-matched": 1}
    tags = {name.rpartition("/")[2] for name in here.google.world.names("tags")}
    assert tags == {"pr-1", "v1", "v2"}


def test_harbor_deleted_in_a_dry_run(place: Placing) -> None:
    here = place(world(image("a", "v1"), services=FAILED))
    assert here.sweep("--dry-run").names
    assert here.changes == []


def test_gitlab_emptied_repositories_by_rules_that_stood_there_twice(place: Placing) -> None:
    images = [image("old"), image("v1", "v1"), image("young", age="1d ago")]
    once = KEEP_ONE.replace("latest: 1", 'tagged: ["v*"]')
    twice = once + once[once.index("  - {name: stale") :].replace("stale", "again")
    here = place(world(*images))
    assert here.sweep("--dry-run", policies=twice).names == here.sweep("--dry-run", policies=once).names
    swept = here.sweep("--apply", policies=twice)
    assert swept.names == [version("old")]
    assert swept.kept("artifact.image") == {"keep-tagged": 1, "not-matched": 1}


def test_cleaners_counted_tags_not_images_and_children_and_signatures_too(place: Placing) -> None:
    """The two newest images stay: one of many tags, and an index with its children and signature."""
    here = place(world(
        image("signature", age="8d ago", subject="idx", artifact_type="application/vnd.example.sig"),
        image("idx", "multi", age="9d ago", children="[amd, arm]"),
        image("amd", age="9d ago"),
        image("arm", age="9d ago"),
        image("many", *(f"t{n}" for n in range(5)), age="10d ago"),
        image("third", "t", age="11d ago"),
    ))  # fmt: skip
    swept = here.sweep("--apply", policies=KEEP_ONE.replace("latest: 1", "latest: 2"))
    assert swept.names == [version("third")]


def test_cleaners_sorted_by_the_time_of_building_which_may_be_1980(place: Placing) -> None:
    here = place(world(
        image("reproducible", age="8d ago", built='"1980-01-01T00:00:00Z"'),
        image("older", age="20d ago", built="20d ago"),
    ))  # fmt: skip
    assert here.sweep("--apply", policies=KEEP_ONE).names == [version("older")]


@pytest.mark.parametrize("day", range(8))
def test_apscheduler_swept_on_monday_where_the_cron_line_says_sunday(place: Placing, day: int) -> None:
    here = place(world())
    assert here.sweep(policies=f'schedule: {{sweep: {{cron: "0 6 * * {day}"}}}}\n{POLICIES}').code == 0
    cron = load_policies(here.folder / "policies.yaml").schedule.sweep
    assert cron is not None
    trigger = ScheduleTrigger(cron, "UTC", datetime.resolution)
    run = trigger.get_next_fire_time(None, datetime(2026, 11, 25, tzinfo=UTC))
    assert run.isoweekday() % 7 == day % 7


@pytest.mark.parametrize("rpc", [*LISTINGS, "List*"])
def test_a_server_that_gives_the_same_page_token_for_ever_hung_the_scan(place: Placing, rpc: str) -> None:
    trouble = f"[{{rpc: {rpc!r}, location: us-central1, repeat_page_token: true}}]"
    here = place(world(image("a"), services=FAILED, trouble=trouble))
    swept = here.sweep("--apply")
    assert swept.code == 3
    assert swept.document["gaps"]
    assert version("a") in here.google.world.names("versions")
    asked = [call for call in here.google.calls if call[0] == "ListDockerImages"]
    assert len(asked) <= 2
