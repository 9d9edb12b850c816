"""The shipped policies.yaml: careful, in need of no editing, and the same file wherever it lies."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

import janitor
from janitor.errors import PolicyFileError
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.policy.conditions.age import OlderThan
from janitor.policy.conditions.condition import All
from janitor.policy.deciding.repositories import decide_repository
from janitor.policy.deciding.verdict import Delete
from janitor.policy.model import Limits, Scope
from janitor.store.policy_file import default_policies, default_text, load_policies
from tests.deciding import context, decided, images_decided
from tests.making import (
    LOCATION,
    PROJECT,
    ago,
    contents,
    image,
    repository,
    revision,
    service,
    workloads,
)

TOP = Path(__file__).parents[2]
DEPLOYED = RepositoryName(PROJECT, LOCATION, "cloud-run-source-deploy")


def test_the_shipped_file_is_the_one_at_the_top_and_goes_into_the_wheel() -> None:
    assert default_text() == (TOP / "policies.yaml").read_text(encoding="utf-8")
    assert default_policies() == load_policies(TOP / "policies.yaml")
    build = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {
        "policies.yaml": "janitor/policies.yaml",
        "policies.test.yaml": "janitor/policies.test.yaml",
    }


def test_the_shipped_file_within_a_package_comes_before_the_checkout_and_none_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "janitor"
    package.mkdir(parents=True)
    monkeypatch.setattr(janitor, "__file__", str(package / "__init__.py"))
    with pytest.raises(PolicyFileError, match="install janitor again"):
        default_text()
    (tmp_path / "site" / "policies.yaml").write_text("top")
    assert default_text() == "top"
    (package / "policies.yaml").write_text("installed")
    assert default_text() == "installed"


def test_the_default_deletes_nothing_by_itself_and_names_no_project() -> None:
    policies = default_policies()
    assert (policies.mode, policies.scope, policies.limits) == ("dry-run", Scope(), Limits())
    assert policies.protect.labels == {"janitor": "keep", "env": "prod"}
    assert policies.protect.names == ("*-prod",)


def test_every_default_policy_waits_a_day_at_least() -> None:
    for policy in default_policies().policies:
        assert isinstance(policy.when, All)
        ages = [part.age for part in policy.when.parts if isinstance(part, OlderThan)]
        assert len(ages) == 1, policy.name
        assert ages[0] >= timedelta(days=1), policy.name


def in_scope() -> dict[str, object]:
    """The projects that the default credentials would name."""
    return {"projects": {PROJECT}}


def test_the_failed_service_goes_and_the_serving_young_and_protected_stay() -> None:
    found = decided(
        default_policies(),
        workloads(
            service("xai-community", failed=True, update_time=ago(hours=26)),
            service("fresh", failed=True, update_time=ago(hours=23)),
            service("shop-prod", failed=True, update_time=ago(days=9)),
            service("kept", failed=True, update_time=ago(days=9), labels={"env": "prod"}),
            service("web", traffic=["web-1"]),
        ),
        **in_scope(),
    )
    assert found == {
        "xai-community": "delete: failed", "fresh": "not-matched", "shop-prod": "protected",
        "kept": "protected", "web": "serving",
    }  # fmt: skip


def test_the_five_newest_retired_revisions_stay() -> None:
    made = [revision("web", f"web-{days}", days=days) for days in (40, 41, 42, 43, 44, 45, 46)]
    found = decided(default_policies(), workloads(service("web", traffic=["web-x"]), *made), **in_scope())
    assert [name for name, verdict in sorted(found.items()) if verdict.startswith("delete")] == [
        "web-45",
        "web-46",
    ]


def test_stale_images_go_but_the_three_newest_the_releases_and_those_in_use() -> None:
    images = [image(f"i{days}", f"t{days}", days=days) for days in (4, 5, 6, 7, 8)]
    images.append(image("release", "v1", days=90))
    goes, stays = images_decided(default_policies(), contents(*images), repo=repository(DEPLOYED))
    assert {each.image.tags[0] for each in goes} == {"t7", "t8"}
    assert sorted(stays.values()) == ["keep-latest"] * 3 + ["keep-tagged"]


def test_in_other_repositories_only_what_lost_its_tag_goes() -> None:
    images = contents(image("tagged", "a", days=90), image("untagged", days=15), image("young", days=13))
    goes, _ = images_decided(default_policies(), images)
    assert [each.image.digest for each in goes] == [image("untagged").digest]


def test_the_abandoned_source_repository_goes_with_all_that_it_holds() -> None:
    repo = repository(DEPLOYED, update_time=ago(hours=30))
    decision = decide_repository(
        context(default_policies(), **in_scope()), repo, contents(), set(), gap=False
    )
    assert isinstance(decision, Delete)
    assert decision.policy.kind is Kind.REPOSITORY
