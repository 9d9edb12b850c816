"""Expression: `expr`, a CEL expression, compiled once and evaluated for a resource."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from janitor.kinds.image import image_since
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Image, Repository
from janitor.model.text import nfc, show
from janitor.policy.conditions.keys import Expr
from janitor.policy.conditions.repository_keys import repository_fields
from janitor.policy.conditions.truth import AGE_UNKNOWN, NO, SIZE_UNKNOWN, YES, Test, Truth

if TYPE_CHECKING:
    from cel import Program

LONGEST = 1000
DEEPEST = 20
# Loops over a list: there is no time limit to hold them to.
MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "map", "filter", "bind",
                    "transformList", "transformMap", "transformMapEntry"})  # fmt: skip
FUNCTIONS = frozenset({"has", "size", "duration", "timestamp", "int", "uint", "double", "string"})
METHODS = frozenset({
    "size", "contains", "startsWith", "endsWith", "matches", "getFullYear", "getMonth", "getDate",
    "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds",
})  # fmt: skip
# What is read of its text alone, so that a mistake in it shows wherever it stands.
_LITERAL_ARGUMENT = ("matches", "duration", "timestamp")
_WORDS = frozenset({"true", "false", "null", "in"})
# The CEL specification, "Syntax": strings, identifiers, numbers and operators.
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<comment>//.*)"
    r"|(?P<text>[rRbB]{0,2}(?:\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|'''(?:\\.|(?!''').)*'''"
    r"|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'))"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+)[uU]?)"
    r"|(?P<sign>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]{}])"
)


class Token(NamedTuple):
    """`at` is the place of its first character, from 0. `kind` is text, name, number or sign."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Names:
    """What may be named: the variables, and the fields of `resource`."""

    variables: Collection[str]
    fields: Collection[str]


class ExpressionError(ValueError):
    """A mistake; `at` is its place in the expression, from 0."""

    def __init__(self, text: str, at: int = 0) -> None:
        super().__init__(text)
        self.at = at


def tokens(source: str) -> tuple[Token, ...]:
    """All but spaces. ExpressionError for what CEL does not know, what is too long and what is too deep."""
    if len(source) > LONGEST:
        raise ExpressionError(f"an expression has at most {LONGEST} characters: make two policies of it")
    found: list[Token] = []
    at, depth = 0, 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"{show(source[at])} cannot stand here: mind quotes and operators", at)
        if match.lastgroup == "comment":
            raise ExpressionError("a comment goes behind a # of YAML, not into the expression", at)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at))
            depth += (match[0] in ("(", "[", "{", "?")) - (match[0] in (")", "]", "}"))
            if depth > DEEPEST:
                raise ExpressionError(f"nested deeper than {DEEPEST}: make two policies of it", at)
        at = match.end()
    return tuple(found)


def wrong_names(found: Sequence[Token], names: Names) -> Iterator[ExpressionError]:
    """Every loop; and where there is none, every variable, field and function that there is not."""
    loops = [*_loops(found)]
    yield from loops or _unknown_names(found, names)


def _loops(found: Sequence[Token]) -> Iterator[ExpressionError]:
    for token, after in pairwise(found):
        if token.text in MACROS and after.text == "(":
            yield ExpressionError(
                f"{token.text} goes through a list, and nothing bounds how long that takes: "
                "ask for a value with `in`, as in 'a' in resource.tags",
                token.at,
            )


def _unknown_names(found: Sequence[Token], names: Names) -> Iterator[ExpressionError]:
    for place, token in enumerate(found):
        if token.kind != "name" or token.text in _WORDS:
            continue
        before = found[place - 1].text if place else ""
        after = found[place + 1].text if place + 1 < len(found) else ""
        if after == "(":
            yield from _wrong_call(found, place, is_method=before == ".")
        elif before == ".":
            if place > 1 and found[place - 2].text == "resource" and token.text not in names.fields:
                yield _unknown(token, "resource has no", names.fields)
            elif place == 1 or (found[place - 2].kind == "sign" and found[place - 2].text not in ")]}"):
                yield ExpressionError("a name does not begin with a dot", token.at)
        elif token.text not in names.variables:
            yield _unknown(token, "there is no variable", names.variables)
        elif token.text == "resource" and after != ".":
            yield ExpressionError("`resource` stands before a field only, as in resource.name", token.at)


