"""A sweep says which policies matched nothing: all may be well, or a name in one is misspelt."""

import json

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
    return [notice for notice in swept.document["notices"] if "matched nothing" in notice]


def test_policies_that_match_nothing_are_named_in_the_file_s_order(place: Placing) -> None:
    swept = place(IMAGES).sweep(policies=POLICIES)
    assert said(swept) == ["policies failed, retired, misspelt, gone matched nothing, even of what is kept"]


def test_a_policy_whose_matches_are_all_in_use_or_protected_has_matched(place: Placing) -> None:
    services = f'{{web-prod: {{updated: 9d ago, state: failed, image: "{uri("@old")}"}}}}'
    swept = place(world(image("old", "v1"), services=services)).sweep(policies=POLICIES)
    assert swept.actions == []
    assert said(swept) == ["policies retired, young, misspelt, gone matched nothing, even of what is kept"]


def test_only_policies_that_may_delete_are_spoken_of(place: Placing) -> None:
    here = place(IMAGES)
    assert said(here.sweep("--policy", "first", policies=POLICIES)) == []
    assert said(here.sweep("--policy", "misspelt", policies=POLICIES)) == [
        "policy misspelt matched nothing, even of what is kept"
    ]


def test_the_log_has_an_event_for_each_and_the_table_a_note(place: Placing) -> None:
    here = place(IMAGES)
    swept = here.sweep(policies=POLICIES)
    events = [json.loads(line) for line in swept.err.splitlines() if '"policy.unmatched"' in line]
    assert [event["policy"] for event in events] == ["failed", "retired", "misspelt", "gone"]
    table = here.sweep(policies=POLICIES, fmt="table").out
    assert "Note: policies failed, retired, misspelt, gone matched nothing" in table
