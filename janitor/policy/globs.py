"""Globs of names, labels and tags: `*`, `?` and `[...]`, case-sensitive, `*` crosses `/`."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping

_MAGIC = re.compile(r"[*?[]")
# What a match begins and ends with whatever the glob: up to its first magic, from behind its last.
_BEGIN = re.compile(r"[^*?[]*")
_END = re.compile(r"[^*?\]]*\Z")


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A function that says whether a text matches any of the globs, as a whole."""
    pattern = "|".join(f"(?:{fnmatch.translate(glob)})" for glob in globs)
    matches = re.compile(pattern or r"(?!)").fullmatch
    return lambda text: matches(text) is not None


def is_literal(glob: str) -> bool:
    """Whether it stands for one name only."""
    return not _MAGIC.search(glob)


def labels_match(wanted: Mapping[str, str], labels: Mapping[str, str]) -> list[bool]:
    """For each wanted label, whether the resource has it with a value that its glob matches."""
    return [key in labels and fnmatch.fnmatchcase(labels[key], glob) for key, glob in wanted.items()]


def covers(wider: str, glob: str) -> bool:
    """Whether the wider glob matches whatever the other one does; False where that is not seen at once."""
    if wider in (glob, "*"):
        return True
    if is_literal(glob):
        return matcher((wider,))(glob)
    inner = wider.strip("*")
    if not is_literal(inner) or wider not in (f"{inner}*", f"*{inner}", f"*{inner}*"):
        return False
    begin, end = _ends(glob)
    begins = wider.endswith("*") and (begin.startswith(inner) or (wider[0] == "*" and inner in begin))
    return begins or (wider[0] == "*" and (end.endswith(inner) or (wider[-1] == "*" and inner in end)))


def disjoint(one: str, other: str) -> bool:
    """Whether no text matches both; False where that is not seen at once."""
    for literal, glob in ((one, other), (other, one)):
        if is_literal(literal):
            return not matcher((glob,))(literal)
    (begin, end), (start, stop) = _ends(one), _ends(other)
    may_begin = begin.startswith(start) or start.startswith(begin)
    return not (may_begin and (end.endswith(stop) or stop.endswith(end)))


def _ends(glob: str) -> tuple[str, str]:
    begin, end = _BEGIN.match(glob), _END.search(glob)
    return begin[0] if begin else "", end[0] if end else ""
