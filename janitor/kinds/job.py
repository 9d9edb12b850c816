"""run.job: whether it can run, since when it is as it is, and what deleting it needs."""

from collections.abc import Sequence
from datetime import datetime

from janitor.kinds.execution import execution_status, execution_times
from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Execution, Job, State

SPEC = KindSpec(
    kind=Kind.JOB,
    collection="jobs",
    description="a job, with its executions",
    ages_from="the later of its update and its last completion",
    read_permissions=("run.jobs.get", "run.jobs.list"),
    delete_permissions=("run.jobs.delete",),
    delete_role="roles/run.developer",
    free="a job costs nothing between its executions",
)
_NEVER_WELL = (Status.FAILED, Status.CANCELLED)


def job_status(job: Job, executions: Sequence[Execution]) -> Status:
    """`executions` are all of this job that Google still lists.

    FAILED only where it never ran well: its condition Ready failed, and every execution that there ever
    was is seen, and none of them succeeded.
    """
    if runs(job, executions):
        return Status.RUNNING
    if job.reconciling:
        return Status.RECONCILING
    if job.terminal.state is State.SUCCEEDED:
        return Status.ACTIVE
    all_seen = len(executions) >= job.execution_count
    if job.terminal.state is State.FAILED and all_seen and _none_went_well(executions):
        return Status.FAILED
    return Status.UNKNOWN


def runs(job: Job, executions: Sequence[Execution]) -> bool:
    """Whether an execution of it runs, or may: one that is listed, or the last that the job names."""
    if job.last and not job.last.ended:
        return True
    return any(execution_status(each) is Status.RUNNING for each in executions)


def job_since(job: Job, executions: Sequence[Execution]) -> datetime | None:
    """What `older_than` counts from (R7): the later of its update and its last completion; None where its
    update is not known."""
    if job.update_time is None:
        return None
    times = [each.completion_time for each in executions]
    times.append(job.last.completion_time if job.last else None)
    return max([job.update_time, *(time for time in times if time)])


def job_times(job: Job, executions: Sequence[Execution]) -> list[datetime | None]:
    """The times from which the floor of one hour counts (R43): its own and those of its executions."""
    held = [time for execution in executions for time in execution_times(execution)]
    return [job.create_time, job.update_time, job.last.completion_time if job.last else None, *held]


def last_run(job: Job) -> str:
    """Which execution was the last when the job was read: one more means that the job is in use."""
    return job.last.name if job.last else ""


def _none_went_well(executions: Sequence[Execution]) -> bool:
    return all(execution_status(each) in _NEVER_WELL for each in executions)
