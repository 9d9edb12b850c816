"""The table of every key in docs/policies.md: made of the schema. ``python -m tests.docs.keys`` writes it anew."""

import re

from janitor.policy.file.schema import keys_of, policy_schema
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "policies.md"
BEGIN, END = "<!-- keys:begin -->\n", "<!-- keys:end -->"


def table() -> str:
    """A row a key, in the order of the schema; with its kinds where they say different things of it."""
    said: dict[str, dict[str, list[str]]] = {}
    for path, kind, key in keys_of(policy_schema()):
        said.setdefault(path, {}).setdefault(key["description"], []).append(kind)
    rows = [
        f"| `{path}`{' (' + ', '.join(kinds) + ')' if len(texts) > 1 else ''} | {text} |"
        for path, texts in said.items()
        for text, kinds in texts.items()
    ]
    return "\n".join(["| key | says |", "|---|---|", *rows]) + "\n"


def written() -> str:
    """The page with the table in its place."""
    page = PAGE.read_text(encoding="utf-8")
    return re.sub(f"{BEGIN}.*?{END}", lambda _: BEGIN + table() + END, page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
