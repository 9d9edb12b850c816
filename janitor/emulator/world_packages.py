"""The packages of a repository of another format than docker, in the world file."""

from janitor.emulator.reader import Value
from janitor.emulator.repository import WorldImage, WorldRepository
from janitor.emulator.state import World
from janitor.emulator.units import epoch, size

_VERSION = ("version", "tags", "size", "created", "updated")


def read_packages(world: World, repository: WorldRepository, value: Value) -> None:
    """`packages: {NAME: {created: …, versions: [{version: 1.0.0, size: 1MB, tags: [latest]}]}}`.

    A package is created with its first version and updated with its last one, where the file does not say.
    """
    for name, inner in value.entries():
        fields = inner.fields("created", "updated", "versions")
        if "versions" in fields and repository.is_docker:
            fields["versions"].fail("versions of a DOCKER repository are its `images`")
        for item in fields["versions"].items() if "versions" in fields else ():
            _version(world, repository, name, item)
        times = [
            each.uploaded for each in repository.images.values() if each.package == name and each.uploaded
        ]
        created = epoch(world.now, fields.get("created"), min(times, default=world.now.timestamp()))
        updated = fields.get("created") if "created" in fields else None
        repository.declare(
            name,
            created,
            epoch(world.now, fields.get("updated", updated), max(times, default=world.now.timestamp())),
        )


def _version(world: World, repository: WorldRepository, package: str, value: Value) -> None:
    """`created` defaults to now, `updated` to `created`."""
    fields = value.fields(*_VERSION)
    if "version" not in fields:
        value.fail("`version` is missing")
    version = WorldImage(package, fields["version"].text().replace("/", "%2F"), media_type="")
    if version.key in repository.images:
        value.fail(f"{package} {version.digest} stands here twice")
    version.tags = tuple(fields["tags"].texts()) if "tags" in fields else ()
    for tag in version.tags:
        if (package, tag) in repository.tags:
            fields["tags"].fail(f"the tag {tag} stands on another version of {package} already")
    version.size = size(fields["size"]) if "size" in fields else 0
    version.uploaded = epoch(world.now, fields.get("created"), world.now.timestamp())
    version.updated = epoch(world.now, fields.get("updated"), version.uploaded)
    repository.add(version)
