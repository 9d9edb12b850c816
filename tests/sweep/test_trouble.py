"""What cannot be read, what fails, what changes meanwhile: nothing is lost, and nothing is guessed."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, RUN, Place, image, uri, version, world

FAILED = f'{{web: {{updated: 3d ago, state: failed, image: "{uri("@z")}"}}}}'
TWO = (image("a"), image("b", "v1"))


def swept_with(place: Placing, trouble: str, *flags: str) -> tuple[Place, list[str], int]:
    here = place(world(*TWO, services=FAILED, trouble=f"[{trouble}]"))
    swept = here.sweep(*(flags or ("--apply",)))
    return here, swept.names, swept.code


@pytest.mark.parametrize(
    "rpc", ["ListServices", "ListRevisions", "ListJobs", "ListExecutions", "ListWorkerPools", "ListInstances"]
)
def test_deletes_no_image_while_one_location_could_not_be_read(place: Placing, rpc: str) -> None:
    """R4: the failed service of the location that was read still goes."""
    here, names, code = swept_with(place, f"{{rpc: {rpc}, location: europe-west1, permission_denied: true}}")
    assert code == 3
    assert names == [f"{RUN}/services/web"]
    assert len(here.google.world.names("versions")) == 2


def test_deletes_no_service_where_its_own_location_has_a_gap(place: Placing) -> None:
    _, names, code = swept_with(place, "{rpc: ListJobs, location: us-central1, permission_denied: true}")
    assert (names, code) == ([], 3)


def test_an_api_that_is_not_enabled_is_no_gap(place: Placing) -> None:
    info = "{reason: SERVICE_DISABLED, domain: googleapis.com, metadata: {service: run.googleapis.com}}"
    _, names, code = swept_with(
        place, f"{{rpc: ListServices, location: europe-west1, permission_denied: {info}}}"
    )
    assert (len(names), code) == (3, 0)


def test_a_method_that_a_server_does_not_know_is_no_gap(place: Placing) -> None:
    _, names, code = swept_with(place, "{rpc: ListInstances, error: {code: UNIMPLEMENTED}}")
    assert (len(names), code) == (3, 0)


@pytest.mark.parametrize("trouble", ["fail_page: 1", "repeat_page_token: true", "permission_denied: true"])
def test_deletes_nothing_of_a_repository_of_which_a_page_could_not_be_read(
    place: Placing, trouble: str
) -> None:
    _, names, code = swept_with(place, f"{{rpc: ListDockerImages, {trouble}}}")
    assert (names, code) == ([f"{RUN}/services/web"], 3)


def test_a_storm_of_429_loses_no_item(place: Placing) -> None:
    storm = "{rpc: '*', times: 25, resource_exhausted: {retry_after: 10ms}}"
    here, names, code = swept_with(place, storm)
    assert (len(names), code) == (3, 0)
    assert here.google.world.names("versions") == []


def test_what_google_refuses_is_failed_by_its_code_and_the_rest_goes(place: Placing) -> None:
    refusal = "{rpc: DeleteService, operation_error: {code: FAILED_PRECONDITION, message: ya29.marker}}"
    here = place(world(*TWO, services=FAILED, trouble=f"[{refusal}]"))
    swept = here.sweep("--apply")
    assert swept.code == 6
    (failed,) = [action for action in swept.actions if action["outcome"] == "failed"]
    assert failed["name"] == f"{RUN}/services/web"
    assert failed["error"].startswith("FAILED_PRECONDITION: Google refused")
    assert "marker" not in str(swept.actions)
    assert swept.document["totals"]["deleted"] == 2


def test_what_waits_for_something_that_did_not_go_is_skipped(place: Placing) -> None:
    services = FAILED.replace("@z", "@a")
    refusal = "{rpc: DeleteService, operation_error: {code: INTERNAL, message: broken}}"
    swept = place(world(*TWO, services=services, trouble=f"[{refusal}]")).sweep("--apply")
    outcomes = {action["name"]: action["outcome"] for action in swept.actions}
    assert outcomes[version("a")] == "skipped"
    assert outcomes[version("b")] == "deleted"


def test_a_service_that_was_deployed_again_meanwhile_is_drifted_and_stays(place: Placing) -> None:
    here = place(world(services=FAILED))
    here.google.control.before("GetService", 1, lambda w: w.touch(f"{RUN}/services/web"))
    swept = here.sweep("--apply")
    assert (swept.outcomes, swept.code) == ({"web": "drifted"}, 6)
    assert here.changes == []


def test_the_etag_holds_when_it_changes_after_the_last_look(place: Placing) -> None:
    here = place(world(services=FAILED))
    here.google.control.before("DeleteService", 1, lambda w: w.touch(f"{RUN}/services/web"))
    swept = here.sweep("--apply")
    assert swept.outcomes == {"web": "drifted"}
    assert here.google.world.names("services") == [f"{RUN}/services/web"]


def test_an_image_that_got_a_tag_meanwhile_is_drifted_and_untouched(place: Placing) -> None:
    here = place(world(image("b", "v1")))
    here.google.control.before("ListTags", 1, lambda w: w.set_tag(version("b"), "prod"))
    swept = here.sweep("--apply")
    assert set(swept.outcomes.values()) == {"drifted"}
    assert here.changes == []


def test_a_tag_that_comes_between_the_look_and_the_delete_saves_the_image_and_its_tags_come_back(
    place: Placing,
) -> None:
    """R18: never with force, so Google itself refuses; what was untagged is tagged again."""
    here = place(world(image("b", "v1")))
    here.google.control.before("DeleteVersion", 1, lambda w: w.set_tag(version("b"), "prod"))
    swept = here.sweep("--apply")
    assert swept.code == 6
    assert here.google.world.names("versions") == [version("b")]
    tags = {name.rpartition("/")[2] for name in here.google.world.names("tags")}
    assert tags == {"v1", "prod"}


def test_a_repository_with_something_new_in_it_is_drifted(place: Placing) -> None:
    rules = POLICIES + "  - {name: whole, kind: artifact.repository, when: {name: r, unused: true}}\n"
    here = place(world(image("a"), image("b", "v1")))
    here.google.control.before("GetRepository", 1, lambda w: w.set_tag(version("a"), "new"))
    swept = here.sweep("--apply", policies=rules)
    assert swept.outcomes == {"r": "drifted"}
    assert here.changes == []


def test_what_is_gone_already_is_said_to_be_so(place: Placing) -> None:
    here = place(world(services=FAILED))
    here.google.control.before("GetService", 1, lambda w: w.remove(f"{RUN}/services/web"))
    swept = here.sweep("--apply")
    assert (swept.outcomes, swept.code) == ({"web": "already-gone"}, 0)


def test_an_operation_without_error_or_response_is_a_deletion(place: Placing) -> None:
    _, names, code = swept_with(place, "{rpc: 'Delete[SV]*', no_response: true}")
    assert (len(names), code) == (3, 0)


def test_a_document_with_one_gap_is_printed_where_nothing_could_be_observed(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(world())
    monkeypatch.setenv("JANITOR_EMULATOR_HOST", "127.0.0.1:9")
    monkeypatch.setenv("JANITOR_EMULATOR_HTTP", "http://127.0.0.1:9")
    swept = here.sweep("--dry-run")
    assert swept.code == 3
    assert swept.document["gaps"]
    assert swept.document["actions"] == []


@pytest.mark.parametrize(
    "text", ["version: 2\n", "a: &a [*a]\n", "x: !!python/object:os.system {}\n", "\x00"]
)
def test_a_broken_policy_file_calls_nobody(place: Placing, text: str) -> None:
    here = place(world())
    swept = here.sweep("--apply", policies=text)
    assert swept.code == 2
    assert "policies.yaml:1:" in swept.err
    assert "Traceback" not in swept.err
    assert here.google.calls == []


def test_a_location_that_neither_api_has_is_a_mistake_in_the_file(place: Placing) -> None:
    rules = POLICIES.replace("projects: [p]", "projects: [p], locations: [us-centrall]")
    swept = place(world()).sweep("--dry-run", policies=rules)
    assert swept.code == 2
    assert "us-central1" in swept.err


def test_an_operation_that_never_ends_is_waited_for_within_its_budget_and_settled_later(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R22, R23: the intent stays open, nothing is sent twice, and a later sweep records what became of it."""
    monkeypatch.setattr("janitor.gcp.budgets.OPERATION", 0.5)
    here = place(world(services=FAILED, trouble="[{rpc: DeleteService, never_ends: true}]"))
    first = here.sweep("--apply")
    assert (first.code, first.outcomes) == (6, {"web": "failed"})
    assert "did not end within 0.5 s; the next sweep asks again" in first.actions[0]["error"]
    second = here.sweep("--apply")
    assert (second.code, second.outcomes) == (6, {"web": "drifted"})
    assert "its deletion is still under way at Google" in second.err
    here.google.control.now(lambda world: world.operations.end_all())
    third = here.sweep("--apply")
    assert (third.code, third.names) == (0, [])
    assert '"intent.settled"' in third.err
    assert [call for call in here.changes if call[0] == "DeleteService"] == [
        ("DeleteService", f"{RUN}/services/web")
    ]
