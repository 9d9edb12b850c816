"""What lies in repositories, as people write it: ``[[PROJECT/]REPOSITORY/]PACKAGE``, and what of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from janitor.explain.names import SUGGESTED, Named
from janitor.kinds.repository import DOCKER
from janitor.kinds.tag import tag_name
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, ResourceName
from janitor.model.resources import Package, Repository, Version

# What stands between a package and a part of it: docker's and npm's signs, pip's and apt's, Google's own.
_SIGNS = ("@", ":", "==", "=", "/versions/", "/tags/")


@dataclass(frozen=True, slots=True)
class Called:
    """Something in a repository; `full` is Google's name of it."""

    named: Named
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
    called = Called(Named(Kind.PACKAGE, _name(repository), package.short), package.name)
    return tuple((f"{prefix}{package.short}", called) for prefix in ("", *prefixes(repository.name)))


def asks_within(text: str, repository: Repository, package: Package) -> bool:
    """Whether `text` may name something in this package."""
    return any(
        text.startswith(f"{written}{sign}") and len(text) > len(written) + len(sign)
        for written, _ in package_forms(repository, package)
        for sign in _SIGNS
    )


def forms_within(repository: Repository, package: Package, versions: Iterable[Version]) -> Iterator[Form]:
    """Every way to write a version or a tag of a package. By a tag an image is meant, as in its URI: the
    tag itself is ``PACKAGE/tags/TAG``. Of other formats a tag is a thing of its own."""
    within = _image_tails if repository.format == DOCKER else _version_tails
    before = [written for written, _ in package_forms(repository, package)]
    for version in versions:
        for tail, called in within(repository, package, version):
            yield from ((f"{written}{tail}", called) for written in before)


def _image_tails(repository: Repository, package: Package, version: Version) -> Iterator[Form]:
    where, digest = _name(repository), version.id
    full = repository.name.version(package.short, digest)
    image = Called(Named(Kind.IMAGE, where, package.short, digest), full)
    for tag in version.tags:
        yield f":{tag}", image
        yield f":{tag}@{digest}", image
        named = Named(Kind.TAG, where, package.short, tag=tag)
        yield f"/tags/{tag}", Called(named, repository.name.tag(package.short, tag))
    yield f"@{digest}", image
    yield f"/versions/{digest}", image


def _version_tails(repository: Repository, package: Package, version: Version) -> Iterator[Form]:
    where, id_ = _name(repository), unquote(version.id)
    named = Named(Kind.VERSION, where, package.short, version=version.id)
    called = Called(named, f"{package.name}/versions/{version.id}")
    yield from ((f"{sign}{id_}", called) for sign in _SIGNS[:-1])
    for tag in version.tags:
        tagged = Called(Named(Kind.TAG, where, package.short, tag=tag), tag_name(package, tag))
        yield from ((f"{sign}{tag}", tagged) for sign in ("@", ":", "/tags/"))


def _name(repository: Repository) -> ResourceName:
    return ResourceName.parse(str(repository.name))


def near_to(text: str, forms: Sequence[Form]) -> tuple[str, ...]:
    """The full names of what is written nearly so, the nearest first: what an abbreviated digest may
    mean, what is like the whole text, what is like that which stands before a sign."""
    begun = [written for written, _ in forms if "@sha256:" in text and written.startswith(text)]
    # A digest is like any other digest: none is near.
    known = {written for written, _ in forms if "sha256:" not in written}
    like = [near for wanted in (text, _stem(text)) for near in _like(wanted, known)]
    by_form: dict[str, list[str]] = {}
    for written, called in forms:
        by_form.setdefault(written, []).append(called.full)
    return tuple(dict.fromkeys(full for written in (*begun, *like) for full in by_form[written]))


def _like(wanted: str, known: Iterable[str]) -> list[str]:
    """Of those that are as many names deep: every thing is written with its repository and without."""
    deep = wanted.count("/")
    return get_close_matches(
        wanted, sorted(each for each in known if each.count("/") == deep), n=SUGGESTED, cutoff=0.6
    )


def _stem(text: str) -> str:
    """`text` before its sign; that which begins a scope (``@team/x``, ``libs/@team/x``) is none."""
    places = [text.rfind(sign) for sign in _SIGNS]
    place = min((place for place in places if place > 0 and text[place - 1] != "/"), default=len(text))
    return text[:place]
