"""The tables of docs/kinds.md: made of janitor/kinds/. ``python -m tests.docs.kinds`` writes them anew."""

import re

from janitor.kinds.table import KINDS
from janitor.policy.file.grammar import GRAMMAR
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "kinds.md"
_BEFORE, _AFTER = "<!-- {}:begin -->\n", "<!-- {}:end -->"


def tables() -> dict[str, str]:
    """By the name of their place in the page."""
    return {"kinds": _kinds(), "keys": _keys(), "permissions": _permissions()}


def _kinds() -> str:
    rows = [f"| `{kind.value}` | {spec.description} | {spec.ages_from} |" for kind, spec in KINDS.items()]
    return _table("kind | is | `older_than` counts from", rows)


def _keys() -> str:
    rows = []
    for kind in KINDS:
        keys = GRAMMAR.kinds[kind.value]
        rows.append(f"| `{kind.value}` | {_listed(keys.when)} | {_listed(keys.keep)} |")
    return _table("kind | `when` | `keep`", rows)


def _permissions() -> str:
    rows = [
        f"| `{kind.value}` | {_listed(spec.read_permissions)} | {_listed(spec.delete_permissions)} |"
        for kind, spec in KINDS.items()
    ]
    return _table("kind | to look | to delete", rows)


def _table(header: str, rows: list[str]) -> str:
    return "\n".join([f"| {header} |", "|" + "---|" * (header.count("|") + 1), *rows]) + "\n"


def _listed(names: tuple[str, ...]) -> str:
    return " ".join(f"`{name}`" for name in names)


def written() -> str:
    """The page with the tables in their places."""
    page = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        begin, end = _BEFORE.format(name), _AFTER.format(name)
        page = re.sub(f"{begin}.*?{end}", begin + table.replace("\\", "\\\\") + end, page, flags=re.DOTALL)
    return page


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
