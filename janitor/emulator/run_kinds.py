"""Kinds of Cloud Run that are emulated: one row for each, from which its messages, its calls and its collection follow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunKind:
    """One kind; `noun` is the name of its message, such as ``WorkerPool``.

    `holds` is the kind of what lies in each of it. `lists_all`: ``-`` in place of its name lists what all of them hold.
    `deletes`: its delete is emulated. `is_asset`: Cloud Asset Inventory has it.
    """

    noun: str
    holds: str = ""
    lists_all: bool = True
    deletes: bool = True
    is_asset: bool = True

    @property
    def name(self) -> str:
        """``worker_pools``: in the world file."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", f"{self.noun}s").lower()

    @property
    def collection(self) -> str:
        """``workerPools``: in resource names."""
        return f"{self.noun[0].lower()}{self.noun[1:]}s"

    @property
    def service(self) -> str:
        """``WorkerPools``: the gRPC service, and part of the name of its listing."""
        return f"{self.noun}s"

    @property
    def is_held(self) -> bool:
        """Whether it lies in another kind."""
        return any(each.holds == self.name for each in _ROWS)


_ROWS = (
    RunKind("Service", holds="revisions"),  # services/-: run/v2/revision.proto:115-118
    RunKind("Revision"),
    RunKind("Job", holds="executions"),  # jobs/-: execution.proto:100
    RunKind("Execution"),
    RunKind("WorkerPool", holds="revisions", lists_all=False),  # workerPools/- is not stated
    RunKind("Instance", deletes=False, is_asset=False),  # in no list of asset types
)
RUN_KINDS: Mapping[str, RunKind] = {each.name: each for each in _ROWS}
HOLDERS: Mapping[str, RunKind] = {each.collection: each for each in _ROWS if each.holds}


def holder_kind(name: str) -> RunKind | None:
    """The kind of a resource that holds others, by its resource name; None where it is of none."""
    return HOLDERS.get(name.split("/")[-2])
