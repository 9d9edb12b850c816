"""Versions: what is one, and which comes before which (semver.org, 9 to 11)."""

from itertools import pairwise

import pytest

from janitor.model.semver import Version, parse_version


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
    ("text", "same"), [("v1.2.3", "1.2.3"), ("1.2.3+build.7", "1.2.3"), ("v1.0.0-rc.1+x", "1.0.0-rc.1")]
)
def test_a_v_before_it_and_build_metadata_count_for_nothing(text: str, same: str) -> None:
    assert parse_version(text) == parse_version(same) is not None


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.2", "latest", "V1.2.3", "vv1.2.3", "1.2.3.4", "01.2.3", "1.02.3", "1.2.3-", "1.2.3-rc..1", "1.2.3-01",
     "1.2.3_4", " 1.2.3", "1.2.3\n", "-1.2.3", "1.2.x", "\u0661.2.3", "1.2." + "9" * 9999],
)  # fmt: skip
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None


def test_numbers_are_numbers_and_words_words() -> None:
    assert parse_version("1.2.3-0.rc-1.0a") == Version(
        1, 2, 3, False, ((False, 0, ""), (True, 0, "rc-1"), (True, 0, "0a"))
    )


def test_the_longest_tag_is_read() -> None:
    longest = "1.2." + "9" * 124
    assert parse_version(longest) == Version(1, 2, int("9" * 124), True)
