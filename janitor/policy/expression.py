"""`expr`: a CEL expression, compiled once, checked when the file is read, and asked of a resource.

An expression that fails or gives no truth value on a resource keeps it (`expr-failed`) and is counted, once a
policy and cause, for every output to say.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from janitor.model.kinds import KeepReason
from janitor.policy.cel_text import (
    FUNCTIONS,
    METHODS,
    ExpressionError,
    Names,
    Token,
    keys_of,
    literal_calls,
    operands,
    tokens,
    wrong_names,
)  # fmt: skip
from janitor.policy.fields import Fields
from janitor.policy.problems import show
from janitor.policy.truth import NO, YES, Test, Truth
from janitor.policy.values import Expr

if TYPE_CHECKING:
    from cel import Program

T = TypeVar("T")
EXPR_FAILED = Truth(None, KeepReason.EXPR_FAILED)
VARIABLES = ("resource", "age", "now")
_LONGEST_CAUSE = 120
# What the library calls operators; the macros' own (`@not_strictly_false`) is not among them.
_OPERATORS = frozenset({"@in", "!_", "-_", "_[_]", "_?_:_"} | {
    f"_{sign}_" for sign in ("&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%")
})  # fmt: skip


class Failures:
    """What failed while deciding: of each policy's expression, how often and first for what cause."""

    def __init__(self) -> None:
        self._counts: Counter[Expr] = Counter()
        self._causes: dict[Expr, str] = {}
        self._heard = True

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Inside the block nothing is counted: what is asked there decides nothing."""
        self._heard = False
        try:
            yield
        finally:
            self._heard = True

    def note(self, expr: Expr, cause: str) -> None:
        """Count one resource that the expression could not be asked of."""
        if not self._heard:
            return
        self._counts[expr] += 1
        self._causes.setdefault(expr, cause)

    def lines(self) -> tuple[str, ...]:
        """A line each, in the order of policies' names."""
        return tuple(
            f"policy {expr.policy}: its expr could not be answered for {count:,} "
            f"{'resource, which stays' if count == 1 else 'resources, which stay'} (expr-failed); "
            f"the first cause: {self._causes[expr]}"
            for expr, count in sorted(self._counts.items(), key=lambda item: (item[0].policy, item[0].text))
        )


def test_of(
    expr: Expr,
    failures: Failures,
    unknown: Callable[[T], Truth | None],
    read: Callable[[T], dict[str, object]],
) -> Test[T]:
    """The expression as a test. `read` gives the variables of a resource; `unknown` says what of them is
    asked for and not known, which then is the answer.

    The last answer is held: deciding may ask of one resource twice, and a failure counts once.
    """
    execute = _program(expr.text).execute
    last: T | None = None
    answer = NO

    def run(resource: T) -> Truth:
        nonlocal last, answer
        if resource is not last:
            last, answer = resource, unknown(resource) or _answer(execute, read(resource), expr, failures)
        return answer

    return run


def _answer(
    execute: Callable[[dict[str, object]], object],
    variables: dict[str, object],
    expr: Expr,
    failures: Failures,
) -> Truth:
    try:
        found = execute(variables)
    except BaseException as error:
        if not _is_the_library_s(error):
            raise
        failures.note(expr, _cause(error))
        return EXPR_FAILED
    if found is True:
        return YES
    if found is False:
        return NO
    failures.note(expr, f"it gives {type(found).__name__}, and not true or false")
    return EXPR_FAILED


def _is_the_library_s(error: BaseException) -> bool:
    """Whether it is an error of the expression; a panic in Rust (PyO3) is no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _cause(error: BaseException) -> str:
    """The library's words; what is hostile in them is quoted, and only their beginning is said."""
    if isinstance(error, KeyError):
        return f"there is no {show(str(error.args[0] if error.args else ''))}: ask first, with has(…) or `in`"
    text = " ".join(str(error).split())
    return show(text[:_LONGEST_CAUSE]).strip("'\"")


def mistakes(source: str, kind: str, fields: Fields) -> Iterator[str]:
    """What is wrong with an expression about this kind, each mistake with its place in it and a way out."""
    try:
        found = tokens(source)
        program = _compiled(source)
        wrong = [*wrong_names(found, Names(VARIABLES, fields))] or [*_unread_names(program)]
        wrong = wrong or [*_tried(source, found, fields)]
    except ExpressionError as error:
        wrong = [error]
    for each in wrong:
        yield f"expr, character {each.at + 1}: {each} ({kind})" if each.at else f"expr: {each} ({kind})"


def _unread_names(program: "Program") -> Iterator[ExpressionError]:
    """What the library finds and `wrong_names` did not."""
    for name in program.variables():
        if name not in VARIABLES:
            yield ExpressionError(f"there is no variable {show(name)}: allowed here: {', '.join(VARIABLES)}")
    for name in program.functions():
        if name not in FUNCTIONS | METHODS | _OPERATORS:
            yield ExpressionError(
                f"there is no function {show(name)}: allowed here: {', '.join(sorted(FUNCTIONS))}"
            )


def _tried(source: str, found: tuple[Token, ...], fields: Fields) -> Iterator[ExpressionError]:
    """Each part run by itself on a sample, for `&&` and `||` would hide a mistake behind them."""
    for at, call in literal_calls(found):
        try:
            _compiled(call).execute({})
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
    return not any(token.kind == "name" and token.text in VARIABLES for token in tokens(part))


def _is_of_the_type(error: Exception) -> bool:
    """Whether no value whatever would do: a sample's text may be no number, and its list too short."""
    if isinstance(error, TypeError):
        return True
    return isinstance(error, RuntimeError) and "Undefined variable or function" in str(error)


def _first_line(error: Exception) -> str:
    text = str(error)
    if "Undefined variable or function" in text:
        name = text.partition("'")[2].partition("'")[0]
        return f"{name} cannot take what it is given here"
    return " ".join(text.split(". CEL does not")[0].split())[: _LONGEST_CAUSE * 2]


def sample_of(found: tuple[Token, ...], fields: Fields) -> dict[str, object]:
    """The variables of a made-up resource, which has every label and annotation that is asked for."""
    resource = dict(fields)
    for field, value in fields.items():
        if isinstance(value, Mapping):
            keys = (_compiled(literal).execute({}) for literal in keys_of(found, field))
            resource[field] = {str(key): "1" for key in keys}
    return {"resource": resource, "age": timedelta(days=30), "now": datetime(2026, 1, 1, tzinfo=UTC)}


def _compiled(source: str) -> "Program":
    try:
        return _program(source)
    except ValueError as error:
        place, _, what = str(error).partition("<input>:1:")[2].partition(": ")
        text = what.partition("\n")[0] or "it is no CEL expression"
        at = int(place) - 1 if place.isdecimal() else 0
        raise ExpressionError(
            f"{text.removeprefix('Syntax error: ')[:160]}: mind operators and brackets", at
        ) from None


@lru_cache(maxsize=1024)
def _program(source: str) -> "Program":
    # importing it takes half a second, for the library's own command line comes along
    from cel import compile as compile_cel

    return compile_cel(source)
