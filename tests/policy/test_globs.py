"""Globs of names, labels and tags: rule R8."""

import pytest

from janitor.policy.globs import is_literal, labels_match, matcher


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("*", "", True), ("*", "team/api", True), ("team/*", "team/a/b", True), ("v?", "v1", True), ("v?", "v10", False),
        ("v[0-9]", "v7", True), ("v[!0-9]", "v7", False), ("app", "app", True), ("app", "my-app", False),
        ("app", "apple", False), ("App", "app", False), ("a.c", "abc", False), ("(x|y)", "x", False), ("a", "a\n", False),
        ("[", "[", True),
    ],
)  # fmt: skip
def test_a_glob_matches_the_whole_text_and_minds_its_case(glob: str, text: str, matches: bool) -> None:
    assert matcher((glob,))(text) is matches


def test_any_of_several_globs_is_enough_and_none_matches_nothing() -> None:
    assert matcher(("a*", "b*"))("bee")
    assert not matcher(("a*", "b*"))("cee")
    assert not matcher(())("")


@pytest.mark.parametrize(
    ("glob", "literal"), [("app", True), ("a*", False), ("a?", False), ("[a]", False), ("", True)]
)
def test_a_literal_stands_for_one_name(glob: str, literal: bool) -> None:
    assert is_literal(glob) is literal


def test_labels_match_one_by_one_by_key_and_by_a_glob_of_the_value() -> None:
    labels = {"env": "prod", "team": "web", "empty": ""}
    wanted = {"env": "pr*", "team": "api", "owner": "*", "empty": "*", "Env": "*"}
    assert labels_match(wanted, labels) == [True, False, False, True, False]
