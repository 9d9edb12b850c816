"""Workloads of a policy test are read as Google would report them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from janitor.kinds.execution import Execution
from janitor.kinds.job import Job, LastExecution
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.kinds import Kind
from janitor.model.resources import Condition, Scaling, State, Traffic
from janitor.policy.file.document import parse_policies
from janitor.policytest.file import NOW, read_tests
from tests.making import name_of

WELL, BAD = Condition("Ready", State.SUCCEEDED), Condition("Ready", State.FAILED)
NGINX, REDIS = "docker.io/library/nginx:1", "docker.io/library/redis:1"
POLICIES = (
    b"version: 1\nscope: {projects: [p], locations: [us-central1]}\n"
    b"policies: [{name: jobs, kind: run.job, when: {older_than: 9d}}]\n"
)
WORDS = "labels: {env: dev}, annotations: {team: web}, creator: ada, client: terraform"


def days_ago(days: int) -> object:
    return NOW - timedelta(days=days)


def read(section: str, short: str, fields: str, expect: str = "{}") -> Mapping[Kind, Sequence[Any]]:
    """The workloads of a test with one resource in this section."""
    text = f"version: 1\ntests: [{{name: a, {section}: {{{short}: {{{fields}}}}}, expect: {expect}}}]\n"
    policies = parse_policies(POLICIES, "policies.yaml", lambda _: b"")
    _, (case,) = read_tests(text.encode(), "t", policies)
    return {kind: held for kind, held in case.workloads.by_kind.items() if held}


def revision(*path: str, **facts: object) -> Revision:
    """A revision that is ready, of which nothing else is known."""
    values: dict[str, object] = {
        "uid": f"uid-{path[-1]}", "etag": f'"{path[-1]}"', "create_time": None, "labels": {}, "ready": WELL,
        "active": Condition("Active", State.SUCCEEDED), "containers": (), "accelerator": "",
        "gpu_zonal_redundancy": False, "scaling": Scaling(), "desired_min_instances": None, "images": (),
    }  # fmt: skip
    return Revision(name_of(path[0], path[1], "revisions", path[2]), **(values | facts))  # type: ignore[arg-type]


def service(**facts: object) -> Service:
    """A service that serves by no revision that is known."""
    values: dict[str, object] = {
        "uid": "uid-web", "etag": '"web"', "create_time": None, "update_time": None, "labels": {},
        "annotations": {}, "creator": "", "terminal": WELL, "reconciling": False,
        "traffic": (Traffic("", 100, ""),), "uri": "https://web.run.app", "latest_ready_revision": "",
        "latest_created_revision": "", "multi_region": False, "scaling": Scaling(), "images": (),
    }  # fmt: skip
    return Service(name_of("services", "web"), **(values | facts))  # type: ignore[arg-type]


def test_a_service_of_which_nothing_is_said_serves() -> None:
    assert read("services", "web", "") == {Kind.SERVICE: (service(),)}


def test_a_service_has_what_is_said_of_it() -> None:
    said = (
        f"{WORDS}, deployed: 3d ago, created: 9d ago, image: [{NGINX}, {REDIS}], multi_region: true,"
        " latest: web-3, traffic: [web-1, web-2], traffic_tags: {pr-1: web-1}"
    )
    tags = (Traffic("web-1", 0, "pr-1"),)
    assert read("services", "web", said, "{pr-1: {keep: serving}}")[Kind.SERVICE] == (
        service(
            labels={"env": "dev"}, annotations={"team": "web"}, creator="ada", client="terraform",
            create_time=days_ago(9), update_time=days_ago(3), images=(NGINX, REDIS), multi_region=True,
            latest_created_revision="web-3", requested=tags,
            traffic=(Traffic("web-1", 100, ""), Traffic("web-2", 100, ""), *tags),
        ),
    )  # fmt: skip


def test_the_revision_that_is_named_last_is_the_latest_and_has_the_traffic() -> None:
    found = read("services", "web", "deployed: 3d ago, revisions: {web-1: {}, web-2: {}, web-3: {}}")
    live, made = (Traffic("web-3", 100, ""),), days_ago(3)
    assert found == {
        Kind.SERVICE: (
            service(latest_created_revision="web-3", traffic=live, create_time=made, update_time=made),
        ),
        Kind.REVISION: tuple(revision("services", "web", f"web-{n}") for n in (1, 2, 3)),
    }


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("serving", {}),
        ("degraded", {"terminal": BAD}),
        ("failed", {"terminal": BAD, "traffic": (), "uri": ""}),
        ("reconciling", {"reconciling": True}),
    ],
)
def test_a_service_is_in_the_state_that_is_said(status: str, facts: dict[str, object]) -> None:
    assert read("services", "web", f"status: {status}")[Kind.SERVICE] == (service(**facts),)


def test_revisions_of_a_failed_service_failed_too_unless_it_is_said() -> None:
    said = "revisions: {web-1: {}, web-2: {status: active}}"
    for section, holder in (("services", "services"), ("worker_pools", "workerPools")):
        found = read(section, "web", f"status: failed, {said}")[Kind.REVISION]
        assert found == (revision(holder, "web", "web-1", ready=BAD), revision(holder, "web", "web-2"))
        working = read(section, "web", said)[Kind.REVISION]
        assert working == (revision(holder, "web", "web-1"), revision(holder, "web", "web-2"))


def test_a_revision_has_what_is_said_of_it() -> None:
    said = f"created: 9d ago, labels: {{env: dev}}, creator: ada, image: {NGINX}, status: failed"
    assert read("services", "web", f"revisions: {{web-1: {{{said}}}}}")[Kind.REVISION] == (
        revision("services", "web", "web-1", create_time=days_ago(9), labels={"env": "dev"}, creator="ada",
                 images=(NGINX,), ready=BAD),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("retired: 5d ago", days_ago(5)),
        ("status: retired", None),
        ("status: retired, retired: unknown", None),
    ],
)
def test_a_revision_that_was_retired_says_so_in_both_conditions(said: str, at: object) -> None:
    (found,) = read("services", "web", f"revisions: {{web-1: {{{said}}}}}")[Kind.REVISION]
    assert found.ready == Condition("Ready", State.SUCCEEDED, "RETIRED")
    assert found.active == Condition("Active", State.FAILED, "RETIRED", last_transition_time=at)  # type: ignore[arg-type]


def job(**facts: object) -> Job:
    values: dict[str, object] = {"images": (), "uid": "uid-j", "etag": '"j"', "terminal": WELL}
    return Job(name_of("jobs", "j"), **(values | facts))  # type: ignore[arg-type]


def execution(short: str, **facts: object) -> Execution:
    """An execution that succeeded."""
    values: dict[str, object] = {
        "images": (), "uid": f"uid-{short}", "etag": f'"{short}"',
        "completed": Condition("Completed", State.SUCCEEDED),
    }  # fmt: skip
    return Execution(name_of("jobs", "j", "executions", short), **(values | facts))  # type: ignore[arg-type]


def test_a_job_of_which_nothing_is_said_can_run_and_never_ran() -> None:
    assert read("jobs", "j", "") == {Kind.JOB: (job(),)}


def test_a_job_has_what_is_said_of_it() -> None:
    found = read("jobs", "j", f"{WORDS}, updated: 3d ago, created: 9d ago, image: {NGINX}")[Kind.JOB]
    assert found == (
        job(
            labels={"env": "dev"}, annotations={"team": "web"}, creator="ada", client="terraform",
            create_time=days_ago(9), update_time=days_ago(3), images=(NGINX,),
        ),
    )  # fmt: skip
    assert read("jobs", "j", "updated: 3d ago")[Kind.JOB][0].create_time == days_ago(3)


@pytest.mark.parametrize(
    ("status", "facts"),
    [("active", {}), ("failed", {"terminal": BAD}), ("reconciling", {"reconciling": True})],
)
def test_a_job_is_in_the_state_that_is_said(status: str, facts: dict[str, object]) -> None:
    assert read("jobs", "j", f"status: {status}")[Kind.JOB] == (job(**facts),)


def test_the_execution_that_is_named_last_is_the_last_of_its_job() -> None:
    said = "executions: {j-1: {}, j-2: {}, j-3: {completed: 3d ago}}"
    found = read("jobs", "j", said)
    last = LastExecution("j-3", days_ago(3), True)  # type: ignore[arg-type]
    assert found == {
        Kind.JOB: (job(execution_count=3, last=last),),
        Kind.EXECUTION: (
            execution("j-1"),
            execution("j-2"),
            execution("j-3", create_time=days_ago(3), completion_time=days_ago(3)),
        ),
    }
    (running,) = read("jobs", "j", "executions: {j-1: {status: running}}")[Kind.JOB]
    assert running == job(execution_count=1, last=LastExecution("j-1", None, False))


def test_an_execution_has_what_is_said_of_it() -> None:
    said = (
        "labels: {env: dev}, annotations: {team: web}, creator: ada, created: 9d ago, completed: 3d ago,"
        f" image: {NGINX}"
    )
    assert read("jobs", "j", f"executions: {{j-1: {{{said}}}}}")[Kind.EXECUTION] == (
        execution("j-1", labels={"env": "dev"}, annotations={"team": "web"}, creator="ada", images=(NGINX,),
                  create_time=days_ago(9), completion_time=days_ago(3)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("succeeded", {"completion_time": days_ago(3)}),
        ("failed", {"completion_time": days_ago(3), "completed": Condition("Completed", State.FAILED)}),
        (
            "cancelled",
            {"completion_time": days_ago(3), "completed": Condition("Completed", State.FAILED, "CANCELLED")},
        ),
        ("running", {"completed": Condition("Completed", State.FAILED), "running_count": 1}),
    ],
)
def test_an_execution_ended_as_is_said(status: str, facts: dict[str, object]) -> None:
    said = f"executions: {{j-1: {{status: {status}, completed: 3d ago}}}}"
    (found,) = read("jobs", "j", said)[Kind.EXECUTION]
    assert found == execution("j-1", create_time=days_ago(3), **facts)


def pool(**facts: object) -> WorkerPool:
    values: dict[str, object] = {
        "images": (), "uid": "uid-w", "etag": '"w"', "terminal": WELL, "instances": 1,
    }  # fmt: skip
    return WorkerPool(name_of("workerPools", "w"), **(values | facts))  # type: ignore[arg-type]


def test_a_worker_pool_of_which_nothing_is_said_has_one_instance() -> None:
    assert read("worker_pools", "w", "") == {Kind.WORKER_POOL: (pool(),)}


def test_a_worker_pool_has_what_is_said_of_it() -> None:
    said = f"{WORDS}, updated: 3d ago, created: 9d ago, image: {NGINX}, instances: 7"
    assert read("worker_pools", "w", said)[Kind.WORKER_POOL] == (
        pool(
            labels={"env": "dev"}, annotations={"team": "web"}, creator="ada", client="terraform",
            create_time=days_ago(9), update_time=days_ago(3), images=(NGINX,), instances=7,
        ),
    )  # fmt: skip
    (found,) = read("worker_pools", "w", "updated: 3d ago, instances: unknown")[Kind.WORKER_POOL]
    assert (found.create_time, found.instances) == (days_ago(3), None)


@pytest.mark.parametrize(
    ("status", "facts"),
    [("active", {}), ("failed", {"terminal": BAD}), ("reconciling", {"reconciling": True})],
)
def test_a_worker_pool_is_in_the_state_that_is_said(status: str, facts: dict[str, object]) -> None:
    assert read("worker_pools", "w", f"status: {status}")[Kind.WORKER_POOL] == (pool(**facts),)
