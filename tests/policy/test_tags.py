"""Tags: one that something goes by stays; another is taken off where a policy says so (R8, R9, R11)."""

import pytest

from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Mode, Package
from janitor.policy.model import Policies
from tests.making import REPOSITORY, digest, image, job, repository, service, uri, workloads
from tests.policy.packaging import NPM, Shelf, package, version, written

PREVIEWS = "kind: artifact.tag, when: {tags: 'pr-*'}"
ALL = "kind: artifact.tag, when: {tags: '*'}"
FAILED = service("web", failed=True, images=(uri(":pr-1"),))
FAILS = "kind: run.service, when: {status: failed, older_than: 24h}"
GOES = "delete: a, matched"


def of_image(*tags: str, policies: Policies | None = None, **facts: object) -> dict[str, str]:
    """What becomes of the tags of an image."""
    shelf = Shelf(policies or written(PREVIEWS), images=[image("a", *tags)], **facts)  # type: ignore[arg-type]
    return shelf.decided_tags()


def of_versions(held: Package, *policies: str) -> dict[str, str]:
    """What becomes of the tags of a package of npm."""
    return Shelf(written(*policies), [held], repo=NPM).decided_tags()


def test_each_tag_is_decided_by_itself() -> None:
    """A tag beside it, or a user of the digest, keeps the image and not this tag."""
    used = workloads(job("j", uri("a"), uri(":v1")))
    assert of_image("pr-1", "v1", "pr-2", workloads=used) == {"pr-1": GOES, "v1": "in-use", "pr-2": GOES}


def test_a_tag_that_a_workload_names_stays_and_no_tag_means_latest() -> None:
    used = workloads(job("j", uri(":pr-1"), f"{REPOSITORY.uri}/app", uri(":pr-2", package="other")))
    assert of_image("pr-1", "pr-2", "latest", policies=written(ALL), workloads=used) == {
        "pr-1": "in-use", "pr-2": GOES, "latest": "in-use",
    }  # fmt: skip


def test_a_tag_that_only_workloads_name_that_this_plan_deletes_goes_after_them() -> None:
    """R12."""
    policies = written(PREVIEWS, FAILS)
    assert of_image("pr-1", "pr-2", policies=policies, workloads=workloads(FAILED)) == {
        "pr-1": f"{GOES} after {FAILED.name}", "pr-2": GOES,
    }  # fmt: skip
    both = workloads(FAILED, job("j", uri(":pr-1")))
    assert of_image("pr-1", policies=policies, workloads=both) == {"pr-1": "in-use"}


@pytest.mark.parametrize(
    ("protect", "said"),
    [
        ("{tags: [pr-1]}", {"pr-1": "protected", "pr-2": GOES}),
        ("{names: [app]}", {"pr-1": "protected", "pr-2": "protected"}),
        ("{names: [r]}", {"pr-1": "protected", "pr-2": "protected"}),
        ("{labels: {env: prod}}", {"pr-1": "protected", "pr-2": "protected"}),
        ("{names: [pr-1], labels: {env: dev}}", {"pr-1": GOES, "pr-2": GOES}),
    ],
)
def test_protected_are_tags_by_name_and_all_of_a_protected_package_or_repository(
    protect: str, said: dict[str, str]
) -> None:
    policies = written(PREVIEWS, more=f"protect: {protect}\n")
    assert of_image("pr-1", "pr-2", policies=policies, repo=repository(labels={"env": "prod"})) == said


def test_what_cannot_be_taken_off_or_others_go_by_stays() -> None:
    signature = digest("b").replace(":", "-") + ".sig"
    assert of_image(signature, "pr-1", policies=written(ALL)) == {signature: "child-of-kept", "pr-1": GOES}
    assert of_image("pr-1", repo=repository(immutable_tags=True)) == {"pr-1": "immutable-tags"}
    assert of_image("pr-1", repo=repository(mode=Mode.REMOTE)) == {"pr-1": "not-standard"}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("managed: true, when: {repository: gcf-artifacts, tags: 'pr-*'}", GOES),
        ("when: {repository: gcf-artifacts, tags: 'pr-*'}", "google-managed"),
    ],
)
def test_what_google_manages_needs_managed(policy: str, said: str) -> None:
    """R14."""
    managed = repository(RepositoryName("p", "us-central1", "gcf-artifacts"))
    assert of_image("pr-1", policies=written(f"kind: artifact.tag, {policy}"), repo=managed) == {"pr-1": said}


