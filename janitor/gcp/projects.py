"""Projects of an organization or of folders, by Resource Manager and by Cloud Asset Inventory (R52)."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from google.cloud.asset_v1 import (
    AssetServiceAsyncClient,
    SearchAllResourcesRequest,
    SearchAllResourcesResponse,
)
from google.cloud.resourcemanager_v3 import (
    FoldersAsyncClient,
    ListFoldersRequest,
    ListFoldersResponse,
    ProjectsAsyncClient,
    SearchProjectsRequest,
    SearchProjectsResponse,
)
from google.protobuf.field_mask_pb2 import FieldMask  # type: ignore[attr-defined]

from janitor.errors import ObservationError
from janitor.gcp.channels import Clients
from janitor.gcp.failures import ASSET_API, READ_FAILURES, cause
from janitor.gcp.limits import Lanes
from janitor.gcp.paging import BadReplyError, pages
from janitor.gcp.run_values import readable_time
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.projects import FoundProjects, ListedProject

PROJECTS_API = "cloudresourcemanager.googleapis.com"
_PROJECT_TYPE = "cloudresourcemanager.googleapis.com/Project"
# Larger values are cut to this (asset_service.proto). Resource Manager documents no largest page.
_ASSETS_A_PAGE = 500
_PROJECTS_A_PAGE = 500
_ID = re.compile(r"[a-z0-9][a-z0-9.:-]{0,99}", re.ASCII)
_SHOWN = 40
_SETTLED = timedelta(days=1)
_ACTIVE = 1  # Project.State.ACTIVE; a folder's is the same
_DELETED = frozenset({"DELETE_REQUESTED", "DELETE_IN_PROGRESS"})
_MASK = FieldMask(paths=["name", "project", "state", "additional_attributes"])


@dataclass(frozen=True, slots=True)
class ProjectFinder:
    """Finds the active projects below an organization or folders (`roots`, resource names)."""

    clients: Clients
    lanes: Lanes = field(default_factory=Lanes)

    async def find(self, roots: Sequence[str], now: datetime) -> FoundProjects:
        """All of them. ObservationError where Resource Manager cannot be asked: then no project is known. Where the
        inventory cannot, this is a gap: a project that Resource Manager does not show may use any image.

        SearchProjects returns what the caller may see, and says nothing of the rest; it "will return results that match
        any of the fields" of a query (projects.proto). So all are asked for, and chosen here by their parents.
        """
        seen, folders, listed = await _all(
            self._seen(roots), self._folders(roots, now), self._by_inventory(roots)
        )
        active = [each for each in seen if each.state == _ACTIVE]
        below = {each.listed for each in active if each.parent in folders}
        elsewhere = {each.listed for each in active if each.parent not in folders}
        known = {each.listed.number for each in seen}
        inventory, gaps = listed
        numbers = {each.number for each in inventory}
        return FoundProjects(
            tuple(roots),
            tuple(sorted(below)),
            tuple(sorted({each for each in inventory if each.number not in known})),
            tuple(sorted(each for each in elsewhere if each.number in numbers)),
            tuple(sorted(gaps)),
            {each.listed.id: each.created for each in active if each.created},
            frozenset(each.id for each in below if each.number in numbers),
            frozenset(
                each.listed.id
                for each in active
                if folders.get(each.parent) and each.listed.number in numbers and _is_old(each.updated, now)
            ),
        )

    async def _seen(self, roots: Sequence[str]) -> list["_SeenProject"]:
        """Every project that the caller may see, of any state and anywhere."""
        request = SearchProjectsRequest(page_size=_PROJECTS_A_PAGE)
        method = self.clients.client(ProjectsAsyncClient, PROJECTS_API).search_projects
        return await self._asked(roots, method, request, SearchProjectsResponse, _seen_projects)

    async def _folders(self, roots: Sequence[str], now: datetime) -> dict[str, bool]:
        """The roots and every folder below them; of each whether nothing between it and the root was changed for a day."""
        found = dict.fromkeys(roots, True)
        waiting = list(roots)
        while waiting:
            parts = await _all(*(self._folders_in(each) for each in waiting))
            new = {
                name: found[parent] and _is_old(updated, now)
                for parent, part in zip(waiting, parts, strict=True)
                for name, updated in part
                if name not in found
            }
            found.update(new)
            waiting = list(new)
        return found

    async def _folders_in(self, parent: str) -> list[tuple[str, datetime | None]]:
        """Their names, each with when it was changed."""
        request = ListFoldersRequest(parent=parent)
        method = self.clients.client(FoldersAsyncClient, PROJECTS_API).list_folders
        return await self._asked((parent,), method, request, ListFoldersResponse, _seen_folders)

    async def _asked(
        self,
        where: Sequence[str],
        method: Any,
        request: Any,
        response: Any,
        of_page: Callable[[Any], Iterable[Any]],
    ) -> list[Any]:
        try:
            async with self.lanes.turn(PROJECTS_API, "-", "-"):
                return [each async for page in pages(method, request, response) for each in of_page(page)]
        except READ_FAILURES as error:
            raise ObservationError(
                f"the projects of {', '.join(where)} could not be listed: {cause(error)}. Enable"
                f" {PROJECTS_API} and grant roles/browser and roles/resourcemanager.folderViewer there"
            ) from error

    async def _by_inventory(self, roots: Sequence[str]) -> tuple[list[ListedProject], list[Gap]]:
        """The active projects that the inventory lists, and the roots of which it cannot be asked."""
        parts = await asyncio.gather(*(self._by_inventory_in(each) for each in roots))
        return [each for found, _ in parts for each in found], [gap for _, gaps in parts for gap in gaps]

    async def _by_inventory_in(self, root: str) -> tuple[list[ListedProject], list[Gap]]:
        request = SearchAllResourcesRequest(
            scope=root, asset_types=[_PROJECT_TYPE], page_size=_ASSETS_A_PAGE, read_mask=_MASK
        )
        method = self.clients.client(AssetServiceAsyncClient, ASSET_API).search_all_resources
        try:
            async with self.lanes.turn(ASSET_API, root, "-"):
                return [
                    _listed_project(each)
                    async for page in pages(method, request, SearchAllResourcesResponse)
                    for each in page.results
                    if each.state not in _DELETED
                ], []
        except READ_FAILURES as error:
            why = (
                f"whether Resource Manager shows all projects cannot be checked with Cloud Asset Inventory"
                f" ({cause(error)}): enable {ASSET_API} and grant roles/cloudasset.viewer there"
            )
            return [], [Gap(root, "-", Kind.PROJECT, why)]


async def _all(*reads: Coroutine[Any, Any, Any]) -> list[Any]:
    """The results of all reads; the error of the first that failed once all have ended, as the channels are closed
    then."""
    results = await asyncio.gather(*reads, return_exceptions=True)
    for each in results:
        if isinstance(each, BaseException):
            raise each
    return results


@dataclass(frozen=True, slots=True)
class _SeenProject:
    """A project as Resource Manager shows it."""

    listed: ListedProject
    parent: str
    state: int
    created: datetime | None
    updated: datetime | None


def _is_old(updated: datetime | None, now: datetime) -> bool:
    """Whether it was not changed for a day; of an unknown time it was."""
    return updated is not None and now - updated > _SETTLED


def _seen_projects(page: Any) -> list[_SeenProject]:
    return [
        _SeenProject(
            _listed(each.project_id, each.name.rpartition("/")[2]),
            each.parent,
            each.state,
            readable_time(each.create_time),
            readable_time(each.update_time),
        )
        for each in page.projects
    ]


def _seen_folders(page: Any) -> list[tuple[str, datetime | None]]:
    return [(each.name, readable_time(each.update_time)) for each in page.folders]


def _listed_project(asset: Any) -> ListedProject:
    """The number is in `project` (assets.proto: ``projects/{PROJECT_NUMBER}``). Names of projects end with the id or
    the number, and the id is a searchable attribute (the page "Asset types" of Cloud Asset Inventory)."""
    number = asset.project.rpartition("/")[2]
    attributes = asset.additional_attributes.fields
    said = attributes["projectId"].string_value if "projectId" in attributes else ""
    return _listed(said or asset.name.rpartition("/")[2], number)


def _listed(id_: str, number: str) -> ListedProject:
    """BadReplyError for what is no project: its id becomes part of names that are sent and shown."""
    if not _ID.fullmatch(id_) or not number.isdecimal():
        raise BadReplyError(
            f"a project is listed with the id {id_[:_SHOWN]!r} and the number {number[:_SHOWN]!r}"
        )
    return ListedProject(id_, number)
