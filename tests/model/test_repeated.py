"""Rows that name the same resource are one, and of what differs the value counts that deletes less (R28)."""

from dataclasses import fields, is_dataclass, replace
from itertools import permutations
from typing import Any

import pytest

from janitor.kinds.execution import Execution, LastExecution
from janitor.kinds.job import Job
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model import repeated
from janitor.model.repeated import each_once, united
from janitor.model.resources import (
    Condition,
    Image,
    Instance,
    Mode,
    Package,
    Repository,
    State,
    Traffic,
    Version,
)
from tests import making
from tests.making import ago

KINDS = (Service, Revision, Job, Execution, WorkerPool, Instance, Repository, Image, Package, Version)
# Fields of which the row that was updated last has its way: no value of them deletes less.
BY_THE_NEWER = frozenset(
    [
        "name",
        "uid",
        "etag",
        "creator",
        "client",
        "scaling",
        "latest_ready_revision",
        "latest_created_revision",
        "containers",
        "accelerator",
        "gpu_zonal_redundancy",
        "desired_min_instances",
        "completed",
        "format",
        "package",
        "digest",
        "id",
        "short",
        "versions",
    ]
)


def image(*tags: str, **more: Any) -> Image:
    return Image(*(making.image("a", *tags)))._replace(**more)


def test_every_field_has_a_rule() -> None:
    known = {
        name
        for kind in KINDS
        for name in ([each.name for each in fields(kind)] if is_dataclass(kind) else kind._fields)
    }
    assert known - repeated.RULES.keys() == BY_THE_NEWER
    assert repeated.RULES.keys() <= known


def test_rows_that_do_not_repeat_are_given_back_as_they_are() -> None:
    rows = [image(), image(digest="sha256:b")]
    found, names = each_once(rows, lambda row: row.digest)
    assert found is rows
    assert names == ()


def test_equal_rows_are_one_and_their_name_is_told() -> None:
    rows = [image(), image(digest="sha256:b"), image()]
    found, names = each_once(rows, lambda row: row.digest)
    assert found == rows[:2]
    assert names == (rows[0].digest,)


def test_tags_children_and_times_of_both_images_count() -> None:
    one = image("v1", upload_time=100.0, update_time=None, children=("x",), size_bytes=9)
    other = image("v2", upload_time=90.0, update_time=95.0, children=("y",), size_bytes=7, artifact_type="t")
    found = united([one, other])
    assert set(found.tags) == {"v1", "v2"}
    assert set(found.children) == {"x", "y"}
    assert (found.upload_time, found.update_time, found.size_bytes) == (100.0, 95.0, 7)
    assert found.artifact_type == "t"


def test_a_size_that_one_row_lacks_is_the_other_s() -> None:
    assert united([image(size_bytes=0), image(size_bytes=7)]).size_bytes == 7


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_the_rows_decides_nothing(order: tuple[int, ...]) -> None:
    rows = [image("v1", size_bytes=1), image("v2", upload_time=5.0), image("v3", artifact_type="t")]
    assert united([rows[place] for place in order]) == united(rows)


def test_a_service_serves_and_is_protected_if_one_row_says_so() -> None:
    failed = making.service(
        "web", failed=True, labels={"team": "shop"}, images=("a",), update_time=ago(days=1)
    )
    serving = replace(
        making.service("web", labels={"janitor": "keep"}, images=("b",), update_time=ago(days=9)),
        traffic=(Traffic("web-1", 100, ""),),
        uri="https://web",
        latest_created_revision="web-1",
    )
    for rows in ([failed, serving], [serving, failed]):
        found = united(rows)
        assert found.labels == {"team": "shop", "janitor": "keep"}
        assert set(found.images) == {"a", "b"}
        assert (found.traffic, found.uri, found.update_time) == (serving.traffic, serving.uri, ago(days=1))
        assert found.terminal.state is not State.FAILED
        assert "web-1" in (*found.targets, found.latest_created_revision)


def test_an_execution_runs_if_one_row_says_so() -> None:
    ended = making.execution("job", "job-1", days=3)
    running = replace(ended, completion_time=None, running_count=1)
    for rows in ([ended, running], [running, ended]):
        assert (united(rows).completion_time, united(rows).running_count) == (None, 1)


def test_a_job_s_last_execution_may_still_run() -> None:
    ended = replace(making.job("job"), last=LastExecution("job-1", ago(days=3), True))
    running = replace(ended, last=LastExecution("job-2", None, False))
    for rows in ([ended, running], [running, ended]):
        assert united(rows).last == running.last


@pytest.mark.parametrize(("one", "other", "expected"), [(0, 2, 2), (0, None, None), (0, 0, 0)])
def test_a_worker_pool_has_the_instances_of_either_row(
    one: int | None, other: int | None, expected: int | None
) -> None:
    pool = making.pool("pool", instances=one)
    assert united([pool, replace(pool, instances=other)]).instances == expected
    assert united([replace(pool, instances=other), pool]).instances == expected


def test_a_revision_is_ready_and_active_if_one_row_says_so() -> None:
    retired = making.revision("web", "web-1", status="retired")
    bad = Condition("Ready", State.FAILED, last_transition_time=ago(days=1))
    good = Condition("Ready", State.SUCCEEDED, last_transition_time=ago(days=9))
    one, other = replace(retired, ready=bad, active=good), replace(retired, ready=good, active=bad)
    assert (united([one, other]).ready, united([other, one]).active) == (good, good)
    assert united([one, replace(one, ready=None)]).ready is None


def test_a_repository_is_no_standard_one_if_one_row_says_so() -> None:
    one = making.repository("r")
    other = replace(one, mode=Mode.REMOTE, immutable_tags=True, labels={"janitor": "keep"})
    for rows in ([one, other], [other, one]):
        found = united(rows)
        assert (found.mode, found.immutable_tags, found.labels) == (Mode.REMOTE, True, {"janitor": "keep"})
