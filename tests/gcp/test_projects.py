"""Projects of an organization, read from the emulator by the adapter."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from janitor.emulator import Emulator
from janitor.errors import ObservationError
from janitor.gcp.channels import connect
from janitor.gcp.projects import ProjectFinder
from janitor.model.kinds import Kind
from janitor.model.projects import FoundProjects, ListedProject

WORLD = """\
organization: {id: "123", folders: {"456": {name: shops}, "789": {parent: folders/456}}}
projects:
  cart: {number: "1001", parent: folders/789, cloud_asset: true}
  store: {number: "1002", parent: folders/456}
  top: {number: "1003"}
  ending: {number: "1004", parent: folders/456, state: DELETE_REQUESTED}
  secret: {number: "1005", parent: folders/789, hidden: true}
"""
OTHER = "  stranger: {number: '1006', parent: folders/999}\n"


async def found(world: str, roots: Sequence[str] = ("organizations/123",)) -> FoundProjects:
    with Emulator.from_text(world) as emulator:
        async with connect(emulator.host, emulator.http) as clients:
            return await ProjectFinder(clients).find(roots, datetime.now(UTC))


def ids(projects: Sequence[ListedProject]) -> list[str]:
    return [each.id for each in projects]


async def test_finds_active_projects_in_every_folder_and_those_that_only_the_inventory_lists() -> None:
    answer = await found(WORLD)
    assert ids(answer.active) == ["cart", "store", "top"]
    assert answer.only_inventory == (ListedProject("secret", "1005"),)
    assert (answer.elsewhere, answer.gaps) == ((), ())


async def test_settled_are_those_that_both_list_below_the_roots_and_that_nobody_changed_for_a_day() -> None:
    """What is listed of a project that was moved an hour ago may be listed elsewhere."""
    assert sorted((await found(WORLD)).settled) == ["cart", "store", "top"]
    moved = WORLD.replace('{number: "1003"', '{number: "1003", updated: 23h ago')
    assert sorted((await found(moved)).settled) == ["cart", "store"]
    older = WORLD.replace('{number: "1003"', '{number: "1003", updated: 25h ago')
    assert sorted((await found(older)).settled) == ["cart", "store", "top"]
    late = WORLD + 'trouble: [{rpc: SearchAllResources, omit: "*/cart"}]\n'
    assert sorted((await found(late)).settled) == ["store", "top"]
    assert sorted((await found(WORLD, ["folders/456"])).settled) == ["cart", "store"]


async def test_a_folder_that_was_changed_today_settles_nothing_below_it() -> None:
    moved = WORLD.replace("{name: shops}", "{name: shops, updated: 2h ago}")
    answer = await found(moved)
    assert sorted(answer.settled) == ["top"]
    assert sorted(answer.listed) == ["cart", "store", "top"]
    assert sorted((await found(moved, ["folders/456"])).settled) == ["cart", "store"]


async def test_when_a_project_was_created_is_known() -> None:
    made = (await found(WORLD.replace('{number: "1003"', '{number: "1003", created: 48h ago'))).created
    assert sorted(made) == ["cart", "store", "top"]
    assert 47 < (datetime.now(UTC) - made["top"]).total_seconds() / 3600 < 49


async def test_a_folder_holds_those_of_the_folders_below_it() -> None:
    assert ids((await found(WORLD, ["folders/456"])).active) == ["cart", "store"]
    assert ids((await found(WORLD, ["folders/789"])).active) == ["cart"]
    assert ids((await found(WORLD, ["folders/789", "folders/456"])).only_inventory) == ["secret"]


async def test_a_project_that_the_inventory_lacks_is_found_all_the_same() -> None:
    answer = await found(WORLD + 'trouble: [{rpc: SearchAllResources, omit: "*/cart"}]\n')
    assert ids(answer.active) == ["cart", "store", "top"]


async def test_a_project_marked_for_deletion_is_not_missed_though_the_inventory_calls_it_active() -> None:
    late = "trouble: [{rpc: SearchAllResources, rewrite: {item: '*/ending', field: state, value: ACTIVE}}]\n"
    answer = await found(WORLD + late)
    assert ids(answer.only_inventory) == ["secret"]
    assert "ending" not in ids(answer.active)


async def test_what_the_inventory_calls_by_an_unknown_state_counts_as_active() -> None:
    odd = "trouble: [{rpc: SearchAllResources, rewrite: {item: '*/secret', field: state, value: ''}}]\n"
    assert ids((await found(WORLD + odd)).only_inventory) == ["secret"]


async def test_a_project_that_was_moved_is_read_and_is_not_one_of_the_folder() -> None:
    moved = (
        "trouble: [{rpc: SearchProjects, rewrite: {item: projects/1001, field: parent, value: folders/1}}]\n"
    )
    answer = await found(WORLD + moved)
    assert ids(answer.active) == ["store", "top"]
    assert answer.elsewhere == (ListedProject("cart", "1001"),)


@pytest.mark.parametrize("rpc", ["SearchProjects", "ListFolders"])
async def test_without_resource_manager_nothing_is_known(rpc: str) -> None:
    with pytest.raises(ObservationError, match=r"the projects of .*PERMISSION_DENIED.*roles/browser"):
        await found(WORLD + f"trouble: [{{rpc: {rpc}, permission_denied: true}}]\n")


async def test_without_a_folder_below_nothing_is_known_either() -> None:
    with pytest.raises(ObservationError, match="folders/456"):
        await found(WORLD + "trouble: [{rpc: ListFolders, name: folders/456, permission_denied: true}]\n")


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("permission_denied: true", "PERMISSION_DENIED"),
        (
            "permission_denied: {reason: SERVICE_DISABLED, metadata: {service: cloudasset.googleapis.com}}",
            "DISABLED",
        ),
        ("repeat_page_token: true", "repeats the page"),
    ],
)
async def test_without_the_inventory_a_hidden_project_may_use_any_image(trouble: str, why: str) -> None:
    answer = await found(WORLD + f"trouble: [{{rpc: SearchAllResources, {trouble}}}]\n")
    assert ids(answer.active) == ["cart", "store", "top"]
    (gap,) = answer.gaps
    assert (gap.project, gap.kind) == ("organizations/123", Kind.PROJECT)
    assert why in gap.cause


async def test_all_pages_are_read_and_a_project_that_comes_twice_counts_once() -> None:
    many = "".join(f"  p{n:03}: {{number: '{2000 + n}'}}\n" for n in range(250))
    rules = "trouble:\n  - {rpc: SearchProjects, repeat: true}\n  - {rpc: Search*, empty_pages: true}\n"
    answer = await found(WORLD + many + rules)
    assert len(answer.active) == 253
    assert ids(answer.only_inventory) == ["secret"]


async def test_an_id_that_no_project_has_is_not_sent_and_not_shown() -> None:
    odd = "trouble: [{rpc: SearchProjects, rewrite: {item: projects/1001, field: project_id, value: 'a/b c'}}]\n"
    with pytest.raises(ObservationError, match="a project is listed with the id 'a/b c'"):
        await found(WORLD + odd)


async def test_a_project_without_a_number_in_the_inventory_leaves_it_unchecked() -> None:
    odd = "trouble: [{rpc: SearchAllResources, rewrite: {item: '*/secret', field: project, value: ''}}]\n"
    answer = await found(WORLD + odd)
    assert [gap.project for gap in answer.gaps] == ["organizations/123"]
