"""Artifact Registry's messages, field by field."""

from typing import Any

import pytest
from google.cloud import artifactregistry_v1 as ar

from janitor.gcp import artifact_decode
from janitor.gcp.artifact_decode import ImageDecoder
from janitor.model.names import RepositoryName
from janitor.model.resources import Image, Mode

NAME = RepositoryName("p", "us", "r")
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def raw(message: Any) -> Any:
    return type(message).pb(message)


def decoded(*images: ar.DockerImage) -> list[Image]:
    found: list[Image] = []
    ImageDecoder(NAME).extend(found, [raw(image) for image in images])
    return found


def named(package: str, digest: str = DIGEST, **fields: Any) -> ar.DockerImage:
    return ar.DockerImage(name=f"{NAME}/dockerImages/{package}@{digest}", **fields)


def test_a_virtual_repository_has_upstreams() -> None:
    repository = ar.Repository(
        name=str(NAME), mode=2, format_=1, labels={"a": "b"}, size_bytes=7,
        virtual_repository_config=ar.VirtualRepositoryConfig(
            upstream_policies=[ar.UpstreamPolicy(id="up", repository="projects/q/locations/us/repositories/s")]
        ),
    )  # fmt: skip
    found = artifact_decode.repository(raw(repository))
    assert (found.mode, found.format, found.size_bytes, found.labels) == (
        Mode.VIRTUAL,
        "DOCKER",
        7,
        {"a": "b"},
    )
    assert found.upstreams == (RepositoryName("q", "us", "s"),)


_DOCKER, _COMMON = "docker_repository", "common_repository"


@pytest.mark.parametrize(
    ("field", "uri", "expected"),
    [
        (_COMMON, "projects/q/locations/us/repositories/s", "us-docker.pkg.dev/q/s"),
        (_COMMON, "//artifactregistry.googleapis.com/projects/q/locations/us/repositories/s", "us-docker.pkg.dev/q/s"),
        (_COMMON, "projects/q/locations/us/repositories/gcr.io", "gcr.io/q"),
        (_COMMON, "https://us-docker.pkg.dev/q/s/", "us-docker.pkg.dev/q/s"),
        (_DOCKER, "https://us-docker.pkg.dev/q/s", "us-docker.pkg.dev/q/s"),
        (_DOCKER, "https://us-docker.pkg.dev/v2/q/s", "us-docker.pkg.dev/q/s"),
        (_DOCKER, "https://us-docker.pkg.dev", "us-docker.pkg.dev"),
        (_DOCKER, "https://US-Docker.pkg.dev/q/s", "us-docker.pkg.dev/q/s"),
        (_DOCKER, "us-docker.pkg.dev/q", "us-docker.pkg.dev/q"),
        (_DOCKER, "https://eu.gcr.io/q", "eu.gcr.io/q"),
        (_DOCKER, "https://registry-1.docker.io", ""),
        (_DOCKER, "", ""),
    ],
)  # fmt: skip
def test_a_remote_repository_names_the_registry_that_it_gets_images_from(
    field: str, uri: str, expected: str
) -> None:
    """R47."""
    message = raw(ar.Repository(name=str(NAME), mode=3, format_=1))
    part = getattr(message.remote_repository_config, field)
    (part if field == _COMMON else part.custom_repository).uri = uri
    assert artifact_decode.repository(message).upstream_uri == expected


def test_a_remote_repository_of_a_public_registry_names_none_of_ours() -> None:
    message = raw(ar.Repository(name=str(NAME), mode=3, format_=1))
    message.remote_repository_config.docker_repository.public_repository = 1
    assert artifact_decode.repository(message).upstream_uri == ""


