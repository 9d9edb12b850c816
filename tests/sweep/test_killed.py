"""kill -9 at twenty points of an apply: nothing deleted twice, nothing lost, each intent settled (R22, R23)."""

from collections import Counter

import pytest

from janitor.emulator.state import World
from tests.sweep.conftest import Placing
from tests.sweep.stepping import Days
from tests.sweep.sweeping import RUN, Place, image, uri, version, world
from tests.sweep.test_interrupted import applying, expire_the_dead_holders_lease

# Images by use, not by age: a tag that is put back after a kill makes its image young again.
POLICIES_ALL = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
  - {name: tagged, kind: artifact.image, when: {tagged: true, unused: true}}
  - {name: rest, kind: artifact.image, when: {name: [loose, multi], unused: true}}
  - {name: builds, kind: artifact.repository, when: {name: builds, unused: true}}
"""
# Failed services, each the only user of an image; tagged, untagged and nested images; a whole repository.
WORLD = world(
    image("one", "v1", "latest"),
    image("two", "a", "b", "c"),
    image("l1", package="loose"),
    image("l2", package="loose"),
    image("child", package="multi"),
    image("index", "all", package="multi", children="[child]"),
    image("kept", "prod", package="web"),
    services=(
        f'{{bad: {{updated: 3d ago, state: failed, image: "{uri("@one")}"}}'
        f', worse: {{updated: 3d ago, state: failed, image: "{uri("@two")}"}}'
        f', web: {{updated: 3d ago, image: "{uri(":prod", "web")}"}}}}'
    ),
).replace(
    "repositories: {r:",
    "repositories: {builds: {created: 90d ago, updated: 40d ago, size: 1GB, images: ["
    + image("built", "x")
    + "]}, r:",
)
POINTS = [
    ("before", "DeleteService", 1), ("after", "DeleteService", 1), ("before", "DeleteService", 2),
    ("after", "DeleteService", 2), ("before", "DeleteTag", 1), ("after", "DeleteTag", 1),
    ("after", "DeleteTag", 2), ("after", "DeleteTag", 3), ("before", "DeleteTag", 5), ("after", "DeleteTag", 6),
    ("before", "DeleteVersion", 1), ("after", "DeleteVersion", 1), ("after", "DeleteVersion", 2),
    ("before", "DeleteVersion", 3), ("before", "BatchDeleteVersions", 1), ("after", "BatchDeleteVersions", 1),
    ("before", "DeleteRepository", 1), ("after", "DeleteRepository", 1), ("after", "GetTag", 2),
    ("after", "GetRepository", 1),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS, ids=lambda point: "-".join(map(str, point)))
def test_a_kill_at_any_point_of_an_apply_loses_nothing_and_deletes_nothing_twice(
    place: Placing, point: tuple[str, str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place(WORLD)
    (here.folder / "policies.yaml").write_text(POLICIES_ALL, encoding="utf-8")
    killed_at(here, *point)
    expire_the_dead_holders_lease(here)

    assert here.sweep("--apply", policies=POLICIES_ALL).code == 0
    # a tag that is put back makes its image young again, and nothing younger than an hour is deleted (R43)
    days = Days()
    days.pass_by(hours=2)
    with days.kept_by_janitor(monkeypatch):
        assert here.sweep("--apply", policies=POLICIES_ALL).code == 0
        assert here.sweep("--dry-run", policies=POLICIES_ALL).actions == []
    assert deleted_once(here)
    assert here.google.world.names("services") == [f"{RUN}/services/web"]
    assert here.google.world.names("versions") == [version("kept", "web")]
    assert here.google.world.names("tags") == [f"{RUN}/repositories/r/packages/web/tags/prod"]
    assert not here.ledger("SELECT id FROM intents WHERE id NOT IN (SELECT intent_id FROM outcomes)")


def killed_at(here: Place, when: str, rpc: str, number: int) -> None:
    """`janitor sweep --apply`, killed when Google is about to answer this call, or has."""
    with applying(here, "--apply", policies=POLICIES_ALL) as process:

        def kill(_: World) -> None:
            process.kill()

        getattr(here.google.control, when)(rpc, number, kill)
        assert process.wait(timeout=60) == -9, f"it never came to {when} {rpc} {number}"


def deleted_once(here: Place) -> bool:
    """No call to delete a thing was made twice, and each stands in the ledger as deleted once.

    Tags are another matter: those that a kill took off an image are put back first.
    """
    calls = Counter(name for rpc, name in here.changes if rpc.startswith("Delete") and rpc != "DeleteTag")
    deleted = Counter(name for (name,) in here.ledger("SELECT name FROM outcomes WHERE outcome = 'deleted'"))
    return set(calls.values()) == {1} and set(deleted.values()) == {1}
