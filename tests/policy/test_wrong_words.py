"""Words that people bring from other tools lead to the right key, and no suggestion misleads (R49)."""

import re
from pathlib import Path

import pytest

from janitor.policy.file.mistakes import way_for_key
from tests.policy.test_document_mistakes import of_policy, told


def mistakes(tmp_path: Path, kind: str, when: str) -> str:
    return "\n".join(of_policy(tmp_path, f"{{name: a, kind: {kind}, when: {{{when}}}}}"))


@pytest.mark.parametrize(
    ("kind", "key", "way"),
    [
        ("artifact.image", "idle: 7d", "`unused_for: 7d`"),
        ("artifact.image", "last_used: 7d", "`unused_for: 7d`"),
        ("artifact.image", "lastUsed: 7d", "`unused_for: 7d`"),
        ("artifact.image", "last-usd: 7d", "`unused_for: 7d`"),
        ("run.service", "no_traffic: 7d", "Cloud Run does not say when a service was last called"),
        ("run.revision", "no_traffic: true", "`status: retired` with `older_than`"),
        ("run.job", "not_executed_for: 30d", "its last completion"),
        ("run.job", "not_execute_for: 30d", "its last completion"),
        ("artifact.version", "last_used: 7d", "who uses it is not known"),
        ("artifact.image", "version: '<2'", "`tags_semver: '<2'`"),
        ("artifact.tag", "version: '<2'", "`tags_semver: '<2'`"),
        ("artifact.package", "version: '<2'", "of kind artifact.version"),
        ("run.service", "exclude: web", "`not: {name: NAME}`"),
        ("artifact.image", "except: web", "`not: {name: NAME}`"),
        ("artifact.image", "tag: v1", "`any_tag: PATTERN`"),
        ("artifact.tag", "tag: v1", "`tags: PATTERN`"),
        ("run.service", "max_age: 7d", "`older_than: 30d`"),
        ("run.service", "max-age: 7d", "`older_than: 30d`"),
        ("artifact.tag", "max_age: 7d", "a tag has no age"),
        ("artifact.image", "days: 7", "`older_than: 30d`"),
        ("run.service", "region: us-central1", "`location: europe-west1`"),
        ("run.service", "regions: [us-central1]", "`location: europe-west1`"),
        ("artifact.image", "any: [{max_age: 7d}]", "`older_than: 30d`"),
        ("artifact.image", "not: {region: us}", "`location: europe-west1`"),
        ("artifact.image", "untagged: true", "`tagged: false`"),
    ],
)
def test_a_word_of_another_tool_leads_to_the_key(tmp_path: Path, kind: str, key: str, way: str) -> None:
    said = mistakes(tmp_path, kind, f"older_than: 3d, {key}")
    assert "unknown key" in said
    assert way in said


_KINDS = [
    "run.service", "run.revision", "run.job", "run.execution", "run.worker_pool", "artifact.image", "artifact.repository",
    "artifact.package", "artifact.version", "artifact.tag",
]  # fmt: skip
_FOREIGN = [
    "idle", "no_traffic", "last_used", "not_executed_for", "exclude", "tag", "max_age", "region", "days", "size", "untagged",
    "semver",
]  # fmt: skip


@pytest.mark.parametrize("kind", _KINDS)
def test_no_word_leads_to_a_key_that_the_kind_does_not_have(tmp_path: Path, kind: str) -> None:
    for word in _FOREIGN:
        way = way_for_key(word, kind)
        assert way
        for key in re.findall(r"`(\w+): [^`]*`", way):
            said = mistakes(tmp_path, kind, f"{word}: 1, {key}: [1]")
            assert f"unknown key '{word}'" in said
            assert f"unknown key '{key}'" not in said, way


def test_beside_when_and_in_other_sections_too(tmp_path: Path) -> None:
    lines = of_policy(tmp_path, "{name: a, kind: run.service, when: {status: failed}, exclude: [web]}")
    assert "`not: {name: NAME}` in `when`" in lines[0]
    text = "version: 1\n%s\npolicies: [{name: a, kind: run.service, when: {status: failed}}]\n"
    assert "write `locations: [europe-west1]`" in told(tmp_path, text % "scope: {regions: [us-east1]}")[0]
    assert "write `older_than: 30d`" in told(tmp_path, text % "defaults: {when: {max_age: 3d}}")[0]


def test_a_misspelling_of_a_key_that_is_there_is_corrected(tmp_path: Path) -> None:
    assert "did you mean older_than?" in mistakes(tmp_path, "artifact.image", "older_then: 3d")
    assert "did you mean unused_for?" in mistakes(tmp_path, "artifact.image", "unused_fr: 3d")
    assert "did you mean location?" in mistakes(tmp_path, "artifact.image", "locaton: us")


@pytest.mark.parametrize("value", ["idle", "inactive", "unused", "xyz", "stopped"])
def test_a_status_that_is_none_never_suggests_failed(tmp_path: Path, value: str) -> None:
    said = mistakes(tmp_path, "run.service", f"status: {value}, older_than: 3d")
    assert "did you mean" not in said
    assert "is not known" in said


def test_an_idle_status_leads_to_what_can_be_known(tmp_path: Path) -> None:
    assert "Cloud Run does not say when a service was last called" in mistakes(
        tmp_path, "run.service", "status: idle, older_than: 3d"
    )
    assert "did you mean failed?" in mistakes(tmp_path, "run.service", "status: faild, older_than: 3d")


@pytest.mark.parametrize(
    "written",
    [
        "{not: base-images}",
        "'!base-images'",
        "['!base-images']",
        "{exclude: base-images}",
        "[{not: base-images}]",
    ],
)
def test_a_negation_within_a_selector_shows_the_way_out(tmp_path: Path, written: str) -> None:
    said = mistakes(tmp_path, "artifact.image", f"repository: {written}, older_than: 3d")
    assert "`not: {repository: base-images}`" in said


def test_a_negated_name_of_protect_is_refused(tmp_path: Path) -> None:
    text = "version: 1\nprotect: {names: ['!web']}\npolicies: [{name: a, kind: run.service, when: {status: failed}}]\n"
    assert "a glob cannot be negated" in told(tmp_path, text)[0]
