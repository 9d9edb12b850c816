"""Patterns of the policy file: globs, regular expressions (RE2), and what is wrong with one.

Globs are case-sensitive, and `*` crosses `/`. A regular expression matches in linear time. Texts are compared in
Unicode's composed form (R48).
"""

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import re2

from janitor.model.text import nfc, show

_MAGIC = re.compile(r"[*?[]")
_MAGIC_END = re.compile(r"[*?\]]")


@dataclass(frozen=True, slots=True)
class NameCharacters:
    """Characters that names of some resources are made of; `said` names them in messages."""

    pattern: str
    said: str

    def rule_out(self, glob: str) -> bool:
        """Whether a glob matches no such name. One with [ may always match: its brackets are not read."""
        return "[" not in glob and re.fullmatch(self.pattern, re.sub(r"[*?]", "", glob)) is None


# Services, jobs and the like by the API ("must be lowercase": run/docs/deploying), repositories by "lowercase letters,
# numbers, and hyphens" (artifact-registry/docs/repositories), and the domains of gcr.io; images and tags by the OCI
# distribution specification.
RUN_NAMES = NameCharacters(r"[a-z0-9-]*", "only lowercase letters, digits and -")
REPOSITORY_NAMES = NameCharacters(r"[a-z0-9.-]*", "only lowercase letters, digits, - and .")
IMAGE_NAMES = NameCharacters(r"[a-z0-9._/-]*", "only lowercase letters, digits and . _ - /")
TAG_NAMES = NameCharacters(r"[A-Za-z0-9._-]*", "only letters, digits and . _ -")


def impossible(globs: Iterable[str], made_of: NameCharacters | None) -> Iterator[tuple[str, str]]:
    """The globs that match no name of these characters, each with what such names are made of."""
    if made_of is not None:
        yield from ((glob, made_of.said) for glob in globs if made_of.rule_out(glob))


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A function that says whether a text matches any of the globs, as a whole."""
    matches = _pattern(tuple(globs)).fullmatch
    return lambda text: matches(nfc(text)) is not None


@lru_cache(maxsize=256)
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all of them, cached: the same globs are compiled for every repository."""
    pattern = "|".join(f"(?:{fnmatch.translate(glob)})" for glob in globs)
    return re.compile(pattern or r"(?!)")


def is_literal(glob: str) -> bool:
    """Whether it stands for one name only."""
    return not _MAGIC.search(glob)


def labels_match(wanted: Mapping[str, str], labels: Mapping[str, str]) -> list[bool]:
    """For each wanted label, whether the resource has it with a value that its glob matches."""
    return [key in labels and fnmatch.fnmatchcase(nfc(labels[key]), glob) for key, glob in wanted.items()]


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


def all_found(expressions: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether each of these names is there, and its expression found in its text."""
    return all(name in texts and found_in(each)(texts[name]) for name, each in expressions.items())


def covers(wider: str, glob: str) -> bool:
    """Whether the wider glob matches whatever the other one does; False where that is not seen at once."""
    if wider == glob:
        return True
    if is_literal(glob):
        return matcher((wider,))(glob)
    inner = wider.strip("*")
    begin, end = _ends(glob)
    match wider.startswith("*"), wider.endswith("*"):
        case True, True:
            return inner in begin or inner in end
        case _, True:
            return begin.startswith(inner)
        case True, _:
            return end.endswith(inner)
        case _:
            return False


def disjoint(one: str, other: str) -> bool:
    """Whether no text matches both; False where that is not seen at once."""
    for literal, glob in ((one, other), (other, one)):
        if is_literal(literal):
            return not matcher((glob,))(literal)
    (begin, end), (start, stop) = _ends(one), _ends(other)
    may_begin = begin.startswith(start) or start.startswith(begin)
    return not (may_begin and (end.endswith(stop) or stop.endswith(end)))


def _ends(glob: str) -> tuple[str, str]:
    """What a match begins and ends with: up to the first magic character, and from behind the last."""
    return _MAGIC.split(glob)[0], _MAGIC_END.split(glob)[-1]


def apart(some: Iterable[str], others: Collection[str]) -> bool:
    """Whether no text matches one of these and one of those, as far as is seen at once."""
    return all(disjoint(one, other) for one in some for other in others)


def any_within(globs: Iterable[str], wider: Collection[str]) -> bool:
    """Whether what each of the globs matches, one of the wider ones does, as far as is seen at once."""
    return all(any(covers(each, glob) for each in wider) for glob in globs)


# A class with what is inside its brackets, or a [ that no ] closes: a ] that comes first is one of the class.
_CLASS = re.compile(r"\[(?:(!?+\]?+[^]]*+)\])?")
# No name, location, tag or e-mail address holds any of these outside a class: a shell's or a regular expression's
# spelling.
_FOREIGN = re.compile(_CLASS.pattern + r"|(?P<foreign>[\\{}|^$])")


def name_glob_mistake(glob: str) -> str | None:
    """What is wrong with a glob of names, locations, repositories, tags or creators."""
    if wrong := value_glob_mistake(glob):
        return wrong
    if glob.startswith("!"):
        return f"{show(glob)}: a glob cannot be negated by a ! before it: list what it should match"
    for found in filter(None, (each["foreign"] for each in _FOREIGN.finditer(glob))):
        return (
            f"{show(glob)} is no glob, for {found} has no meaning in one: write *, ? and [a-z], "
            "and several globs as a list"
        )
    return None


def value_glob_mistake(glob: str) -> str | None:
    """What is wrong with a glob of labels' or annotations' values, which may hold any character."""
    for found in _CLASS.finditer(glob):
        if found[1] is None:
            return (
                f"{show(glob)} has a [ that no ] closes: write a class such as [0-9], or [[] for a [ itself"
            )
        if wrong := _class_mistake(found[1]):
            return f"{show(glob)}: {wrong}"
    return None


def _class_mistake(inside: str) -> str | None:
    if inside.startswith("^"):
        return f"a glob negates by !: write [!{inside[1:]}]"
    if inside.startswith("[:"):
        return "a glob has no named classes: write their characters, such as [0-9] or [a-z]"
    chars = inside.removeprefix("!")
    for first, last in re.findall(r"(?=([^-])-([^]-]))", chars):
        if first > last:
            return f"the range {first}-{last} runs backwards, and holds nothing: write {last}-{first}"
    return None


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
    text: str = error.args[0].decode()
    return text if text.isprintable() and len(text) <= 120 else show(text)
