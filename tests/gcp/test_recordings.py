"""Real replies of Google, decoded. What the recordings lack is built from Google's documentation."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.protobuf.json_format import ParseDict

from janitor.gcp import artifact_decode, run_kinds
from janitor.gcp.artifact_decode import ImageDecoder
from janitor.kinds.execution import LastExecution
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Image, Mode, Scaling, State, Traffic

RECORDINGS = Path(__file__).parent / "recordings"


def body(path: str) -> dict[str, Any]:
    """The JSON of a reply."""
    reply: dict[str, Any] = json.loads((RECORDINGS / path).read_text())["body"]
    return reply


def message(kind: Any, fields: dict[str, Any]) -> Any:
    """Raw protobuf of Google's JSON; fields that this client does not know yet are left out, as over gRPC."""
    return ParseDict(fields, kind.pb(kind()), ignore_unknown_fields=True)


def test_a_job_that_ran() -> None:
    """Its last execution by a short name, without a completion_status."""
    job = run_kinds.job(message(run_v2.Job, body("goblet/operation-patch-job.json")["response"]))
    assert job.name == ResourceName("goblet", "us-central1", ("jobs", "goblet-test-test"))
    assert (job.terminal.type, job.terminal.state) == ("Ready", State.SUCCEEDED)
    ended = datetime(2023, 6, 29, 13, 11, 1, 950133, tzinfo=UTC)
    assert job.last == LastExecution("goblet-test-test-l6g65", ended, True)
    assert (job.execution_count, job.reconciling) == (3, False)
    assert job.update_time == datetime(2023, 6, 29, 13, 54, 59, 15710, tzinfo=UTC)
    assert job.etag.startswith('"CLOa9qQG')


def test_a_service_that_serves() -> None:
    service = run_kinds.service(message(run_v2.Service, body("goblet/service.json")))
    short = "goblet-set-invoker-permissions"
    assert service.name == ResourceName("goblet", "us-central1", ("services", short))
    assert service.etag.startswith('"CKLg8aQG')
    assert service.etag.endswith('"')
    assert service.create_time == datetime(2023, 6, 28, 17, 38, 42, 556837, tzinfo=UTC)
    assert (service.terminal.type, service.terminal.state) == ("Ready", State.SUCCEEDED)
    assert [each.type for each in service.conditions] == ["RoutesReady", "ConfigurationsReady"]
    assert service.traffic == (Traffic("", 100, "", latest=True),)
    assert service.latest_ready_revision == f"{short}-00001-2mk"
    assert service.latest_created_revision == f"{short}-00001-2mk"
    assert service.uri == f"https://{short}-ue5lbildha-uc.a.run.app"
    assert (service.reconciling, service.multi_region, service.scaling) == (False, False, Scaling())
    (image,) = service.images
    assert image.startswith(
        f"us-central1-docker.pkg.dev/goblet/cloud-run-source-deploy/{short}@sha256:d33c2a"
    )


def test_a_service_of_two_containers_names_both_images() -> None:
    response = body("goblet/operation-multi-container.json")["response"]
    service = run_kinds.service(message(run_v2.Service, {k: v for k, v in response.items() if k != "@type"}))
    assert len(service.images) == 2
    assert service.images[1] == "nginx:1.20.0-alpine"
    assert service.creator == "test@goblet.com"


def test_a_service_that_is_being_deleted_reconciles() -> None:
    metadata = body("goblet/operation-delete-service.json")["metadata"]
    service = run_kinds.service(message(run_v2.Service, {k: v for k, v in metadata.items() if k != "@type"}))
    assert service.reconciling
    assert service.terminal.state is State.PENDING


def test_jobs_name_their_images() -> None:
    page = message(run_v2.ListJobsResponse, body("goblet/jobs.json"))
    (job,) = [run_kinds.job(each) for each in page.jobs]
    assert job.name == ResourceName("goblet", "us-central1", ("jobs", "test-job-test"))
    assert job.last is None  # it never ran: a reference without a name, with times at the epoch
    assert job.images == (
        "us-central1-docker.pkg.dev/goblet/cloud-run-source-deploy/test-job"
        "@sha256:38a45ee15784eddb74f02ad74fdb817cbf6310329f034d6d28570a78bd9e7b00",
    )