def _wrong_call(found: Sequence[Token], place: int, is_method: bool) -> Iterator[ExpressionError]:
    token = found[place]
    allowed = METHODS if is_method else FUNCTIONS
    if token.text not in allowed:
        yield _unknown(token, "there is no method" if is_method else "there is no function", allowed)
    elif token.text in _LITERAL_ARGUMENT:
        closes = found[place + 3].text if place + 3 < len(found) else ""
        of_value = token.text == "timestamp" and (place + 2 >= len(found) or found[place + 2].kind != "text")
        if not of_value and (closes != ")" or found[place + 2].kind != "text"):
            yield ExpressionError(
                f"{token.text} needs one text in quotes, such as {_EXAMPLES[token.text]}", token.at
            )


_EXAMPLES = {
    "matches": "resource.name.matches('^pr-[0-9]+$')",
    "duration": "duration('240h')",
    "timestamp": "timestamp('2026-12-01T00:00:00Z')",
}


def _unknown(token: Token, what: str, allowed: Collection[str]) -> ExpressionError:
    names = sorted(allowed)
    near = get_close_matches(token.text, names, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return ExpressionError(f"{what} {show(token.text)}: {hint}allowed here: {', '.join(names)}", token.at)


def literal_calls(found: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Each call with a text that can be tried by itself: its place, and an expression of that alone."""
    for place, token in enumerate(found[:-3]):
        if token.text in _LITERAL_ARGUMENT and found[place + 2].kind == "text":
            written = f"{token.text}({found[place + 2].text})"
            yield found[place + 2].at, f"''.{written}" if token.text == "matches" else written


def keys_of(found: Sequence[Token], field: str) -> Iterator[str]:
    """Keys of a map that are asked for, as CEL writes them in quotes: ``.labels.team``, ``.labels['team']``,
    ``'team' in resource.labels``."""
    for place, token in enumerate(found):
        if token.text != field or not place or found[place - 1].text != ".":
            continue
        behind = found[place + 1 : place + 3]
        if len(behind) == 2 and behind[0].text == "." and behind[1].kind == "name":
            yield f"'{behind[1].text}'"
        elif len(behind) == 2 and behind[0].text == "[" and behind[1].kind == "text":
            yield behind[1].text
        if place > 3 and found[place - 3].text == "in" and found[place - 4].kind == "text":
            yield found[place - 4].text


def operands(source: str, found: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """What `&&` and `||` join, in parentheses and under `!` too: each its place and its text. An
    expression without either is one."""
    parts = _split(found)
    if len(parts) > 1:
        for part in parts:
            if part:
                yield from operands(source, part)
    elif inner := _unwrapped(found):
        yield from operands(source, inner)
    elif found:
        end = found[-1].at + len(found[-1].text)
        yield found[0].at, source[found[0].at : end]


def _split(found: Sequence[Token]) -> list[Sequence[Token]]:
    """By the operators that stand in no bracket; a conditional is left whole."""
    parts: list[Sequence[Token]] = []
    begin, depth = 0, 0
    for place, token in enumerate(found):
        if token.kind != "sign":
            continue
        depth += (token.text in "([{") - (token.text in ")]}")
        if depth == 0 and token.text == "?":
            return [found]
        if depth == 0 and token.text in ("&&", "||"):
            parts.append(found[begin:place])
            begin = place + 1
    return [*parts, found[begin:]]


def _unwrapped(found: Sequence[Token]) -> Sequence[Token]:
    """What stands in the parentheses around all of it, or behind its `!`; nothing where there is neither."""
    if found and found[0].text == "!":
        return found[1:]
    if len(found) < 3 or found[0].text != "(" or found[-1].text != ")":
        return ()
    depth = 0
    for token in found[:-1]:
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
            if depth == 0:
                return ()
    return found[1:-1]


Fields = Mapping[str, object]

_ANY: Fields = {
    "kind": "run.service", "name": "web", "project": "my-project", "location": "europe-west1",
    "labels": {}, "managed_by": ["terraform"], "status": "failed",
}  # fmt: skip
_FIELDS: Mapping[str, Fields] = {
    Kind.SERVICE.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.REVISION.value: {**_ANY, "service": "web", "annotations": {}, "creator": "someone@example.com"},
    Kind.JOB.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.EXECUTION.value: {**_ANY, "job": "nightly", "annotations": {}, "creator": "someone@example.com"},
    Kind.WORKER_POOL.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.REPOSITORY.value: {**{k: v for k, v in _ANY.items() if k != "status"}, "size_bytes": 10**9},
    Kind.PACKAGE.value: {
        "kind": "artifact.package", "name": "left-pad", "repository": "libs", "format": "npm",
        "project": "my-project", "location": "europe-west1", "labels": {}, "versions": 12, "size_bytes": 10**6,
        "managed_by": ["terraform"],
    },
    Kind.TAG.value: {
        "kind": "artifact.tag", "name": "app", "repository": "images", "format": "docker",
        "project": "my-project", "location": "europe-west1", "labels": {}, "version": "sha256:0", "tag": "pr-12",
        "managed_by": ["terraform"],
    },
    Kind.VERSION.value: {
        "kind": "artifact.version", "name": "left-pad", "repository": "libs", "format": "npm",
        "project": "my-project", "location": "europe-west1", "labels": {}, "version": "1.2.3", "tags": ["next"],
        "size_bytes": 10**6, "managed_by": ["terraform"],
    },
    Kind.IMAGE.value: {
        "kind": "artifact.image", "name": "app", "repository": "images", "project": "my-project",
        "location": "europe-west1", "labels": {}, "digest": "sha256:0", "tags": ["v1.2.3", "stable"],
        "size_bytes": 10**9, "artifact_type": "", "managed_by": ["terraform"],
    },
}  # fmt: skip


def fields_of(kind: str) -> Fields:
    """The fields of a kind; nothing where there is no such kind."""
    return _FIELDS.get(kind, {})


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


_READ: dict[str, Callable[[Image], object]] = {
    "name": lambda image: image.package,
    "digest": lambda image: image.digest,
    "tags": lambda image: list(image.tags),
    "size_bytes": lambda image: image.size_bytes,
    "artifact_type": lambda image: image.artifact_type,
}


def image_expression(expr: Expr, repository: Repository, now: float, failures: Failures) -> Test[Image]:
    """The expression as a test of this repository's images; only the fields that it names are read.

    An age or a size that it asks for and that is not known is its answer (R5).
    """
    asked = {token.text for token in tokens(expr.text)}
    per_image = [(field, read) for field, read in _READ.items() if field in asked]
    constants = repository_fields(Kind.IMAGE, repository, asked)
    moment = datetime.fromtimestamp(now, UTC)

    def unknown(image: Image) -> Truth | None:
        if "age" in asked:
            since = image_since(image)
            if since is None or not 0 < since <= now:
                return AGE_UNKNOWN
        return SIZE_UNKNOWN if "size_bytes" in asked and image.size_bytes <= 0 else None

    def read(image: Image) -> dict[str, object]:
        resource = constants | {field: get(image) for field, get in per_image}
        variables: dict[str, object] = {"resource": resource, "now": moment}
        if "age" in asked:
            variables["age"] = timedelta(seconds=now - (image_since(image) or now))
        return variables

    return test_of(expr, failures, unknown, read)
