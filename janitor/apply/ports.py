"""What applying asks of Google, and how Google's answers come back."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from janitor.kinds.workload import RunResource
from janitor.model.holders import Holders
from janitor.model.inventory import Gap, Workloads
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.model.resources import Contents, Package, Repository, Version


class CallError(Exception):
    """A call that ended without what was asked, after its own retries; the text is Google's own."""


class NotFoundError(CallError):
    """Google says that the resource does not exist."""


class ChangedError(CallError):
    """Google says that the resource is not as it was read (etag, or a new tag on a version)."""


class UnclearError(CallError):
    """The call may or may not have taken effect (DEADLINE_EXCEEDED, INTERNAL): read before more."""


class UnendedError(UnclearError):
    """Google took the call and its operation has not ended, as far as is known: it may still take effect."""


class InvalidError(CallError):
    """Google does not take the request as it is (INVALID_ARGUMENT), a batch that is too large among them."""


class PushedBackError(CallError):
    """Google did not take the call because a quota is used up (RESOURCE_EXHAUSTED): nothing was deleted."""


class StoppedError(CallError):
    """A stop came before the call was sent, so that it was not."""


class Reader(Protocol):
    """Reads before a delete. None means that the resource does not exist; CallError that it cannot be read."""

    async def workload(self, kind: Kind, name: str) -> RunResource | None:
        """A resource of Cloud Run, by its kind and Google's name."""

    async def repository(self, name: RepositoryName) -> Repository | None: ...

    async def contents(self, repository: Repository) -> Contents | Gap:
        """Every image of a docker repository, with referrers; a Gap where any page failed."""

    async def repositories(self) -> tuple[tuple[Repository, ...], tuple[Gap, ...]]:
        """Every repository of every project read, listed afresh, and the listings that failed."""

    async def image_tags(
        self, repository: RepositoryName, package: str, digest: str
    ) -> frozenset[str] | None:
        """The tags of one version, by ListTags filtered by version; None when it is gone."""

    async def tags_of_package(
        self, repository: RepositoryName, package: str
    ) -> Mapping[str, frozenset[str]] | None:
        """The tags of every version that has any, by its digest (ListTags of the package); None where they are so many
        that asking about one version after the other is cheaper."""

    async def package(self, name: str) -> Package | None:
        """A package of any format with its versions and their tags, by Google's name."""

    async def tag_version(self, name: str) -> str | None:
        """The id of the version that a tag of any format points at now (GetTag), by Google's name."""

    async def version(self, name: str) -> Version | None:
        """A version of any format, with its tags, by Google's name."""

    async def workloads(self) -> Workloads:
        """Every workload of every project read, fresh; what failed is in its gaps."""

    async def holders(self, now: datetime) -> Holders:
        """What Cloud Asset Inventory lists of every project read, fresh, read at this time; NOT_ASKED where the policy
        file has `holders: off`."""


async def no_check() -> None:
    """Nothing is asked before the call."""


class Deleter(Protocol):
    """The deletes. Each returns the name of Google's operation ("" where the call is synchronous).

    Raises NotFoundError, ChangedError, InvalidError, UnclearError, StoppedError, PushedBackError or CallError.
    UNAVAILABLE is retried inside, within a stated budget (R22).
    """

    async def delete(
        self, kind: Kind, name: str, etag: str = "", check: Callable[[], Awaitable[None]] = no_check
    ) -> str:
        """Delete one resource by Google's name, with all that it contains. Where an etag is given, Google refuses
        a resource that has another one. `check` is awaited before every attempt, and what it raises ends the delete."""

    async def delete_versions(self, package: str, names: list[str]) -> str:
        """BatchDeleteVersions of at most 50 versions of one package (Google's full package name)."""

    async def remove_parts(self, kind: Kind, holder: str, parts: Collection[str], etag: str) -> str:
        """Remove these parts, by their short names, in one update of what holds them, such as traffic tags of a service
        (R50). ChangedError where the holder has another etag than the one given, and where one of them may not go."""

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        """Put a tag back; an existing tag is left as it is."""

    async def wait(self, kind: Kind, operation: str) -> frozenset[str]:
        """Wait for Google's operation to end; its error is raised as above, UnendedError where it does not.

        Done with neither error nor response is success (R22). Returns the names of versions that a
        batch reports as failed (metadata.failed_versions), else nothing.
        """


class Turn(Protocol):
    """So many deletes may be sent now (R53)."""

    def answered(self, deletes: int) -> None:
        """Google answered so many of them: from now on they count for a minute."""

    def close(self) -> None:
        """No more are sent; those that were not answered do not count."""


class Turns(Protocol):
    """The pace of deletes, shared by all workers (R53)."""

    async def take(self, kind: Kind, name: str, deletes: int, over: Callable[[], bool]) -> Turn | None:
        """Wait until so many deletes of a kind may be sent where the resource of this name is; None once `over` says
        that it is too late."""
