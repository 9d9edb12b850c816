"""Deciding jobs and their executions: what a policy matches, and what is never deleted."""

from collections.abc import Callable, Sequence

from janitor.kinds.execution import execution_since, execution_status, execution_times, last_of
from janitor.kinds.job import job_since, job_status, job_times
from janitor.kinds.provenance import managers_of, managers_of_job
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import KeepReason
from janitor.model.resources import Execution, Job
from janitor.policy.decision import Delete
from janitor.policy.holders import (
    Guards,
    by_holder,
    decide_held,
    held_guards,
    holder_guards,
    workload_facts,
)
from janitor.policy.resource_keys import Facts
from janitor.policy.workload_rules import Rules, WorkloadVerdicts, decided, note_contained


def decide_jobs(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    """Adds a verdict on each job in scope, and on each execution that does not go with its job."""
    of = by_holder(workloads.executions, "jobs")
    jobs = {job.name: job for job in workloads.jobs}
    for job in workloads.jobs:
        if rules.context.in_scope(job.name):
            _decide_job(rules, job, of.get(job.name, []), verdicts)
    for name, executions in of.items():
        if name not in verdicts.runs and rules.context.in_scope(name):
            holder = jobs.get(name)
            facts = ((each, _execution_facts(each, holder)) for each in executions)
            guards = _execution_guards(rules, holder, executions) if holder else None
            verdicts.executions.update(decide_held(rules, Kind.EXECUTION, holder, facts, guards))


def _decide_job(rules: Rules, job: Job, executions: list[Execution], verdicts: WorkloadVerdicts) -> None:
    name, status = job.name, job_status(job, executions)
    since, times = job_since(job, executions), job_times(job, executions)
    facts = workload_facts(Kind.JOB, job, status, since, managers_of_job(job), times)
    guards = _job_guards(rules, job, status, executions)
    verdicts.jobs[name] = decision = decided(rules, Kind.JOB, job, facts, guards)
    if isinstance(decision, Delete):
        verdicts.runs[name] = executions
        note_contained(rules, Kind.EXECUTION, (_execution_facts(each, job) for each in executions))


def _job_guards(rules: Rules, job: Job, status: Status, executions: Sequence[Execution]) -> Guards:
    """Every reason that may keep it, strongest first."""
    return holder_guards(rules, job, executions) | {
        KeepReason.RUNNING: status is Status.RUNNING,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _execution_facts(execution: Execution, job: Job | None) -> Facts:
    managers = managers_of(execution.labels, execution.annotations, execution.images)
    managers |= managers_of_job(job) if job else frozenset()
    status, since = execution_status(execution), execution_since(execution)
    return workload_facts(Kind.EXECUTION, execution, status, since, managers, execution_times(execution))


def _execution_guards(
    rules: Rules, job: Job, executions: Sequence[Execution]
) -> Callable[[Execution], Guards]:
    """A job that stays keeps its last execution: it tells people how the job went, and janitor when it
    was used."""
    last, shared = last_of(job, executions), held_guards(rules, job)

    def guards(execution: Execution) -> Guards:
        status = execution_status(execution)
        return shared(execution) | {
            KeepReason.RUNNING: status is Status.RUNNING,
            KeepReason.RECONCILING: execution.reconciling or job.reconciling,
            KeepReason.LAST_EXECUTION: execution.name.short in last,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards
