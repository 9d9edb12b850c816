"""The organization in the world file, and what a project says of its place in it."""

from datetime import timedelta

from janitor.emulator.hierarchy import ACTIVE, STATES, Hierarchy, WorldFolder, project_number
from janitor.emulator.reader import Value
from janitor.emulator.state import Project, World
from janitor.emulator.units import epoch

PROJECT_KEYS = ("number", "parent", "state", "hidden", "created", "updated", "cloud_asset")

# Since when a project is there, where the world does not say it.
_LONG_AGO = timedelta(days=400)


def read_organization(world: World, value: Value) -> None:
    """`organization: {id: "123", folders: {"456": {name: shops, parent: folders/789}}}`."""
    fields = value.fields("id", "folders")
    if "id" not in fields:
        value.fail("`id` is missing")
    hierarchy = Hierarchy(f"organizations/{fields['id'].integer()}")
    for number, inner in fields["folders"].entries() if "folders" in fields else ():
        keys = inner.fields("name", "parent", "updated")
        if not number.isdecimal():
            inner.fail("a folder's key is its number")
        parent = keys["parent"].text() if "parent" in keys else hierarchy.organization
        name = keys["name"].text() if "name" in keys else number
        hierarchy.folders[f"folders/{number}"] = WorldFolder(
            f"folders/{number}", parent, name, epoch(world.now, keys.get("updated"), _long_ago(world))
        )
    for folder in hierarchy.folders.values():
        if hierarchy.ancestors(folder.name)[-1] != hierarchy.organization:
            fields["folders"].fail(f"{folder.name} does not lie in {hierarchy.organization}")
    world.hierarchy = hierarchy


def read_place(world: World, name: str, project: Project, fields: dict[str, Value]) -> None:
    """Number, parent, lifecycle state, and whether the caller may see the project in Resource Manager."""
    hierarchy = world.hierarchy
    project.number = fields["number"].text() if "number" in fields else project.number or project_number(name)
    if "parent" in fields:
        project.parent = fields["parent"].text()
        if not hierarchy.knows(project.parent):
            fields["parent"].fail(f"the organization has no {project.parent!r}")
    project.parent = project.parent or hierarchy.organization
    project.state = fields["state"].choice(STATES) if "state" in fields else project.state or ACTIVE
    if "hidden" in fields:
        project.hidden = fields["hidden"].flag()
    if "cloud_asset" in fields:
        project.cloud_asset = fields["cloud_asset"].flag()
    elif "gke" in fields or "assets" in fields:
        project.cloud_asset = True
    project.created = epoch(world.now, fields.get("created"), project.created or _long_ago(world))
    project.updated = epoch(world.now, fields.get("updated"), project.updated or project.created)


def _long_ago(world: World) -> float:
    return (world.now - _LONG_AGO).timestamp()
