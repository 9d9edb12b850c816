"""Cloud Run v2, asked by Google's own clients."""

import pytest
from google.api_core.exceptions import (
    Aborted,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
    PermissionDenied,
)
from google.cloud import run_v2

from janitor.emulator import Emulator, digest
from tests.emulator.asking import REGION, WEB, Google

NIGHTLY = f"{REGION}/jobs/nightly"
FAILED = run_v2.Condition.State.CONDITION_FAILED


def names(found: object) -> list[str]:
    return [item.name.rpartition("/")[2] for item in found]  # type: ignore[attr-defined]


def test_lists_services_by_create_time_newest_first(asked: Google) -> None:
    assert names(asked.services.list_services(parent=REGION)) == ["broken", "web"]


def test_lists_every_kind_of_a_region(asked: Google) -> None:
    assert names(asked.jobs.list_jobs(parent=REGION)) == ["nightly"]
    assert names(asked.worker_pools.list_worker_pools(parent=REGION)) == ["pool"]
    assert names(asked.instances.list_instances(parent=REGION)) == ["box"]
    assert names(asked.executions.list_executions(parent=f"{REGION}/jobs/-")) == ["nightly-b", "nightly-a"]
    pool = f"{REGION}/workerPools/pool"
    assert len(names(asked.revisions.list_revisions(parent=pool))) == 1


def test_lists_the_revisions_of_all_services_of_a_region_but_none_of_its_pools(asked: Google) -> None:
    found = names(asked.revisions.list_revisions(parent=f"{REGION}/services/-"))
    assert found == ["web-3", "broken-00001-own", "web-2", "web-1"]


def test_gets_what_it_lists(asked: Google) -> None:
    assert asked.services.get_service(name=WEB).name == WEB
    assert asked.jobs.get_job(name=f"{REGION}/jobs/nightly").execution_count == 2
    assert (
        asked.worker_pools.get_worker_pool(name=f"{REGION}/workerPools/pool").scaling.manual_instance_count
        == 2
    )
    box = asked.instances.get_instance(name=f"{REGION}/instances/box")
    assert box.container_statuses[0].image_digest == digest("new")
    execution = asked.executions.get_execution(name=f"{REGION}/jobs/nightly/executions/nightly-a")
    assert execution.failed_count == 1


def test_a_service_that_never_served_has_neither_traffic_nor_uri(asked: Google) -> None:
    broken = asked.services.get_service(name=f"{REGION}/services/broken")
    assert broken.terminal_condition.state == FAILED
    assert not broken.traffic_statuses
    assert not broken.uri
    assert broken.latest_ready_revision == broken.latest_created_revision


def test_a_revision_holds_the_digest_of_the_tag_that_its_service_was_written_with(asked: Google) -> None:
    revision = asked.revisions.get_revision(name=f"{WEB}/revisions/web-3")
    service = asked.services.get_service(name=WEB)
    assert service.template.containers[0].image.endswith("app:live")
    assert revision.containers[0].image == f"us-central1-docker.pkg.dev/shop/apps/app@{digest('new')}"


@pytest.mark.parametrize("location", ["-", ""])
def test_refuses_a_location_wildcard(asked: Google, location: str) -> None:
    parent = f"projects/shop/locations/{location}"
    for ask in (
        asked.services.list_services,
        asked.jobs.list_jobs,
        asked.worker_pools.list_worker_pools,
        asked.instances.list_instances,
    ):
        with pytest.raises(InvalidArgument):
            ask(parent=parent)


def test_refuses_the_wildcard_over_worker_pools(asked: Google) -> None:
    with pytest.raises(InvalidArgument):
        asked.revisions.list_revisions(parent=f"{REGION}/workerPools/-")


def test_an_unknown_region_or_project_is_one_that_the_caller_may_not_see(asked: Google) -> None:
    for parent in ("projects/shop/locations/nowhere1", "projects/other/locations/us-central1"):
        with pytest.raises(PermissionDenied):
            asked.services.list_services(parent=parent)


