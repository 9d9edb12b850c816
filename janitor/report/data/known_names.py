"""Names that a snapshot knows, and which of the known names a text means."""

from collections.abc import Mapping
from urllib.parse import unquote

from janitor.model.references import BARE_DIGEST, SHORT_DIGEST
from janitor.report.data.names import called
from janitor.report.data.snapshot import Snapshot

# Of how many sweeps, the newest, the names are known: the ledger has a snapshot of each scope.
SNAPSHOTS = 5
_GONE = frozenset({"deleted", "already-gone"})


def names_in(snapshot: Snapshot) -> dict[str, str]:
    """Google's name of each resource that the snapshot names, with its kind. What a sweep deleted is left out."""
    found = {each.name: each.kind.value for each in snapshot.services}
    found |= {each.name: each.kind.value for each in snapshot.repositories}
    found |= {each.name: each.name_kind for each in snapshot.grouped}
    actions = (*snapshot.largest, *snapshot.troubles)
    found |= {each.name: each.kind for each in actions if each.outcome not in _GONE}
    return found | {each.name: each.kind for each in snapshot.waiting}


def named_by(text: str, known: Mapping[str, str]) -> list[str]:
    """Those of the known names (name -> kind, "" where it is not known) that people write so, sorted: as outputs print
    them, by the last part alone, or else by the beginning of a digest."""
    found = [name for name, kind in known.items() if text in _ways(name, kind)]
    return sorted(found or (name for name in known if _is_cut_short(text, name)))


def _ways(name: str, kind: str) -> tuple[str, ...]:
    parts = name.split("/")
    return parts[-1], called(kind, name), "/".join(parts[5::2])


def _is_cut_short(text: str, name: str) -> bool:
    """``app@0123456``, ``repository/app:v1@sha256:0123456`` or ``0123456`` of an image."""
    parts = name.split("/")
    if len(parts) != 10 or not parts[9].startswith("sha256:"):
        return False
    if bare := BARE_DIGEST.fullmatch(text):
        return parts[9].startswith(f"sha256:{bare[1]}")
    if not (found := SHORT_DIGEST.search(text)) or not parts[9].startswith(f"sha256:{found[1]}"):
        return False
    head, colon, tag = (before := text[: found.start()]).rpartition(":")
    package = head if colon and "/" not in tag else before
    return package in (unquote(parts[7]), f"{parts[5]}/{unquote(parts[7])}")
