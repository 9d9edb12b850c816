"""Jobs and executions: what goes, what stays, and why (R4, R7, R9 to R12, R14, R24)."""

from datetime import timedelta

import pytest

from janitor.kinds.execution import LastExecution, execution_status, last_of
from janitor.kinds.job import job_since, job_status
from janitor.model.kinds import Kind, Status
from janitor.model.resources import Condition, State
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import Not
from janitor.policy.conditions.labels import LabelsAre
from janitor.policy.conditions.names import JobIs, NameIs
from janitor.policy.conditions.state import StatusIs
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Retention
from tests.deciding import context, decided, images_decided
from tests.making import ago, contents, digest, execution, image, job, policies, policy, uri, workloads

MONTH = OlderThan(timedelta(days=30))
JOBS = policy("jobs", Kind.JOB, MONTH)
RUNS = policy("runs", Kind.EXECUTION, MONTH)
GOOG = {"goog-managed-by": "cloudfunctions"}


def test_an_idle_job_goes_with_its_executions() -> None:
    world = workloads(job("old"), execution("old", "old-1"), execution("old", "old-2", days=50))
    assert decided(policies(JOBS), world) == {
        "old": "delete: older-than", "old-1": "contained", "old-2": "contained"
    }  # fmt: skip


def test_a_jobs_age_counts_from_the_later_of_its_update_and_its_last_completion() -> None:
    old, run = job("j"), execution("j", "j-1", days=20)
    assert job_since(old, []) == ago(days=90)
    assert job_since(old, [run, execution("j", "j-0", days=60)]) == run.completion_time
    named = job("j", last=LastExecution("j-2", ago(days=5), True))
    assert job_since(named, [run]) == ago(days=5)
    assert job_since(job("j", update_time=None), [run]) is None
    assert decided(policies(JOBS), workloads(old, run))["j"] == "not-matched"
    assert decided(policies(JOBS), workloads(named))["j"] == "not-matched"


@pytest.mark.parametrize(
    "running",
    [
        [execution("j", "j-1", state="running")],
        [execution("j", "j-1", running_count=1)],
    ],
    ids=["not completed", "a task still runs"],
)
def test_a_job_with_a_running_execution_stays_and_so_does_the_execution(running: list[object]) -> None:
    world = workloads(job("j"), *running, execution("j", "j-0", days=60))  # type: ignore[arg-type]
    said = decided(policies(JOBS, RUNS), world)
    assert (said["j"], said["j-1"]) == ("running", "running")


def test_a_job_whose_last_execution_is_not_said_to_have_ended_stays() -> None:
    named = job("j", last=LastExecution("j-9", None, False))
    assert decided(policies(JOBS), workloads(named)) == {"j": "running"}


def test_the_last_execution_of_a_job_that_stays_stays_and_older_ones_go() -> None:
    world = workloads(
        job("j", update_time=ago(days=1)),
        execution("j", "j-3"), execution("j", "j-2", days=50), execution("j", "j-1", days=60),
    )  # fmt: skip
    assert decided(policies(JOBS, RUNS), world) == {
        "j": "not-matched", "j-3": "last-execution", "j-2": "delete: older-than", "j-1": "delete: older-than",
    }  # fmt: skip


def test_the_execution_that_a_job_names_the_one_made_last_and_the_one_that_ended_last_are_its_last() -> None:
    slow = execution("j", "slow", days=50, completion_time=ago(days=31))
    newest, named = execution("j", "newest"), execution("j", "named", days=60)
    known = [slow, newest, named, execution("j", "old", days=70)]
    of = job("j", update_time=ago(days=1), last=LastExecution("named", ago(days=60), True))
    assert last_of(of, known) == {"slow", "newest", "named"}
    said = decided(policies(RUNS), workloads(of, *known))
    assert [name for name, why in said.items() if why == "delete: older-than"] == ["old"]


def test_an_execution_whose_job_was_not_seen_stays() -> None:
    assert decided(policies(RUNS), workloads(execution("gone", "e"))) == {"e": "status-unknown"}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("succeeded", Status.SUCCEEDED), ("failed", Status.FAILED), ("cancelled", Status.CANCELLED),
        ("running", Status.RUNNING),
    ],
)  # fmt: skip
def test_an_execution_ends_well_or_not_or_is_cancelled_or_runs(state: str, status: Status) -> None:
    assert execution_status(execution("j", "e", state=state)) is status