def test_unknown_names_are_not_found(asked: Google) -> None:
    with pytest.raises(NotFound):
        asked.services.get_service(name=f"{REGION}/services/nobody")
    with pytest.raises(NotFound):
        asked.services.delete_service(name=f"{REGION}/services/nobody")
    with pytest.raises(NotFound):
        asked.revisions.list_revisions(parent=f"{REGION}/services/nobody")


def test_a_deleted_service_takes_its_revisions_along(asked: Google) -> None:
    etag = asked.services.get_service(name=WEB).etag
    gone = asked.services.delete_service(request={"name": WEB, "etag": etag}).result()
    assert gone.name == WEB
    assert gone.delete_time is not None
    assert asked.emulator.world.names("services") == [f"{REGION}/services/broken"]
    assert not [name for name in asked.emulator.world.names("revisions") if name.startswith(f"{WEB}/")]


def test_a_delete_with_another_etag_is_aborted(asked: Google) -> None:
    with pytest.raises(Aborted):
        asked.services.delete_service(request={"name": WEB, "etag": '"another"'})
    with pytest.raises(Aborted):
        asked.revisions.delete_revision(request={"name": f"{WEB}/revisions/web-2", "etag": '"another"'})
    with pytest.raises(Aborted):
        asked.jobs.delete_job(request={"name": NIGHTLY, "etag": '"another"'})
    assert WEB in asked.emulator.world.names("services")


def test_a_deleted_job_takes_its_executions_along(asked: Google) -> None:
    etag = asked.jobs.get_job(name=NIGHTLY).etag
    gone = asked.jobs.delete_job(request={"name": NIGHTLY, "etag": etag}).result()
    assert gone.name == NIGHTLY
    assert asked.emulator.world.names("jobs") == []
    assert asked.emulator.world.names("executions") == []


def test_a_deleted_worker_pool_takes_its_revisions_along(asked: Google) -> None:
    name = f"{REGION}/workerPools/pool"
    with pytest.raises(Aborted):
        asked.worker_pools.delete_worker_pool(request={"name": name, "etag": '"another"'})
    assert asked.worker_pools.delete_worker_pool(name=name).result().name == name
    assert asked.emulator.world.names("worker_pools") == []
    assert not [each for each in asked.emulator.world.names("revisions") if each.startswith(f"{name}/")]


def test_an_execution_that_ended_can_be_deleted(asked: Google) -> None:
    asked.executions.delete_execution(name=f"{NIGHTLY}/executions/nightly-a").result()
    assert asked.emulator.world.names("executions") == [f"{NIGHTLY}/executions/nightly-b"]


def test_neither_a_running_execution_nor_its_job_can_be_deleted(asked: Google) -> None:
    name = f"{NIGHTLY}/executions/nightly-b"
    asked.emulator.world.run["executions"][name].ClearField("completion_time")
    with pytest.raises(FailedPrecondition, match="running"):
        asked.executions.delete_execution(name=name)
    with pytest.raises(FailedPrecondition, match="running"):
        asked.jobs.delete_job(name=NIGHTLY)


def test_validate_only_deletes_nothing(asked: Google) -> None:
    asked.services.delete_service(request={"name": WEB, "validate_only": True}).result()
    assert WEB in asked.emulator.world.names("services")


def test_a_retired_revision_can_be_deleted(asked: Google) -> None:
    asked.revisions.delete_revision(name=f"{WEB}/revisions/web-2").result()
    assert f"{WEB}/revisions/web-2" not in asked.emulator.world.names("revisions")


@pytest.mark.parametrize("revision", ["web-3", "web-1"], ids=["all traffic", "a traffic tag"])
def test_a_revision_that_serves_cannot_be_deleted(asked: Google, revision: str) -> None:
    with pytest.raises(FailedPrecondition) as refused:
        asked.revisions.delete_revision(name=f"{WEB}/revisions/{revision}")
    assert refused.value.message == (
        f'Revision "{revision}" cannot be directly deleted because it is actively serving.'
    )