def test_immutable_tags_and_cleanup_policies_are_seen() -> None:
    repository = ar.Repository(
        name=str(NAME),
        docker_config=ar.Repository.DockerRepositoryConfig(immutable_tags=True),
        cleanup_policies={
            "b": ar.CleanupPolicy(id="b", action=2),
            "a": ar.CleanupPolicy(id="a", action=1),
            "c": ar.CleanupPolicy(id="c"),
        },
        cleanup_policy_dry_run=True,
    )
    found = artifact_decode.repository(raw(repository))
    assert (found.immutable_tags, found.cleanup_dry_run) == (True, True)
    assert found.cleanup_policies == ("a: DELETE", "b: KEEP", "c")


def test_a_format_or_mode_that_is_not_known_yet_breaks_nothing() -> None:
    message = raw(ar.Repository(name=str(NAME)))
    message.format_, message.mode = 987, 987
    found = artifact_decode.repository(message)
    assert (found.format, found.mode) == ("987", Mode.UNSPECIFIED)


def test_packages_are_unescaped_and_shared() -> None:
    first, second = decoded(named("team%2Fapp"), named("team%2Fapp", OTHER))
    assert first.package == "team/app"
    assert first.package is second.package


def test_an_artifact_type_is_kept() -> None:
    (image,) = decoded(named("app", artifact_type="application/spdx+json"))
    assert image.artifact_type == "application/spdx+json"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "app",
        f"app@{DIGEST}",
        f"{NAME}/dockerImages/app",
        f"{NAME}/dockerImages/@{DIGEST}",
        f"{NAME}/dockerImages/app@sha256:abc",
        f"{NAME}/dockerImages/app@{DIGEST}a",
        f"{NAME}/dockerImages/app{DIGEST}",
        f"{NAME}/packages/app/versions/{DIGEST}",
        f"projects/p/locations/us/repositories/other/dockerImages/app@{DIGEST}",
    ],
)
def test_an_image_name_that_is_none_of_the_repository_cannot_be_read(name: str) -> None:
    decoder = ImageDecoder(NAME)
    images: list[Image] = []
    decoder.extend(images, [raw(ar.DockerImage(name=name)), raw(named("app"))])
    assert [image.package for image in images] == ["app"]
    (said,) = decoder.unreadable
    assert said.startswith(f"{name}: not a docker image name")


@pytest.mark.parametrize("field", ["upload_time", "update_time"])
@pytest.mark.parametrize("seconds", [253_402_300_800, -62_135_596_801, 2**63 - 1, -(2**63)])
def test_an_image_with_a_time_that_protobuf_does_not_allow_cannot_be_read(field: str, seconds: int) -> None:
    message = raw(named("app"))
    getattr(message, field).seconds = seconds
    decoder = ImageDecoder(NAME)
    images: list[Image] = []
    decoder.extend(images, [message])
    assert images == []
    (said,) = decoder.unreadable
    assert said.startswith(f"{message.name}: no time can be read of")


def test_an_attachment_tells_whose_its_version_is() -> None:
    attachment = ar.Attachment(
        target=NAME.version("team/app", DIGEST), oci_version_name=NAME.version("team/app", OTHER)
    )
    assert artifact_decode.subject(raw(attachment), NAME) == (("team/app", OTHER), DIGEST)


def test_an_attachment_of_files_alone_is_about_no_version() -> None:
    assert artifact_decode.subject(raw(ar.Attachment(target=NAME.version("app", DIGEST))), NAME) is None


@pytest.mark.parametrize("target", [str(NAME), f"{NAME}/packages/app"])
def test_an_attachment_about_more_than_a_version_has_no_digest_for_a_subject(target: str) -> None:
    attachment = ar.Attachment(target=target, oci_version_name=NAME.version("app", OTHER))
    assert artifact_decode.subject(raw(attachment), NAME) == (("app", OTHER), target)


@pytest.mark.parametrize("target", ["", "app", f"{NAME}/packages/", f"{NAME}/packages//versions/{DIGEST}"])
def test_an_attachment_whose_target_is_no_version_cannot_be_read(target: str) -> None:
    attachment = ar.Attachment(target=target, oci_version_name=NAME.version("app", OTHER))
    with pytest.raises(ValueError, match="not a version"):
        artifact_decode.subject(raw(attachment), NAME)
