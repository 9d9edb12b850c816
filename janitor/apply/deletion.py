"""One deletion against Google: untag, delete, wait, and what its answers mean (R18, R22)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.ports import CallError, ChangedError, Deleter, NotFoundError, Reader, UnclearError
from janitor.apply.recheck import GONE, drifted, image_of
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName
from janitor.plan.values import Action

DELETED = Outcome(OutcomeKind.DELETED)
# After an answer that says nothing, the thing is read; if it is still there, asked once more.
ATTEMPTS = 2

Noted = Callable[[str], Awaitable[None]]


def failed(error: Exception | str) -> Outcome:
    """Google's own words say why."""
    return Outcome(OutcomeKind.FAILED, str(error))


@dataclass(frozen=True, slots=True)
class Deletion:
    """The calls of one action. `noted` is told Google's operation before it is waited for."""

    reader: Reader
    deleter: Deleter

    async def carry_out(self, action: Action, noted: Noted) -> Outcome:
        """Delete one thing that was just found as planned. Never raises CallError."""
        if action.kind is Kind.IMAGE and action.tags:
            return await self._tagged_image(action, noted)
        return await self._attempt(action, noted)

    async def carry_out_batch(self, actions: list[Action], noted: Noted) -> list[Outcome]:
        """Untagged images of one package in one call; an outcome each, in order."""
        package = actions[0].name.rpartition("/versions/")[0]
        begun = False
        try:
            operation = await self.deleter.delete_versions(package, [action.name for action in actions])
            begun = True
            refused = await self._ended(Kind.IMAGE, operation, noted)
        except CallError as error:
            # one bad name fails a whole batch: each by itself says which, and why
            asked = begun or isinstance(error, UnclearError)
            return [await self._attempt(action, noted, asked) for action in actions]
        # by digest: a name that Google gives back may have the project's number in it
        digests = {_digest(name) for name in refused}
        return [
            await self._attempt(action, noted) if _digest(action.name) in digests else DELETED
            for action in actions
        ]

    async def exists(self, kind: Kind, name: str) -> bool:
        """Whether a thing is there now; raises CallError when that cannot be read."""
        match kind:
            case Kind.SERVICE:
                return await self.reader.service(name) is not None
            case Kind.REVISION:
                return await self.reader.revision(name) is not None
            case Kind.REPOSITORY:
                return await self.reader.repository(RepositoryName.parse(name)) is not None
            case Kind.IMAGE:
                return await self.reader.image_tags(*image_of(name)) is not None
            case _:
                raise AssertionError(f"nothing of kind {kind} is ever deleted")

    async def _ended(self, kind: Kind, operation: str, noted: Noted) -> frozenset[str]:
        """Wait for what was begun; "" has ended already."""
        if operation:
            await noted(operation)
        return await self.deleter.wait(kind, operation)

    async def _attempt(self, action: Action, noted: Noted, asked: bool = False) -> Outcome:
        """`asked`: whether an earlier call may have begun to delete it, so that "not found" is its doing."""
        error: Exception | None = None
        for _ in range(ATTEMPTS):
            try:
                operation = await self._send(action)
                asked = True
                await self._ended(action.kind, operation, noted)
                return DELETED
            except NotFoundError:
                return DELETED if asked else GONE
            except ChangedError as changed:
                return drifted(str(changed))
            except UnclearError as unclear:
                error, asked = unclear, True
                if not await self._is_there(action):
                    return DELETED
            except CallError as refused:
                return failed(refused)
        return failed(f"{error} (asked {ATTEMPTS} times; it is still there)")

    async def _is_there(self, action: Action) -> bool:
        try:
            return await self.exists(action.kind, action.name)
        except CallError:
            return True

    async def _send(self, action: Action) -> str:
        match action.kind:
            case Kind.SERVICE:
                return await self.deleter.delete_service(action.name, action.etag)
            case Kind.REVISION:
                return await self.deleter.delete_revision(action.name, action.etag)
            case Kind.IMAGE:
                return await self.deleter.delete_version(action.name)
            case Kind.REPOSITORY:
                return await self.deleter.delete_repository(action.name)
            case _:
                raise AssertionError(f"no plan holds a {action.kind}")

    async def _tagged_image(self, action: Action, noted: Noted) -> Outcome:
        """Untag, then delete without force; what is not deleted gets its tags back (R18)."""
        taken: list[str] = []
        try:
            try:
                for tag in sorted(action.tags):
                    if await self._untag(action, tag):
                        taken.append(tag)
                outcome = await self._attempt(action, noted)
            except CallError as error:
                outcome = failed(error)
        except BaseException:
            await self._retag(action, taken)
            raise
        if outcome.gone:
            return outcome
        lost = await self._retag(action, taken)
        return Outcome(outcome.kind, f"{outcome.error}; {lost}") if lost else outcome

    async def _untag(self, action: Action, tag: str) -> bool:
        """Take one tag off, unless it points elsewhere by now."""
        repository, package, digest = image_of(action.name)
        if await self.reader.tag_digest(repository, package, tag) != digest:
            return False
        try:
            await self.deleter.delete_tag(repository.tag(package, tag))
        except NotFoundError:
            return False
        return True

    async def _retag(self, action: Action, tags: list[str]) -> str:
        """Put tags back; "" or which could not be."""
        repository, package, digest = image_of(action.name)
        lost = []
        for tag in tags:
            try:
                await self.deleter.create_tag(repository, package, tag, digest)
            except CallError as error:
                lost.append(f"its tag {tag} could not be put back: {error}")
        return "; ".join(lost)


def _digest(version: str) -> str:
    return version.rpartition("/")[2]
