"""Causes below the rows of the sweep's table: why workloads failed, and why resources were not deleted."""

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from rich.text import Text

from janitor.apply.outcomes import OutcomeKind
from janitor.plan.plan import Action
from janitor.report.data.causes import cause_in_short, why_failed
from janitor.report.data.failed_reads import DENIED, code_of, some_of
from janitor.report.data.rows import DeletionRow
from janitor.report.data.troubles import deleting_role
from janitor.report.terminal.tables import STYLES, indented

_LEFT = 6


class Cause(NamedTuple):
    """Why resources were not deleted, in Google's reason and one sentence; without an `outcome`, why workloads failed."""

    outcome: OutcomeKind | None
    short: str


def shared_causes(rows: Sequence[DeletionRow]) -> Set[Cause]:
    """The causes that more than one of these rows has."""
    counts = Counter(cause for row in rows for cause in {cause for cause, _ in _causes(row)})
    return {cause for cause, count in counts.items() if count > 1}


def own_causes(row: DeletionRow, shared: Set[Cause], width: int) -> Iterator[Text]:
    """The causes that this row alone has, the commonest first; with their number where others in it have another."""
    for cause, actions in _by_cause([row]):
        if cause not in shared:
            yield _line(cause, actions, width, len(actions) < len(row.actions))


def told_once(rows: Sequence[DeletionRow], shared: Set[Cause], width: int) -> Iterator[Text]:
    """The causes that several rows share, once for all of them, each with its number."""
    for cause, actions in _by_cause(rows):
        if cause in shared:
            yield _line(cause, actions, width, counted=True)


def _causes(row: DeletionRow) -> Iterator[tuple[Cause, Action]]:
    end = row.outcome
    for action in row.actions:
        if why := why_failed(action):
            yield Cause(None, cause_in_short(why)), action
        if end.error:
            yield Cause(end.kind, cause_in_short(end.error)), action


def _by_cause(rows: Sequence[DeletionRow]) -> list[tuple[Cause, list[Action]]]:
    """Why workloads failed, then why resources were not deleted; of each the commonest first."""
    found: dict[Cause, list[Action]] = {}
    for row in rows:
        for cause, action in _causes(row):
            found.setdefault(cause, []).append(action)
    return sorted(found.items(), key=lambda item: (item[0].outcome is not None, -len(item[1])))


def _line(cause: Cause, actions: Sequence[Action], width: int, counted: bool) -> Text:
    """With the role that lacks, where the delete was denied."""
    number = f" ({len(actions):,} of these)" if counted else ""
    if cause.outcome is None:
        return indented(f"{cause.short}{number}", width, _LEFT)
    text = f"{cause.outcome.value}: {cause.short}{number}"
    if code_of(cause.short) in DENIED:
        projects = some_of(action.name.split("/")[1] for action in actions)
        text += f". Grant {deleting_role(actions[0].kind)} on {projects} to janitor's service account"
    return indented(text, width, _LEFT, STYLES[cause.outcome])
