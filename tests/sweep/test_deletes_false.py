"""`deletes: false`, end to end: a policy that only protects (R49)."""

from tests.sweep.conftest import Placing
from tests.sweep.sweeping import REPOSITORY, image, version, world

RULES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%, max_deletions: 1000}
policies:
  - {name: delete-prerelease, kind: artifact.image, when: {repository: r, tags: ["alpha*", "v0*"], older_than: 30d}}
"""
KEEPER = "  - {name: keeper, kind: artifact.image, deletes: false, %s}\n"
USER = "{web: {updated: 1d ago, image: 'docker.io/library/web:1'}}"
NATIVE = (
    image("w1", "v0.1", age="200d ago", package="webapp"),
    image("w2", "alpha-2", age="190d ago", package="webapp"),
    image("w3", "release-1", age="180d ago", package="webapp"),
    image("w4", "release-2", "alpha-9", age="170d ago", package="webapp"),
    *(image(f"w{n}", f"release-{n - 2}", age=f"{25 - n}d ago", package="webapp") for n in range(5, 10)),
    image("t1", "alpha-1", age="100d ago", package="tools"),
    image("s1", "v0", age="100d ago", package="sandbox"),
)


def test_native_keep_only(place: Placing) -> None:
    """A DELETE and a KEEP policy of Artifact Registry, translated word for word."""
    here = place(world(*NATIVE, services=USER))
    keeper = KEEPER % 'when: {repository: r, name: ["webapp*", "mobile*", "sandbox*"]}, keep: {latest: 5}'
    swept = here.sweep("--apply", policies=RULES + keeper)
    assert swept.code == 0, swept.err
    gone = [version("w1", "webapp"), version("w2", "webapp"), version("t1", "tools")]
    assert sorted(swept.names) == sorted(gone)
    assert here.sweep("--apply", policies=RULES + keeper).names == []


def test_what_it_matches_stays_and_keeps_what_holds_it(place: Placing) -> None:
    here = place(world(image("one", "v0.1", package="golden"), image("two", "v0.2"), services=USER))
    rules = RULES + KEEPER % "when: {name: golden}"
    rules += "  - {name: all, kind: artifact.repository, when: {name: 'r*', older_than: 1d}}\n"
    rules += "  - {name: packages, kind: artifact.package, when: {older_than: 1d}}\n"
    swept = here.sweep("--apply", policies=rules.replace("older_than: 30d", "older_than: 7d"))
    assert swept.code == 0, swept.err
    assert swept.names == [f"{REPOSITORY}/r/packages/app"]
    assert swept.kept("artifact.image") == {"keep-policy": 1}
    assert swept.kept("artifact.package") == {"holds-retained": 1}
    assert swept.kept("artifact.repository") == {"holds-retained": 1}
