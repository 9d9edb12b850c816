"""Calls of Cloud Run's kinds: the client of each, its methods and requests, and what reads its messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.cloud import run_v2

from janitor.gcp import run_decode
from janitor.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class RunCalls:
    """How Google's client library calls what it does to one kind; the names of methods and messages follow from `noun`,
    as in ``worker_pool``.

    `below` is what a listing is asked below, for all of the holders of a location. `lists_below`: a kind that is listed below
    each resource of this one.
    """

    client: Any
    noun: str
    decode: Callable[[Any], Any]
    below: str = ""
    lists_below: Kind | None = None

    @property
    def field(self) -> str:
        """What holds all that were read (model/inventory.py)."""
        return f"{self.noun}s"

    @property
    def list_response(self) -> Any:
        """The message that answers a listing."""
        return getattr(run_v2, f"List{self._message}sResponse")

    def list_request(self, **fields: Any) -> Any:
        """The request of a listing."""
        return getattr(run_v2, f"List{self._message}sRequest")(**fields)

    def get_request(self, **fields: Any) -> Any:
        """The request for one."""
        return getattr(run_v2, f"Get{self._message}Request")(**fields)

    def delete_request(self, **fields: Any) -> Any:
        """The request that deletes one."""
        return getattr(run_v2, f"Delete{self._message}Request")(**fields)

    @property
    def _message(self) -> str:
        return "".join(word.capitalize() for word in self.noun.split("_"))


RUN_CALLS: Mapping[Kind, RunCalls] = {
    Kind.SERVICE: RunCalls(run_v2.ServicesAsyncClient, "service", run_decode.service),
    Kind.REVISION: RunCalls(
        run_v2.RevisionsAsyncClient, "revision", run_decode.revision, below="/services/-"
    ),
    Kind.JOB: RunCalls(run_v2.JobsAsyncClient, "job", run_decode.job),
    Kind.EXECUTION: RunCalls(
        run_v2.ExecutionsAsyncClient, "execution", run_decode.execution, below="/jobs/-"
    ),
    # that ``workerPools/-`` lists the revisions of all of them is not verified
    Kind.WORKER_POOL: RunCalls(
        run_v2.WorkerPoolsAsyncClient, "worker_pool", run_decode.worker_pool, lists_below=Kind.REVISION
    ),
    Kind.INSTANCE: RunCalls(run_v2.InstancesAsyncClient, "instance", run_decode.instance),
}
