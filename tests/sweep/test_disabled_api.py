"""A project in which an API is disabled: nothing of it is read, and the sweep says so with the command (R4)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, world

POLICIES = """\
version: 1
scope: {projects: [p], workloads: none}
policies:
  - {name: old, kind: artifact.image, when: {older_than: 7d}}
"""


@pytest.mark.parametrize(
    ("rpc", "api", "host"),
    [
        ("ListLocations", "Artifact Registry", "artifactregistry.googleapis.com"),
        ("ListRunLocations", "Cloud Run", "run.googleapis.com"),
    ],
)
def test_a_disabled_api_is_one_note_with_the_command(place: Placing, rpc: str, api: str, host: str) -> None:
    info = f"reason: SERVICE_DISABLED, domain: googleapis.com, metadata: {{service: {host}, consumer: projects/p}}"
    here = place(world(image("a", "v1"), trouble=f"[{{rpc: {rpc}, permission_denied: {{{info}}}}}]"))
    swept = here.sweep(policies=POLICIES)
    (note,) = [notice for notice in swept.document["notices"] if "API is disabled" in notice]
    assert note == (
        f"the {api} API is disabled in project p, so nothing of it was read; to enable it:"
        f" gcloud services enable {host} --project p"
    )
