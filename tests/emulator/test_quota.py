"""Quotas of a world file."""

import grpc
import pytest
from google.api_core.exceptions import ResourceExhausted
from google.longrunning import operations_pb2
from google.rpc import error_details_pb2

from janitor.emulator import WorldError, digest
from janitor.emulator.errors import RefusedCall
from janitor.emulator.quota import Quotas
from janitor.emulator.world import parse
from tests.emulator.asking import APP, REGION, REPOSITORY, WEB, WORLD, google


def asked_to_wait(refused: RefusedCall) -> list[int]:
    return [
        each.retry_delay.seconds for each in refused.details if isinstance(each, error_details_pb2.RetryInfo)
    ]


def test_any_sixty_seconds_count_by_project_and_region() -> None:
    now = [0.0]
    quotas = Quotas({"run_writes": 2}, clock=lambda: now[0])
    quotas.take("run", "DeleteService", WEB)
    now[0] = 50.0
    quotas.take("run", "DeleteJob", f"{REGION}/jobs/nightly")
    with pytest.raises(RefusedCall) as refused:
        quotas.take("run", "DeleteService", WEB)
    assert refused.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert asked_to_wait(refused.value) == [10]
    quotas.take("run", "DeleteService", WEB.replace("us-central1", "europe-west1"))
    quotas.take("run", "DeleteService", WEB.replace("projects/shop", "projects/other"))
    quotas.take("run", "GetService", WEB)
    now[0] = 60.0
    quotas.take("run", "DeleteService", WEB)
    with pytest.raises(RefusedCall):
        quotas.take("run", "DeleteService", WEB)
    assert quotas.refused == {"run_writes": 2}


def test_a_batch_counts_once_for_each_version_and_a_refused_call_for_none_of_its_quotas() -> None:
    quotas = Quotas({"artifact_deletes": 3, "artifact_requests": 2}, clock=lambda: 0.0)
    quotas.take("artifact", "BatchDeleteVersions", APP, 2)
    with pytest.raises(RefusedCall, match="Delete requests"):
        quotas.take("artifact", "BatchDeleteVersions", APP, 2)
    quotas.take("artifact", "DeleteVersion", APP)
    with pytest.raises(RefusedCall, match="'Requests'"):
        quotas.take("artifact", "GetVersion", APP)


def test_a_refusal_over_the_wire_has_its_reason_and_the_time_to_wait() -> None:
    with google(WORLD + "quota: {artifact_requests: 1}\n") as asked:
        assert list(asked.artifacts.list_docker_images(parent=REPOSITORY))
        with pytest.raises(ResourceExhausted) as refused:
            asked.artifacts.get_repository(name=REPOSITORY)
        assert refused.value.reason == "RATE_LIMIT_EXCEEDED"
        assert refused.value.metadata["quota_metric"] == "artifactregistry.googleapis.com/requests"
        [wait] = [each for each in refused.value.details if isinstance(each, error_details_pb2.RetryInfo)]
        assert 50 < wait.retry_delay.seconds < 60
        assert asked.services.get_service(name=WEB)


def test_asking_about_an_operation_counts_for_the_api_that_began_it() -> None:
    with google(WORLD + "quota: {artifact_requests: 2, run_reads: 1, retry_info: false}\n") as asked:
        began = asked.artifacts.delete_version(name=f"{APP}/versions/{digest('old')}").operation.name
        request = operations_pb2.GetOperationRequest(name=began)
        assert asked.operations.GetOperation(request).done
        with pytest.raises(grpc.RpcError, match="artifactregistry"):
            asked.operations.GetOperation(request)
        with pytest.raises(ResourceExhausted) as refused:
            asked.artifacts.get_repository(name=REPOSITORY)
        assert [type(each) for each in refused.value.details] == [error_details_pb2.ErrorInfo]
        assert asked.services.get_service(name=WEB)


def test_a_quota_that_is_not_known_is_an_error() -> None:
    with pytest.raises(WorldError, match="did you mean run_writes"):
        parse("quota: {run_write: 3}\n")
