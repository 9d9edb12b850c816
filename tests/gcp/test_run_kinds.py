"""Cloud Run's messages, field by field."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from google.cloud import run_v2
from google.protobuf.timestamp_pb2 import Timestamp

from janitor.gcp import run_kinds
from janitor.gcp.run_values import condition, container, quantity, time_of
from janitor.model.resources import Condition, Container, Scaling, State, Traffic

PLACE = "projects/p/locations/l"
IMAGE = "l-docker.pkg.dev/p/r/app"
DIGEST = "sha256:" + "a" * 64


def raw(message: Any) -> Any:
    return type(message).pb(message)


def service(**fields: Any) -> Any:
    return run_kinds.service(raw(run_v2.Service(name=f"{PLACE}/services/web", **fields)))


def revision(**fields: Any) -> Any:
    return run_kinds.revision(raw(run_v2.Revision(name=f"{PLACE}/services/web/revisions/web-1", **fields)))


def test_a_service_names_the_images_of_every_container_and_of_its_build() -> None:
    template = run_v2.RevisionTemplate(
        containers=[
            run_v2.Container(image=f"{IMAGE}:v1", base_image_uri="us-docker.pkg.dev/base/run/python"),
            run_v2.Container(image=f"{IMAGE}-init", depends_on=["main"]),
            run_v2.Container(image="scratch"),
            run_v2.Container(image=f"{IMAGE}:v1"),
            run_v2.Container(),
        ]
    )
    build = run_v2.BuildConfig(image_uri=f"{IMAGE}-built", base_image="us-docker.pkg.dev/base/build/python")
    assert service(template=template, build_config=build).images == (
        f"{IMAGE}:v1",
        "us-docker.pkg.dev/base/run/python",
        f"{IMAGE}-init",
        f"{IMAGE}-built",
        "us-docker.pkg.dev/base/build/python",
    )


def test_a_service_has_what_google_says_of_it() -> None:
    found = service(
        uid="u", etag='"e"', creator="a@example.com", labels={"env": "prod"}, annotations={"a": "b"}, uri="https://x",
        reconciling=True, multi_region_settings={"regions": ["l"]},
    )  # fmt: skip
    assert (found.uid, found.etag, found.creator, found.uri) == ("u", '"e"', "a@example.com", "https://x")
    assert (found.labels, found.annotations) == ({"env": "prod"}, {"a": "b"})
    assert (found.reconciling, found.multi_region) == (True, True)
    assert (found.create_time, found.update_time) == (None, None)
    assert found.terminal == Condition("", State.UNSPECIFIED)


def test_traffic_names_the_revision_that_google_names_whatever_its_type() -> None:
    latest = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST
    named = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
    found = service(
        traffic_statuses=[
            run_v2.TrafficTargetStatus(type_=latest, percent=80),
            run_v2.TrafficTargetStatus(type_=latest, revision="web-3", percent=10),
            run_v2.TrafficTargetStatus(type_=named, revision="web-1", percent=10),
            run_v2.TrafficTargetStatus(
                type_=named, revision=f"{PLACE}/services/web/revisions/web-2", tag="canary"
            ),
        ]
    )
    assert found.traffic == (
        Traffic("", 80, "", latest=True),
        Traffic("web-3", 10, "", latest=True),
        Traffic("web-1", 10, ""),
        Traffic("web-2", 0, "canary"),
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Scaling()),
        ({"min_instance_count": 2}, Scaling(2)),
        ({"scaling_mode": 2, "manual_instance_count": 0}, Scaling(0, 0)),
        ({"scaling_mode": 2, "manual_instance_count": 3, "min_instance_count": 1}, Scaling(1, 3)),
        ({"scaling_mode": 2}, Scaling(0, None)),
        ({"scaling_mode": 1, "manual_instance_count": 3}, Scaling(0, None)),
    ],
)
def test_instances_asked_for_by_hand_count_in_manual_mode_alone(
    fields: dict[str, int], expected: Scaling
) -> None:
    assert service(scaling=run_v2.ServiceScaling(**fields)).scaling == expected


def test_a_retired_revision() -> None:
    retired = run_v2.Condition.RevisionReason.RETIRED
    since = datetime(2026, 10, 1, tzinfo=UTC)
    found = revision(
        etag='"e"',
        labels={"a": "b"},
        creator="a@example.com",
        conditions=[
            run_v2.Condition(type_="Active", state=3, revision_reason=retired, last_transition_time=since),
            run_v2.Condition(type_="Ready", state=4, revision_reason=retired),
            run_v2.Condition(type_="ResourcesAvailable", state=2),
        ],
    )
    assert found.ready == Condition("Ready", State.SUCCEEDED, "RETIRED")
    assert found.active == Condition("Active", State.FAILED, "RETIRED", "", since)
    assert (found.etag, found.labels, found.creator) == ('"e"', {"a": "b"}, "a@example.com")


def test_a_revision_without_conditions_has_none() -> None:
    found = revision()
    assert (found.ready, found.active, found.create_time) == (None, None, None)
    assert (found.scaling, found.desired_min_instances) == (Scaling(), None)


def test_what_a_revision_keeps_running() -> None:
    found = revision(
        scaling=run_v2.RevisionScaling(min_instance_count=3),
        scaling_status=run_v2.RevisionScalingStatus(desired_min_instance_count=0),
        node_selector=run_v2.NodeSelector(accelerator="nvidia-l4"),
        gpu_zonal_redundancy_disabled=True,
        containers=[run_v2.Container(image=f"{IMAGE}@{DIGEST}", base_image_uri="base")],
    )
    assert (found.scaling, found.desired_min_instances) == (Scaling(3), 0)
    assert (found.accelerator, found.gpu_zonal_redundancy) == ("nvidia-l4", False)
    assert found.images == (f"{IMAGE}@{DIGEST}", "base")
    assert len(found.containers) == 1


def test_a_revision_of_a_worker_pool_says_so_by_its_name() -> None:
    name = f"{PLACE}/workerPools/pool/revisions/pool-1"
    assert run_kinds.revision(raw(run_v2.Revision(name=name))).name.path[0] == "workerPools"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (None, Container(Decimal(1), Decimal("0.5"), True)),
        (run_v2.ResourceRequirements(), Container(Decimal(1), Decimal("0.5"), False)),
        (
            run_v2.ResourceRequirements(limits={"cpu": "2000m", "memory": "1Gi"}, cpu_idle=True),
            Container(Decimal(2), Decimal(1), True),
        ),
        (
            run_v2.ResourceRequirements(limits={"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "1"}),
            Container(Decimal(8), Decimal(32), False, 1),
        ),
    ],
)
def test_what_a_container_bills_for(resources: Any, expected: Container) -> None:
    assert container(raw(run_v2.Container(resources=resources))) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"), ("1000m", "1"), ("0.5", "0.5"), (".5", "0.5"), ("512Mi", "536870912"), ("1G", "1000000000"),
        ("2Gi", "2147483648"), ("1e3", "1000"), ("1E3", "1000"), ("2E", "2000000000000000000"), ("128974848", "128974848"),
    ],
)  # fmt: skip
def test_reads_the_quantities_of_kubernetes(text: str, number: str) -> None:
    assert quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "much", "1 Gi", "1GiB", "1e999999999", "١"])
def test_refuses_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        quantity(text)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"reason": run_v2.Condition.CommonReason.CONTAINER_MISSING}, "CONTAINER_MISSING"),
        ({"revision_reason": run_v2.Condition.RevisionReason.RETIRED}, "RETIRED"),
        ({"execution_reason": run_v2.Condition.ExecutionReason.CANCELLED}, "CANCELLED"),
        ({"revision_reason": 987}, "987"),
        ({}, ""),
    ],
)
def test_the_reason_comes_from_whichever_field_holds_it(fields: dict[str, Any], reason: str) -> None:
    message = run_v2.Condition.pb(run_v2.Condition())
    for name, value in fields.items():
        setattr(message, name, int(value))
    assert condition(message).reason == reason


def test_a_state_that_is_not_known_yet_is_unspecified() -> None:
    message = run_v2.Condition.pb(run_v2.Condition())
    message.state = 987
    assert condition(message).state is State.UNSPECIFIED


@pytest.mark.parametrize("seconds", [2**62, 253_402_300_800, -62_135_596_801, -(2**63)])
def test_a_time_that_protobuf_does_not_allow_cannot_be_read(seconds: int) -> None:
    with pytest.raises(ValueError, match="no time can be read"):
        time_of(Timestamp(seconds=seconds))


@pytest.mark.parametrize("seconds", [0, -1, -62135596800])
def test_a_time_that_is_none_is_none(seconds: int) -> None:
    assert time_of(Timestamp(seconds=seconds)) is None


def test_times_are_utc_to_the_microsecond() -> None:
    assert time_of(Timestamp(seconds=1, nanos=999_999_999)) == datetime(
        1970, 1, 1, 0, 0, 1, 999_999, tzinfo=UTC
    )


def test_every_other_workload_names_its_images() -> None:
    containers = [
        run_v2.Container(image=f"{IMAGE}:v1", base_image_uri="base"),
        run_v2.Container(image="side"),
    ]
    task = run_v2.TaskTemplate(containers=containers)
    job = run_v2.Job(name=f"{PLACE}/jobs/j", template=run_v2.ExecutionTemplate(template=task))
    execution = run_v2.Execution(name=f"{PLACE}/jobs/j/executions/e", template=task)
    pool = run_v2.WorkerPool(
        name=f"{PLACE}/workerPools/w", template=run_v2.WorkerPoolRevisionTemplate(containers=containers)
    )
    instance = run_v2.Instance(name=f"{PLACE}/instances/i", containers=containers)
    expected = (f"{IMAGE}:v1", "base", "side")
    assert run_kinds.job(raw(job)).images == expected
    assert run_kinds.execution(raw(execution)).images == expected
    assert run_kinds.worker_pool(raw(pool)).images == expected
    assert run_kinds.instance(raw(instance)).images == expected


@pytest.mark.parametrize(
    ("status", "completed", "ended"),
    [
        ("EXECUTION_SUCCEEDED", True, True), ("COMPLETION_STATUS_UNSPECIFIED", True, True),
        ("EXECUTION_RUNNING", True, False), ("EXECUTION_PENDING", False, False),
        ("EXECUTION_SUCCEEDED", False, False),
    ],
)  # fmt: skip
def test_the_last_execution_of_a_job_has_ended_only_where_google_gives_its_time_and_no_other_word(
    status: str, completed: bool, ended: bool
) -> None:
    last = run_v2.ExecutionReference(name="j-1", completion_status=status)
    if completed:
        last.completion_time = datetime(2026, 11, 1, tzinfo=UTC)
    found = run_kinds.job(raw(run_v2.Job(name=f"{PLACE}/jobs/j", latest_created_execution=last))).last
    assert found
    assert (found.name, found.ended) == ("j-1", ended)


@pytest.mark.parametrize(("scaling", "count"), [({}, None), ({"manual_instance_count": 0}, 0)])
def test_a_worker_pool_without_a_count_is_not_one_without_instances(
    scaling: dict[str, int], count: int | None
) -> None:
    """`manual_instance_count` is optional (vendor_settings.proto)."""
    message = run_v2.WorkerPool(
        name=f"{PLACE}/workerPools/w", uid="u", etag='"e"', labels={"a": "b"}, creator="c", reconciling=True,
        update_time=datetime(2026, 11, 1, tzinfo=UTC), scaling=run_v2.WorkerPoolScaling(**scaling),
        terminal_condition=run_v2.Condition(type_="Ready", state="CONDITION_SUCCEEDED"),
        latest_ready_revision=f"{PLACE}/workerPools/w/revisions/w-1",
        instance_split_statuses=[run_v2.InstanceSplitStatus(revision="w-1", percent=100)],
    )  # fmt: skip
    found = run_kinds.worker_pool(raw(message))
    assert found.instances == count
    assert (found.uid, found.etag, found.labels, found.creator, found.reconciling) == (
        "u",
        '"e"',
        {"a": "b"},
        "c",
        True,
    )
    assert (found.update_time, found.terminal.state) == (datetime(2026, 11, 1, tzinfo=UTC), State.SUCCEEDED)
    assert (found.latest_ready_revision, found.splits) == ("w-1", (Traffic("w-1", 100, ""),))


def test_an_execution_says_when_and_how_it_ended() -> None:
    message = run_v2.Execution(
        name=f"{PLACE}/jobs/j/executions/e", uid="u", etag='"e"', labels={"a": "b"}, creator="c",
        completion_time=datetime(2026, 11, 1, tzinfo=UTC), running_count=2, reconciling=True,
    )  # fmt: skip
    cancelled = run_v2.Condition.ExecutionReason.CANCELLED
    message.conditions = [
        run_v2.Condition(type_="Started", state="CONDITION_SUCCEEDED"),
        run_v2.Condition(type_="Completed", state="CONDITION_FAILED", execution_reason=cancelled),
    ]
    found = run_kinds.execution(raw(message))
    assert (found.uid, found.etag, found.labels, found.creator) == ("u", '"e"', {"a": "b"}, "c")
    assert (found.create_time, found.completion_time) == (None, datetime(2026, 11, 1, tzinfo=UTC))
    assert found.completed
    assert (found.completed.state, found.completed.reason) == (State.FAILED, "CANCELLED")
    assert (found.running_count, found.reconciling) == (2, True)


@pytest.mark.parametrize("digest", [DIGEST, f"{IMAGE}@{DIGEST}"])
def test_an_instance_holds_the_digest_that_runs_as_well(digest: str) -> None:
    message = run_v2.Instance(
        name=f"{PLACE}/instances/i", containers=[run_v2.Container(name="main", image=IMAGE)]
    )
    run_v2.Instance.pb(message).container_statuses.add(name="main", image_digest=digest)
    assert run_kinds.instance(raw(message)).images == (IMAGE, f"{IMAGE}@{DIGEST}")


@pytest.mark.parametrize("name", ["", "web", f"{PLACE}/jobs/web", "projects/p/services/web"])
def test_a_name_that_is_no_services_cannot_be_read(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        run_kinds.service(raw(run_v2.Service(name=name)))
