"""Image references as workloads write them: rule R2."""

import pytest

from janitor.model.names import RepositoryName
from janitor.model.references import (
    BadReferenceError,
    bare_digest,
    names_an_image,
    parse_reference,
    without_host,
)

DIGEST = "sha256:" + "a" * 64
R = RepositoryName("p", "us-central1", "r")
HOST = "us-central1-docker.pkg.dev"


@pytest.mark.parametrize(
    ("text", "repository", "package", "tag", "digest"),
    [
        (f"{HOST}/p/r/app:v1", R, "app", "v1", None),
        (f"{HOST}/p/r/app", R, "app", "latest", None),
        (f"{HOST}/p/r/team/api@{DIGEST}", R, "team/api", None, DIGEST),
        (f"{HOST}/p/r/app:v1@{DIGEST}", R, "app", "v1", DIGEST),
        (f"https://{HOST}/p/r/app:v1", R, "app", "v1", None),
        (f"{HOST}:443/p/r/app:v1", R, "app", "v1", None),
        (f"{HOST}./p/r/app:v1", R, "app", "v1", None),
        (f"docker://{HOST}/p/r/app:v1", R, "app", "v1", None),
        (f"docker-pullable://{HOST}/p/r/app@{DIGEST}", R, "app", None, DIGEST),
        (f"containerd://{HOST}/p/r/app@{DIGEST}", R, "app", None, DIGEST),
        (f"OCI://{HOST}/p/r/app:1.2.3", R, "app", "1.2.3", None),
        (f"http://{HOST}/p/r/app", R, "app", "latest", None),
        (f"https://{HOST}/v2/p/r/team/app/manifests/{DIGEST}", R, "team/app", None, DIGEST),
        (f"{HOST}/v2/p/r/app/manifests/v1", R, "app", "v1", None),
        (f"gcr.io/v2/p/app/manifests/{DIGEST}", RepositoryName("p", "us", "gcr.io"), "app", None, DIGEST),
        (f" {HOST.upper()}/p/r/app:V1 ", R, "app", "V1", None),
        ("us-docker.pkg.dev/example.com/p/r/app:v1", RepositoryName("example.com:p", "us", "r"), "app", "v1", None),
        ("gcr.io/p/app", RepositoryName("p", "us", "gcr.io"), "app", "latest", None),
        ("eu.gcr.io/p/team/app:x", RepositoryName("p", "europe", "eu.gcr.io"), "team/app", "x", None),
        ("asia.gcr.io/p/app:x", RepositoryName("p", "asia", "asia.gcr.io"), "app", "x", None),
    ],
)  # fmt: skip
def test_a_reference_is_read_as_the_registry_calls_it(
    text: str, repository: RepositoryName, package: str, tag: str | None, digest: str | None
) -> None:
    """R2, R38: no tag means latest, a tag counts beside a digest, a scheme is no part of the name."""
    found = parse_reference(text)
    assert found is not None
    assert (found.repository, found.package, found.tag, found.digest) == (repository, package, tag, digest)


@pytest.mark.parametrize(
    "text", ["nginx", "nginx:1.27", "library/nginx", "docker.io/library/nginx", "localhost:5000/a", "",
             "docker-pullable://nginx@" + DIGEST, "containerd://" + DIGEST, DIGEST]
)  # fmt: skip
def test_what_stands_in_another_registry_is_not_ours(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"{HOST}/p/r", f"{HOST}/p", f"{HOST}/", f"{HOST}/p/r/App", f"{HOST}/p/r/app:", f"{HOST}/p/r/app@sha256:1",
        f"{HOST}/p/r/app@", f"{HOST}/p/r//app", f"{HOST}/p/r/app:{'x' * 129}", f"{HOST}/p/r/app:a/b:", "gcr.io/p",
        f"{HOST}/p/r/app@sha512:{'a' * 64}", f"{HOST}/p/r/app\n:v1", f"{HOST}//r/app", "-docker.pkg.dev/p/r/app",
        f"{HOST}/v2/p/r/app/blobs/{DIGEST}", f"{HOST}/v2/p/r/app/manifests/", f"s3://{HOST}/p/r/app:v1",
        f"{HOST}/v2/p/r/app/tags/list", f"{HOST}/p/r/app/{DIGEST}",
    ],
)  # fmt: skip
def test_what_names_our_registry_and_cannot_be_read_is_told_so(text: str) -> None:
    """R2: it may hide a user, so nothing may be guessed."""
    with pytest.raises(BadReferenceError, match="cannot be parsed"):
        parse_reference(text)


