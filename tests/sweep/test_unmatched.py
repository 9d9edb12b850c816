"""A sweep says which policies matched no resources: all may be well, or a name in one is misspelt."""

import json

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Swept, image, uri, world

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
IMAGES = world(image("old", "v1"), image("young", "y1", age="2d ago"))


def said(swept: Swept) -> list[str]:
    return [notice for notice in swept.document["notices"] if "matched no resources" in notice]


def test_policies_that_match_nothing_are_named_in_the_file_s_order(place: Placing) -> None:
    swept = place(IMAGES).sweep(policies=POLICIES)
    assert said(swept) == [
        "policies failed, retired, misspelt, gone matched no resources (check their names)"
    ]


def test_a_policy_whose_matches_are_all_in_use_or_protected_has_matched(place: Placing) -> None:
    services = f'{{web-prod: {{updated: 9d ago, state: failed, image: "{uri("@old")}"}}}}'
    swept = place(world(image("old", "v1"), services=services)).sweep(policies=POLICIES)
    assert swept.actions == []
    assert said(swept) == ["policies retired, young, misspelt, gone matched no resources (check their names)"]


def test_only_policies_that_may_delete_are_spoken_of(place: Placing) -> None:
    here = place(IMAGES)
    assert said(here.sweep("--policy", "first", policies=POLICIES)) == []
    assert said(here.sweep("--policy", "misspelt", policies=POLICIES)) == [
        "policy misspelt matched no resources (check its names)"
    ]


def test_the_log_has_an_event_for_each_and_the_table_a_note(place: Placing) -> None:
    here = place(IMAGES)
    swept = here.sweep(policies=POLICIES)
    events = [json.loads(line) for line in swept.err.splitlines() if '"policy.unmatched"' in line]
    assert [event["policy"] for event in events] == ["failed", "retired", "misspelt", "gone"]
    table = " ".join(here.sweep(policies=POLICIES, fmt="table").out.split())
    assert "Note: policies failed, retired, misspelt, gone matched no resources (check their names)" in table


@pytest.mark.parametrize(
    ("trouble", "named"),
    [
        ("{rpc: ListServices, location: us-central1, permission_denied: true}", "misspelt, gone"),
        ("{rpc: ListDockerImages, permission_denied: true}", "failed, retired"),
    ],
)
def test_of_what_a_gap_may_hide_nothing_is_said(place: Placing, trouble: str, named: str) -> None:
    swept = place(world(image("old", "v1"), image("young", "y1"), trouble=f"[{trouble}]")).sweep(
        policies=POLICIES
    )
    assert swept.code == 3
    assert said(swept) == [f"policies {named} matched no resources (check their names)"]
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
    assert said(swept) == ["policy slips matched no resources (check its names)"]


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
    assert said(swept) == ["policy slips matched no resources (check its names)"]
