"""The second pass of a sweep: repositories are read side by side; each is decided as soon as it is read, and released.

What comes of it does not depend on the order in which answers arrive: whatever is kept of a repository is sorted, summed
or marked with the repository's place.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from janitor.kinds.repository import DOCKER
from janitor.model.inventory import Gap
from janitor.model.resources import Contents, Mode, Repository
from janitor.policy.deciding.orphaned import waits_for_others
from janitor.policy.deciding.references import ReferenceLines
from janitor.sweep.in_flight import Allowance, InFlight
from janitor.sweep.repositories import DecisionPorts, RepositoryDecider

# Repositories of one project and location that are begun at a time: twice as many as the adapter for Google gives
# turns there, so that no turn waits until another repository is decided.
_A_LANE = 16

T = TypeVar("T")
Found = Contents | Gap | None
Reading = Callable[[Repository, Allowance], Awaitable[Found]]
Hearing = Callable[[Repository, Found], None]


@dataclass(slots=True)
class SecondPass:
    """Reads repositories and has them decided. `references` hears what is in each."""

    ports: DecisionPorts
    decider: RepositoryDecider
    references: ReferenceLines
    in_flight: InFlight = field(default_factory=InFlight)
    _done: int = 0
    _images: int = 0
    _total: int = 0

    async def run(self, repositories: Sequence[Repository]) -> None:
        """All repositories that are in scope and asked for.

        Where `orphaned` is asked for, all other repositories are read for their digests, and repositories that
        wait for those are read again and decided at the end (R40).
        """
        asked = self.decider.context.asked
        only = asked.detail.repositories
        chosen = [r for r in repositories if asked.in_scope(r.name) and (only is None or r.name in only)]
        self._total = len(chosen)
        waiting: list[Repository] = []

        def first(repository: Repository, contents: Found) -> None:
            if isinstance(contents, Contents):
                self._images += len(contents.images)
                self._look(repository, contents)
            if self._waits(contents):
                waiting.append(repository)
            else:
                self._decide(repository, contents)

        await self._read(chosen, self._contents, first)
        if waiting:
            await self._look_elsewhere(chosen, repositories)
            await self._read(waiting, self._contents, self._decide)

    def _decide(self, repository: Repository, contents: Found) -> None:
        self.decider.context.failures.place = str(repository.name)
        self.decider.decide(repository, contents)
        self._done += 1
        self.ports.on_repository(self._done, self._total, self._images)

    def _look(self, repository: Repository, contents: Contents) -> None:
        """Look for what was deleted before, and for what reference files name."""
        self.ports.lookout.inside(repository.name, contents)
        if repository.format == DOCKER:
            self.references.inside(repository.name, contents.images)

    def _waits(self, contents: Found) -> bool:
        """Note its digests; whether something in it may be about an image of another repository."""
        presence = self.decider.presence
        if presence is None or not isinstance(contents, Contents):
            return False
        presence.add(contents.images)
        return waits_for_others(contents)

    async def _look_elsewhere(self, chosen: Sequence[Repository], everywhere: Sequence[Repository]) -> None:
        """The digests of every other docker repository. A gap anywhere leaves what is gone unknown."""
        presence, gaps = self.decider.presence, self.decider.tally.gaps
        assert presence is not None
        names = {each.name for each in chosen}
        others = [each for each in everywhere if each.format == DOCKER and each.name not in names]

        def note(_: Repository, contents: Found) -> None:
            if isinstance(contents, Gap):
                gaps.append(contents)
            elif contents is not None:
                presence.add(contents.images)

        await self._read(others, self._digests, note)
        presence.close(complete=all(gap.kind.is_run for gap in gaps))

    async def _read(self, repositories: Sequence[Repository], read: Reading, hear: Hearing) -> None:
        """Read all of them, those of each project and location a few at a time, the largest first: its pages come one
        after another, so that it takes the longest. `hear` is called with each as it arrives."""
        lanes: dict[tuple[str, str], deque[Repository]] = {}
        for repository in sorted(repositories, key=lambda each: (-each.size_bytes, each.name)):
            lanes.setdefault((repository.name.project, repository.name.location), deque()).append(repository)
        workers = [
            asyncio.create_task(self._work(lane, read, hear))
            for lane in lanes.values()
            for _ in range(min(_A_LANE, len(lane)))
        ]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, lane: deque[Repository], read: Reading, hear: Hearing) -> None:
        while lane:
            await self._one(lane.popleft(), read, hear)

    async def _one(self, repository: Repository, read: Reading, hear: Hearing) -> None:
        """Nothing of it is referred to at the end, but what `hear` keeps."""
        with self.in_flight.repository() as allowance:
            contents = await read(repository, allowance)
            await asyncio.sleep(0)  # lets the next request go out before this repository is worked on
            hear(repository, contents)

    async def _digests(self, repository: Repository, allowance: Allowance) -> Found:
        if repository.mode is Mode.VIRTUAL:
            return None
        return await self.ports.reader.contents(repository, allowance)

    async def _contents(self, repository: Repository, allowance: Allowance) -> Found:
        """None where nothing asks for its content. Where both fail, the images say so, whichever failed first."""
        images, packages = self.decider.reads(repository)
        if not (images or packages):
            return None
        reader = self.ports.reader
        contents, found = await asyncio.gather(
            reader.contents(repository, allowance) if images else _answer(Contents()),
            reader.packages(repository, allowance) if packages else _answer(()),
        )
        if isinstance(contents, Gap) or not packages:
            return contents
        return found if isinstance(found, Gap) else replace(contents, packages=found)


async def _answer(value: T) -> T:
    return value
