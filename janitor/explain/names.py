"""What people call a resource, read into Google's names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from janitor.model.inventory import Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import BadReferenceError, ImageReference, parse_reference
from janitor.model.resources import Image
from janitor.model.text import nfc

KINDS = {
    "services": Kind.SERVICE,
    "revisions": Kind.REVISION,
    "jobs": Kind.JOB,
    "executions": Kind.EXECUTION,
    "workerPools": Kind.WORKER_POOL,
    "repositories": Kind.REPOSITORY,
}
# How many full names a refusal lists.
SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A resource by Google's name; for an image `digest` or `tag` says which of the package, for a
    version of another format `version`, as the name has it, for a tag `tag`. `name` is then the repository."""

    kind: Kind
    name: ResourceName
    package: str = ""
    digest: str = ""
    tag: str = ""
    version: str = ""

    @property
    def repository(self) -> RepositoryName:
        """The repository that it is, or that it lies in."""
        return RepositoryName(self.name.project, self.name.location, self.name.path[1])


class NoSuchNameError(ValueError):
    """The text names nothing that can be explained; the message says what may be written."""


def named(text: str) -> Named | str:
    """A full resource name or an image's URI as what it names; a short name as it stands.

    NoSuchNameError for a full name of a kind that is not explained, or a URI that cannot be read.
    """
    text = nfc(text.strip())
    if text.startswith("projects/"):
        return _full(text)
    try:
        reference = parse_reference(text)
    except BadReferenceError as error:
        raise NoSuchNameError(str(error)) from error
    return text if reference is None else _image(reference)


def _image(reference: ImageReference) -> Named:
    name = ResourceName.parse(str(reference.repository))
    return Named(Kind.IMAGE, name, reference.package, reference.digest or "", reference.tag or "")


def _full(text: str) -> Named:
    try:
        name = ResourceName.parse(text)
    except ValueError as error:
        raise NoSuchNameError(str(error)) from error
    path = name.path
    if len(path) > 2 and path[0] == "repositories":
        return _inside(text, name)
    kind = KINDS.get(name.collection)
    holder = {"revisions": "services", "executions": "jobs"}.get(name.collection)
    if kind is None or len(path) != (4 if holder else 2) or (holder and path[0] != holder):
        raise NoSuchNameError(
            f"{text}: this kind is not explained; what is: services and their revisions, jobs, "
            "executions, worker pools, repositories, packages, versions, docker images and tags"
        )
    return Named(kind, name)


def _inside(text: str, name: ResourceName) -> Named:
    """What a repository holds."""
    path, repository = name.path, ResourceName(name.project, name.location, name.path[:2])
    match path[2::2]:
        case ("packages",):
            return Named(Kind.PACKAGE, repository, nfc(unquote(path[3])))
        case ("packages", "tags"):
            return Named(Kind.TAG, repository, nfc(unquote(path[3])), tag=nfc(unquote(path[5])))
        case ("packages", "versions") if path[5].startswith("sha256:"):
            return Named(Kind.IMAGE, repository, nfc(unquote(path[3])), path[5])
        case ("packages", "versions"):
            return Named(Kind.VERSION, repository, nfc(unquote(path[3])), version=path[5])
        case _:
            raise NoSuchNameError(f"{text}: this kind is not explained")


def everything_short(observed: Observed) -> Iterator[Named]:
    """All that a short name may mean, but for what lies in repositories (written.py)."""
    loads = observed.workloads
    groups: tuple[Iterable[ResourceName], ...] = (
        (each.name for each in loads.services),
        (each.name for each in loads.revisions if each.name.path[0] == "services"),
        (each.name for each in loads.jobs),
        (each.name for each in loads.executions),
        (each.name for each in loads.worker_pools),
        (ResourceName.parse(str(each.name)) for each in observed.repositories),
    )
    for names in groups:
        for name in names:
            yield Named(KINDS[name.collection], name)


def bearing(short: str, observed: Observed) -> tuple[Named, ...]:
    """The workloads and the repositories of that short name."""
    return tuple(each for each in everything_short(observed) if each.name.short == short)


def near_short(short: str, observed: Observed) -> tuple[str, ...]:
    """The full names of workloads and repositories that are called nearly so, the nearest first."""
    known = list(everything_short(observed))
    near = get_close_matches(short, {each.name.short for each in known}, n=SUGGESTED, cutoff=0.5)
    meant = (each for each in known if each.name.short in near)
    return tuple(str(each.name) for each in sorted(meant, key=lambda e: near.index(e.name.short)))


def several(short: str, names: Sequence[str]) -> str:
    """That more than one is called so, with their full names."""
    return f"{short!r} is the name of {len(names)}: say which\n{listed(names)}"


def none_called(short: str, near: Sequence[str]) -> str:
    """That nothing is called so, how things are called, and what is called nearly so."""
    hint = f"; near are\n{listed(near)}" if near else ""
    return (
        f"nothing that was read is called {short!r}; what lies in a repository is named "
        f"[REPOSITORY/]PACKAGE, with @VERSION, @sha256:… or :TAG for one of it{hint}"
    )


def called_so(short: str, observed: Observed) -> str:
    """Which workloads and repositories are called so instead, or nearly so."""
    names = [str(each.name) for each in bearing(short, observed)]
    match names:
        case []:
            return none_called(short, near_short(short, observed))
        case [only]:
            return f"{short} is {only}"
        case _:
            return several(short, names)


def listed(names: Sequence[str]) -> str:
    """One a line; of many the first, and how many more."""
    rest = [f"  … and {len(names) - SUGGESTED} more"] if len(names) > SUGGESTED else []
    return "\n".join([f"  {each}" for each in names[:SUGGESTED]] + rest)


def image_of(target: Named, images: Iterable[Image]) -> Image:
    """The image that is meant, by digest or by the tag it bears; NoSuchNameError with near ones."""
    package = [image for image in images if image.package == target.package]
    for image in package:
        if image.digest == target.digest or (not target.digest and target.tag in image.tags):
            return image
    known = [tag for image in package for tag in image.tags]
    wanted = target.digest or target.tag
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    hint = f"; near are the tags {', '.join(near)}" if near else ""
    where = f"{target.repository.uri}/{target.package}"
    raise NoSuchNameError(f"there is no image {wanted} in {where}, which has {len(package)}{hint}")
