"""Workloads read again: whether one of Cloud Run still exists, and is as the plan has it (R21)."""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.execution import execution_status, last_of
from janitor.kinds.job import last_run, runs
from janitor.kinds.revision import has_traffic, is_latest
from janitor.kinds.worker_pool import may_have_instances
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Execution, Job, Revision, Service, WorkerPool
from janitor.plan.plan import Action


async def workload_exists(reader: Reader, kind: Kind, name: str, uid: str) -> bool:
    """Whether it exists. Another resource of its name, with another uid, means that it was deleted."""
    found = await reader.workload(kind, name)
    return found is not None and uid in ("", found.uid)


async def workload_still(reader: Reader, action: Action) -> Outcome | None:
    """None: it is as it was read, and what it belongs to needs it as little (R21). Raises CallError."""
    found = await reader.workload(action.kind, action.name)
    if found is None:
        return GONE
    if found.uid != action.uid:
        return drifted("another of the same name stands in its place")
    if found.etag != action.etag:
        return drifted("it changed since the plan (etag)")
    match found:
        case Revision():
            return await _revision(reader, found)
        case Job():
            return _job(found, action)
        case Execution():
            return await _execution(reader, found)
        case WorkerPool():
            return drifted("it has instances now, or may") if may_have_instances(found, ()) else None
        case Service():
            return None


async def _revision(reader: Reader, revision: Revision) -> Outcome | None:
    service = await reader.workload(Kind.SERVICE, str(revision.name.parent))
    if not isinstance(service, Service):
        return GONE
    if has_traffic(revision, service) or is_latest(revision, service):
        return drifted("its service now sends it traffic or calls it the latest")
    return None


def _job(job: Job, action: Action) -> Outcome | None:
    """Whether a new execution changes a job's etag is not verified: the execution itself is looked at."""
    if runs(job, ()):
        return drifted("an execution of it runs")
    return drifted("it ran since the plan") if last_run(job) != action.content else None


async def _execution(reader: Reader, execution: Execution) -> Outcome | None:
    if execution_status(execution) is Status.RUNNING:
        return drifted("it runs")
    job = await reader.workload(Kind.JOB, str(execution.name.parent))
    if not isinstance(job, Job):
        return GONE
    return drifted("its job now calls it the last") if execution.name.short in last_of(job, ()) else None
