"""CEL: what an expression may say: its tokens, the names and functions that there are, and the compiled program."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from janitor.model.text import show

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
_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")
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


_NOTHING = Token("sign", "", 0)


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


@lru_cache(maxsize=1024)
def tokens(source: str) -> tuple[Token, ...]:
    """All but spaces. ExpressionError for what CEL does not know, what is too long and what is too deep."""
    if len(source) > LONGEST:
        raise ExpressionError(f"an expression has at most {LONGEST} characters: split it into two policies")
    found: list[Token] = []
    at, depth = 0, 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"{show(source[at])} is not allowed here: check quotes and operators", at)
        if match.lastgroup == "comment":
            raise ExpressionError("write a comment after a # of YAML, not in the expression", at)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], at))
            depth += (match[0] in ("(", "[", "{", "?")) - (match[0] in (")", "]", "}"))
            if depth > DEEPEST:
                raise ExpressionError(f"nested deeper than {DEEPEST}: split it into two policies", at)
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
                f"{token.text} loops over a list, and its time is not bounded: "
                "use `in`, as in 'a' in resource.tags",
                token.at,
            )


def _unknown_names(found: Sequence[Token], names: Names) -> Iterator[ExpressionError]:
    for place, token in enumerate(found):
        if token.kind != "name" or token.text in _WORDS:
            continue
        before, after = _at(found, place - 1).text, _at(found, place + 1).text
        if after == "(":
            yield from _wrong_call(found, place, is_method=before == ".")
        elif before == ".":
            of = _at(found, place - 2)
            if of.text == "resource" and token.text not in names.fields:
                yield _unknown(token, "resource has no", names.fields)
            elif of.kind == "sign" and of.text not in _CLOSES:
                yield ExpressionError("a name does not begin with a dot", token.at)
        elif token.text not in names.variables:
            yield _unknown(token, "there is no variable", names.variables)
        elif token.text == "resource" and after != ".":
            yield ExpressionError("`resource` is allowed only before a field, as in resource.name", token.at)


def _wrong_call(found: Sequence[Token], place: int, is_method: bool) -> Iterator[ExpressionError]:
    token = found[place]
    allowed = METHODS if is_method else FUNCTIONS
    if token.text not in allowed:
        yield _unknown(token, "there is no method" if is_method else "there is no function", allowed)
    elif token.text in _LITERAL_ARGUMENT:
        if _at(found, place + 2).kind == "text":
            is_wrong = _at(found, place + 3).text != ")"
        else:
            is_wrong = token.text != "timestamp"
        if is_wrong:
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
    near = get_close_matches(token.text, names)
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
        if token.text != field or _at(found, place - 1).text != ".":
            continue
        sign, key, looked_up = _at(found, place + 1).text, _at(found, place + 2), _at(found, place - 4)
        if sign == ".":
            yield f"'{key.text}'"
        if sign == "[" and key.kind == "text":
            yield key.text
        if _at(found, place - 3).text == "in" and looked_up.kind == "text":
            yield looked_up.text


def operands(source: str, found: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """What `&&` and `||` join in an expression that compiles, in parentheses and under `!` too: each its
    place and its text. An expression without either is one."""
    parts = _split(found)
    if len(parts) > 1:
        for part in parts:
            yield from operands(source, part)
    elif inner := _unwrapped(found):
        yield from operands(source, inner)
    else:
        end = found[-1].at + len(found[-1].text)
        yield found[0].at, source[found[0].at : end]


def _split(found: Sequence[Token]) -> list[Sequence[Token]]:
    """By the operators that stand in no bracket; a conditional is left whole."""
    parts: list[Sequence[Token]] = []
    begin, depth = 0, 0
    for place, token in enumerate(found):
        depth += _deeper(token)
        if depth > 0:
            continue
        if token.text == "?":
            return [found]
        if token.text in ("&&", "||"):
            parts.append(found[begin:place])
            begin = place + 1
    return [*parts, found[begin:]]


def _unwrapped(found: Sequence[Token]) -> Sequence[Token]:
    """What stands in the parentheses around all of it, or behind its `!`; nothing where there is neither."""
    if found[0].text == "!":
        return found[1:]
    if found[0].text != "(":
        return ()
    depths = [*accumulate(map(_deeper, found))]
    return found[1:-1] if depths.index(0) == len(found) - 1 else ()


def _at(found: Sequence[Token], place: int) -> Token:
    """The token at a place, which may be before the first one or after the last."""
    return found[place] if 0 <= place < len(found) else _NOTHING


def _deeper(token: Token) -> int:
    """1 for an opening bracket, -1 for a closing one."""
    return (token.text in _OPENS) - (token.text in _CLOSES)


@lru_cache(maxsize=1024)
def program(source: str) -> "Program":
    """The expression compiled, once; ValueError where its syntax is wrong."""
    # importing it takes half a second, for the library's own command line comes along
    from cel import compile as compile_cel

    return compile_cel(source)
