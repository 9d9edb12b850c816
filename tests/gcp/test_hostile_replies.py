"""gRPC replies that hold anything: each row is a value or is named as unreadable, and each reply is one or an error."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import grpc
import pytest
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2
from google.longrunning.operations_pb2 import Operation
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status
from hypothesis import example, given, settings
from hypothesis import strategies as st

from janitor.apply.ports import CallError, NotFoundError, UnclearError, UnendedError
from janitor.cost.book import PricesUnavailableError
from janitor.gcp import artifact_decode, package_decode, run_kinds
from janitor.gcp.artifact_decode import ImageDecoder
from janitor.gcp.billing import read_catalog
from janitor.gcp.errors import error_of
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.operations import GoogleOperations
from janitor.gcp.paging import ROW_FAILURES
from janitor.gcp.reader import GoogleReader
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, image_of
from janitor.model.resources import Image
from tests.gcp.conftest import Hands
from tests.gcp.google import Google, RefusedError, artifact_places, serving
from tests.gcp.hostile import DIGEST, PLACE, REPOSITORY, Hostile
from tests.gcp.test_deletes import EXECUTION, JOB, POOL, REVISION, SERVICE, deleter
from tests.gcp.test_observer import NAME as US_REPOSITORY
from tests.gcp.test_observer import NOW, contents, observed
from tests.gcp.test_reader import READS, reading

SEEDS = st.integers(0, 2**32 - 1)
MANY = settings(max_examples=150, deadline=None, derandomize=True)
NAME = RepositoryName.parse(REPOSITORY)
PACKAGE = f"{REPOSITORY}/packages/app"
DECODERS: list[tuple[Any, Callable[[Any], Any]]] = [
    (run_v2.Service, run_kinds.service),
    (run_v2.Revision, run_kinds.revision),
    (run_v2.Job, run_kinds.job),
    (run_v2.Execution, run_kinds.execution),
    (run_v2.WorkerPool, run_kinds.worker_pool),
    (run_v2.Instance, run_kinds.instance),
    (ar.Repository, artifact_decode.repository),
    (ar.Attachment, lambda message: artifact_decode.subject(message, NAME)),
    (ar.Package, lambda message: package_decode.package(message, NAME)),
    (ar.Version, lambda message: package_decode.version(message, PACKAGE, {})),
    (ar.Tag, lambda message: package_decode.tag(message, PACKAGE)),
    (ar.File, package_decode.file),
]
UNREADABLE = "INTERNAL: the answer cannot be read"


@pytest.mark.parametrize(("kind", "decode"), DECODERS, ids=[kind.__name__ for kind, _ in DECODERS])
@MANY
@given(SEEDS)
def test_every_row_is_a_value_or_cannot_be_read(kind: Any, decode: Callable[[Any], Any], seed: int) -> None:
    try:
        found = decode(Hostile.of(seed).message(kind))
    except ROW_FAILURES:
        return
    if kind in (run_v2.Revision, run_v2.Execution):
        assert found.name.parent.short


@MANY
@given(SEEDS)
def test_every_image_is_a_value_or_is_named_as_unreadable(seed: int) -> None:
    hostile = Hostile.of(seed)
    messages = [hostile.message(ar.DockerImage) for _ in range(5)]
    decoder, images = ImageDecoder(NAME), list[Image]()
    decoder.extend(images, messages)
    assert len(images) + len(decoder.unreadable) == len(messages)
    for image in images:
        assert image_of(NAME.version(image.package, image.digest)) == (NAME, image.package, image.digest)
        for time in (image.upload_time, image.update_time):
            assert time is None or datetime.fromtimestamp(time, UTC)


@pytest.mark.parametrize(
    ("kind", "decode", "name"),
    [
        (run_v2.Service, run_kinds.service, f"{PLACE}/services/"),
        (run_v2.Service, run_kinds.service, "projects//locations//services/web"),
        (run_v2.Service, run_kinds.service, f"{PLACE}/jobs/j/services/web"),
        (run_v2.Revision, run_kinds.revision, f"{PLACE}/revisions/r"),
        (run_v2.Revision, run_kinds.revision, f"{PLACE}/jobs/j/revisions/r"),
        (run_v2.Execution, run_kinds.execution, f"{PLACE}/executions/e"),
        (run_v2.Execution, run_kinds.execution, f"{PLACE}/jobs//executions/e"),
        (ar.Repository, artifact_decode.repository, f"{PLACE}/repositories/"),
    ],
)
def test_a_name_without_an_id_or_below_something_else_cannot_be_read(
    kind: Any, decode: Callable[[Any], Any], name: str
) -> None:
    with pytest.raises(ValueError, match="not a"):
        decode(kind.pb(kind(name=name)))


@pytest.mark.parametrize("text", ["-1", "9e999", "9" * 400, "9999E"])
def test_a_quantity_that_no_container_can_have_cannot_be_read(text: str) -> None:
    limits = run_v2.ResourceRequirements(limits={"cpu": text})
    message = run_v2.Revision(
        name=f"{PLACE}/services/web/revisions/r", containers=[run_v2.Container(resources=limits)]
    )
    with pytest.raises(ValueError, match="quantity"):
        run_kinds.revision(run_v2.Revision.pb(message))


def test_a_quantity_of_a_real_container_can_be_read() -> None:
    limits = run_v2.ResourceRequirements(limits={"cpu": "8", "memory": "32Gi"})
    message = run_v2.Revision(
        name=f"{PLACE}/services/web/revisions/r", containers=[run_v2.Container(resources=limits)]
    )
    (found,) = run_kinds.revision(run_v2.Revision.pb(message)).containers
    assert (found.vcpu, found.memory_gib) == (Decimal(8), Decimal(32))


@pytest.mark.parametrize(
    ("name", "time"),
    [
        (f"app@sha256:{'/' * 63}a", Timestamp(seconds=1)),
        (f"app@{DIGEST}", Timestamp(seconds=253_402_300_799, nanos=999_999_999)),
        (f"app@{DIGEST}", Timestamp(seconds=253_402_300_799, nanos=2**31 - 1)),
        (f"app@{DIGEST}", Timestamp(seconds=253_402_300_800)),
        (f"app@{DIGEST}", Timestamp(seconds=-(2**63))),
    ],
)
async def test_an_image_whose_name_or_time_nothing_can_hold_is_a_gap_that_names_it(
    name: str, time: Timestamp
) -> None:
    row = ar.DockerImage(name=f"{US_REPOSITORY}/dockerImages/{name}")
    ar.DockerImage.pb(row).update_time.CopyFrom(time)
    found, _ = await contents(
        Google({"ListDockerImages": lambda _: ar.ListDockerImagesResponse(docker_images=[row])})
    )
    assert isinstance(found, Gap)
    assert name in found.cause


class Unreadable:
    """A reply that is no message of any type."""

    def SerializeToString(self) -> bytes:  # noqa: N802, the name that protobuf gives it
        return b"\x0a\xff\xff\xff"


def unreadable(_: Any) -> Unreadable:
    return Unreadable()


LISTS = ("ListServices", "ListRevisions", "ListJobs", "ListExecutions", "ListWorkerPools", "ListInstances")


async def test_a_listing_that_is_no_message_is_a_gap(hands: Hands) -> None:
    names = (*LISTS, "ListRepositories", "ListLocations")
    found, skips = await observed(Google(dict.fromkeys(names, unreadable)))
    assert {gap.cause for gap in (*found.workloads.gaps, *found.gaps)} == {UNREADABLE}
    assert len(found.workloads.gaps) == len(LISTS)
    assert skips == []
    assert hands.slept, "a reply that was cut off may be whole at the next attempt"


@pytest.mark.parametrize(("method", "read"), READS)
async def test_a_resource_that_is_no_message_is_an_error_and_not_gone(
    hands: Hands, method: str, read: Callable[[GoogleReader], Any]
) -> None:
    """grpc.aio answers None for it, as the reader does for a resource that does not exist."""
    async with reading(Google({method: unreadable})) as reader:
        with pytest.raises(CallError, match=UNREADABLE):
            await read(reader)


async def test_prices_that_are_no_message_are_not_available(hands: Hands) -> None:
    async with serving(Google({"ListSkus": unreadable})) as clients:
        with pytest.raises(PricesUnavailableError, match=UNREADABLE):
            await read_catalog(clients.catalog, NOW.date())


async def test_a_delete_whose_answer_is_no_message_is_unclear() -> None:
    async with serving(Google({"DeleteService": unreadable})) as clients:
        with pytest.raises(UnclearError, match=UNREADABLE):
            await deleter(clients).delete(Kind.SERVICE, SERVICE, "etag")


@pytest.mark.parametrize("kind", [run_v2.Job.pb(), run_v2.Service.pb()])
async def test_a_delete_that_ended_with_an_odd_result_is_unclear(kind: Any) -> None:
    ended = Operation(name="operations/1", done=True, response=_corrupt(kind))
    async with serving(Google({"DeleteService": lambda _: ended})) as clients:
        with pytest.raises(UnclearError, match="its answer cannot be read"):
            await deleter(clients).delete(Kind.SERVICE, SERVICE, "etag")


async def test_an_operation_that_is_no_message_has_not_ended(hands: Hands) -> None:
    async with serving(Google({"GetOperation": unreadable})) as clients:
        operations = GoogleOperations(clients.services, clients.artifacts, 1)
        with pytest.raises(UnendedError, match=UNREADABLE):
            await operations.wait(Kind.SERVICE, "operations/1")


class _OddDetailsError(RefusedError):
    def __init__(self, trailer: bytes) -> None:
        super().__init__(grpc.StatusCode.NOT_FOUND)
        self.trailer = trailer

    def trailers(self) -> tuple[tuple[str, bytes], ...]:
        return (("grpc-status-details-bin", self.trailer),)


def _corrupt(kind: Any) -> AnyMessage:
    return AnyMessage(type_url=f"type.googleapis.com/{kind.DESCRIPTOR.full_name}", value=b"\x0a\xff\xff")


@pytest.mark.parametrize(
    "trailer",
    [
        b"\xff\xff",
        Status(code=7, message="no").SerializeToString(),
        Status(code=5, message="no", details=[_corrupt(ErrorInfo)]).SerializeToString(),
    ],
)
async def test_details_that_cannot_be_read_leave_the_code_of_an_error(trailer: bytes) -> None:
    def refuse(_: Any) -> Any:
        raise _OddDetailsError(trailer)

    async with serving(Google({"GetService": refuse, "DeleteService": refuse})) as clients:
        assert (
            await GoogleReader(GoogleObserver(clients, lambda *_: None), ["p"]).workload(
                Kind.SERVICE, SERVICE
            )
            is None
        )
        with pytest.raises(NotFoundError, match=r"^NOT_FOUND$"):
            await deleter(clients).delete(Kind.SERVICE, SERVICE, "etag")


async def test_metadata_of_a_batch_that_cannot_be_read_leaves_open_what_failed() -> None:
    ended = Operation(name="operations/1", done=True, metadata=_corrupt(ar.BatchDeleteVersionsMetadata.pb()))
    async with serving(Google({"GetOperation": lambda _: ended})) as clients:
        operations = GoogleOperations(clients.services, clients.artifacts, 1)
        with pytest.raises(UnendedError, match="metadata that cannot be read"):
            await operations.wait(Kind.IMAGE, "operations/1")


def test_a_detail_of_a_status_that_cannot_be_read_says_nothing() -> None:
    assert str(error_of(Status(code=7, details=[_corrupt(ErrorInfo)]))).startswith("PERMISSION_DENIED")


@settings(MANY, max_examples=30)
@given(SEEDS)
@example(0)
def test_every_listing_and_every_resource_is_a_value_a_gap_or_a_call_error(seed: int) -> None:
    asyncio.run(_asked(Hostile.of(seed).google()))


async def _asked(google: Google) -> None:
    google.answers["ListLocations"] = artifact_places("us-central1")
    async with serving(google) as clients:
        observer = GoogleObserver(clients, lambda *_: None)
        found = await observer.observe(["p"], NOW)
        assert all(gap.cause.isprintable() for gap in (*found.workloads.gaps, *found.gaps))
        for repository in found.repositories:
            for held in (await observer.contents(repository), await observer.packages(repository)):
                assert not isinstance(held, Gap) or held.cause.isprintable()
        reader = GoogleReader(observer, ["p"])
        for read in (
            reader.workload(Kind.SERVICE, SERVICE),
            reader.workload(Kind.REVISION, REVISION),
            reader.workload(Kind.JOB, JOB),
            reader.workload(Kind.EXECUTION, EXECUTION),
            reader.workload(Kind.WORKER_POOL, POOL),
            reader.repository(NAME),
            reader.package(PACKAGE),
            reader.version(f"{PACKAGE}/versions/{DIGEST}"),
            reader.image_tags(NAME, "app", DIGEST),
            reader.tag_version(NAME.tag("app", "v1")),
        ):
            with suppress(CallError):
                await read
