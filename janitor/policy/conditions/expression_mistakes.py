"""What is wrong with an `expr`: said when the file is read, for the library's compile checks syntax alone."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from janitor.model.text import show
from janitor.policy.conditions.cel import (
    FUNCTIONS,
    METHODS,
    ExpressionError,
    Names,
    Token,
    keys_of,
    literal_calls,
    operands,
    program,
    tokens,
    wrong_names,
)  # fmt: skip

if TYPE_CHECKING:
    from cel import Program

Fields = Mapping[str, object]
VARIABLES = ("resource", "age", "now")
_LONGEST = 240
# Of the made-up resource that an expression is tried on.
_AGE, _NOW = timedelta(days=30), datetime(2026, 1, 1, tzinfo=UTC)
# What the library calls operators; the macros' own (`@not_strictly_false`) is not among them.
_OPERATORS = frozenset({"@in", "!_", "-_", "_[_]", "_?_:_"} | {
    f"_{sign}_" for sign in ("&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%")
})  # fmt: skip


def mistakes(source: str, kind: str, fields: Fields) -> Iterator[str]:
    """What is wrong with an expression about this kind, each mistake with its place in it and a way out."""
    try:
        found = tokens(source)
        compiled = _compiled(source)
        wrong = [*wrong_names(found, Names(VARIABLES, fields))] or [*_unread_names(compiled)]
        wrong = wrong or [*_tried(source, found, fields)]
    except ExpressionError as error:
        wrong = [error]
    for each in wrong:
        yield f"expr, character {each.at + 1}: {each} ({kind})" if each.at else f"expr: {each} ({kind})"


def _unread_names(compiled: "Program") -> Iterator[ExpressionError]:
    """What the library finds and `wrong_names` did not."""
    for name in compiled.variables():
        if name not in VARIABLES:
            yield ExpressionError(f"there is no variable {show(name)}: allowed here: {', '.join(VARIABLES)}")
    for name in compiled.functions():
        if name not in FUNCTIONS | METHODS | _OPERATORS:
            yield ExpressionError(
                f"there is no function {show(name)}: allowed here: {', '.join(sorted(FUNCTIONS))}"
            )


def _tried(source: str, found: tuple[Token, ...], fields: Fields) -> Iterator[ExpressionError]:
    """Each part run by itself on a sample, for `&&` and `||` would hide a mistake behind them."""
    for at, call in literal_calls(found):
        try:
            _compiled(call).execute()
        except Exception as error:
            yield ExpressionError(_first_line(error), at)
    sample = sample_of(found, fields)
    for at, part in operands(source, found):
        try:
            answer = _compiled(part).execute(sample)
        except Exception as error:
            if _is_of_the_type(error) or _is_constant(part):
                yield ExpressionError(_first_line(error), at)
            continue
        if not isinstance(answer, bool):
            yield ExpressionError(f"it gives {type(answer).__name__}, and not true or false", at)


def _is_constant(part: str) -> bool:
    """Whether it asks nothing of a resource, so that what fails here fails everywhere."""
    return not any(token.text in VARIABLES for token in tokens(part))


def _is_of_the_type(error: Exception) -> bool:
    """Whether no value whatever would do: a sample's text may be no number, and its list too short."""
    if isinstance(error, TypeError):
        return True
    return isinstance(error, RuntimeError) and "Undefined variable or function" in str(error)


def _first_line(error: Exception) -> str:
    text = str(error)
    if "Undefined variable or function" in text:
        _, name, *_ = text.split("'")
        return f"{name} does not accept these values"
    return " ".join(text.split(". CEL does not")[0].split())[:_LONGEST]


def sample_of(found: tuple[Token, ...], fields: Fields) -> dict[str, object]:
    """The variables of a made-up resource, which has every label and annotation that is asked for."""
    resource = dict(fields)
    for field, value in fields.items():
        if isinstance(value, Mapping):
            keys = (_compiled(literal).execute() for literal in keys_of(found, field))
            resource[field] = {str(key): "1" for key in keys}
    return {"resource": resource, "age": _AGE, "now": _NOW}


def _compiled(source: str) -> "Program":
    try:
        return program(source)
    except ValueError as error:
        place, _, what = str(error).partition("<input>:1:")[2].partition(": ")
        text = what.partition("\n")[0] or "it is not a CEL expression"
        at = int(place) - 1 if place.isdecimal() else 0
        raise ExpressionError(
            f"{text.removeprefix('Syntax error: ')[:160]}: check operators and brackets", at
        ) from None
