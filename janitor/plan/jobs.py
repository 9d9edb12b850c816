"""Actions on jobs, each with its executions contained, and on executions that go by themselves."""

from collections.abc import Sequence

from janitor.cost.jobs import estimate_execution, estimate_job
from janitor.kinds.execution import execution_since
from janitor.kinds.job import job_since, last_run
from janitor.kinds.owner import owner_of
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.resources import Execution, Job
from janitor.plan.build import EXECUTION_RANK, JOB_RANK, Builder, cause_of, details
from janitor.plan.values import Action
from janitor.policy.deciding.verdict import Delete
from janitor.policy.deciding.workload_rules import WorkloadVerdicts


def job_actions(builder: Builder, workloads: Workloads, verdicts: WorkloadVerdicts) -> list[Action]:
    """One for each job and each execution that is to go, unordered."""
    jobs = {job.name: job for job in workloads.jobs}
    actions = [
        _job(builder, job, verdicts.runs[job.name], decision)
        for job in workloads.jobs
        if isinstance(decision := verdicts.jobs.get(job.name), Delete)
    ]
    for execution in workloads.executions:
        decision = verdicts.executions.get(execution.name)
        if isinstance(decision, Delete):
            actions.append(_execution(builder, execution, jobs.get(execution.name.parent), decision))
    return actions


def _job(builder: Builder, job: Job, executions: Sequence[Execution], decision: Delete) -> Action:
    since = builder.age(job_since(job, executions), "since it was updated or ran")
    return Action(
        Kind.JOB, str(job.name), "", decision.policy.name, decision.reason,
        details(since, cause_of(job.terminal)), 0, estimate_job(), (JOB_RANK, 0), etag=job.etag, uid=job.uid,
        contains=((Kind.EXECUTION, len(executions)),) if executions else (), content=last_run(job),
        owner=owner_of(job.labels, job.creator if builder.show_creator else ""),
    )  # fmt: skip


def _execution(builder: Builder, execution: Execution, job: Job | None, decision: Delete) -> Action:
    """Its owner is the job's: an execution keeps the labels of its own day."""
    cause = cause_of(execution.completed) if execution.completed else ""
    creator = execution.creator if builder.show_creator else ""
    return Action(
        Kind.EXECUTION, str(execution.name), "", decision.policy.name, decision.reason,
        details(builder.age(execution_since(execution), "since it ended"), cause), 0, estimate_execution(),
        (EXECUTION_RANK, 0), etag=execution.etag, uid=execution.uid,
        owner=owner_of(job.labels if job else execution.labels, creator),
    )  # fmt: skip
