"""Every image that any text names: R51."""

from time import perf_counter

import pytest

from janitor.model.named_images import named_in, package_in
from tests.making import digest

D = digest("a")
HOST = "us-docker.pkg.dev"


def references(text: str) -> set[str]:
    """As a person writes them."""
    return {
        f"{each.repository.uri}/{each.package}"
        + (f":{each.tag}" if each.tag else "")
        + (f"@{each.digest}" if each.digest else "")
        for each in named_in([text]).references
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{HOST}/p/r/app:v1", f"{HOST}/p/r/app:v1"),
        (f"{HOST}/p/r/team/app:v1@{D}", f"{HOST}/p/r/team/app:v1@{D}"),
        (f"docker-pullable://{HOST}/p/r/app@{D}", f"{HOST}/p/r/app@{D}"),
        ("us.gcr.io/p/app:v1", "us.gcr.io/p/app:v1"),
        (f"{HOST.upper()}/p/r/app:v1", f"{HOST}/p/r/app:v1"),
        (f"{HOST}:443/p/r/app:v1", f"{HOST}/p/r/app:v1"),
        (f"{HOST}/example.com/p/r/app:v1", f"{HOST}/example.com/p/r/app:v1"),
        (f"spec:\n  containers:\n  - image: '{HOST}/p/r/app:v1'\n", f"{HOST}/p/r/app:v1"),
        (f"docker run --rm -e X=1 {HOST}/p/r/app:v1 --serve", f"{HOST}/p/r/app:v1"),
        (f"IMAGE={HOST}/p/r/app:v1;", f"{HOST}/p/r/app:v1"),
        (f'{{"image":"{HOST}\\/p\\/r\\/app:v1"}}', f"{HOST}/p/r/app:v1"),
        (f"https://console/?image={HOST}%2Fp%2Fr%2Fapp%3Av1", f"{HOST}/p/r/app:v1"),
        (f"https://{HOST}/v2/p/r/app/manifests/v1", f"{HOST}/p/r/app:v1"),
        (f"({HOST}/p/r/app:v1)", f"{HOST}/p/r/app:v1"),
        (f"Pulling {HOST}/p/r/app:v1: done", f"{HOST}/p/r/app:v1"),
        (f"Run `{HOST}/p/r/app:v1`", f"{HOST}/p/r/app:v1"),
        (f"{HOST}./p/r/app:v1", f"{HOST}/p/r/app:v1"),
        (r"nginx\ngcr.io/p/app:v1\nredis", "gcr.io/p/app:v1"),
        (rf"nginx\\n{HOST}/p/r/app:v1\\nredis", f"{HOST}/p/r/app:v1"),
        (r"a\u003dgcr.io/p/app:v1", "gcr.io/p/app:v1"),
        (rf"{HOST}\u002fp\u002Fr\u002fapp:v1", f"{HOST}/p/r/app:v1"),
        (f"https://a/?b={HOST}%252Fp%252Fr%252Fapp%253Av1", f"{HOST}/p/r/app:v1"),
    ],
)  # fmt: skip
def test_a_reference_is_found_wherever_it_stands(text: str, found: str) -> None:
    assert references(text) == {found}
    assert named_in([text]).beginnings == set()


@pytest.mark.parametrize(
    "name", [f"{HOST}/p/r/app", f"{HOST}/p/r/latest", "gcr.io/p/app", f"{HOST}/p/r/app."]
)
def test_a_name_without_a_tag_is_latest_in_a_field_for_an_image_and_else_the_whole_package(name: str) -> None:
    """Airflow, Helm and others write the repository and the tag into two fields."""
    whole = name.rstrip(".")
    field, text = named_in([name], are_images=True), named_in([f"--repository {name}"])
    assert {(each.package, each.tag) for each in field.references} == {(whole.rpartition("/")[2], "latest")}
    assert field.beginnings == set()
    assert text.references == field.references
    assert text.beginnings == {f"{whole}:"}


def test_a_tag_that_is_written_is_no_other_tag() -> None:
    found = named_in([f"{HOST}/p/r/latest:latest {HOST}/v2/p/r/app/manifests/latest"])
    assert (len(found.references), found.beginnings) == (2, set())


