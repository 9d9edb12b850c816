"""artifact.tag: a tag that is taken off; its version stays."""

from urllib.parse import quote

from janitor.kinds.spec import KindSpec
from janitor.model.kinds import Kind
from janitor.model.resources import Package

SPEC = KindSpec(
    kind=Kind.TAG,
    collection="tags",
    description="a tag of any format: it is removed, and its version is kept",
    ages_from="nothing: a tag has no age, and `older_than` is refused",
    read_permissions=("artifactregistry.tags.list", "artifactregistry.dockerimages.list"),
    delete_permissions=("artifactregistry.tags.get", "artifactregistry.tags.delete"),
    delete_role="roles/artifactregistry.repoAdmin",
    parent=Kind.PACKAGE,
    listed_by=Kind.REPOSITORY,
    free="its version is kept, so nothing is saved",
    named_by=("repository",),
)


def tag_name(package: Package, tag: str) -> str:
    """Google's name of a tag of another format than docker (tag.proto: other characters URL-encoded)."""
    return f"{package.name}/tags/{quote(tag, safe='-._~:@')}"
