"""Links to resources in the Google Cloud console."""

from urllib.parse import quote, unquote

from janitor.kinds.table import KINDS

_CONSOLE = "https://console.cloud.google.com"
_PATHS = {kind.value: spec.console for kind, spec in KINDS.items()}
_INSIDE = "{package}"


def console_url(kind: str, name: str) -> str | None:
    """The console's page of a resource, or of the nearest resource around it that has one.

    None for a name of another shape and for a kind of a later version.
    """
    parts = name.split("/")
    path = _PATHS.get(kind)
    if path is None or not _is_resource(parts) or (_INSIDE in path and len(parts) < 8):
        return None
    project, location, ident, package = (
        _quoted(parts[place]) if place < len(parts) else "" for place in (1, 3, 5, 7)
    )
    filled = path.format(project=project, location=location, name=ident, package=package)
    return f"{_CONSOLE}/{filled}?project={project}"


def repository_url(name: str, artifact_format: str) -> str | None:
    """The console's page of a repository, whose address holds its format; that of all of them where the format
    is not one word."""
    parts = name.split("/")
    if not _is_resource(parts):
        return None
    project, location, ident = (_quoted(parts[place]) for place in (1, 3, 5))
    if not artifact_format.isalpha() or not artifact_format.isascii():
        return f"{_CONSOLE}/artifacts?project={project}"
    return f"{_CONSOLE}/artifacts/{artifact_format.lower()}/{project}/{location}/{ident}?project={project}"


def _is_resource(parts: list[str]) -> bool:
    return len(parts) >= 6 and (parts[0], parts[2]) == ("projects", "locations") and all(parts)


def _quoted(part: str) -> str:
    """A part of Google's name, in which `/` is `%2F` already, as a part of a path."""
    return quote(unquote(part), safe="")
