"""Texts are compared in Unicode's normal form C, whichever form they come in (R48)."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.gcp import package_decode
from janitor.model.names import RepositoryName
from janitor.model.text import nfc, nfc_labels
from janitor.policy.conditions import expression
from janitor.policy.conditions.expression import Expr
from janitor.policy.conditions.patterns import captured, found_in, labels_match, matcher
from janitor.policy.conditions.truth import NO, YES
from janitor.policy.file.source import plain, read_source

COMPOSED, APART = "caf\u00e9", "cafe\u0301"
FORMS = [COMPOSED, APART]


@pytest.mark.parametrize("text", FORMS)
def test_a_glob_and_an_expression_match_a_text_in_either_form(text: str) -> None:
    assert matcher((COMPOSED,))(text)
    assert matcher(("caf?",))(text)
    assert matcher(("*[\u00e9]",))(text)
    assert labels_match({"x": "caf?"}, {"x": text}) == [True]
    assert found_in("^caf\u00e9$")(text)
    assert captured("^(caf.)$")(text) == COMPOSED


@pytest.mark.parametrize("text", FORMS)
def test_cel_reads_texts_lists_and_labels_composed(text: str) -> None:
    expr = Expr(
        f"resource.name == '{COMPOSED}' && '{COMPOSED}' in resource.tags && resource.labels['{COMPOSED}'] == '{COMPOSED}'",
        "p",
    )
    read = {"resource": {"name": text, "tags": [text], "labels": {text: text}}}
    asked = expression.test_of(expr, expression.Failures(), lambda _: None, lambda _: read)
    assert asked(1) is YES
    other = {"resource": {"name": text + "s", "tags": [], "labels": {}}}
    assert (
        expression.test_of(
            Expr(f"resource.name == '{COMPOSED}'", "p"),
            expression.Failures(),
            lambda _: None,
            lambda _: other,
        )(1)
        is NO
    )


@pytest.mark.parametrize("text", FORMS)
def test_the_policy_file_is_read_composed_keys_and_values(text: str) -> None:
    found = plain(read_source(f'version: 1\n"{text}": ["{text}"]\n'.encode(), "f").root)
    assert found == {"version": 1, COMPOSED: [COMPOSED]}


def test_a_key_that_stands_twice_is_told_though_the_forms_differ() -> None:
    problems = read_source(f"version: 1\n{COMPOSED}: 1\n{APART}: 2\n".encode(), "f").problems
    assert "is there twice" in problems[0].text


@pytest.mark.parametrize("text", FORMS)
def test_labels_are_read_composed_and_names_to_send_as_they_came(text: str) -> None:
    assert nfc_labels({text: text}) == {COMPOSED: COMPOSED}
    repository = RepositoryName("p", "us", "r")

    class Message:
        name = f"{repository}/packages/{text}"
        create_time = update_time = type("Time", (), {"seconds": 1, "nanos": 0})()

    found = package_decode.package(Message(), repository)
    assert (found.name, found.short) == (Message.name, COMPOSED)


@given(st.text(max_size=20))
def test_a_text_names_itself_in_every_form(text: str) -> None:
    literal = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in nfc(text))
    for form in ("NFC", "NFD"):
        assert matcher((literal,))(normalize(form, text))