def test_behind_a_gap_a_tag_stays() -> None:
    assert of_image("pr-1", "v1", blocked=True) == {"pr-1": "gap", "v1": "not-matched"}


@pytest.mark.parametrize(
    ("keeps", "said"),
    [
        ("when: {older_than: 900d}, keep: {tagged: [pr-1]}", {"pr-1": "keep-tagged", "pr-2": GOES}),
        (
            "when: {name: app, older_than: 900d}, keep: {tagged: ['*-1']}",
            {"pr-1": "keep-tagged", "pr-2": GOES},
        ),
        ("when: {name: other, older_than: 900d}, keep: {tagged: [pr-1]}", {"pr-1": GOES, "pr-2": GOES}),
        ("when: {older_than: 900d}, keep: {latest: 9}", {"pr-1": GOES, "pr-2": GOES}),
        ("when: {older_than: 900d}", {"pr-1": GOES, "pr-2": GOES}),
    ],
)
def test_a_tag_by_which_something_is_kept_stays_and_the_others_go(keeps: str, said: dict[str, str]) -> None:
    """Else the image that `keep.tagged` holds would go in the next sweep."""
    assert of_image("pr-1", "pr-2", policies=written(PREVIEWS, f"kind: artifact.image, {keeps}")) == said
    assert of_versions(package(version("1", "pr-1", "pr-2"), short="app"), PREVIEWS, f"kind: artifact.version, {keeps}") == said  # fmt: skip


def test_a_keep_of_images_holds_no_tag_of_another_format_nor_the_other_way_round() -> None:
    keep = "when: {older_than: 900d}, keep: {tagged: [pr-1]}"
    assert of_versions(package(version("1", "pr-1")), PREVIEWS, f"kind: artifact.image, {keep}") == {
        "pr-1": GOES
    }
    assert of_image("pr-1", policies=written(PREVIEWS, f"kind: artifact.version, {keep}")) == {"pr-1": GOES}


@pytest.mark.parametrize(
    ("when", "goes"),
    [
        ("{tags: [next, 'pr-?']}", {"next", "pr-1"}),
        ("{tags_regex: '^pr-[0-9]+$'}", {"pr-1", "pr-12"}),
        ("{tags_regex: '1'}", {"pr-1", "pr-12", "1.2.0"}),
        ("{tags_semver: '>=1 <2'}", {"1.2.0"}),
        ("{tags: '*', format: npm}", {"next", "pr-1", "pr-12", "1.2.0", "a tag"}),
        ("{tags: '*', format: maven}", set()),
        ("{tags: 'a *', name: web}", {"a tag"}),
        ("{tags: '*', name: w}", set()),
        ("{expr: \"resource.tag == 'next' && resource.version == '2.0'\"}", {"next"}),
        ("{expr: \"resource.tag.endsWith('r-1') && resource.name == 'web' && resource.kind == 'artifact.tag'\"}", {"pr-1"}),
    ],
)  # fmt: skip
def test_what_policies_ask_of_a_tag(when: str, goes: set[str]) -> None:
    held = package(version("1.0", "pr-1", "pr-12", "1.2.0"), version("2.0", "next", "a tag"))
    found = of_versions(held, f"kind: artifact.tag, when: {when}")
    assert {tag for tag, said in found.items() if said == GOES} == goes
    assert len(found) == 5


def test_a_tags_version_is_an_images_digest() -> None:
    expr = f"{{expr: \"resource.version == '{digest('a')}'\"}}"
    assert of_image("v1", policies=written(f"kind: artifact.tag, when: {expr}")) == {"v1": GOES}


def test_a_tracer_is_shown_who_names_a_tag_and_what_frees_it() -> None:
    used = workloads(FAILED, job("j", uri(":v1")))
    shelf = Shelf(written(ALL, FAILS), images=[image("a", "pr-1", "v1")], workloads=used)
    shelf.decided_tags()
    shown = {
        name.rpartition("/")[2]: (set(case.users), set(case.freed)) for name, case in shelf.cases.items()
    }
    assert shown == {"pr-1": (set(), {str(FAILED.name)}), "v1": ({str(used.of(Kind.JOB)[0].name)}, set())}


def test_a_tag_is_called_as_google_writes_it() -> None:
    shelf = Shelf(
        written(ALL), [package(version("1.0", "a tag"))], [image("a", "v1", package="team/app")], NPM
    )
    shelf.decided_tags()
    of = "projects/p/locations/us-central1/repositories/r/packages"
    assert set(shelf.cases) == {f"{of}/web/tags/a%20tag", f"{of}/team%2Fapp/tags/v1"}
