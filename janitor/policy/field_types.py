"""What the models of the policy file are made of: its types of values, each read by a spelling."""

from datetime import timedelta
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from janitor.policy import spelling
from janitor.policy.schedule import Cron

T = TypeVar("T")
List = Annotated[tuple[T, ...], BeforeValidator(spelling.listed)]
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(spelling.one_or_more)]
Globs = OneOrMore[Annotated[str, BeforeValidator(spelling.glob)]]
Labels = dict[
    Annotated[str, BeforeValidator(spelling.label_key)], Annotated[str, BeforeValidator(spelling.bounded)]
]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Duration = Annotated[timedelta, BeforeValidator(spelling.duration)]
Size = Annotated[int, BeforeValidator(spelling.size)]
Project = Annotated[str, BeforeValidator(spelling.project)]
Location = Annotated[str, BeforeValidator(spelling.location)]
Locations = Annotated[tuple[Location, ...] | None, BeforeValidator(spelling.locations)]
CronText = Annotated[Cron, BeforeValidator(spelling.cron)]


class Model(BaseModel):
    """Every default stands for "not said": an explicit null never gets this far (source.py)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
