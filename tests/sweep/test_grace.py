"""Grace over whole sweeps, on a clock that is set forward: announced, kept until its date, then deleted."""

import json
from datetime import datetime, timedelta

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.stepping import (
    FAILED,
    IMAGES_WEEK,
    SERVICES,
    WEB,
    WEEK,
    Days,
    announced,
    applied,
    listed,
    said,
)
from tests.sweep.sweeping import RUN, image, uri, version, world


def test_the_first_apply_announces_and_deletes_nothing_until_the_date_has_come(
    place: Placing, days: Days
) -> None:
    here = place(world(services=FAILED))
    first = here.sweep("--apply", policies=WEEK)
    assert (first.code, first.actions, first.kept("run.service")) == (0, [], {"grace": 1})
    row = first.document["grace"][0]
    assert (row["name"], row["announced"]) == (WEB, True)
    due = datetime.fromisoformat(row["due_at"])
    assert due >= datetime.fromisoformat(row["announced_at"]) + timedelta(days=7)
    assert '"marks.noted"' in first.err
    days.pass_until(due - timedelta(minutes=1))
    waited = here.sweep("--apply", policies=WEEK)
    assert (waited.code, waited.actions) == (0, [])
    assert "marks.noted" not in waited.err
    days.pass_until(due)
    assert applied(here) == [WEB]


def test_mark_for_op_in_four_days_is_not_due_today(place: Placing, days: Days) -> None:
    """Cloud Custodian's mark-for-op "in 4 days" was due on the same day."""
    here = place(world(services=FAILED))
    policies = SERVICES.replace("GRACE", "4d")
    for _ in range(4):
        assert applied(here, policies) == []
        days.pass_by(hours=23, minutes=59)
    assert applied(here, policies) == []
    days.pass_by(minutes=6)
    assert applied(here, policies) == [WEB]


