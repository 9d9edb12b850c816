"""Laws of ages: nothing younger than one hour is in any plan (R43)."""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import given

from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents
from tests.laws.deciding import destroyed, plan_of
from tests.laws.places import DICE
from tests.laws.trying import law
from tests.laws.worlds import World, worlds
from tests.laws.worlds import world as random_world
from tests.making import NOW, ago

HOUR = 3600.0
# Around the floor, and in the future.
_AGES = (-10.0, 1.0, 59.0, 59.9, 60.0, 61.0, 600.0)


def rejuvenated(dice: Random, world: World) -> World:
    """The same world, in which some of the times are around one hour ago."""

    def moment(time: datetime | None) -> datetime | None:
        return ago(minutes=dice.choice(_AGES)) if dice.randint(0, 3) == 0 else time

    def seconds(time: float | None) -> float | None:
        return ago(minutes=dice.choice(_AGES)).timestamp() if dice.randint(0, 3) == 0 else time

    def content(found: Contents | Gap) -> Contents | Gap:
        if isinstance(found, Gap):
            return found
        images = [each._replace(update_time=seconds(each.update_time)) for each in found.images]
        packages = [
            replace(
                package,
                update_time=seconds(package.update_time),
                versions=tuple(v._replace(create_time=seconds(v.create_time)) for v in package.versions),
            )
            for package in found.packages or ()
        ]
        return Contents(images, found.subjects, tuple(packages))

    def younger(workload: Any) -> Any:
        for field in ("update_time", "completion_time", "create_time"):
            if hasattr(workload, field):
                return replace(workload, **{field: moment(getattr(workload, field))})
        return workload

    loads = world.workloads
    return replace(
        world,
        workloads=Workloads({kind: tuple(map(younger, held)) for kind, held in loads.by_kind.items()}),
        repositories=tuple(
            replace(each, update_time=moment(each.update_time)) for each in world.repositories
        ),
        contents={name: content(found) for name, found in world.contents.items()},
    )


def times(world: World) -> dict[str, list[float]]:
    """Google's names -> every time that is known of the resource itself, in epoch seconds."""
    found: dict[str, list[float | None]] = {}
    loads = world.workloads
    for each in (*loads.of(Kind.SERVICE), *loads.of(Kind.JOB), *loads.of(Kind.WORKER_POOL)):
        found[str(each.name)] = [_epoch(each.create_time), _epoch(each.update_time)]
    for revision in loads.of(Kind.REVISION):
        active = revision.active
        retired = active.last_transition_time if active and active.reason == "RETIRED" else None
        found[str(revision.name)] = [_epoch(revision.create_time), _epoch(retired)]
    for run in loads.of(Kind.EXECUTION):
        found[str(run.name)] = [_epoch(run.create_time), _epoch(run.completion_time)]
    for repository in world.repositories:
        found[str(repository.name)] = [_epoch(repository.create_time), _epoch(repository.update_time)]
    for name, contents in world.contents.items():
        if not isinstance(contents, Gap):
            found |= _stored(name, contents)
    return {name: [time for time in held if time is not None] for name, held in found.items()}


def _stored(name: RepositoryName, contents: Contents) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for image in contents.images:
        known = [image.upload_time, image.update_time]
        found[name.version(image.package, image.digest)] = known
        for tag in image.tags:
            found.setdefault(name.tag(image.package, tag), []).extend(known)
    for package in contents.packages or ():
        found[package.name] = [package.create_time, package.update_time]
        for version in package.versions:
            found[f"{package.name}/versions/{version.id}"] = [version.create_time, version.update_time]
    return found


def _may_be_unread(name: str) -> bool:
    return name.split("/")[-2] in ("packages", "tags")


def _epoch(time: datetime | None) -> float | None:
    return time.timestamp() if time else None


@law
@given(worlds(), DICE)
def test_nothing_younger_than_an_hour_is_deleted(world: World, dice: Random) -> None:
    """Neither by itself nor with what contains it. What was not read has no times: the packages of a docker
    repository, and of a tag that was listed twice the image that it moved to."""
    young = rejuvenated(dice, world)
    known, plan = times(young), plan_of(young)
    by_themselves = {action.name for action in plan.actions}
    gone = [name for name in destroyed(young, plan) if name in by_themselves or not _may_be_unread(name)]
    assert not [name for name in gone if any(NOW.timestamp() - time < HOUR for time in known.get(name, ()))]


def test_worlds_around_the_floor_delete_what_is_old_enough() -> None:
    """Else the law would hold of empty plans."""
    young = [rejuvenated(Random(seed), random_world(Random(seed))) for seed in range(60)]
    assert sum(bool(destroyed(each, plan_of(each))) for each in young) > 10
