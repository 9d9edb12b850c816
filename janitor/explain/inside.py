"""A package, a version or a tag among what a repository holds, by Google's own name of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from janitor.explain.names import Named, NoSuchNameError
from janitor.kinds.repository import DOCKER
from janitor.kinds.tag import tag_name
from janitor.model.kinds import Kind
from janitor.model.resources import Image, Package, Repository
from janitor.model.text import nfc

IN_PACKAGES = (Kind.PACKAGE, Kind.VERSION, Kind.TAG)


@dataclass(frozen=True, slots=True)
class Inside:
    """`name` is Google's own; `tags` are those of all that a package holds, `holder` is the version that
    a tag points at, and goes with."""

    name: str
    uri: str = ""
    tags: tuple[str, ...] = ()
    holder: str = ""


def inside(
    target: Named, repository: Repository, images: Sequence[Image], packages: Sequence[Package]
) -> Inside:
    """NoSuchNameError where the repository holds no such thing."""
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


def _version(target: Named, package: Package) -> str:
    for version in package.versions:
        if nfc(unquote(version.id)) == nfc(unquote(target.version)):
            return f"{package.name}/versions/{version.id}"
    raise _missing("version", target.version, target, [each.id for each in package.versions])


def _missing(noun: str, wanted: str, target: Named, known: list[str]) -> NoSuchNameError:
    near = get_close_matches(wanted, known, n=3, cutoff=0.5)
    where = target.repository if noun == "package" else f"{target.repository.package(target.package)}"
    hint = f"; near are {', '.join(near)}" if near else ""
    return NoSuchNameError(f"there is no {noun} {wanted} in {where}, which has {len(known)}{hint}")
