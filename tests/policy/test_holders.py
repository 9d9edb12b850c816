"""What services and jobs share with the revisions and executions they hold, and whose those are."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from janitor.kinds.managers import Manager
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.conditions.deployed import ManagedBy
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.names import NameIs
from janitor.policy.deciding.grace import Grace
from janitor.policy.deciding.retention import RetentionAnswer
from janitor.policy.deciding.workloads import decide_workloads
from janitor.policy.model import Policies, ReportOptions, Retention
from tests.deciding import Shown, context, decided
from tests.making import ago, execution, job, policies, policy, pool, revision, service, workloads

WEB = service("web", traffic=["web-9"], latest_created_revision="web-9")
LIVE = revision("web", "web-9", status="active", days=1)
ANY = NameIs(("*",))
RETIRED, RUNS = policy("retired", Kind.REVISION, ANY), policy("runs", Kind.EXECUTION, ANY)
FAILED, JOBS = policy("failed", Kind.SERVICE, ANY), policy("jobs", Kind.JOB, ANY)
SAID: list[tuple[dict[str, Any], Manager]] = [
    ({"labels": {"managed-by-cnrm": "true"}}, Manager.CONFIG_CONNECTOR),
    ({"annotations": {"cloudfunctions.googleapis.com/trigger-type": "x"}}, Manager.CLOUD_FUNCTIONS),
    ({"images": ("us-central1-docker.pkg.dev/p/cloud-run-source-deploy/web",)}, Manager.SOURCE_DEPLOY),
]


def test_what_goes_with_its_holder_has_no_verdict_of_its_own_nor_what_lies_out_of_scope() -> None:
    asked = policies(FAILED, RETIRED, JOBS, RUNS)
    world = workloads(service("web", failed=True), revision("web", "web-1"), job("j"), execution("j", "j-1"))
    found = decide_workloads(context(asked), world)
    decisions = {kind: len(each) for kind, each in found.by_kind.items() if each}
    assert decisions == {Kind.SERVICE: 1, Kind.JOB: 1}
    assert [len(each) for each in (found.contained[Kind.REVISION], found.contained[Kind.EXECUTION])] == [1, 1]
    elsewhere = decide_workloads(context(asked, projects={"other"}), world)
    assert not any(elsewhere.by_kind.values())


@pytest.mark.parametrize(("says", "manager"), SAID)
def test_a_revision_and_an_execution_are_managed_by_what_they_themselves_and_their_holder_say(
    says: dict[str, Any], manager: Manager
) -> None:
    """Neither takes anything from the other: here the holder is Terraform's."""
    web, made = replace(WEB, client="terraform"), replace(job("j"), client="terraform")
    runs = (replace(execution("j", "j-1"), **says), execution("j", "j-2", days=1))
    world = workloads(web, LIVE, revision("web", "web-1", **says), made, *runs)
    for asked in Manager:
        by = ManagedBy((asked,))
        found = decided(policies(policy("a", Kind.REVISION, by), policy("b", Kind.EXECUTION, by)), world)
        verdict = "delete: matched" if asked in (manager, Manager.TERRAFORM) else "not-matched"
        assert (found["web-1"], found["j-1"]) == (verdict, verdict)


@pytest.mark.parametrize(("says", "manager"), SAID)
def test_and_by_what_their_holder_alone_says(says: dict[str, Any], manager: Manager) -> None:
    by = ManagedBy((manager,))
    runs = (execution("j", "j-1"), execution("j", "j-2", days=1))
    world = workloads(replace(WEB, **says), LIVE, revision("web", "web-1"), replace(job("j"), **says), *runs)
    found = decided(policies(policy("a", Kind.REVISION, by), policy("b", Kind.EXECUTION, by)), world)
    assert (found["web-1"], found["j-1"]) == ("delete: matched", "delete: matched")


@pytest.mark.parametrize("kind", [Kind.SERVICE, Kind.REVISION, Kind.JOB, Kind.EXECUTION, Kind.WORKER_POOL])
def test_an_expression_is_told_the_kind(kind: Kind) -> None:
    world = workloads(
        service("web", failed=True), revision("web", "web-1"), revision("web", "web-2", days=2),
        job("j"), execution("j", "j-1"), execution("j", "j-2", days=1), pool("pool"),
    )  # fmt: skip
    found = decided(policies(policy("a", kind, Expr(f"resource.kind == '{kind.value}'", "a"))), world)
    assert "delete: matched" in found.values()


