"""How people write what lies in repositories, and what that means."""

import pytest

from janitor.explain.names import asks_within, forms_within, near_to, package_forms
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Package, Repository, Version
from tests.making import digest, repository

LIBS = RepositoryName("p", "us", "libs")
DOCKER = repository(LIBS)
OTHER = repository(LIBS, format="NPM")


def package(short: str, of: Repository = OTHER) -> Package:
    return Package(of.name.package(short), short, 0.0, 0.0)


def meant(text: str, of: Repository, short: str, *versions: Version) -> set[tuple[Kind, str]]:
    there = package(short, of)
    forms = [*package_forms(of, there), *forms_within(of, there, versions)]
    return {
        (each.named.kind, each.full.partition("/packages/")[2]) for written, each in forms if written == text
    }


@pytest.mark.parametrize("text", ["@team/web", "libs/@team/web", "p/libs/@team/web"])
def test_a_package_is_written_with_or_without_where_it_lies(text: str) -> None:
    assert meant(text, OTHER, "@team/web") == {(Kind.PACKAGE, "%40team%2Fweb")}


@pytest.mark.parametrize("sign", ["@", ":", "==", "=", "/versions/"])
def test_a_version_stands_behind_the_sign_of_its_format(sign: str) -> None:
    one = Version("1.0%2B2", (), None, None, None)
    assert meant(f"libs/web{sign}1.0+2", OTHER, "web", one) == {(Kind.VERSION, "web/versions/1.0%2B2")}


def test_a_tag_of_another_format_is_a_thing_of_its_own() -> None:
    one = Version("1.0", ("next",), None, None, None)
    for text in ("web@next", "web:next", "web/tags/next"):
        assert meant(text, OTHER, "web", one) == {(Kind.TAG, "web/tags/next")}


def test_a_tag_that_is_called_as_another_version_is_both() -> None:
    some = Version("1.0", ("2.0",), None, None, None), Version("2.0", (), None, None, None)
    assert {kind for kind, _ in meant("web@2.0", OTHER, "web", *some)} == {Kind.TAG, Kind.VERSION}


def test_by_a_docker_tag_its_image_is_meant_as_in_its_uri() -> None:
    sha = digest("a")
    one = Version(sha, ("v1",), None, None, None)
    for text in ("app:v1", f"app@{sha}", f"libs/app:v1@{sha}", f"app/versions/{sha}"):
        assert meant(text, DOCKER, "app", one) == {(Kind.IMAGE, f"app/versions/{sha}")}
    assert meant("app/tags/v1", DOCKER, "app", one) == {(Kind.TAG, "app/tags/v1")}
    assert meant("app@v1", DOCKER, "app", one) == set()


@pytest.mark.parametrize(
    ("text", "short", "asks"),
    [
        ("web@1", "web", True),
        ("libs/web:1", "web", True),
        ("org:web:1", "org:web", True),
        ("web", "web", False),
        ("web@", "web", False),
        ("webs@1", "web", False),
        ("more/web@1", "web", False),
        ("@team/web", "@team", False),
    ],
)
def test_what_a_package_holds_is_asked_for_only_where_something_follows_it(
    text: str, short: str, asks: bool
) -> None:
    assert asks_within(text, OTHER, package(short)) is asks


@pytest.mark.parametrize("text", ["wbe", "wbe@1.0", "libs/wbe:1.0", "web@"])
def test_a_package_is_near_though_something_follows_it(text: str) -> None:
    assert near_to(text, package_forms(OTHER, package("web"))) == (package("web").name,)


def test_a_scope_s_sign_is_no_part_of_what_follows() -> None:
    forms = [form for short in ("@team/web", "libs") for form in package_forms(OTHER, package(short))]
    assert near_to("libs/@team/wbe", forms)[0] == package("@team/web").name


def test_an_abbreviated_digest_is_near_to_what_it_begins_and_no_other_digest_is() -> None:
    some = [Version(digest(label), (), None, None, None) for label in "abc"]
    near = near_to(f"app@{digest('b')[:14]}", list(forms_within(DOCKER, package("app", DOCKER), some)))
    assert near == (LIBS.version("app", digest("b")),)
