"""R42, end to end: where no workload is found, nothing says which images are in use, and none is deleted."""

import json

import pytest

from tests.sweep.conftest import Placing
from tests.sweep.packages import libs
from tests.sweep.stepping import IMAGES_WEEK, Days, listed
from tests.sweep.sweeping import REPOSITORY, USER, image, uri, version, world

ALL = """\
version: 1
scope: {projects: [p]}
limits: {max_share: 100%}
policies:
  - {name: images, kind: artifact.image, when: {older_than: 7d}}
  - {name: packages, kind: artifact.package, when: {name: other, older_than: 7d}}
  - {name: tags, kind: artifact.tag, when: {tags: "pr-*"}}
  - {name: repositories, kind: artifact.repository, when: {name: r, older_than: 2d}}
"""
NONE = ALL.replace("projects: [p]", "projects: [p], workloads: none")
LINE = "scope: {workloads: none}"
KINDS = ("artifact.image", "artifact.package", "artifact.tag", "artifact.repository")


def empty(*images: str, **more: str) -> str:
    """A world in which nothing runs."""
    found = images or (image("a", "v1"), image("b", "pr-1", age="3d ago"), image("c", package="other"))
    return world(*found, **({"instances": "{}"} | more))


def test_where_no_workload_is_found_nothing_of_docker_is_deleted(place: Placing) -> None:
    here = place(empty())
    swept = here.sweep("--apply", policies=ALL)
    assert (swept.code, swept.actions, here.changes) == (3, [], [])
    assert {kind: swept.kept(kind)["no-workloads-seen"] for kind in KINDS} == {
        "artifact.image": 2, "artifact.package": 1, "artifact.tag": 1, "artifact.repository": 1,
    }  # fmt: skip
    (gap,) = swept.document["gaps"]
    assert LINE in gap["cause"]


def test_the_table_says_so_first(place: Placing) -> None:
    swept = place(empty()).sweep("--dry-run", policies=ALL, fmt="table")
    assert swept.code == 3
    first, cause = swept.out.splitlines()[:2]
    assert (first, "no workload was found in p" in cause) == ("NO WORKLOADS FOUND", True)
    assert LINE in " ".join(swept.out.split())
    assert "INCOMPLETE" not in swept.out
    assert "Nothing to delete" not in swept.out


def test_workloads_none_allows_it_and_uses_still_hold(place: Placing) -> None:
    here = place(empty())
    assert here.sweep("--dry-run", policies=NONE).names == [f"{REPOSITORY}/r"]
    (here.folder / "used.txt").write_text(uri("@a").replace("@a", ":v1"))
    used = NONE.replace("limits:", "protect: {references: [used.txt]}\nlimits:")
    swept = here.sweep("--dry-run", policies=used)
    assert (swept.code, swept.kept("artifact.image")["in-use"]) == (0, 1)


@pytest.mark.parametrize("rpc", ["ListServices", "ListDockerImages"])
def test_with_workloads_none_a_gap_still_keeps(place: Placing, rpc: str) -> None:
    trouble = f"[{{rpc: {rpc}, error: {{code: PERMISSION_DENIED}}}}]"
    swept = place(empty(trouble=trouble)).sweep("--apply", policies=NONE)
    assert (swept.code, swept.actions) == (3, [])


@pytest.mark.parametrize(
    "found",
    [
        {"instances": USER},
        {"services": "{web: {updated: 3d ago, image: docker.io/library/web}}"},
        {"jobs": "{j: {created: 3d ago, image: docker.io/library/web}}"},
        {"pools": "{pool: {created: 3d ago, image: docker.io/library/web}}"},
    ],
)
def test_any_workload_is_enough(place: Placing, found: dict[str, str]) -> None:
    swept = place(empty(**found)).sweep("--dry-run", policies=ALL)
    assert (swept.code, swept.names) == (0, [f"{REPOSITORY}/r"])


def test_a_workload_of_a_project_that_is_only_read_is_enough(place: Placing) -> None:
    more = """\
  q:
    locations: [us-central1]
    artifact_locations: [us-central1]
    run: {us-central1: {services: {web: {updated: 3d ago, image: docker.io/library/web}}}}
"""
    rules = ALL.replace("projects: [p]", "projects: [p], also_read: [q]")
    swept = place(empty(more=more)).sweep("--dry-run", policies=rules)
    assert (swept.code, swept.names) == (0, [f"{REPOSITORY}/r"])


def test_a_reference_file_is_enough(place: Placing) -> None:
    here = place(empty())
    (here.folder / "used.txt").write_text("us-docker.pkg.dev/elsewhere/images/web:v1\n")
    swept = here.sweep(
        "--dry-run", policies=ALL.replace("limits:", "protect: {references: [used.txt]}\nlimits:")
    )
    assert (swept.code, swept.names) == (0, [f"{REPOSITORY}/r"])


def test_other_formats_are_not_concerned(place: Placing) -> None:
    here = place(libs("{app: {versions: [{version: 1.0.0, created: 90d ago}]}}"))
    rules = "version: 1\nscope: {projects: [p]}\nlimits: {max_share: 100%}\npolicies:\n"
    rules += "  - {name: v, kind: artifact.version, when: {repository: libs, older_than: 7d}}\n"
    rules += "  - {name: i, kind: artifact.image, when: {older_than: 7d}}\n"
    swept = here.sweep("--apply", policies=rules)
    assert (swept.code, len(swept.names)) == (0, 1)


def test_explain_says_what_to_add(place: Placing) -> None:
    from tests.sweep.stepping import said

    here = place(empty())
    here.sweep("--dry-run", policies=ALL)
    code, out, _ = said("explain", version("a"), "--format", "json")
    assert (code, json.loads(out)["verdict"]["reason"]) == (3, "no-workloads-seen")
    assert "workloads: none" in out


def test_a_date_that_was_announced_stands_while_no_workload_is_found(place: Placing, days: Days) -> None:
    services = "{web: {updated: 3d ago, image: docker.io/library/web}}"
    here = place(empty(services=services))
    here.sweep("--apply", policies=IMAGES_WEEK)
    before = listed()
    here.google.control.now(lambda w: [w.run[kind].clear() for kind in ("services", "revisions")])
    days.pass_by(days=1)
    assert here.sweep("--apply", policies=IMAGES_WEEK).code == 3
    assert before == listed()
    assert before["marks"]
