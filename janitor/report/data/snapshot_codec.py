"""The snapshot as JSON, as the ledger keeps it: what is written is read back the same, or not at all."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, NoReturn, get_args, get_origin, get_type_hints

from janitor.model.amounts import Amount, Estimate, Priced, Unpriced
from janitor.model.inventory import Gap
from janitor.report.data.planned_groups import groups_of
from janitor.report.data.running_costs import idle_sum
from janitor.report.data.snapshot import InGrace, Remaining, Snapshot
from janitor.report.json.serialiser import Shapes, as_json, fields_of

SCHEMA_VERSION = 1
# A capped sum has fifty digits (totals.py); an absurd exponent would take gigabytes once written out.
_LONGEST_AMOUNT = 120
# Many of a kind stand in a snapshot: their fields are written without names, in their order.
_POSITIONAL = (Amount, Gap, InGrace, Remaining)
# Fields that snapshots of earlier versions do not have.
_LATER = {
    Snapshot: ("waiting", "waited", "in_grace", "idle", "grouped", "unknown_uses"),
    InGrace: ("size_bytes", "estimate"),
}


def _values_of(row: object) -> list[object]:
    return list(fields_of(row).values())


_SHAPES: Shapes = dict.fromkeys(_POSITIONAL, _values_of)


def encode_snapshot(snapshot: Snapshot) -> str:
    """One line of ASCII: money as decimal strings, times in RFC 3339; the same snapshot, the same text."""
    document = {"schema_version": SCHEMA_VERSION, **as_json(snapshot, _SHAPES, rounded=False)}
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def decode_snapshot(text: str) -> Snapshot:
    """What `encode_snapshot` wrote; ValueError for anything else, other versions included."""
    try:
        document = json.loads(text)
        if _count(document["schema_version"]) != SCHEMA_VERSION:
            raise ValueError(f"schema_version {document['schema_version']!r}")
        found = _read(Snapshot, document)
        if "in_grace" not in document:
            found = replace(found, in_grace=Amount(found.waited, unpriced=found.waited))
        if "idle" not in document:
            found = replace(found, idle=idle_sum(found.services))
        if "grouped" not in document:
            found = replace(found, grouped=groups_of(found.largest))
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a snapshot of version {SCHEMA_VERSION}: {error}") from error
    assert isinstance(found, Snapshot)
    return found


def _read(kind: Any, value: Any) -> Any:
    """A value of this type out of parsed JSON; a closed word is ``Annotated[str, its enum]``."""
    if read := _READERS.get(kind):
        return read(value)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return args[1](_text(value)).value
    if origin is tuple:
        rows = _list(value)
        parts = args[:1] * len(rows) if args[-1] is Ellipsis else args
        return tuple(map(_read, parts, rows)) if len(parts) == len(rows) else _refuse("row", value)
    if type(None) in args:
        return None if value is None else _read(args[0], value)
    if isinstance(kind, type) and is_dataclass(kind):
        types, later = _types(kind), _LATER.get(kind, ())
        if kind in _POSITIONAL:
            rows = _list(value)
            if not len(types) - len(later) <= len(rows) <= len(types):
                _refuse("row", value)
            value = dict(zip(types, rows, strict=False))
        told = [name for name in types if name in value or name not in later]
        return kind(**{name: _read(types[name], value[name]) for name in told})
    return kind(_text(value))


@cache
def _types(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def _estimate(row: Any) -> Estimate:
    found: Estimate = Unpriced(_text(row["unpriced"])) if "unpriced" in row else _read(Priced, row)
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else _refuse("list", value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _refuse("text", value)


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else _refuse("true or false", value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _refuse("count", value)
    return value


def _dollars(value: Any) -> Decimal:
    try:
        usd = Decimal(_text(value))
    except InvalidOperation:
        _refuse("amount of money", value)
    if not usd.is_finite() or usd < 0 or abs(usd.adjusted()) > _LONGEST_AMOUNT:
        _refuse("amount of money", value)
    return usd


def _time(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    return _refuse("time zone", value) if at.tzinfo is None else at.astimezone(UTC)


def _refuse(what: str, value: Any) -> NoReturn:
    raise ValueError(f"no {what}: {value!r:.100}")


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    str: _text,
    int: _count,
    bool: _flag,
    Decimal: _dollars,
    datetime: _time,
    Estimate: _estimate,
}
