"""Names of resources, kinds and places, as people say them."""

from datetime import datetime
from urllib.parse import unquote

from janitor.kinds.table import KINDS, RUN_KINDS, kind_noun
from janitor.model.kinds import Kind
from janitor.model.units import show_age
from janitor.plan.plan import Action

_DIGEST_SHOWN = 12
_WITH_HOLDER = {kind for kind in RUN_KINDS if KINDS[kind].parent and not KINDS[kind].says_parent}
_KINDS = frozenset(kind.value for kind in Kind)


def called(kind: str, name: str, tags: tuple[str, ...] = ()) -> str:
    """``web``, ``web/web-00012``, or ``repository/package@0123456789ab`` as docker shortens it; a version
    of another format in full, ``repository/package@1.2.3``. The first tag follows the package. `janitor explain`
    and `janitor keep` accept it.

    A name of another shape comes back as it is, and a kind of a later version is called by its last id.
    """
    path = name.split("/")[4:]
    if kind in _WITH_HOLDER and len(path) == 4:
        return f"{path[1]}/{path[3]}"
    if kind == Kind.TAG and len(path) == 6:
        return f"{path[1]}/{unquote(path[3])}:{unquote(path[5])}"
    if len(path) == 6 and path[2] == "packages":
        tagged = f":{tags[0]}" if tags else ""
        digest = path[5].removeprefix("sha256:")
        shown = digest[:_DIGEST_SHOWN] if digest != path[5] else unquote(digest)
        return f"{path[1]}/{unquote(path[3])}{tagged}@{shown}"
    if kind == Kind.PACKAGE and len(path) == 4:
        return f"{path[1]}/{unquote(path[3])}"
    return path[-1] if path else name


def with_whole_digest(name: str) -> str:
    """``repository/package@sha256:…``, of an image by Google's name."""
    path = name.split("/")[4:]
    return f"{path[1]}/{unquote(path[3])}@{path[5]}"


def short_name(action: Action) -> str:
    """What an action deletes; people know an image by its tag."""
    return called(action.kind, action.name, action.tags)


def named(kind: str, name: str) -> str:
    """``service web``."""
    return f"{kind_in_words(kind)} {called(kind, name)}"


def kind_in_words(kind: str, count: int = 1) -> str:
    """``image``, ``images``, ``repositories``; a kind of a later version keeps its wire name."""
    return kind_noun(Kind(kind), count) if kind in _KINDS else kind


def how_many(kind: str, count: int) -> str:
    """``3 images``; a kind of a later version keeps its wire name."""
    return f"{count:,} {kind_in_words(kind, count)}"


def contained(counts: tuple[tuple[Kind, int], ...]) -> str:
    """``with 12 images, 1 revision``; empty where nothing is deleted with it."""
    parts = [how_many(kind, count) for kind, count in counts if count]
    return f"with {', '.join(parts)}" if parts else ""


def place(name: str, with_project: bool) -> str:
    """Location, and the project where more than one is shown."""
    parts = name.split("/")
    if len(parts) < 6:
        return ""
    return f"{parts[3]} {parts[1]}" if with_project else parts[3]


def ails_for(status: str, since: datetime | None, at: datetime) -> str:
    """``failed for 26h``, as it was when the sweep looked at `at`."""
    if since is None:
        return f"{status}, since when is not known"
    return f"{status} for {show_age(max((at - since).total_seconds(), 0.0))}"


def place_in_words(where: str) -> str:
    """``my-project, asia-northeast3``, out of what `place` gives with the project."""
    location, _, project = where.partition(" ")
    return f"{project}, {location}" if project else location


def place_of(name: str) -> str:
    """``asia-northeast3 of my-project``; empty for a name of another shape."""
    parts = name.split("/")
    return f"{parts[3]} of {parts[1]}" if len(parts) >= 6 else ""
