"""Reading again what lies in packages: is what the plan rests on still true? (R21)"""

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.version import state_of
from janitor.plan.values import Action


async def version_still(reader: Reader, action: Action) -> Outcome | None:
    """None: the version is as it was read, and has no tag. Raises CallError."""
    version = await reader.version(action.name)
    if version is None:
        return GONE
    if version.tags:
        return drifted(f"it now has the tag {', '.join(sorted(version.tags))}")
    return drifted("it was updated since the plan") if state_of(version) != action.content else None
