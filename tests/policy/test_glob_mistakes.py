"""Globs of the policy file that would match nothing, or something else than what they say."""

from pathlib import Path

import pytest

from janitor.policy.conditions.patterns import matcher, name_glob_mistake, value_glob_mistake
from tests.policy.test_document_mistakes import of_policy, told, top

BROKEN = "'['"
UNCLOSED = "'[' has a [ that no ] closes: write a class such as [0-9], or [[] for a [ itself"


@pytest.mark.parametrize(
    ("glob", "text"),
    [
        ("*", "anything"), ("v?", "v1"), ("v[0-9]", "v1"), ("v[!0-9]", "vx"), ("[[]", "["), ("[]]", "]"), ("[]a]", "a"),
        ("[!]]", "a"), ("a]", "a]"), ("[a-]", "-"), ("[-a]", "-"), ("[0-9a-f]*", "f00"), ("@team/*", "@team/web"),
        ("1.0+build", "1.0+build"), ("application/vnd.oci.*+json", "application/vnd.oci.x+json"), ("[a-a]", "a"),
        ("[{|}]", "|"), ("~x!(y)'", "~x!(y)'"), ("[!- ]", "a"), ("a]-[b]", "a]-b"),
    ],
)  # fmt: skip
def test_a_glob_that_can_match_is_read(glob: str, text: str) -> None:
    assert name_glob_mistake(glob) is None
    assert matcher((glob,))(text)


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("[", "no ] closes"), ("[!", "no ] closes"), ("[]", "no ] closes"), ("[!]", "no ] closes"), ("pr-[0-9", "no ] closes"),
        ("[a]-[", "no ] closes"), ("[z-a]", "the range z-a runs backwards"), ("[!9-0]", "the range 9-0 runs backwards"),
        ("[a-z9-0]", "the range 9-0 runs backwards"), ("[^0-9]", "a glob negates by !: write [!0-9]"),
        ("[[:alpha:]]", "a glob has no named classes"), ("[a][", "no ] closes"),
        ("[a]-[z-a]", "the range z-a runs backwards"), ("[a][b]-[^c]", "write [!c]"),
    ],
)  # fmt: skip
def test_a_class_that_is_no_class_is_told(glob: str, why: str) -> None:
    assert why in (name_glob_mistake(glob) or "")
    assert why in (value_glob_mistake(glob) or "")


@pytest.mark.parametrize("glob", ["{pr,dev}-*", "pr-\\*", "^pr-", "pr-.*$", "pr-*|dev-*", "[a]{1}", "[{]^"])
def test_the_spelling_of_a_shell_or_a_regular_expression_is_told(glob: str) -> None:
    assert "is no glob" in (name_glob_mistake(glob) or "")
    assert value_glob_mistake(glob) is None


def test_a_glob_of_names_that_begins_with_an_exclamation_mark_is_told() -> None:
    assert "cannot be negated" in (name_glob_mistake("!pr-*") or "")
    assert value_glob_mistake("!pr-*") is None


@pytest.mark.parametrize(
    "rest",
    [
        "run.service, when: {name: '['}", "run.service, when: {any: [{labels: {x: '['}}]}",
        "run.service, when: {not: {location: '['}}", "run.service, when: {creator: ['*', '[']}",
        "run.service, when: {annotations: {x: '['}}", "run.revision, when: {service: '['}",
        "run.execution, when: {job: '['}", "artifact.image, when: {repository: '['}",
        "artifact.image, when: {all: [{tags: '['}]}", "artifact.image, when: {any_tag: '['}",
        "artifact.image, when: {artifact_type: '['}", "artifact.image, when: {name: x}, keep: {tagged: ['[']}",
        "artifact.tag, when: {tags: '['}", "artifact.version, when: {name: '['}",
    ],
)  # fmt: skip
def test_every_key_that_holds_a_glob_refuses_one_that_cannot_match(rest: str, tmp_path: Path) -> None:
    policy = f"{{name: a, kind: {rest}}}"
    lines = of_policy(tmp_path, policy)
    assert lines[0].startswith(f"3:{len('- ') + policy.index(BROKEN) + 1}: ")
    assert lines[0].endswith(UNCLOSED)


@pytest.mark.parametrize(
    "section",
    [
        "protect: {names: ['[']}", "protect: {tags: '['}", "protect: {labels: {x: '['}}",
        "defaults: {when: {location: '['}}", "defaults: {when: {labels: {x: '['}}}",
    ],
)  # fmt: skip
def test_every_section_that_holds_a_glob_refuses_one_that_cannot_match(section: str, tmp_path: Path) -> None:
    lines = told(tmp_path, top(section))
    assert lines[0].startswith(f"3:{section.index(BROKEN) + 1}: ")
    assert lines[0].endswith(UNCLOSED)


@pytest.mark.parametrize(
    "when",
    ["tags_regex: '['", "labels_regex: {x: '('}", "annotations_regex: {x: '*'}", "any: [{tags_regex: '[z-a]'}]",
     "not: {tags_regex: '(?<x'}", "tags_semver: '[1'", "expr: 'resource.name.matches(\"[\")'"],
)  # fmt: skip
def test_every_key_that_holds_another_pattern_refuses_one_that_cannot_be_read(
    when: str, tmp_path: Path
) -> None:
    kind = "run.service" if "annotations" in when else "artifact.image"
    lines = of_policy(tmp_path, f"{{name: a, kind: {kind}, when: {{{when}}}}}")
    assert lines
    assert lines[0].startswith("3:")
