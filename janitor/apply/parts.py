"""Parts read again for which Google has no call, such as traffic tags: in what holds them (R50)."""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.table import KINDS, READ_IN_HOLDER
from janitor.kinds.workload import PlannedPart, RunResource
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.plan.plan import Action


async def holder_of(reader: Reader, kind: Kind, name: str) -> RunResource | None:
    """What holds the part of this name, as it is now. Raises CallError."""
    spec = KINDS[kind]
    return await reader.workload(spec.parent, spec.parent_name(name)) if spec.parent else None


async def part_exists(kind: Kind, reader: Reader, name: str, uid: str) -> bool:
    """Whether its holder still has it, which has this uid where one is given. Raises CallError."""
    holder = await holder_of(reader, kind, name)
    if holder is None or uid not in ("", holder.uid):
        return False
    return READ_IN_HOLDER[kind].has(holder, short_name(name))


async def part_still(reader: Reader, action: Action) -> Outcome | None:
    """None: it is as planned. Raises CallError."""
    return part_outcome(await holder_of(reader, action.kind, action.name), action)


def part_outcome(holder: RunResource | None, action: Action) -> Outcome | None:
    """None where its holder has it as the plan has it."""
    read = READ_IN_HOLDER[action.kind]
    if holder is None or short_name(action.name) not in read.asked(holder):
        return GONE
    why = read.changed(holder, PlannedPart(action.name, action.uid, action.etag, action.content))
    return drifted(why) if why else None


def short_name(name: str) -> str:
    """The part itself, from its name."""
    return ResourceName.parse(name).short
