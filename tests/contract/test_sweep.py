"""A sweep against a Google that is not the emulator: what is promised, to the letter."""

import itertools
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from tests.contract.conftest import Sweeping
from tests.contract.server import Cloud, RefusedError
from tests.contract.worlds import HOST, PLACE, REPOSITORY, cloud, digest, version

Serving = Callable[[Cloud], Sweeping]
SERVICE, REVISIONS = f"{PLACE}/services/dead", f"{PLACE}/services/web/revisions"
GOES = [
    SERVICE,
    f"{REVISIONS}/web-1",
    f"{REVISIONS}/web-2",
    *sorted([version("old-index")]),
    *sorted(
        [version("bare"), version("bare-2"), version("broken", "team%2Fbroken"), version("freed"),
         version("old"), version("old-child")]
    ),
]  # fmt: skip
LIMITS = ("--limit", "max_deletions=50", "--limit", "max_share=100%")
ACTION = {
    "kind": str, "name": str, "uri": (str, type(None)), "policy": str, "reason": str, "detail": str,
    "size_bytes": int, "estimate": dict, "after": list, "contains": dict, "outcome": str,
    "error": (str, type(None)),
}  # fmt: skip
TOTALS = {
    "examined", "planned", "deleted", "already_gone", "drifted", "skipped", "failed", "reclaimed_bytes",
    "saves_usd_month", "unpriced",
}  # fmt: skip


@pytest.mark.parametrize(
    ("full_names", "held", "empty", "at_once"), list(itertools.product([True, False], repeat=4))
)
def test_what_the_dry_run_says_goes_and_nothing_else(
    sweeping: Serving, full_names: bool, held: bool, empty: bool, at_once: bool
) -> None:
    google = cloud(full_names, "index" if held else "child", empty_first_page=empty, done_at_once=at_once)
    sweep = sweeping(google)
    said = sweep("--dry-run", *LIMITS)
    assert google.changes == []
    assert (said.code, said.names) == (0, GOES)
    done = sweep("--apply", *LIMITS)
    assert (done.code, done.names) == (0, GOES)
    assert _without_outcome(said.actions) == _without_outcome(done.actions)
    assert set(done.outcomes.values()) == {"deleted"}
    assert set(google.services) == {f"{PLACE}/services/web"}
    assert set(google.revisions) == {f"{REVISIONS}/web-3"}
    kept = {"index", "child", "other-child", "nightly", "timeless", "young"}
    assert {each.uri.rpartition("@")[2] for each in google.images[REPOSITORY]} == {digest(k) for k in kept}
    again = sweep("--apply", *LIMITS)
    assert (again.code, again.names) == (0, [])


def _without_outcome(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in action.items() if key != "outcome"} for action in actions]


def test_each_delete_carries_the_name_that_was_printed_and_what_was_read(sweeping: Serving) -> None:
    google = cloud()
    assert sweeping(google)("--apply", *LIMITS).code == 0
    [service] = google.requests("DeleteService")
    assert (service.name, service.etag, service.validate_only) == (SERVICE, '"dead/e+"', False)
    revisions = google.requests("DeleteRevision")
    assert {(each.name, each.etag) for each in revisions} == {
        (f"{REVISIONS}/web-1", '"web-1/e+"'), (f"{REVISIONS}/web-2", '"web-2/e+"'),
    }  # fmt: skip
    assert not any(each.force for each in google.requests("DeleteVersion"))
    for batch in google.requests("BatchDeleteVersions"):
        assert batch.parent == f"{REPOSITORY}/packages/team%2Fapp"
        assert not batch.validate_only
    named = [*(each.name for each in google.requests("DeleteVersion"))]
    named += [name for batch in google.requests("BatchDeleteVersions") for name in batch.names]
    assert sorted(named) == sorted(name for name in GOES if "/versions/" in name)
    tags = {each.name for each in google.requests("DeleteTag")}
    app = f"{REPOSITORY}/packages/team%2Fapp/tags"
    broken = f"{REPOSITORY}/packages/team%2Fbroken/tags/v1"
    assert tags == {f"{app}/old", f"{app}/older", f"{app}/multi", broken}
    assert google.requests("CreateTag") == []


def test_the_json_has_every_key_and_type_that_is_promised(sweeping: Serving) -> None:
    document = sweeping(cloud())("--dry-run", "--kept", *LIMITS).document
    strings = ("sweep_id", "observed_at", "policy_digest", "plan_id")
    assert all(isinstance(document[key], str) for key in strings)
    assert (document["schema_version"], document["mode"]) == (1, "dry-run")
    assert document["policy_digest"].startswith("sha256:")
    assert document["plan_id"].startswith("sha256:")
    assert document["observed_at"].endswith("Z")
    assert (document["gaps"], document["refusals"]) == ([], [])
    for action in document["actions"]:
        assert set(action) >= set(ACTION)
        for key, kind in ACTION.items():
            assert isinstance(action[key], kind), (key, action[key])
        [said] = {"usd_month", "unpriced"} & set(action["estimate"])
        assert isinstance(action["estimate"][said], str)
        assert action["outcome"] == "planned"
    for row in document["kept"]:
        assert len(row["names"]) == row["count"]
    totals = document["totals"]
    assert set(totals) >= TOTALS
    assert (totals["planned"], totals["deleted"]) == (len(GOES), 0)
    assert isinstance(totals["saves_usd_month"], str)
    for kind, count in totals["examined"].items():
        kept = sum(row["count"] for row in document["kept"] if row["kind"] == kind)
        going = sum(action["kind"] == kind for action in document["actions"])
        inside = sum(action["contains"].get(kind, 0) for action in document["actions"])
        assert count == kept + going + inside, kind


