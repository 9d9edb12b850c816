"""Versions: what is one, and which comes before which (semver.org, 9 to 11)."""

from itertools import pairwise

import pytest

from janitor.model.semver import SemanticVersion, parse_range, parse_version


def test_versions_stand_in_the_order_that_semver_gives_as_its_example() -> None:
    texts = (
        "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 "
        "1.0.1 1.2.0 1.10.0 2.0.0"
    )
    versions = [parse_version(text) for text in texts.split()]
    assert all(
        older is not None and newer is not None and older < newer for older, newer in pairwise(versions)
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("v1.2.3", "1.2.3"),
        ("1.2.3+build.7", "1.2.3"),
        ("v1.0.0-rc.1+x", "1.0.0-rc.1"),
        ("1.2.3_build.7", "1.2.3"),
    ],
)
def test_a_v_before_it_and_build_metadata_count_for_nothing(text: str, same: str) -> None:
    assert parse_version(text) == parse_version(same) is not None


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "latest", "V1.2.3", "vv1.2.3", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-", "1.2.3-rc..1", "1.2.3-01",
     " 1.2.3", "1.2.3\n", "-1.2.3", "1.2.x", "\u0661.2.3", "1.2." + "9" * 9999,
     "20240101", "2024.01.05", "1a2b3c4", "7e10", "v7", "1.2-rc.1", "1.2.3rc1", "1.2.3.Final", "1.2.3-rc.01"],
)  # fmt: skip
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None


def test_numbers_are_numbers_and_words_words() -> None:
    assert parse_version("1.2.3-0.rc-1.0a") == SemanticVersion(
        1, 2, 3, False, ((False, 0, ""), (True, 0, "rc"), (False, 1, "")), "0a"
    )


def test_the_longest_tag_is_read() -> None:
    longest = "1.2." + "9" * 124
    assert parse_version(longest) == SemanticVersion(1, 2, int("9" * 124), True)


@pytest.mark.parametrize(
    ("text", "released", "variant"),
    [
        ("2.0.0-alpine", True, "alpine"),
        ("2.0.0-slim-bookworm", True, "slim-bookworm"),
        ("2.0.0-alpine3.19", True, "alpine3.19"),
        ("2.0.0-amd64", True, "amd64"),
        ("2.0.0-1a2b3c4", True, "1a2b3c4"),
        ("2.0.0-7e10", True, "7e10"),
        ("2.0.0-mini", True, "mini"),
        ("2.0.0-preview", False, ""),
        ("2.0.0-SNAPSHOT", False, ""),
        ("2.0.0-M3", False, ""),
        ("2.0.0-20240101", False, ""),
        ("2.0.0-5-gabcdef0", False, "gabcdef0"),
        ("2.0.0-rc.1-alpine", False, "alpine"),
        ("2.0.0-alpine-rc.1", False, "alpine"),
        ("2.0.0-slim-beta2-bookworm", False, "slim-bookworm"),
        *(
            (f"2.0.0-{word}", False, "")
            for word in ["alpha", "beta", "rc", "pre", "dev", "snapshot", "nightly", "canary", "m"]
        ),
    ],
)
def test_a_suffix_is_a_prerelease_by_its_words_and_numbers_and_a_variant_otherwise(
    text: str, released: bool, variant: str
) -> None:
    """R39."""
    version = parse_version(text)
    assert version is not None
    assert (version.released, version.variant) == (released, variant)


def test_the_tenth_candidate_is_above_the_ninth_however_it_is_spelled() -> None:
    for ninth, tenth in (("rc9", "rc10"), ("rc.9", "rc.10"), ("rc-9", "rc-10"), ("rc.9", "rc10")):
        assert parse_version(f"1.0.0-{ninth}") < parse_version(f"1.0.0-{tenth}")  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "version", "holds"),
    [
        ("<2", "1.9.0", True),
        ("<2", "1.9.0-alpine", True),
        ("<2", "2.0.0", False),
        ("<2", "2.0.0-alpine", False),
        ("<2", "2.0.0-rc.1", None),
        ("<2", "1.5.0-rc.1", None),
        (">=2", "1.5.0-rc.1", False),
        (">=2", "2.0.0-rc.1", None),
        (">=2", "2.0.0-rc.1-alpine", None),
        (">1.9", "1.9.0-rc.1", False),
        (">=2.0.0-rc.1 <3", "2.0.0-rc.2", True),
        (">=2.0.0-rc.1 <3", "2.0.0-rc.2-alpine", True),
        (">=2.0.0-rc.1 <3", "2.1.0-rc.1", None),
        (">=2.0.0-rc.1 <3", "2.1.0", True),
        ("<2.0.0-alpine", "1.9.0-alpine", True),
        ("<2.0.0-alpine", "1.9.0", None),
        ("<2.0.0-alpine", "2.0.0", False),
        ("=2.0.0-alpine", "2.0.0-slim", None),
    ],
)
def test_a_range_speaks_of_releases_and_of_the_prereleases_and_variants_that_it_names(
    text: str, version: str, holds: bool | None
) -> None:
    """R39, as in npm and Cargo; None: its opposite does not hold either."""
    read = parse_version(version)
    assert read is not None
    assert parse_range(text).holds(read) is holds
