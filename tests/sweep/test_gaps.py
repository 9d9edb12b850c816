"""What is a gap and what is not, in whole sweeps: codes and details decide, never the text (R4)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import RUN, image, uri, world

WEB = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@z")}"}}}}'
JOBS = f'{{j: {{updated: 3d ago, image: "{uri("@z")}"}}}}'
DISABLED = "{reason: SERVICE_DISABLED, domain: googleapis.com, metadata: {service: run.googleapis.com}}"
FORBIDDEN = "{reason: LOCATION_POLICY_VIOLATED, domain: googleapis.com}"
TEXT = "{message: 'SERVICE_DISABLED: LOCATION_POLICY_VIOLATED, UNIMPLEMENTED: Cloud Run is not enabled'}"
OTHER = "{reason: SERVICE_DISABLED, domain: googleapis.com, metadata: {service: compute.googleapis.com}}"


def swept(place: Placing, trouble: str) -> tuple[int, list[str], list[str]]:
    """Exit code, what went, and the kinds of the gaps."""
    here = place(world(image("a"), services=WEB, jobs=JOBS, trouble=f"[{trouble}]"))
    found = here.sweep("--apply")
    return found.code, found.names, [gap["kind"] for gap in found.document["gaps"]]


@pytest.mark.parametrize(
    "trouble",
    [
        f"{{rpc: 'List*', location: europe-west1, permission_denied: {DISABLED}}}",
        f"{{rpc: 'List*', location: europe-west1, permission_denied: {FORBIDDEN}}}",
        "{rpc: 'List*', location: europe-west1, error: {code: UNIMPLEMENTED}}",
        "{rpc: ListWorkerPools, error: {code: UNIMPLEMENTED}}",
    ],
)
def test_what_is_not_there_is_no_gap(place: Placing, trouble: str) -> None:
    code, names, gaps = swept(place, trouble)
    assert (code, gaps) == (0, [])
    assert len(names) == 2


@pytest.mark.parametrize("details", [TEXT, OTHER, "true"])
def test_any_other_refusal_is_a_gap_whatever_its_text_says(place: Placing, details: str) -> None:
    code, names, gaps = swept(
        place, f"{{rpc: ListServices, location: europe-west1, permission_denied: {details}}}"
    )
    assert (code, gaps) == (3, ["run.service"])
    assert names == [f"{RUN}/services/web"]


@pytest.mark.parametrize(
    ("rpc", "kind"), [("ListRevisions", "run.revision"), ("ListExecutions", "run.execution")]
)
@pytest.mark.parametrize(
    "how",
    ["error: {code: UNIMPLEMENTED}", f"permission_denied: {DISABLED}", f"permission_denied: {FORBIDDEN}"],
)
def test_services_without_a_list_of_revisions_and_jobs_without_one_of_executions_are_gaps(
    place: Placing, rpc: str, kind: str, how: str
) -> None:
    """R4: a server that lists what holds them has them."""
    code, names, gaps = swept(place, f"{{rpc: {rpc}, location: us-central1, {how}}}")
    assert (code, names, gaps) == (3, [], [kind])


def test_a_reference_that_cannot_be_parsed_is_a_gap_of_its_workload(place: Placing) -> None:
    """R2: it names a scanned project's registry, and may name any image of it."""
    bad = "{broken: {updated: 1d ago, image: 'us-central1-docker.pkg.dev/p/r/App:v1'}}"
    here = place(world(image("a"), services=bad))
    found = here.sweep("--apply")
    assert (found.code, found.names) == (3, [])
    gaps = found.document["gaps"]
    assert {gap["kind"] for gap in gaps} == {"run.service", "run.revision"}
    assert all("r/App:v1" in gap["cause"] for gap in gaps)
    table = " ".join(here.sweep("--dry-run", fmt="table").out.split())
    assert "Kept because of this: docker images, packages, tags and repositories in every project" in table
    assert "services, revisions, jobs and worker pools in p us-central1" in table
