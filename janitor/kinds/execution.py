"""run.execution: how it ended, since when, and what deleting it needs."""

from collections.abc import Iterable
from datetime import UTC, datetime

from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Execution, Job, State

SPEC = KindSpec(
    kind=Kind.EXECUTION,
    collection="executions",
    description="an execution of a job, with its tasks",
    ages_from="its completion",
    read_permissions=("run.executions.get", "run.executions.list"),
    delete_permissions=("run.executions.delete",),
    delete_role="roles/run.developer",
    parent=Kind.JOB,
    free="a finished execution costs nothing",
    named_by=("job", "name"),
)
# Condition.ExecutionReason of an execution that somebody cancelled (condition.proto).
_CANCELLED = "CANCELLED"
_LATEST = datetime.max.replace(tzinfo=UTC)


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


def last_of(job: Job, executions: Iterable[Execution]) -> frozenset[str]:
    """Short names of those of its executions that tell when the job was last used: the one that the job
    itself names, the one made last, and the one completed last. What has no time counts as the last."""
    found = {job.last.name} if job.last else set()
    known = list(executions)
    if known:
        found.add(max(known, key=lambda each: (each.create_time or _LATEST, each.name)).name.short)
    if ended := [each for each in known if each.completion_time]:
        found.add(max(ended, key=lambda each: (each.completion_time or _LATEST, each.name)).name.short)
    return frozenset(found)