def test_several_references_in_one_text_are_all_found() -> None:
    assert references(f"{HOST}/p/r/a:v1,{HOST}/p/r/b:v2 eu.gcr.io/p/c@{D}") == {
        f"{HOST}/p/r/a:v1", f"{HOST}/p/r/b:v2", f"eu.gcr.io/p/c@{D}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "nginx:1.27", "docker.io/library/nginx", "quay.io/p/app:v1", "marketplace.gcr.io/p/app", "k8s.gcr.io/pause:3",
        f"not{HOST}.example/p/r/app", "gcr.io.example/p/app", "", HOST, f"https://{HOST}/", f"{HOST}/p", f"{HOST}/p/r",
        f"{HOST}/p/r/", f"({HOST}/p/r)", "gcr.io/p", "gcr.io/p/", f"{HOST}/example.com/p/r", "sha256:abc", "pkg.dev", "gcr.io",
    ],
)  # fmt: skip
def test_other_registries_hosts_and_repositories_name_no_image(text: str) -> None:
    found = named_in([text])
    assert [*found.references, *found.digests, *found.beginnings] == []


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        (f"{HOST}/p/r/app:${{TAG}}", f"{HOST}/p/r/app:"),
        (f"{HOST}/p/r/app@$DIGEST", f"{HOST}/p/r/app:"),
        (f"{HOST}/p/r/app:", f"{HOST}/p/r/app:"),
        (f"{HOST}/p/r/app:{{{{ .Values.tag }}}}", f"{HOST}/p/r/app:"),
        (f"{HOST}/p/r/app:v1@sha256:abc", f"{HOST}/p/r/app:"),
        (f"{HOST}/p/r/app-${{NAME}}:v1", f"{HOST}/p/r/app-"),
        (f"{HOST}/p/r/team/", f"{HOST}/p/r/team/"),
        (f"{HOST}/p/r/$(IMAGE)", f"{HOST}/p/r/"),
        (f"{HOST}/p/$REPOSITORY/app", f"{HOST}/p/"),
        (f"{HOST}/$PROJECT/r/app", f"{HOST}/"),
        (f"{HOST}/${{PROJECT}}/r/app:v1", f"{HOST}/"),
        ("gcr.io/p/$IMAGE", "gcr.io/p/"),
        ("${REGION}-docker.pkg.dev/p/r/app:v1", "-docker.pkg.dev/p/r/app:"),
        ("$REGION-docker.pkg.dev/p/r/app", "-docker.pkg.dev/p/r/app:"),
        ("$REGION-docker.pkg.dev/$PROJECT/r/app", "-docker.pkg.dev/"),
        ('"$REGION"-docker.pkg.dev/p/r/app:v1', "-docker.pkg.dev/p/r/app:"),
        ("*-docker.pkg.dev/p/r/app:v1", "-docker.pkg.dev/p/r/app:"),
        (f'{HOST}/p/r/"$NAME":v1', f"{HOST}/p/r/"),
        (f'{HOST}/"$PROJECT"/r/app:v1', f"{HOST}/"),
        (f"{HOST}/p/r/app'$X'", f"{HOST}/p/r/app"),
        (rf"{HOST}/p/r/\$NAME:v1", f"{HOST}/p/r/"),
        (rf"{HOST}/p/r/app-\${{NAME}}:v1", f"{HOST}/p/r/app-"),
        (rf"{HOST}/p/r/\"$NAME\":v1", f"{HOST}/p/r/"),
        (f"{HOST}/p/r/`name`:v1", f"{HOST}/p/r/"),
        (f"'{HOST}/p/r/' + name", f"{HOST}/p/r/"),
        (f"{HOST}/v2/p/r/app/manifests/$TAG", f"{HOST}/p/r/app:"),
        (f"{HOST}/v2/p/r/app/tags/list", f"{HOST}/p/r/app:"),
    ],
)
def test_of_a_name_with_a_variable_the_beginning_is_known(text: str, beginning: str) -> None:
    found = named_in([f"docker pull {text}"])
    assert found.beginnings == {beginning}
    assert not found.references


def test_a_digest_alone_is_found_and_one_of_a_reference_is_not_alone() -> None:
    assert named_in([f"id: {D}"]).digests == {D}
    assert named_in([f"gke.gcr.io/agent@{D}"]).digests == {D}
    assert named_in([f"{HOST}/p/r/app@{D}"]).digests == set()
    other = digest("b")
    assert named_in([f"{other} {HOST}/p/r/app@{D} {digest('c')}"]).digests == {other, digest("c")}
    assert named_in([f"{D}0"]).digests == set()
    assert named_in([D.replace(":", "%3A")]).digests == {D}


def test_a_text_that_is_escaped_again_and_again_is_not_read_for_ever() -> None:
    assert named_in([f"{HOST}%{'25' * 100_000}2Fp"]).references == set()
    # each start of a run of backslashes would take as long as the run
    begun = perf_counter()
    assert named_in(["\\" * 50_000 + " gcr.io"]).references == set()
    assert perf_counter() - begun < 10


def test_what_was_pulled_is_known_only_where_every_container_of_that_image_says_its_digest() -> None:
    v1, v2, at_digest = f"{HOST}/p/r/app:v1", f"{HOST}/p/r/app:v2", f"{HOST}/p/r/app@{D}"
    for statuses, known in (
        ([(v1, at_digest), (v2, "")], {"v1"}),
        ([(v1, D)], {"v1"}),
        ([(v1, at_digest), (v1, "")], set()),
        ([(v1, v2)], set()),
        ([("nginx", at_digest)], set()),
    ):
        found = named_in([v1, v2, at_digest])
        found.note_pulled(statuses)
        assert {each.tag for each in found.pulled} == known


@pytest.mark.parametrize(
    ("beginning", "package"),
    [
        (f"{HOST}/p/r/app:", "app:"),
        (f"{HOST}/p/r/team/app-", "team/app-"),
        (f"{HOST}/example.com/p/r/team/app-", "team/app-"),
        ("-docker.pkg.dev/p/r/app:", "app:"),
        ("gcr.io/p/team/app-", "team/app-"),
        ("eu.gcr.io/example.com/p/app:", "app:"),
        (f"{HOST}/p/r/", ""),
        (f"{HOST}/p/r", ""),
        (f"{HOST}/p", ""),
        ("gcr.io/p/", ""),
    ],
)
def test_the_package_of_a_beginning_follows_the_repository(beginning: str, package: str) -> None:
    """A host of gcr.io has no repository in its names, and a domain-scoped project has two segments."""
    assert package_in(beginning) == package