def test_an_execution_of_which_google_says_neither_success_nor_failure_stays() -> None:
    for said in (None, Condition("Completed", State.UNSPECIFIED)):
        odd = execution("j", "odd", days=60, completed=said)
        assert (
            decided(policies(RUNS), workloads(job("j"), execution("j", "new"), odd))["odd"]
            == "status-unknown"
        )


def test_a_policy_may_ask_how_executions_ended_and_whose_they_are() -> None:
    failed = policy("failed", Kind.EXECUTION, StatusIs((Status.FAILED,)), JobIs(("night*",)), MONTH)
    world = workloads(
        job("nightly"), execution("nightly", "n-3"), execution("nightly", "n-2", state="failed", days=50),
        execution("nightly", "n-1", days=60), execution("nightly", "n-0", state="cancelled", days=70),
        job("other"), execution("other", "o-2"), execution("other", "o-1", state="failed", days=50),
    )  # fmt: skip
    said = decided(policies(failed), world)
    assert {name for name, why in said.items() if why == "delete: failed"} == {"n-2"}


def test_a_job_is_failed_only_where_it_never_ran_well() -> None:
    broken = job("j", failed=True)
    assert job_status(broken, []) is Status.FAILED
    assert job_status(broken, [execution("j", "e", state="failed")]) is Status.FAILED
    assert job_status(broken, [execution("j", "e")]) is Status.UNKNOWN
    assert job_status(job("j", failed=True, execution_count=2), []) is Status.UNKNOWN
    assert job_status(job("j", failed=True, reconciling=True), []) is Status.RECONCILING
    assert job_status(job("j"), [execution("j", "e", state="failed")]) is Status.ACTIVE


def test_a_job_whose_last_run_failed_is_no_failed_job() -> None:
    failed = policy("failed", Kind.JOB, StatusIs((Status.FAILED,)))
    world = workloads(job("j"), execution("j", "e", state="failed"), job("broken", failed=True))
    said = decided(policies(failed), world)
    assert (said["j"], said["broken"]) == ("not-matched", "delete: failed")


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"reconciling": True}, "reconciling"),
        ({"terminal": Condition("Ready", State.PENDING)}, "status-unknown"),
        ({"labels": {"janitor": "keep"}}, "protected"),
        ({"labels": GOOG}, "google-managed"),
        ({"update_time": None}, "age-unknown"),
        ({"update_time": ago(days=-1)}, "age-unknown"),
    ],
)
def test_what_is_not_certain_or_protected_keeps_a_job(facts: dict[str, object], why: str) -> None:
    file = policies(JOBS, protect={"labels": {"janitor": "keep"}})
    assert decided(file, workloads(job("j", **facts))) == {"j": why}  # type: ignore[arg-type]


def test_protecting_a_job_protects_its_executions_and_a_protected_execution_its_job() -> None:
    world = workloads(job("pay-prod"), execution("pay-prod", "e-2"), execution("pay-prod", "e-1", days=60))
    file = policies(JOBS, RUNS, protect={"names": ("*-prod",)})
    assert decided(file, world) == {"pay-prod": "protected", "e-2": "protected", "e-1": "protected"}
    marked = workloads(job("j"), execution("j", "e", labels={"janitor": "keep"}))
    file = policies(JOBS, RUNS, protect={"labels": {"janitor": "keep"}})
    assert decided(file, marked) == {"j": "holds-protected", "e": "protected"}


def test_janitors_own_job_and_its_executions_stay() -> None:
    world = workloads(job("janitor"), execution("janitor", "e-2"), execution("janitor", "e-1", days=60))
    assert set(decided(policies(JOBS, RUNS), world, own={"janitor"}).values()) == {"self"}


def test_a_gap_of_its_own_project_and_location_keeps_a_job_and_its_executions() -> None:
    world = workloads(
        job("j"), job("k", update_time=ago(days=1)), execution("k", "k-2"), execution("k", "k-1", days=60)
    )
    said = decided(policies(JOBS, RUNS), world, blocked={("p", "us-central1")})
    assert (said["j"], said["k-1"]) == ("gap", "gap")
    assert decided(policies(JOBS), world, blocked={("p", "europe-west1")})["j"] == "delete: older-than"


