"""Executor of a cleared plan: rank by rank, in parallel within a rank, each action recorded."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from janitor.apply.deletion import DELETED, UNANSWERED, UNTRIED, DeleteCalls, Watch, deletes_of
from janitor.apply.holders import FreshHolders
from janitor.apply.outcomes import GONE, TIME_UP, Applied, Outcome, OutcomeKind
from janitor.apply.ports import Deleter, Reader, Turn, Turns
from janitor.apply.recheck import FreshReferences, Recheck, Subjects
from janitor.errors import JanitorError
from janitor.kinds.table import KINDS
from janitor.model.inventory import Observed
from janitor.model.kinds import Kind
from janitor.model.names import ResourceName
from janitor.plan.guard import ClearedPlan
from janitor.plan.plan import Action
from janitor.policy.deciding.references import References
from janitor.policy.model import Protect

# Workers of one API, project and location: as many as the pace keeps busy where a call takes a fifth of a second
# (Cloud Run: three deletes a second, and operations of ten seconds).
SIDE_BY_SIDE = {"run": 32, "artifact": 128}
READS_SIDE_BY_SIDE = 4


class Recorder(Protocol):
    """Writing down what is about to be done, and what became of it; many at once, or none of them.

    Raises LedgerError where that cannot be written, LockHeldError where another sweep has the lock: nothing
    may be deleted without its intent.
    """

    async def intend(self, actions: Sequence[Action], group_bytes: Mapping[str, int]) -> list[int]:
        """An intent an action, in their order; `group_bytes` are the plan's."""

    async def note_operation(self, intents: Sequence[int], operation: str) -> None: ...

    async def conclude(self, ends: Sequence[tuple[Action, int | None, Outcome]]) -> None:
        """Action, intent and outcome; the intent is None where the call was never made."""