def test_an_action_names_what_it_waits_for(sweeping: Serving) -> None:
    actions = {each["name"]: each for each in sweeping(cloud())("--dry-run", *LIMITS).actions}
    assert actions[SERVICE]["contains"] == {"run.revision": 1}
    assert actions[version("broken", "team%2Fbroken")]["after"] == [SERVICE]
    freed = actions[version("freed")]
    assert freed["after"] == [f"{REVISIONS}/web-1", f"{REVISIONS}/web-2"]
    assert actions[version("old-child")]["after"] == [version("old-index")]
    assert freed["uri"] == f"{HOST}/team/app@{digest('freed')}"


def test_a_location_that_refuses_without_details_holds_every_image(sweeping: Serving) -> None:
    google = cloud(locations=("us-central1", "europe-west1"))
    google.refused["ListRevisions", "europe-west1"] = RefusedError(grpc.StatusCode.PERMISSION_DENIED)
    swept = sweeping(google)("--apply", *LIMITS)
    assert swept.code == 3
    assert swept.names == [SERVICE, f"{REVISIONS}/web-1", f"{REVISIONS}/web-2"]
    [gap] = swept.document["gaps"]
    assert (gap["project"], gap["location"], gap["kind"]) == ("p", "europe-west1", "run.revision")
    assert len(google.images[REPOSITORY]) == 13


@pytest.mark.parametrize("method", ["ListRevisions", "ListExecutions"])
def test_a_listing_that_is_not_there_is_a_gap_where_what_holds_its_kind_is(
    sweeping: Serving, method: str
) -> None:
    """R2: revisions and executions alone may name a digest."""
    google = cloud()
    google.missing |= {method}
    swept = sweeping(google)("--apply", *LIMITS)
    assert swept.code == 3
    assert [gap["kind"] for gap in swept.document["gaps"]] == [f"run.{method[4:-1].lower()}"]
    assert google.requests("DeleteTag") == google.requests("DeleteVersion") == []
    assert len(google.images[REPOSITORY]) == 13


@pytest.mark.parametrize("code", [grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION])
def test_what_changed_before_the_delete_is_drifted_and_what_waits_for_it_skipped(
    sweeping: Serving, code: grpc.StatusCode
) -> None:
    def change(google: Cloud, name: str) -> None:
        if name == SERVICE:
            google.services[name].etag = '"another"'
            raise RefusedError(code, "Requested entity has changed")

    swept = sweeping(cloud(before_delete=change))("--apply", *LIMITS)
    assert swept.code == 6
    assert (swept.outcomes["dead"], swept.outcomes[digest("broken")]) == ("drifted", "skipped")
    assert swept.outcomes[digest("old")] == "deleted"


@pytest.mark.parametrize("code", [grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INVALID_ARGUMENT])
def test_where_no_batch_is_taken_each_version_goes_by_itself(
    sweeping: Serving, code: grpc.StatusCode
) -> None:
    google = cloud()
    google.refused["BatchDeleteVersions", "team%2Fapp"] = RefusedError(code)
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, set(swept.outcomes.values())) == (0, {"deleted"})


def test_what_a_batch_refused_by_project_number_is_asked_for_again(sweeping: Serving) -> None:
    google = cloud(failed_versions_by_number=True)
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, set(swept.outcomes.values())) == (0, {"deleted"})
    assert len(google.images[REPOSITORY]) == 6


def test_a_tag_that_went_though_the_answer_was_lost_is_put_back(sweeping: Serving) -> None:
    """R18: the version stays, so its tags do."""

    def lose(_: Cloud, name: str) -> None:
        if name.endswith("/tags/old"):
            raise RefusedError(grpc.StatusCode.DEADLINE_EXCEEDED)

    google = cloud(after_untag=lose)
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, swept.outcomes[digest("old")]) == (6, "failed")
    [old] = [each for each in google.images[REPOSITORY] if each.name.endswith(digest("old"))]
    assert set(old.tags) == {"old", "older"}


@pytest.mark.parametrize("code", [grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND])
def test_where_operations_cannot_be_asked_about_the_things_are_read(
    sweeping: Serving, code: grpc.StatusCode
) -> None:
    google = cloud()
    google.refused["GetOperation", "operations"] = RefusedError(code)
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, set(swept.outcomes.values())) == (0, {"deleted"})


def test_a_second_apply_finds_nothing_new_where_lists_lag_behind(sweeping: Serving) -> None:
    google = cloud(lists_lag=True)
    sweep = sweeping(google)
    first = sweep("--apply", *LIMITS)
    left = [each.name for each in google.images[REPOSITORY]]
    again = sweep("--apply", *LIMITS)
    assert first.names == again.names == GOES
    assert (again.code, set(again.outcomes.values())) == (0, {"already-gone"})
    assert [each.name for each in google.images[REPOSITORY]] == left
    assert (set(google.services), len(google.revisions)) == ({f"{PLACE}/services/web"}, 1)


def test_where_locations_are_refused_nothing_of_the_project_goes(sweeping: Serving) -> None:
    google = cloud(locations_status=403)
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, swept.names, google.changes) == (3, [], [])
    assert [gap["location"] for gap in swept.document["gaps"]] == ["-"]


def test_a_version_that_went_meanwhile_is_already_gone(sweeping: Serving) -> None:
    """Right before the batch that names it."""
    google = cloud()
    answer = google.answer

    def answering(method: str, request: Any) -> Any:
        if method == "BatchDeleteVersions":
            left = [each for each in google.images[REPOSITORY] if not each.name.endswith(digest("bare"))]
            google.images[REPOSITORY] = left
        return answer(method, request)

    google.answer = answering  # type: ignore[method-assign]
    swept = sweeping(google)("--apply", *LIMITS)
    assert (swept.code, swept.outcomes[digest("bare")]) == (0, "already-gone")
