"""What Cloud Asset Inventory refuses, each rule with its source."""

from typing import Any

import grpc
from google.rpc import error_details_pb2

from janitor.emulator.errors import RefusedCall, denied
from janitor.emulator.state import World

_API = "cloudasset.googleapis.com"


def projects_in(world: World, scope: str) -> set[str]:
    """Ids of the projects in a scope: `projects/ID`, `projects/NUMBER`, `folders/NUMBER`, `organizations/NUMBER`.

    An unknown scope answers as one that the caller may not search: the code is that of any missing permission.
    """
    if scope.startswith("projects/"):
        named = scope.removeprefix("projects/")
        found = {name for name, project in world.projects.items() if named in (name, project.number)}
    else:
        found = {
            name
            for name, project in world.projects.items()
            if scope in world.hierarchy.ancestors(project.parent)
        }
    if not found and not world.hierarchy.knows(scope):
        raise denied(
            f"Permission denied on resource {scope} (or it may not exist).", "IAM_PERMISSION_DENIED", _API
        )
    return found


def check_enabled(world: World, scope: str) -> None:
    """Whether the API is enabled in the project that a call counts for.

    That is the caller's project or the quota project, which the emulator does not know: it takes the project of the
    scope, and for a folder or an organization any project that has the API. The text is as seen in real replies.
    """
    projects = sorted(projects_in(world, scope))
    if scope.startswith("projects/"):
        enabled = any(world.projects[name].cloud_asset for name in projects)
    else:
        projects = projects or sorted(world.projects)
        enabled = any(project.cloud_asset for project in world.projects.values())
    if not enabled:
        raise _disabled(world.projects[projects[0]].number if projects else "0")


def check_supported(request: Any, fields: tuple[str, ...]) -> None:
    """Fields that are not emulated are refused, rather than ignored."""
    for field in fields:
        given = getattr(request, field)
        if given.ByteSize() if hasattr(given, "ByteSize") else given:
            raise RefusedCall(grpc.StatusCode.UNIMPLEMENTED, f"{field} is not emulated")


def _disabled(number: str) -> RefusedCall:
    title = "Cloud Asset API"
    url = f"https://console.developers.google.com/apis/api/{_API}/overview?project={number}"
    info = error_details_pb2.ErrorInfo(
        reason="SERVICE_DISABLED",
        domain="googleapis.com",
        metadata={
            "service": _API,
            "serviceTitle": title,
            "consumer": f"projects/{number}",
            "containerInfo": number,
            "activationUrl": url,
        },
    )
    text = (
        f"{title} has not been used in project {number} before or it is disabled. Enable it by visiting {url} then"
        " retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and"
        " retry."
    )
    link = error_details_pb2.Help.Link(description="Google developers console API activation", url=url)
    return RefusedCall(grpc.StatusCode.PERMISSION_DENIED, text, info, error_details_pb2.Help(links=[link]))
