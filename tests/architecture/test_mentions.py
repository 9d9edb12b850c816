"""Files that docstrings and comments mention exist: a move leaves no stale name behind."""

import re
from pathlib import PurePosixPath

from tests.architecture.reading import modules, name_of, prose

# As in "table.py" or "model/names.py".
_FILE = re.compile(r"(?<![\w/.-])[\w/-]*\w\.py\b")
_OF_A_LIBRARY = ("google/",)


def test_every_file_that_a_docstring_or_comment_mentions_exists() -> None:
    known = [PurePosixPath(name_of(path)) for path in modules()]
    stale = [
        f"{name_of(path)}:{line} {mentioned}"
        for path in modules()
        for line, text in prose(path)
        for mentioned in _FILE.findall(text)
        if not mentioned.startswith(_OF_A_LIBRARY) and not any(each.match(mentioned) for each in known)
    ]
    assert stale == []