@dataclass(slots=True)
class _Begun:
    """What earlier tries of a batch began: intents by name, and names whose deletion a lost call may have begun."""

    intents: dict[str, int] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Executor:
    """`stop` ends the work: no new deletion starts, and what Google has not answered `patience`
    seconds later is left as an open intent, and so is a delete that a stop left untried. What was untagged gets its
    tags back within `farewell` seconds more: both together are below the eight of R23. A recorder that
    fails sets `stop` too.

    An action takes its turn of the pace before it is read again, so that nothing waits between the two (R21, R53).
    What Google does not take because a quota is used up takes another turn, and is read again. Once `time_up` is set no
    new deletion starts, what has begun is finished, and the rest is skipped.
    """

    recheck: Recheck
    deletion: DeleteCalls
    recorder: Recorder
    turns: Turns
    stop: asyncio.Event
    time_up: asyncio.Event
    patience: float = 6.0
    farewell: float = 1.5
    on_done: Callable[[int, int], None] = lambda _done, _total: None
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _group_bytes: Mapping[str, int] = field(default_factory=dict)
    _error: JanitorError | None = None

    async def run(self, cleared: ClearedPlan) -> Applied:
        """One failed deletion never stops the rest; a recorder that fails does."""
        actions = cleared.plan.actions
        self._group_bytes = cleared.plan.group_bytes
        for _, rank in groupby(actions, key=lambda action: action.rank):
            if self._is_over():
                break
            await self._rank(list(rank), len(actions))
        if self.time_up.is_set() and not self.stop.is_set():
            await self._skip_the_rest(actions)
        outcomes = tuple(self._outcomes.get(action.name, UNTRIED) for action in actions)
        undone = any(outcome.kind is OutcomeKind.PLANNED for outcome in outcomes)
        return Applied(outcomes, undone, self._error)

    async def _rank(self, actions: list[Action], total: int) -> None:
        """A few workers for each API and location draw from one line of work."""
        lines: dict[tuple[str, str, str], list[Action]] = {}
        for action in actions:
            name = ResourceName.parse(action.name)
            lines.setdefault((action.kind.value.split(".")[0], name.project, name.location), []).append(
                action
            )
        workers = [
            asyncio.create_task(self._work(batches, total))
            for (api, _project, _location), line in lines.items()
            for batches in [_batches(line)]
            for _ in range(min(SIDE_BY_SIDE[api], len(line)))
        ]
        await self._finish(workers)

    async def _finish(self, workers: list[asyncio.Task[None]]) -> None:
        """Until all are done; after a stop, only for as long as patience lasts."""
        stopped = asyncio.create_task(self.stop.wait())
        everyone = asyncio.create_task(_all_of(workers))
        try:
            await asyncio.wait({stopped, everyone}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({everyone}, timeout=self.patience)
        finally:
            for task in (stopped, *workers):
                task.cancel()
            await _ended({stopped, *workers}, self.farewell)
        with contextlib.suppress(asyncio.CancelledError):
            await everyone

    async def _work(self, batches: Iterator[list[Action]], total: int) -> None:
        for batch in batches:
            if self._is_over():
                return
            try:
                await self._batch(batch)
            except JanitorError as error:
                self._error = self._error or error
                self.stop.set()
                return
            self.on_done(len(self._outcomes), total)

    def _is_over(self) -> bool:
        return self.stop.is_set() or self.time_up.is_set()

    async def _skip_the_rest(self, actions: Sequence[Action]) -> None:
        """Write down what was never tried."""
        rest = [action for action in actions if action.name not in self._outcomes]
        try:
            await self.recorder.conclude([(action, None, TIME_UP) for action in rest])
        except JanitorError as error:
            self._error = error
            return
        self._outcomes.update((action.name, TIME_UP) for action in rest)

    async def _batch(self, batch: list[Action]) -> None:
        """Try it, as often as a quota holds it up, and each of it alone where Google refuses it as a batch."""
        begun, waiting = _Begun(), [batch]
        while waiting:
            left = waiting.pop(0)
            deletes = sum(map(deletes_of, left))
            turn = await self.turns.take(left[0].kind, left[0].name, deletes, self._is_over)
            if turn is None:
                await self._unreached([action for batch in (left, *waiting) for action in batch], begun)
                return
            with closing(turn):
                waiting = [*await self._try(left, begun, turn), *waiting]

    async def _unreached(self, batch: list[Action], begun: _Begun) -> None:
        """The sweep's time ended while these waited for their turn. After a stop their intents stay open, and so do
        those of deletions that a lost call may have begun: the next sweep asks what became of them."""
        if self.stop.is_set():
            return
        self._outcomes.update((action.name, UNANSWERED) for action in batch if action.name in begun.asked)
        untried = [action for action in batch if action.name not in begun.asked]
        await self.recorder.conclude(
            [(action, begun.intents.get(action.name), TIME_UP) for action in untried]
        )
        self._outcomes.update((action.name, TIME_UP) for action in untried)

    async def _try(self, batch: list[Action], begun: _Begun, turn: Turn) -> list[list[Action]]:
        """The batches of those that Google did not take and may take later."""
        ready = await self._ready(batch, begun)
        if ready and self._is_over():
            await self._unreached(ready, begun)
            return []
        if not ready:
            return []
        new = [action for action in ready if action.name not in begun.intents]
        if new:
            intents = await self.recorder.intend(new, self._group_bytes)
            begun.intents.update(zip((action.name for action in new), intents, strict=True))
        for action in ready:
            self._outcomes[action.name] = UNANSWERED
        answered: set[str] = set()

        async def noted(actions: Sequence[Action], operation: str) -> None:
            answered.update(action.name for action in actions)
            turn.answered(sum(map(deletes_of, actions)))
            await self.recorder.note_operation([begun.intents[action.name] for action in actions], operation)

        watch = Watch(noted, self.stop, asked=begun.asked)
        try:
            outcomes = await self._delete(ready, watch)
        finally:
            self._outcomes.update(watch.left)
            self._notice_drift((each, watch.left[each.name]) for each in ready if each.name in watch.left)
        again = [action for action in ready if action.name in watch.again]
        turn.answered(sum(deletes_of(each) for each in ready if each.name not in answered | watch.again))
        ends = [
            (action, begun.intents[action.name], outcome)
            for action, outcome in zip(ready, outcomes, strict=True)
            if action.name not in watch.left and action.name not in watch.again
        ]
        self._outcomes.update((action.name, UNTRIED) for action in again)
        self._outcomes.update((action.name, outcome) for action, _, outcome in ends)
        self._notice_drift((action, outcome) for action, _, outcome in ends)
        await self.recorder.conclude(ends)
        alone = [[action] for action in again if action.name in watch.apart]
        together = [action for action in again if action.name not in watch.apart]
        return [*([together] if together else []), *alone]

    async def _delete(self, ready: list[Action], watch: Watch) -> list[Outcome]:
        if len(ready) > 1:
            return await self.deletion.carry_out_batch(ready, watch)
        return [await self.deletion.carry_out(ready[0], watch)]

    async def _ready(self, batch: list[Action], begun: _Begun) -> list[Action]:
        """Those that may be deleted now, in order; the outcome of the others is written down."""
        gate = asyncio.Semaphore(READS_SIDE_BY_SIDE)
        tags = await self.recheck.tags_of(batch)

        async def asked(action: Action) -> Outcome | None:
            async with gate:
                return await self._not_ready(action, tags)

        found = await asyncio.gather(*(asked(action) for action in batch))
        ends = [
            (action, DELETED if outcome == GONE and action.name in begun.asked else outcome)
            for action, outcome in zip(batch, found, strict=True)
            if outcome is not None
        ]
        self._notice_drift(ends)
        if ends:
            await self.recorder.conclude(
                [(action, begun.intents.get(action.name), outcome) for action, outcome in ends]
            )
            self._outcomes.update((action.name, outcome) for action, outcome in ends)
        return [action for action, outcome in zip(batch, found, strict=True) if outcome is None]

    def _notice_drift(self, ends: Iterable[tuple[Action, Outcome]]) -> None:
        """A workload that was not deleted as planned was changed by someone: it may name other images now (R45)."""
        references = self.recheck.references
        for action, outcome in ends:
            if action.kind.is_run and outcome.gone:
                references.gone(action)
            if action.kind.is_run and outcome.kind is not OutcomeKind.DELETED:
                references.outdate()

    async def _not_ready(self, action: Action, tags: Mapping[str, frozenset[str]] | None) -> Outcome | None:
        """Why it may not be deleted now; None where it may."""
        for name in action.after:
            if not self._went(name):
                return Outcome(OutcomeKind.SKIPPED, f"{name} did not go")
        return await self.recheck.still(action, tags)

    def _went(self, name: str) -> bool:
        outcome = self._outcomes.get(name)
        return outcome is not None and outcome.gone


async def _ended(tasks: set[asyncio.Task[Any]], within: float) -> None:
    """Cancelled tasks, when they are done; cancelled once more where that takes too long."""
    _, slow = await asyncio.wait(tasks, timeout=within)
    for task in slow:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _all_of(workers: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*workers)


def _batches(actions: list[Action]) -> Iterator[list[Action]]:
    """Untagged images, or versions, of one package together, all else alone; shared by the workers of a line."""
    for (kind, _parent, is_tagged), group in groupby(actions, key=_batch_key):
        same = list(group)
        size = 1 if is_tagged else KINDS[kind].batch
        for start in range(0, len(same), size):
            yield same[start : start + size]


def _batch_key(action: Action) -> tuple[Kind, str, bool]:
    return action.kind, KINDS[action.kind].parent_name(action.name), bool(action.tags)


@dataclass(frozen=True, slots=True)
class PlanApplier:
    """Carries out one cleared plan. `protect` is that of the policy file.

    `in_flight` are names that an earlier sweep's deletion still works on: they are left alone.
    `on_start` hears that deleting begins: from here on only `stop` and the sweep's time may end the work, of which
    `seconds_left` remain.
    """

    reader: Reader
    deleter: Deleter
    recorder: Recorder
    turns: Turns
    seconds_left: Callable[[], float]
    protect: Protect
    in_flight: frozenset[str]
    stop: asyncio.Event
    clock: Callable[[], datetime]
    on_start: Callable[[], None]
    on_done: Callable[[int, int], None]

    async def __call__(self, cleared: ClearedPlan, planned: References, observed: Observed) -> Applied:
        """Never raises what the recorder raises: what was deleted until then is to be told."""
        self.on_start()
        repositories = {repository.name: repository for repository in observed.repositories}
        holders = FreshHolders(self.reader, observed.holders, self.protect.holders, self.clock)
        extra = self.protect.references
        references = FreshReferences(
            self.reader, planned, observed.observed_at, extra, repositories, self.clock, holders
        )
        recheck = Recheck(self.reader, references, Subjects(self.reader, self.clock), self.in_flight)
        time_up = asyncio.Event()
        executor = Executor(
            recheck,
            DeleteCalls(self.reader, self.deleter),
            self.recorder,
            self.turns,
            self.stop,
            time_up,
            on_done=self.on_done,
        )
        left = self.seconds_left()
        if left <= 0:
            time_up.set()
        alarm = asyncio.get_running_loop().call_later(left, time_up.set)
        try:
            return await executor.run(cleared)
        finally:
            alarm.cancel()
