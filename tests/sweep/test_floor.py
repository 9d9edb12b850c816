"""R43, end to end: what is younger than one hour is kept, in a dry run and in an apply."""

from tests.sweep.conftest import Placing
from tests.sweep.packages import left, libs
from tests.sweep.stepping import Days
from tests.sweep.sweeping import image, version, world

ALL = "version: 1\nscope: {projects: [p]}\nlimits: {max_share: 100%}\npolicies:\n"
EVERYTHING = ALL + "".join(
    f"  - {{name: {name}, kind: {kind}, when: {{{when}}}}}\n"
    for name, kind, when in (
        ("services", "run.service", "status: failed"),
        ("runs", "run.execution", "status: failed"),
        ("jobs", "run.job", "name: 'tmp-*'"),
        ("pools", "run.worker_pool", "name: '*'"),
        ("images", "artifact.image", "name: app"),
    )
)
HOLDERS = (
    ALL
    + """\
  - {name: packages, kind: artifact.package, when: {repository: libs, name: '*'}}
  - {name: versions, kind: artifact.version, when: {repository: more}}
  - {name: tags, kind: artifact.tag, when: {repository: more, tags: '*'}}
  - {name: empties, kind: artifact.package, when: {repository: more, empty: true}}
"""
)
REPOSITORIES = ALL + "  - {name: all, kind: artifact.repository, when: {name: r}}\n"


def young(age: str) -> str:
    """One resource of each kind, `age` old, and a service that serves."""
    return world(
        image("a", "v1", age=age),
        image("moved", "v2", updated=age),
        services="{web: {updated: 3d ago, image: docker.io/library/web},"
        f" broken: {{created: {age}, state: failed, image: docker.io/library/web}}}}",
        jobs="{tmp-1: {created: 9d ago, image: docker.io/library/web, executions:"
        f" [{{name: tmp-1-a, created: 8d ago, completed: {age}, state: failed}}]}}}}",
        pools=f"{{pool: {{created: {age}, instances: 0, image: docker.io/library/web}}}}",
    )


def test_nothing_younger_than_an_hour_is_deleted_whatever_a_policy_says(place: Placing) -> None:
    here = place(young("50m ago"))
    swept = here.sweep("--apply", policies=EVERYTHING)
    assert (swept.code, swept.actions, here.changes) == (0, [], [])
    kinds = ("run.service", "run.job", "run.worker_pool", "artifact.image")
    assert {kind: swept.kept(kind).get("just-created") for kind in kinds} == {
        "run.service": 1, "run.job": 1, "run.worker_pool": 1, "artifact.image": 2,
    }  # fmt: skip


def test_what_an_hour_has_passed_over_is_deleted(place: Placing, days: Days) -> None:
    here = place(young("50m ago"))
    days.pass_by(minutes=11)
    swept = here.sweep("--apply", policies=EVERYTHING)
    assert swept.code == 0
    assert set(swept.outcomes.items()) == {
        (name.rpartition("/")[2], "deleted")
        for name in ("broken", "tmp-1", "pool", version("a"), version("moved"))
    }


def test_packages_versions_and_tags_younger_than_an_hour_are_kept(place: Placing, days: Days) -> None:
    here = place(
        libs(
            "{old: {versions: [{version: 1.0.0, created: 9d ago}]},"
            " new: {versions: [{version: 1.0.0, created: 9d ago}, {version: 2.0.0, created: 20m ago}]}}",
            more="{app: {versions: [{version: 1.0.0, created: 30m ago}, {version: 1.1.0, created: 9d ago, updated: 20m"
            " ago, tags: [next]}]}, empty: {created: 10m ago}}",
        )
    )
    swept = here.sweep("--apply", policies=HOLDERS)
    assert (swept.code, [name.rpartition("/packages/")[2] for name in swept.names]) == (0, ["old"])
    assert swept.kept("artifact.package") == {"just-created": 2, "not-matched": 1}
    assert swept.kept("artifact.version") == {"has-tags": 1, "just-created": 1}
    assert swept.kept("artifact.tag") == {"just-created": 1}
    days.pass_by(hours=1)
    again = here.sweep("--apply", policies=HOLDERS)
    assert (again.code, left(here.google)) == (0, ["app@1.1.0"])


def test_a_repository_that_was_just_pushed_to_is_kept(place: Placing, days: Days) -> None:
    here = place(world(image("a"), image("b", age="20m ago"), jobs="{j: {image: docker.io/library/web}}"))
    assert here.sweep("--dry-run", policies=REPOSITORIES).kept("artifact.repository") == {"just-created": 1}
    days.pass_by(hours=1)
    assert here.sweep("--dry-run", policies=REPOSITORIES).names == [
        "projects/p/locations/us-central1/repositories/r"
    ]


def test_a_time_to_come_keeps_what_it_is_of(place: Placing) -> None:
    here = place(world(image("a", "v1", updated="2099-01-01T00:00:00Z"), image("b")))
    swept = here.sweep("--dry-run", policies=EVERYTHING)
    assert swept.names == [version("b")]
    assert swept.kept("artifact.image") == {"age-unknown": 1}
