"""artifact.tag: a tag that is removed; its version is kept."""

from urllib.parse import quote

from janitor.kinds.spec import InPolicies, KindSpec, Topic
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.model.resources import Package

SPEC = KindSpec(
    kind=Kind.TAG,
    collection="tags",
    rank=7,
    description="a tag of any format: it is removed, and its version is kept",
    ages_from="nothing: a tag has no age, and `older_than` is refused",
    read_permissions=("artifactregistry.tags.list", "artifactregistry.dockerimages.list"),
    delete_permissions=("artifactregistry.tags.get", "artifactregistry.tags.delete"),
    delete_role="roles/artifactregistry.repoAdmin",
    console="artifacts/docker/{project}/{location}/{name}/{package}",
    parent=Kind.PACKAGE,
    listed_by=Kind.REPOSITORY,
    free="its version is kept, so nothing is saved",
    labelled_by=Kind.REPOSITORY,
    is_tag=True,
    ways_out={KeepReason.CHILD_OF_KEPT: "impossible: this tag links a signature to its image"},
    policies=InPolicies(
        says={
            "name": "The package of the tag, such as team/app: a glob, or a list of globs.",
            "labels": "All of these labels of the tag's repository; a value is a glob.",
            "managed_by": "The tool that created its repository, by the repository's labels or name.",
            "older_than": "Not available: a tag has no age.",
            "tags": "The tag itself: a glob, or a list of globs.",
            "tags_regex": "This regular expression (RE2) matches in the tag itself, such as '^pr-[0-9]+$'.",
            "tags_semver": "The tag itself is a version in this range, such as '>=1.0 <2'.",
        },
        instead={
            Topic.UNUSED: "who uses it is not known, and a tag has no age: write `tags: PATTERN`",
            Topic.AGE: "a tag has no age: write `tags: PATTERN`",
            Topic.TAG: "write `tags: PATTERN`",
            Topic.VERSION: "write `tags_semver: '<2'`, or `tags: 1.*`",
            Topic.SIZE: "a tag has no size",
        },
        named_by=("repository",),
        fields={
            "kind": "artifact.tag",
            "name": "app",
            "repository": "images",
            "format": "docker",
            "project": "my-project",
            "location": "europe-west1",
            "labels": {},
            "version": "sha256:0",
            "tag": "pr-12",
            "managed_by": ["terraform"],
        },
    ),
)


def tag_name(package: Package, tag: str) -> str:
    """Google's name of a tag of another format than docker (tag.proto: other characters URL-encoded)."""
    return f"{package.name}/tags/{quote(tag, safe='-._~:@')}"
