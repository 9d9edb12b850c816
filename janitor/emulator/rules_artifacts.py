"""What Artifact Registry refuses, each rule with its source."""

from typing import Any

from janitor.emulator.errors import denied, invalid, precondition
from janitor.emulator.naming import part
from janitor.emulator.repository import Version, WorldRepository
from janitor.emulator.state import World

BATCH_MAX = 50  # "determined by the service" (version.proto:188-213); the number is not verified
DOCKER = 1


def check_location(world: World, parent: str) -> None:
    """`locations/-` is not supported (gruntwork cloud-nuke lists the locations first for that)."""
    location = part(parent, "location")
    if not location or location == "-":
        raise invalid(f"parent {parent!r}: the location wildcard is not supported")
    if location not in world.project(parent).artifact_locations:
        raise denied(f"Permission denied on 'locations/{location}' (or it may not exist).")


def check_docker(repository: WorldRepository) -> None:
    if repository.message.format_ != DOCKER:
        raise invalid(f"{repository.name} is no DOCKER repository")


def check_version(repository: WorldRepository, key: Version, force: bool) -> None:
    """Whether the version may go.

    - "By default, a version that is tagged may not be deleted" (version.proto:178-186).
    - A tagged version of a repository with immutable tags not even by force: "prevents all tags from
      being modified, moved or deleted" (repository.proto:461-466; force is not verified).
    - The child of an existing index: FAILED_PRECONDITION "manifest is referenced by parent manifests".
    - A subject of OCI referrers: Docker's GOOGLE_MANIFEST_REFERRING_MANIFEST, the same code here.
    """
    image = repository.images[key]
    if image.tags and immutable(repository):
        raise precondition(f"version {key[1]} has tags, and tags of this repository are immutable")
    if image.tags and not force:
        raise precondition(f"version {key[1]} is tagged: {', '.join(image.tags)}; use force to delete it")
    if repository.holders.get(key):
        raise precondition("manifest is referenced by parent manifests")
    if repository.referrers(key):
        raise precondition(f"GOOGLE_MANIFEST_REFERRING_MANIFEST: manifest {key[1]} is referred to by others")


def check_package(repository: WorldRepository, package: str) -> None:
    """Whether the package may go with all in it.

    - Tags of it that are immutable: "prevents all tags from being modified, moved or deleted"
      (repository.proto:461-466; of a whole package not verified).
    - A version of it that one of another package refers to: as for a single version, not verified.
    """
    if immutable(repository) and any(of == package for of, _ in repository.tags):
        raise precondition(f"package {package} has tags, and tags of this repository are immutable")
    inside = f"{repository.package_name(package)}/versions/"
    for key in [key for key in repository.images if key[0] == package]:
        if any(not name.startswith(inside) for name in repository.referrers(key)):
            raise precondition(
                f"GOOGLE_MANIFEST_REFERRING_MANIFEST: manifest {key[1]} is referred to by others"
            )


def check_tag(repository: WorldRepository) -> None:
    """Deleting or moving one: "prevents all tags from being modified, moved or deleted"."""
    if immutable(repository):
        raise precondition("tags of this repository are immutable: they cannot be modified, moved or deleted")


def check_batch(repository: WorldRepository, request: Any) -> None:
    """At most so many names, all of one package, which is the parent.

    The HTTP binding requires a package as parent (service.proto:284-288) though the comment on the
    field says that it is of the repository.
    """
    if not request.parent.startswith(f"{repository.name}/packages/"):
        raise invalid(f"parent {request.parent!r} must be a package")
    if not request.names:
        raise invalid("names must not be empty")
    if len(request.names) > BATCH_MAX:
        raise invalid(f"at most {BATCH_MAX} versions can be deleted in one batch, not {len(request.names)}")
    for name in request.names:
        if not name.startswith(f"{request.parent}/versions/"):
            raise invalid(f"{name!r} is no version of {request.parent}")


def immutable(repository: WorldRepository) -> bool:
    return bool(repository.message.docker_config.immutable_tags)
