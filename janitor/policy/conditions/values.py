"""Values of keys as YAML writes them: annotated types that read a duration, a size, a glob, a label or a list, and the
pattern of each in the JSON Schema.

Each reader takes whatever is written. It raises ValueError for a wrong spelling, with the way out; a value of another
type it hands on, for the model to refuse.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field

from janitor.model.text import show
from janitor.model.units import LONGEST, parse_duration, parse_size
from janitor.policy.conditions.patterns import name_glob_mistake, value_glob_mistake

Shape = dict[str, Any]
LONGEST_TEXT = 512
# The ledger remembers uses for a little longer (policy/deciding/use_history.py).
LONGEST_UNUSED = timedelta(days=366)
LONGEST_MEASURE = 40
_LONGEST_DIGITS = 9  # of a duration's number, leading zeros too


def duration(value: object) -> timedelta:
    """``72h``; never zero, never over a hundred years."""
    return parse_duration(measure(value, "a duration such as 90m, 72h, 30d or 2w"))


def unused_for(value: object) -> timedelta:
    """``7d``; no longer than the ledger remembers."""
    found = duration(value)
    if found > LONGEST_UNUSED:
        raise ValueError(
            f"{value!r} is too long: unused_for is at most 366d, because the ledger forgets older uses"
        )
    return found


def size(value: object) -> int:
    """``2GiB`` in bytes."""
    return parse_size(measure(value, "a size such as 500MB or 2GiB"))


def text(value: object) -> object:
    """Any text but the empty one."""
    if value == "":
        raise ValueError('an empty text matches nothing: write a name, or "*" for any')
    return bounded(value)


def glob(value: object) -> object:
    """A glob of names, locations, tags and the like."""
    return _glob(text(value), name_glob_mistake)


def value_glob(value: object) -> object:
    """A glob of a label's or an annotation's value; the empty one too."""
    return _glob(bounded(value), value_glob_mistake)


def _glob(value: object, mistake: Callable[[str], str | None]) -> object:
    if isinstance(value, str) and (wrong := mistake(value)):
        raise ValueError(wrong)
    return value


def expression(value: object) -> object:
    """Some text; what it says is read by expression.py, which knows the kind."""
    if value == "":
        raise ValueError(
            "an empty expression has no meaning: write one such as \"resource.labels.team == 'ml'\""
        )
    return value


def bounded(value: object) -> object:
    """Any text, the empty one too (a label's value may be)."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError(f"{show(value)} is longer than {LONGEST_TEXT} characters, more than any name has")
    return value


def label_key(value: object) -> object:
    """A label's name, which is never a glob."""
    if isinstance(value, str) and (not value or set(value) & set("*?[ ")):
        raise ValueError(
            f"{show(value)} is no label: the key is a label's whole name, its value may be a glob"
        )
    return bounded(value)


def true(value: object) -> object:
    """`true` and not 1, which Python takes for the same."""
    return str(value) if type(value) is int else value


def listed(value: object) -> object:
    """A list with something in it."""
    if isinstance(value, list) and not value:
        raise ValueError("an empty list matches nothing: add an entry, or remove the key")
    return tuple(value) if isinstance(value, list) else value


def one_or_more(value: object) -> object:
    """One value, or a list of them."""
    return listed(value) if isinstance(value, list | dict) else (value,)


def measure(value: object, example: str) -> str:
    """The text of a number with a unit; a bare number is given as text, to be told what it lacks."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"this must be {example}")
    text = str(value)
    return text if len(text) <= LONGEST_MEASURE else f"{text[:LONGEST_MEASURE]}..."


def text_shape(pattern: str, rule: str, longest: int | None = None) -> Shape:
    """The schema of a text. `rule` is what editors say instead of the pattern (a keyword of VS Code's, which others skip)."""
    found: Shape = {"type": "string", "pattern": f"^(?:{pattern})$", "patternErrorMessage": f"must be {rule}"}
    return found | ({"maxLength": longest} if longest else {})


def _up_to(highest: int) -> str:
    """The numbers from 1 to `highest`, with leading zeros as far as a duration may have them."""
    digits = str(highest)
    found = [_padded(f"[1-9][0-9]{{{count - 1}}}", count) for count in range(1, len(digits))]
    for place, digit in enumerate(digits):
        lowest = 1 if place == 0 else 0
        if int(digit) > lowest:
            rest = len(digits) - place - 1
            found.append(_padded(f"{digits[:place]}[{lowest}-{int(digit) - 1}][0-9]{{{rest}}}", len(digits)))
    return "|".join([*found, _padded(digits, len(digits))])


def _padded(pattern: str, digits: int) -> str:
    return f"0{{0,{_LONGEST_DIGITS - digits}}}{pattern}"


def durations(longest: timedelta) -> str:
    """The pattern of the durations up to the longest."""
    units = {
        "m": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
        "w": timedelta(weeks=1),
    }
    return "|".join(f"(?:{_up_to(longest // size)}){unit}" for unit, size in units.items() if size <= longest)


# What each reader accepts, in the JSON Schema.
SHAPES: Mapping[Callable[..., Any], Shape] = {
    duration: text_shape(
        durations(LONGEST), "a whole number and a unit, such as 90m, 72h, 30d or 2w", LONGEST_MEASURE
    ),
    unused_for: text_shape(
        durations(LONGEST_UNUSED), "a duration of at most 366d, such as 7d", LONGEST_MEASURE
    ),
    size: text_shape(
        r"[0-9]+(?:\.[0-9]+)? *(?:B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)",
        "a number and a unit, such as 500MB or 2GiB", LONGEST_MEASURE,
    ),
    text: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    glob: {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
    value_glob: {"type": "string", "maxLength": LONGEST_TEXT},
    true: {"type": "boolean", "const": True},
    expression: {"type": "string", "minLength": 1},
    bounded: {"type": "string", "maxLength": LONGEST_TEXT},
    label_key: text_shape(r"[^*?\[ ]+", "a label's whole name, not a glob", LONGEST_TEXT),
}  # fmt: skip


T = TypeVar("T")
List = Annotated[tuple[T, ...], BeforeValidator(listed)]
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(one_or_more)]
Text = Annotated[str, BeforeValidator(text)]
Globs = OneOrMore[Annotated[str, BeforeValidator(glob)]]
LabelKey = Annotated[str, BeforeValidator(label_key)]
Labels = dict[LabelKey, Annotated[str, BeforeValidator(value_glob)]]
Expressions = dict[LabelKey, Text]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
RecordedDuration = Annotated[timedelta, BeforeValidator(unused_for)]
Size = Annotated[int, BeforeValidator(size)]
TrueOnly = Annotated[Literal[True], BeforeValidator(true)]
Expression = Annotated[str, BeforeValidator(expression)]
