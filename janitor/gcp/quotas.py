"""The quotas that Google documents, and one pace for each of them in each project and region (R53)."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import grpc.aio
from google.api_core.exceptions import from_grpc_error

from janitor.apply.ports import Turn
from janitor.gcp.pace import Pace, Quota, never
from janitor.gcp.retry import asked_pause
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName


class Metric(Enum):
    """What Google counts, each with its default (run/quotas, artifact-registry/quotas, asset-inventory/docs/quota). Some
    projects have 600 reads and 30 writes of Cloud Run."""

    RUN_READS = Quota(3000, at_once=300, lowest=300)
    RUN_WRITES = Quota(180, at_once=30, lowest=30)
    ARTIFACT_REQUESTS = Quota(60_000, at_once=1000, lowest=600)
    ARTIFACT_DELETES = Quota(18_000, at_once=60, lowest=60)
    ASSET_SEARCHES = Quota(400, at_once=40, lowest=40)


@dataclass(slots=True)
class Paces:
    """The pace of each metric, project and region. `quota_project` is the project that all calls are counted against,
    where the credentials name one."""

    quota_project: str | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    _paces: dict[tuple[Metric, str, str], Pace] = field(default_factory=dict)

    def of(self, metric: Metric, project: str, region: str) -> Pace:
        """The one pace that all calls of this metric share."""
        key = (metric, self.quota_project or project, region)
        pace = self._paces.get(key)
        if pace is None:
            pace = self._paces[key] = Pace(metric.value, self.clock, self.sleep)
        return pace

    def of_deletes(self, kind: Kind, name: str) -> Pace:
        """The pace of deletes of this kind, where the resource of this name is."""
        where = ResourceName.parse(name)
        metric = Metric.RUN_WRITES if kind.is_run else Metric.ARTIFACT_DELETES
        return self.of(metric, where.project, where.location)

    def counting_deletes(self, kind: Kind, name: str) -> tuple[Pace, ...]:
        """Every pace that counts such a delete: Artifact Registry counts it as a request too."""
        where = ResourceName.parse(name)
        requests = () if kind.is_run else (self.of(Metric.ARTIFACT_REQUESTS, where.project, where.location),)
        return (self.of_deletes(kind, name), *requests)

    async def take(
        self, kind: Kind, name: str, deletes: int, over: Callable[[], bool] = never
    ) -> Turn | None:
        """A turn of apply.ports.Turns."""
        pace = self.of_deletes(kind, name)
        return DeleteTurn(pace, deletes) if await pace.turn(deletes, over=over) else None


@dataclass(slots=True)
class DeleteTurn:
    """apply.ports.Turn of one pace."""

    pace: Pace
    left: int

    def answered(self, deletes: int) -> None:
        """So many of them were answered."""
        counted = min(deletes, self.left)
        self.left -= counted
        self.pace.answered(counted)

    def close(self) -> None:
        """What was not answered was not sent."""
        self.pace.unused(self.left)
        self.left = 0


_PLACE = re.compile(r"projects/([^/]+)/locations/([^/]+)")
_READS = ("Get", "List", "Search")
# Searches of the inventory are counted for the project that calls are made from, whatever project they ask about.
_CALLER = ("-", "-")


class PacedCalls(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Sends the calls of one API at its pace, and hears every RESOURCE_EXHAUSTED.

    Reads wait here. A change never waits, because what it changes was read a moment ago (R18, R21): a delete took its
    turn before that (apply.executor), and here it is only counted.
    """

    def __init__(self, paces: Paces, api: str) -> None:
        self._paces, self._api = paces, api

    async def intercept_unary_unary(
        self, continuation: Callable[..., Awaitable[Any]], client_call_details: Any, request: Any
    ) -> Any:
        """The call, in its turn. AioRpcError as `continuation` raises it."""
        where = _CALLER if self._api == "asset" else _place(request)
        if where is None:
            return await continuation(client_call_details, request)
        method = client_call_details.method
        rpc = (method.decode() if isinstance(method, bytes) else str(method)).rpartition("/")[2]
        reads = rpc.startswith(_READS)
        pace = self._pace(reads, where)
        if pace is None:
            return await self._sent(continuation, client_call_details, request, reads, where)
        if reads:
            await pace.turn()
        else:
            pace.count()
        try:
            answer = await self._sent(continuation, client_call_details, request, reads, where)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                pace.unused()
            else:
                pace.answered()
            raise
        except BaseException:
            pace.answered()  # it may have reached Google
            raise
        pace.answered()
        return answer

    def _pace(self, reads: bool, where: tuple[str, str]) -> Pace | None:
        if self._api == "artifact":
            return self._paces.of(Metric.ARTIFACT_REQUESTS, *where)
        if self._api == "asset":
            return self._paces.of(Metric.ASSET_SEARCHES, *where)
        return self._paces.of(Metric.RUN_READS, *where) if reads else None

    async def _sent(
        self,
        continuation: Callable[..., Awaitable[Any]],
        details: Any,
        request: Any,
        reads: bool,
        where: tuple[str, str],
    ) -> Any:
        sent_at = self._paces.clock()
        try:
            return await continuation(details, request)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
                as_google_error: Any = from_grpc_error
                told = as_google_error(error)
                self._paces.of(self._metric(reads, told), *where).refused(sent_at, asked_pause(told))
            raise

    def _metric(self, reads: bool, error: Any) -> Metric:
        """The quota that is used up. A delete of Artifact Registry has two: its ErrorInfo names one of them."""
        if self._api == "run":
            return Metric.RUN_READS if reads else Metric.RUN_WRITES
        if self._api == "asset":
            return Metric.ASSET_SEARCHES
        named = " ".join(
            (error.metadata or {}).get(key, "") for key in ("quota_metric", "quota_limit")
        ).lower()
        if reads or ("request" in named and "delete" not in named):
            return Metric.ARTIFACT_REQUESTS
        return Metric.ARTIFACT_DELETES


def _place(request: Any) -> tuple[str, str] | None:
    """Project and region of what a request names; None: no quota of a region counts it. The routing header would not
    do, as Cloud Run's has the region alone."""
    named = getattr(request, "name", "") or getattr(request, "parent", "")
    if not named and (service := getattr(request, "service", None)):
        named = service.name
    found = _PLACE.match(named)
    return (found[1], found[2]) if found else None
