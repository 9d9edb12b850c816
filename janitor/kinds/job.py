"""run.job: whether it can run, since when it is as it is, and what deleting it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from janitor.kinds.described import FAILED, RECONCILING, Described, ready
from janitor.kinds.execution import Execution, LastExecution, execution_status, execution_times
from janitor.kinds.managers import managers_of_deployed
from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.kinds.workload import Guards, HolderKind, Seen, Told
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import KeepReason
from janitor.model.resources import READY_UNKNOWN, Condition, State

SPEC = KindSpec(
    kind=Kind.JOB,
    collection="jobs",
    rank=3,
    description="a job, with its executions",
    ages_from="the later of its update and its last completion",
    read_permissions=("run.jobs.get", "run.jobs.list"),
    delete_permissions=("run.jobs.delete",),
    delete_role="roles/run.developer",
    console="run/jobs/details/{location}/{name}/executions",
    free="a job costs nothing between its executions",
    policies=InPolicies(
        statuses=(Status.FAILED,),
        says={"status": "failed: it cannot run, and never ran successfully."},
        instead={
            Topic.UNUSED: "write `older_than: 30d`, which counts from the later of its update and its last completion"
        },
        when_model="FailedWhen",
    ),
)
_NEVER_WELL = (Status.FAILED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Job:
    """A Cloud Run job. `execution_count` counts every execution ever made; `last` is None where it never
    ran. `images` are the references of its template, as written."""

    name: ResourceName
    images: tuple[str, ...]
    uid: str = ""
    etag: str = ""
    create_time: datetime | None = None
    update_time: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    creator: str = ""
    terminal: Condition = READY_UNKNOWN
    reconciling: bool = False
    execution_count: int = 0
    last: LastExecution | None = None
    client: str = ""


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


def _seen(job: Job, executions: Sequence[Execution]) -> Seen:
    status, since = job_status(job, executions), job_since(job, executions)
    return Seen(status, since, managers_of_deployed(job), job_times(job, executions))


def _guards(_job: Job, _executions: Sequence[Execution], status: Status) -> Guards:
    return {
        KeepReason.RUNNING: status is Status.RUNNING,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _changed(job: Job, last: str) -> str:
    """Whether a new execution changes a job's etag is not verified: the execution itself is looked at."""
    if runs(job, ()):
        return "an execution of it runs"
    return "it ran since the plan" if last_run(job) != last else ""


def _described(told: Described) -> Job:
    status = told.word("status", (Status.ACTIVE, FAILED, RECONCILING), Status.ACTIVE)
    executions: list[Execution] = told.parts(Kind.EXECUTION)
    # the one that the test names last
    last = executions[-1] if executions else None
    ended = last.completion_time if last else None
    updated = told.time("updated")
    return Job(
        told.name, told.images(), uid=f"uid-{told.name.short}", etag=f'"{told.name.short}"',
        create_time=told.time("created", updated), update_time=updated,
        labels=told.labels("labels"), annotations=told.labels("annotations"), creator=told.text("creator"),
        client=told.text("client"), terminal=ready(State.FAILED if status == FAILED else State.SUCCEEDED),
        reconciling=status == RECONCILING, execution_count=len(executions),
        last=LastExecution(last.name.short, ended, ended is not None) if last else None,
    )  # fmt: skip


JOB: HolderKind[Job, Execution] = HolderKind(
    holds=Kind.EXECUTION,
    seen=_seen,
    guards=_guards,
    told=lambda job, _: Told("since it was updated or ran", job.terminal, content=last_run(job)),
    changed=_changed,
    described=_described,
)
