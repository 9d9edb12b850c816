"""Field types of the policy file's models, each read by a spelling and shown by a pattern in the JSON Schema."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

from janitor.model.units import LONGEST
from janitor.policy.file import spelling, timezones
from janitor.policy.file.cron import LONGEST_TEXT
from janitor.policy.model import Cron

Shape = dict[str, Any]
_LONGEST_DIGITS = 9  # of a duration's number, leading zeros too


def shaped(function: Callable[..., Any], inner: Callable[[], Shape]) -> Shape:
    """What a function of spelling.py accepts; `inner` is what it hands its value on to.

    KeyError: the function has no shape here.
    """
    if function is spelling.listed:
        return inner() | {"minItems": 1}
    if function is spelling.one_or_more:
        several = inner() | {"minItems": 1}
        return {"anyOf": [several["items"], several]}
    if function is spelling.locations:
        several = next(each for each in inner()["anyOf"] if each.get("type") == "array")
        return {"anyOf": [{"const": "all"}, several | {"minItems": 1}]}
    return dict(_SHAPES[function])


def _text(pattern: str, rule: str, longest: int | None = None) -> Shape:
    """`rule` is what editors say instead of the pattern (a keyword of VS Code's, which others skip)."""
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


def _durations(longest: timedelta) -> str:
    units = {
        "m": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
        "w": timedelta(weeks=1),
    }
    return "|".join(f"(?:{_up_to(longest // size)}){unit}" for unit, size in units.items() if size <= longest)


_MEASURE = 40
_JUST_UNDER_A_DAY = timedelta(days=1) - timedelta(minutes=1)
_CRON_FIELD = "[0-9A-Za-z*,/-]+"
_MACRO = "@(?:" + "|".join(
    "".join(f"[{letter}{letter.upper()}]" for letter in word)
    for word in ("hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually")
) + ")"  # fmt: skip

_SHAPES: Mapping[Callable[..., Any], Shape] = {
    spelling.version: {"const": 1},
    spelling.duration: _text(_durations(LONGEST), "a whole number and a unit, such as 90m, 72h, 30d or 2w", _MEASURE),
    spelling.jitter: _text(_durations(_JUST_UNDER_A_DAY), "a duration under a day, such as 5m", _MEASURE),
    spelling.unused_for: _text(_durations(spelling.LONGEST_UNUSED), "a duration of at most 366d, such as 7d", _MEASURE),
    spelling.cron: _text(
        rf" *(?:{_MACRO}|{_CRON_FIELD}(?: +{_CRON_FIELD}){{4}}) *",
        "five fields in quotes, such as \"0 3 * * *\"", LONGEST_TEXT,
    ),
    spelling.size: _text(
        r"[0-9]+(?:\.[0-9]+)? *(?:B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)",
        "a number and a unit, such as 500MB or 2GiB", _MEASURE,
    ),
    spelling.share: _text(
        r"(?:0?[0-9]{1,2}(?:\.[0-9]{1,9})?|100(?:\.0{1,9})?) *%", "0% to 100%, such as 50%", _MEASURE
    ),
    spelling.money: _text(
        r"[0-9]{1,12}(?:\.[0-9]{1,9})? *USD", "dollars a month, such as 500 USD", _MEASURE
    ),
    spelling.project: _text(spelling.PROJECT, "a project ID, such as my-project"),
    spelling.location: _text(spelling.LOCATION, "a location, such as europe-west1") | {"not": {"const": "all"}},
    spelling.policy_name: _text(spelling.POLICY_NAME, "a-z, 0-9 and -, not - first, at most 63 characters"),
    spelling.text: {"type": "string", "minLength": 1, "maxLength": spelling.LONGEST_TEXT},
    spelling.glob: {"type": "string", "minLength": 1, "maxLength": spelling.LONGEST_TEXT},
    spelling.value_glob: {"type": "string", "maxLength": spelling.LONGEST_TEXT},
    spelling.true: {"type": "boolean", "const": True},
    spelling.expression: {"type": "string", "minLength": 1},
    spelling.bounded: {"type": "string", "maxLength": spelling.LONGEST_TEXT},
    spelling.label_key: _text(r"[^*?\[ ]+", "a label's whole name, which is no glob", spelling.LONGEST_TEXT),
    timezones.timezone: {"type": "string", "minLength": 1},
}  # fmt: skip


T = TypeVar("T")
List = Annotated[tuple[T, ...], BeforeValidator(spelling.listed)]
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(spelling.one_or_more)]
Text = Annotated[str, BeforeValidator(spelling.text)]
Globs = OneOrMore[Annotated[str, BeforeValidator(spelling.glob)]]
Labels = dict[
    Annotated[str, BeforeValidator(spelling.label_key)], Annotated[str, BeforeValidator(spelling.value_glob)]
]
Expressions = dict[Annotated[str, BeforeValidator(spelling.label_key)], Text]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Duration = Annotated[timedelta, BeforeValidator(spelling.duration)]
RecordedDuration = Annotated[timedelta, BeforeValidator(spelling.unused_for)]
Size = Annotated[int, BeforeValidator(spelling.size)]
Project = Annotated[str, BeforeValidator(spelling.project)]
Location = Annotated[str, BeforeValidator(spelling.location)]
Locations = Annotated[tuple[Location, ...] | None, BeforeValidator(spelling.locations)]
ManagerName = Literal[
    "terraform", "config-connector", "cloud-deploy", "cloud-functions", "app-hosting", "source-deploy"
]  # kinds/managers.py
CronText = Annotated[Cron, BeforeValidator(spelling.cron)]


class Model(BaseModel):
    """Every default stands for "not said": an explicit null never gets this far (source.py)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Shapes(GenerateJsonSchema):
    """The JSON Schema of a field that a function reads: the pattern of that function, not the type that it makes."""

    def function_before_schema(self, schema: Any) -> Shape:
        return shaped(schema["function"]["function"], lambda: self.generate_inner(schema["schema"]))

    def dict_schema(self, schema: Any) -> Shape:
        keys, entries = (self.generate_inner(schema[part]) for part in ("keys_schema", "values_schema"))
        return {"type": "object", "propertyNames": keys, "additionalProperties": entries}
