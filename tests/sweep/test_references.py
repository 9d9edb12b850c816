"""What is in use by references of every spelling, in whole sweeps: R2, R38, R46 and R47."""

import io
from contextlib import redirect_stdout

import pytest

from janitor.cli.app import run
from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, REGISTRY, REPOSITORY, image, uri, version, world
from tests.sweep.test_tags import OFF, TAGS

HOST = "us-central1-docker.pkg.dev"
FROM_FILE = POLICIES.replace("policies:", "protect: {references: [in-use.txt]}\npolicies:")


def test_docker_pullable(place: Placing) -> None:
    """The case of that name: references as a cluster and a Helm source print them."""
    here = place(
        world(image("pod", package="web"), image("chart", package="web"), image("old", package="web"))
    )
    (here.folder / "in-use.txt").write_text(
        "# kubectl get pods -A -o json | jq -r '.items[].status.containerStatuses[].imageID'\n"
        f"docker-pullable://{uri('@' + digest('pod'), 'web')}\n"
        f"oci://{uri('@' + digest('chart'), 'web')}\n"
    )
    swept = here.sweep("--apply", policies=FROM_FILE)
    assert swept.names == [version("old", "web")]
    assert swept.kept("artifact.image") == {"in-use": 2}
    assert swept.document["references"] == {"lines": 2, "found": 2, "missing": [], "not_read": 0}


def test_every_output_says_how_many_lines_name_something_that_exists(place: Placing) -> None:
    """R38: the digest of a configuration, which a cluster prints as well, names no image."""
    here = place(world(image("a", "v1"), image("b")))
    (here.folder / "in-use.txt").write_text(f"{uri(':v1')}\n{digest('config')}\nnginx:1.27\n")
    swept = here.sweep("--dry-run", policies=FROM_FILE)
    assert swept.document["references"] == {
        "lines": 3,
        "found": 1,
        "missing": [digest("config")],
        "not_read": 1,
    }
    said = "1 of 3 references in the files of protect.references name an image that exists; 1 names none"
    assert any(said in notice for notice in swept.document["notices"])
    assert said in " ".join(here.sweep("--dry-run", policies=FROM_FILE, fmt="table").out.split())
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["explain", uri(":v1")]) == 0
    assert said in " ".join(out.getvalue().split())
    without = here.sweep("--dry-run").document
    assert without["references"] is None


@pytest.mark.parametrize(
    "line",
    [
        f"docker://{HOST}/p/r/app@{digest('a')}", f"containerd://{HOST}/p/r/app:v1", f"http://{HOST}/p/r/app:v1",
        f"https://{HOST}/v2/p/r/app/manifests/{digest('a')}", f"{HOST}/v2/p/r/app/manifests/v1",
        digest("a"), f"docker://{digest('a')}", f"\ufeff  {HOST}/p/r/app:v1 \t\r\n# a comment\r\n",
    ],
)  # fmt: skip
def test_a_reference_is_read_in_every_spelling_that_tools_print(place: Placing, line: str) -> None:
    here = place(world(image("a", "v1"), image("b")))
    (here.folder / "in-use.txt").write_bytes(line.encode())
    assert here.sweep("--apply", policies=FROM_FILE).names == [version("b")]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("  gs://bucket/app", "2:3: 'gs://bucket/app' does not name an image"),
        ("projects/p/locations/us/repositories/r", "2:1: 'projects/p/locations/us/repositories/r' does not name"),
        (f'"{HOST}/p/r/app:v1",', "is quoted, or an item of a list in YAML or JSON"),
        (f"- {HOST}/p/r/app:v1", "is more than one image reference"),
        (f"{HOST}/p/r/app:v1\u200b", "contains an invisible character"),
        (f"{HOST}/p/r", "cannot be parsed"),
        ("null", "does not name an image"),
    ],
)  # fmt: skip
def test_a_line_that_names_no_image_ends_the_command_and_calls_nobody(
    place: Placing, line: str, why: str
) -> None:
    here = place(world(image("a", "v1")))
    (here.folder / "in-use.txt").write_text(f"# from elsewhere\n{line}\n", encoding="utf-8")
    swept = here.sweep("--apply", policies=FROM_FILE)
    assert (swept.code, here.google.calls) == (2, [])
    assert "in-use.txt:2:" in swept.err
    assert why in swept.err


def test_a_tag_beside_the_digest_of_a_running_service_is_not_taken_off(place: Placing) -> None:
    services = f'{{web: {{updated: 9d ago, image: "{uri(":pr-1@" + digest("b"))}"}}}}'
    here = place(world(image("a", "pr-1"), image("b", "pr-2"), image("c"), services=services))
    assert here.sweep("--apply", policies=OFF).names == [f"{TAGS}/pr-2"]
    assert here.sweep("--apply").names == [version("c")]


def test_a_running_execution_keeps_every_image_of_the_package_that_it_names_by_tag(place: Placing) -> None:
    """The tag moved from a to b after the execution began. Its job alone would hold b alone."""
    runs = "[{name: run-1, created: 2d ago, state: running}]"
    jobs = f'{{export: {{updated: 1d ago, image: "{uri(":nightly")}", executions: %s}}}}'
    images = (image("a"), image("b", "nightly"), image("c", package="other"))
    assert place(world(*images, jobs=jobs % runs)).sweep("--apply").names == [version("c", "other")]
    ended = jobs % runs.replace("running", "succeeded")
    assert place(world(*images, jobs=ended)).sweep("--apply").names == [version("a"), version("c", "other")]


def through(where: str, which: str, more: str = "") -> str:
    """A service that names an image through another repository than r, which holds a (v1), b and c."""
    services = f'{{web: {{updated: 9d ago, image: "{HOST}/{where}{which}"}}}}'
    images = (image("a", "v1"), image("b"), image("c", "v1", package="other"))
    found = world(*images, services=services)
    return found.replace("repositories: {r:", f"repositories: {{{more} r:")


@pytest.mark.parametrize("which", [":v1", "@" + digest("a")])
def test_a_reference_through_virtual_and_remote_repositories_protects_what_they_lead_to(
    place: Placing, which: str
) -> None:
    """A virtual one over a remote one over a virtual one over r, which leads back to the first."""
    more = (
        f"all: {{mode: virtual, upstreams: ['{REPOSITORY}/cache']}},"
        f"cache: {{mode: remote, upstream: {{custom: 'https://{REGISTRY}/inner/'}}}},"
        f"inner: {{mode: virtual, upstreams: ['{REPOSITORY}/r', '{REPOSITORY}/all']}},"
    )
    swept = place(through("p/all/app", which, more)).sweep("--apply")
    assert swept.names == [version("b"), version("c", "other")]


def test_a_remote_repository_may_name_its_upstream_as_a_resource(place: Placing) -> None:
    more = f"cache: {{mode: remote, upstream: {{common: '{REPOSITORY}/r'}}}},"
    swept = place(through("p/cache/app", ":v1", more)).sweep("--apply")
    assert swept.names == [version("b"), version("c", "other")]


def test_a_digest_through_a_repository_that_is_not_read_protects_it_wherever_it_is(place: Placing) -> None:
    swept = place(through("elsewhere/mirror/renamed", f"@{digest('a')}")).sweep("--apply")
    assert swept.names == [version("b"), version("c", "other")]


def test_a_tag_through_a_repository_that_is_not_read_protects_packages_of_that_name(place: Placing) -> None:
    swept = place(through("elsewhere/mirror/app", ":v1")).sweep("--apply")
    assert swept.names == [version("c", "other")]
