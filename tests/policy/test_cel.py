"""CEL expressions taken apart: operands, keys of labels, literal arguments, and what is wrong with each."""

import pytest

from janitor.policy.conditions.cel import (
    ExpressionError,
    Names,
    keys_of,
    literal_calls,
    operands,
    program,
    tokens,
    wrong_names,
)
from janitor.policy.conditions.expression import fields_of
from janitor.policy.conditions.expression_mistakes import mistakes, sample_of

NAMES = Names(("resource", "age"), ("name", "labels"))
FIELDS = fields_of("run.service")


def told(text: str) -> list[str]:
    """What is wrong with an expression about services."""
    return list(mistakes(text, "run.service", FIELDS))


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a", ["a"]),
        ("a && b || c", ["a", "b", "c"]),
        ("(a && b) || (c)", ["a", "b", "c"]),
        ("((a) || b)", ["a", "b"]),
        ("!(a && b)", ["a", "b"]),
        ("!a && !b", ["a", "b"]),
        ("(a) == (b)", ["(a) == (b)"]),
        ("a[0] == b", ["a[0] == b"]),
        ("size(a || b) == 1", ["size(a || b) == 1"]),
        ("[a || b][0] && c", ["[a || b][0]", "c"]),
        ("{1: a || b}[1] && c", ["{1: a || b}[1]", "c"]),
        ("a ? b : c || d", ["a ? b : c || d"]),
        ("(a ? b : c) && d", ["a ? b : c", "d"]),
        ("([a][0])", ["[a][0]"]),
        ("({1: a}[1])", ["{1: a}[1]"]),
        ("(a).b", ["(a).b"]),
    ],
)
def test_an_expression_is_taken_apart_where_its_operators_stand_in_no_call(
    source: str, parts: list[str]
) -> None:
    found = list(operands(source, tokens(source)))
    assert [part for _, part in found] == parts
    assert all(source[at:].startswith(part) for at, part in found)


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("resource.labels.team == 'a' || resource.labels['my env'] == 'b'", ["'team'", "'my env'"]),
        ("'owner' in resource.labels", ["'owner'"]),
        ("has(x) && 'a' in resource.labels && resource.labels.b", ["'a'", "'b'"]),
        ("size(resource.labels) == 2", []),
        ("resource.labels == x", []),
        ("resource.labels[resource.name] == 'a'", []),
        ("resource.name in resource.labels", []),
        ("'a' == resource.labels.b", ["'b'"]),
        ("labels.team == 'a'", []),
        ("resource.name.team == resource.labels", []),
        ("resource.labels", []),
    ],
)
def test_the_keys_that_an_expression_asks_of_labels(source: str, keys: list[str]) -> None:
    assert list(keys_of(tokens(source), "labels")) == keys


def test_a_call_with_a_text_is_tried_by_itself_at_the_place_of_the_text() -> None:
    source = "a.matches('x') && age > duration('1h') && matches(b)"
    assert list(literal_calls(tokens(source))) == [(10, "''.matches('x')"), (33, "duration('1h')")]


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("age", []),
        ("resource.name", []),
        ("resource", [0]),
        ("resource == age", [0]),
        ("age == agee", [7]),
        ("resource.nam == age", [9]),
        (".age", [1]),
        (".name == resource", [1, 9]),
        ("age && .age", [8]),
        ("(.age)", [2]),
        ("age.name", []),
        ("'a'.name", []),
        ("size(age).name", []),
        ("[age].name", []),
        ("{1: age}.name", []),
        ("age.size()", []),
        ("age.siz()", [4]),
        ("siz(age)", [0]),
        ("age in resource.labels && true", []),
        ("age == [1].map(x, x)", [11]),
        ("duration('1h')", []),
        ("duration('1h' + 'x')", [0]),
        ("duration(resource.name)", [0]),
        ("age == duration()", [7]),
        ("timestamp('2026-12-01T00:00:00Z')", []),
        ("timestamp(resource.name)", []),
        ("timestamp('2026' + resource.name)", [0]),
        ("timestamp(resource.name) == timestamp(resource.nam)", [47]),
    ],
)
def test_what_is_no_name_is_told_at_its_place(source: str, places: list[int]) -> None:
    assert [error.at for error in wrong_names(tokens(source), NAMES)] == places


def test_a_name_like_none_that_is_known_is_told_without_a_hint() -> None:
    (error,) = wrong_names(tokens("zzz"), NAMES)
    assert str(error) == "there is no variable 'zzz': allowed here: age, resource"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("resource.name", ["expr: it gives str, and not true or false (run.service)"]),
        (
            "int(resource.name) > 1 && resource.name",
            ["expr, character 27: it gives str, and not true or false (run.service)"],
        ),
        ("size('a') / 0 == 1", ["expr: division by zero in CEL expression (run.service)"]),
        ("size(resource.labels) / 0 == 1 && 1 / size(resource.labels) == 1", []),
        (
            "resource.name.contains(3)",
            ["expr: contains does not accept these values (run.service)"],
        ),
        ("int(resource.labels.team) == 1", []),
    ],
)
def test_each_operand_is_tried_by_itself_on_a_sample(source: str, lines: list[str]) -> None:
    assert told(source) == lines


def test_a_text_that_cannot_be_read_is_told_at_its_place() -> None:
    (line,) = told("age > duration('10d')")
    assert line.startswith("expr, character 16: ")


def test_of_several_syntax_errors_the_first_is_told() -> None:
    (line,) = told("age && && age ) ||")
    assert line.startswith("expr, character 8: extraneous input '&&'")


def test_the_sample_has_every_label_that_is_asked_for_with_a_number() -> None:
    sample = sample_of(tokens("resource.labels.team == 'a' && 'my env' in resource.labels"), FIELDS)
    assert isinstance(sample["resource"], dict)
    assert sample["resource"]["labels"] == {"team": "1", "my env": "1"}
    assert sample["resource"]["annotations"] == {}


def test_an_error_of_the_library_without_a_place_is_told_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(source: str) -> None:
        raise ValueError("out of memory")

    program.cache_clear()
    monkeypatch.setattr("janitor.policy.conditions.expression_mistakes.program", refuse)
    assert told("true") == ["expr: it is not a CEL expression: check operators and brackets (run.service)"]


def test_an_error_without_a_place_is_one_of_the_whole_expression() -> None:
    assert ExpressionError("too long").at == 0
