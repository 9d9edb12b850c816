"""`protect.references`: image references from outside Cloud Run, one a line (R3). Pure but for its reader."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from janitor.model.references import SCHEMES, BadReferenceError, names_an_image
from janitor.model.text import show
from janitor.policy.file.mistakes import locate
from janitor.policy.file.source import MappingNode, Problem, ScalarNode, SequenceNode


@dataclass(slots=True)
class ReferenceFiles:
    """What the files say. `problems` stand in the policy file, `mistaken` are whole lines about
    the reference files themselves; `references` has one for each line;
    `names` are the files as written, byte for byte."""

    contents: list[bytes] = field(default_factory=list)
    names: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    mistaken: list[str] = field(default_factory=list)

    def digest_with(self, policy_file: bytes) -> str:
        """``sha256:…`` of the policy file and the reference files; each stands after its length, so
        that no two sets of files read alike."""
        found = hashlib.sha256()
        for data in (policy_file, *self.contents):
            found.update(len(data).to_bytes(8, "big"))
            found.update(data)
        return f"sha256:{found.hexdigest()}"


def read_reference_files(root: MappingNode, source: str, read: Callable[[str], bytes]) -> ReferenceFiles:
    """Every file of `protect.references`, by `read`, which raises OSError or ValueError.

    `source` is the policy file's name: the reference files stand beside it, and messages say so.
    """
    files = ReferenceFiles()
    _, listed = locate(root, ("protect", "references"))
    names = listed.items if isinstance(listed, SequenceNode) else ()
    for node in names:
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            continue
        if not node.value or not node.value.isprintable():
            continue  # told already
        try:
            data = read(node.value)
            text = data.decode("utf-8-sig")
        except (OSError, ValueError) as error:
            files.problems.append(Problem(node.at, f"{show(node.value)} cannot be read: {_why(error)}"))
            continue
        files.contents.append(data)
        files.names = tuple(dict.fromkeys((*files.names, node.value)))
        found = list(_lines(text))
        if not found:
            files.problems.append(Problem(node.at, f"{show(node.value)} names no image: {_EMPTY}"))
        path = str(PurePath(source).parent / node.value)
        files.mistaken += [f"{path}:{line}:{column}: {why}" for line, column, _, why in found if why]
        files.references += tuple(reference for _, _, reference, _ in found)
    return files


_EMPTY = "an empty list would protect nothing; write one image reference a line, or remove the file"


def _lines(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Line and column, reference, and what is wrong with it ("" for nothing). Lines end as editors count
    them: at a line feed, a carriage return, or both."""
    for place, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        reference = line.strip()
        if reference and not reference.startswith("#"):
            yield place, line.index(reference) + 1, reference, _mistake(reference)


def _mistake(reference: str) -> str:
    if len(reference.split()) > 1:
        return f"{show(reference)} is more than one image reference: write one a line, comments on separate lines"
    if not reference.isprintable():
        return f"{show(reference)} contains an invisible character: type the line again"
    if reference[0] in _PUNCTUATION or reference[-1] in _PUNCTUATION:
        return f"{show(reference)} is quoted, or an item of a list in YAML or JSON: write the image reference alone"
    try:
        named = names_an_image(reference)
    except BadReferenceError:
        return f"image reference {show(reference)} cannot be parsed: {_SPELLING}"
    return "" if named else f"{show(reference)} does not name an image: {_SPELLING}"


_PUNCTUATION = frozenset("\"'`,;[]{}()-")
_SPELLING = (
    "write LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/PACKAGE:TAG or …@sha256:DIGEST, with or without "
    f"{', '.join(f'{each}://' for each in SCHEMES)}, or sha256:DIGEST alone"
)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8; save it as UTF-8"
    told = error.strerror if isinstance(error, OSError) else str(error)
    return f"{told or 'an error'}; the path is relative to the policy file's folder"
