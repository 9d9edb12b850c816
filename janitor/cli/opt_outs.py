"""Opt-outs and scheduled deletions: the ledger's marks, read and changed from the terminal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from janitor.errors import UsageError
from janitor.ledger.marks import Marked, OptOut
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import BadReferenceError, parse_reference
from janitor.report.data.names import called, project_of
from janitor.store.database import open_database
from janitor.store.lock import holder_now
from janitor.store.marks import SqlMarks

_HOLDERS = ("services", "jobs", "workerPools", "repositories")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class RecordedOptOut:
    """What `keep` came to. `is_marked`: there was a mark of it, so there is such a thing. `applying` says
    who applies just now and may have read the marks before, "" where nobody does."""

    name: str
    is_marked: bool
    applying: str


async def load_marks(
    url: str | None, at: datetime, projects: tuple[str, ...]
) -> tuple[list[Marked], list[OptOut]]:
    """What is announced and opted out, in these projects (none: in all); LedgerError as ever."""
    async with _marks_at(url, at) as (book, _):
        marked, opt_outs = await book.marked(), await book.opt_outs(at)
    return (
        [each for each in marked if not projects or project_of(each.name) in projects],
        [each for each in opt_outs if not projects or project_of(each.name) in projects],
    )


async def keep(
    url: str | None, name: str, until: datetime | None, by: str, at: datetime, projects: tuple[str, ...]
) -> RecordedOptOut:
    """Opt out of a thing. UsageError where the name says none, or several."""
    async with _marks_at(url, at) as (book, applying):
        kinds = {each.name: each.kind for each in await book.marked()}
        known = kinds | {each.name: "" for each in await book.opt_outs(at) if each.name not in kinds}
        whole = whole_name(name, known, projects)
        await book.opt_out(OptOut(whole, until, by, at))
        return RecordedOptOut(whole, whole in kinds, applying)


async def end_keep(url: str | None, name: str, by: str, at: datetime, projects: tuple[str, ...]) -> str:
    """Let policies speak of a thing again, whose whole name comes back; UsageError where nobody keeps it."""
    async with _marks_at(url, at) as (book, _):
        known = {each.name: "" for each in await book.opt_outs(at)}
        whole = whole_name(name, known, projects)
        if whole not in known:
            raise UsageError(f"{whole}: nobody opted out of it: janitor marks lists what is kept so")
        await book.end_opt_out(whole, by, at)
        return whole


def whole_name(text: str, known: dict[str, str], projects: tuple[str, ...]) -> str:
    """Google's name of what is meant: a whole name, an image's URI with its digest, or what people call
    one of those that are `known` (name -> kind). UsageError says what else to write."""
    if text.startswith("projects/"):
        return _checked(text)
    if (image := _of_reference(text)) is not None:
        return image
    found = [name for name, kind in known.items() if _is_called(text, name, kind)]
    found = sorted(name for name in found if not projects or project_of(name) in projects)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"{text}: nothing of that name is announced or kept: janitor marks lists what is. Anything else is"
            " named whole, such as projects/P/locations/L/services/NAME, or an image as HOST/P/R/IMAGE@sha256:…"
        )
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise UsageError(
        f"{text}: {len(found)} things are called so: name one whole, or narrow it with --project: "
        + ", ".join(found[:_NAMED])
        + more
    )


def _checked(text: str) -> str:
    try:
        name = ResourceName.parse(text)
    except ValueError as error:
        raise UsageError(f"{error}: write projects/P/locations/L/services/NAME, or the like") from error
    if name.path[0] not in _HOLDERS or not all(name.path):
        raise UsageError(
            f"{text}: what is kept is, or is in, one of {', '.join(_HOLDERS)}; a package's / is written %2F"
        )
    return text


def _of_reference(text: str) -> str | None:
    """The version that an image reference names; None where it is no reference to Artifact Registry."""
    try:
        reference = parse_reference(text)
    except BadReferenceError as error:
        raise UsageError(f"{error}: write HOST/PROJECT/REPOSITORY/IMAGE@sha256:…") from error
    if reference is None:
        return None
    if reference.digest is None:
        raise UsageError(f"{text}: a tag may move to another image: name it by its digest, IMAGE@sha256:…")
    repository: RepositoryName = reference.repository
    return repository.version(reference.package, reference.digest)


def _is_called(text: str, name: str, kind: str) -> bool:
    return text in (name.rpartition("/")[2], called(kind, name), "/".join(name.split("/")[5::2]))


@asynccontextmanager
async def _marks_at(url: str | None, at: datetime) -> AsyncIterator[tuple[SqlMarks, str]]:
    """The ledger's marks while its database is open, and who applies at this moment."""
    database = await open_database(url)
    try:
        yield SqlMarks(database), await holder_now(database, at)
    finally:
        await database.close()
