"""`expr`: a CEL expression, compiled once, and asked of a resource.

An expression that fails or gives no truth value on a resource keeps it (`expr-failed`) and is counted, once a
policy and cause, for every output to say.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from janitor.model.reasons import KeepReason
from janitor.model.text import nfc, show
from janitor.policy.truth import NO, YES, Test, Truth
from janitor.policy.values import Expr

if TYPE_CHECKING:
    from cel import Program

T = TypeVar("T")
EXPR_FAILED = Truth(None, KeepReason.EXPR_FAILED)
_LONGEST_CAUSE = 120


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
    execute = program(expr.text).execute
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
        found = execute({name: _composed(value) for name, value in variables.items()})
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


def _composed(value: object) -> object:
    """Texts in NFC, in lists and mappings too (R48)."""
    if isinstance(value, str):
        return nfc(value)
    if isinstance(value, list):
        return [_composed(each) for each in value]
    if isinstance(value, Mapping):
        return {_composed(key): _composed(each) for key, each in value.items()}
    return value


def _is_the_library_s(error: BaseException) -> bool:
    """Whether it is an error of the expression; a panic in Rust (PyO3) is no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _cause(error: BaseException) -> str:
    """The library's words; what is hostile in them is quoted, and only their beginning is said."""
    if isinstance(error, KeyError):
        return f"there is no {show(str(error.args[0] if error.args else ''))}: ask first, with has(…) or `in`"
    text = " ".join(str(error).split())
    return show(text[:_LONGEST_CAUSE]).strip("'\"")


@lru_cache(maxsize=1024)
def program(source: str) -> "Program":
    """The expression compiled, once; ValueError where its syntax is wrong."""
    # importing it takes half a second, for the library's own command line comes along
    from cel import compile as compile_cel

    return compile_cel(source)
