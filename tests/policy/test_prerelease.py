"""`version`, `version_semver` and `prerelease`: what each format calls a prerelease (R49)."""

from pathlib import Path

import pytest

from janitor.kinds.prerelease import is_prerelease, version_in_series, version_of
from tests.making import repository
from tests.policy.packaging import Shelf, package, version, written
from tests.policy.test_document_mistakes import of_policy

PRERELEASES = {
    "npm": ["1.0.0-alpha", "1.0.0-0", "2.0.0-next.3", "1.0.0-rc.1+build", "1.0.0-beta-x", "1.0.0-custom"],
    "go": ["v1.0.0-rc.1", "v0.0.0-20200101000000-abcdefabcdef", "v2.0.0-0.20200101000000-abcdef"],
    "python": ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0.post1.dev2", "1!2.0rc1", "1.0-alpha.1", "1.0rc1+local"],
    "maven": [
        "1.0-SNAPSHOT", "1.0-M1", "1.0-RC1", "1.0.CR2", "2.0.0-alpha-1", "2.0-beta.3", "1.0-milestone-2", "1.0-a1",
        "1.0-b2", "1.0-20230101.123456-7", "1.0-rc1-SNAPSHOT", "1.0.0.Beta1", "5.0.0.M2", "1.0rc1", "1-snapshot",
    ],
    "ruby": ["1.0.0.pre", "1.0.0.rc1", "2.0.a", "1.0.0.beta.2"],
    "apt": ["1.0~rc1", "1.0~rc1-1", "2:1.0~beta2-1ubuntu1", "1.0~git20200101"],
    "yum": ["1.0~rc1-1.el8", "0:2.0~beta-1.fc40"],
    "generic": ["1.0.0-rc.1", "v1.0.0-snapshot"],
}  # fmt: skip
RELEASES = {
    "npm": ["1.0.0", "1.0.0+build.1"],
    "go": ["v1.0.0", "v2.0.0+incompatible"],
    "python": ["1.0", "1", "2024.1.5", "1.0.post1", "1.0+local", "1.2.3.4", "1!1.0"],
    "maven": ["1.0", "1", "1.2.3.4", "1.0.Final", "1.0.GA", "1.0.RELEASE", "1.0-SP1", "33.0.0-jre", "33-android", "20240101"],
    "ruby": ["1.0.0", "1", "7.0.8.1"],
    "apt": ["1.0-1", "2:1.0-1ubuntu1", "1.0+dfsg-1", "1.21.1-2"],
    "yum": ["1.0-1.el8", "4.18.0-553.el8_10"],
    "generic": ["1.0.0", "v2.3.4"],
}  # fmt: skip
UNREADABLE = {
    "npm": ["latest", "1.0", "01.0.0", "1.0.0-01", ""],
    "go": ["v1", "master"],
    "python": ["1.0-foo", "latest", "1.0_x", "abc"],
    "maven": ["Finchley.SR2", "1.0-foo", "1.0-nightly", "1.0-redhat-1", "LATEST", "r09", "", "1.0-a"],
    "ruby": ["1.0.0-java", "1.0.0-x86_64-linux", "x"],
    "apt": ["1.0-1~bpo11+1", "1.0~deb11u1", "1.0-rc1-1", "foo"],
    "yum": ["1.0-0.1.rc1.el8", "1.0~something"],
    "generic": ["1.0.0-alpine", "build-7", "2024"],
    "kfp": ["1.0.0", "sha256:0"],
    "format_unspecified": ["1.0.0"],
}


def every(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(format_, text) for format_, texts in table.items() for text in texts]


@pytest.mark.parametrize(("format_", "text"), every(PRERELEASES))
def test_a_prerelease_by_the_rules_of_its_format(format_: str, text: str) -> None:
    assert is_prerelease(format_, text) is True


@pytest.mark.parametrize(("format_", "text"), every(RELEASES))
def test_a_release_by_the_rules_of_its_format(format_: str, text: str) -> None:
    assert is_prerelease(format_, text) is False


@pytest.mark.parametrize(("format_", "text"), every(UNREADABLE))
def test_what_the_format_does_not_say_is_neither(format_: str, text: str) -> None:
    assert is_prerelease(format_, text) is None


def test_versions_of_python_are_ordered_by_pep_440() -> None:
    texts = ["1.0.dev1", "1.0a1", "1.0a2", "1.0b1", "1.0rc1", "1.0", "1.0.1", "1.1"]
    read = [version_of("python", text) for text in texts]
    assert None not in read
    assert sorted(read) == read  # type: ignore[type-var]
    for text in ("1!1.0", "1.2.3.4", "1.0a1.dev2", "1.0.post1", "1.0-1", "x"):
        assert version_of("python", text) is None


