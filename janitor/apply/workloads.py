"""Workloads read again: whether one of Cloud Run still exists, and is as the plan has it (R21)."""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.table import HOLDER_KINDS, KINDS, PART_KINDS
from janitor.model.kinds import Kind
from janitor.plan.plan import Action


async def workload_exists(kind: Kind, reader: Reader, name: str, uid: str) -> bool:
    """Whether it exists. Another resource of its name, with another uid, means that it was deleted."""
    found = await reader.workload(kind, name)
    return found is not None and uid in ("", found.uid)


async def workload_still(reader: Reader, action: Action) -> Outcome | None:
    """None: it is as it was read, and what it belongs to needs it as little (R21). Raises CallError."""
    found = await reader.workload(action.kind, action.name)
    if found is None:
        return GONE
    if found.uid != action.uid:
        return drifted("another of the same name stands in its place")
    if found.etag != action.etag:
        return drifted("it changed since the plan (etag)")
    of_kind, parent = HOLDER_KINDS.get(action.kind) or PART_KINDS[action.kind], KINDS[action.kind].parent
    if why := of_kind.changed(found, action.content):
        return drifted(why)
    if parent is None:
        return None
    holder = await reader.workload(parent, str(found.name.parent))
    if holder is None:
        return GONE
    why = PART_KINDS[action.kind].needed(found, holder)
    return drifted(why) if why else None