def test_a_dry_run_shows_what_would_be_announced_and_announces_nothing(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    shown = here.sweep("--dry-run", policies=WEEK)
    assert [row["announced"] for row in shown.document["grace"]] == [False]
    days.pass_by(days=30)
    assert applied(here) == []


def test_what_no_longer_matches_is_unmarked_and_starts_from_the_beginning(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    days.pass_by(days=5)
    protected = WEEK.replace("scope:", "protect: {names: [web]}\nscope:")
    assert here.sweep("--apply", policies=protected).kept("run.service") == {"protected": 1}
    days.pass_by(days=5)
    assert applied(here) == []
    days.pass_by(days=5)
    assert applied(here) == []
    days.pass_by(days=3)
    assert applied(here) == [WEB]


def test_what_changed_starts_again(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    before = announced(here, of=WEB, policies=WEEK)
    days.pass_by(days=8)
    here.google.control.now(lambda google: google.touch(WEB))
    swept = here.sweep("--apply", policies=WEEK)
    assert (swept.actions, swept.kept("run.service")) == ([], {"grace": 1})
    after = announced(here, of=WEB, policies=WEEK)
    assert after >= before + timedelta(days=8)
    days.pass_until(after)
    assert applied(here) == [WEB]


def test_an_image_whose_tags_changed_starts_again(place: Placing, days: Days) -> None:
    here = place(world(image("a", "old"), image("b", "v1")))
    assert applied(here, IMAGES_WEEK) == []
    days.pass_by(days=8)
    here.google.control.now(lambda google: google.set_tag(version("a"), "hotfix"))
    assert applied(here, IMAGES_WEEK) == [version("b")]


def test_a_shorter_grace_brings_no_announced_date_nearer_and_a_longer_one_puts_it_off(
    place: Placing, days: Days
) -> None:
    here = place(world(services=FAILED))
    shorter, longer = (SERVICES.replace("GRACE", span) for span in ("1h", "14d"))
    assert applied(here) == []
    days.pass_by(days=6)
    assert applied(here, shorter) == []
    assert applied(here, longer) == []
    days.pass_by(days=2)
    assert applied(here, shorter) == []
    days.pass_by(days=7)
    assert applied(here, shorter) == [WEB]


def test_a_grace_that_was_taken_out_of_the_policy_breaks_no_promise(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    at_once = SERVICES.replace("grace: GRACE, ", "")
    assert applied(here) == []
    days.pass_by(days=6)
    assert applied(here, at_once) == []
    days.pass_by(days=2)
    assert applied(here, at_once) == [WEB]


def test_lost_marks_start_again(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    days.pass_by(days=8)
    (here.folder / "ledger.db").unlink()
    assert applied(here) == []
    days.pass_by(days=8)
    assert applied(here) == [WEB]


def test_an_image_that_only_a_service_in_grace_names_is_not_freed(place: Placing, days: Days) -> None:
    services = f"{{web: {{updated: 30d ago, state: failed, image: '{uri('@a')}'}}}}"
    here = place(world(image("a"), image("b"), services=services))
    both = WEEK + "  - {name: stale, kind: artifact.image, when: {unused: true, older_than: 7d}}\n"
    both = both.replace("scope:", "limits: {max_share: 100%}\nscope:")
    assert applied(here, both) == [version("b")]
    days.pass_by(days=8)
    assert applied(here, both) == [WEB, version("a")]


def test_an_index_in_grace_keeps_its_children_and_goes_with_them(place: Placing, days: Days) -> None:
    here = place(world(image("multi", "v1", children="[amd64]"), image("amd64")))
    first = here.sweep("--apply", policies=IMAGES_WEEK)
    assert (first.actions, first.kept("artifact.image")) == ([], {"grace": 1, "child-of-kept": 1})
    days.pass_by(days=8)
    assert applied(here, IMAGES_WEEK) == [version("multi"), version("amd64")]


def test_what_is_in_grace_has_its_dollars_in_every_output(place: Placing, days: Days) -> None:
    preview = "{web: {updated: 30d ago, min_instances: 1, image: docker.io/library/web}}"
    here = place(world(image("multi", "v1", children="[amd64]"), image("amd64"), services=preview))
    policies = IMAGES_WEEK + (
        "  - {name: previews, kind: run.service, grace: 3d,"
        " when: {name: web, status: serving, older_than: 7d}}\n"
    )
    swept = here.sweep("--apply", policies=policies)
    rows = {row["name"]: row["estimate"] for row in swept.document["grace"]}
    assert float(rows[WEB]["usd_month"]) > 1
    size = next(row["size_bytes"] for row in swept.document["grace"] if row["name"] == version("multi"))
    assert (size, rows[version("multi")]["upper_bound"]) == (100_000_000, True)
    whole = swept.document["in_grace"]
    assert whole["count"] == 2
    assert whole["usd_month_rounded"] == round(sum(float(row["usd_month"]) for row in rows.values()), 2)
    marks = {row["name"]: row["estimate"]["usd_month"] for row in listed()["marks"]}
    assert marks == {name: estimate["usd_month"] for name, estimate in rows.items()}
    reported = json.loads(said("report", "--format", "json")[1])
    assert reported["in_grace"]["usd_month_rounded"] == whole["usd_month_rounded"]
    assert reported["last_sweep"]["idle"]["count"] == 1


def test_a_gap_neither_marks_nor_unmarks(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    days.pass_by(days=8)
    blind = place(world(services=FAILED, trouble="[{rpc: ListRevisions, permission_denied: true}]"))
    swept = blind.sweep("--apply", policies=WEEK)
    assert (swept.code, swept.actions, swept.document["grace"]) == (3, [], [])
    seeing = place(world(services=FAILED))
    assert applied(seeing) == [WEB]


def test_a_sweep_of_other_policies_alone_unmarks_nothing(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    two = WEEK + "  - {name: old, kind: run.service, when: {status: failed, older_than: 90d}}\n"
    assert applied(here, two) == []
    days.pass_by(days=8)
    assert applied(here, two, "--policy", "old") == []
    assert applied(here, two) == [WEB]


def test_a_job_and_an_execution_wait_as_services_do(place: Placing, days: Days) -> None:
    ran = "{name: NAME, created: 30d ago, completed: 30d ago, state: failed}"
    runs = ", ".join(ran.replace("NAME", name) for name in ("old-b", "old-a"))
    jobs = f"{{old: {{updated: 40d ago, labels: {{team: shop}}, image: docker.io/x, executions: [{runs}]}}}}"
    here = place(world(jobs=jobs))
    policies = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: runs, kind: run.execution, grace: 3d, when: {older_than: 7d}}
  - {name: jobs, kind: run.job, grace: 7d, when: {older_than: 7d}}
"""
    first = here.sweep("--apply", policies=policies)
    assert first.actions == []
    rows = {row["kind"]: row["owner"] for row in first.document["grace"]}
    assert rows == {"run.execution": "shop", "run.job": "shop"}
    days.pass_by(days=3, minutes=2)
    assert [name.split("/")[-2] for name in applied(here, policies)] == ["executions"]
    days.pass_by(days=5)
    assert applied(here, policies) == [f"{RUN}/jobs/old"]


def test_what_was_deleted_by_hand_is_listed_no_longer(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    here.google.control.now(lambda google: google.remove(WEB))
    assert applied(here) == []
    assert listed()["marks"] == []


def test_what_was_deleted_is_listed_no_longer(place: Placing, days: Days) -> None:
    here = place(world(services=FAILED))
    assert applied(here) == []
    days.pass_by(days=8)
    assert applied(here) == [WEB]
    assert listed()["marks"] == []


def test_a_container_goes_no_earlier_than_what_was_announced_of_its_content(
    place: Placing, days: Days
) -> None:
    here = place(world(image("a"), image("b")))
    both = (
        IMAGES_WEEK
        + "  - {name: whole, kind: artifact.repository, when: {name: r, unused: true, older_than: 20d}}\n"
    )
    assert applied(here, IMAGES_WEEK) == []
    days.pass_by(days=6)
    assert applied(here, both) == []
    days.pass_by(days=2)
    assert applied(here, both) == [f"{RUN}/repositories/r"]


def test_a_limit_that_refuses_the_plan_takes_no_announcement_back(place: Placing, days: Days) -> None:
    here = place(world(image("a"), image("b", age="9d ago"), image("c", age="1d ago")))
    strict = IMAGES_WEEK.replace("{max_share: 100%}", "{max_deletions: 1}")
    assert applied(here, strict) == []
    days.pass_by(days=8)
    assert here.sweep("--apply", policies=strict).code == 4
    assert sorted(row["name"] for row in listed()["marks"]) == sorted(map(version, "abc"))
    assert sorted(applied(here, IMAGES_WEEK)) == sorted(map(version, "ab"))


@pytest.mark.parametrize("command", [["sweep", "--dry-run"], ["sweep", "--apply"], ["daemon", "--once"]])
def test_without_a_database_that_lasts_grace_is_refused(
    place: Placing, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    here = place(world(services=FAILED))
    (here.folder / "policies.yaml").write_text(WEEK, encoding="utf-8")
    monkeypatch.delenv("JANITOR_DATABASE_URL")
    monkeypatch.setenv("CLOUD_RUN_JOB", "janitor")
    code, out, err = said(*command)
    assert (code, out) == (2, "")
    assert "policy failed has grace" in err
    assert here.google.calls == []
