"""A cleared plan and what applying it needs, put together for one sweep."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from janitor.apply.deletion import Deletion
from janitor.apply.executor import Executor, Recorder
from janitor.apply.outcomes import Applied
from janitor.apply.ports import Deleter, Reader
from janitor.apply.recheck import Recheck, References
from janitor.apply.subjects import Subjects
from janitor.guard.values import ClearedPlan
from janitor.model.inventory import Observed
from janitor.policy.deciding.references import Named


@dataclass(frozen=True, slots=True)
class Applier:
    """Carries out one cleared plan. `extra` are the references of `protect.references`.

    `in_flight` are names that an earlier sweep's deletion still works on: they are left alone.
    `on_start` hears that deleting begins: from here on only `stop` may end the work.
    """

    reader: Reader
    deleter: Deleter
    recorder: Recorder
    extra: Sequence[str]
    in_flight: frozenset[str]
    stop: asyncio.Event
    clock: Callable[[], datetime]
    on_start: Callable[[], None]
    on_done: Callable[[int, int], None]

    async def __call__(self, cleared: ClearedPlan, planned: Named, observed: Observed) -> Applied:
        """Never raises what the recorder raises: what was deleted until then is to be told."""
        self.on_start()
        repositories = {repository.name: repository for repository in observed.repositories}
        references = References(
            self.reader, planned, observed.observed_at, self.extra, repositories, self.clock
        )
        recheck = Recheck(self.reader, references, Subjects(self.reader, self.clock), self.in_flight)
        executor = Executor(
            recheck, Deletion(self.reader, self.deleter), self.recorder, self.stop, on_done=self.on_done
        )
        return await executor.run(cleared)
