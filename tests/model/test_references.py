"""Image references as workloads write them: rule R2."""

import pytest

from janitor.model.names import RepositoryName
from janitor.model.references import BadReferenceError, parse_reference

DIGEST = "sha256:" + "a" * 64
R = RepositoryName("p", "us-central1", "r")
HOST = "us-central1-docker.pkg.dev"


@pytest.mark.parametrize(
    ("text", "repository", "package", "tag", "digest"),
    [
        (f"{HOST}/p/r/app:v1", R, "app", "v1", None),
        (f"{HOST}/p/r/app", R, "app", "latest", None),
        (f"{HOST}/p/r/team/api@{DIGEST}", R, "team/api", None, DIGEST),
        (f"{HOST}/p/r/app:v1@{DIGEST}", R, "app", None, DIGEST),
        (f"https://{HOST}/p/r/app:v1", R, "app", "v1", None),
        (f"{HOST}:443/p/r/app:v1", R, "app", "v1", None),
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
    """R2: no tag means latest, and a digest wins over a tag."""
    found = parse_reference(text)
    assert found is not None
    assert (found.repository, found.package, found.tag, found.digest) == (repository, package, tag, digest)


@pytest.mark.parametrize(
    "text", ["nginx", "nginx:1.27", "library/nginx", "docker.io/library/nginx", "localhost:5000/a", ""]
)
def test_what_stands_in_another_registry_is_not_ours(text: str) -> None:
    assert parse_reference(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"{HOST}/p/r", f"{HOST}/p", f"{HOST}/", f"{HOST}/p/r/App", f"{HOST}/p/r/app:", f"{HOST}/p/r/app@sha256:1",
        f"{HOST}/p/r/app@", f"{HOST}/p/r//app", f"{HOST}/p/r/app:{'x' * 129}", f"{HOST}/p/r/app:a/b:", "gcr.io/p",
        f"{HOST}/p/r/app@sha512:{'a' * 64}", f"{HOST}/p/r/app\n:v1", f"{HOST}//r/app", "-docker.pkg.dev/p/r/app",
    ],
)  # fmt: skip
def test_what_names_our_registry_and_cannot_be_read_is_told_so(text: str) -> None:
    """R2: it may hide a user, so nothing may be guessed."""
    with pytest.raises(BadReferenceError, match="cannot be parsed"):
        parse_reference(text)


@pytest.mark.parametrize("rest", ["p/r/App", "p/r", "p", "p/r/app:", "p/r/app@", "p/r/app:x:y"])
def test_an_unreadable_reference_still_says_which_project_it_names(rest: str) -> None:
    """R2: that of another project need not concern the sweep."""
    with pytest.raises(BadReferenceError, match=rest) as caught:
        parse_reference(f"{HOST}/{rest}")
    assert caught.value.project == "p"


@pytest.mark.parametrize("rest", ["", "/r/app", "//"])
def test_one_that_names_no_project_says_so(rest: str) -> None:
    with pytest.raises(BadReferenceError) as caught:
        parse_reference(f"{HOST}/{rest}")
    assert caught.value.project is None
