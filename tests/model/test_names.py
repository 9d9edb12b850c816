"""Google's resource names, parsed once at the edge."""

import pytest

from janitor.model.names import RepositoryName, ResourceName

REVISION = "projects/p/locations/us-central1/services/web/revisions/web-1"


def test_a_name_says_where_it_stands_and_what_holds_it() -> None:
    name = ResourceName.parse(REVISION)
    assert (name.project, name.location, name.short, name.collection) == (
        "p",
        "us-central1",
        "web-1",
        "revisions",
    )
    assert str(name.parent) == "projects/p/locations/us-central1/services/web"
    assert str(name) == REVISION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "projects/p",
        "projects/p/locations/l",
        "projects/p/locations/l/services",
        f"{REVISION}/x",
        "a/p/locations/l/s/x",
    ],
)
def test_what_is_no_regional_name_is_refused_by_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="not a regional resource name"):
        ResourceName.parse(text)


def test_what_nothing_holds_has_no_parent() -> None:
    with pytest.raises(ValueError, match="no parent"):
        _ = ResourceName("p", "l", ("services", "web")).parent


def test_a_repository_names_its_packages_versions_and_tags_as_google_does() -> None:
    """Slashes of a package are escaped (package.proto); of a tag all but a few characters (tag.proto)."""
    name = RepositoryName.parse("projects/p/locations/us/repositories/r")
    assert name.package("team/api") == f"{name}/packages/team%2Fapi"
    assert name.version("team/api", "sha256:1") == f"{name}/packages/team%2Fapi/versions/sha256:1"
    assert name.tag("app", "v1.0_a~b:c@d+e") == f"{name}/packages/app/tags/v1.0_a~b:c@d%2Be"


def test_only_a_repository_is_parsed_as_one() -> None:
    with pytest.raises(ValueError, match="not a repository name"):
        RepositoryName.parse("projects/p/locations/us/repositories/r/packages/a")


@pytest.mark.parametrize(
    ("name", "uri", "is_gcr"),
    [
        (RepositoryName("p", "us-central1", "r"), "us-central1-docker.pkg.dev/p/r", False),
        (RepositoryName("example.com:p", "us", "r"), "us-docker.pkg.dev/example.com/p/r", False),
        (RepositoryName("p", "us", "gcr.io"), "gcr.io/p", True),
        (RepositoryName("p", "europe", "eu.gcr.io"), "eu.gcr.io/p", True),
        (RepositoryName("p", "us", "notgcr.io"), "us-docker.pkg.dev/p/notgcr.io", False),
    ],
)
def test_a_repository_says_where_docker_pulls_from(name: RepositoryName, uri: str, is_gcr: bool) -> None:
    assert (name.uri, name.is_gcr) == (uri, is_gcr)
