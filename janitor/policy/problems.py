"""Mistakes of the policy file: each with its place, and all of them as one error."""

from collections.abc import Iterable
from typing import NamedTuple

from janitor.errors import PolicyFileError

MOST_PROBLEMS = 50
LONGEST_MESSAGE = 400


class Mark(NamedTuple):
    """Where something begins; both count from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One mistake: where, and what with the way out. Sorted, problems stand in the file's order."""

    at: Mark
    text: str


def refusal(name: str, problems: Iterable[Problem], others: Iterable[str] = ()) -> PolicyFileError:
    """All problems as one error, a line each, in the file's order, then `others` as they are.

    Past fifty they are only counted.
    """
    found = [(at, f"{name}:{at.line}:{at.column}: {_bounded(text)}") for at, text in sorted(set(problems))]
    lines = [line for _, line in found] + list(others)
    if len(lines) > MOST_PROBLEMS:
        last = found[min(MOST_PROBLEMS, len(found)) - 1][0] if found else Mark(1, 1)
        lines[MOST_PROBLEMS:] = [
            f"{name}:{last.line}:{last.column}: and {len(lines) - MOST_PROBLEMS:,} more: mend those above first"
        ]
    return PolicyFileError("\n".join(lines))


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:150]} … {text[-200:]}"
