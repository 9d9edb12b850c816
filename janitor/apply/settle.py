"""Settling what an earlier sweep began and did not see end (R22, R23): by asking Google, not by guessing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from janitor.apply.checks import exists
from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.ports import CallError, Reader
from janitor.kinds.table import BATCHED
from janitor.ledger.entries import OpenIntent
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName, image_of

SIDE_BY_SIDE = 8
DELETED = Outcome(OutcomeKind.DELETED)


class OperationState(Enum):
    """What Google says of an operation now. UNKNOWN: it no longer knows one of that name."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Operations(Protocol):
    """Asking once, without waiting."""

    async def state(self, kind: Kind, operation: str) -> OperationState:
        """Done with neither error nor response is SUCCEEDED (R22). CallError: it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an intent."""

    intent: OpenIntent
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A deletion with an unknown result, and why; this sweep must not touch a resource of that name."""

    intent: OpenIntent
    why: str


class Tagger(Protocol):
    """The one change that settling makes: a tag that was taken off comes back."""

    async def create_tag(self, repository: RepositoryName, package: str, tag: str, digest: str) -> None:
        """As apply.ports.Deleter has it: an existing tag is left as it is. CallError: it is not back."""


async def settle(
    intents: Sequence[OpenIntent], reader: Reader, operations: Operations, tagger: Tagger
) -> list[Settled | LeftOpen]:
    """One answer an intent, in their order; raises nothing of Google's.

    An image that is still there gets the tags that it had, before its intent counts as failed: the
    work may have ended between taking them off and the delete (R18).
    """
    gate = asyncio.Semaphore(SIDE_BY_SIDE)
    settling = _Settling(reader, operations, tagger)

    async def one(intent: OpenIntent) -> Settled | LeftOpen:
        async with gate:
            return await settling.of(intent)

    return list(await asyncio.gather(*(one(intent) for intent in intents)))


def in_flight(answers: Iterable[Settled | LeftOpen]) -> frozenset[str]:
    """Names that this sweep must leave alone."""
    return frozenset(answer.intent.name for answer in answers if isinstance(answer, LeftOpen))


@dataclass(frozen=True, slots=True)
class _Settling:
    reader: Reader
    operations: Operations
    tagger: Tagger

    async def of(self, intent: OpenIntent) -> Settled | LeftOpen:
        try:
            kind = Kind(intent.kind)
        except ValueError:
            return LeftOpen(intent, f"this version of janitor knows no {intent.kind}")
        state, unasked = OperationState.UNKNOWN, ""
        if intent.operation:
            try:
                state = await self.operations.state(kind, intent.operation)
            except CallError as error:
                unasked = f"its operation could not be asked about: {error}"
        if state is OperationState.RUNNING:
            return LeftOpen(intent, "its deletion is still under way at Google")
        # a batch may succeed and yet refuse some of its versions (metadata.failed_versions): those are read
        if state is OperationState.SUCCEEDED and kind not in BATCHED:
            return Settled(intent, DELETED)
        try:
            if not await exists(self.reader, kind, intent.name, intent.uid):
                return Settled(intent, DELETED)
            return LeftOpen(intent, unasked) if unasked else await self._not_deleted(intent)
        except CallError as error:
            return LeftOpen(intent, f"it could not be read: {error}")

    async def _not_deleted(self, intent: OpenIntent) -> Settled | LeftOpen:
        when = intent.sweep_started_at.strftime("%Y-%m-%d %H:%M UTC")
        why = f"not deleted; the sweep of {when} ended before Google answered"
        back: list[str] = []
        lost = await self._put_back(intent, back)
        if lost:
            return LeftOpen(intent, f"{why}; {lost}")
        if back:
            why += f"; put back: its tag {', '.join(back)}"
        return Settled(intent, Outcome(OutcomeKind.FAILED, why))

    async def _put_back(self, intent: OpenIntent, back: list[str]) -> str:
        """Tags that the image had and lacks, unless another image has them by now; "" or what failed."""
        if not intent.tags:
            return ""
        repository, package, digest = image_of(intent.name)
        has = await self.reader.image_tags(repository, package, digest) or frozenset()
        lost = []
        for tag in sorted(set(intent.tags) - has):
            if await self.reader.tag_version(repository.tag(package, tag)) is not None:
                continue
            try:
                await self.tagger.create_tag(repository, package, tag, digest)
                back.append(tag)
            except CallError as error:
                lost.append(f"its tag {tag} could not be put back: {error}")
        return "; ".join(lost)
