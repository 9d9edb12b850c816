"""Troubles: each once, the worst first, with a way out that is of use."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from janitor.apply.outcomes import TIME_UP
from janitor.ledger.history import Basis, SweepScope
from janitor.model.amounts import Priced
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.report.data.scope import ReportScope
from janitor.report.data.snapshot import LONGEST_TEXT, InGrace, Planned, RunningService, Snapshot
from janitor.report.data.troubles import STALE_AFTER, Trouble, TroubleKind, troubles
from tests.report.summaries import REGION, REPOSITORY, UNTIL, large, planned, snapshot

DENIED = "PERMISSION_DENIED: Permission 'run.revisions.list' denied on resource 'projects/p'"


def gap(
    location: str = "us-west1",
    *,
    project: str = "p",
    kind: Kind = Kind.REVISION,
    cause: str = DENIED,
    repository: str | None = None,
) -> Gap:
    return Gap(project, location, kind, cause, repository)


def with_gaps(*gaps: Gap, more: int = 0) -> Snapshot:
    return snapshot(gaps=gaps, gapped=len(gaps) + more)


def ended(outcome: str, error: str, number: int = 1, **facts: object) -> Planned:
    return planned(number, outcome=outcome, error=error, **facts)


def with_ends(*rows: Planned, more: int = 0) -> Snapshot:
    return snapshot(mode="apply", troubles=rows, troubled=len(rows) + more)


def found(seen: Snapshot | None, failure: str | None = None) -> tuple[Trouble, ...]:
    return troubles(seen, UNTIL, failure)


def only(seen: Snapshot | None) -> Trouble:
    (trouble,) = found(seen)
    return trouble


def kinds(rows: Sequence[Trouble]) -> list[TroubleKind]:
    return [row.kind for row in rows]


def test_a_sweep_that_went_well_has_no_trouble() -> None:
    assert found(snapshot()) == ()


def test_where_nothing_was_swept_it_says_how_to() -> None:
    trouble = only(None)
    assert trouble.kind is TroubleKind.NEVER_SWEPT
    assert "janitor sweep --dry-run" in trouble.way_out


@pytest.mark.parametrize("failure", [None, ""])
def test_no_failure_is_no_trouble(failure: str | None) -> None:
    assert found(snapshot(), failure) == ()


def test_a_sweep_that_could_not_be_made_comes_first_and_is_cut() -> None:
    first, second = found(None, "no network " * 1000)
    assert (first.kind, second.kind) == (TroubleKind.SWEEP_FAILED, TroubleKind.NEVER_SWEPT)
    assert first.what.startswith("no network")
    assert len(first.what) <= LONGEST_TEXT


def test_a_look_is_stale_after_two_days_and_not_before() -> None:
    assert found(snapshot(observed_at=UNTIL - STALE_AFTER)) == ()
    trouble = only(snapshot(observed_at=UNTIL - STALE_AFTER - timedelta(seconds=1)))
    assert trouble.kind is TroubleKind.STALE
    assert trouble.what == "it looked on 2026-11-21 08:59 UTC, 48h before this report"


def test_a_look_after_the_period_s_end_is_not_stale() -> None:
    assert found(snapshot(observed_at=UNTIL + timedelta(days=40))) == ()


def test_a_refusal_is_told_with_its_flag() -> None:
    message = "120 resources would be destroyed. To allow it this once: --limit max_deletions=120"
    trouble = only(snapshot(refusals=(("max_deletions", message),)))
    assert (trouble.kind, trouble.about, trouble.what) == (TroubleKind.REFUSED, "max_deletions", message)
    assert "limits.max_deletions" in trouble.way_out


def test_a_gap_names_the_place_the_cause_and_the_role_that_is_missing() -> None:
    trouble = only(with_gaps(gap()))
    assert (trouble.kind, trouble.about) == (TroubleKind.GAP, "revisions in p (us-west1)")
    assert trouble.what == DENIED
    assert "roles/run.viewer on p" in trouble.way_out
    assert trouble.way_out.endswith(
        "Until then it keeps docker images, packages, tags and repositories in every project;"
        " services, revisions, jobs and worker pools in p us-west1"
    )


def test_a_gap_within_a_repository_keeps_that_repository_alone() -> None:
    trouble = only(with_gaps(gap("us", kind=Kind.IMAGE, repository="r")))
    assert trouble.about == "images in p (us/r)"
    assert "roles/artifactregistry.reader on p" in trouble.way_out
    assert trouble.way_out.endswith("Until then it keeps everything in repository r")


def test_a_gap_of_a_whole_project_names_no_location() -> None:
    assert only(with_gaps(gap("-", kind=Kind.RUN_LOCATION))).about == "locations of Cloud Run in p"


@pytest.mark.parametrize(
    ("cause", "way"),
    [
        ("Forbidden: GET https://run.googleapis.com/v1/projects/p/locations: no", "roles/run.viewer"),
        ("UNAUTHENTICATED: Request had invalid credentials", "gcloud auth application-default login"),
        ("RefreshError: Reauthentication is needed", "gcloud auth application-default login"),
        ("RESOURCE_EXHAUSTED: Quota exceeded", "quota"),
        ("DEADLINE_EXCEEDED", "the next sweep reads it again"),
        ("BadReplyError: the same page for ever", "JANITOR_LOG_LEVEL=DEBUG"),
        (
            "projects/p/locations/l/services/s: image reference 'x' cannot be parsed",
            "correct the image reference",
        ),
    ],
)
def test_each_cause_has_its_own_way_out(cause: str, way: str) -> None:
    assert way in only(with_gaps(gap(cause=cause))).way_out


def test_the_text_of_a_message_is_not_taken_for_its_cause() -> None:
    trouble = only(with_gaps(gap(cause="UNAVAILABLE: PERMISSION_DENIED: the word in it says nothing")))
    assert "roles/" not in trouble.way_out


def test_many_gaps_of_one_cause_are_one_trouble_with_their_number() -> None:
    places = [
        gap(f"place-{n:02}", project=f"p{n % 5}", kind=(Kind.SERVICE, Kind.REVISION)[n % 2])
        for n in range(43)
    ]
    trouble = only(with_gaps(*places))
    assert trouble.about == (
        "43 reads: revisions, services in p0, p1, p2 and 2 more (place-00, place-01, place-02 and 40 more)"
    )
    assert "roles/run.viewer on p0, p1, p2 and 2 more" in trouble.way_out


def test_gaps_of_two_apis_or_of_two_causes_are_two_troubles_the_commoner_first() -> None:
    other = gap(cause="UNAVAILABLE: try again")
    rows = found(with_gaps(gap("us", kind=Kind.REPOSITORY), other, gap(), gap("asia")))
    assert [row.about.partition(" in ")[0] for row in rows] == [
        "2 reads: revisions",
        "repositories",
        "revisions",
    ]


def test_gaps_that_the_snapshot_does_not_hold_are_counted() -> None:
    rows = found(with_gaps(gap(), more=41))
    assert (rows[1].about, rows[1].what) == ("41 more", "42 reads failed in total")


@pytest.mark.parametrize(
    ("kind", "name", "role"),
    [
        (Kind.SERVICE, f"{REGION}/services/web", "roles/run.developer"),
        (Kind.REVISION, f"{REGION}/services/web/revisions/web-1", "roles/run.developer"),
        (Kind.IMAGE, f"{REPOSITORY}/packages/a/versions/sha256:{1:064x}", "roles/artifactregistry.repoAdmin"),
        (Kind.REPOSITORY, REPOSITORY, "roles/artifactregistry.admin"),
    ],
)
def test_a_deletion_that_was_denied_names_the_role_that_allows_it(kind: Kind, name: str, role: str) -> None:
    error = "PERMISSION_DENIED: no"
    trouble = only(with_ends(ended("failed", error, kind=kind.value, name=name)))
    assert (trouble.kind, trouble.what) == (TroubleKind.FAILED, error)
    assert trouble.way_out == f"grant {role} on xai-community to janitor's service account"


def test_an_image_in_trouble_is_named_as_people_say() -> None:
    trouble = only(with_ends(ended("failed", "INTERNAL: no", 255)))
    assert trouble.about == "artifact.image web/team/app@000000000000"


@pytest.mark.parametrize(
    ("error", "way"),
    [
        ("UNAUTHENTICATED: no", "gcloud auth"),
        ("UNAVAILABLE: later", "the next sweep tries again"),
        ("FAILED_PRECONDITION: it is actively serving", "protect"),
        ("something else", "janitor history 20261123T030012Z-5c1f"),
    ],
)
def test_a_deletion_that_failed_has_a_way_out_by_its_code(error: str, way: str) -> None:
    assert way in only(with_ends(ended("failed", error))).way_out


def test_failures_of_one_cause_are_one_trouble_though_each_names_another_thing() -> None:
    rows = [ended("failed", f"INTERNAL: {n} broke", n) for n in range(30)]
    rows += [ended("failed", "PERMISSION_DENIED: no", 99)]
    many, one = found(with_ends(*rows))
    assert many.about.endswith(" and 29 more")
    assert one.what == "PERMISSION_DENIED: no"


def test_what_failed_comes_before_what_drifted_and_what_was_skipped_whatever_their_number() -> None:
    rows = [ended("skipped", "x did not go", n) for n in range(9)]
    rows += [ended("drifted", f"its tags are now {n}", n) for n in range(3)] + [
        ended("failed", "INTERNAL: no")
    ]
    told = found(with_ends(*rows))
    assert kinds(told) == [TroubleKind.FAILED, TroubleKind.DRIFTED, TroubleKind.SKIPPED]
    assert told[1].about.endswith(" and 2 more")
    assert "the next sweep" in told[1].way_out
    assert "the next sweep" in told[2].way_out


def test_what_the_time_of_the_sweep_did_not_reach_has_its_own_way_out() -> None:
    rows = [ended("skipped", str(TIME_UP.error), n) for n in range(4)] + [ended("skipped", "x did not go", 5)]
    late, waiting = found(with_ends(*rows))
    assert late.about.endswith(" and 3 more")
    assert "limits.max_duration" in late.way_out
    assert "limits.max_duration" not in waiting.way_out


def test_ends_that_the_snapshot_does_not_hold_are_counted() -> None:
    rows = found(with_ends(ended("failed", "INTERNAL: no"), more=9_950))
    assert (rows[-1].about, rows[-1].what) == ("9950 more", "9951 failed, drifted or were skipped in total")


def test_all_troubles_stand_in_the_order_of_their_kinds() -> None:
    unannounced = InGrace("run.service", f"{REGION}/services/old", "old", "web", UNTIL, announced=False)
    whole = replace(
        with_gaps(gap()),
        mode="apply",
        waiting=(unannounced,),
        services=(failing(),),
        observed_at=UNTIL - timedelta(days=9),
        refusals=(("max_share", "too many"),),
        troubles=(ended("drifted", "x"), ended("failed", "y"), ended("skipped", "z")),
        troubled=3,
    )
    told = kinds(found(whole, "no database"))
    elsewhere = (TroubleKind.NEVER_SWEPT, TroubleKind.UNKNOWN_PROJECT)
    assert told == [kind for kind in TroubleKind if kind not in elsewhere]


def failing(number: int = 1, status: str = "failed") -> RunningService:
    name, since = f"{REGION}/services/s{number}", UNTIL - timedelta(days=190)
    return RunningService(name, "web", status, Priced(Decimal(0), ""), "HEALTH_CHECK: no", since)


def test_failing_services_are_action_needed_and_no_error_of_janitor_s() -> None:
    trouble = only(snapshot(services=(failing(),)))
    assert (trouble.kind, trouble.about) == (TroubleKind.FAILING, "1 service")
    assert trouble.what == "s1 failed for 189d"
    many = only(snapshot(services=tuple(failing(n, "degraded") for n in range(5))))
    assert many.about == "5 services"
    assert many.what.endswith("s2 degraded for 189d and 2 more")


def test_a_refused_announcement_is_told_and_a_dry_run_s_is_none() -> None:
    rows = (InGrace("run.service", f"{REGION}/services/old", "old", "web", UNTIL, announced=False),)
    trouble = only(snapshot(mode="apply", waiting=rows))
    assert (trouble.kind, trouble.about) == (TroubleKind.UNANNOUNCED, "old")
    assert "the grace period has not started" in trouble.what
    assert found(snapshot(mode="dry-run", waiting=rows)) == ()


def test_where_only_another_scope_was_swept_it_says_which() -> None:
    asked = SweepScope("policies.yaml", "sha256:" + "a" * 64, ("p", "q"))
    other = Basis("s-1", UNTIL, "dry-run", SweepScope("jobs.yaml", "sha256:" + "b" * 64, ("p",)))
    (trouble,) = troubles(None, UNTIL, None, ReportScope(asked, None, other))
    assert trouble.about == "policies.yaml (sha256:aaaaaaaaaaaa), projects p, q"
    assert "was of jobs.yaml (sha256:bbbbbbbbbbbb), project p" in trouble.what


def test_ten_thousand_of_anything_are_a_few_troubles() -> None:
    assert len(found(large(10_000).snapshot)) < 20
