"""Links to resources in the Google Cloud console."""

from urllib.parse import quote, unquote

from janitor.model.kinds import Kind

_CONSOLE = "https://console.cloud.google.com"


def console_url(kind: str, name: str) -> str | None:
    """The console's page of a resource, or of the nearest resource around it that has one.

    None for a name of another shape and for a kind of a later version. The addresses are not documented:
    they are those that the console shows (2026-11).
    """
    parts = name.split("/")
    if len(parts) < 6 or (parts[0], parts[2]) != ("projects", "locations") or not all(parts):
        return None
    project, location, _, ident, *inside = (_quoted(part) for part in (parts[1], *parts[3:]))
    match kind:
        case Kind.SERVICE:
            path = f"run/detail/{location}/{ident}/metrics"
        case Kind.REVISION | Kind.TRAFFIC_TAG:
            path = f"run/detail/{location}/{ident}/revisions"
        case Kind.JOB | Kind.EXECUTION:
            path = f"run/jobs/details/{location}/{ident}/executions"
        case Kind.WORKER_POOL:
            path = "run/worker-pools"
        case Kind.IMAGE | Kind.TAG | Kind.PACKAGE if len(inside) > 1:
            path = f"artifacts/docker/{project}/{location}/{ident}/{inside[1]}"
        case Kind.REPOSITORY | Kind.VERSION:
            path = "artifacts"
        case _:
            return None
    return f"{_CONSOLE}/{path}?project={project}"


def repository_url(name: str, artifact_format: str) -> str | None:
    """The console's page of a repository, whose address holds its format."""
    listed = console_url(Kind.REPOSITORY, name)
    if listed is None or not artifact_format.isalpha() or not artifact_format.isascii():
        return listed
    _, project, _, location, _, ident = (_quoted(part) for part in name.split("/")[:6])
    return f"{_CONSOLE}/artifacts/{artifact_format.lower()}/{project}/{location}/{ident}?project={project}"


def _quoted(part: str) -> str:
    """A part of Google's name, in which `/` is `%2F` already, as a part of a path."""
    return quote(unquote(part), safe="")
