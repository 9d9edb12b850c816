"""`version`, `version_semver` and `prerelease`, end to end (R49)."""

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import left, libs, name, versions

RULES = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%%}
policies:
  - {name: a, kind: artifact.version, when: {older_than: 30d, %s}%s}
"""


def test_snapshots_go_and_releases_stay(place: Placing) -> None:
    ids = ("1.0", "1.1-SNAPSHOT created: 80d ago", "1.2-SNAPSHOT created: 70d ago", "1.0-odd")
    here = place(libs(f"{{'g:a': {versions(*ids)}}}", fmt="MAVEN"))
    swept = here.sweep("--apply", policies=RULES % ("prerelease: true", ", keep: {latest: 1}"))
    assert swept.code == 0, swept.err
    assert swept.names == [name("g:a", "1.1-SNAPSHOT")]
    assert swept.kept("artifact.version") == {"keep-latest": 1, "not-matched": 1, "version-unreadable": 1}
    assert left(here.google) == ["g:a@1.0", "g:a@1.0-odd", "g:a@1.2-SNAPSHOT"]


@pytest.mark.parametrize(
    ("when", "gone"),
    [("version: '1.*'", ["1.0.0", "1.1.0-rc.1"]), ("version_semver: '<2'", ["1.0.0"])],
)
def test_versions_go_by_name_and_by_range(place: Placing, when: str, gone: list[str]) -> None:
    here = place(libs(f"{{web: {versions('1.0.0', '1.1.0-rc.1', '2.0.0')}}}"))
    assert here.sweep("--dry-run", policies=RULES % (when, "")).names == [name("web", each) for each in gone]
