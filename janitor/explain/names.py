"""Names that people type, matched with Google's names of workloads, repositories and what they hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from janitor.kinds.repository import DOCKER
from janitor.kinds.table import KINDS, RUN_COLLECTIONS, RUN_KINDS, kind_noun
from janitor.kinds.table import listed as listed_workloads
from janitor.kinds.tag import tag_name
from janitor.model.inventory import Observed
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.references import (
    BARE_DIGEST,
    SHORT_DIGEST,
    BadReferenceError,
    ImageReference,
    parse_reference,
    without_host,
)
from janitor.model.resources import Image, Package, Repository, Version
from janitor.model.text import nfc

_KINDS = {**RUN_COLLECTIONS, KINDS[Kind.REPOSITORY].collection: Kind.REPOSITORY}
# How many full names a refusal lists.
SUGGESTED = 8


@dataclass(frozen=True, slots=True)
class Target:
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


def named(text: str) -> Target | str:
    """A full resource name or an image's URI as what it names; a short name as it stands.

    NoSuchNameError for a full name of a kind that is not explained, or a URI that cannot be read.
    """
    text = nfc(text.strip())
    if text.startswith("projects/"):
        return _full(text)
    if shortened := without_host(text):
        return shortened
    try:
        reference = parse_reference(text)
    except BadReferenceError as error:
        raise NoSuchNameError(str(error)) from error
    return text if reference is None else _image(reference)


def _image(reference: ImageReference) -> Target:
    name = ResourceName.parse(str(reference.repository))
    return Target(Kind.IMAGE, name, reference.package, reference.digest or "", reference.tag or "")


def _full(text: str) -> Target:
    try:
        name = ResourceName.parse(text)
    except ValueError as error:
        raise NoSuchNameError(str(error)) from error
    path = name.path
    if len(path) > 2 and path[0] == "repositories":
        return _inside(text, name)
    kind = _KINDS.get(name.collection)
    if kind is None or path[::2] != _collections(kind):
        raise NoSuchNameError(
            f"{text}: this kind is not explained; what is: {', '.join(kind_noun(each, 2) for each in RUN_KINDS)}, "
            "repositories, packages, versions, docker images and tags"
        )
    return Target(kind, name)


def _collections(kind: Kind) -> tuple[str, ...]:
    """The collections in the names of a kind, outermost first."""
    spec = KINDS[kind]
    return (*(_collections(spec.parent) if spec.parent else ()), spec.collection)


def _inside(text: str, name: ResourceName) -> Target:
    """What a repository holds."""
    path, repository = name.path, ResourceName(name.project, name.location, name.path[:2])
    match path[2::2]:
        case ("packages",):
            return Target(Kind.PACKAGE, repository, nfc(unquote(path[3])))
        case ("packages", "tags"):
            return Target(Kind.TAG, repository, nfc(unquote(path[3])), tag=nfc(unquote(path[5])))
        case ("packages", "versions") if path[5].startswith("sha256:"):
            return Target(Kind.IMAGE, repository, nfc(unquote(path[3])), path[5])
        case ("packages", "versions"):
            return Target(Kind.VERSION, repository, nfc(unquote(path[3])), version=path[5])
        case _:
            raise NoSuchNameError(f"{text}: this kind is not explained")


def everything_short(observed: Observed) -> Iterator[Target]:
    """Everything that a short name may mean outside of repositories: workloads, and the repositories themselves."""
    for kind, each in listed_workloads(observed.workloads):
        # policies are not about the revisions of a worker pool
        if each.name.path[::2] == _collections(kind):
            yield Target(kind, each.name)
    for repository in observed.repositories:
        yield Target(Kind.REPOSITORY, ResourceName.parse(str(repository.name)))


def bearing(short: str, observed: Observed) -> tuple[Target, ...]:
    """The workloads and the repositories of that short name. A revision, a traffic tag and an execution are also
    named with what holds it: ``web/web-00012``."""
    return tuple(each for each in everything_short(observed) if short in _short_names(each.name))


def _short_names(name: ResourceName) -> tuple[str, ...]:
    return (name.short, f"{name.parent.short}/{name.short}") if len(name.path) > 2 else (name.short,)


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
    """The error that no resource has this name, with the forms of names and similar names."""
    hint = f"; near are\n{listed(near)}" if near else ""
    return (
        f"no resource that was read is called {short!r}; what lies in a repository is named "
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


def image_of(target: Target, images: Iterable[Image]) -> Image:
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


IN_PACKAGES = (Kind.PACKAGE, Kind.VERSION, Kind.TAG)


@dataclass(frozen=True, slots=True)
class Inside:
    """`name` is Google's own; `tags` are those of all that a package holds, `holder` is the version that
    a tag points at, and is deleted with."""

    name: str
    uri: str = ""
    tags: tuple[str, ...] = ()
    holder: str = ""


def inside(
    target: Target, repository: Repository, images: Sequence[Image], packages: Sequence[Package]
) -> Inside:
    """NoSuchNameError where the repository holds no such resource."""
    package = next((each for each in packages if each.short == target.package), None)
    if package is None:
        raise _missing("package", target.package, target, [each.short for each in packages])
    held = [image for image in images if image.package == package.short]
    docker = repository.format == DOCKER
    uri = f"{repository.name.uri}/{package.short}" if docker else ""
    if target.kind is Kind.PACKAGE:
        tags = [*(tag for i in held for tag in i.tags), *(tag for v in package.versions for tag in v.tags)]
        return Inside(package.name, uri, tuple(tags))
    if target.kind is Kind.VERSION:
        return Inside(_version(target, package))
    pointed = {tag: repository.name.version(i.package, i.digest) for i in held for tag in i.tags}
    pointed |= {tag: f"{package.name}/versions/{v.id}" for v in package.versions for tag in v.tags}
    tag = next((each for each in pointed if nfc(each) == target.tag), None)
    if tag is None:
        raise _missing("tag", target.tag, target, list(pointed))
    name = repository.name.tag(package.short, tag) if docker else tag_name(package, tag)
    return Inside(name, f"{uri}:{tag}" if uri else "", (), pointed[tag])


def _version(target: Target, package: Package) -> str:
    for version in package.versions:
        if nfc(unquote(version.id)) == nfc(unquote(target.version)):
            return f"{package.name}/versions/{version.id}"
    raise _missing("version", target.version, target, [each.id for each in package.versions])


def _missing(noun: str, wanted: str, target: Target, known: list[str]) -> NoSuchNameError:
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    where = target.repository if noun == "package" else f"{target.repository.package(target.package)}"
    hint = f"; near are {', '.join(near)}" if near else ""
    return NoSuchNameError(f"there is no {noun} {wanted} in {where}, which has {len(known)}{hint}")


# What stands between a package and a part of it: docker's and npm's signs, pip's and apt's, Google's own.
_SIGNS = ("@", ":", "==", "=", "/versions/", "/tags/")


@dataclass(frozen=True, slots=True)
class Called:
    """Something in a repository; `full` is Google's name of it."""

    named: Target
    full: str


