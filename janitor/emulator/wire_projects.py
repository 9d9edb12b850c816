"""Resource Manager v3 over gRPC: SearchProjects, GetProject, ListFolders (google/cloud/resourcemanager/v3)."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from google.cloud import resourcemanager_v3 as rm

from janitor.emulator import paging
from janitor.emulator.errors import denied, invalid
from janitor.emulator.hierarchy import STATES
from janitor.emulator.method import Method
from janitor.emulator.repository import stamp
from janitor.emulator.state import Project, World

_PACKAGE = "google.cloud.resourcemanager.v3"
_ProjectMessage: Any = rm.Project.pb()
_Folder: Any = rm.Folder.pb()
_SearchResponse: Any = rm.SearchProjectsResponse.pb()
_FoldersResponse: Any = rm.ListFoldersResponse.pb()
_FOLDER_ACTIVE = 1
# Fields of a query (projects.proto, SearchProjectsRequest.query).
_FIELDS: dict[str, Callable[[str, Project], str]] = {
    "name": lambda name, _: name,
    "displayname": lambda name, _: name,
    "id": lambda name, _: name,
    "projectid": lambda name, _: name,
    "parent": lambda _, project: project.parent,
    "parent.type": lambda _, project: project.parent.partition("s/")[0],
    "parent.id": lambda _, project: project.parent.partition("/")[2],
    "state": lambda _, project: project.state,
    "lifecyclestate": lambda _, project: project.state,
}


def methods() -> list[Method]:
    """The three RPCs that are served."""
    search, get = rm.SearchProjectsRequest.pb(), rm.GetProjectRequest.pb()
    folders = rm.ListFoldersRequest.pb()
    return [
        Method(f"{_PACKAGE}.Projects", "SearchProjects", search, _SearchResponse, _search),
        Method(f"{_PACKAGE}.Projects", "GetProject", get, _ProjectMessage, _get),
        Method(f"{_PACKAGE}.Folders", "ListFolders", folders, _FoldersResponse, _list_folders),
    ]


def _search(world: World, request: Any) -> Any:
    """Projects "that the caller has resourcemanager.projects.get permission to": hidden ones are missing silently.

    Without a query projects that are marked for deletion are listed too (not verified).
    """
    terms = [_term(text) for text in request.query.split()]
    found = {
        (name,): project
        for name, project in world.projects.items()
        if not project.hidden and (not terms or any(_matches(term, name, project) for term in terms))
    }
    keys = sorted(found)
    cut = paging.cut(keys, request, paging.PROJECTS_MAX)
    response = _SearchResponse(next_page_token=cut.next_token)
    for key in keys[cut.start : cut.end]:
        _fill(response.projects.add(), key[0], found[key])
    return response


def _term(text: str) -> tuple[str, str]:
    """ "Search expressions are case insensitive" (projects.proto)."""
    field, colon, pattern = text.lower().partition(":")
    if not colon or field not in _FIELDS:
        raise invalid(f"query: {text!r} is not understood")
    return field, pattern


def _matches(term: tuple[str, str], name: str, project: Project) -> bool:
    """One term: "it will return results that match any of the fields" (projects.proto)."""
    field, pattern = term
    return fnmatchcase(_FIELDS[field](name, project).lower(), pattern)


def _get(world: World, request: Any) -> Any:
    """By number or by id. A project that the caller may not see answers as one that does not exist."""
    named = request.name.removeprefix("projects/")
    for name, project in world.projects.items():
        if named in (name, project.number) and not project.hidden:
            message = _ProjectMessage()
            _fill(message, name, project)
            return message
    raise denied(f"The caller does not have permission on resource {request.name} (or it may not exist).")


def _list_folders(world: World, request: Any) -> Any:
    """ "Only children of this parent resource are listed" (folders.proto)."""
    if not world.hierarchy.knows(request.parent):
        raise denied(f"The caller does not have permission on {request.parent} (or it may not exist).")
    found = {(each.name,): each for each in world.hierarchy.folders.values() if each.parent == request.parent}
    keys = sorted(found)
    cut = paging.cut(keys, request, paging.PROJECTS_MAX)
    response = _FoldersResponse(next_page_token=cut.next_token)
    for key in keys[cut.start : cut.end]:
        folder = found[key]
        message = response.folders.add(
            name=folder.name, parent=folder.parent, display_name=folder.display_name, state=_FOLDER_ACTIVE
        )
        stamp(message.update_time, folder.updated)
    return response


def _fill(message: Any, name: str, project: Project) -> None:
    message.name, message.project_id, message.display_name = f"projects/{project.number}", name, name
    message.parent = project.parent
    message.state = STATES.index(project.state) + 1
    stamp(message.create_time, project.created)
    stamp(message.update_time, project.updated)
