"""A policy whose matches a guard always keeps is named in the sweep with their number and the fix (R34)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import Swept, image, uri, world

LIVE = f'{{pr-1: {{updated: 9d ago, image: "{uri("@a")}"}}, pr-2: {{updated: 9d ago, image: "{uri("@a")}"}}}}'
PREVIEWS = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: previews, kind: run.service, when: {name: "pr-*", older_than: 7d}}
"""


def said(swept: Swept) -> list[str]:
    return [notice for notice in swept.document["notices"] if notice.startswith("previews: ")]


def test_live_previews_are_counted_with_the_key_that_deletes_them(place: Placing) -> None:
    here = place(world(image("a", "v1"), services=LIVE))
    swept = here.sweep(policies=PREVIEWS)
    assert (swept.code, swept.actions) == (0, [])
    assert said(swept) == ["previews: 2 match but are live; add `status: [serving, degraded]` to delete them"]
    assert "Note: previews: 2 match but are live" in here.sweep(policies=PREVIEWS, fmt="table").out


def test_the_fix_that_is_named_deletes_them_and_ends_the_note(place: Placing) -> None:
    fixed = PREVIEWS.replace("older_than: 7d", "older_than: 7d, status: [serving, degraded]")
    swept = place(world(image("a", "v1"), services=LIVE)).sweep(policies=fixed)
    assert len(swept.actions) == 2
    assert said(swept) == []


def test_every_key_that_lacks_is_named(place: Placing) -> None:
    bare = PREVIEWS.replace(", older_than: 7d", "")
    assert said(place(world(image("a", "v1"), services=LIVE)).sweep(policies=bare)) == [
        "previews: 2 match but are live; add `status: [serving, degraded]` and `older_than` to delete them"
    ]


def test_a_policy_that_deletes_one_of_its_matches_is_not_named(place: Placing) -> None:
    failed = LIVE.replace("pr-2: {", "pr-2: {state: failed, ")
    swept = place(world(image("a", "v1"), services=failed)).sweep(policies=PREVIEWS)
    assert len(swept.actions) == 1
    assert said(swept) == []


def test_what_only_waits_is_not_named(place: Placing) -> None:
    """A young service and one that is being changed are kept for now."""
    young = LIVE.replace("updated: 9d ago", "updated: 5m ago, state: failed")
    policies = PREVIEWS.replace("older_than: 7d", "status: failed")
    assert said(place(world(image("a", "v1"), services=young)).sweep(policies=policies)) == []


def test_of_a_policy_that_was_not_selected_nothing_is_said(place: Placing) -> None:
    policies = PREVIEWS + "  - {name: other, kind: run.service, when: {status: failed}}\n"
    swept = place(world(image("a", "v1"), services=LIVE)).sweep("--policy", "other", policies=policies)
    assert said(swept) == []


@pytest.mark.parametrize(
    ("more", "guard"),
    [
        (
            "labels: {goog-managed-by: cloudfunctions}, state: failed",
            "managed by Google; add `managed: true`",
        ),
        ("labels: {janitor: keep}, state: failed", "protected; see `protect` in the policy file"),
    ],
)
def test_other_lasting_guards_have_their_own_way_out(place: Placing, more: str, guard: str) -> None:
    held = LIVE.replace("updated: 9d ago", f"updated: 9d ago, {more}")
    (note,) = said(place(world(image("a", "v1"), services=held)).sweep(policies=PREVIEWS))
    assert note.startswith(f"previews: 2 match but are {guard}")
