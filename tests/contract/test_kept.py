"""What a Google of another kind says must hold what it holds, and nothing may be guessed."""

from collections.abc import Callable

import pytest
from google.cloud import run_v2

from tests.contract.conftest import Sweeping
from tests.contract.server import Cloud
from tests.contract.worlds import HOST, PLACE, REPOSITORY, cloud, digest, version

Serving = Callable[[Cloud], Sweeping]
SERVICE, REVISIONS = f"{PLACE}/services/dead", f"{PLACE}/services/web/revisions"
LIMITS = ("--limit", "max_deletions=50", "--limit", "max_share=100%")


def test_numbers_of_a_later_version_are_read_and_decide_nothing(sweeping: Serving) -> None:
    google = cloud()
    odd = google.services[SERVICE]
    type(odd).pb(odd).terminal_condition.state = 97
    type(odd).pb(odd).ingress = 98
    retired = google.revisions[f"{REVISIONS}/web-1"]
    for condition in type(retired).pb(retired).conditions:
        condition.revision_reason = 99
    swept = sweeping(google)("--dry-run", "--kept", *LIMITS)
    assert swept.code == 0
    assert SERVICE not in swept.names
    assert f"{REVISIONS}/web-1" not in swept.names
    assert version("freed") not in swept.names
    assert version("broken", "team%2Fbroken") not in swept.names


def test_traffic_that_follows_the_latest_and_names_its_revision_holds_that_revision(
    sweeping: Serving,
) -> None:
    """While the newest is not ready the traffic's own word says which one serves."""
    google = cloud()
    web = google.services[f"{PLACE}/services/web"]
    web.traffic_statuses[0].revision = f"{REVISIONS}/web-2"
    swept = sweeping(google)("--dry-run", *LIMITS)
    assert f"{REVISIONS}/web-2" not in swept.names
    assert version("freed") not in swept.names


def test_a_tag_that_traffic_is_asked_for_and_has_not_yet_holds_its_revision(sweeping: Serving) -> None:
    """R15."""
    google = cloud()
    web = google.services[f"{PLACE}/services/web"]
    web.traffic.append(run_v2.TrafficTarget(revision="web-2", tag="canary"))
    swept = sweeping(google)("--dry-run", *LIMITS)
    assert f"{REVISIONS}/web-1" in swept.names
    assert f"{REVISIONS}/web-2" not in swept.names


@pytest.mark.parametrize("named", [f"@{digest('old')}", ":gone"])
def test_an_image_named_by_the_number_of_its_project_is_in_use(sweeping: Serving, named: str) -> None:
    """R2: by a digest; by a tag that nothing bears, with its whole package."""
    google = cloud()
    image = f"{HOST.replace('/p/', '/123456/')}/team/app{named}"
    google.revisions[f"{REVISIONS}/web-3"].containers[0].image = image
    swept = sweeping(google)("--dry-run", *LIMITS)
    assert version("old") not in swept.names
    assert (version("bare") in swept.names) is named.startswith("@")


def test_times_that_are_unset_satisfy_no_age(sweeping: Serving) -> None:
    google = cloud()
    type(google.services[SERVICE]).pb(google.services[SERVICE]).ClearField("update_time")
    swept = sweeping(google)("--dry-run", *LIMITS)
    assert SERVICE not in swept.names
    assert swept.kept("run.service")["age-unknown"] == 1


def test_a_repository_goes_whole_once_nothing_uses_it(sweeping: Serving) -> None:
    google = cloud()
    for name in list(google.services):
        if name != SERVICE:
            del google.services[name]
    google.revisions = {name: each for name, each in google.revisions.items() if "/dead/" in name}
    google.jobs.clear()
    google.images[REPOSITORY] = [each for each in google.images[REPOSITORY] if each.upload_time]
    rules = (
        "version: 1\nscope: {projects: [p]}\npolicies:\n"
        "  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}\n"
        "  - {name: gone, kind: artifact.repository, when: {unused: true, name: r}}\n"
    )
    sweep = sweeping(google)
    said, done = sweep("--dry-run", *LIMITS, policies=rules), sweep("--apply", *LIMITS, policies=rules)
    assert said.names == done.names == [SERVICE, REPOSITORY]
    assert (done.code, done.actions[1]["after"]) == (0, [SERVICE])
    [request] = google.requests("DeleteRepository")
    assert request.name == REPOSITORY
    assert google.repositories == {}
