"""Sweeps against a Google that enforces its quotas (R53). Time is that of the pace: only waiting moves it."""

from collections import Counter

import pytest

from tests.sweep.conftest import PACE_TIME, Placing
from tests.sweep.sweeping import POLICIES, Place, image, world

LIMITS = ("--limit", "max_deletions=1000", "--limit", "max_share=100%", "--limit", "max_unpriced=1000")


def broken(count: int) -> str:
    """So many services that failed long ago."""
    each = 'updated: 3d ago, state: failed, image: "docker.io/library/gone"'
    return "{" + ", ".join(f"s{n}: {{{each}}}" for n in range(count)) + "}"


def hurried(here: Place) -> Place:
    """The emulator counts by the same clock as the pace (conftest.py)."""
    here.google.world.quotas.clock = PACE_TIME.clock
    return here


def test_sixty_services_at_thirty_writes_a_minute_all_go_and_nothing_is_lost(place: Placing) -> None:
    here = hurried(place(world(services=broken(60), more="quota: {run_writes: 30}")))
    swept = here.sweep("--apply", *LIMITS)
    assert swept.code == 0, swept.err
    assert Counter(swept.outcomes.values()) == {"deleted": 60}
    assert here.google.world.names("services") == []
    assert 0 < here.google.world.quotas.refused["run_writes"] <= 3


@pytest.mark.parametrize("says_when", ["true", "false"])
def test_tagged_images_beyond_the_quota_all_go_and_no_tag_is_lost_on_the_way(
    place: Placing, says_when: str
) -> None:
    quota = f"quota: {{artifact_deletes: 60, retry_info: {says_when}}}"
    here = hurried(place(world(*(image(f"i{n}", f"v{n}") for n in range(50)), more=quota)))
    swept = here.sweep("--apply", *LIMITS)
    assert swept.code == 0, swept.err
    assert Counter(swept.outcomes.values()) == {"deleted": 50}
    assert here.google.world.names("versions") == here.google.world.names("tags") == []
    assert here.google.world.quotas.refused["artifact_deletes"] > 0


def test_a_refused_batch_stays_a_batch(place: Placing) -> None:
    images = [image(f"i{n}") for n in range(120)]
    here = hurried(place(world(*images, more="quota: {artifact_deletes: 60}")))
    swept = here.sweep("--apply", *LIMITS)
    assert swept.code == 0, swept.err
    assert here.google.world.names("versions") == []
    sent = Counter(rpc for rpc, _ in here.changes)
    assert sent["DeleteVersion"] == 0
    assert sent["BatchDeleteVersions"] <= 6


def test_a_429_while_reading_is_no_gap(place: Placing) -> None:
    images = [image(f"i{n}", f"v{n}") for n in range(20)]
    quota = "quota: {artifact_requests: 30, run_reads: 10, retry_info: false}"
    here = hurried(place(world(*images, services=broken(5), more=quota)))
    swept = here.sweep("--apply", *LIMITS)
    assert swept.code == 0, swept.err
    assert swept.document["gaps"] == []
    assert Counter(swept.outcomes.values()) == {"deleted": 25}
    assert set(here.google.world.quotas.refused) == {"artifact_requests", "run_reads"}


def test_a_tag_that_a_quota_does_not_let_back_at_once_is_put_back_when_it_does(place: Placing) -> None:
    refused = """[{rpc: DeleteVersion, times: 1, resource_exhausted: {retry_after: 30s}},
      {rpc: CreateTag, times: 8, resource_exhausted: {retry_after: 45s}}]"""
    here = place(world(image("i0", "v0"), trouble=refused))
    swept = here.sweep("--apply", *LIMITS)
    assert swept.code == 0, swept.err
    sent = [rpc for rpc, _ in here.changes]
    assert sent == ["DeleteTag", "DeleteVersion", *["CreateTag"] * 9, "DeleteTag", "DeleteVersion"]


STORM = "[{rpc: DeleteService, skip: 20, resource_exhausted: {retry_after: 1h}}]"


@pytest.mark.usefixtures("half_a_second")
def test_what_the_time_of_the_sweep_does_not_reach_is_skipped_and_the_next_sweep_takes_it(
    place: Placing,
) -> None:
    here = place(world(services=broken(60), trouble=STORM))
    swept = here.sweep("--apply", *LIMITS, "--limit", "max_duration=1m")
    ends = Counter(swept.outcomes.values())
    assert swept.code == 6, swept.err
    assert 1 <= ends["deleted"] <= 20
    assert ends["skipped"] == 60 - ends["deleted"] == swept.document["totals"]["skipped"]
    assert len(here.google.world.names("services")) == ends["skipped"]
    said = {action["error"] for action in swept.actions if action["outcome"] == "skipped"}
    assert len(said) == 1
    assert "limits.max_duration" in said.pop()
    here.google.control.clear_trouble()
    assert here.sweep("--apply", *LIMITS).code == 0
    assert here.google.world.names("services") == []


@pytest.mark.usefixtures("half_a_second")
def test_the_time_of_the_sweep_is_a_key_of_limits(place: Placing) -> None:
    here = place(world(services=broken(30), trouble=STORM))
    rules = POLICIES.replace("policies:", "limits: {max_duration: 1m}\npolicies:")
    assert here.sweep("--apply", *LIMITS, policies=rules).code == 6
