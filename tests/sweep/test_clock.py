"""This machine's clock beside Google's (R30): while it is wrong, or was not compared, nothing is deleted."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.stepping import FAILED, SERVICES, WEB, WEEK, Days
from tests.sweep.sweeping import REPOSITORY, image, world

IN_TIME = SERVICES.replace(", grace: GRACE", "")
BOTH_TIMES = r"this machine's clock shows \d{4}-.* UTC, Google's shows \d{4}-.* UTC"


def google_shows(clock: str) -> str:
    """A world with a service to delete, where Google's clock shows this."""
    return world(services=FAILED, more=f"clock: {clock}")


@pytest.mark.parametrize("clock", ["6m ago", "in 6m", "365d ago", "in 365d"])
def test_an_apply_is_refused_while_the_clock_is_more_than_five_minutes_off(
    place: Placing, clock: str
) -> None:
    here = place(google_shows(clock))
    swept = here.sweep("--apply", policies=IN_TIME)
    assert swept.code == 3
    assert swept.outcomes == {"web": "planned"}
    assert here.changes == []
    assert WEB in here.google.world.names("services")
    assert swept.document["clock"]["may_delete"] is False


@pytest.mark.parametrize("clock", ["4m ago", "in 4m", "now"])
def test_an_apply_deletes_while_the_clock_is_less_than_five_minutes_off(place: Placing, clock: str) -> None:
    here = place(google_shows(clock))
    swept = here.sweep("--apply", policies=IN_TIME)
    assert (swept.code, swept.outcomes) == (0, {"web": "deleted"})
    assert swept.document["clock"]["may_delete"] is True


@pytest.mark.parametrize("mode", ["--apply", "--dry-run"])
def test_a_wrong_clock_is_the_first_line_with_both_times_and_exit_3(place: Placing, mode: str) -> None:
    swept = place(google_shows("in 2h")).sweep(mode, policies=IN_TIME, fmt="table")
    assert swept.code == 3
    assert swept.out.splitlines()[0].startswith("CLOCK WRONG: this machine's clock shows ")
    assert "Google's shows " in swept.out.splitlines()[0]
    assert "web" in swept.out, "the plan is printed all the same"
    assert "--apply" not in swept.out, "no command is offered that would be refused"


def test_an_apply_is_refused_where_no_answer_says_googles_time(place: Placing) -> None:
    here = place(google_shows("none"))
    swept = here.sweep("--apply", policies=IN_TIME, fmt="table")
    assert swept.code == 3
    assert swept.out.splitlines()[0].startswith("CLOCK NOT CHECKED: ")
    assert here.changes == []


def test_a_dry_run_without_googles_time_says_that_an_apply_would_be_refused(place: Placing) -> None:
    swept = place(google_shows("none")).sweep("--dry-run", policies=IN_TIME)
    assert swept.code == 0
    assert swept.document["clock"]["google"] is None
    assert swept.document["clock"]["may_delete"] is False


def test_an_answer_that_is_an_error_says_googles_time_too(place: Placing) -> None:
    trouble = "[{rpc: ListRunLocations, permission_denied: {reason: SERVICE_DISABLED}}]"
    here = place(world(image("a"), trouble=trouble))
    swept = here.sweep("--apply")
    assert swept.document["clock"]["may_delete"] is True


def test_a_wrong_clock_is_an_error_in_the_log(place: Placing) -> None:
    swept = place(google_shows("in 2h")).sweep("--dry-run", policies=IN_TIME)
    logged = [line for line in swept.err.splitlines() if '"clock.doubted"' in line]
    assert len(logged) == 1
    assert '"severity": "ERROR"' in logged[0]


def test_a_wrong_clock_announces_nothing_and_shortens_no_grace(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED, more="clock: now"))
    days.pass_by(days=-365)
    assert here.sweep("--apply", policies=WEEK).code == 3
    days.pass_by(days=365)
    swept = here.sweep("--apply", policies=WEEK)
    assert swept.names == [], "grace begins today, not a year ago"
    assert here.changes == []


def test_no_report_rests_on_a_sweep_with_a_wrong_clock(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED, more="clock: now"))
    days.pass_by(days=365)
    here.sweep("--dry-run", policies=IN_TIME)
    assert here.ledger("SELECT count(*) FROM sweeps WHERE snapshot IS NOT NULL") == [(0,)]


def test_every_deletion_waits_for_the_clock_images_and_repositories_too(place: Placing) -> None:
    rules = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: images, kind: artifact.image, when: {older_than: 7d}}
  - {name: whole, kind: artifact.repository, when: {name: r, older_than: 7d}}
"""
    here = place(world(image("a"), image("b"), more="clock: 1h ago"))
    assert here.sweep("--apply", policies=rules).code == 3
    assert here.changes == []
    assert f"{REPOSITORY}/r" in here.google.world.names("repositories")
