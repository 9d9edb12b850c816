"""Artifact Registry's messages, as raw protobuf, read into the model. ValueError: what cannot be read."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

from google.cloud import artifactregistry_v1 as ar

from janitor.gcp.run_values import FIRST_SECOND, LAST_SECOND, enum_names, time_of
from janitor.model.names import DOCKER_HOST_SUFFIX, RepositoryName
from janitor.model.resources import Image, Mode, Repository
from janitor.model.text import nfc_labels

_FORMATS = enum_names(ar.Repository.Format)
_MODES = {number: Mode(name) for number, name in enum_names(ar.Repository.Mode).items() if name in list(Mode)}
_ACTIONS = {number: name for number, name in enum_names(ar.CleanupPolicy.Action).items() if number}
# The first second that no time can be: datetime ends before it.
_END = LAST_SECOND + 1
_DIGEST = "sha256:"
_DIGEST_LENGTH = len(_DIGEST) + 64
# Image._make without its own Python frame.
_image: Callable[[tuple[object, ...]], Image] = partial(tuple.__new__, Image)


def repository(message: Any) -> Repository:
    """A google.devtools.artifactregistry.v1.Repository; an unknown format reads as its number."""
    return Repository(
        name=RepositoryName.parse(message.name),
        format=_FORMATS.get(message.format_, str(message.format_)),
        mode=_MODES.get(message.mode, Mode.UNSPECIFIED),
        size_bytes=message.size_bytes,
        create_time=time_of(message.create_time),
        update_time=time_of(message.update_time),
        labels=nfc_labels(message.labels),
        immutable_tags=message.docker_config.immutable_tags,
        upstreams=tuple(
            RepositoryName.parse(policy.repository)
            for policy in message.virtual_repository_config.upstream_policies
        ),
        upstream_uri=_upstream_uri(message.remote_repository_config),
        cleanup_policies=_cleanup_policies(message.cleanup_policies),
        cleanup_dry_run=message.cleanup_policy_dry_run,
    )


def _cleanup_policies(policies: Mapping[str, Any]) -> tuple[str, ...]:
    """By name, each with what it does where that is known (``old: DELETE``)."""
    actions = {name: _ACTIONS.get(policies[name].action, "") for name in sorted(policies)}
    return tuple(f"{name}: {action}" if action else name for name, action in actions.items())


def _upstream_uri(remote: Any) -> str:
    """Where a remote docker repository gets its images from: HOST/PATH, "" where that is no repository of
    Artifact Registry. `common_repository` is a resource name or a URL, `custom_repository` a URL
    (repository.proto, RemoteRepositoryConfig)."""
    uri = (remote.common_repository.uri or remote.docker_repository.custom_repository.uri).strip()
    name = uri.removeprefix("//artifactregistry.googleapis.com/")
    if name.startswith("projects/"):
        return RepositoryName.parse(name.rstrip("/")).uri
    host, _, path = uri.rpartition("://")[2].rstrip("/").partition("/")
    path = "" if path == "v2" else path.removeprefix("v2/")
    host = host.lower()
    ours = host.endswith((DOCKER_HOST_SUFFIX, "gcr.io"))
    return f"{host}/{path}".rstrip("/") if ours else ""


class ImageDecoder:
    """Reads the images of one repository, page by page.

    A million pass through, so what repeats (packages, artifact types) is read once and shared, and
    nothing is looked at twice. DockerImage: artifact.proto.
    """

    def __init__(self, repository: RepositoryName) -> None:
        self._prefix = f"{repository}/dockerImages/"
        self._packages: dict[str, str] = {}
        self._types: dict[str, str] = {"": ""}
        self.unreadable: list[str] = []

    def extend(self, images: list[Image], messages: Iterable[Any]) -> None:
        """Add a page to `images`; an image that cannot be read is noted in `unreadable` instead."""
        packages, types, make = self._packages, self._types, _image
        for message in messages:
            name = message.name
            try:
                head, digest = name[:-_DIGEST_LENGTH], name[-_DIGEST_LENGTH:]
                package = packages.get(head) or self._package(head, name)
                if not digest.startswith(_DIGEST) or "/" in digest:
                    raise ValueError(f"not a docker image name: {name!r}")
                stamp = message.upload_time
                uploaded = stamp.seconds + stamp.nanos * 1e-9
                stamp = message.update_time
                updated = stamp.seconds + stamp.nanos * 1e-9
                if not (FIRST_SECOND <= uploaded < _END and FIRST_SECOND <= updated < _END):
                    raise ValueError(f"no time can be read of {uploaded:.0f} s or {updated:.0f} s")
                tags, manifests, artifact_type = message.tags, message.image_manifests, message.artifact_type
                images.append(
                    make(
                        (
                            package,
                            digest,
                            tuple(tags) if tags else (),
                            message.image_size_bytes,
                            uploaded if uploaded > 0 else None,
                            updated if updated > 0 else None,
                            types.get(artifact_type) or types.setdefault(artifact_type, artifact_type),
                            tuple([each.digest for each in manifests]) if manifests else (),
                        )
                    )
                )
            except ValueError as error:
                self.unreadable.append(f"{name}: {error}")

    def _package(self, head: str, name: str) -> str:
        package = unquote(head.removeprefix(self._prefix).removesuffix("@"))
        if not head.startswith(self._prefix) or not head.endswith("@") or not package:
            raise ValueError(f"not a docker image name of this repository: {name!r}")
        return self._packages.setdefault(head, package)


def subject(message: Any, repository: RepositoryName) -> tuple[tuple[str, str], str] | None:
    """Package and digest of the version that holds an attachment, and the digest that it is about.

    None where the attachment has no version (only files). One about a package or the whole
    repository gives that name in place of a digest: its version is a referrer whose subject no image
    is. attachment.proto: target, oci_version_name.
    """
    if not message.oci_version_name:
        return None
    held_by = version_path(message.oci_version_name, repository)
    target = message.target
    if target == str(repository) or _is_package(target, repository):
        return held_by, target
    return held_by, version_path(target, repository)[1]


def _is_package(name: str, repository: RepositoryName) -> bool:
    prefix = f"{repository}/packages/"
    return name.startswith(prefix) and "/" not in name[len(prefix) :] and name != prefix


def version_path(name: str, repository: RepositoryName) -> tuple[str, str]:
    """Package (unescaped) and digest of ``…/packages/PACKAGE/versions/DIGEST``; ValueError otherwise."""
    head, separator, digest = name.rpartition("/versions/")
    prefix = f"{repository}/packages/"
    package = unquote(head.removeprefix(prefix))
    if not separator or not head.startswith(prefix) or not package or not digest:
        raise ValueError(f"not a version of {repository}: {name!r}")
    return package, digest
