"""`janitor explain` over loopback: why one resource goes or stays, and what is read for that."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest

from janitor.cli.app import run
from janitor.emulator import digest
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import REPOSITORY, RUN, Place, Swept, image, uri, version, world

POLICIES = """\
version: 1
scope: {projects: [p]}
protect: {labels: {janitor: keep}, tags: [keep-*]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
  - {name: retired, kind: run.revision, when: {status: retired, older_than: 7d}, keep: {latest: 1}}
  - {name: stale, kind: artifact.image, when: {older_than: 7d, not: {tags: "latest"}}, keep: {latest: 1}}
"""
SERVICES = (
    f'{{web: {{updated: 9d ago, image: "{uri(":v1")}"}}, '
    f'broken: {{updated: 3d ago, state: failed, image: "{uri("@old")}"}}}}'
)
IMAGES = (
    image("idx", "v1", children="[amd, arm]"), image("amd"), image("arm"), image("old", "v0"),
    image("kept", "keep-me"), image("young", "latest", age="1d ago"), image("stray", "x"),
)  # fmt: skip


def explain(here: Place, *words: str, policies: str = POLICIES) -> Swept:
    (here.folder / "policies.yaml").write_text(policies, encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["explain", *words])
    return Swept(code, out.getvalue(), err.getvalue())


def told(here: Place, *words: str) -> dict[str, Any]:
    found = explain(here, *words, "--format", "json")
    assert found.code == 0, found.err
    return found.document


@pytest.fixture
def here(place: Placing) -> Place:
    return place(world(*IMAGES, services=SERVICES))


def test_an_image_in_use_by_a_tag_names_its_users_through_the_index(here: Place) -> None:
    found = told(here, version("amd"))
    assert found["verdict"] | {"detail": ""} == {
        "fate": "keep", "policy": "", "reason": "in-use", "detail": "", "container": "",
    }  # fmt: skip
    users = {user["name"]: user["how"] for user in found["users"]}
    assert users[f"{RUN}/services/web"] == f"by tag v1 {digest('idx')}, which needs it"
    assert any(f"{RUN}/services/web" in change for change in found["changes"])


def test_an_image_is_found_by_its_uri_with_a_tag_or_with_a_digest(here: Place) -> None:
    assert told(here, uri(":v0"))["name"] == version("old")
    assert told(here, uri(f"@{digest('stray')}"))["name"] == version("stray")


def test_an_image_that_a_failed_service_frees_waits_for_it(here: Place) -> None:
    found = told(here, uri(":v0"))
    assert found["verdict"]["fate"] == "delete"
    assert (found["verdict"]["policy"], found["verdict"]["reason"]) == ("stale", "older-than")
    assert found["after"] == [f"{RUN}/services/broken"]
    assert {user["goes_by"] for user in found["users"]} >= {f"{RUN}/services/broken"}


def test_a_protected_tag_is_named_as_it_stands_in_the_file(here: Place) -> None:
    found = told(here, uri(":keep-me"))
    (guard,) = [guard for guard in found["guards"] if guard["holds"]]
    assert guard["reason"] == found["verdict"]["reason"] == "protected"
    assert guard["details"] == ["protect.tags: keep-* names its tag keep-me"]


def test_each_key_says_what_it_asks_and_what_the_image_has(here: Place) -> None:
    (policy,) = told(here, uri(":latest"))["policies"]
    older, negated = sorted(policy["when"], key=lambda each: each["asks"], reverse=True)
    assert policy["matches"] is False
    assert (older["asks"], older["holds"]) == ("older_than: 7d", False)
    assert older["has"].startswith("24h old, since ")
    assert (negated["asks"], negated["holds"]) == ("not", False)
    assert negated["parts"] == [{"asks": "tags: latest", "has": "latest", "holds": True}]
    assert (policy["keep"]["asks"], policy["keep"]["speaks"]) == ("latest: 1", False)


def test_what_keep_latest_holds_has_its_place_in_the_group(place: Placing) -> None:
    here = place(world(image("old", "v0", age="20d ago"), image("older", "v1")))
    held, other = (told(here, uri(tag))["policies"][0]["keep"] for tag in (":v0", ":v1"))
    assert (held["reason"], held["rank"], held["of"]) == ("keep-latest", 1, 2)
    assert (other["reason"], other["rank"], other["of"]) == (None, 2, 2)


def test_a_service_is_read_in_its_own_place_alone(here: Place) -> None:
    found = told(here, f"{RUN}/services/broken")
    assert found["verdict"]["fate"] == "delete"
    assert found["contains"] == {"run.revision": 1}
    assert found["rests_on"] == [
        "Cloud Run in us-central1 of p",
        "scheduled deletions and opt-outs in the ledger",
    ]
    methods = {method for method, _ in here.google.calls}
    assert "ListServices" in methods
    assert not methods & {"ListRepositories", "ListDockerImages"}


def test_an_image_reads_one_repository_and_no_other(place: Placing) -> None:
    second = ", s: {created: 90d ago, updated: 40d ago, size: 1GB, images: []}"
    text = world(*IMAGES, services=SERVICES).replace("]}}", f"]}}{second}}}", 1)
    here = place(text)
    told(here, uri(":v0"))
    assert [where for method, where in here.google.calls if method == "ListDockerImages"] == [
        f"{REPOSITORY}/r"
    ]


def test_a_short_name_is_enough_where_only_one_bears_it(here: Place) -> None:
    assert told(here, "broken")["name"] == f"{RUN}/services/broken"


def test_an_unknown_name_is_refused_with_near_ones(here: Place) -> None:
    found = explain(here, "brokn")
    assert (found.code, found.out) == (2, "")
    assert f"{RUN}/services/broken" in found.err


def test_a_name_of_several_is_refused_with_all_of_them(place: Placing) -> None:
    services = f'{{r: {{updated: 9d ago, image: "{uri(":v1")}"}}}}'
    found = explain(place(world(image("idx", "v1"), services=services)), "r")
    assert found.code == 2
    assert f"{RUN}/services/r" in found.err
    assert f"{REPOSITORY}/r" in found.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (f"{RUN}/services/none", "there is no"),
        (f"{RUN}/instances/w", "this kind is not explained"),
        (f"{REPOSITORY}/r/packages/app/versions/1.0", "there is no version 1.0"),
        (f"{REPOSITORY}/r/packages/ap", "near are app"),
        (f"{REPOSITORY}/r/packages/app/tags/v9", "there is no tag v9"),
        (f"{REPOSITORY}/r/files/app", "this kind is not explained"),
        (f"{REPOSITORY}/none", "there is no"),
        (uri(":v9"), "there is no image v9"),
        ("projects/q/locations/us-central1/services/web", "project q is not read"),
        ("us-central1-docker.pkg.dev/p/r/app@sha256:12", "cannot be parsed"),
    ],
)
def test_what_cannot_be_explained_is_refused_and_says_why(here: Place, name: str, said: str) -> None:
    found = explain(here, name)
    assert found.code == 2
    assert said in found.err


def test_a_gap_keeps_an_image_and_ends_with_three(place: Placing) -> None:
    trouble = "[{rpc: ListJobs, location: europe-west1, permission_denied: true}]"
    here = place(world(*IMAGES, services=SERVICES, trouble=trouble))
    found = explain(here, uri(":x"), "--format", "json")
    assert found.code == 3
    assert (found.document["verdict"]["fate"], found.document["verdict"]["reason"]) == ("keep", "gap")
    assert found.document["gaps"][0]["location"] == "europe-west1"
    assert any(change.startswith("gap: ") for change in found.document["changes"])


@pytest.mark.parametrize("label", ["idx", "amd", "old", "kept", "young", "stray"])
def test_the_verdict_is_the_sweep_s(here: Place, label: str) -> None:
    swept = here.sweep("--dry-run", "--kept", policies=POLICIES)
    goes = {action["name"]: (action["policy"], action["reason"]) for action in swept.actions}
    stays = {name: ("", row["reason"]) for row in swept.document["kept"] for name in row.get("names", ())}
    verdict = told(here, version(label))["verdict"]
    assert (verdict["policy"], verdict["reason"]) == (goes | stays)[version(label)]


def test_nothing_is_changed_and_nothing_is_recorded(here: Place) -> None:
    explain(here, uri(":v0"))
    explain(here, "--kept", "in-use")
    assert here.changes == []
    out = io.StringIO()
    with redirect_stdout(out):
        assert run(["history", "--all", "--format", "json"]) == 0
    assert json.loads(out.getvalue())["sweeps"] == []


def test_a_list_of_what_is_in_use_names_the_users(here: Place) -> None:
    found = told(here, "--kept", "in-use", "--repository", "r")
    rows = {row["name"]: row["users"] for row in found["kept"]}
    assert set(rows) == {version("idx"), version("amd"), version("arm")}
    assert f"{RUN}/services/web" in rows[version("arm")]
    table = explain(here, "--kept", "in-use", "--repository", "r").out
    assert "service web (us-central1, p)" in table


def test_a_list_may_be_of_one_kind(here: Place) -> None:
    found = told(here, "--kept", "serving", "--kind", "run.service")
    assert [row["name"] for row in found["kept"]] == [f"{RUN}/services/web"]
    assert told(here, "--kept", "serving", "--kind", "run.revision")["kept"] == []


def test_the_text_says_it_all_in_order(here: Place) -> None:
    text = " ".join(explain(here, uri(":v1")).out.split())
    parts = ["KEEP: in use by a workload that is kept (in-use)", "Policies for images", "stale: matches", "Protections and guards",
             "in-use: yes", "Used by", "service web (us-central1, p), by tag v1",
             "To make it deletable, all of:", "Limits are not evaluated"]  # fmt: skip
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    "words", [(), ("web", "--kept", "in-use"), ("web", "--kind", "run.service"), ("--kept", "in-us"),
              ("--kept", "in-use", "--kind", "run.servic"), ("--kept", "in-use", "--repository", "rr")]
)  # fmt: skip
def test_words_that_make_no_sense_are_refused(here: Place, words: tuple[str, ...]) -> None:
    found = explain(here, *words)
    assert (found.code, found.out) == (2, "")


PACKAGES = f"{POLICIES}  - {{name: whole, kind: artifact.package, when: {{older_than: 7d}}}}\n"


@pytest.mark.parametrize("policies", [PACKAGES, PACKAGES.replace("artifact.image", "artifact.version")])
@pytest.mark.parametrize("package", ["app", "team/app"])
def test_an_image_whose_whole_package_goes_goes_with_it(place: Placing, package: str, policies: str) -> None:
    """Though no image policy may speak of it, or one would keep another of its package."""
    policies = policies.replace(', not: {tags: "latest"}}, keep: {latest: 1}', "}")
    here = place(world(image("a", "v1", package=package), image("b", "v2", package="busy", age="1d ago")))
    swept = here.sweep("--dry-run", policies=policies)
    whole = f"{REPOSITORY}/r/packages/{package.replace('/', '%2F')}"
    assert swept.names == [whole]
    for called in (f"{whole}/versions/{digest('a')}", f"{uri('', package)}@{digest('a')}"):
        found = explain(here, called, "--format", "json", policies=policies).document
        verdict = found["verdict"]
        assert (verdict["fate"], verdict["container"]) == ("contained", whole)
        assert (verdict["policy"], verdict["reason"]) == ("whole", "older-than")
        assert found["changes"] == [f"{whole} is kept"]
