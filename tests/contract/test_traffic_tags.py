"""Traffic tags (R50) against a Google that is not the emulator."""

from collections.abc import Callable

import grpc
import pytest
from google.cloud import run_v2

from tests.contract.conftest import Sweeping
from tests.contract.server import Cloud, RefusedError
from tests.contract.worlds import HOST, LATEST, PLACE, cloud, digest, revision

Serving = Callable[[Cloud], Sweeping]
WEB = f"{PLACE}/services/web"
POLICIES = """
version: 1
scope: {projects: [p]}
policies:
  - name: previews
    kind: run.tag
    when: {tag: "pr-*", older_than: 7d}
"""


def tagged() -> Cloud:
    """Service web with the tags pr-1 and pr-2 (both old), pr-3 (one day old) and stable."""
    google = cloud()
    web = google.services[WEB]
    web.traffic = [run_v2.TrafficTarget(type_=LATEST, percent=100)]
    for tag, days in (("pr-1", 40), ("pr-2", 50), ("pr-3", 0), ("stable", 60)):
        made = revision("web", f"web-{tag}", f"{HOST}/team/app@{digest('freed')}", retired=days)
        google.revisions[made.name] = made
        how = {"revision": f"web-{tag}", "tag": tag}
        web.traffic.append(run_v2.TrafficTarget(**how))
        web.traffic_statuses.append(run_v2.TrafficTargetStatus(**how))
    return google


def test_all_tags_of_one_service_are_removed_by_one_update_of_its_traffic(sweeping: Serving) -> None:
    google = tagged()
    sweep = sweeping(google)
    planned = sweep("--dry-run", policies=POLICIES)
    assert (planned.code, planned.names) == (0, [f"{WEB}/tags/pr-1", f"{WEB}/tags/pr-2"])
    applied = sweep("--apply", policies=POLICIES)
    assert (applied.code, set(applied.outcomes.values())) == (0, {"deleted"})
    [update] = google.requests("UpdateService")
    assert list(update.update_mask.paths) == ["traffic"]
    assert update.service.etag == '"web/e+"'
    assert [(each.tag, each.percent) for each in google.services[WEB].traffic] == [
        ("", 100), ("pr-3", 0), ("stable", 0),
    ]  # fmt: skip
    assert len(google.revisions) == 8
    again = sweep("--apply", policies=POLICIES)
    assert (again.code, again.names) == (0, [])


def test_a_service_that_changes_before_the_update_keeps_its_tags(sweeping: Serving) -> None:
    def change(changed: Cloud, name: str) -> None:
        changed.services[name].etag = '"another"'

    google = tagged()
    google.before_delete = change
    swept = sweeping(google)("--apply", policies=POLICIES)
    assert (swept.code, set(swept.outcomes.values())) == (6, {"drifted"})
    assert {each.tag for each in google.services[WEB].traffic} == {"", "pr-1", "pr-2", "pr-3", "stable"}


@pytest.mark.parametrize("status", ["PERMISSION_DENIED", "FAILED_PRECONDITION"])
def test_a_refused_update_removes_no_tag(sweeping: Serving, status: str) -> None:
    google = tagged()
    google.refused["UpdateService", ""] = RefusedError(getattr(grpc.StatusCode, status))
    swept = sweeping(google)("--apply", policies=POLICIES)
    assert swept.code == 6
    assert set(swept.outcomes.values()) <= {"failed", "drifted"}
    assert len(google.services[WEB].traffic) == 5
