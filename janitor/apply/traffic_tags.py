"""Traffic tags read again: whether a tag of a service still exists and is as the plan has it (R50)."""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.table import KINDS
from janitor.kinds.traffic_tag import carries_traffic, labels_state
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.model.resources import Service
from janitor.plan.plan import Action


async def service_of(reader: Reader, name: str) -> Service | None:
    """The service that has the tag of this name, as it is now. Raises CallError."""
    found = await reader.workload(Kind.SERVICE, KINDS[Kind.TRAFFIC_TAG].parent_name(name))
    return found if isinstance(found, Service) else None


async def traffic_tag_exists(reader: Reader, name: str, uid: str) -> bool:
    """Whether the service still has it, as requested or as observed. Raises CallError."""
    service = await service_of(reader, name)
    if service is None or uid not in ("", service.uid):
        return False
    return any(entry.tag == tag_of(name) for entry in (*service.requested, *service.traffic))


async def traffic_tag_still(reader: Reader, action: Action) -> Outcome | None:
    """None: it is as planned. Raises CallError."""
    return traffic_tag_outcome(await service_of(reader, action.name), action)


def traffic_tag_outcome(service: Service | None, action: Action) -> Outcome | None:
    """None where the service has the tag as the plan has it: for the same revision, with no share of the traffic,
    not for the latest revision, with the service's labels, and while nobody deploys the service. The action's
    `etag` is the revision, its `content` the labels."""
    tag = tag_of(action.name)
    if service is None or not any(entry.tag == tag for entry in service.requested):
        return GONE
    if service.uid != action.uid:
        return drifted("another service of the same name stands in its place")
    if service.reconciling:
        return drifted("its service is being deployed")
    if labels_state(service) != action.content:
        return drifted("the labels of its service changed since the plan")
    entries = [entry for entry in (*service.requested, *service.traffic) if entry.tag == tag]
    if carries_traffic(entries):
        return drifted("it now has a share of the traffic, or follows the latest revision")
    moved = {entry.revision for entry in entries} - {action.etag}
    return drifted(f"it now names {min(moved)}") if moved else None


def tag_of(name: str) -> str:
    """The tag itself, from its name."""
    return ResourceName.parse(name).short
