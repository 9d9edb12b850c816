"""Resource Manager, asked by its official clients."""

import pytest
from google.api_core.exceptions import InvalidArgument, PermissionDenied

from janitor.emulator import WorldError
from janitor.emulator.world import parse
from tests.emulator.asking import google, troubled

WORLD = """\
organization: {id: "123", folders: {"456": {name: shops}, "789": {name: online, parent: folders/456}}}
projects:
  cart: {number: "1001", parent: folders/789, created: 30d ago}
  store: {number: "1002", parent: folders/456}
  top: {number: "1003"}
  ending: {number: "1004", parent: folders/456, state: DELETE_REQUESTED}
  secret: {number: "1005", hidden: true}
"""


def found(query: str = "", world: str = WORLD) -> list[str]:
    with google(world) as asked:
        return [each.project_id for each in asked.projects.search_projects(query=query)]


def test_a_search_has_what_the_caller_may_see_and_says_nothing_of_the_rest() -> None:
    assert found() == ["cart", "ending", "store", "top"]


def test_a_project_has_its_number_parent_and_state() -> None:
    with google(WORLD) as asked:
        (cart,) = asked.projects.search_projects(query="id:cart")
        (ending,) = asked.projects.search_projects(query="id:ending")
    assert (cart.name, cart.project_id, cart.parent, cart.state.name) == (
        "projects/1001",
        "cart",
        "folders/789",
        "ACTIVE",
    )
    assert cart.create_time is not None
    assert ending.state.name == "DELETE_REQUESTED"


def test_a_project_matches_if_any_field_of_the_query_does() -> None:
    assert found("state:ACTIVE") == ["cart", "store", "top"]
    assert found("parent:folders/456") == ["ending", "store"]
    assert found("parent:folders/789 state:DELETE_REQUESTED") == ["cart", "ending"]
    assert found("NAME:CA*") == ["cart"]
    assert found("parent.type:organization") == ["top"]
    assert found("parent.id:789") == ["cart"]


@pytest.mark.parametrize("query", ["cart", "colour:red", "name"])
def test_a_query_that_is_not_understood_is_refused(query: str) -> None:
    with pytest.raises(InvalidArgument):
        found(query)


def test_pages_of_projects_are_of_a_hundred_at_most() -> None:
    world = "projects:\n" + "".join(f"  p{n:04}: {{}}\n" for n in range(250))
    with google(world) as asked:
        pages = list(asked.projects.search_projects({"page_size": 1000}).pages)
    assert [len(page.projects) for page in pages] == [100, 100, 50]


def test_a_project_is_got_by_number_or_id_if_it_may_be_seen() -> None:
    with google(WORLD) as asked:
        assert asked.projects.get_project(name="projects/1001").project_id == "cart"
        assert asked.projects.get_project(name="projects/cart").name == "projects/1001"
        for name in ("projects/secret", "projects/none"):
            with pytest.raises(PermissionDenied):
                asked.projects.get_project(name=name)


def test_folders_are_listed_one_level_at_a_time() -> None:
    with google(WORLD) as asked:
        top = list(asked.folders.list_folders(parent="organizations/123"))
        below = list(asked.folders.list_folders(parent="folders/456"))
        assert [(each.name, each.display_name) for each in top] == [("folders/456", "shops")]
        assert [(each.name, each.parent) for each in below] == [("folders/789", "folders/456")]
        assert not list(asked.folders.list_folders(parent="folders/789"))
        with pytest.raises(PermissionDenied):
            asked.folders.list_folders(parent="folders/1")


def test_each_api_can_have_a_latency(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("janitor.emulator.dispatch.asyncio.sleep", sleep)
    with google("latency: {default: 100ms, projects: 2s, asset: 0s}\n" + WORLD) as asked:
        list(asked.projects.search_projects())
        list(asked.folders.list_folders(parent="folders/456"))
        with pytest.raises(PermissionDenied):
            asked.assets.search_all_resources(scope="projects/cart")
        list(asked.catalog.list_skus(parent="services/152E-C115-5142"))
    assert waited == [2.0, 2.0, 0.1]


def test_a_search_can_fail_and_miss_projects() -> None:
    rules = """
        rpc: SearchProjects, permission_denied: true, times: 1
        rpc: SearchProjects, omit: projects/1001
    """
    with google(troubled(rules, WORLD)) as asked:
        with pytest.raises(PermissionDenied):
            asked.projects.search_projects()
        assert [each.project_id for each in asked.projects.search_projects()] == ["ending", "store", "top"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("organization: {folders: {}}\n", "`id` is missing"),
        ('organization: {id: "1", folders: {shops: {}}}\n', "a folder's key is its number"),
        ('organization: {id: "1", folders: {"2": {parent: folders/3}}}\n', "folders/2 does not lie in"),
        ('organization: {id: "1", folders: {"2": {parent: folders/2}}}\n', "folders/2 does not lie in"),
        ("projects: {p: {parent: folders/9}}\n", "the organization has no 'folders/9'"),
        ("projects: {p: {state: GONE}}\n", "must be one of ACTIVE, DELETE_REQUESTED"),
    ],
)
def test_a_wrong_place_is_refused(text: str, said: str) -> None:
    with pytest.raises(WorldError, match=said):
        parse(text)
