"""What is wrong with a regular expression of the policy file, with the way out."""

import re2

from janitor.model.text import show
from janitor.policy.patterns import regex


def regex_mistake(expression: str) -> str | None:
    """What is wrong with an expression that need only match."""
    try:
        regex(expression)
    except re2.error as error:
        return (
            f"{show(expression)} is no regular expression of RE2's syntax ({_told(error)}): "
            "write one such as '^pr-[0-9]+$'"
        )
    return None


def mistake_of(expression: str) -> str | None:
    """What is wrong with an expression that must have one group, which captures what to group by."""
    try:
        groups = regex(expression).groups
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


def _told(error: Exception) -> str:
    """RE2's own words, which come as bytes and quote the expression."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    return text if text.isprintable() and len(text) <= 120 else show(text)
