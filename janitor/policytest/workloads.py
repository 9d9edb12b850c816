"""Workloads of a policy test, as Google would report them: each kind says what of itself may be described."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from janitor.kinds.table import HOLDER_KINDS, KINDS, PART_KINDS, READ_IN_HOLDER, RUN_KINDS, listing_of
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.policytest.fields import Fields, Place, count, flag, labels, name_of, one_of, text


def read_workloads(case: Fields, place: Place) -> Workloads:
    """All that may use images."""
    found: dict[Kind, list[Any]] = {kind: [] for kind in RUN_KINDS if kind not in READ_IN_HOLDER}
    for kind, of_kind in HOLDER_KINDS.items():
        for short, _, fields in case.entries(listing_of(kind)):
            name = name_of(*place.of(fields), KINDS[kind].collection, short)
            place.enter(kind, short, str(name))
            resource = _Resource(name, fields, place, found)
            described = of_kind.described(resource)
            found[kind].append(described)
            resource.enter_shown(kind, described)
            fields.done()
    return Workloads({kind: tuple(each) for kind, each in found.items()})


@dataclass(frozen=True, slots=True)
class _Resource:
    """One resource of a test (kinds/described.py). `found` takes the parts that stand below it."""

    name: ResourceName
    fields: Fields
    place: Place
    found: dict[Kind, list[Any]]

    def has(self, key: str) -> bool:
        return self.fields.node(key) is not None

    def text(self, key: str, default: str = "") -> str:
        return self.fields.read(key, text, default)

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        return self.fields.several(key, default)

    def word(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        return self.fields.read(key, one_of(*allowed), default)

    def labels(self, key: str) -> dict[str, str]:
        return self.fields.read(key, labels, {})

    def flag(self, key: str) -> bool:
        return self.fields.read(key, flag, False)

    def count(self, key: str, default: int | None) -> int | None:
        return self.fields.read(key, count, default)

    def time(self, key: str, default: datetime | None = None) -> datetime | None:
        return self.place.time(self.fields, key, default)

    def images(self) -> tuple[str, ...]:
        return self.place.images(self.fields)

    def parts(self, kind: Kind, otherwise: str = "") -> list[Any]:
        described = PART_KINDS[kind].described
        if described is None:
            raise AssertionError(f"{kind} has no separate fields")
        parts = []
        for short, _, below in self.fields.entries(listing_of(kind)):
            name = self._below(kind, short)
            self._enter(kind, short, name)
            parts.append(described(_Resource(name, below, self.place, self.found), otherwise))
            below.done()
        self.found[kind] += parts
        return parts

    def enter_shown(self, kind: Kind, described: Any) -> None:
        """Let `expect` name the parts that have no separate fields, and stand in the fields of what holds them."""
        for part, inside in READ_IN_HOLDER.items():
            for short in inside.asked(described) if KINDS[part].parent is kind else ():
                self._enter(part, short, self._below(part, short))

    def _enter(self, kind: Kind, short: str, name: ResourceName) -> None:
        self.place.enter(kind, short, str(name), str(self.name))

    def _below(self, kind: Kind, short: str) -> ResourceName:
        path = (*self.name.path, KINDS[kind].collection, short)
        return ResourceName(self.name.project, self.name.location, path)
