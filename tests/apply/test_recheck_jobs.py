"""Looking again at a job, an execution or a worker pool, just before its delete (R21)."""

from dataclasses import replace
from typing import Any

import pytest

from janitor.apply.outcomes import OutcomeKind as O
from janitor.kinds.execution import Execution, LastExecution
from janitor.kinds.job import Job, last_run
from janitor.model.kinds import Kind
from tests.apply.fakes import FakeGoogle, action, recheck
from tests.making import ago, execution, job, pool

LAST = LastExecution("j-1", ago(days=40), True)


async def ends(google: FakeGoogle, planned: Job | Execution) -> O | None:
    kind = Kind.JOB if isinstance(planned, Job) else Kind.EXECUTION
    content = last_run(planned) if isinstance(planned, Job) else ""
    gone = action(kind, str(planned.name), etag=planned.etag, uid=planned.uid, content=content)
    outcome = await recheck(google).still(gone)
    return outcome.kind if outcome else None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"etag": '"new"'}, O.DRIFTED),
        ({"uid": "another"}, O.DRIFTED),
        ({"last": LastExecution("j-2", None, False)}, O.DRIFTED),
        ({"last": LastExecution("j-2", ago(hours=1), True)}, O.DRIFTED),
        ({"last": LastExecution("j-1", None, False)}, O.DRIFTED),
    ],
    ids=["as planned", "changed", "another", "runs", "ran since", "runs after all"],
)
async def test_a_job_that_changed_or_ran_since_is_drifted(change: dict[str, Any], expected: O | None) -> None:
    planned = job("j", last=LAST)
    google = FakeGoogle(jobs={str(planned.name): replace(planned, **change)})
    assert await ends(google, planned) is expected


async def test_a_job_that_ran_for_the_first_time_is_drifted_and_one_that_is_gone_is_gone() -> None:
    planned = job("j")
    assert last_run(planned) == ""
    google = FakeGoogle(jobs={str(planned.name): job("j", last=LAST)})
    assert await ends(google, planned) is O.DRIFTED
    google.jobs.clear()
    assert await ends(google, planned) is O.ALREADY_GONE


@pytest.mark.parametrize(
    ("change", "last", "expected"),
    [
        ({}, "j-9", None),
        ({"etag": '"new"'}, "j-9", O.DRIFTED),
        ({"completion_time": None}, "j-9", O.DRIFTED),
        ({"running_count": 1}, "j-9", O.DRIFTED),
        ({}, "j-1", O.DRIFTED),
    ],
    ids=["as planned", "changed", "runs", "a task runs", "now the last"],
)
async def test_an_execution_is_read_together_with_its_job(
    change: dict[str, Any], last: str, expected: O | None
) -> None:
    planned = execution("j", "j-1")
    of = job("j", last=LastExecution(last, ago(days=1), True))
    google = FakeGoogle(jobs={str(of.name): of}, executions={str(planned.name): replace(planned, **change)})
    assert await ends(google, planned) is expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None), ({"etag": '"new"'}, O.DRIFTED), ({"uid": "another"}, O.DRIFTED), ({"instances": 1}, O.DRIFTED),
        ({"instances": None}, O.DRIFTED),
    ],
)  # fmt: skip
async def test_a_worker_pool_that_changed_or_has_instances_now_is_drifted(
    change: dict[str, Any], expected: O | None
) -> None:
    planned = pool("w")
    google = FakeGoogle(worker_pools={str(planned.name): replace(planned, **change)})
    gone = action(Kind.WORKER_POOL, str(planned.name), etag=planned.etag, uid=planned.uid)
    outcome = await recheck(google).still(gone)
    assert (outcome.kind if outcome else None) is expected


async def test_an_execution_whose_job_is_gone_went_with_it() -> None:
    planned = execution("j", "j-1")
    assert await ends(FakeGoogle(executions={str(planned.name): planned}), planned) is O.ALREADY_GONE
