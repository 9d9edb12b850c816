"""Reading again what lies in packages: is what the plan rests on still true? (R21)"""

from typing import Protocol
from urllib.parse import unquote

from janitor.apply.outcomes import GONE, Outcome, drifted
from janitor.apply.ports import Reader
from janitor.kinds.package import package_fingerprint
from janitor.kinds.version import state_of
from janitor.model.names import RepositoryName
from janitor.model.resources import Image
from janitor.plan.values import Action


class Users(Protocol):
    """Who names what now (apply.recheck.References)."""

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
