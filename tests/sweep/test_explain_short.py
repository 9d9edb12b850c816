"""`janitor explain` by short names of what lies in repositories, and how little is read for that."""

import pytest

from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.packages import LIBS, libs, name, versions
from tests.sweep.sweeping import REPOSITORY, RUN, Place, Swept, image, uri, version, world
from tests.sweep.test_explain import explain

POLICIES = """\
version: 1
scope: {projects: [p]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
"""
APP = f"{REPOSITORY}/r/packages/app"


def asked(here: Place, text: str, policies: str = POLICIES) -> Swept:
    return explain(here, text, "--format", "json", policies=policies)


def meant(here: Place, text: str) -> tuple[str, str]:
    found = asked(here, text)
    assert found.code == 0, found.err
    return found.document["kind"], found.document["name"]


def looked_into(here: Place, method: str) -> list[str]:
    return [where for called, where in here.google.calls if called == method]


@pytest.mark.parametrize("text", ["web", "libs/web", "p/libs/web"])
def test_a_package_is_found_by_its_name(place: Placing, text: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))
    assert meant(here, text) == ("artifact.package", f"{LIBS}/packages/web")


@pytest.mark.parametrize(("text", "searched"), [("web", "2 repositories"), ("libs/web", "1 repository")])
def test_what_was_searched_for_a_short_name_is_said(place: Placing, text: str, searched: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0')}}}"))
    said = " ".join(explain(here, text, policies=POLICIES).out.split())
    assert f"the names of packages in {searched};" in said


@pytest.mark.parametrize("text", ["web@1.0.0", "web:1.0.0", "libs/web@1.0.0", "web==1.0.0"])
def test_a_version_is_found_by_its_package_and_its_id(place: Placing, text: str) -> None:
    here = place(libs(f"{{web: {versions('1.0.0', '2.0.0')}}}"))
    assert meant(here, text) == ("artifact.version", name("web", "1.0.0"))


def test_a_tag_of_a_scoped_package_is_found_as_npm_writes_it(place: Placing) -> None:
    here = place(libs(f"{{'@team/x': {versions('1.0.0 tags: [next]')}}}"))
    assert meant(here, "@team/x@next") == ("artifact.tag", f"{LIBS}/packages/@team%2Fx/tags/next")


@pytest.mark.parametrize("text", ["app:v1", f"app@{digest('a')}", "r/app:v1", "p/r/app:v1"])
def test_an_image_is_found_by_its_package_with_a_tag_or_a_digest(place: Placing, text: str) -> None:
    here = place(world(image("a", "v1"), image("b", "v2")))
    assert meant(here, text) == ("artifact.image", version("a"))


@pytest.mark.parametrize(
    "text",
    [
        f"app@{digest('a')[7:14]}",
        f"r/app@{digest('a')[7:19]}",
        f"app@{digest('a')[:14]}",
        f"r/app:v1@{digest('a')[7:19]}",
        f"{uri('')}@{digest('a')[7:19]}",
        digest("a"),
        digest("a")[:14],
        digest("a")[7:19],
        f"@{digest('a')[:19]}",
    ],
)
def test_an_image_is_found_by_the_beginning_of_its_digest(place: Placing, text: str) -> None:
    here = place(world(image("a", "v1"), image("b", "v2")))
    assert meant(here, text) == ("artifact.image", version("a"))


def test_a_beginning_of_two_digests_or_of_six_characters_is_refused_with_the_candidates(
    place: Placing,
) -> None:
    twin = f"sha256:{digest('a')[7:20]}{'0' * 51}"
    here = place(world(image("a", "v1"), image(twin, "v2")))
    found = asked(here, f"app@{digest('a')[7:17]}")
    assert (found.code, found.out) == (2, "")
    assert f"{APP}/versions/{twin}\n" in found.said
    assert f"{version('a')}\n" in found.said
    short = asked(here, f"app@{digest('a')[7:13]}")
    assert (short.code, short.out) == (2, "")
    assert f"{version('a')}\n" in short.said


def test_a_docker_tag_itself_is_found_as_google_writes_it(place: Placing) -> None:
    assert meant(place(world(image("a", "v1"))), "app/tags/v1") == ("artifact.tag", f"{APP}/tags/v1")


def test_a_workload_comes_before_a_package_of_its_name_and_no_package_is_read(place: Placing) -> None:
    services = f'{{app: {{updated: 9d ago, image: "{uri(":v1")}"}}}}'
    here = place(world(image("a", "v1"), services=services))
    assert meant(here, "app") == ("run.service", f"{RUN}/services/app")
    methods = {method for method, _ in here.google.calls}
    assert not methods & {"ListPackages", "ListVersions", "ListTags", "ListDockerImages"}
    assert meant(here, "r/app") == ("artifact.package", APP)


def test_only_the_repository_that_the_name_says_is_read_and_only_the_package(place: Placing) -> None:
    web, other = versions("1.0.0"), versions("3.0.0")
    here = place(libs(f"{{web: {web}, other: {other}}}", more=f"{{web: {web}}}"))
    assert meant(here, "libs/web") == ("artifact.package", f"{LIBS}/packages/web")
    assert set(looked_into(here, "ListPackages")) == {LIBS}
    versions_read = len(looked_into(here, "ListVersions"))
    assert asked(here, "libs/web@9.9.9").code == 2
    assert looked_into(here, "ListVersions")[versions_read:] == [f"{LIBS}/packages/web"]


def test_a_name_of_several_is_refused_with_all_of_them(place: Placing) -> None:
    web = versions("1.0.0 tags: [x]")
    here = place(libs(f"{{web: {web}}}", more=f"{{web: {web}}}"))
    for text, part in (("web", ""), ("web@1.0.0", "/versions/1.0.0"), ("web:x", "/tags/x")):
        found = asked(here, text)
        assert (found.code, found.out) == (2, "")
        for where in ("libs", "more"):
            assert f"{REPOSITORY}/{where}/packages/web{part}\n" in found.said


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("webb", "web"),
        ("libs/wbe", "web"),
        ("wbe@1.0.0", "web"),
        ("web@1.0.1", "web/versions/1.0.0"),
        ("web:nxt", "web/tags/next"),
    ],
)
def test_a_name_of_none_is_refused_with_near_ones(place: Placing, text: str, near: str) -> None:
    found = asked(place(libs(f"{{web: {versions('1.0.0 tags: [next]')}}}")), text)
    assert (found.code, found.out) == (2, "")
    assert "no resource that was read is called" in found.err
    assert f"{LIBS}/packages/{near}\n" in found.said