def test_the_latest_revision_cannot_be_deleted(asked: Google) -> None:
    name = f"{REGION}/services/broken/revisions/broken-00001-own"
    with pytest.raises(FailedPrecondition, match="latest"):
        asked.revisions.delete_revision(name=name)


def test_a_region_is_read_page_by_page_of_a_hundred_at_most() -> None:
    services = "".join(f"          s{n}: {{image: i, created: {n}h ago}}\n" for n in range(120))
    world = f"projects:\n  p:\n    run:\n      us-central1:\n        services:\n{services}"
    from tests.emulator.asking import google

    with google(world) as asked:
        pages = asked.services.list_services(
            request={"parent": "projects/p/locations/us-central1", "page_size": 1000}
        ).pages
        assert [len(page.services) for page in pages] == [100, 20]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_a_job_names_the_execution_that_was_created_last_however_they_are_written(
    order: tuple[str, ...],
) -> None:
    ages = {"a": "3d ago", "b": "1d ago"}
    runs = ", ".join(f"{{name: {name}, created: {ages[name]}, state: failed}}" for name in order)
    world = (
        f"projects: {{p: {{run: {{us-central1: {{jobs: {{j: {{image: nginx, executions: [{runs}]}}}}}}}}}}}}"
    )
    with Emulator.from_text(world) as emulator:
        (job,) = emulator.world.run["jobs"].values()
    assert job.latest_created_execution.name == "b"
    assert job.execution_count == 2


def routed(asked: Google, *entries: tuple[str, int, str], etag: str = "", mask: str = "traffic") -> object:
    """UpdateService of web with these entries: revision ("" is the latest), percent, tag."""
    traffic = [
        {"type_": 2 if revision else 1, "revision": revision, "percent": percent, "tag": tag}
        for revision, percent, tag in entries
    ]
    service = {"name": WEB, "etag": etag, "traffic": traffic}
    return asked.services.update_service(
        request={"service": service, "update_mask": {"paths": [mask]}}
    ).result()


def test_updated_traffic_is_the_traffic_and_gives_another_etag(asked: Google) -> None:
    before = asked.services.get_service(name=WEB)
    routed(asked, ("", 100, ""), ("web-1", 0, "new"), etag=before.etag)
    after = asked.services.get_service(name=WEB)
    assert (
        [each.tag for each in after.traffic] == [each.tag for each in after.traffic_statuses] == ["", "new"]
    )
    assert after.etag != before.etag
    assert after.update_time > before.update_time


def test_a_revision_that_loses_its_last_entry_is_retired(asked: Google) -> None:
    asked.emulator.control.now(lambda world: world.set_traffic_tag(f"{WEB}/revisions/web-2", "two"))
    routed(asked, ("", 100, ""))
    revision = asked.revisions.get_revision(name=f"{WEB}/revisions/web-2")
    ready = next(each for each in revision.conditions if each.type_ == "Ready")
    assert ready.revision_reason == run_v2.Condition.RevisionReason.RETIRED
    assert revision.update_time.timestamp() > asked.services.get_service(name=WEB).update_time.timestamp() - 5


def test_traffic_that_google_would_not_take_is_refused(asked: Google) -> None:
    with pytest.raises(Aborted):
        routed(asked, ("", 100, ""), etag='"another"')
    with pytest.raises(InvalidArgument, match="sum to 100"):
        routed(asked, ("", 90, ""))
    with pytest.raises(InvalidArgument, match="unique"):
        routed(asked, ("", 100, "a"), ("web-1", 0, "a"))
    with pytest.raises(InvalidArgument, match="web-7"):
        routed(asked, ("web-7", 100, ""))
    with pytest.raises(MethodNotImplemented):
        routed(asked, ("", 100, ""), mask="template")
