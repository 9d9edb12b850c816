"""run.tag: a traffic tag of a service, whether it can be removed, and what removing it needs (R50)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from janitor.kinds.managers import managers_of_deployed
from janitor.kinds.revision import Revision, revision_times
from janitor.kinds.service import Service
from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.kinds.workload import Guards, PartKind, PlannedPart, ReadInHolder, Seen, Told
from janitor.model.inventory import Workloads
from janitor.model.kinds import Kind, Status
from janitor.model.names import ResourceName
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.model.resources import Traffic

SPEC = KindSpec(
    kind=Kind.TRAFFIC_TAG,
    collection="tags",
    rank=2,
    description="a traffic tag of a service: its URL is removed, and its revision is kept",
    ages_from="the creation of the revision that it names",
    read_permissions=("run.services.get", "run.services.list", "run.revisions.list"),
    delete_permissions=("run.services.update",),
    delete_role="roles/run.developer",
    console="run/detail/{location}/{name}/revisions",
    parent=Kind.SERVICE,
    listed_by=Kind.SERVICE,
    batch=1000,  # all of one service in one UpdateService (R50)
    free="a traffic tag costs nothing; its revision is kept",
    noun="traffic tag",
    labelled_by=Kind.SERVICE,
    stands_for=Kind.REVISION,
    is_tag=True,
    ways_out={
        KeepReason.HAS_TRAFFIC: "its entry of the traffic has 0 percent, and names a revision instead of the latest one",
    },
    policies=InPolicies(
        says={
            "name": "The traffic tag itself, as `tag`: a glob, or a list of globs.",
            "service": "The service that has the tag: a glob, or a list of globs.",
            "labels": "All of these labels of the tag's service; a value is a glob.",
        },
        instead={
            Topic.UNUSED: "write `older_than: 14d`, which counts from the creation of its revision",
            Topic.TAG: "write `tag: PATTERN`",
        },
        named_by=("service",),
    ),
)


@dataclass(frozen=True, slots=True)
class TrafficTag:
    """A traffic tag of a service: a separate URL for one revision. Google has no name for it: `name` is the
    service's with ``tags/TAG``. `entries` are all of the service's traffic that bear it, as requested and as
    observed. `target` is the revision that they name, by its short name, and `revision` that one if it was seen."""

    name: ResourceName
    service: Service
    entries: tuple[Traffic, ...]
    target: str
    revision: Revision | None

    @property
    def uid(self) -> str:
        """Its service's: a service of the same name that is created later has other tags."""
        return self.service.uid

    @property
    def etag(self) -> str:
        """The state that changes when the tag is moved: the revision that it names."""
        return self.target

    @property
    def create_time(self) -> datetime | None:
        """When its revision was created: Google does not say when a tag was set."""
        return self.revision.create_time if self.revision else None

    @property
    def labels(self) -> Mapping[str, str]:
        """Its service's: a tag has none."""
        return self.service.labels

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its service's."""
        return self.service.annotations

    @property
    def creator(self) -> str:
        """Who deployed its service."""
        return self.service.creator


def traffic_tags(service: Service, revisions: Iterable[Revision]) -> list[TrafficTag]:
    """Every tag that the service's traffic is asked to have, by name. `revisions` are all of the service."""
    known = {each.name.short: each for each in revisions}
    found = []
    for tag in sorted(set(_asked(service))):
        entries = tuple(each for each in (*service.requested, *service.traffic) if each.tag == tag)
        target = next(each.revision for each in service.requested if each.tag == tag)
        found.append(TrafficTag(tag_name(service.name, tag), service, entries, target, known.get(target)))
    return found


def all_traffic_tags(workloads: Workloads) -> Iterator[TrafficTag]:
    """The tags of every service."""
    held: dict[ResourceName, list[Revision]] = {}
    for revision in workloads.of(Kind.REVISION):
        held.setdefault(revision.name.parent, []).append(revision)
    for service in workloads.of(Kind.SERVICE):
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


def _seen(tag: TrafficTag, _service: Service | None) -> Seen:
    managers, times = managers_of_deployed(tag.service), traffic_tag_times(tag)
    return Seen(Status.ACTIVE, traffic_tag_since(tag), managers, times)


def _guards(service: Service, _tags: Sequence[TrafficTag]) -> Callable[[TrafficTag], Guards]:
    return lambda tag: {
        KeepReason.MULTI_REGION: service.multi_region,
        KeepReason.RECONCILING: service.reconciling,
        KeepReason.HAS_TRAFFIC: carries_traffic(tag.entries),
        KeepReason.STATUS_UNKNOWN: not is_settled(tag),
    }


def _told(tag: TrafficTag, _: DeleteReason) -> Told:
    return Told(more=f"for revision {tag.target}", content=labels_state(tag.service))


def _has(service: Service, tag: str) -> bool:
    """As requested or as observed."""
    return any(entry.tag == tag for entry in (*service.requested, *service.traffic))


def _asked(service: Service) -> list[str]:
    return [entry.tag for entry in service.requested if entry.tag]


def _changed(service: Service, planned: PlannedPart) -> str:
    """It must be for the same revision, with no share of the traffic, not for the latest revision, with the service's
    labels, and nobody may deploy the service. The plan has the revision as its etag, the labels as its content."""
    if service.uid != planned.uid:
        return "another service of the same name stands in its place"
    if service.reconciling:
        return "its service is being deployed"
    if labels_state(service) != planned.content:
        return "the labels of its service changed since the plan"
    tag = ResourceName.parse(planned.name).short
    entries = [entry for entry in (*service.requested, *service.traffic) if entry.tag == tag]
    if carries_traffic(entries):
        return "it now has a share of the traffic, or follows the latest revision"
    moved = {entry.revision for entry in entries} - {planned.etag}
    return f"it now names {min(moved)}" if moved else ""


TRAFFIC_TAG: PartKind[TrafficTag, Service] = PartKind(
    seen=_seen,
    guards=_guards,
    told=_told,
    stands_for=lambda tag: tag.revision,
    read_in_holder=ReadInHolder(all_traffic_tags, _has, _asked, _changed),
)
