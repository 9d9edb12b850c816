"""A listing is a set by name (R28); a row that cannot be read keeps what could depend on it (R4)."""

import json
from random import Random
from typing import Any

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.random_worlds import policy_file, world_file
from tests.sweep.sweeping import RUN, Place, Swept, image, uri, version, world

_SAME = ("gaps", "refusals", "actions", "kept", "totals")
_LIMITS = "limits: {max_deletions: 1000000, max_share: 100%, max_monthly_value: 1000000 USD}\n"
_HEAD = f"version: 1\nscope: {{projects: [p]}}\n{_LIMITS}policies:\n"


def said(swept: Swept) -> dict[str, Any]:
    """What a sweep says, without what differs each time."""
    return {key: swept.document[key] for key in _SAME}


def events(swept: Swept, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in swept.err.splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == event]


def troubled(here: Place, *rules: str) -> None:
    here.google.control.clear_trouble()
    here.google.control.trouble("\n".join(f"- {{{rule}}}" for rule in rules))


REPEATS = {
    "within a page": ("rpc: List*, repeat: true",),
    "across pages": ("rpc: List*, page_size: 2", "rpc: List*, repeat: {place: end}"),
    "with earlier times": ("rpc: List*, repeat: {place: end, earlier: 400d}",),
    "with earlier times first": ("rpc: List*, repeat: {earlier: 400d, first: true}",),
    "without tags": ("rpc: List*, repeat: {without: [tags]}",),
    "without tags first": ("rpc: List*, repeat: {without: [tags], first: true}",),
}


@pytest.mark.parametrize("how", REPEATS)
@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_twice_counts_once_and_a_poorer_copy_changes_nothing(
    place: Placing, seed: int, how: str
) -> None:
    """R28: for every kind of listing, in one sweep of a world that has every kind."""
    dice = Random(seed)
    here, policies = place(world_file(dice)), policy_file(dice)
    once = said(here.sweep("--dry-run", "--kept", policies=policies))
    troubled(here, *REPEATS[how])
    again = here.sweep("--dry-run", "--kept", policies=policies)
    assert said(again) == once
    assert {each["kind"] for each in events(again, "item.repeated")} >= {"artifact.image", "run.location"}


LATEST = _HEAD + "  - {name: stale, kind: artifact.image, when: {older_than: 7d}, keep: {latest: 3}}\n"


def test_keep_latest_keeps_three_images_though_one_is_listed_twice(place: Placing) -> None:
    images = [image(label, age=age) for label, age in (("a", "10d ago"), ("b", "20d ago"), ("c", "30d ago"))]
    here = place(world(*images, image("d", age="40d ago")))
    troubled(here, f'rpc: ListDockerImages, repeat: {{item: "*{digest("a")}"}}')
    dry = here.sweep("--dry-run", policies=LATEST)
    assert dry.names == [version("d")]
    (event,) = events(dry, "item.repeated")
    assert (event["count"], event["first"], event["severity"]) == (1, version("a"), "INFO")


def test_a_service_that_is_listed_twice_is_deleted_and_paid_once(place: Placing) -> None:
    failed = f'{{web: {{updated: 3d ago, state: failed, min_instances: 1, image: "{uri("@z")}"}}}}'
    here = place(world(image("a", "v1", age="1d ago"), services=failed))
    policies = _HEAD + "  - {name: failed, kind: run.service, when: {status: failed, older_than: 1d}}\n"
    once = here.sweep("--dry-run", policies=policies)
    troubled(here, "rpc: List*, repeat: {place: end}")
    wet = here.sweep("--apply", policies=policies)
    assert wet.outcomes == {"web": "deleted"}
    assert wet.document["totals"]["saves_usd_month"] == once.document["totals"]["saves_usd_month"]
    assert wet.document["totals"]["deleted"] == 1
    assert here.ledger("SELECT count(*) FROM intents") == [(1,)]


@pytest.mark.parametrize("first", ["true", "false"])
def test_an_image_that_is_listed_without_its_tags_too_is_not_untagged(place: Placing, first: str) -> None:
    here = place(world(image("a", "v1")))
    troubled(here, f"rpc: ListDockerImages, repeat: {{without: [tags], first: {first}}}")
    policies = _HEAD + "  - {name: untagged, kind: artifact.image, when: {tagged: false}}\n"
    wet = here.sweep("--apply", policies=policies)
    assert (wet.code, wet.names, here.changes) == (0, [], [])


