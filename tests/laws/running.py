"""Workloads at random: services, jobs and worker pools with what they hold, and instances."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from janitor.kinds.execution import Execution, LastExecution
from janitor.kinds.job import Job
from janitor.kinds.revision import Revision
from janitor.kinds.service import Service
from janitor.kinds.worker_pool import WorkerPool
from janitor.model.inventory import Workloads, merged
from janitor.model.names import ResourceName
from janitor.model.resources import Instance, Traffic
from tests import making
from tests.laws.places import LABELS, PLACES
from tests.laws.registries import reference
from tests.making import ago

CREATORS = ("", "someone@example.com", "a@example.org")
ANNOTATIONS = ({}, {}, {"client": "gcloud"}, {"client": "terraform"})
SHORT_NAMES = ("web", "xai", "api-prod")


def references(dice: Random, busy: float) -> tuple[str, ...]:
    return tuple(reference(dice) for _ in range(dice.choice((1, 1, 2)) if dice.random() < busy else 0))


def workloads(dice: Random, busy: float) -> Workloads:
    """What runs in each place; `busy`: how many of these name images at all."""
    services: list[Service] = []
    revisions: list[Revision] = []
    for project, location in PLACES:
        for short in SHORT_NAMES:
            if dice.randint(0, 2) == 0:
                name = ResourceName(project, location, ("services", short))
                held = [revision(dice, busy, name, place) for place in range(dice.randint(0, 4))]
                services.append(service(dice, busy, name, held))
                revisions += held
    return merged(
        [
            making.workloads(*services, *revisions),
            jobs(dice, busy),
            pools(dice, busy),
            instances(dice, busy),
        ]
    )


def pools(dice: Random, busy: float) -> Workloads:
    """A worker pool or none in each place; one in three has instances, or may."""
    found: list[WorkerPool] = []
    held: list[Revision] = []
    for project, location in PLACES:
        if dice.randint(0, 1):
            name = ResourceName(project, location, ("workerPools", dice.choice(SHORT_NAMES)))
            revisions = [revision(dice, busy, name, place) for place in range(dice.randint(0, 2))]
            made = making.pool(
                name.short,
                *references(dice, busy),
                failed=dice.randint(0, 2) == 0,
                instances=dice.choice((0, 0, 0, 0, 2, None)),
                update_time=dice.choice((None, ago(days=1), ago(days=100), ago(days=100))),
                labels=dice.choice(LABELS),
                annotations=dice.choice(ANNOTATIONS),
                creator=dice.choice(CREATORS),
                reconciling=dice.randint(0, 11) == 0,
            )
            found.append(replace(made, name=name))
            held += revisions
    return making.workloads(*found, *held)


def instances(dice: Random, busy: float) -> Workloads:
    """An instance or none in each place, which uses images as much as any."""
    places = [place for place in PLACES if dice.randint(0, 3) == 0]
    names = [ResourceName(project, location, ("instances", "box")) for project, location in places]
    return making.workloads(*(Instance(name, references(dice, busy)) for name in names))


def jobs(dice: Random, busy: float) -> Workloads:
    """A job or none in each place, with up to four executions of every sort."""
    found: list[Job] = []
    runs: list[Execution] = []
    for project, location in PLACES:
        if dice.randint(0, 1):
            name = ResourceName(project, location, ("jobs", dice.choice(SHORT_NAMES)))
            held = [execution(dice, busy, name, place) for place in range(dice.randint(0, 4))]
            found.append(job(dice, busy, name, held))
            runs += held
    return making.workloads(*found, *runs)


def execution(dice: Random, busy: float, of: ResourceName, place: int) -> Execution:
    state = dice.choice(("succeeded", "succeeded", "succeeded", "failed", "failed", "cancelled", "running"))
    days = dice.choice((3.0, 10.0, 30.0, 30.0, 100.0))
    made = making.execution(
        of.short,
        f"{of.short}-{place}",
        *references(dice, busy),
        state=state,
        days=days,
        labels=dice.choice(LABELS),
    )
    return replace(
        made, name=ResourceName(of.project, of.location, (*of.path, "executions", f"{of.short}-{place}"))
    )


def job(dice: Random, busy: float, name: ResourceName, executions: list[Execution]) -> Job:
    last = None
    if executions and dice.randint(0, 1):
        named = dice.choice(executions)
        ended = named.completion_time
        last = LastExecution(named.name.short, ended, ended is not None)
    made = making.job(
        name.short,
        *references(dice, busy),
        failed=dice.randint(0, 2) == 0,
        last=last,
        update_time=dice.choice((None, ago(days=1), ago(days=30), ago(days=100), ago(days=100))),
        labels=dice.choice(LABELS),
        annotations=dice.choice(ANNOTATIONS),
        creator=dice.choice(CREATORS),
        reconciling=dice.randint(0, 11) == 0,
    )
    return replace(made, name=name)


def revision(dice: Random, busy: float, service: ResourceName, place: int) -> Revision:
    short = f"{service.short}-{place}"
    made = making.revision(
        service.short,
        short,
        status=dice.choice(("retired", "retired", "retired", "failed", "active")),
        days=dice.choice((3.0, 10.0, 10.0, 30.0, 100.0)),
        labels=dice.choice(LABELS),
        images=references(dice, busy),
    )
    return replace(
        made, name=ResourceName(service.project, service.location, (*service.path, "revisions", short))
    )


def service(dice: Random, busy: float, name: ResourceName, revisions: list[Revision]) -> Service:
    """Failed, serving, degraded or deploying; latest and traffic are any of its revisions."""
    shorts = [each.name.short for each in revisions]
    chosen = dice.choice(shorts) if shorts else ""
    traffic = (Traffic(chosen, dice.choice((0, 100)), "t"),) if dice.randint(0, 2) == 0 else ()
    traffic += tuple(previews(dice, shorts)) if dice.randint(0, 1) else ()
    made = making.service(
        name.short,
        failed=bool(dice.randint(0, 1)) or not traffic,
        update_time=dice.choice((None, ago(days=1), ago(days=30), ago(days=100))),
        labels=dice.choice(LABELS),
        annotations=dice.choice(ANNOTATIONS),
        creator=dice.choice(CREATORS),
        reconciling=dice.randint(0, 11) == 0,
        multi_region=dice.randint(0, 11) == 0,
        images=references(dice, busy),
    )
    latest = dice.choice(shorts) if shorts else ""
    requested = traffic if dice.randint(0, 5) else traffic[:-1]
    return replace(made, name=name, traffic=traffic, requested=requested, latest_created_revision=latest)


def previews(dice: Random, shorts: list[str]) -> Iterator[Traffic]:
    """Traffic tags: nearly all without a share of the traffic, a few for the latest or for a revision that is gone."""
    for place in range(dice.randint(0, 3)):
        target = dice.choice((*shorts, *shorts, "", "gone"))
        yield Traffic(target, dice.choice((0, 0, 0, 5)), f"pr-{place}", latest=not target)
