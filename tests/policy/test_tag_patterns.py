"""`tags_regex` and `tags_semver`: patterns that every tag of an image must be of."""

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from janitor.model.kinds import Kind
from janitor.policy.conditions.condition import Condition, Not
from janitor.policy.conditions.tags import TagsRegex, TagsSemver
from janitor.policy.conditions.versions import in_range, range_within, ranges_apart, version_in_range
from janitor.policy.file.document import parse_policies
from tests.deciding import images_decided
from tests.making import contents, image, policies, policy
from tests.policy.test_document_mistakes import of_policy


def of_image(condition: Condition, *tags: str) -> str:
    """The verdict on an image with these tags."""
    goes, stays = images_decided(policies(policy("a", Kind.IMAGE, condition)), contents(image("one", *tags)))
    return f"delete: {goes[0].reason}" if goes else next(iter(stays.values()))


PATTERNS = (
    (TagsRegex("^(pr|mr)-[0-9]+$"), ("pr-12", "mr-3"), "latest"),
    (TagsSemver("<2"), ("v1.4.0", "1.0.0"), "2.0.0"),
)


@pytest.mark.parametrize(("key", "matching", "other"), PATTERNS)
def test_every_tag_must_match(key: Condition, matching: tuple[str, ...], other: str) -> None:
    assert of_image(key, *matching) == "delete: matched"
    assert of_image(key, *matching, other) == "other-tags"
    assert of_image(key, other) == "other-tags"
    assert of_image(key) == "not-matched"


@pytest.mark.parametrize(("key", "matching", "other"), PATTERNS)
def test_some_tag_that_matches_is_not_known_under_not(
    key: Condition, matching: tuple[str, ...], other: str
) -> None:
    assert of_image(Not(key), *matching) == "not-matched"
    assert of_image(Not(key), *matching, other) == "other-tags"
    assert of_image(Not(key), other) == "delete: matched"


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (
            ">=1.0 <2",
            ("1.0.0", "v1.9.9", "1.9.0-alpine"),
            ("0.9.9", "2.0.0", "2.0.0-rc.1", "2.0.0-alpine", "1.0.0-rc.1", "1.0", "latest", ""),
        ),
        ("=1.4.2", ("1.4.2", "v1.4.2"), ("1.4.3", "1.4.2-rc.1")),
        (">1.4", ("1.4.1",), ("1.4.0",)),
        ("<=1.4.2-rc.2", ("1.4.2-rc.1", "1.4.2-rc.2", "1.0.0"), ("1.4.2",)),
        (">=v2", ("2.0.0", "10.0.0"), ("1.99.0",)),
    ],
)
def test_a_range_holds_by_precedence(text: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    holds = in_range(text)
    assert [tag for tag in (*inside, *outside) if holds(tag)] == list(inside)


@pytest.mark.parametrize("tags", [("latest",), ("1.2", "1"), ("20240101",), ("1a2b3c4", "7e10")])
def test_where_no_tag_is_a_version_the_image_is_kept_under_not_too(tags: tuple[str, ...]) -> None:
    """R39."""
    assert of_image(TagsSemver("<2"), *tags) == "version-unreadable"
    assert of_image(Not(TagsSemver("<2")), *tags) == "version-unreadable"


def test_a_prerelease_that_no_range_names_is_kept_under_not_too() -> None:
    """R39: by its numbers 2.0.0-rc.1 is below 2, and yet it is no version of 1."""
    assert of_image(TagsSemver("<2"), "2.0.0-rc.1") == "other-tags"
    assert of_image(Not(TagsSemver("<2")), "2.0.0-rc.1") == "other-tags"
    assert of_image(Not(TagsSemver("<2")), "2.1.0-rc.1") == "delete: matched"


MISTAKES = {
    "tags_regex: '('": "tags_regex: '(' is no regular expression of RE2's syntax",
    "tags_regex: '(a)\\1'": "is no regular expression of RE2's syntax",
    "tags_regex: '(?=a)'": "is no regular expression of RE2's syntax",
    "tags_regex: ''": "an empty text matches nothing",
    "tags_regex: 3": "'3' must be text",
    "tags_semver: '1.0'": "'1.0' is not a comparison with a version: write comparisons that all hold",
    "tags_semver: '>=1.0, <2'": "'>=1.0,' is not a comparison",
    "tags_semver: '>=01.0'": "'>=01.0' is not a comparison",
    "tags_semver: '~1.2'": "'~1.2' is not a comparison",
    "tags_semver: '>=2.0-rc.1'": "'>=2.0-rc.1' is not a comparison",
    "tags_semver: '>=2-rc'": "'>=2-rc' is not a comparison",
    "tags_semver: ' '": "this range is empty",
    "tagged: false, tags_regex: a": "tags_regex can match nothing beside `tagged: false`",
    "not: {tags_semver: '>=x'}": "'>=x' is not a comparison",
}


@pytest.mark.parametrize("when", MISTAKES)
def test_a_mistake_in_a_pattern_is_told_with_the_way_out(tmp_path: Path, when: str) -> None:
    lines = of_policy(tmp_path, f"{{name: a, kind: artifact.image, when: {{{when}}}}}")
    assert len(lines) == 1, lines
    assert MISTAKES[when] in lines[0]


def test_a_pattern_that_hangs_others_is_asked_in_linear_time() -> None:
    hostile = TagsRegex("^(a+)+$")
    assert of_image(hostile, "a" * 127 + "!") == "other-tags"


def test_the_file_says_them_as_they_are() -> None:
    text = 'version: 1\npolicies: [{name: a, kind: artifact.image, when: {tags_regex: "^a$", tags_semver: "<2"}}]\n'
    read = parse_policies(text.encode(), "f", lambda _: b"").policies[0]
    assert set(read.when.parts) == {TagsRegex("^a$"), TagsSemver("<2")}


BOUNDS = ("1", "1.0.1", "2.0.0-rc.1", "2", "2.0.0-x")
VERSIONS = (
    "0.9.0",
    "1.0.0",
    "1.0.1-a",
    "1.0.1",
    "1.5.0",
    "1.5.0-x",
    "2.0.0-x",
    "2.0.0-rc.1-x",
    "2.0.0-a",
    "2.0.0-rc.1",
    "2.0.0-z",
    "2.0.0",
    "2.0.1",
)
RANGES = [f"{sign}{bound}" for sign, bound in product((">", ">=", "=", "<=", "<"), BOUNDS)]


def test_what_is_said_of_two_ranges_is_so_of_every_version() -> None:
    """And enough is seen to be of use."""
    seen, pairs = Counter[str](), [f"{one} {other}" for one, other in product(RANGES, RANGES)] + RANGES
    held = {text: frozenset(filter(in_range(text), VERSIONS)) for text in pairs}
    possible = {
        text: frozenset(v for v in VERSIONS if version_in_range(text)(v).holds is not False) for text in pairs
    }
    for one, other in product(pairs[::7], RANGES):
        if ranges_apart(one, other):
            seen["apart"] += 1
            assert not held[one] & held[other], (one, other)
        if range_within(one, other):
            seen["within"] += 1
            assert held[one] <= held[other], (one, other)
            assert possible[one] <= possible[other], (one, other)
    assert min(seen["apart"], seen["within"]) > 100
