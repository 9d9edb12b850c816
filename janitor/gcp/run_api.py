"""Every workload of one project in one location."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud import run_v2

from janitor.gcp import run_decode
from janitor.gcp.channels import Clients
from janitor.gcp.failures import READ_FAILURES, RUN_API, cause, nothing_there
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import OnRepeated, rows, unheard, unreadable
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Revision, WorkerPool

# No greatest size is documented for Cloud Run (service.proto, page_size): the server may give less.
_PAGE_SIZE = 500

# Of each kind: the client, its method, request and response, and what reads an item.
_LISTINGS: Mapping[Kind, tuple[str, str, Any, Any, Callable[[Any], Any]]] = {
    Kind.SERVICE: (
        "services", "list_services", run_v2.ListServicesRequest, run_v2.ListServicesResponse, run_decode.service,
    ),
    Kind.REVISION: (
        "revisions", "list_revisions", run_v2.ListRevisionsRequest, run_v2.ListRevisionsResponse,
        run_decode.revision,
    ),
    Kind.JOB: ("jobs", "list_jobs", run_v2.ListJobsRequest, run_v2.ListJobsResponse, run_decode.job),
    Kind.EXECUTION: (
        "executions", "list_executions", run_v2.ListExecutionsRequest, run_v2.ListExecutionsResponse,
        run_decode.execution,
    ),
    Kind.WORKER_POOL: (
        "worker_pools", "list_worker_pools", run_v2.ListWorkerPoolsRequest, run_v2.ListWorkerPoolsResponse,
        run_decode.worker_pool,
    ),
    Kind.INSTANCE: (
        "instances", "list_instances", run_v2.ListInstancesRequest, run_v2.ListInstancesResponse,
        run_decode.instance,
    ),
}  # fmt: skip

OnSkipped = Callable[[str, str, Kind, str], None]


@dataclass(frozen=True, slots=True)
class RunLocation:
    """Reads what Cloud Run has in one location of one project.

    What could not be read is a gap, never a shorter list; `on_skipped` hears of what is not there (R4),
    `on_repeated` of what a listing returned more than once (R28).
    """

    clients: Clients
    lanes: Lanes
    project: str
    location: str
    on_skipped: OnSkipped
    on_repeated: OnRepeated = unheard

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
            self._list(Kind.SERVICE, gaps, absent),
            self._list(Kind.REVISION, gaps, absent, "/services/-"),
            self._list(Kind.JOB, gaps, absent),
            self._list(Kind.EXECUTION, gaps, absent, "/jobs/-"),
            self._pools(gaps, absent),
            self._list(Kind.INSTANCE, gaps, absent),
        )
        for kind, holders in ((Kind.REVISION, [*services, *worker_pools]), (Kind.EXECUTION, jobs)):
            if kind in absent and holders:
                # no place without them, then: who names which digest was not seen
                gaps.append(self._gap(kind, f"{holders[0].name} exists, but its content cannot be listed"))
        return Workloads(
            services=tuple(services),
            revisions=(*revisions, *pool_revisions),
            jobs=tuple(jobs),
            executions=tuple(executions),
            worker_pools=tuple(worker_pools),
            instances=tuple(instances),
            gaps=tuple(gaps),
        )

    async def _list(self, kind: Kind, gaps: list[Gap], absent: set[Kind], below: str = "") -> list[Any]:
        """Each resource of a listing once; nothing, and a gap, where reading ended before its end. A row
        that cannot be read is a gap. `absent` takes the kind where its listing is not there."""
        client, method, request, response, decode = _LISTINGS[kind]
        ask = request(parent=f"{self._parent}{below}", page_size=_PAGE_SIZE)

        def unreached(page: Any) -> None:
            for place in getattr(page, "unreachable", ()):
                gaps.append(self._gap(kind, f"Google could not reach {place}"))

        try:
            async with self.lanes.turn(RUN_API, self.location):
                listed = getattr(getattr(self.clients, client), method)
                found = await rows(listed, ask, response, decode, on_page=unreached)
        except READ_FAILURES as error:
            why = nothing_there(error, RUN_API, self.project, self.clients.quota_project)
            if why:
                absent.add(kind)
                self.on_skipped(self.project, self.location, kind, why)
            else:
                gaps.append(self._gap(kind, cause(error)))
            return []
        gaps += [self._gap(kind, cause(unreadable([row]))) for row in found.unreadable]
        if found.repeated:
            self.on_repeated(self.project, self.location, kind, found.repeated)
        return found.values

    async def _pools(self, gaps: list[Gap], absent: set[Kind]) -> tuple[list[WorkerPool], list[Revision]]:
        """Worker pools, and the revisions of each: that ``workerPools/-`` lists them all is not verified."""
        pools: list[WorkerPool] = await self._list(Kind.WORKER_POOL, gaps, absent)
        below = [f"/workerPools/{pool.name.short}" for pool in pools]
        listed = await asyncio.gather(*(self._list(Kind.REVISION, gaps, absent, each) for each in below))
        return pools, [revision for each in listed for revision in each]

    @property
    def _parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    def _gap(self, kind: Kind, why: str) -> Gap:
        return Gap(self.project, self.location, kind, why)
