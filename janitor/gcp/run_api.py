"""Every workload of one project in one location."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from janitor.gcp.channels import Clients
from janitor.gcp.failures import READ_FAILURES, RUN_API, cause, nothing_there
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import OnRepeated, rows, unheard, unreadable
from janitor.gcp.run_kinds import RUN_CALLS
from janitor.kinds.table import HOLDER_KINDS
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind

# No greatest size is documented for Cloud Run (service.proto, page_size): the server may give less.
_PAGE_SIZE = 500

OnSkipped = Callable[[str, str, Kind, str], None]


@dataclass(frozen=True, slots=True)
class RunLocation:
    """Reads what Cloud Run has in one location of one project.

    What could not be read is a gap, never a shorter list; `on_skipped` hears of what is not there (R4),
    `on_repeated` of what a listing returned more than once (R28).
    """

    clients: Clients
    lanes: Lanes
    project: str
    location: str
    on_skipped: OnSkipped
    on_repeated: OnRepeated = unheard

    async def workloads(self) -> Workloads:
        """All kinds, side by side; unsorted."""
        gaps: list[Gap] = []
        absent: set[Kind] = set()
        held = await asyncio.gather(*(self._list_all(kind, gaps, absent) for kind in RUN_CALLS))
        found: dict[Kind, list[Any]] = {kind: [] for kind in RUN_CALLS}
        for each in held:
            for kind, listed in each.items():
                found[kind] += listed
        for kind in (each for each in RUN_CALLS if each in absent):
            holders = [
                each for above, of in HOLDER_KINDS.items() if of.holds is kind for each in found[above]
            ]
            if holders:
                # no place without them, then: who names which digest was not seen
                gaps.append(self._gap(kind, f"{holders[0].name} exists, but its content cannot be listed"))
        return Workloads({kind: tuple(listed) for kind, listed in found.items()}, gaps=tuple(gaps))

    async def _list_all(self, kind: Kind, gaps: list[Gap], absent: set[Kind]) -> dict[Kind, list[Any]]:
        """All of a kind, and what is listed below each of it."""
        calls = RUN_CALLS[kind]
        found = await self._list(kind, gaps, absent, calls.below)
        if calls.lists_below is None:
            return {kind: found}
        below = (f"/{'/'.join(each.name.path)}" for each in found)
        listed = await asyncio.gather(*(self._list(calls.lists_below, gaps, absent, each) for each in below))
        return {kind: found, calls.lists_below: [part for each in listed for part in each]}

    async def _list(self, kind: Kind, gaps: list[Gap], absent: set[Kind], below: str) -> list[Any]:
        """Each resource of a listing once; nothing, and a gap, where reading ended before its end. A row
        that cannot be read is a gap. `absent` takes the kind where its listing is not there."""
        calls = RUN_CALLS[kind]
        ask = calls.list_request(parent=f"{self._parent}{below}", page_size=_PAGE_SIZE)

        def unreached(page: Any) -> None:
            for place in getattr(page, "unreachable", ()):
                gaps.append(self._gap(kind, f"Google could not reach {place}"))

        try:
            async with self.lanes.turn(RUN_API, self.project, self.location):
                listed = getattr(self.clients.run[kind], f"list_{calls.noun}s")
                found = await rows(listed, ask, calls.list_response, calls.decode, on_page=unreached)
        except READ_FAILURES as error:
            why = nothing_there(error, RUN_API, self.project, self.clients.quota_project)
            if why:
                absent.add(kind)
                self.on_skipped(self.project, self.location, kind, why)
            else:
                gaps.append(self._gap(kind, cause(error)))
            return []
        gaps += [self._gap(kind, cause(unreadable([row]))) for row in found.unreadable]
        if found.repeated:
            self.on_repeated(self.project, self.location, kind, found.repeated)
        return found.values

    @property
    def _parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    def _gap(self, kind: Kind, why: str) -> Gap:
        return Gap(self.project, self.location, kind, why)
