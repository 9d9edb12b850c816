"""Field types of the policy file's models, each read by a spelling and shown by a pattern in the JSON Schema."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.json_schema import GenerateJsonSchema

from janitor.policy.conditions import values
from janitor.policy.conditions.values import LONGEST_MEASURE, Shape, durations, text_shape
from janitor.policy.file import spelling, timezones
from janitor.policy.file.cron import LONGEST_TEXT
from janitor.policy.model import Cron


def shaped(function: Callable[..., Any], inner: Callable[[], Shape]) -> Shape:
    """What a function of spelling.py accepts; `inner` is what it hands its value on to.

    KeyError: the function has no shape here.
    """
    if function is values.listed:
        return inner() | {"minItems": 1}
    if function is values.one_or_more:
        several = inner() | {"minItems": 1}
        return {"anyOf": [several["items"], several]}
    if function is spelling.locations:
        several = next(each for each in inner()["anyOf"] if each.get("type") == "array")
        return {"anyOf": [{"const": "all"}, several | {"minItems": 1}]}
    return dict(_SHAPES[function])


_JUST_UNDER_A_DAY = timedelta(days=1) - timedelta(minutes=1)
_CRON_FIELD = "[0-9A-Za-z*,/-]+"
_MACRO = "@(?:" + "|".join(
    "".join(f"[{letter}{letter.upper()}]" for letter in word)
    for word in ("hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually")
) + ")"  # fmt: skip

_SHAPES: Mapping[Callable[..., Any], Shape] = {
    **values.SHAPES,
    spelling.version: {"const": 1},
    spelling.jitter: text_shape(durations(_JUST_UNDER_A_DAY), "a duration under a day, such as 5m", LONGEST_MEASURE),
    spelling.cron: text_shape(
        rf" *(?:{_MACRO}|{_CRON_FIELD}(?: +{_CRON_FIELD}){{4}}) *",
        "five fields in quotes, such as \"0 3 * * *\"", LONGEST_TEXT,
    ),
    spelling.share: text_shape(
        r"(?:0?[0-9]{1,2}(?:\.[0-9]{1,9})?|100(?:\.0{1,9})?) *%", "0% to 100%, such as 50%", LONGEST_MEASURE
    ),
    spelling.money: text_shape(
        r"[0-9]{1,12}(?:\.[0-9]{1,9})? *USD", "dollars a month, such as 500 USD", LONGEST_MEASURE
    ),
    spelling.project: text_shape(spelling.PROJECT, "a project ID, such as my-project"),
    spelling.project_glob: text_shape(spelling.PROJECT_GLOB, 'a project ID or a glob of them, such as "shop-*"'),
    spelling.project_or_number: text_shape(
        f"{spelling.PROJECT}|{spelling.NUMBER}", "a project's ID or number, such as my-project"
    ),
    spelling.number: text_shape(spelling.NUMBER, 'the number of an organization or a folder, such as "123456789012"'),
    spelling.location: text_shape(spelling.LOCATION, "a location, such as europe-west1") | {"not": {"const": "all"}},
    spelling.policy_name: text_shape(spelling.POLICY_NAME, "a-z, 0-9 and -, not - first, at most 63 characters"),
    timezones.timezone: {"type": "string", "minLength": 1},
}  # fmt: skip


Project = Annotated[str, BeforeValidator(spelling.project)]
ProjectGlob = Annotated[str, BeforeValidator(spelling.project_glob)]
ProjectOrNumber = Annotated[str, BeforeValidator(spelling.project_or_number)]
Number = Annotated[str, BeforeValidator(spelling.number)]
Location = Annotated[str, BeforeValidator(spelling.location)]
Locations = Annotated[tuple[Location, ...] | None, BeforeValidator(spelling.locations)]
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
