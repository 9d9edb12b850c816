"""`tags_semver`: ranges of versions by Semantic Versioning, such as ``>=1.0 <2``. Pure."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from operator import eq, ge, gt, le, lt

from janitor.model.semver import Version, parse_version
from janitor.policy.problems import show

_COMPARISON = re.compile(r"(>=|<=|>|<|=)(v?\d{1,9}(?:\.\d{1,9}){0,2}(?:-[0-9A-Za-z.-]+)?)", re.ASCII)
Compare = Callable[[Version, Version], bool]
_OPERATORS: Mapping[str, Compare] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq}
_EXAMPLE = "write comparisons that all hold, such as '>=1.0 <2' or '=1.4.2'"


def range_mistake(text: str) -> str | None:
    """What is wrong with a range, with the way out."""
    try:
        comparisons_of(text)
    except ValueError as error:
        return f"{error}: {_EXAMPLE}"
    return None


@cache
def in_range(text: str) -> Callable[[str], bool]:
    """Whether a tag is a version for which every comparison holds, by precedence: ``2.0.0-rc.1`` is below
    ``2``. A tag that is no version is in no range."""
    comparisons = comparisons_of(text)

    def run(tag: str) -> bool:
        version = parse_version(tag)
        return version is not None and all(compare(version, bound) for compare, bound in comparisons)

    return run


def comparisons_of(text: str) -> list[tuple[Compare, Version]]:
    """Each comparison of a range with its bound; ValueError for what is none."""
    found = []
    for part in text.split():
        match = _COMPARISON.fullmatch(part)
        bound = parse_version(_whole(match[2])) if match else None
        if match is None or bound is None:
            raise ValueError(f"{show(part)} is no comparison with a version")
        found.append((_OPERATORS[match[1]], bound))
    if not found:
        raise ValueError("this range says nothing")
    return found


def _whole(version: str) -> str:
    """``1`` and ``1.4`` as 1.0.0 and 1.4.0. A prerelease has all three numbers, else it is no version."""
    return version + ".0" * (2 - version.count("."))
