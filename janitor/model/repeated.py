"""Rows of a listing that name the same resource, united into one resource (R28).

A listing that changes while it is read can return an item twice, and the two may differ. References, tags
and labels of both count, and the later of each time. Of every other field the value counts that deletes
less; where no value does, that of the row that was updated last.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import reduce
from typing import Any, TypeVar

from janitor.model.resources import Condition, Mode, State

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def each_once(rows: list[T], name: Callable[[T], K]) -> tuple[list[T], tuple[K, ...]]:
    """Every resource once, in the order of first appearance, and the names that came more than once."""
    if len(set(map(name, rows))) == len(rows):
        return rows, ()
    found: dict[K, list[T]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    repeated = tuple(key for key, same in found.items() if len(same) > 1)
    return [united(same) for same in found.values()], repeated


def united(rows: Sequence[T]) -> T:
    """One resource of all rows that name it, whatever their order."""
    if all(row == rows[0] for row in rows):
        return rows[0]
    return reduce(_joined, sorted(rows, key=_age, reverse=True))


def _age(row: object) -> tuple[Any, ...]:
    """Rows that were updated last are greatest; ties are broken in a way that no order changes."""
    times = [getattr(row, name, None) for name in ("update_time", "upload_time", "create_time")]
    return (*(_epoch(time) for time in times), repr(row))


def _epoch(time: Any) -> float:
    if time is None:
        return 0.0
    return float(time.timestamp() if hasattr(time, "timestamp") else time)


def _joined(newer: Any, older: Any) -> Any:
    names = [each.name for each in fields(newer)] if is_dataclass(newer) else list(newer._fields)
    changed = {
        name: RULES[name](getattr(newer, name), getattr(older, name)) for name in names if name in RULES
    }
    if "targets" in changed:
        # the latest revisions of the older row keep their guard
        latest = (older.latest_ready_revision, older.latest_created_revision)
        known = {newer.latest_ready_revision, newer.latest_created_revision, ""}
        changed["targets"] = _all((*changed["targets"], *(each for each in latest if each not in known)), ())
    if is_dataclass(newer) and not isinstance(newer, type):
        return replace(newer, **changed)
    return newer._replace(**changed)


def _all(newer: tuple[T, ...], older: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*newer, *older)))


def _labels(newer: Mapping[str, str], older: Mapping[str, str]) -> Mapping[str, str]:
    return {**older, **newer}


def _later(newer: Any, older: Any) -> Any:
    return max((time for time in (newer, older) if time is not None), default=None)


def _ended(newer: Any, older: Any) -> Any:
    """It ended only if both rows say so."""
    return None if newer is None or older is None else max(newer, older)


def _either(newer: Any, older: Any) -> Any:
    return newer or older


def _both(newer: bool, older: bool) -> bool:
    return newer and older


def _smaller(newer: int | None, older: int | None) -> int | None:
    """The smaller known size, so that no threshold is passed by one row alone."""
    known = [size for size in (newer, older) if size]
    return min(known) if known else newer


def _more(newer: int, older: int) -> int:
    return max(newer, older)


def _most(newer: int | None, older: int | None) -> int | None:
    """Not known if one row does not say."""
    return None if newer is None or older is None else max(newer, older)


def _healthier(newer: Condition | None, older: Condition | None) -> Condition | None:
    """The condition that did not fail; of two alike the one that changed last."""
    if newer is None or older is None:
        return None
    failed = (newer.state is State.FAILED, older.state is State.FAILED)
    if failed[0] != failed[1]:
        return older if failed[0] else newer
    return max(newer, older, key=lambda each: _epoch(each.last_transition_time))


def _last_run(newer: Any, older: Any) -> Any:
    """The last execution that may still run; else the one that completed last."""
    runs = [each for each in (newer, older) if each is not None]
    running = [each for each in runs if not each.ended]
    return next(iter(running or sorted(runs, key=lambda each: -_epoch(each.completion_time))), None)


def _mode(newer: Mode, older: Mode) -> Mode:
    """Only a standard repository is ever deleted."""
    return newer if older is Mode.STANDARD else older


RULES: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(
        (
            "images",
            "tags",
            "children",
            "traffic",
            "splits",
            "targets",
            "requested",
            "conditions",
            "upstreams",
            "cleanup_policies",
        ),
        _all,
    ),
    **dict.fromkeys(("labels", "annotations"), _labels),
    **dict.fromkeys(("create_time", "update_time", "upload_time"), _later),
    **dict.fromkeys(
        ("reconciling", "multi_region", "immutable_tags", "uri", "upstream_uri", "artifact_type"), _either
    ),
    **dict.fromkeys(("execution_count", "running_count"), _more),
    **dict.fromkeys(("terminal", "ready", "active"), _healthier),
    "cleanup_dry_run": _both,
    "completion_time": _ended,
    "size_bytes": _smaller,
    "instances": _most,
    "last": _last_run,
    "mode": _mode,
}
