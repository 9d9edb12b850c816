"""Tags that a revision inherits from its owner become digests, as at a real deploy.

"If you deploy from a container image tag, it will be resolved to a digest"
(artifact-registry/docs/integrate-cloud-run); the owner keeps what was written. A tag that no image
has is not changed: such a revision never became ready.
"""

import re

from janitor.emulator.run_kinds import RUN_KINDS
from janitor.emulator.state import World

_REFERENCE = re.compile(
    r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)/"
    r"(?P<package>[^:@]+)(:(?P<tag>[^:@]+))?"
)


def resolve_inherited(world: World) -> None:
    """Resolves every container image of a revision that is its owner's too."""
    owners = {
        name: owner
        for kind in RUN_KINDS.values()
        if kind.holds == "revisions"
        for name, owner in world.run[kind.name].items()
    }
    for name, revision in world.run["revisions"].items():
        owner = owners[name.rpartition("/revisions/")[0]]
        inherited = {container.image for container in owner.template.containers}
        for container in revision.containers:
            if container.image in inherited:
                container.image = _resolved(world, container.image)


def _resolved(world: World, image: str) -> str:
    """`image` by its digest; as it stands where it has one, or where no such tag exists."""
    found = _REFERENCE.fullmatch(image)
    if not found:
        return image
    name = f"projects/{found['project']}/locations/{found['location']}/repositories/{found['repository']}"
    repository = world.repositories.get(name)
    held = repository.tags.get((found["package"], found["tag"] or "latest")) if repository else None
    return f"{image.removesuffix(':' + (found['tag'] or ''))}@{held}" if held else image
