"""The quotas of a world file: calls a minute, counted for each project and region; beyond them 429."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc import error_details_pb2

from janitor.emulator.errors import RefusedCall
from janitor.emulator.naming import part
from janitor.emulator.wellknown import Duration

_MINUTE = 60.0
_READS = ("Get", "List", "Wait")
_DELETES = ("Delete", "BatchDelete")


@dataclass(frozen=True, slots=True)
class QuotaMetric:
    """What a quota is called in a refusal; of Artifact Registry and of assets the metrics are not verified."""

    service: str
    metric: str
    shown: str


# The keys of `quota:`.
METRICS = {
    "run_reads": QuotaMetric("run.googleapis.com", "read_regional", "Read requests"),
    "run_writes": QuotaMetric("run.googleapis.com", "write_regional", "Write requests"),
    "artifact_requests": QuotaMetric("artifactregistry.googleapis.com", "requests", "Requests"),
    "artifact_deletes": QuotaMetric("artifactregistry.googleapis.com", "delete_requests", "Delete requests"),
    "asset_searches": QuotaMetric("cloudasset.googleapis.com", "search_all_resources", "Search requests"),
    "asset_lists": QuotaMetric("cloudasset.googleapis.com", "list_assets", "List requests"),
}


@dataclass
class Quotas:
    """`limits` are calls a minute by a key of METRICS; what has none is not limited. `refused` counts by key.

    Any sixty seconds count, which is the strictest reading of "per minute": no burst at the turn of a minute. A batch
    counts once for each of its versions (not verified). A refused call counts for nothing.
    """

    limits: dict[str, int] = field(default_factory=dict)
    retry_info: bool = True
    clock: Callable[[], float] = time.monotonic
    refused: dict[str, int] = field(default_factory=dict)
    _used: dict[tuple[str, str, str], deque[float]] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)

    def take(self, api: str, rpc: str, resource: str, calls: int = 1) -> None:
        """Count a call of an API (apis.py) as so many; RefusedCall where a quota of it is used up, and then
        it counts for none."""
        with self._lock:
            now, taken = self.clock(), []
            for key, count in _counted(api, rpc, calls):
                if key not in self.limits:
                    continue
                used = self._used.setdefault(_counter(key, resource), deque())
                while used and used[0] <= now - _MINUTE:
                    used.popleft()
                beyond = len(used) + count - self.limits[key]
                if beyond > 0:
                    self.refused[key] = self.refused.get(key, 0) + 1
                    frees = used[min(beyond, len(used)) - 1] + _MINUTE if used else now + _MINUTE
                    raise _refusal(METRICS[key], resource, frees - now if self.retry_info else 0.0)
                taken.append((used, count))
            for used, count in taken:
                used.extend([now] * count)


def _counted(api: str, rpc: str, calls: int) -> Iterator[tuple[str, int]]:
    """The quotas that count a call, each with how often."""
    if api == "run":
        yield ("run_reads" if rpc.startswith(_READS) else "run_writes"), 1
    elif api == "artifact":
        if rpc.startswith(_DELETES):
            yield "artifact_deletes", calls
        yield "artifact_requests", 1
    elif api == "asset":
        yield ("asset_searches" if rpc == "SearchAllResources" else "asset_lists"), 1


def _counter(key: str, resource: str) -> tuple[str, str, str]:
    """What a quota is counted for: project and region; of assets the caller's project, whatever the scope is."""
    if key.startswith("asset_"):
        return key, "", ""
    return key, part(resource, "project"), part(resource, "location")


def _refusal(quota: QuotaMetric, resource: str, retry_after: float) -> RefusedCall:
    """As seen of Cloud Run: the text, an ErrorInfo, and RetryInfo, which may be missing (not verified)."""
    metadata = {
        "service": quota.service,
        "quota_metric": f"{quota.service}/{quota.metric}",
        "quota_location": part(resource, "location"),
        "consumer": f"projects/{part(resource, 'project')}",
    }
    details: list[Any] = [
        error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED", domain="googleapis.com", metadata=metadata)
    ]
    if retry_after:
        delay = Duration()
        delay.FromNanoseconds(int(retry_after * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    message = (
        f"Quota exceeded for quota metric '{quota.shown}' and limit '{quota.shown} per minute per region' of service"
        f" '{quota.service}' for consumer 'project:{part(resource, 'project')}'."
    )
    return RefusedCall(grpc.StatusCode.RESOURCE_EXHAUSTED, message, *details)
