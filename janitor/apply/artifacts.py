"""Artifacts read again: whether an image, tag, version, package or repository is as the plan has it (R18, R21)."""

from collections.abc import Iterable
from typing import Protocol
from urllib.parse import unquote

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import ChangedError, NotFoundError, Reader
from janitor.kinds.image import contents_fingerprint
from janitor.kinds.package import package_fingerprint
from janitor.kinds.version import state_of
from janitor.model.inventory import Gap
from janitor.model.names import RepositoryName, image_of
from janitor.model.resources import Image
from janitor.plan.plan import Action


class Users(Protocol):
    """Which workloads use what now (apply.recheck.FreshReferences); "" where none does."""

    async def why_used(self, repository: RepositoryName, package: str, digest: str, action: Action) -> str:
        """Why an image must stay now, or ""."""

    async def why_any_used(self, repository: RepositoryName, images: dict[str, list[Image]]) -> str:
        """Why a repository must stay now, or ""."""

    async def why_package_used(self, repository: RepositoryName, package: str, images: list[Image]) -> str:
        """Why a package must stay now, or ""."""

    async def why_tag_used(self, repository: RepositoryName, package: str, tag: str) -> str:
        """Why a tag must stay now, or ""."""


async def package_still(reader: Reader, users: Users, action: Action) -> Outcome | None:
    """None: the package holds what it held, and nothing names it. Raises CallError."""
    package = await reader.package(action.name)
    if package is None:
        return GONE
    if package_fingerprint((version.id, version.tags) for version in package.versions) != action.content:
        return drifted("its content changed since the plan")
    images = [Image(package.short, v.id, v.tags, 0, None, None, "", ()) for v in package.versions]
    repository = RepositoryName.parse(action.name.partition("/packages/")[0])
    why = await users.why_package_used(repository, package.short, images)
    return drifted(why) if why else None


async def tag_still(reader: Reader, users: Users, action: Action) -> Outcome | None:
    """None: the tag points where it pointed, and nothing names it. Raises CallError."""
    version = await reader.tag_version(action.name)
    if version is None:
        return GONE
    if version != action.content:
        return drifted(f"it now points at {version}")
    package, _, tag = action.name.partition("/tags/")
    repository, _, short = package.partition("/packages/")
    why = await users.why_tag_used(RepositoryName.parse(repository), unquote(short), unquote(tag))
    return drifted(why) if why else None


async def version_still(reader: Reader, action: Action) -> Outcome | None:
    """None: the version is as it was read, and has no tag. Raises CallError."""
    version = await reader.version(action.name)
    if version is None:
        return GONE
    if version.tags:
        return drifted(f"it now has the tag {', '.join(sorted(version.tags))}")
    return drifted("it was updated since the plan") if state_of(version) != action.content else None


async def image_still(reader: Reader, users: Users, action: Action) -> Outcome | None:
    """None: the image has the tags of the plan, and nothing names it. Raises CallError."""
    tags = await reader.image_tags(*image_of(action.name))
    return GONE if tags is None else await image_with_tags(users, action, tags)


async def image_with_tags(users: Users, action: Action, tags: frozenset[str]) -> Outcome | None:
    """None: these are the tags of the plan, and nothing names the image. Raises CallError."""
    repository, package, digest = image_of(action.name)
    if tags != frozenset(action.tags):
        return drifted(f"its tags are now {_list(tags)}; the plan saw {_list(action.tags)}")
    why = await users.why_used(repository, package, digest, action)
    return drifted(why) if why else None


async def image_tagged_since(reader: Reader, action: Action) -> Outcome | None:
    """None: the image has no tag that the plan lacks. Raises CallError."""
    tags = await reader.image_tags(*image_of(action.name))
    new = sorted((tags or frozenset()) - frozenset(action.tags))
    return drifted(f"it now has the tag {', '.join(new)}") if new else None


async def repository_still(reader: Reader, users: Users, action: Action) -> Outcome | None:
    """None: the repository holds what it held, and nothing names an image of it. Raises CallError."""
    name = RepositoryName.parse(action.name)
    repository = await reader.repository(name)
    if repository is None:
        return GONE
    contents = await reader.contents(repository)
    if isinstance(contents, Gap):
        return drifted(f"its content could not be read again: {contents.cause}")
    if contents_fingerprint(contents.images) != action.content:
        return drifted("its content changed since the plan")
    packages: dict[str, list[Image]] = {}
    for image in contents.images:
        packages.setdefault(image.package, []).append(image)
    why = await users.why_any_used(name, packages)
    return drifted(why) if why else None


async def tag_points_at(reader: Reader, tag: str, version: str) -> None:
    """GetTag just before DeleteTag: ChangedError where the tag does not point at this version (R18), NotFoundError
    where there is none."""
    found = await reader.tag_version(tag)
    if found is None:
        raise NotFoundError("there is no such tag")
    if found != version:
        raise ChangedError(f"it now points at {found}")


def _list(tags: Iterable[str]) -> str:
    return ", ".join(sorted(tags)) or "none"
