"""One deletion against Google: untag, delete, wait, and what its answers mean (R18, R22)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from janitor.apply.artifacts import tag_points_at
from janitor.apply.checks import CHECKS, exists
from janitor.apply.outcomes import GONE, Outcome, OutcomeKind, drifted
from janitor.apply.parts import holder_of, part_outcome, short_name
from janitor.apply.ports import (
    CallError,
    ChangedError,
    Deleter,
    InvalidError,
    NotFoundError,
    PushedBackError,
    Reader,
    StoppedError,
    UnclearError,
    UnendedError,
)
from janitor.kinds.table import KINDS, READ_IN_HOLDER
from janitor.model.kinds import Kind
from janitor.model.names import image_of
from janitor.plan.plan import Action

DELETED = Outcome(OutcomeKind.DELETED)
# After an answer that says nothing, the thing is read; if it is still there, asked once more.
ATTEMPTS = 2

UNTRIED = Outcome(OutcomeKind.PLANNED, "interrupted before it was tried")
UNANSWERED = Outcome(OutcomeKind.PLANNED, "interrupted before Google answered; the next sweep settles it")


@dataclass(frozen=True, slots=True)
class Watch:
    """The channel between one deletion and the executor that runs it.

    `noted` is told Google's operation, and whose it is, before it is waited for. After `stop` no call that
    deletes is sent. `left` holds, by name, what is not settled: its intent is left open, and the next sweep
    asks Google. `accepted` are names whose deletion Google took on and has not ended. `again` are names that Google
    did not take because a quota is used up, or refused in a batch, after which each is sent alone (`apart`). They wait for
    another turn and are read again after it (R21, R53). `asked` are names whose deletion an earlier call may have begun,
    so that "not found" is its doing.
    """

    noted: Callable[[Sequence[Action], str], Awaitable[None]]
    stop: asyncio.Event
    left: dict[str, Outcome] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)

    def leave(self, action: Action, outcome: Outcome) -> Outcome:
        """The outcome of what is not settled."""
        self.left[action.name] = outcome
        return outcome

    def push_back(self, action: Action, asked: bool = False) -> Outcome:
        """The outcome, for now, of what Google did not take and may take later."""
        self.again.add(action.name)
        if asked:
            self.asked.add(action.name)
        return UNTRIED

    def each_alone(self, action: Action, asked: bool) -> Outcome:
        """The outcome, for now, of what Google refused in a batch: by itself it says why. A batch may have taken
        minutes, so each is read again first."""
        self.apart.add(action.name)
        return self.push_back(action, asked)


def failed(error: Exception | str) -> Outcome:
    """Google's own words say why."""
    return Outcome(OutcomeKind.FAILED, str(error))


def deletes_of(action: Action) -> int:
    """How many delete calls Google counts for it; a batch counts once for each version (not verified)."""
    return 1 + len(action.tags)