def test_a_policy_matches_what_goes_with_its_holder_by_what_that_says_of_it() -> None:
    """Else it would be told to match nothing."""
    by = ManagedBy((Manager.TERRAFORM,))
    asked = policies(FAILED, JOBS, policy("a", Kind.REVISION, by), policy("b", Kind.EXECUTION, by))
    asking = context(asked)
    web, made = service("web", failed=True, client="terraform"), replace(job("j"), client="terraform")
    decide_workloads(asking, workloads(web, revision("web", "web-1"), made, execution("j", "j-1")))
    assert asking.matched == {"failed", "jobs", "a", "b"}


@pytest.mark.parametrize(("own", "jobs"), [(True, False), (False, True), (True, True)])
def test_an_execution_stays_while_google_works_on_it_or_on_its_job(own: bool, jobs: bool) -> None:
    ran = execution("j", "j-1", reconciling=own)
    world = workloads(job("j", reconciling=jobs), ran, execution("j", "j-2", days=1))
    assert decided(policies(RUNS), world)["j-1"] == "reconciling"


@pytest.mark.parametrize(
    ("made", "stays"),
    [((50.0, 40.0), "web-2"), ((40.0, 50.0), "web-1"), ((None, 1.0), "web-1"), ((1.0, None), "web-2")],
)
def test_where_the_service_names_no_latest_the_one_made_last_stays(
    made: tuple[float | None, float | None], stays: str
) -> None:
    """One whose creation is not known counts as the last."""
    of = [
        replace(revision("web", f"web-{n}"), create_time=None if days is None else ago(days=days))
        for n, days in enumerate(made, 1)
    ]
    found = decided(policies(RETIRED), workloads(service("web", traffic=["gone"]), *of))
    assert {name for name, said in found.items() if said == "latest-revision"} == {stays}


def waiting(**facts: object) -> dict[str, str]:
    """Whose each is that waits: a revision, an execution, and their holders, under policies with grace."""
    asked: Policies = policies(*(replace(each, grace=timedelta(days=7)) for each in (RETIRED, RUNS, FAILED)))
    asked = replace(asked, report=ReportOptions(**facts))  # type: ignore[arg-type]
    grace, owner = Grace(), {"labels": {"owner": "ml"}, "creator": "one@example.com"}
    world = workloads(
        replace(WEB, **owner), LIVE, revision("web", "web-1", creator="two@example.com"),
        job("j", **owner), execution("j", "j-1"), execution("j", "j-2", days=1),
        service("unowned", failed=True, creator="one@example.com"),
    )  # fmt: skip
    decide_workloads(context(asked, grace=grace), world)
    return {name.rpartition("/")[2]: each.owner for name, each in grace.waiting.items()}


def test_what_waits_is_its_holders_owners_and_a_creator_is_named_only_where_it_is_asked_for() -> None:
    assert waiting() == {"web-1": "ml", "j-1": "ml", "unowned": ""}
    assert waiting(show_creator=True) == {"web-1": "ml", "j-1": "ml", "unowned": "one@example.com"}


def test_what_waits_is_changed_by_a_deploy_and_by_being_made_anew() -> None:
    graceful = policies(replace(FAILED, grace=timedelta(days=7)))
    states = set()
    for facts in ({}, {"etag": '"2"'}, {"uid": "other"}):
        grace, web = Grace(), replace(service("web", failed=True), **facts)
        decide_workloads(context(graceful, grace=grace), workloads(web))
        states.add(grace.waiting[str(web.name)].state)
    assert len(states) == 3


def test_a_tracer_is_shown_each_by_name_with_its_gap_and_its_place_in_keep() -> None:
    kept = policy("retired", Kind.REVISION, ANY, keep=Retention(latest=1))
    shown, world = Shown(), workloads(WEB, LIVE, revision("web", "web-1"), revision("web", "web-2", days=50))
    decide_workloads(context(policies(kept), tracer=shown, blocked={("p", "us-central1")}), world)
    assert set(shown.cases) == {
        str(each.name) for each in (*world.of(Kind.SERVICE), *world.of(Kind.REVISION))
    }
    assert all(case.gap for case in shown.cases.values())
    places = {n: shown.cases[f"{WEB.name}/revisions/web-{n}"] for n in (9, 1, 2)}
    assert {n: case.keeps(case.questions[0]) for n, case in places.items()} == {
        9: RetentionAnswer(KeepReason.KEEP_LATEST, 1, 3), 1: RetentionAnswer(None, 2, 3), 2: RetentionAnswer(None, 3, 3),
    }  # fmt: skip
