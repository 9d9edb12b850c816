"""`tags_semver`: how tags answer a range of versions (model/semver.py). Pure."""

from collections.abc import Callable, Sequence

from janitor.model.reasons import KeepReason
from janitor.model.semver import SemanticVersion, parse_range, parse_version
from janitor.policy.conditions.truth import (
    NO,
    NO_TAG_MATCHES,
    SOME_TAGS_MATCH,
    VERSION_UNREADABLE,
    YES,
    Truth,
)

_NOT_SPOKEN_OF = Truth(None, KeepReason.NOT_MATCHED)
_EXAMPLE = "write comparisons that all hold, such as '>=1.0 <2' or '=1.4.2'"


def range_mistake(text: str) -> str | None:
    """What is wrong with a range, with the way out."""
    try:
        parse_range(text)
    except ValueError as error:
        return f"{error}: {_EXAMPLE}"
    return None


def in_range(text: str) -> Callable[[str], bool]:
    """Whether a text is a version in the range."""
    answer = version_in_range(text)
    return lambda tag: answer(tag) is YES


def version_in_range(
    text: str, read: Callable[[str], SemanticVersion | None] = parse_version
) -> Callable[[str], Truth]:
    """How one text, such as a tag or the name of a version, answers a range; `read` reads the text.

    Not known, and so kept, under `not` too: where the text is no version (`version-unreadable`, R39), and where
    the range does not speak of its prerelease or variant though its numbers are in the range.
    """
    holds = parse_range(text).holds
    answers = {True: YES, False: NO, None: _NOT_SPOKEN_OF}

    def run(tag: str) -> Truth:
        version = read(tag)
        return VERSION_UNREADABLE if version is None else answers[holds(version)]

    return run


def tags_in_range(text: str) -> Callable[[Sequence[str]], Truth]:
    """Whether every tag of an image is a version in the range (R8); NO for an image without tags.

    Not known where none of the tags can be read as a version, where only some of them are in the range, and
    where the range does not speak of them.
    """
    holds = parse_range(text).holds

    def run(tags: Sequence[str]) -> Truth:
        if not tags:
            return NO
        versions = [parse_version(each) for each in tags]
        readable = [version for version in versions if version is not None]
        if not readable:
            return VERSION_UNREADABLE
        found = [holds(version) for version in readable]
        if len(readable) == len(versions) and all(found):
            return YES
        return NO_TAG_MATCHES if all(each is False for each in found) else SOME_TAGS_MATCH

    return run
