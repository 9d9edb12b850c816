"""Regular expressions of the policy file, in RE2's syntax: what they match, they match in linear time.

A tag is written by whoever may push, and could be made to hang an engine that backtracks. RE2 has no
lookaround and no backreference, and takes no longer than the length of the text asks for.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import re2

from janitor.policy.problems import show


def regex_mistake(expression: str) -> str | None:
    """What is wrong with an expression that need only match."""
    try:
        _compiled(expression)
    except re2.error as error:
        return (
            f"{show(expression)} is no regular expression of RE2's syntax ({_told(error)}): "
            "write one such as '^pr-[0-9]+$'"
        )
    return None


@cache
def found_in(expression: str) -> Callable[[str], bool]:
    """Whether the expression is found anywhere in a text. Compiled once."""
    search = _compiled(expression).search
    return lambda text: search(text) is not None


def mistake_of(expression: str) -> str | None:
    """What is wrong with an expression that must have one group, which captures what to group by."""
    try:
        groups = _compiled(expression).groups
    except re2.error as error:
        return (
            f"{show(expression)} is no regular expression of RE2's syntax ({_told(error)}): "
            "write one such as '^(main|release-\\d+)-'"
        )
    if groups == 1:
        return None
    return (
        f"{show(expression)} captures {groups or 'no'} group{'s' * (groups > 1)}: put parentheses around the one part "
        "of the tag to group by, such as '^(main|release-\\d+)-'; others are written (?:…)"
    )


@cache
def captured(expression: str) -> Callable[[str], str | None]:
    """What the expression captures from a text, found anywhere in it; None where it does not match, or
    its group takes no part. Compiled once."""
    search = _compiled(expression).search

    def run(text: str) -> str | None:
        found = search(text)
        text_of_group: str | None = found[1] if found else None
        return text_of_group

    return run


def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # RE2 writes what it refuses to stderr, where only logs may stand
    compile_it: Callable[[str, object], Any] = re2.compile  # it has no types
    return compile_it(expression, options)


def _told(error: Exception) -> str:
    """RE2's own words, which come as bytes and quote the expression."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return text if text.isprintable() and len(text) <= 120 else show(text)
