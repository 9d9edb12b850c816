"""Reading again before a delete."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.cloud import artifactregistry_v1 as ar
from google.cloud import run_v2

from janitor.apply.ports import CallError
from janitor.gcp.observer import GoogleObserver
from janitor.gcp.reader import GoogleReader
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Mode, Repository
from tests.gcp.google import Google, artifact_places, paged, refusing, serving

NAME = RepositoryName("p", "us", "r")
SERVICE = "projects/p/locations/us-central1/services/web"
JOB = "projects/p/locations/us-central1/jobs/j"
POOL = "projects/p/locations/us-central1/workerPools/w"
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
MISSING, DENIED = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED


@asynccontextmanager
async def reading(google: Google) -> AsyncIterator[GoogleReader]:
    async with serving(google) as clients:
        yield GoogleReader(GoogleObserver(clients, lambda *_: None), ["p"])


READS: list[tuple[str, Callable[[GoogleReader], Any]]] = [
    ("GetService", lambda reader: reader.workload(Kind.SERVICE, SERVICE)),
    ("GetRevision", lambda reader: reader.workload(Kind.REVISION, f"{SERVICE}/revisions/web-1")),
    ("GetJob", lambda reader: reader.workload(Kind.JOB, JOB)),
    ("GetExecution", lambda reader: reader.workload(Kind.EXECUTION, f"{JOB}/executions/j-1")),
    ("GetWorkerPool", lambda reader: reader.workload(Kind.WORKER_POOL, POOL)),
    ("GetRepository", lambda reader: reader.repository(NAME)),
    ("GetTag", lambda reader: reader.tag_version(NAME.tag("app", "v1"))),
    ("ListTags", lambda reader: reader.image_tags(NAME, "app", DIGEST)),
    ("GetVersion", lambda reader: reader.image_tags(NAME, "app", DIGEST)),
]


@pytest.mark.parametrize(("method", "read"), READS)
async def test_what_does_not_exist_is_none(method: str, read: Callable[[GoogleReader], Any]) -> None:
    async with reading(Google({method: refusing(MISSING)})) as reader:
        assert await read(reader) is None


@pytest.mark.parametrize(("method", "read"), READS)
async def test_what_cannot_be_read_is_an_error(method: str, read: Callable[[GoogleReader], Any]) -> None:
    async with reading(Google({method: refusing(DENIED, message="no permission")})) as reader:
        with pytest.raises(CallError, match=r"^PERMISSION_DENIED$"):
            await read(reader)


async def test_a_service_a_revision_and_a_repository_are_read_by_name() -> None:
    google = Google(
        {
            "GetService": lambda request: run_v2.Service(name=request.name, etag='"e"'),
            "GetRevision": lambda request: run_v2.Revision(name=request.name, etag='"r"'),
            "GetRepository": lambda request: ar.Repository(
                name=request.name, format_=1, mode=1, size_bytes=9
            ),
        }
    )
    async with reading(google) as reader:
        service = await reader.workload(Kind.SERVICE, SERVICE)
        revision = await reader.workload(Kind.REVISION, f"{SERVICE}/revisions/web-1")
        repository = await reader.repository(NAME)
    assert service is not None
    assert (str(service.name), service.etag) == (SERVICE, '"e"')
    assert revision is not None
    assert revision.etag == '"r"'
    assert repository == Repository(NAME, "DOCKER", Mode.STANDARD, 9, None, None, {})


async def test_a_reply_that_cannot_be_read_is_an_error() -> None:
    async with reading(Google({"GetService": lambda _: run_v2.Service(name="web")})) as reader:
        with pytest.raises(CallError, match="web"):
            await reader.workload(Kind.SERVICE, SERVICE)


def tags(*pairs: tuple[str, str]) -> ar.ListTagsResponse:
    rows = [
        ar.Tag(name=f"{NAME.package('team/app')}/tags/{tag}", version=NAME.version("team/app", digest))
        for tag, digest in pairs
    ]
    return ar.ListTagsResponse(tags=rows)


async def test_the_tags_of_a_version_are_asked_for_by_that_version() -> None:
    google = Google({"ListTags": paged(tags(("v1", DIGEST)), tags(("sp%20ace", DIGEST)))})
    async with reading(google) as reader:
        assert await reader.image_tags(NAME, "team/app", DIGEST) == {"v1", "sp ace"}
    request = google.asked("ListTags")[0]
    assert request.parent == f"{NAME}/packages/team%2Fapp"
    assert request.filter == f'version="{NAME}/packages/team%2Fapp/versions/{DIGEST}"'


async def test_tags_of_other_versions_are_left_out_whatever_the_server_makes_of_the_filter() -> None:
    google = Google({"ListTags": paged(tags(("v1", DIGEST), ("v2", OTHER)))})
    async with reading(google) as reader:
        assert await reader.image_tags(NAME, "team/app", DIGEST) == {"v1"}


async def test_the_tags_of_a_package_are_listed_at_once_by_digest() -> None:
    google = Google({"ListTags": paged(tags(("v1", DIGEST), ("v2", OTHER)), tags(("sp%20ace", DIGEST)))})
    async with reading(google) as reader:
        found = await reader.tags_of_package(NAME, "team/app")
    assert found == {DIGEST: {"v1", "sp ace"}, OTHER: {"v2"}}
    request = google.asked("ListTags")[0]
    assert (request.parent, request.filter) == (f"{NAME}/packages/team%2Fapp", "")


async def test_a_package_with_very_many_tags_is_not_listed_to_the_end() -> None:
    pages = [tags((f"v{n}", DIGEST)) for n in range(30)]
    async with reading(google := Google({"ListTags": paged(*pages)})) as reader:
        assert await reader.tags_of_package(NAME, "app") is None
    assert len(google.asked("ListTags")) <= 11


async def test_a_package_that_is_gone_has_no_tags_and_one_that_cannot_be_read_is_an_error() -> None:
    async with reading(Google({"ListTags": refusing(MISSING)})) as reader:
        assert await reader.tags_of_package(NAME, "app") == {}
    async with reading(Google({"ListTags": refusing(DENIED)})) as reader:
        with pytest.raises(CallError, match=r"^PERMISSION_DENIED$"):
            await reader.tags_of_package(NAME, "app")


async def test_a_version_without_tags_is_looked_up() -> None:
    google = Google()
    async with reading(google) as reader:
        assert await reader.image_tags(NAME, "app", DIGEST) == frozenset()
    assert [request.name for request in google.asked("GetVersion")] == [NAME.version("app", DIGEST)]


async def test_a_tag_tells_the_digest_that_it_points_at() -> None:
    google = Google({"GetTag": lambda request: ar.Tag(name=request.name, version=NAME.version("app", OTHER))})
    async with reading(google) as reader:
        assert await reader.tag_version(NAME.tag("app", "a+b")) == OTHER
    assert [request.name for request in google.asked("GetTag")] == [f"{NAME}/packages/app/tags/a%2Bb"]


async def test_contents_and_workloads_are_read_as_at_first() -> None:
    google = Google({"ListLocations": artifact_places("us")})
    async with reading(google) as reader:
        found = await reader.contents(Repository(NAME, "DOCKER", Mode.STANDARD, 0, None, None, {}))
        workloads = await reader.workloads()
    assert found == Contents([], {})
    assert workloads.gaps == ()
    assert [r.parent for r in google.asked("ListServices")] == ["projects/p/locations/us-central1"]
