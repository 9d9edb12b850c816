"""Wiring of `janitor explain`: settings become adapters. Nothing here can delete, and nothing is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from janitor.errors import LedgerError
from janitor.explain.explainer import Explainer
from janitor.gcp.channels import connect
from janitor.gcp.observer import GoogleObserver
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.deciding.context import DecisionInput, Memory
from janitor.policy.deciding.projects import SweptProjects
from janitor.report.data.explanation import Explanation, KeptList
from janitor.runtime import now
from janitor.settings import Settings, SweepRequest
from janitor.store.database import open_database
from janitor.sweep.projects import swept_projects
from janitor.sweep.record import Books
from janitor.sweep.wiring import log_repeated, log_skipped

T = TypeVar("T")

# How long the ledger is waited for, in seconds: without it, explain says that announcements are not known.
_PATIENCE = 2


def run_explain(request: SweepRequest, settings: Settings, name: str) -> Explanation:
    """The explanation of one resource, read live. UsageError, ObservationError."""
    return asyncio.run(_with_explainer(request, settings, lambda explainer: explainer.explain(name)))


async def full_name(request: SweepRequest, settings: Settings, name: str) -> str:
    """Google's name of what is called so, read live. UsageError, ObservationError."""
    return await _with_explainer(request, settings, lambda explainer: explainer.full_name(name))


def run_kept(
    request: SweepRequest, settings: Settings, reason: KeepReason, kind: Kind | None, repository: str | None
) -> KeptList:
    """What is kept for one reason, read live. UsageError, ObservationError."""
    ask = _asking(reason, kind, repository)
    return asyncio.run(_with_explainer(request, settings, ask))


def _asking(
    reason: KeepReason, kind: Kind | None, repository: str | None
) -> Callable[[Explainer], Awaitable[KeptList]]:
    return lambda explainer: explainer.kept(reason, kind, repository)


async def _with_explainer(
    request: SweepRequest, settings: Settings, ask: Callable[[Explainer], Awaitable[T]]
) -> T:
    async with connect(settings.emulator_host, settings.emulator_http) as clients:
        projects = await swept_projects(request, settings, clients)
        policies = request.policies
        question = DecisionInput(
            policies=policies,
            selected=frozenset(policy.name for policy in policies.policies),
            deletable=projects.deletable,
            read=projects.read,
            own=frozenset(settings.self_names),
            now=now(),
            gaps=projects.gaps,
        )
        memory, ledger = await _memory(settings, question, projects)
        inventory = None if policies.protect.holders == "off" else projects.inventory
        observer = GoogleObserver(clients, log_skipped, on_repeated=log_repeated, inventory=inventory)
        return await ask(Explainer(question, observer, memory, ledger))


async def _memory(settings: Settings, question: DecisionInput, projects: SweptProjects) -> tuple[Memory, str]:
    """What earlier sweeps recorded, as a dry run knows it, and what it rests on: nothing, where there is no ledger."""
    try:
        database = await open_database(settings.ledger_url, _PATIENCE)
    except LedgerError as error:
        return Memory(), f"no ledger, so scheduled deletions and opt-outs are unknown ({error})"
    try:
        books = Books.of(database)
        return await books.memory(
            question.policies, question.now, projects
        ), "scheduled deletions and opt-outs in the ledger"
    finally:
        await database.close()
