"""JSON serialiser: values of the report as what `json` writes, for programs and for the ledger's snapshot.

A dataclass becomes an object with its fields in their order, so keys never depend on the data. Dollars are decimal
strings with every digit and no exponent, times RFC 3339 in UTC, durations whole seconds. In documents for programs
each key of dollars is followed by the same key with ``_rounded``: the dollars as a number, rounded to cents.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from json import dumps
from typing import Any, TextIO

from janitor.model.amounts import Unpriced
from janitor.model.inventory import Gap
from janitor.model.units import cents, rfc3339
from janitor.policy.deciding.gaps import blocked_kinds

Row = dict[str, object]
# For types that a document writes in another shape: a function to a value that is serialised in its place.
Shapes = Mapping[type, Callable[[Any], object]]
_DOLLARS = ("usd", "usd_month")


def as_json(value: object, shapes: Shapes | None = None, rounded: bool = True) -> Any:
    """The value as dicts, lists, texts, numbers, booleans and None; `shapes` are the document's own.

    `rounded`: with dollars in cents beside the exact ones.
    """
    shape = (shapes or {}).get(type(value)) or _SHAPES.get(type(value))
    if shape:
        return as_json(shape(value), shapes, rounded)
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return rfc3339(value)
        case timedelta():
            return int(value.total_seconds())
        case Mapping():
            return _object(value, shapes, rounded)
        case list() | tuple():
            return [as_json(each, shapes, rounded) for each in value]
        case _:
            return as_json(fields_of(value), shapes, rounded)


def _object(fields: Mapping[str, object], shapes: Shapes | None, rounded: bool) -> Row:
    found: Row = {}
    for key, value in fields.items():
        found[key] = as_json(value, shapes, rounded)
        if rounded and key.endswith(_DOLLARS) and (value is None or isinstance(value, Decimal)):
            found[f"{key}_rounded"] = None if value is None else cents(value)
    return found


def fields_of(value: object) -> Row:
    """A dataclass's fields, not serialised yet."""
    if not is_dataclass(value):
        raise TypeError(f"{type(value).__name__} has no form in JSON")
    return {field.name: getattr(value, field.name) for field in fields(value)}


def write_document(version: int, body: Row, out: TextIO) -> None:
    """One document and a newline, pure ASCII, with its version first."""
    out.write(dumps({"schema_version": version} | body, indent=1) + "\n")


def _gap(gap: Gap) -> Row:
    """The repository only where it is one's own gap. `blocks` are the kinds of which it keeps some."""
    row = fields_of(gap) | {"blocks": blocked_kinds(gap)}
    repository = row.pop("repository")
    return row if repository is None else row | {"repository": repository}


_SHAPES: Shapes = {Gap: _gap, Unpriced: lambda estimate: {"unpriced": estimate.why}}
