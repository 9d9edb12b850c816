"""Many images from a few words, always the same ones for the same words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from janitor.emulator.reader import Value
from janitor.emulator.repository import INDEX_TYPES, WorldImage
from janitor.emulator.units import moment, size

_KEYS = ("count", "package", "packages", "size", "from", "to", "tag", "tag_every", "indexes", "children")


@dataclass(frozen=True, slots=True)
class _Plan:
    """`indexes` is the share of the images that are part of an index, index and children counted."""

    seed: str
    count: int
    package: str
    packages: int
    size: int
    first: float
    last: float
    tag: str
    tag_every: int
    indexes: float
    children: int


def generate(value: Value, now: datetime) -> Iterator[WorldImage]:
    """`count` images, oldest first, spread over `packages` packages and evenly from `from` to `to`.

    Every `tag_every`-th has a tag; children of an index have none. `{n}` in `package` is the
    package's number, in `tag` the image's.
    """
    plan = _plan(value, now)
    in_indexes = int(plan.count * plan.indexes)
    group = plan.children + 1
    in_indexes -= in_indexes % group
    for start in range(0, in_indexes, group):
        yield from _index(plan, start)
    for number in range(in_indexes, plan.count):
        yield _image(plan, number, number, _tags(plan, number))


def _plan(value: Value, now: datetime) -> _Plan:
    fields = value.fields(*_KEYS)
    if "count" not in fields:
        value.fail("`count` is missing")

    def when(key: str) -> float:
        found = moment(fields[key], now) if key in fields else now
        if found is None:
            fields[key].fail("must be a time")
        return found.timestamp()

    def whole(key: str, default: int) -> int:
        number = fields[key].integer() if key in fields else default
        if number < 1:
            fields[key].fail("must be 1 or more")
        return number

    share = _share(fields["indexes"]) if "indexes" in fields else 0.0
    return _Plan(
        seed=value.what,
        count=fields["count"].integer(),
        package=fields["package"].text() if "package" in fields else "app-{n}",
        packages=whole("packages", 1),
        size=size(fields["size"]) if "size" in fields else 0,
        first=when("from"),
        last=when("to"),
        tag=fields["tag"].text() if "tag" in fields else "v{n}",
        tag_every=fields["tag_every"].integer() if "tag_every" in fields else 0,
        indexes=share,
        children=whole("children", 2),
    )


def _share(value: Value) -> float:
    text = value.text()
    if not text.endswith("%") or not text[:-1].isdecimal() or int(text[:-1]) > 100:
        value.fail(f"must be a share such as 20%, not {text!r}")
    return int(text[:-1]) / 100


def _index(plan: _Plan, start: int) -> Iterator[WorldImage]:
    """The children first, then the index over them: so they are pushed."""
    number = start // (plan.children + 1)
    children = [_image(plan, start + 1 + n, number, ()) for n in range(plan.children)]
    yield from children
    index = _image(plan, start, number, _tags(plan, start))
    index.media_type = INDEX_TYPES[0]
    index.children = tuple(child.digest for child in children)
    index.size = 0
    yield index


def _image(plan: _Plan, number: int, group: int, tags: tuple[str, ...]) -> WorldImage:
    package = plan.package.replace("{n}", str(group % plan.packages))
    share = number / max(1, plan.count - 1)
    uploaded = plan.first + (plan.last - plan.first) * share
    hashed = hashlib.sha256(f"{plan.seed}/{package}/{number}".encode()).hexdigest()
    return WorldImage(package, f"sha256:{hashed}", tags, plan.size, uploaded, uploaded, uploaded)


def _tags(plan: _Plan, number: int) -> tuple[str, ...]:
    wanted = plan.tag_every and number % plan.tag_every == 0
    return (plan.tag.replace("{n}", str(number)),) if wanted else ()
