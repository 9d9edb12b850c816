"""Laws of listings: a row that comes again, poorer than it was, changes nothing (R28)."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given

from janitor.model.inventory import Gap, Workloads, merged
from janitor.model.repeated import each_once
from janitor.model.resources import Contents, Image
from janitor.plan.codec import encode
from tests.laws.deciding import plan_of
from tests.laws.places import DICE
from tests.laws.trying import law
from tests.laws.worlds import World, worlds


@law
@given(worlds(), DICE)
def test_a_row_that_comes_again_changes_nothing(world: World, dice: Random) -> None:
    contents = {name: again(dice, found) for name, found in world.contents.items()}
    listed = replace(world, contents=contents, workloads=workloads_again(dice, world.workloads))
    assert encode(plan_of(listed)) == encode(plan_of(world))


def again(dice: Random, found: Contents | Gap) -> Contents | Gap:
    """What a repository holds, out of a listing in which some of it came twice."""
    if isinstance(found, Gap):
        return found
    images, _ = each_once(twice(dice, found.images, poorer), lambda each: (each.package, each.digest))
    packages = tuple(
        replace(each, versions=tuple(each_once(twice(dice, list(each.versions), same), lambda v: v.id)[0]))
        for each in found.packages or ()
    )
    return replace(found, images=images, packages=packages)


def workloads_again(dice: Random, loads: Workloads) -> Workloads:
    """The same of what runs."""
    held = {
        kind: tuple(each_once(twice(dice, list(found), without_images), lambda each: each.name)[0])
        for kind, found in loads.by_kind.items()
    }
    return merged([replace(loads, by_kind=held)])


def twice(dice: Random, rows: list[Any], copied: Any) -> list[Any]:
    """The rows in order, and copies of some of them before or after."""
    found: list[Any] = []
    later: list[Any] = []
    for row in rows:
        draw = dice.randint(0, 5)
        if draw == 0:
            found += [copied(row), row]
        elif draw == 1:
            later.append(copied(row))
            found.append(row)
        else:
            found.append(row)
    return found + later


def same(row: Any) -> Any:
    return row


def poorer(image: Image) -> Image:
    """As it was a while before it was complete."""
    uploaded = None if image.upload_time is None else image.upload_time - 1000
    return image._replace(tags=(), children=(), artifact_type="", upload_time=uploaded, size_bytes=0)


def without_images(workload: Any) -> Any:
    bare = replace(workload, images=())
    return replace(bare, labels={}) if hasattr(workload, "labels") else bare