# A way to write a thing, with the thing.
Form = tuple[str, Called]


def prefixes(repository: RepositoryName) -> tuple[str, str]:
    """What says that a name lies in this repository."""
    return f"{repository.repository}/", f"{repository.project}/{repository.repository}/"


def begins_with(text: str, repository: RepositoryName) -> bool:
    """Whether `text` may say that it lies in this repository."""
    return text.startswith(prefixes(repository))


def package_forms(repository: Repository, package: Package) -> tuple[Form, ...]:
    """The ways to write a package."""
    called = Called(Target(Kind.PACKAGE, _name(repository), package.short), package.name)
    return tuple((f"{prefix}{package.short}", called) for prefix in ("", *prefixes(repository.name)))


def means(text: str, written: str) -> bool:
    """Whether `text` is a way to write a resource, in full or with the beginning of its digest."""
    if text == written:
        return True
    if bare := BARE_DIGEST.fullmatch(text):
        return written.partition("@sha256:")[2].startswith(bare[1])
    found = SHORT_DIGEST.search(text)
    return found is not None and written.startswith(f"{text[: found.start()]}@sha256:{found[1]}")


def asks_within(text: str, repository: Repository, package: Package) -> bool:
    """Whether `text` may name something in this package. A bare digest, or its beginning, may be in any docker package."""
    if repository.format == DOCKER and BARE_DIGEST.fullmatch(text):
        return True
    return any(
        text.startswith(f"{written}{sign}") and len(text) > len(written) + len(sign)
        for written, _ in package_forms(repository, package)
        for sign in _SIGNS
    )


