"""Deciding jobs and their executions: what a policy matches, and what is never deleted."""

from collections.abc import Callable, Sequence
from functools import partial

from janitor.kinds.execution import execution_since, execution_status, last_of
from janitor.kinds.job import job_since, job_status
from janitor.kinds.provenance import managers_of, managers_of_job
from janitor.kinds.repository import has_managed_labels
from janitor.model.inventory import Workloads
from janitor.model.kinds import KeepReason, Kind, Status
from janitor.model.names import ResourceName
from janitor.model.resources import Execution, Job
from janitor.policy.decision import Delete
from janitor.policy.groups import Traits
from janitor.policy.resource_keys import Facts
from janitor.policy.retention import retained, standing
from janitor.policy.workload_rules import Rules, WorkloadVerdicts, decided, seconds


def decide_jobs(rules: Rules, workloads: Workloads, verdicts: WorkloadVerdicts) -> None:
    """Adds a verdict on each job in scope, and on each execution that does not go with its job."""
    of: dict[ResourceName, list[Execution]] = {}
    for execution in workloads.executions:
        of.setdefault(execution.name.parent, []).append(execution)
    jobs = {job.name: job for job in workloads.jobs}
    for job in workloads.jobs:
        if rules.context.in_scope(job.name):
            _decide_job(rules, job, of.get(job.name, []), verdicts)
    for name, executions in of.items():
        if name not in verdicts.runs and rules.context.in_scope(name):
            _decide_executions(rules, jobs.get(name), executions, verdicts)


def _decide_job(rules: Rules, job: Job, executions: list[Execution], verdicts: WorkloadVerdicts) -> None:
    name, status = job.name, job_status(job, executions)
    facts = Facts(
        name.short, name.location, "", job.labels, status, job_since(job, executions),
        kind=Kind.JOB, project=name.project, annotations=job.annotations, creator=job.creator,
        managed_by=managers_of_job(job),
    )  # fmt: skip
    guards = _job_guards(rules, job, status, executions)
    verdicts.jobs[name] = decision = decided(rules, Kind.JOB, job, facts, guards)
    if isinstance(decision, Delete):
        verdicts.runs[name] = executions


def _job_guards(
    rules: Rules, job: Job, status: Status, executions: Sequence[Execution]
) -> dict[KeepReason, bool]:
    """Every reason that may keep it, strongest first."""
    return {
        KeepReason.SELF: job.name.short in rules.context.own,
        KeepReason.PROTECTED: rules.protects(job.name.short, job.labels),
        KeepReason.HOLDS_PROTECTED: any(rules.protects_label(each.labels) for each in executions),
        KeepReason.GOOGLE_MANAGED: has_managed_labels(job.labels),
        KeepReason.RUNNING: status is Status.RUNNING,
        KeepReason.RECONCILING: status is Status.RECONCILING,
        KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
    }


def _decide_executions(
    rules: Rules, job: Job | None, executions: list[Execution], verdicts: WorkloadVerdicts
) -> None:
    facts = {each.name.short: _execution_facts(each, job) for each in executions}
    made = {each.name.short: each.create_time for each in executions}
    traits: Traits[Facts, str] = Traits(
        key=lambda each: each.name,
        made=lambda each: seconds(made[each.name]),
        since=lambda each: seconds(each.since),
        tags=lambda _: (),
    )
    questions, now = rules.questions[Kind.EXECUTION], rules.context.now.timestamp()
    group = list(facts.values())
    held = retained(questions, group, traits, now)
    guards = _execution_guards(rules, job, executions)
    for execution in executions:
        name = execution.name
        each = facts[name.short]
        keeps = partial(standing, group=group, traits=traits, now=now, key=each.name)
        verdicts.executions[name] = decided(
            rules, Kind.EXECUTION, execution, each, guards(execution), held.get(name.short), keeps, job
        )


def _execution_facts(execution: Execution, job: Job | None) -> Facts:
    name, status = execution.name, execution_status(execution)
    return Facts(
        name.short, name.location, "", execution.labels, status, execution_since(execution),
        kind=Kind.EXECUTION, project=name.project, annotations=execution.annotations,
        creator=execution.creator, job=name.parent.short,
        managed_by=managers_of(execution.labels, execution.annotations, execution.images)
        | (managers_of_job(job) if job else frozenset()),
    )  # fmt: skip


def _execution_guards(
    rules: Rules, job: Job | None, executions: Sequence[Execution]
) -> Callable[[Execution], dict[KeepReason, bool]]:
    """Its job's protection covers it (R11); without the job nothing about it is known. A job that stays
    keeps its last execution: it tells people how the job went, and janitor when it was used."""
    if job is None:
        return lambda _: {KeepReason.STATUS_UNKNOWN: True}
    covered = rules.protects(job.name.short, job.labels)
    managed = has_managed_labels(job.labels)
    last = last_of(job, executions)

    def guards(execution: Execution) -> dict[KeepReason, bool]:
        status = execution_status(execution)
        return {
            KeepReason.SELF: job.name.short in rules.context.own,
            KeepReason.PROTECTED: covered or rules.protects_label(execution.labels),
            KeepReason.GOOGLE_MANAGED: managed or has_managed_labels(execution.labels),
            KeepReason.RUNNING: status is Status.RUNNING,
            KeepReason.RECONCILING: execution.reconciling or job.reconciling,
            KeepReason.LAST_EXECUTION: execution.name.short in last,
            KeepReason.STATUS_UNKNOWN: status is Status.UNKNOWN,
        }

    return guards
