"""A sweep says which policies matched no resources: all may be well, or a name in one is misspelt."""

import json

import pytest

from janitor.errors import LedgerError
from janitor.store.history import SqlHistory
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Place, Swept, image, uri, world

POLICIES = """\
version: 1
scope: {projects: [p]}
protect: {names: ["*-prod"]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
  - {name: retired, kind: run.revision, when: {status: retired}}
  - {name: first, kind: artifact.image, when: {older_than: 7d}}
  - {name: shadowed, kind: artifact.image, when: {older_than: 14d}}
  - {name: young, kind: artifact.image, when: {tags: "y*"}, keep: {latest: 3}}
  - {name: misspelt, kind: artifact.image, when: {repository: rr, older_than: 1d}}
  - {name: gone, kind: artifact.repository, when: {name: old-*, unused: true}}
"""
CHECK = "and no resource has the names in"
IMAGES = world(image("old", "v1"), image("young", "y1", age="2d ago"))


def said(swept: Swept) -> list[str]:
    return [notice for notice in swept.document["notices"] if "matched no resources" in notice]


def test_policies_that_match_nothing_are_named_in_the_file_s_order(place: Placing) -> None:
    swept = place(IMAGES).sweep(policies=POLICIES)
    assert said(swept) == [
        f"policies misspelt, gone matched no resources, {CHECK} them: check the spelling",
        "policies failed, retired matched no resources",
    ]


def test_a_policy_whose_matches_are_all_in_use_or_protected_has_matched(place: Placing) -> None:
    services = f'{{web-prod: {{updated: 9d ago, state: failed, image: "{uri("@old")}"}}}}'
    swept = place(world(image("old", "v1"), services=services)).sweep(policies=POLICIES)
    assert swept.actions == []
    assert said(swept) == [
        f"policies young, misspelt, gone matched no resources, {CHECK} them: check the spelling",
        "policy retired matched no resources",
    ]


def test_only_policies_that_may_delete_are_spoken_of(place: Placing) -> None:
    here = place(IMAGES)
    assert said(here.sweep("--policy", "first", policies=POLICIES)) == []
    assert said(here.sweep("--policy", "misspelt", policies=POLICIES)) == [
        f"policy misspelt matched no resources, {CHECK} it: check the spelling"
    ]


def test_the_log_has_an_event_for_each_and_the_table_a_note(place: Placing) -> None:
    here = place(IMAGES)
    swept = here.sweep(policies=POLICIES)
    events = [json.loads(line) for line in swept.err.splitlines() if '"policy.unmatched"' in line]
    assert [event["policy"] for event in events] == ["failed", "retired", "misspelt", "gone"]
    table = " ".join(here.sweep(policies=POLICIES, fmt="table").out.split())
    assert f"Note: policies misspelt, gone matched no resources, {CHECK} them: check the spelling" in table
    assert "Note: policies failed, retired matched no resources" in table


@pytest.mark.parametrize(
    ("trouble", "named"),
    [
        (
            "{rpc: ListServices, location: us-central1, permission_denied: true}",
            f"misspelt, gone matched no resources, {CHECK} them: check the spelling",
        ),
        ("{rpc: ListDockerImages, permission_denied: true}", "failed, retired matched no resources"),
    ],
)
def test_of_what_a_gap_may_hide_nothing_is_said(place: Placing, trouble: str, named: str) -> None:
    swept = place(world(image("old", "v1"), image("young", "y1"), trouble=f"[{trouble}]")).sweep(
        policies=POLICIES
    )
    assert swept.code == 3
    assert said(swept) == [f"policies {named}"]
    assert swept.err.count('"policy.unmatched"') == 2


CONTAINED = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: services, kind: run.service, when: {status: failed}}
  - {name: revisions, kind: run.revision, when: {status: failed}}
  - {name: jobs, kind: run.job, when: {older_than: 7d}}
  - {name: executions, kind: run.execution, when: {status: failed}}
  - {name: images, kind: artifact.image, when: {older_than: 7d}}
  - {name: tags, kind: artifact.tag, when: {tags: "pr-*"}}
  - {name: slips, kind: artifact.tag, when: {tags: "rp-*"}}
