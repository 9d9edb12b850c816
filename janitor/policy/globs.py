"""Globs of names, labels and tags: `*`, `?` and `[...]`, case-sensitive, `*` crosses `/`; texts are compared in NFC."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from janitor.model.text import nfc

_MAGIC = re.compile(r"[*?[]")


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