@dataclass(frozen=True, slots=True)
class DeleteCalls:
    """The calls of one action."""

    reader: Reader
    deleter: Deleter

    async def carry_out(self, action: Action, watch: Watch) -> Outcome:
        """Delete one resource that was just read and is as planned. Never raises CallError."""
        if action.kind in READ_IN_HOLDER:
            return (await self._parts([action], watch))[0]
        if action.tags:
            return await self._tagged_image(action, watch)
        return await self._attempt(action, watch)

    async def carry_out_batch(self, actions: list[Action], watch: Watch) -> list[Outcome]:
        """Untagged images or versions of one package, or parts of one holder, such as traffic tags of a service, in one
        call; an outcome each, in order."""
        if actions[0].kind in READ_IN_HOLDER:
            return await self._parts(actions, watch)
        if len(actions) == 1 or watch.stop.is_set():
            return [await self._attempt(action, watch) for action in actions]
        (package,) = {KINDS[action.kind].parent_name(action.name) for action in actions}
        asked = False
        try:
            operation = await self.deleter.delete_versions(package, [action.name for action in actions])
            asked = True
            refused = await self._ended(actions, operation, watch)
        except UnendedError as error:
            return [await self._unended(action, error, watch) for action in actions]
        except PushedBackError:
            return [watch.push_back(action, asked) for action in actions]
        except InvalidError:
            # how many Google takes at once is "determined by the service" (version.proto:188-213)
            half = len(actions) // 2
            return [
                *await self.carry_out_batch(actions[:half], watch),
                *await self.carry_out_batch(actions[half:], watch),
            ]
        except CallError as error:
            # one bad name fails a whole batch: each by itself says which, and why
            asked = asked or isinstance(error, UnclearError)
            return [watch.each_alone(action, asked) for action in actions]
        # by digest: a name that Google gives back may have the project's number in it
        digests = {_digest(name) for name in refused}
        return [
            watch.each_alone(action, asked=False) if _digest(action.name) in digests else DELETED
            for action in actions
        ]

    async def _ended(self, actions: Sequence[Action], operation: str, watch: Watch) -> frozenset[str]:
        """Wait for what was begun; "" has ended already. UnendedError leaves the actions accepted."""
        names = {action.name for action in actions}
        watch.accepted.update(names)
        if operation:
            await watch.noted(actions, operation)
        try:
            refused = await self.deleter.wait(actions[0].kind, operation)
        except UnendedError:
            raise
        except CallError:
            watch.accepted.difference_update(names)
            raise
        watch.accepted.difference_update(names)
        return refused

    async def _attempt(self, action: Action, watch: Watch, asked: bool = False) -> Outcome:
        """`asked`: whether an earlier call may have begun to delete it, so that "not found" is its doing."""
        error: Exception | None = None
        asked = asked or action.name in watch.asked
        for _ in range(ATTEMPTS):
            if watch.stop.is_set():
                return watch.leave(action, UNANSWERED if asked else UNTRIED)
            try:
                operation = await self._send(action)
                asked = True
                await self._ended([action], operation, watch)
                return DELETED
            except NotFoundError:
                return DELETED if asked else GONE
            except ChangedError as changed:
                return drifted(str(changed))
            except UnendedError as unended:
                return await self._unended(action, unended, watch)
            except UnclearError as unclear:
                error, asked = unclear, True
                if not await self._is_there(action):
                    return DELETED
            except StoppedError:
                return watch.leave(action, UNANSWERED if asked else UNTRIED)
            except PushedBackError:
                return watch.push_back(action, asked)
            except CallError as refused:
                return await self._refused(action, refused)
        return failed(f"{error} (asked {ATTEMPTS} times; it is still there)")

    async def _unended(self, action: Action, error: UnendedError, watch: Watch) -> Outcome:
        """A delete that is not sent again: Google may still be deleting, so the intent is left open while the resource exists."""
        if await self._is_there(action):
            return watch.leave(action, failed(f"{error}; the next sweep asks again"))
        watch.accepted.discard(action.name)
        return DELETED

    async def _refused(self, action: Action, refused: CallError) -> Outcome:
        """Whether it changed since it was last read, which is why Google refuses; else its own words."""
        try:
            changed = await CHECKS[action.kind].changed(self.reader, action)
        except CallError:
            changed = None
        if changed is None or changed.kind is not OutcomeKind.DRIFTED:
            return failed(refused)
        return drifted(f"{changed.error}; Google refused: {refused}")

    async def _is_there(self, action: Action) -> bool:
        try:
            return await exists(self.reader, action.kind, action.name)
        except CallError:
            return True

    async def _send(self, action: Action) -> str:
        check = partial(CHECKS[action.kind].ready, self.reader, action)
        return await self.deleter.delete(action.kind, action.name, action.etag, check)

    async def _tagged_image(self, action: Action, watch: Watch) -> Outcome:
        """Untag, then delete without force; what is not deleted gets its tags back (R18). So does what a quota holds up:
        the wait may take a minute, in which somebody may ask for the image by its tag."""
        taken: list[str] = []
        try:
            try:
                for tag in sorted(action.tags):
                    await self._untag(action, tag, taken)
                outcome = await self._attempt(action, watch)
            except StoppedError:
                outcome = watch.leave(action, UNTRIED)
            except PushedBackError:
                outcome = watch.push_back(action)
            except CallError as error:
                outcome = failed(error)
        except BaseException:
            if action.name in watch.accepted:
                watch.leave(action, _with(UNANSWERED, _left_off(taken)))
            else:
                await self._retag(action, taken)
            raise
        if outcome.gone:
            return outcome
        # a tag on a version that Google may still delete would point at nothing, or hide that it went
        lost = _left_off(taken) if action.name in watch.accepted else await self._retag(action, taken)
        outcome = _with(outcome, lost)
        if action.name in watch.again and lost:
            watch.again.discard(action.name)
            outcome = failed(lost)
        # an intent that stays open lets the next sweep put back what could not be
        return watch.leave(action, outcome) if lost or action.name in watch.left else outcome

    async def _untag(self, action: Action, tag: str, taken: list[str]) -> None:
        """Take one tag off, unless it points elsewhere by now. It counts as taken from the moment the call
        is sent, for an answer may be lost; putting back leaves a tag that is there."""
        repository, package, digest = image_of(action.name)
        name = repository.tag(package, tag)

        async def check() -> None:
            await tag_points_at(self.reader, name, digest)
            if tag not in taken:
                taken.append(tag)

        try:
            await self.deleter.delete(Kind.TAG, name, check=check)
        except UnclearError:
            raise
        except CallError as refused:
            if tag in taken:
                taken.remove(tag)
            if not isinstance(refused, NotFoundError | ChangedError):
                raise

    async def _parts(self, actions: list[Action], watch: Watch) -> list[Outcome]:
        """All in one update of their holder, with the etag of the holder as it is read now (R50)."""
        ends: dict[str, Outcome] = {}
        lost: UnclearError | None = None

        def left() -> list[Action]:
            return [each for each in actions if each.name not in ends]

        for _ in range(ATTEMPTS):
            try:
                await self._remove_parts(left(), ends, watch, asked=lost is not None)
                break
            except UnendedError as unended:
                ends.update([(each.name, await self._unended(each, unended, watch)) for each in left()])
            except UnclearError as unclear:
                lost = unclear
                continue
            except StoppedError:
                outcome = UNANSWERED if lost else UNTRIED
                ends.update((each.name, watch.leave(each, outcome)) for each in left())
            except NotFoundError:
                ends.update((each.name, DELETED if lost else GONE) for each in left())
            except ChangedError as changed:
                ends.update((each.name, drifted(str(changed))) for each in left())
            except PushedBackError:
                ends.update((each.name, watch.push_back(each, lost is not None)) for each in left())
            except CallError as refused:
                ends.update([(each.name, await self._refused(each, refused)) for each in left()])
        for each in left():
            there = await self._is_there(each)
            ends[each.name] = (
                failed(f"{lost} (asked {ATTEMPTS} times; it is still there)") if there else DELETED
            )
        return [ends[each.name] for each in actions]

    async def _remove_parts(
        self, actions: list[Action], ends: dict[str, Outcome], watch: Watch, asked: bool
    ) -> None:
        """`ends` takes the outcome of each. `asked`: an earlier call may have removed them."""
        if not actions:
            return
        kind = actions[0].kind
        holder = await holder_of(self.reader, kind, actions[0].name)
        for each in actions:
            if outcome := part_outcome(holder, each):
                ends[each.name] = DELETED if asked and outcome.gone else outcome
        removed = [each for each in actions if each.name not in ends]
        if holder is None or not removed:
            return
        if watch.stop.is_set():
            raise StoppedError("interrupted before it was sent")
        parts = [short_name(each.name) for each in removed]
        operation = await self.deleter.remove_parts(kind, str(holder.name), parts, holder.etag)
        await self._ended(removed, operation, watch)
        ends.update((each.name, DELETED) for each in removed)

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


def _left_off(tags: list[str]) -> str:
    if not tags:
        return ""
    return f"taken off and not put back, for Google may still delete it: {', '.join(tags)}"


def _with(outcome: Outcome, more: str) -> Outcome:
    return Outcome(outcome.kind, f"{outcome.error}; {more}") if more else outcome


def _digest(version: str) -> str:
    return version.rpartition("/")[2]
