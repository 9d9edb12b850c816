"""Fails when the demo's table and totals are not what README.md quotes, line by line."""

import difflib
import re
import sys
from pathlib import Path


def quote_of(readme: str) -> list[str]:
    """The lines of the text block between the demo markers."""
    found = re.search(r"<!-- demo:begin -->\s*```text\n(.*?)\n```\s*<!-- demo:end -->", readme, re.DOTALL)
    if not found:
        sys.exit("README.md holds no quote between <!-- demo:begin --> and <!-- demo:end -->")
    return [line.rstrip() for line in found[1].splitlines()]


def stands_in(quote: list[str], printed: list[str]) -> bool:
    """Whether the quote occurs as consecutive lines."""
    size = len(quote)
    return any(printed[start : start + size] == quote for start in range(len(printed) - size + 1))


def main() -> None:
    """Exit 1 with a difference."""
    quote = quote_of(Path(sys.argv[1]).read_text(encoding="utf-8"))
    printed = [line.rstrip() for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
    if not stands_in(quote, printed):
        print(*difflib.unified_diff(quote, printed, "README.md", "make demo", lineterm=""), sep="\n")
        sys.exit("the demo no longer prints what README.md quotes")


if __name__ == "__main__":
    main()
