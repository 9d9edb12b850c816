"""Where settings become adapters for `janitor explain`: nothing here can delete, and nothing is recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from janitor.errors import LedgerError
from janitor.explain.explainer import Explainer
from janitor.gcp.channels import connect
from janitor.gcp.observer import GoogleObserver
from janitor.ledger.marks import marks_of
from janitor.model.kinds import Kind
from janitor.model.reasons import KeepReason
from janitor.policy.deciding.grace import Marks
from janitor.policy.deciding.uploads import Uploads
from janitor.policy.deciding.use_history import UseLog, asks_for_use
from janitor.report.data.explanation import Explanation, KeptList
from janitor.runtime import now
from janitor.settings import Settings, SweepRequest
from janitor.store.database import open_database
from janitor.store.marks import SqlMarks
from janitor.store.uploads import SqlUploads
from janitor.store.uses import SqlUses
from janitor.sweep.sweep import SweepInput
from janitor.sweep.wiring import deletable_projects, log_repeated, log_skipped, projects_read

T = TypeVar("T")

# How long the ledger is waited for, in seconds: without it, explain says that announcements are not known.
_PATIENCE = 2


def run_explain(request: SweepRequest, settings: Settings, name: str) -> Explanation:
    """The explanation of one resource, read live. UsageError, ObservationError."""
    return asyncio.run(_with_explainer(request, settings, lambda explainer: explainer.explain(name)))


def run_kept(
    request: SweepRequest, settings: Settings, reason: KeepReason, kind: Kind | None, repository: str | None
) -> KeptList:
    """What stays for one reason, read live. UsageError, ObservationError."""
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
        deletable = await deletable_projects(request, settings)
        policies = request.policies
        question = SweepInput(
            sweep_id="",
            policies=policies,
            limits=policies.limits,
            deletable=deletable,
            read=projects_read(policies, deletable),
            selected=frozenset(policy.name for policy in policies.policies),
            own=frozenset(settings.self_names),
            want_names=True,
            now=now(),
        )
        known = await _known(settings, question)
        observer = GoogleObserver(clients, log_skipped, on_repeated=log_repeated)
        return await ask(Explainer(question, observer, *known))


async def _known(settings: Settings, question: SweepInput) -> tuple[Marks, str, Uploads, UseLog]:
    """What was announced, who opted out and which uploads and uses are remembered, as a dry run knows it: nothing, where
    there is no ledger."""
    url = settings.ledger_url
    try:
        database = await open_database(url, _PATIENCE)
    except LedgerError as error:
        return Marks(), f"no ledger, so that nothing announced is known ({error})", Uploads(), UseLog()
    try:
        book = SqlMarks(database)
        marks = marks_of(await book.marked(), await book.opt_outs(question.now))
        uploads = Uploads(await SqlUploads(database).newest())
        asked = asks_for_use(question.policies)
        read = tuple(question.read)
        history = await SqlUses(database).history(question.now, read) if asked else None
        return marks, "the marks of the ledger", uploads, UseLog(history, read)
    finally:
        await database.close()
