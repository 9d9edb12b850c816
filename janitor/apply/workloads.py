"""One workload of Cloud Run, whatever its kind: reading it again, whether it is as planned, its delete."""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Deleter, Reader
from janitor.kinds.execution import execution_status, last_of
from janitor.kinds.job import last_run, runs
from janitor.kinds.revision import has_traffic, is_latest
from janitor.kinds.worker_pool import may_have_instances
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Execution, Job, Revision, Service, WorkerPool
from janitor.plan.plan import Action

Workload = Service | Revision | Job | Execution | WorkerPool


async def workload(reader: Reader, kind: Kind, name: str) -> Workload | None:
    """The workload as it is now, None where there is none. Raises CallError."""
    match kind:
        case Kind.SERVICE:
            return await reader.service(name)
        case Kind.REVISION:
            return await reader.revision(name)
        case Kind.JOB:
            return await reader.job(name)
        case Kind.EXECUTION:
            return await reader.execution(name)
        case Kind.WORKER_POOL:
            return await reader.worker_pool(name)
        case _:
            raise AssertionError(f"no plan holds a {kind}")


async def send_delete(deleter: Deleter, action: Action) -> str:
    """Delete it as it was read: Google refuses another etag. The name of Google's operation."""
    match action.kind:
        case Kind.SERVICE:
            return await deleter.delete_service(action.name, action.etag)
        case Kind.REVISION:
            return await deleter.delete_revision(action.name, action.etag)
        case Kind.JOB:
            return await deleter.delete_job(action.name, action.etag)
        case Kind.EXECUTION:
            return await deleter.delete_execution(action.name, action.etag)
        case Kind.WORKER_POOL:
            return await deleter.delete_worker_pool(action.name, action.etag)
        case _:
            raise AssertionError(f"no plan holds a {action.kind}")


async def workload_still(reader: Reader, action: Action) -> Outcome | None:
    """None: it is as it was read, and what it belongs to needs it as little (R21). Raises CallError."""
    found = await workload(reader, action.kind, action.name)
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
        case _:
            return None


async def _revision(reader: Reader, revision: Revision) -> Outcome | None:
    service = await reader.service(str(revision.name.parent))
    if service is None:
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
    job = await reader.job(str(execution.name.parent))
    if job is None:
        return GONE
    return drifted("its job now calls it the last") if execution.name.short in last_of(job, ()) else None
