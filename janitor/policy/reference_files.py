"""`protect.references`: image references from outside Cloud Run, one a line (R3). Pure but for its reader."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath

from janitor.model.references import BadReferenceError, parse_reference
from janitor.policy.mistakes import locate
from janitor.policy.problems import Problem, show
from janitor.policy.source import Mapping, Scalar, Sequence


@dataclass(slots=True)
class ReferenceFiles:
    """What the files say. `problems` stand in the policy file, `mistaken` are whole lines about
    the reference files themselves."""

    contents: list[bytes] = field(default_factory=list)
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


def read_reference_files(root: Mapping, source: str, read: Callable[[str], bytes]) -> ReferenceFiles:
    """Every file of `protect.references`, by `read`, which raises OSError or ValueError.

    `source` is the policy file's name: the reference files stand beside it, and messages say so.
    """
    files = ReferenceFiles()
    references: dict[str, None] = {}
    _, listed = locate(root, ("protect", "references"))
    names = listed.items if isinstance(listed, Sequence) else ()
    for node in names:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
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
        found = list(_lines(text))
        if not found:
            files.problems.append(Problem(node.at, f"{show(node.value)} names no image: {_EMPTY}"))
        path = str(PurePath(source).parent / node.value)
        files.mistaken += [f"{path}:{line}:1: {why}" for line, _, why in found if why]
        references.update(dict.fromkeys(reference for _, reference, _ in found))
    files.references = tuple(references)
    return files


_EMPTY = "an empty list would protect nothing; write one image reference a line, or take the file out"


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, reference, and what is wrong with it ("" for nothing)."""
    for place, line in enumerate(text.splitlines(), 1):
        reference = line.strip()
        if reference and not reference.startswith("#"):
            yield place, reference, _mistake(reference)


def _mistake(reference: str) -> str:
    if len(reference.split()) > 1 or not reference.isprintable():
        return f"{show(reference)} is more than one image reference: write one a line, comments on their own"
    try:
        parse_reference(reference)
    except BadReferenceError:
        return (
            f"image reference {show(reference)} cannot be parsed: write "
            "LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/PACKAGE:TAG or …@sha256:DIGEST"
        )
    return ""


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8; save it as UTF-8"
    told = error.strerror if isinstance(error, OSError) else str(error)
    return f"{told or 'an error'}; the path counts from the policy file's folder"
