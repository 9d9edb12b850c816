"""artifact.image: a docker image (a version), its age, its state and its subjects."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from janitor.kinds.spec import InPolicies, Keeps, KindSpec, Topic
from janitor.model.kinds import Kind
from janitor.model.resources import Image

SPEC = KindSpec(
    kind=Kind.IMAGE,
    collection="versions",
    rank=6,
    description="a docker image: one version, by its digest; an index is one",
    ages_from="the later of upload and update (a tag that moves starts it again)",
    read_permissions=(
        "artifactregistry.dockerimages.list",
        "artifactregistry.versions.get",
        "artifactregistry.tags.list",
        "artifactregistry.attachments.list",
    ),
    delete_permissions=("artifactregistry.versions.delete", "artifactregistry.tags.delete"),
    delete_role="roles/artifactregistry.repoAdmin",
    console="artifacts/docker/{project}/{location}/{name}/{package}",
    parent=Kind.PACKAGE,
    grouped=True,
    listed_by=Kind.REPOSITORY,
    batch=50,  # "determined by the service" (version.proto:188-213): the number is not verified
    labelled_by=Kind.REPOSITORY,
    policies=InPolicies(
        keep=Keeps.TAGGED_IMAGES,
        says={
            "name": "Its package, such as app or team/app: a glob, or a list of globs.",
            "labels": "All of these labels of the image's repository; a value is a glob.",
            "managed_by": "The tool that created its repository, by the repository's labels or name.",
        },
        instead={
            Topic.UNUSED: "write `unused: true`, or `unused_for: 7d` for how long",
            Topic.TAG: "write `tags: PATTERN`, where every tag must match, or `any_tag: PATTERN`, where one must",
            Topic.VERSION: "write `tags_semver: '<2'`, or `tags: 1.*`",
            Topic.UNTAGGED: "write `tagged: false`",
        },
        named_by=("repository",),
        fields={
            "kind": "artifact.image",
            "name": "app",
            "repository": "images",
            "project": "my-project",
            "location": "europe-west1",
            "labels": {},
            "digest": "sha256:0",
            "tags": ["v1.2.3", "stable"],
            "size_bytes": 10**9,
            "artifact_type": "",
            "managed_by": ["terraform"],
        },
    ),
)
# cosign's tags and the OCI referrers tag schema both say whom they are about.
_REFERRER_TAG = re.compile(r"sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?")


def image_since(image: Image) -> float | None:
    """What `older_than` counts from (R7): the later of upload and update; None if upload is unknown."""
    upload, update = image.upload_time, image.update_time
    if upload is None or update is None:
        return upload
    return update if update > upload else upload


def image_times(image: Image) -> tuple[float | None, ...]:
    """The times from which the floor of one hour counts (R43): its upload and its update."""
    return image.upload_time, image.update_time


def stored_sizes(images: Sequence[Image]) -> list[int | None]:
    """What each image of one package stores by itself, so that each byte counts once (R41). An index whose
    children are all known stores nothing by itself; None where the size is not known."""
    present = {image.digest for image in images}
    return [
        0 if image.children and present.issuperset(image.children) else image.size_bytes or None
        for image in images
    ]


def state_of(image: Image) -> str:
    """The state that differs after a change: the tags, because the digest is the name."""
    return " ".join(sorted(image.tags))


def is_referrer_tag(tag: str) -> bool:
    """Whether a tag is of cosign's or OCI's form for referrers."""
    return _REFERRER_TAG.fullmatch(tag) is not None


def subjects_of(image: Image, attached: Mapping[tuple[str, str], tuple[str, ...]]) -> tuple[str, ...]:
    """The digests that an artifact is about (R40), sorted: by its tags, and by the attachments that hold it
    (`attached`: package and digest -> subjects). Empty where nothing says so."""
    found = {f"sha256:{match[1]}" for match in map(_REFERRER_TAG.fullmatch, image.tags) if match}
    return tuple(sorted(found.union(attached.get((image.package, image.digest), ()))))


def contents_fingerprint(images: Iterable[Image]) -> str:
    """One text for all that a repository holds: every digest with its tags, whatever the order."""
    rows = sorted(f"{i.package}@{i.digest} {' '.join(sorted(i.tags))}" for i in images)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
