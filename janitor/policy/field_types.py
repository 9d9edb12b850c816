"""What the models of the policy file are made of: its types of values, each read by a spelling."""

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema

from janitor.policy import spelling
from janitor.policy.schedule import Cron
from janitor.policy.shapes import Shape, shaped

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
]  # kinds/provenance.py
CronText = Annotated[Cron, BeforeValidator(spelling.cron)]


class Model(BaseModel):
    """Every default stands for "not said": an explicit null never gets this far (source.py)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Shapes(GenerateJsonSchema):
    """What a function reads is shaped by shapes.py, and not by the type that it makes."""

    def function_before_schema(self, schema: Any) -> Shape:
        return shaped(schema["function"]["function"], lambda: self.generate_inner(schema["schema"]))

    def dict_schema(self, schema: Any) -> Shape:
        keys, entries = (self.generate_inner(schema[part]) for part in ("keys_schema", "values_schema"))
        return {"type": "object", "propertyNames": keys, "additionalProperties": entries}