def forms_within(repository: Repository, package: Package, versions: Iterable[Version]) -> Iterator[Form]:
    """Every way to write a version or a tag of a package. By a tag an image is meant, as in its URI: the
    tag itself is ``PACKAGE/tags/TAG``. In other formats a tag is a separate resource."""
    within = _image_tails if repository.format == DOCKER else _version_tails
    before = [written for written, _ in package_forms(repository, package)]
    for version in versions:
        for tail, called in within(repository, package, version):
            yield from ((f"{written}{tail}", called) for written in before)


def _image_tails(repository: Repository, package: Package, version: Version) -> Iterator[Form]:
    where, digest = _name(repository), version.id
    full = repository.name.version(package.short, digest)
    image = Called(Target(Kind.IMAGE, where, package.short, digest), full)
    for tag in version.tags:
        yield f":{tag}", image
        yield f":{tag}@{digest}", image
        named = Target(Kind.TAG, where, package.short, tag=tag)
        yield f"/tags/{tag}", Called(named, repository.name.tag(package.short, tag))
    yield f"@{digest}", image
    yield f"/versions/{digest}", image


def _version_tails(repository: Repository, package: Package, version: Version) -> Iterator[Form]:
    where, id_ = _name(repository), unquote(version.id)
    named = Target(Kind.VERSION, where, package.short, version=version.id)
    called = Called(named, f"{package.name}/versions/{version.id}")
    yield from ((f"{sign}{id_}", called) for sign in _SIGNS[:-1])
    for tag in version.tags:
        tagged = Called(Target(Kind.TAG, where, package.short, tag=tag), tag_name(package, tag))
        yield from ((f"{sign}{tag}", tagged) for sign in ("@", ":", "/tags/"))


def _name(repository: Repository) -> ResourceName:
    return ResourceName.parse(str(repository.name))


def near_to(text: str, forms: Sequence[Form]) -> tuple[str, ...]:
    """The full names of what is written nearly so, the nearest first: what an abbreviated digest may
    mean, what is like the whole text, what is like that which stands before a sign."""
    stem, at, begin = text.rpartition("@")
    digest = f"{stem}@sha256:{begin.removeprefix('sha256:')}"
    begun = [written for written, _ in forms if at and written.startswith(digest)]
    # A digest is like any other digest: none is near.
    known = {written for written, _ in forms if "sha256:" not in written}
    like = [near for wanted in (text, _stem(text)) for near in _like(wanted, known)]
    by_form: dict[str, list[str]] = {}
    for written, called in forms:
        by_form.setdefault(written, []).append(called.full)
    return tuple(dict.fromkeys(full for written in (*begun, *like) for full in by_form[written]))


def _like(wanted: str, known: Iterable[str]) -> list[str]:
    """Of those that are as many names deep: every resource is written with its repository and without."""
    deep = wanted.count("/")
    return get_close_matches(
        wanted, sorted(each for each in known if each.count("/") == deep), n=SUGGESTED, cutoff=0.6
    )


def _stem(text: str) -> str:
    """`text` before its sign; that which begins a scope (``@team/x``, ``libs/@team/x``) is none."""
    places = [text.rfind(sign) for sign in _SIGNS]
    place = min((place for place in places if place > 0 and text[place - 1] != "/"), default=len(text))
    return text[:place]