@pytest.mark.parametrize("rpc", ["ListPackages", "ListVersions", "ListTags"])
def test_a_name_that_was_not_seen_where_not_all_could_be_read_is_not_said_to_be_none(
    place: Placing, rpc: str
) -> None:
    trouble = f"[{{rpc: {rpc}, permission_denied: true}}]"
    found = asked(place(libs(f"{{web: {versions('1.0.0')}}}", trouble=trouble)), "web@1.0.0")
    assert (found.code, found.out) == (3, "")
    assert "not all could be read" in found.err
    assert "us-central1 p libs" in found.err


def test_a_workload_that_may_be_hidden_is_told(place: Placing) -> None:
    trouble = "[{rpc: ListJobs, location: europe-west1, permission_denied: true}]"
    here = place(world(image("a"), trouble=trouble))
    found = asked(here, "nightly")
    assert found.code == 3
    assert "run.job in europe-west1 p" in found.err
    assert asked(here, "r/none").code == 2, "no workload is called so"


def test_another_of_the_name_that_may_be_hidden_is_told_and_ends_with_three(place: Placing) -> None:
    web = versions("1.0.0")
    trouble = "[{rpc: ListPackages, repository: more, permission_denied: true}]"
    found = asked(place(libs(f"{{web: {web}}}", more=f"{{web: {web}}}", trouble=trouble)), "web")
    assert found.code == 3
    assert found.document["name"] == f"{LIBS}/packages/web"
    assert [gap["repository"] for gap in found.document["gaps"]] == ["more"]


@pytest.mark.parametrize(
    ("repository", "scope"),
    [("", "{projects: [p], locations: [europe-west1]}"), (", mode: remote", "{projects: [p]}")],
)
def test_outside_of_the_scope_and_of_standard_repositories_nothing_is_looked_for(
    place: Placing, repository: str, scope: str
) -> None:
    here = place(world(image("a", "v1"), repository=repository))
    found = asked(here, "app", POLICIES.replace("{projects: [p]}", scope))
    assert (found.code, found.out) == (2, "")
    told = found.said.partition("outside of the scope:\n")[2]
    assert f"{REPOSITORY}/r\n" in told
    assert looked_into(here, "ListPackages") == []
