"""Settling what an earlier sweep began and did not see end (R22, R23): by asking Google, not by guessing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.apply.ports import CallError, Reader
from janitor.apply.recheck import image_of
from janitor.ledger.entries import OpenIntent
from janitor.model.kinds import Kind
from janitor.model.names import RepositoryName

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
    """Not known yet, and why; nothing may be done to a thing of that name in this sweep."""

    intent: OpenIntent
    why: str


async def settle(
    intents: Sequence[OpenIntent], reader: Reader, operations: Operations
) -> list[Settled | LeftOpen]:
    """One answer an intent, in their order. Reads only, and raises nothing of Google's."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(intent: OpenIntent) -> Settled | LeftOpen:
        async with gate:
            return await _settle(intent, reader, operations)

    return list(await asyncio.gather(*(one(intent) for intent in intents)))


def in_flight(answers: Iterable[Settled | LeftOpen]) -> frozenset[str]:
    """Names that this sweep must leave alone."""
    return frozenset(answer.intent.name for answer in answers if isinstance(answer, LeftOpen))


async def _settle(intent: OpenIntent, reader: Reader, operations: Operations) -> Settled | LeftOpen:
    try:
        kind = Kind(intent.kind)
    except ValueError:
        return LeftOpen(intent, f"this version of janitor knows no {intent.kind}")
    state, unasked = OperationState.UNKNOWN, ""
    if intent.operation:
        try:
            state = await operations.state(kind, intent.operation)
        except CallError as error:
            unasked = f"its operation could not be asked about: {error}"
    if state is OperationState.RUNNING:
        return LeftOpen(intent, "its deletion is still under way at Google")
    # a batch may succeed and yet refuse some of its images (metadata.failed_versions): those are read
    if state is OperationState.SUCCEEDED and kind is not Kind.IMAGE:
        return Settled(intent, DELETED)
    try:
        there = await _is_there(kind, intent, reader)
    except CallError as error:
        return LeftOpen(intent, f"it could not be read: {error}")
    if not there:
        return Settled(intent, DELETED)
    return LeftOpen(intent, unasked) if unasked else Settled(intent, _not_deleted(intent))


async def _is_there(kind: Kind, intent: OpenIntent, reader: Reader) -> bool:
    """Whether the very thing still exists: another of its name (Run's uid) means that it went."""
    match kind:
        case Kind.SERVICE:
            service = await reader.service(intent.name)
            return service is not None and intent.uid in ("", service.uid)
        case Kind.REVISION:
            revision = await reader.revision(intent.name)
            return revision is not None and intent.uid in ("", revision.uid)
        case Kind.REPOSITORY:
            return await reader.repository(RepositoryName.parse(intent.name)) is not None
        case Kind.IMAGE:
            return await reader.image_tags(*image_of(intent.name)) is not None
        case _:
            raise CallError(f"nothing of kind {kind} is ever deleted")


def _not_deleted(intent: OpenIntent) -> Outcome:
    when = intent.sweep_started_at.strftime("%Y-%m-%d %H:%M UTC")
    return Outcome(OutcomeKind.FAILED, f"not deleted; the sweep of {when} ended before Google answered")
