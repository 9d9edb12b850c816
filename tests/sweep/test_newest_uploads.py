"""R37, end to end: what a sweep deletes does not make the rest look older than it is."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import libs
from tests.sweep.stepping import Days
from tests.sweep.sweeping import REPOSITORY, image, version, world

USED = "{web: {updated: 300d ago, image: docker.io/library/web}}"
LIMITS = "limits: {max_share: 100%}\n"
CHAIN = f"""\
version: 1
scope: {{projects: [p]}}
{LIMITS}policies:
  - {{name: untagged, kind: artifact.image, when: {{tagged: false, older_than: 1d}}}}
  - {{name: packages, kind: artifact.package, when: {{older_than: 180d}}}}
  - {{name: repositories, kind: artifact.repository, when: {{name: r, older_than: 180d}}}}
"""
VERSIONS = f"""\
version: 1
scope: {{projects: [p]}}
{LIMITS}policies:
  - {{name: snapshots, kind: artifact.version, when: {{repository: libs, expr: "resource.version == '2.0.0'"}}}}
  - {{name: packages, kind: artifact.package, when: {{older_than: 180d}}}}
"""
PROMOTED = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: stale-images, kind: artifact.image, when: {repository: apps, older_than: 180d}}
  - {name: stale-packages, kind: artifact.package, when: {repository: apps, older_than: 180d}}
  - {name: stale-repositories, kind: artifact.repository, when: {name: "promoted-*", unused: true, older_than: 180d}}
"""
PROMOTED_WORLD = f"""\
operations: {{delay: 1ms}}
projects:
  p:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run: {{us-central1: {{services: {USED}}}}}
    artifact_registry:
      us-central1:
        repositories:
          apps:
            created: 400d ago
            images:
              - {{package: batch, digest: good, tags: [commit-1a2b3c4, v2.0.0], uploaded: 200d ago, updated: 3h ago, size: 90MB}}
              - {{package: other, digest: o, tags: [x], uploaded: 1d ago, size: 90MB}}
          promoted-only:
            created: 400d ago
            images:
              - {{package: batch, digest: good2, tags: [commit-1a2b3c4, v2.0.0], uploaded: 200d ago, updated: 3h ago, size: 90MB}}
"""


def chain_world() -> str:
    """A release of 200 days, and a push of two days that has no tag."""
    made = world(image("release", "v1.0", age="200d ago"), image("push", age="2d ago"), services=USED)
    return made.replace("created: 90d ago, updated: 40d ago", "created: 400d ago, updated: 300d ago")


@pytest.mark.parametrize("sweeps", [2, 3])
def test_applying_again_deletes_nothing_more(place: Placing, sweeps: int) -> None:
    here = place(chain_world())
    first = here.sweep("--apply", policies=CHAIN)
    assert (first.code, first.names) == (0, [version("push")])
    for _ in range(sweeps - 1):
        again = here.sweep("--apply", policies=CHAIN)
        assert (again.code, again.names) == (0, [])
    assert here.google.world.names("versions") == [version("release")]


def test_what_is_left_is_deleted_once_the_newest_upload_is_old_enough(place: Placing, days: Days) -> None:
    here = place(chain_world())
    here.sweep("--apply", policies=CHAIN)
    days.pass_by(days=177)
    assert here.sweep("--apply", policies=CHAIN).names == []
    days.pass_by(days=2)
    assert here.sweep("--dry-run", policies=CHAIN).names == [f"{REPOSITORY}/r"]


def test_explain_knows_the_newest_upload_too(place: Placing) -> None:
    from tests.sweep.stepping import said

    here = place(chain_world())
    here.sweep("--apply", policies=CHAIN)
    code, out, _ = said("explain", "projects/p/locations/us-central1/repositories/r/packages/app")
    assert code == 0
    assert "48h old" in out


def test_a_dry_run_remembers_nothing(place: Placing) -> None:
    here = place(chain_world())
    here.sweep("--dry-run", policies=CHAIN)
    assert here.ledger("SELECT count(*) FROM newest_uploads") == [(0,)]
    here.sweep("--apply", policies=CHAIN)
    assert here.ledger("SELECT name FROM newest_uploads ORDER BY name") == [
        (f"{REPOSITORY}/r",),
        (f"{REPOSITORY}/r/packages/app",),
    ]


def test_versions_of_other_formats_are_remembered_alike(place: Placing) -> None:
    here = place(
        libs("{app: {created: 300d ago, updated: 200d ago, versions: [{version: 1.0.0, created: 200d ago},"
             " {version: 2.0.0, created: 3d ago}]}}")
    )  # fmt: skip
    assert [name.rpartition("/")[2] for name in here.sweep("--apply", policies=VERSIONS).names] == ["2.0.0"]
    assert here.sweep("--apply", policies=VERSIONS).names == []


def test_promoted_package(place: Placing) -> None:
    """A tag that was put on an image three hours ago makes its package and its repository as young."""
    swept = place(PROMOTED_WORLD).sweep("--apply", "--limit", "max_share=100%", policies=PROMOTED)
    assert (swept.code, swept.names) == (0, [])
    for kind in ("artifact.image", "artifact.package", "artifact.repository"):
        assert swept.kept(kind).keys() == {"not-matched"}