@pytest.mark.parametrize(
    "rest", ["p/r/App", "p/r", "p", "p/r/app:", "p/r/app@", "p/r/app:x:y", f"p/r/app/{DIGEST}"]
)
def test_an_unreadable_reference_still_says_which_project_it_names(rest: str) -> None:
    """R2: that of another project need not concern the sweep."""
    with pytest.raises(BadReferenceError, match=rest) as caught:
        parse_reference(f"{HOST}/{rest}")
    assert caught.value.project == "p"


@pytest.mark.parametrize("rest", ["", "/r/app", "//", "v2/p/r/app/tags/list"])
def test_one_that_names_no_project_says_so(rest: str) -> None:
    with pytest.raises(BadReferenceError) as caught:
        parse_reference(f"{HOST}/{rest}")
    assert caught.value.project is None


@pytest.mark.parametrize("text", [DIGEST, f" {DIGEST}\n", f"docker://{DIGEST}", f"containerd://{DIGEST}"])
def test_a_digest_alone_is_read(text: str) -> None:
    """R38."""
    assert bare_digest(text) == DIGEST
    assert names_an_image(text)


@pytest.mark.parametrize(
    "text", ["sha256:1", "SHA256:" + "a" * 64, "a" * 64, f"app@{DIGEST}", f"{HOST}/p/r/app"]
)
def test_what_is_more_or_less_than_a_digest_is_no_bare_digest(text: str) -> None:
    assert bare_digest(text) is None


@pytest.mark.parametrize(
    "text",
    ["nginx", "nginx:1.27", f"nginx@{DIGEST}", "docker.io/library/nginx", "localhost:5000/a:b", "[::1]:5000/a",
     f"quay.io/o/app:v1@{DIGEST}", "oci://quay.io/o/chart:1.0.0", f"{HOST}/p/r/app", "quay.io/v2/o/app/manifests/v1",
     f"https://quay.io/v2/o/app/manifests/{DIGEST}", "staging-k8s.gcr.io/nginx", "k8s.gcr.io/pause:3.9"],
)  # fmt: skip
def test_an_image_of_any_registry_names_an_image(text: str) -> None:
    """R38."""
    assert names_an_image(text)


@pytest.mark.parametrize(
    "text",
    ["projects/p/locations/us/repositories/r", "Nginx", "nginx:", "nginx@", "nginx@sha256:1", "a//b", "/a", "a/", "gs://bucket/app", "cri-o://" + "a" * 64,
     "projects/p/locations/us/repositories/r/dockerImages/app@" + DIGEST, "image: nginx", "null", "<none>", "-", "*",
     f"https://console.cloud.google.com/artifacts/docker/p/us/r/app/{DIGEST}", "https://", "docker://", "sha256:1"],
)  # fmt: skip
def test_what_is_no_image_reference_names_no_image(text: str) -> None:
    """R38: read as an image of another registry it would protect nothing, and say nothing."""
    assert not names_an_image(text)


@pytest.mark.parametrize("digest", ["3291cbd", "sha256:3291cbd", "a" * 63])
def test_a_uri_with_a_short_digest_is_read_without_its_host(digest: str) -> None:
    assert without_host(f"{HOST}/p/r/team/app@{digest}") == f"p/r/team/app@{digest}"


@pytest.mark.parametrize(
    "text",
    [f"{HOST}/p/r/app@{DIGEST}", f"{HOST}/p/r/app@3291cb", f"{HOST}/p/r/app:v1", "quay.io/p/r/app@3291cbd",
     "p/r/app@3291cbd", f"{HOST}@3291cbd"],
)  # fmt: skip
def test_no_other_text_is_a_uri_with_a_short_digest(text: str) -> None:
    assert without_host(text) is None
