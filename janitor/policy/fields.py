"""The fields of `resource` in an `expr`, by kind, each with a sample of its value."""

from collections.abc import Mapping

from janitor.model.kinds import Kind

Fields = Mapping[str, object]

_ANY: Fields = {
    "kind": "run.service", "name": "web", "project": "my-project", "location": "europe-west1",
    "labels": {}, "managed_by": ["terraform"], "status": "failed",
}  # fmt: skip
_FIELDS: Mapping[str, Fields] = {
    Kind.SERVICE.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.REVISION.value: {**_ANY, "service": "web", "annotations": {}, "creator": "someone@example.com"},
    Kind.JOB.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.EXECUTION.value: {**_ANY, "job": "nightly", "annotations": {}, "creator": "someone@example.com"},
    Kind.WORKER_POOL.value: {**_ANY, "annotations": {}, "creator": "someone@example.com"},
    Kind.REPOSITORY.value: {**{k: v for k, v in _ANY.items() if k != "status"}, "size_bytes": 10**9},
    Kind.PACKAGE.value: {
        "kind": "artifact.package", "name": "left-pad", "repository": "libs", "format": "npm",
        "project": "my-project", "location": "europe-west1", "labels": {}, "versions": 12, "size_bytes": 10**6,
        "managed_by": ["terraform"],
    },
    Kind.TAG.value: {
        "kind": "artifact.tag", "name": "app", "repository": "images", "format": "docker",
        "project": "my-project", "location": "europe-west1", "labels": {}, "version": "sha256:0", "tag": "pr-12",
        "managed_by": ["terraform"],
    },
    Kind.VERSION.value: {
        "kind": "artifact.version", "name": "left-pad", "repository": "libs", "format": "npm",
        "project": "my-project", "location": "europe-west1", "labels": {}, "version": "1.2.3", "tags": ["next"],
        "size_bytes": 10**6, "managed_by": ["terraform"],
    },
    Kind.IMAGE.value: {
        "kind": "artifact.image", "name": "app", "repository": "images", "project": "my-project",
        "location": "europe-west1", "labels": {}, "digest": "sha256:0", "tags": ["v1.2.3", "stable"],
        "size_bytes": 10**9, "artifact_type": "", "managed_by": ["terraform"],
    },
}  # fmt: skip


def fields_of(kind: str) -> Fields:
    """The fields of a kind; nothing where there is no such kind."""
    return _FIELDS.get(kind, {})
