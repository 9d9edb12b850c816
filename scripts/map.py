"""`make map`: draw the import graph of janitor's rooms into docs/architecture.md.

grimp reads all imports, those under TYPE_CHECKING too. An arrow that follows from others is not drawn, so that
the picture can be read. The script ends with 1 if modules import each other in a circle, and prints the circle.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

import grimp

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN, END = "<!-- map:begin -->\n", "<!-- map:end -->"
PACKAGE = "janitor"
# Rooms whose sub-rooms and files are drawn one by one.
OPENED = {"policy", "report"}
# Files that connect their room to Google, to the database or to Slack. The rest of the room knows only Protocols.
EDGES = {"explain.wiring", "report.load", "sweep.projects", "sweep.record", "sweep.wiring"}

Graph = Mapping[str, Set[str]]


def main() -> int:
    """Write the picture into the page, and print the circles between modules."""
    modules = imports()
    PAGE.write_text(with_picture(PAGE.read_text(encoding="utf-8"), picture(modules)), encoding="utf-8")
    found = circles(modules)
    for circle in found:
        print("import circle:", " <-> ".join(circle))
    return 1 if found else 0


def imports() -> Graph:
    """The modules of the package, without its name in front, each with the modules that it imports."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    short = {module: module.removeprefix(f"{PACKAGE}.") for module in graph.modules}
    return {
        short[module]: {short[each] for each in graph.find_modules_directly_imported_by(module)}
        for module in graph.modules
    }


def circles(graph: Graph) -> list[list[str]]:
    """The groups of nodes that import each other, directly or through others; sorted."""
    reached = {node: _reached(graph, node) for node in graph}
    groups = {tuple(sorted({node, *(n for n in reached[node] if node in reached[n])})) for node in graph}
    return sorted(list(group) for group in groups if len(group) > 1)


def rooms(modules: Graph) -> Graph:
    """The same graph between rooms. Modules directly below the package are left out: everybody may import them."""
    packages = {module.partition(".")[0] for module in modules if "." in module}
    found: dict[str, set[str]] = {}
    for module, imported in modules.items():
        if module.partition(".")[0] not in packages:
            continue
        room = room_of(module)
        others = {room_of(each) for each in imported if each.partition(".")[0] in packages}
        found.setdefault(room, set()).update(others - {room})
    return {room: found[room] for room in sorted(found) if room not in OPENED}


def room_of(module: str) -> str:
    """The node of the picture that a module belongs to: ``policy.file``, ``sweep``, ``sweep.wiring``."""
    top, _, rest = module.partition(".")
    inside = f"{top}.{rest.partition('.')[0]}"
    return inside if rest and (top in OPENED or inside in EDGES) else top


def reduced(graph: Graph) -> Graph:
    """The transitive reduction: arrows that follow from others are dropped. Arrows within a circle are kept."""
    circle_of = {node: circle for circle in circles(graph) for node in circle}
    left = {node: set(others) for node, others in graph.items()}
    for node, others in graph.items():
        for other in sorted(others - set(circle_of.get(node, ()))):
            left[node].remove(other)
            if other not in _reached(left, node):
                left[node].add(other)
    return left


def picture(modules: Graph) -> str:
    """The Mermaid flowchart of the rooms: an arrow from each room to the rooms that it imports."""
    graph = reduced(rooms(modules))
    lines = ["flowchart TD"]
    for top in sorted({room.partition(".")[0] for room in graph}):
        inside = [room for room in graph if room.partition(".")[0] == top]
        if len(inside) == 1:
            lines.append(f'  {_id(top)}["{top}/"]')
            continue
        lines.append(f'  subgraph {_id(top)}_room ["{top}/"]')
        lines += [f'    {_id(room)}["{_label(room, modules)}"]' for room in inside]
        lines.append("  end")
    lines += [f"  {_arrow(room, other, graph)}" for room, other in _drawn(graph)]
    return "\n".join(lines) + "\n"


def with_picture(page: str, drawn: str) -> str:
    """The page with the picture between its markers."""
    block = f"{BEGIN}```mermaid\n{drawn}```\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, count=1, flags=re.DOTALL)


def _drawn(graph: Graph) -> Iterator[tuple[str, str]]:
    for room, others in graph.items():
        for other in sorted(others):
            if room < other or room not in graph[other]:
                yield room, other


def _arrow(room: str, other: str, graph: Graph) -> str:
    return f"{_id(room)} {'<-->' if room in graph[other] else '-->'} {_id(other)}"


def _id(room: str) -> str:
    return room.replace(".", "_")


def _label(room: str, modules: Iterable[str]) -> str:
    """The name of a sub-room or of a file; "core" for what a room holds beside its edges."""
    name = room.partition(".")[2]
    if not name:
        return "core"
    return f"{name}/" if any(module.startswith(f"{room}.") for module in modules) else f"{name}.py"


def _reached(graph: Graph, start: str) -> set[str]:
    """All nodes on paths from `start`; with itself only if it stands on a circle."""
    reached: set[str] = set()
    coming = list(graph[start])
    while coming:
        node = coming.pop()
        if node not in reached:
            reached.add(node)
            coming.extend(graph[node])
    return reached


if __name__ == "__main__":
    sys.exit(main())