def test_repositories_with_and_without_size() -> None:
    page = message(ar.ListRepositoriesResponse, body("cloud-custodian/repositories.json"))
    empty, engine = [artifact_decode.repository(each) for each in page.repositories]
    assert empty.name == RepositoryName("cloud-custodian", "us-central1", "c7n-artifact-repo")
    assert (empty.format, empty.mode, empty.size_bytes) == ("DOCKER", Mode.STANDARD, 0)
    assert empty.labels == {"goog-terraform-provisioned": "true", "env": "default"}
    assert (engine.name.repository, engine.size_bytes) == ("gae-standard", 475091591)
    assert engine.update_time == datetime(2026, 1, 29, 20, 13, 0, 583414, tzinfo=UTC)


def test_a_repository_of_which_google_names_no_mode_is_not_taken_for_a_standard_one() -> None:
    page = message(ar.ListRepositoriesResponse, body("cloud-custodian/repositories-2022.json"))
    (repository,) = [artifact_decode.repository(each) for each in page.repositories]
    assert repository.mode is Mode.UNSPECIFIED


def test_the_repository_of_source_deployments() -> None:
    repository = artifact_decode.repository(message(ar.Repository, body("goblet/repository.json")))
    assert repository.name.repository == "cloud-run-source-deploy"
    assert (repository.size_bytes, repository.cleanup_policies) == (224856157539, ())
    assert repository.labels["owner"] == "data-platform"


def test_a_service_whose_first_deploy_failed() -> None:
    """Built from what real replies are known to show, as no recording has one: terminal FAILED, no
    traffic_statuses, no uri, and the failing revision itself as latest_ready_revision."""
    name = "projects/p/locations/l/services/web"
    service = run_kinds.service(
        message(
            run_v2.Service,
            {
                "name": name,
                "terminalCondition": {
                    "type": "Ready", "state": "CONDITION_FAILED", "message": "Revision 'web-1' is not ready",
                    "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR", "lastTransitionTime": "2026-11-01T00:00:00Z",
                },
                "conditions": [
                    {"type": "RoutesReady", "state": "CONDITION_FAILED", "reason": "REVISION_FAILED"},
                    {"type": "ConfigurationsReady", "state": "CONDITION_SUCCEEDED"},
                ],
                "latestReadyRevision": f"{name}/revisions/web-1",
                "latestCreatedRevision": f"{name}/revisions/web-1",
            },
        )
    )  # fmt: skip
    assert (service.terminal.state, service.terminal.reason) == (State.FAILED, "HEALTH_CHECK_CONTAINER_ERROR")
    assert service.terminal.last_transition_time == datetime(2026, 11, 1, tzinfo=UTC)
    assert [each.reason for each in service.conditions] == ["REVISION_FAILED", ""]
    assert (service.traffic, service.uri, service.latest_ready_revision) == ((), "", "web-1")


def test_a_page_of_images() -> None:
    """Built from artifact.proto, as no recording has one: an index, and an image without times."""
    name = RepositoryName("p", "us", "r")
    index, child = "sha256:" + "a" * 64, "sha256:" + "b" * 64
    page = message(
        ar.ListDockerImagesResponse,
        {
            "dockerImages": [
                {
                    "name": f"{name}/dockerImages/team%2Fapp@{index}",
                    "uri": f"us-docker.pkg.dev/p/r/team/app@{index}",
                    "tags": ["v1", "latest"],
                    "imageSizeBytes": "1234",
                    "uploadTime": "2026-11-01T00:00:00.500Z",
                    "updateTime": "2026-11-02T00:00:00Z",
                    "mediaType": "application/vnd.oci.image.index.v1+json",
                    "imageManifests": [{"digest": child, "architecture": "arm64", "os": "linux"}],
                },
                {"name": f"{name}/dockerImages/team%2Fapp@{child}", "uploadTime": "1970-01-01T00:00:00Z"},
            ]
        },
    )
    images: list[Image] = []
    ImageDecoder(name).extend(images, page.docker_images)
    uploaded = datetime(2026, 11, 1, tzinfo=UTC).timestamp() + 0.5
    updated = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
    assert images == [
        Image("team/app", index, ("v1", "latest"), 1234, uploaded, updated, "", (child,)),
        Image("team/app", child, (), 0, None, None, "", ()),
    ]