@pytest.mark.parametrize(
    ("key", "managed", "goes"),
    [
        (NameIs(("j",)), True, True), (NameIs(("j*",)), True, False), (NameIs(("j",)), False, False),
    ],
)  # fmt: skip
def test_a_job_that_google_manages_needs_its_literal_name_and_managed(
    key: NameIs, managed: bool, goes: bool
) -> None:
    file = policies(policy("p", Kind.JOB, key, managed=managed))
    said = decided(file, workloads(job("j", labels=GOOG)))
    assert said["j"] == ("delete: matched" if goes else "google-managed")


def test_executions_of_a_managed_job_need_its_literal_name_and_managed() -> None:
    world = workloads(job("j", labels=GOOG), execution("j", "e-2"), execution("j", "e-1", days=60))
    for key, goes in ((JobIs(("j",)), True), (JobIs(("*",)), False)):
        said = decided(policies(policy("p", Kind.EXECUTION, key, managed=True)), world)
        assert said["e-1"] == ("delete: matched" if goes else "google-managed")


def test_keep_latest_counts_the_executions_of_each_job() -> None:
    keep = policy("keep", Kind.EXECUTION, MONTH, keep=Retention(latest=2))
    world = workloads(
        job("a"), *(execution("a", f"a-{n}", days=40 + n) for n in range(4)),
        job("b"), execution("b", "b-0"), execution("b", "b-1", days=41),
    )  # fmt: skip
    said = decided(policies(keep), world)
    assert {name for name, why in said.items() if why.startswith("delete")} == {"a-2", "a-3"}
    assert (said["a-1"], said["b-1"]) == ("keep-latest", "keep-latest")


def test_keep_newer_than_holds_executions_by_their_completion() -> None:
    keep = policy("keep", Kind.EXECUTION, keep=Retention(newer_than=timedelta(days=45)))
    world = workloads(
        job("j"), execution("j", "j-2", days=20), execution("j", "j-1"), execution("j", "j-0", days=60)
    )
    said = decided(policies(keep), world)
    assert (said["j-1"], said["j-0"]) == ("keep-newer-than", "delete: matched")


def test_labels_and_negation_speak_of_jobs_too() -> None:
    file = policies(policy("p", Kind.JOB, LabelsAre({"env": "preview"}), Not(NameIs(("keep-*",))), MONTH))
    env = {"env": "preview"}
    said = decided(file, workloads(job("a", labels=env), job("keep-b", labels=env), job("c")))
    assert said == {"a": "delete: older-than", "keep-b": "not-matched", "c": "not-matched"}


def test_images_of_a_job_that_goes_are_freed_by_it_and_those_of_one_that_stays_are_in_use() -> None:
    images = policy("images", Kind.IMAGE, OlderThan(timedelta(days=7)))
    held = contents(image("a"), image("b"), image("c"))
    world = workloads(
        job("old", uri("a")), execution("old", "old-1", uri("b")),
        job("used", uri("c"), update_time=ago(days=1)),
    )  # fmt: skip
    goes, stays = images_decided(policies(JOBS, images), held, world)
    assert {each.image.digest: each.waits for each in goes} == {
        digest("a"): ("projects/p/locations/us-central1/jobs/old",),
        digest("b"): ("projects/p/locations/us-central1/jobs/old",),
    }
    assert stays == {digest("c"): "in-use"}


def test_an_execution_that_goes_by_itself_frees_the_images_that_it_alone_names() -> None:
    images = policy("images", Kind.IMAGE, OlderThan(timedelta(days=7)))
    of = job("j", uri("b"), update_time=ago(days=1))
    runs = (execution("j", "j-2", uri("b")), execution("j", "j-1", uri("a"), days=60))
    goes, stays = images_decided(
        policies(RUNS, images), contents(image("a"), image("b")), workloads(of, *runs)
    )
    assert [each.waits for each in goes] == [(str(runs[1].name),)]
    assert stays == {digest("b"): "in-use"}


def test_an_execution_out_of_scope_has_no_verdict() -> None:
    far = decide_workloads(
        context(policies(JOBS, RUNS), projects=set()), workloads(job("j"), execution("j", "e"))
    )
    assert not far.by_kind[Kind.JOB]
    assert not far.by_kind[Kind.EXECUTION]
