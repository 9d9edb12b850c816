"""Regular expressions of the policy file, in RE2's syntax: what they match, they match in linear time.

A tag is written by whoever may push, and could be made to hang an engine that backtracks. RE2 has no
lookaround and no backreference, and takes no longer than the length of the text asks for.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import re2

from janitor.model.text import nfc


@cache
def found_in(expression: str) -> Callable[[str], bool]:
    """Whether the expression is found anywhere in a text. Compiled once."""
    search = regex(expression).search
    return lambda text: search(nfc(text)) is not None


@cache
def captured(expression: str) -> Callable[[str], str | None]:
    """What the expression captures from a text, found anywhere in it; None where it does not match, or
    its group takes no part. Compiled once."""
    search = regex(expression).search

    def run(text: str) -> str | None:
        found = search(nfc(text))
        text_of_group: str | None = found[1] if found else None
        return text_of_group

    return run


def regex(expression: str) -> Any:
    """The expression compiled; re2.error for what is not of its syntax."""
    options = re2.Options()
    options.log_errors = False  # RE2 writes what it refuses to stderr, where only logs may stand
    compile_it: Callable[[str, object], Any] = re2.compile  # it has no types
    return compile_it(expression, options)
