"""run.execution: how it ended, since when, and what deleting it needs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from janitor.kinds.described import Described
from janitor.kinds.managers import Deployed, managers_of, managers_of_deployed
from janitor.kinds.spec import InPolicies, Keeps, KindSpec, Topic
from janitor.kinds.workload import Guards, PartKind, RunResource, Seen, Told
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import Condition, State

SPEC = KindSpec(
    kind=Kind.EXECUTION,
    collection="executions",
    rank=4,
    description="an execution of a job, with its tasks",
    ages_from="its completion",
    read_permissions=("run.executions.get", "run.executions.list"),
    delete_permissions=("run.executions.delete",),
    delete_role="roles/run.developer",
    console="run/jobs/details/{location}/{name}/executions",
    parent=Kind.JOB,
    grouped=True,
    says_parent=True,
    free="a finished execution costs nothing",
    policies=InPolicies(
        keep=Keeps.NEWEST,
        statuses=(Status.SUCCEEDED, Status.FAILED, Status.CANCELLED),
        goes_as=(
            (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED),
            "only finished executions are deleted, and its {} matches none of them: write another",
        ),
        says={"status": "How the execution ended; a running execution is never deleted."},
        instead={Topic.UNUSED: "write `older_than: 30d`, which counts from its completion"},
        named_by=("job", "name"),
        most=1000,  # run/quotas: Google deletes the oldest itself
    ),
)
# Condition.ExecutionReason of an execution that somebody cancelled (condition.proto).
_CANCELLED = "CANCELLED"
_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LastExecution:
    """The execution that a job names as its last. `ended`: Google says when it completed, and does not
    say that it still runs."""

    name: str
    completion_time: datetime | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Execution:
    """A run of a job. `completed` is the condition of that type, None where Google gave none."""

    name: ResourceName
    images: tuple[str, ...]
    uid: str = ""
    etag: str = ""
    create_time: datetime | None = None
    completion_time: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""
    completed: Condition | None = None
    reconciling: bool = False
    running_count: int = 0


class ExecutionHolder(RunResource, Deployed, Protocol):
    """The job of an execution, as far as the execution asks of it (kinds/job.py)."""

    @property
    def reconciling(self) -> bool: ...

    @property
    def last(self) -> LastExecution | None: ...


def execution_status(execution: Execution) -> Status:
    """RUNNING until Google gives the time at which it completed and no task runs; else by its condition
    Completed, UNKNOWN where that says neither success nor failure."""
    if execution.completion_time is None or execution.running_count:
        return Status.RUNNING
    completed = execution.completed
    if completed is None or completed.state not in (State.SUCCEEDED, State.FAILED):
        return Status.UNKNOWN
    if completed.state is State.SUCCEEDED:
        return Status.SUCCEEDED
    return Status.CANCELLED if completed.reason == _CANCELLED else Status.FAILED


def execution_since(execution: Execution) -> datetime | None:
    """What `older_than` counts from (R7): its completion."""
    return execution.completion_time


def execution_times(execution: Execution) -> tuple[datetime | None, ...]:
    """The times from which the floor of one hour counts (R43): its creation and its completion."""
    return execution.create_time, execution.completion_time


def last_of(job: ExecutionHolder, executions: Iterable[Execution]) -> frozenset[str]:
    """Short names of those of its executions that tell when the job was last used: the one that the job
    itself names, the one made last, and the one completed last. What has no time counts as the last."""
    found = {job.last.name} if job.last else set()
    known = list(executions)
    if known:
        found.add(max(known, key=lambda each: (each.create_time or _LATEST, each.name)).name.short)
    if ended := [each for each in known if each.completion_time]:
        found.add(max(ended, key=lambda each: (each.completion_time or _LATEST, each.name)).name.short)
    return frozenset(found)


def _seen(execution: Execution, job: ExecutionHolder | None) -> Seen:
    managers = managers_of(execution.labels, execution.annotations, execution.images)
    managers |= managers_of_deployed(job) if job else frozenset()
    return Seen(execution_status(execution), execution_since(execution), managers, execution_times(execution))


def _guards(job: ExecutionHolder, executions: Sequence[Execution]) -> Callable[[Execution], Guards]:
    """A job that stays keeps its last execution: it tells people how the job went, and janitor when it
    was used."""
    last = last_of(job, executions)

    def guards(execution: Execution) -> Guards:
        status = execution_status(execution)
        return {
            KeepReason.RUNNING: status is Status.RUNNING,
            KeepReason.RECONCILING: execution.reconciling or job.reconciling,
            KeepReason.LAST_EXECUTION: execution.name.short in last,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards


def _needed(execution: Execution, job: ExecutionHolder) -> str:
    return "its job now calls it the last" if execution.name.short in last_of(job, ()) else ""


def _described(told: Described, _otherwise: str) -> Execution:
    allowed = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.RUNNING)
    status = told.word("status", allowed, Status.SUCCEEDED)
    completed = told.time("completed")
    state = State.SUCCEEDED if status == Status.SUCCEEDED else State.FAILED
    return Execution(
        told.name, told.images(), uid=f"uid-{told.name.short}", etag=f'"{told.name.short}"',
        create_time=told.time("created", completed),
        completion_time=None if status == Status.RUNNING else completed, labels=told.labels("labels"),
        annotations=told.labels("annotations"), creator=told.text("creator"),
        completed=Condition("Completed", state, _CANCELLED if status == Status.CANCELLED else ""),
        running_count=int(status == Status.RUNNING),
    )  # fmt: skip


EXECUTION: PartKind[Execution, ExecutionHolder] = PartKind(
    seen=_seen,
    guards=_guards,
    told=lambda execution, _: Told("since it ended", execution.completed),
    changed=lambda execution, _: "it runs" if execution_status(execution) is Status.RUNNING else "",
    needed=_needed,
    runs_earlier_pull=lambda execution: execution.completion_time is None,
    described=_described,
)
