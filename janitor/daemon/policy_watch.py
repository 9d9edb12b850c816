"""The policy file in force: read again when it changes, and the last good one kept while it is broken."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from janitor.error_facts import facts
from janitor.errors import UsageError
from janitor.settings import SweepRequest

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A good file was read. `after` is in force; `before` was."""

    before: SweepRequest
    after: SweepRequest

    @property
    def changed(self) -> bool:
        """Whether it says something else than the one before, in any byte."""
        return self.before.policies.digest != self.after.policies.digest


@dataclass(frozen=True, slots=True)
class Rejected:
    """The file is invalid; the last valid one remains in force. `is_news`: this content was not reported yet."""

    message: str
    is_news: bool


class PolicyWatch:
    """The request that the next sweep makes. `read` builds it again from flags, environment and file.

    `read` blocks, and raises UsageError. `path` is the file that is watched, together with the
    reference files that it names; it need not be there.
    """

    def __init__(self, read: Callable[[], SweepRequest], path: Path, first: SweepRequest) -> None:
        self.request = first
        self._read, self._path = read, path
        self._seen: str | None = None
        self._settling: str | None = None
        self._refused: tuple[str, str] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self) -> Reloaded | Rejected | None:
        """Read it if it is not as it was; None where there is nothing to say.

        A changed file is read once it is the same at two looks in a row: it may be half written.
        A broken one is read each time, for what it lacks may be a file that only it names.
        """
        async with self._one_at_a_time:
            content = await self._content()
            if content == self._seen and self._refused is None:
                self._settling = None
                return None
            if content not in (self._seen, self._settling):
                self._settling = content
                return None
            was_refused = self._refused is not None
            found = await self._read_again(content)
            is_news = found.is_news if isinstance(found, Rejected) else found.changed or was_refused
            return found if is_news else None

    async def reload(self) -> Reloaded | Rejected:
        """Read it now, whether it changed or not."""
        async with self._one_at_a_time:
            return await self._read_again(await self._content())

    async def _read_again(self, content: str) -> Reloaded | Rejected:
        self._seen, self._settling = content, None
        try:
            request = await asyncio.to_thread(self._read)
        except UsageError as error:
            return self._refuse(content, str(error))
        except Exception as error:  # a bug in reading must not end what is in force either
            return self._refuse(content, f"{self._path}: {facts(error)}")
        reloaded, self._refused = Reloaded(self.request, request), None
        if self._files(request) != self._files(self.request):
            self._seen = None  # looked at from now on, and compared by reading once more
        self.request = request
        return reloaded

    def _refuse(self, content: str, message: str) -> Rejected:
        told, self._refused = self._refused, (content, message)
        return Rejected(message, told != self._refused)

    async def _content(self) -> str:
        return await asyncio.to_thread(_digest, self._files(self.request))

    def _files(self, request: SweepRequest) -> list[Path]:
        named = request.policies.protect.reference_files
        return [self._path, *(self._path.parent / name for name in named)]


def _digest(paths: Iterable[Path]) -> str:
    """Of the files' bytes; one that cannot be read counts by the reason why."""
    found = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                one = hashlib.sha256()
                while chunk := file.read(_CHUNK):
                    one.update(chunk)
            found.update(one.digest())
        except OSError as error:
            found.update(f"{type(error).__name__} {error.errno}".encode())
    return found.hexdigest()
