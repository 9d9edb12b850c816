"""artifact.tag: a tag that is taken off; its version stays."""

from urllib.parse import quote

from janitor.model.resources import Package

IS = "a tag of any format: it is taken off, and its version stays"
AGES_FROM = "nothing: a tag has no age, and `older_than` is refused"
READ_PERMISSIONS = ("artifactregistry.tags.list", "artifactregistry.dockerimages.list")
DELETE_PERMISSIONS = ("artifactregistry.tags.get", "artifactregistry.tags.delete")


def tag_name(package: Package, tag: str) -> str:
    """Google's name of a tag of another format than docker (tag.proto: other characters URL-encoded)."""
    return f"{package.name}/tags/{quote(tag, safe='-._~:@')}"
