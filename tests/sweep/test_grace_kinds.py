"""Grace is for every kind that a policy may name: announced by the first apply, deleted by one after the date."""

from datetime import datetime, timedelta

import pytest

from janitor.policy.file.grammar import GRAMMAR
from tests.sweep.conftest import Placing
from tests.sweep.packages import libs, versions
from tests.sweep.stepping import Days
from tests.sweep.sweeping import RUN, image, version, world

_REVISIONS = (
    "[{name: web-2, created: 1d ago}, {name: web-1, created: 40d ago, state: retired, retired: 30d ago}]"
)
_PREVIEWS = (
    "[{name: web-2, created: 1d ago}, {name: web-1, created: 40d ago}, {name: web-0, created: 50d ago}]"
)
_TAGGED = "[{latest: true, percent: 100}, {revision: web-1, tag: preview}]"
_RUNS = "[{name: b, created: 30d ago, completed: 30d ago}, {name: a, created: 40d ago, completed: 40d ago}]"
# What each kind's policy says beside its name, and a world in which one thing goes by it.
KINDS = {
    "run.service": (
        "{status: failed, older_than: 1d}",
        world(services="{web: {updated: 3d ago, state: failed, image: docker.io/x}}"),
    ),
    "run.revision": (
        "{status: retired, older_than: 1d}",
        world(services=f"{{web: {{image: docker.io/x, revisions: {_REVISIONS}}}}}"),
    ),
    "run.tag": (
        "{tag: preview, older_than: 1d}",
        world(
            services=f"{{web: {{image: docker.io/x, updated: 1d ago, revisions: {_PREVIEWS}, traffic: {_TAGGED}}}}}"
        ),
    ),
    "run.job": ("{older_than: 1d}", world(jobs="{old: {updated: 40d ago, image: docker.io/x}}")),
    "run.execution": (
        "{older_than: 1d}",
        world(jobs=f"{{old: {{image: docker.io/x, executions: {_RUNS}}}}}"),
    ),
    "run.worker_pool": (
        "{older_than: 1d}",
        world(pools="{idle: {updated: 40d ago, instances: 0, image: docker.io/x}}"),
    ),
    "artifact.image": ("{older_than: 1d}", world(image("a"))),
    "artifact.version": ("{older_than: 1d}", libs(f"{{web: {versions('1.0.0')}}}")),
    "artifact.tag": ("{tags: v1}", world(image("a", "v1"))),
    "artifact.package": ("{older_than: 1d}", libs(f"{{web: {versions('1.0.0')}}}")),
    "artifact.repository": ("{name: r, older_than: 1d}", world(image("a"))),
}


# What changes it while it waits, where that is no deploy or edit of it: a tag, or another world in its place.
TAGGED = ("artifact.image", "artifact.repository")
CHANGED = {
    "artifact.version": libs(f"{{web: {versions('1.0.0 created: 60d ago')}}}"),
    "artifact.tag": world(image("a"), image("b", "v1")),
    "artifact.package": libs(f"{{web: {versions('1.0.0', '0.9.0')}}}"),
}


def policy_of(kind: str) -> str:
    """A file whose one policy speaks of a kind, with grace."""
    return f"""\
version: 1
scope: {{projects: [p]}}
policies:
  - {{name: some, kind: {kind}, grace: 7d, when: {KINDS[kind][0]}}}
"""


def test_each_kind_that_a_policy_may_name_is_tried_here() -> None:
    assert set(KINDS) == set(GRAMMAR.kinds)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_announced_first_and_goes_once_its_date_has_come(place: Placing, days: Days, kind: str) -> None:
    policies, here = policy_of(kind), place(KINDS[kind][1])
    first = here.sweep("--apply", policies=policies)
    assert (first.code, first.actions, here.changes) == (0, [], [])
    assert first.kept(kind)["grace"] == 1
    (row,) = first.document["grace"]
    days.pass_by(days=6, hours=23)
    assert here.sweep("--apply", policies=policies).actions == []
    days.pass_by(hours=1, minutes=2)
    (action,) = here.sweep("--apply", policies=policies).actions
    assert (action["name"], action["kind"], action["outcome"]) == (row["name"], kind, "deleted")


@pytest.mark.parametrize("kind", KINDS)
def test_what_changed_while_it_waited_is_announced_anew(place: Placing, days: Days, kind: str) -> None:
    policies, here = policy_of(kind), place(KINDS[kind][1])
    (before,) = here.sweep("--apply", policies=policies).document["grace"]
    days.pass_by(days=8)
    if kind in CHANGED:
        here = place(CHANGED[kind])
    elif kind == "run.tag":
        here.google.control.now(
            lambda google: google.set_traffic_tag(f"{RUN}/services/web/revisions/web-0", "preview")
        )
    elif kind in TAGGED:
        here.google.control.now(lambda google: google.set_tag(version("a"), "hotfix"))
    else:
        here.google.control.now(lambda google: google.touch(before["name"]))
    swept = here.sweep("--apply", policies=policies)
    assert (swept.code, swept.actions) == (0, [])
    (after,) = swept.document["grace"]
    assert after["name"] == before["name"]
    assert datetime.fromisoformat(after["due_at"]) >= days.now() + timedelta(days=7, minutes=-1)
    days.pass_by(days=6, hours=23)
    assert here.sweep("--apply", policies=policies).actions == []
    days.pass_by(hours=1, minutes=2)
    assert here.sweep("--apply", policies=policies).names == [before["name"]]
