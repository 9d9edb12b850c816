"""run.tag: a traffic tag of a service, whether it can be removed, and what removing it needs (R50)."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from janitor.kinds.revision import revision_times
from janitor.kinds.spec import KindSpec
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Revision, Service, Traffic, TrafficTag

SPEC = KindSpec(
    kind=Kind.TRAFFIC_TAG,
    collection="tags",
    description="a traffic tag of a service: its URL is removed, and its revision is kept",
    ages_from="the creation of the revision that it names",
    read_permissions=("run.services.get", "run.services.list", "run.revisions.list"),
    delete_permissions=("run.services.update",),
    delete_role="roles/run.developer",
    parent=Kind.SERVICE,
    listed_by=Kind.SERVICE,
    batch=1000,  # all of one service in one UpdateService (R50)
    free="a traffic tag costs nothing; its revision is kept",
    named_by=("service",),
    noun="traffic tag",
)


def traffic_tags(service: Service, revisions: Iterable[Revision]) -> list[TrafficTag]:
    """Every tag that the service's traffic is asked to have, by name. `revisions` are all of the service."""
    known = {each.name.short: each for each in revisions}
    found = []
    for tag in sorted({entry.tag for entry in service.requested if entry.tag}):
        entries = tuple(each for each in (*service.requested, *service.traffic) if each.tag == tag)
        target = next(each.revision for each in service.requested if each.tag == tag)
        found.append(TrafficTag(tag_name(service.name, tag), service, entries, target, known.get(target)))
    return found


def all_traffic_tags(workloads: Workloads) -> Iterator[TrafficTag]:
    """The tags of every service."""
    held: dict[ResourceName, list[Revision]] = {}
    for revision in workloads.revisions:
        held.setdefault(revision.name.parent, []).append(revision)
    for service in workloads.services:
        yield from traffic_tags(service, held.get(service.name, ()))


def tag_name(service: ResourceName, tag: str) -> ResourceName:
    """Its name in plans, reports and the ledger."""
    return ResourceName(service.project, service.location, (*service.path, "tags", tag))


def carries_traffic(entries: Iterable[Traffic]) -> bool:
    """Whether an entry has a share of the traffic, or follows the latest revision (R50)."""
    return any(entry.percent > 0 or entry.latest or not entry.revision for entry in entries)


def labels_state(service: Service) -> str:
    """One text for the service's labels: one that is set after the plan may protect its tags."""
    return json.dumps(sorted(service.labels.items()))


def is_settled(tag: TrafficTag) -> bool:
    """Whether its revision was seen, and the traffic that is asked for is the traffic that there is."""
    observed = any(entry.tag == tag.name.short for entry in tag.service.traffic)
    return observed and tag.revision is not None and {entry.revision for entry in tag.entries} == {tag.target}


def traffic_tag_since(tag: TrafficTag) -> datetime | None:
    """What `older_than` counts from: the creation of its revision."""
    return tag.create_time


def traffic_tag_times(tag: TrafficTag) -> list[datetime | None]:
    """The times from which the floor of one hour counts (R43): its service's and its revision's. A tag that was
    set or moved updates the service."""
    own = revision_times(tag.revision) if tag.revision else ()
    return [tag.service.create_time, tag.service.update_time, *own]
