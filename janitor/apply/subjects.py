"""Looking again for the images that an orphaned artifact is about, just before it is deleted (R21, R40)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from janitor.apply.ports import Reader
from janitor.kinds.repository import DOCKER
from janitor.model.inventory import Gap
from janitor.model.kinds import Kind
from janitor.model.resources import Mode
from janitor.plan.values import Action
from janitor.policy.deciding.orphaned import Presence

# The digests of all repositories may be this old at the moment of the call.
DIGESTS_LAST = timedelta(minutes=5)


class Subjects:
    """Which digests there are now: every docker repository of every project that is read is listed again, once for
    all who ask, and again when that is older than five minutes."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime]) -> None:
        self._reader, self._clock = reader, clock
        self._presence = Presence()
        self._gap = ""
        self._read_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def why_there(self, action: Action) -> str:
        """Why what is about `action.subjects` must stay now, or "". Raises CallError."""
        if action.kind is Kind.IMAGE:
            # where a signature is pushed, its image is pushed too: that package is asked at once
            package = action.name.rpartition("/versions/")[0]
            for subject in action.subjects:
                if await self._reader.version(f"{package}/versions/{subject}") is not None:
                    return f"the image that it is about is there again: {subject}"
        presence = await self._fresh()
        if self._gap:
            return self._gap
        there = next((each for each in action.subjects if not presence.is_gone(each)), "")
        return f"an image that it is about is there again: {there}" if there else ""

    async def _fresh(self) -> Presence:
        async with self._lock:
            if self._read_at is None or self._clock() - self._read_at > DIGESTS_LAST:
                self._presence, self._gap = Presence(), ""
                gap = await self._list()
                self._presence.close(complete=gap is None)
                self._gap = f"repositories could not be read again: {gap.cause}" if gap else ""
                self._read_at = self._clock()
            return self._presence

    async def _list(self) -> Gap | None:
        """Note the digests of one repository after the other; the first read that failed, if any."""
        repositories, gaps = await self._reader.repositories()
        if gaps:
            return gaps[0]
        for repository in repositories:
            if repository.format == DOCKER and repository.mode is not Mode.VIRTUAL:
                contents = await self._reader.contents(repository)
                if isinstance(contents, Gap):
                    return contents
                self._presence.add(contents.images)
        return None