GROUPED = {
    "NPM": ["1.2.3", "1.2.3-rc.1", "1.2.3-custom"],
    "GO": ["v1.2.3", "v1.2.3+incompatible"],
    "GENERIC": ["1.2.3", "1.2.3-arm"],
    "PYTHON": ["1.2.3", "1.2.3-rc.1"],
    "MAVEN": ["1.2.3", "1.2.3-SNAPSHOT", "1.2.3-rc-1", "1.2.3-M2", "1.2.3-jre", "1.2.3-20240101.101112-1"],
    "APT": ["1.2.3"],
}
NOT_GROUPED = {
    "NPM": ["1.2", "odd"],
    "PYTHON": ["1.2", "1.2.3rc1", "1.2.3-1", "1.2.3.post1", "1.2.3+cpu", "1.2.3-custom"],
    "MAVEN": ["1.2", "1.2.3.Final", "1.2.3-1", "1.2.3-cr1", "1.2.3-dev", "1.2.3-custom"],
    "APT": ["1.2.3-1", "1.2.3-1~rc1"],
    "RUBY": ["1.2.3.pre", "1.2.3-java"],
}


@pytest.mark.parametrize(("format_", "text"), every(GROUPED))
def test_a_version_that_semver_org_and_its_format_read_alike_is_grouped(format_: str, text: str) -> None:
    assert version_in_series(format_.lower(), text) is not None


@pytest.mark.parametrize(("format_", "text"), every(NOT_GROUPED))
def test_a_version_that_cannot_be_grouped_is_kept_beside_the_groups(format_: str, text: str) -> None:
    file = written("kind: artifact.version, when: {older_than: 1d}, keep: {latest: 1, per: {semver: major}}")
    held = [version(text, days=9), version("1.0.0", days=8), version("1.9.9", days=5)]
    found = Shelf(file, [package(*held)], repo=repository(format=format_)).decided_versions()
    assert found == {text: "version-unreadable", "1.0.0": "delete: a, older-than", "1.9.9": "keep-latest"}


def of_versions(when: str, fmt: str, *ids: str) -> dict[str, str]:
    file = written(f"kind: artifact.version, when: {{{when}}}")
    return Shelf(file, [package(*map(version, ids))], repo=repository(format=fmt)).decided_versions()


@pytest.mark.parametrize(
    ("when", "fmt", "ids", "goes"),
    [
        ("prerelease: true", "NPM", ("1.0.0", "1.0.0-rc.1", "odd"), ["1.0.0-rc.1"]),
        ("prerelease: false", "NPM", ("1.0.0", "1.0.0-rc.1", "odd"), ["1.0.0"]),
        ("not: {prerelease: true}", "NPM", ("1.0.0", "1.0.0-rc.1", "odd"), ["1.0.0"]),
        ("prerelease: true", "MAVEN", ("1.0", "1.0-SNAPSHOT", "1.0-foo"), ["1.0-SNAPSHOT"]),
        ("version: ['1.*']", "MAVEN", ("1.0", "1.0-SNAPSHOT", "2.0"), ["1.0", "1.0-SNAPSHOT"]),
        ("version: '1.0+*'", "PYTHON", ("1.0%2Blocal", "1.0"), ["1.0%2Blocal"]),
        ("version_semver: '<2'", "NPM", ("1.4.0", "2.0.0", "2.0.0-rc.1", "1.0.0-rc.1", "odd"), ["1.4.0"]),
        ("version_semver: '<2'", "PYTHON", ("1.4", "2.0", "1.9.9rc1", "1.2.3.4"), ["1.4"]),
        ("version_semver: '>=1.0.0-rc.1 <2'", "PYTHON", ("1.0rc1", "1.0b1", "1.0"), ["1.0rc1", "1.0"]),
    ],
)
def test_versions_are_selected(when: str, fmt: str, ids: tuple[str, ...], goes: list[str]) -> None:
    found = of_versions(when, fmt, *ids)
    assert [id_ for id_, said in found.items() if said.startswith("delete")] == goes


def test_a_version_that_cannot_be_read_says_so() -> None:
    for when in (
        "prerelease: true",
        "prerelease: false",
        "version_semver: '<9'",
        "not: {version_semver: '<9'}",
    ):
        assert of_versions(when, "NPM", "odd") == {"odd": "version-unreadable"}


def test_latest_beside_prerelease_counts_prereleases_alone() -> None:
    file = written("kind: artifact.version, when: {prerelease: true, older_than: 1d}, keep: {latest: 1}")
    snapshots = [version(f"1.0.0-rc.{n}", days=10 * n) for n in (1, 2, 3)]
    shelf = Shelf(file, [package(version("1.0.0", days=2), *snapshots)], repo=repository(format="NPM"))
    assert shelf.decided_versions() == {
        "1.0.0": "not-matched",
        "1.0.0-rc.1": "keep-latest",
        "1.0.0-rc.2": "delete: a, older-than",
        "1.0.0-rc.3": "delete: a, older-than",
    }


def test_a_range_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    lines = of_policy(tmp_path, "{name: a, kind: artifact.version, when: {version_semver: '~1'}}")
    assert "'~1' is not a comparison with a version" in lines[0]
