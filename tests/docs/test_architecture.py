"""docs/architecture.md: its picture, its rooms and its rules are those of the code."""

import re
import tomllib

import pytest

from scripts.map import EDGES, Graph, circles, imports, picture, reduced, room_of, rooms, with_picture
from tests.architecture.reading import modules, tree
from tests.docs.pages import ROOT, text_of

PAGE = text_of("docs/architecture.md")
SECTION = PAGE.partition("## Rooms")[2].partition("### Import graph")[0]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return imports()


def test_the_picture_is_drawn_from_the_imports_of_the_code(graph: Graph) -> None:
    assert with_picture(PAGE, picture(graph)) == PAGE, "run make map"


def test_the_same_imports_give_the_same_picture_in_any_order(graph: Graph) -> None:
    assert picture(dict(reversed(graph.items()))) == picture(graph)


def test_no_modules_import_each_other_in_a_circle(graph: Graph) -> None:
    assert circles(graph) == []


def test_a_circle_is_found_through_other_modules() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"f"}, "f": {"e"}, "g": set[str]()}
    assert circles(graph) == [["a", "b", "c"], ["e", "f"]]


def test_an_arrow_that_follows_from_others_is_not_drawn() -> None:
    assert reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_arrows_within_a_circle_are_all_drawn_and_one_arrow_leads_to_it() -> None:
    graph = {"a": {"b", "c"}, "b": {"c", "d"}, "c": {"b", "d"}, "d": set[str]()}
    drawn = reduced(graph)
    assert "c" in drawn["b"]
    assert "b" in drawn["c"]
    assert [len(drawn["a"]), len((drawn["b"] | drawn["c"]) & {"d"})] == [1, 1]


def test_the_picture_reaches_what_the_imports_reach(graph: Graph) -> None:
    whole = rooms(graph)
    drawn = reduced(whole)
    for room in whole:
        assert _reached(drawn, room) == _reached(whole, room), room


def test_every_room_edge_and_top_module_of_the_code_is_described(graph: Graph) -> None:
    named = set(re.findall(r"`([\w/]+?)(?:/|\.py)?`", SECTION))
    packages = {module.rpartition(".")[0] for module in graph} - {""}
    tops = {module for module in graph if "." not in module} - {"janitor", "__main__"}
    nested = {room_of(module) for module in graph} & packages
    assert {part.replace(".", "/") for part in tops | nested} - named == set()
    assert {edge for edge in EDGES if not _is_named_as_edge(edge)} == set()


def test_every_edge_is_a_module_of_the_code(graph: Graph) -> None:
    assert EDGES - graph.keys() == set()


def test_every_room_that_the_page_describes_exists() -> None:
    rows = [row.split("|")[1] for row in SECTION.splitlines() if row.startswith("| `")]
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / "janitor" / path).exists()] == []


def test_every_value_of_the_page_is_a_class_of_the_code() -> None:
    table = PAGE.partition("## Values")[2].partition("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([A-Z]\w+)`", row)}
    known = {getattr(node, "name", "") for path in modules() for node in tree(path).body}
    assert named - known == set()


def test_the_page_names_every_import_contract_and_no_other() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    contracts = [contract["name"] for contract in project["tool"]["importlinter"]["contracts"]]
    assert sorted(re.findall(r'contract "([^"]+)"', PAGE)) == sorted(contracts)


def test_every_test_that_holds_a_rule_exists() -> None:
    named = re.findall(r"`(test_\w+)`", PAGE)
    known = {
        getattr(node, "name", "")
        for folder in ("architecture", "docs")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        for node in tree(path).body
    }
    assert [name for name in named if name not in known] == []


def _is_named_as_edge(edge: str) -> bool:
    """Whether the row of the file's room names it."""
    room, _, file = edge.partition(".")
    return re.search(rf"^\| `{room}/` .*`{file}\.py`.* edges? \|$", SECTION, re.MULTILINE) is not None


def _reached(graph: Graph, start: str) -> set[str]:
    reached: set[str] = set()
    coming = [start]
    while coming:
        for other in graph[coming.pop()]:
            if other not in reached:
                reached.add(other)
                coming.append(other)
    return reached