"""


def test_a_policy_of_what_goes_with_something_else_has_matched(place: Placing) -> None:
    services = "{web: {updated: 9d ago, state: failed, image: nginx}}"
    runs = "[{name: nightly-a, created: 9d ago, completed: 9d ago, state: failed}]"
    jobs = f"{{nightly: {{updated: 9d ago, image: nginx, executions: {runs}}}}}"
    here = place(world(image("a", "pr-1"), services=services, jobs=jobs))
    swept = here.sweep(policies=CONTAINED)
    assert [action["kind"] for action in swept.actions] == ["run.service", "run.job", "artifact.image"]
    assert said(swept) == [f"policy slips matched no resources, {CHECK} it: check the spelling"]


def test_what_goes_with_its_package_or_its_repository_has_matched(place: Placing) -> None:
    libs = "{format: NPM, created: 90d ago, packages: {left: {versions: [{version: 1.0.0, created: 90d ago, tags: [pr-2]}]}}}"
    made = world(image("a", "pr-1")).replace("repositories: {r:", f"repositories: {{n: {libs}, r:")
    rules = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: repositories, kind: artifact.repository, when: {name: r, older_than: 7d}}
  - {name: packages, kind: artifact.package, when: {repository: n, older_than: 7d}}
  - {name: in-repository, kind: artifact.package, when: {repository: r, name: app}}
  - {name: versions, kind: artifact.version, when: {older_than: 7d}}
  - {name: of-image, kind: artifact.tag, when: {tags: pr-1}}
  - {name: of-version, kind: artifact.tag, when: {tags: pr-2}}
  - {name: slips, kind: artifact.version, when: {name: rigth}}
"""
    swept = place(made).sweep(policies=rules)
    assert [action["kind"] for action in swept.actions] == ["artifact.package", "artifact.repository"]
    assert said(swept) == [f"policy slips matched no resources, {CHECK} it: check the spelling"]


PREVIEWS = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: previews, kind: run.service, when: {name: "pr-*", status: failed}}
  - {name: others, kind: run.service, when: {name: "rp-*", status: failed}}
"""
FAILED = "{pr-1: {updated: 9d ago, state: failed, image: nginx}, web: {updated: 9d ago, image: nginx}}"
LIVE = FAILED.replace("state: failed, ", "")
OTHERS = f"policy others matched no resources, {CHECK} it: check the spelling"


def test_of_a_policy_whose_names_exist_nobody_is_told_to_check_them(place: Placing) -> None:
    """Other keys leave out what its selectors match."""
    swept = place(world(services=LIVE)).sweep(policies=PREVIEWS)
    assert said(swept) == [OTHERS, "policy previews matched no resources"]


def test_after_an_apply_that_deleted_all_of_them_the_names_are_not_in_doubt(place: Placing) -> None:
    here = place(world(services=FAILED))
    assert len(here.sweep("--apply", policies=PREVIEWS).actions) == 1
    today = date_of(here)
    assert said(here.sweep(policies=PREVIEWS)) == [
        OTHERS,
        f"policy previews matched no resources (previews last matched on {today})",
    ]


def test_what_a_recorded_dry_run_would_have_deleted_is_remembered_too(place: Placing) -> None:
    """Somebody else deleted it since."""
    here = place(world(services=FAILED))
    here.sweep(policies=PREVIEWS)
    services = here.google.world.run["services"]
    services.pop(next(name for name in services if name.endswith("/pr-1")))
    assert said(here.sweep(policies=PREVIEWS))[1:] == [
        f"policy previews matched no resources (previews last matched on {date_of(here)})"
    ]


def test_without_a_ledger_only_what_is_there_counts(place: Placing, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place(world(services=FAILED))
    here.sweep("--apply", policies=PREVIEWS)
    monkeypatch.setenv("JANITOR_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    swept = here.sweep(policies=PREVIEWS)
    assert said(swept) == [
        f"policies previews, others matched no resources, {CHECK} them: check the spelling"
    ]


def test_a_ledger_that_fails_after_the_reads_ends_no_apply_for_the_words_of_a_note(
    place: Placing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was deleted is told and written down, whatever the note would have said."""

    async def fails(*_: object) -> object:
        raise LedgerError("the database is gone")

    monkeypatch.setattr(SqlHistory, "last_acted", fails)
    here = place(IMAGES)
    swept = here.sweep("--apply", "--limit", "max_share=100%", policies=POLICIES)
    assert swept.code == 0, swept.err
    assert "deleted" in swept.outcomes.values()
    assert said(swept)


def date_of(here: Place) -> str:
    """The day of the last recorded sweep."""
    ((started,),) = here.ledger("SELECT MAX(started_at) FROM sweeps")
    return str(started)[:10]
