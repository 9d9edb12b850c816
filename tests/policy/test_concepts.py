"""Other words for a concept lead to a key that the kind has, or to one sentence that says that it is not known (R49)."""

import re
from pathlib import Path

import pytest

from janitor.policy.file.concepts import KEEP_WORDS, POLICY_WORDS, TOP_WORDS
from janitor.policy.file.grammar import GRAMMAR
from tests.policy.test_document_mistakes import of_policy, told


def mistakes(tmp_path: Path, kind: str, when: str) -> str:
    return "\n".join(of_policy(tmp_path, f"{{name: a, kind: {kind}, when: {{{when}}}}}"))


@pytest.mark.parametrize(
    ("kind", "key", "way"),
    [
        ("artifact.image", "keep_last: 5", "`keep: {latest: 5}` beside `when`"),
        ("artifact.version", "keepLatest: 5", "`keep: {latest: 5}` beside `when`"),
        ("artifact.image", "latest: 5", "`keep: {latest: 5}` beside `when`"),
        ("run.service", "keep_last: 5", "policies of this kind have no `keep`"),
        ("run.service", "older: 5d", "`older_than: 30d`"),
        ("run.service", "last_deployed: 5d", "`older_than: 30d`"),
        ("artifact.image", "newer_than: 5d", "`keep: {newer_than: 7d}` beside `when`"),
        ("run.job", "newer_than: 5d", "`older_than: 7d`: what is younger is kept"),
        ("run.service", "unused: true", "Cloud Run does not say when a service was last called"),
        ("run.job", "unused_for: 3d", "its last completion"),
        ("artifact.image", "pulls: 0", "`unused: true`"),
        ("run.service", "dry_run: true", "`mode: dry-run`"),
        ("artifact.image", "image: web", "it is the name of the package"),
        ("run.service", "image: web", "no key of this kind asks for it"),
        ("run.service", "name_regex: web", "resource.name.matches"),
        ("run.service", "name-prefix: pr-", "`name: 'PATTERN'`"),
        ("run.service", "owner: shop", "`labels: {owner: VALUE}`"),
        ("run.service", "created_by: a", "`creator: 'NAME@example.com'`"),
        ("artifact.image", "created_by: a", "known only of resources on Cloud Run"),
        ("run.service", "failed: true", "`status: failed`"),
        ("artifact.image", "failed: true", "resources of this kind have no status"),
        ("run.service", "projects: [a]", "`scope: {projects: [my-project]}`"),
        ("run.service", "cost: 5", "no key asks for the cost"),
        ("run.service", "min_instances: 1", "no key asks for it"),
        ("artifact.image", "keep: {latest: 3}", "it belongs beside `when`"),
        ("artifact.image", "grace: 3d", "it belongs beside `when`"),
        ("run.service", "grace_period: 3d", "`grace: 3d` beside `when`"),
        ("run.service", "or: [a]", "`any: ["),
    ],
)
def test_a_concept_leads_to_its_key_or_is_said_not_to_be_known(
    tmp_path: Path, kind: str, key: str, way: str
) -> None:
    said = mistakes(tmp_path, kind, f"older_than: 3d, {key}")
    assert "unknown key" in said
    assert way in said
    assert "did you mean" not in said


@pytest.mark.parametrize(
    ("key", "way"),
    [("last: 5", "write `latest: 5`"), ("days: 5", "write `newer_than: 7d`"), ("tags: 'v*'", "`tagged: ['v*']`")],
)  # fmt: skip
def test_in_keep_too(tmp_path: Path, key: str, way: str) -> None:
    (line,) = of_policy(
        tmp_path, f"{{name: a, kind: artifact.image, when: {{older_than: 3d}}, keep: {{{key}}}}}"
    )
    assert way in line


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("dry_run: true", "write `mode: dry-run`"),
        ("projects: [a]", "write `scope: {projects: [my-project]}`"),
        ("exclude: [a]", "write `protect: {names:"),
        ("max_deletions: 7", "write `limits: {max_deletions: …}`"),
    ],
)
def test_at_the_top_of_the_file_too(tmp_path: Path, key: str, way: str) -> None:
    text = f"version: 1\npolicies: [{{name: a, kind: run.service, when: {{status: failed}}}}]\n{key}\n"
    (line,) = told(tmp_path, text)
    assert line.startswith("3:1: unknown key")
    assert way in line


@pytest.mark.parametrize("kind", GRAMMAR.kinds)
@pytest.mark.parametrize(("words", "place"), [(POLICY_WORDS, "when"), (KEEP_WORDS, "keep")])
def test_no_word_leads_to_a_key_that_the_kind_does_not_have(kind: str, words: dict, place: str) -> None:
    keys = GRAMMAR.kinds[kind]
    everywhere = {
        *keys.policy,
        *keys.when,
        *keys.keep,
        *GRAMMAR.top,
        "projects",
        "sweep",
        "max_monthly_value",
    }
    if place == "keep" and not keys.keep:
        return
    for word, concept in words.items():
        way = concept.way(word, keys)
        assert way, word
        named = {key for quoted in re.findall(r"`([^`]*)`", way) for key in re.findall(r"(\w+): ", quoted)}
        assert named <= everywhere | {word, "cron", "max_deletions"}, (word, way)


def test_no_word_stands_for_two_things_at_one_place() -> None:
    for words in (POLICY_WORDS, KEEP_WORDS, TOP_WORDS):
        concepts = {id(concept): concept for concept in words.values()}
        assert sum(len(set(each.words)) for each in concepts.values()) == len(words)


@pytest.mark.parametrize("word", ["owner", "state", "filter", "retain", "since", "after", "priority"])
def test_a_word_of_its_own_is_not_taken_for_a_misspelling_of_another(tmp_path: Path, word: str) -> None:
    said = mistakes(tmp_path, "artifact.image", f"older_than: 3d, {word}: 1")
    for other in ("location", "unused", "tags:", "larger_than: 500MB"):
        assert f"write `{other}" not in said