def test_an_image_that_is_listed_twice_is_deleted_once_and_credited(place: Placing) -> None:
    here = place(world(image("a", "v1"), image("b")))
    troubled(here, "rpc: List*, repeat: {place: end}")
    wet = here.sweep(
        "--apply", policies=_HEAD + "  - {name: stale, kind: artifact.image, when: {older_than: 7d}}\n"
    )
    assert (wet.code, set(wet.outcomes.values()), len(wet.outcomes)) == (0, {"deleted"}, 2)
    assert wet.document["totals"]["reclaimed_bytes"] == 200_000_000
    assert here.google.world.names("versions") == []


def test_an_item_that_shifts_between_two_pages_comes_twice_and_counts_once(place: Placing) -> None:
    """Page tokens that are offsets: a push moves everything behind it by one place."""
    images = [image(label, age=f"{10 + n}d ago") for n, label in enumerate("abcdef")]
    here = place(world(*images))
    troubled(here, "rpc: ListDockerImages, page_size: 2", "rpc: ListDockerImages, offset_tokens: true")
    once = here.sweep("--dry-run", policies=LATEST)
    calls = sum(rpc == "ListDockerImages" for rpc, _ in here.google.calls)

    def pushed(world: Any) -> None:
        (repository,) = world.repositories.values()
        newest = min(repository.images.values(), key=lambda each: each.digest)
        repository.add(
            type(newest)("app", "sha256:" + "0" * 64, size=1, uploaded=newest.uploaded + 86400 * 30)
        )

    here.google.control.before("ListDockerImages", calls + 2, pushed)
    again = here.sweep("--dry-run", policies=LATEST)
    assert events(again, "item.repeated")
    assert again.names == once.names


STALE = _HEAD + "  - {name: stale, kind: artifact.image, when: {older_than: 7d}}\n"
BEYOND = 253_402_300_800
WORKLOADS = f"""\
operations: {{delay: 1ms}}
projects:
  p:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run:
      us-central1:
        services: {{web: {{updated: 3d ago, image: "{uri("@a")}"}}}}
        jobs:
          nightly: {{updated: 3d ago, image: "{uri("@a")}", executions: [{{name: nightly-a, created: 3d ago}}]}}
        worker_pools: {{pool: {{updated: 3d ago, image: "{uri("@a")}"}}}}
        instances: {{box: {{updated: 3d ago, image: "{uri("@a")}"}}}}
    artifact_registry:
      us-central1:
        repositories:
          r: {{created: 90d ago, images: [{image("a")}, {image("b")}]}}
          q: {{created: 90d ago, images: [{image("c")}]}}
"""


@pytest.mark.parametrize("field", ["upload_time", "update_time"])
def test_an_image_with_a_time_out_of_range_is_a_gap_that_names_it(place: Placing, field: str) -> None:
    """R4: nothing of its repository goes, and another repository is cleaned."""
    here = place(WORKLOADS)
    troubled(
        here, f'rpc: ListDockerImages, rewrite: {{item: "*{digest("b")}", field: {field}, value: {BEYOND}}}'
    )
    wet = here.sweep("--apply", policies=STALE)
    (gap,) = wet.document["gaps"]
    assert (wet.code, wet.outcomes) == (3, {digest("c"): "deleted"})
    assert (gap["kind"], gap["repository"]) == ("artifact.image", "r")
    assert digest("b") in gap["cause"]
    assert digest("a") not in gap["cause"]
    assert events(wet, "gap.found")


@pytest.mark.parametrize(
    ("rpc", "kind"),
    [
        ("ListServices", "run.service"),
        ("ListRevisions", "run.revision"),
        ("ListJobs", "run.job"),
        ("ListExecutions", "run.execution"),
        ("ListWorkerPools", "run.worker_pool"),
        ("ListInstances", "run.instance"),
        ("ListRepositories", "artifact.repository"),
    ],
)
@pytest.mark.parametrize("bad", [f"field: create_time, value: {BEYOND}", "field: name, value: nonsense"])
def test_a_row_that_cannot_be_read_is_a_gap_of_its_own_that_names_it(
    place: Placing, rpc: str, kind: str, bad: str
) -> None:
    """R4: a workload or repository that is not known may use any image, so every image stays."""
    if rpc == "ListInstances" and "create_time" in bad:
        bad = "field: name, value: nonsense"  # of an instance no time is read
    here = place(WORKLOADS)
    troubled(here, f"rpc: {rpc}, rewrite: {{{bad}}}")
    wet = here.sweep("--apply", policies=STALE)
    assert (wet.code, wet.names, here.changes) == (3, [], [])
    gaps = wet.document["gaps"]
    assert {gap["kind"] for gap in gaps} == {kind}
    named = [gap for gap in gaps if "nonsense" in gap["cause"] or f"{RUN}/" in gap["cause"]]
    assert len(named) == len(gaps) > 0
