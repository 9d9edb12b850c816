"""Every workload of one project in one location."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.cloud import run_v2

from janitor.gcp import run_decode
from janitor.gcp.channels import Clients
from janitor.gcp.failures import READ_FAILURES, RUN_API, cause, nothing_there
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import pages
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Revision, WorkerPool

# No greatest size is documented for Cloud Run (service.proto, page_size): the server may give less.
_PAGE_SIZE = 500

T = TypeVar("T")
OnSkipped = Callable[[str, str, Kind, str], None]


@dataclass(frozen=True, slots=True)
class RunLocation:
    """Reads what Cloud Run has in one location of one project.

    What could not be read is a gap, never a shorter list; `on_skipped` hears of what is not there (R4).
    """

    clients: Clients
    lanes: Lanes
    project: str
    location: str
    on_skipped: OnSkipped

    async def workloads(self) -> Workloads:
        """All kinds, side by side; unsorted."""
        gaps: list[Gap] = []
        absent: set[Kind] = set()
        (
            services,
            revisions,
            jobs,
            executions,
            (worker_pools, pool_revisions),
            instances,
        ) = await asyncio.gather(
            self._list(Kind.SERVICE, self._services(gaps), gaps, absent),
            self._list(Kind.REVISION, self._revisions("services/-"), gaps, absent),
            self._list(Kind.JOB, self._jobs(), gaps, absent),
            self._list(Kind.EXECUTION, self._executions(), gaps, absent),
            self._pools(gaps, absent),
            self._list(Kind.INSTANCE, self._instances(), gaps, absent),
        )
        for kind, holders in ((Kind.REVISION, [*services, *worker_pools]), (Kind.EXECUTION, jobs)):
            if kind in absent and holders:
                # no place without them, then: who names which digest was not seen
                gaps.append(self._gap(kind, f"{holders[0].name} is there, but no listing of what it holds"))
        return Workloads(
            services=tuple(services),
            revisions=(*revisions, *pool_revisions),
            jobs=tuple(jobs),
            executions=tuple(executions),
            worker_pools=tuple(worker_pools),
            instances=tuple(instances),
            gaps=tuple(gaps),
        )

    async def _list(self, kind: Kind, found: AsyncIterator[T], gaps: list[Gap], absent: set[Kind]) -> list[T]:
        """All that is found; nothing, and a gap, where reading ended before its end. `absent` takes the
        kind where its listing is not there."""
        try:
            async with self.lanes.turn(RUN_API, self.location):
                return [each async for each in found]
        except READ_FAILURES as error:
            why = nothing_there(error, RUN_API, self.project, self.clients.quota_project)
            if why:
                absent.add(kind)
                self.on_skipped(self.project, self.location, kind, why)
            else:
                gaps.append(self._gap(kind, cause(error)))
            return []

    async def _pools(self, gaps: list[Gap], absent: set[Kind]) -> tuple[list[WorkerPool], list[Revision]]:
        """Worker pools, and the revisions of each: that ``workerPools/-`` lists them all is not verified."""
        pools = await self._list(Kind.WORKER_POOL, self._worker_pools(), gaps, absent)
        listed: list[Awaitable[list[Revision]]] = [
            self._list(Kind.REVISION, self._revisions(f"workerPools/{pool.name.short}"), gaps, absent)
            for pool in pools
        ]
        return pools, [revision for each in await asyncio.gather(*listed) for revision in each]

    async def _services(self, gaps: list[Gap]) -> AsyncIterator[Any]:
        request = run_v2.ListServicesRequest(parent=self._parent, page_size=_PAGE_SIZE)
        async for page in pages(self.clients.services.list_services, request, run_v2.ListServicesResponse):
            for place in page.unreachable:
                gaps.append(self._gap(Kind.SERVICE, f"Google could not reach {place}"))
            for message in page.services:
                yield run_decode.service(message)

    async def _revisions(self, of: str) -> AsyncIterator[Revision]:
        request = run_v2.ListRevisionsRequest(parent=f"{self._parent}/{of}", page_size=_PAGE_SIZE)
        method, response = self.clients.revisions.list_revisions, run_v2.ListRevisionsResponse
        async for page in pages(method, request, response):
            for message in page.revisions:
                yield run_decode.revision(message)

    async def _jobs(self) -> AsyncIterator[Any]:
        request = run_v2.ListJobsRequest(parent=self._parent, page_size=_PAGE_SIZE)
        async for page in pages(self.clients.jobs.list_jobs, request, run_v2.ListJobsResponse):
            for message in page.jobs:
                yield run_decode.job(message)

    async def _executions(self) -> AsyncIterator[Any]:
        request = run_v2.ListExecutionsRequest(parent=f"{self._parent}/jobs/-", page_size=_PAGE_SIZE)
        method, response = self.clients.executions.list_executions, run_v2.ListExecutionsResponse
        async for page in pages(method, request, response):
            for message in page.executions:
                yield run_decode.execution(message)

    async def _worker_pools(self) -> AsyncIterator[WorkerPool]:
        request = run_v2.ListWorkerPoolsRequest(parent=self._parent, page_size=_PAGE_SIZE)
        method, response = self.clients.worker_pools.list_worker_pools, run_v2.ListWorkerPoolsResponse
        async for page in pages(method, request, response):
            for message in page.worker_pools:
                yield run_decode.worker_pool(message)

    async def _instances(self) -> AsyncIterator[Any]:
        request = run_v2.ListInstancesRequest(parent=self._parent, page_size=_PAGE_SIZE)
        method, response = self.clients.instances.list_instances, run_v2.ListInstancesResponse
        async for page in pages(method, request, response):
            for message in page.instances:
                yield run_decode.instance(message)

    @property
    def _parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    def _gap(self, kind: Kind, why: str) -> Gap:
        return Gap(self.project, self.location, kind, why)
