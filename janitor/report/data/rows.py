"""Which actions a person is shown, in which order, and what the rest comes to."""

from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nsmallest
from urllib.parse import unquote

from janitor.apply.outcomes import Outcome, OutcomeKind
from janitor.model.amounts import Amount, Priced
from janitor.model.kinds import Kind
from janitor.plan.plan import Action
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import capped_sum, was_applied

_DIGEST_SHOWN = 12
_TROUBLE = frozenset({OutcomeKind.FAILED, OutcomeKind.DRIFTED, OutcomeKind.SKIPPED})

Row = tuple[Action, Outcome]


@dataclass(slots=True)
class PolicyRows:
    """One policy's actions: `shown` in showing order, and how many more there are.

    `counted` is what the totals count of its `actions`, `beyond` the part of it that is not shown.
    """

    policy: str
    shown: list[Row]
    more: int
    beyond: Amount
    actions: int
    counted: Amount
    notes: list[str] = field(default_factory=list)


def rows_by_policy(result: SweepResult, show: int | None) -> list[PolicyRows]:
    """Policies in the order in which their first action stands; `show` None shows every action.

    In trouble first (what failed must not hide among the cheap), then the costliest, then the
    biggest, then the plan's order. Sums count what the totals count, capped within the policy.
    """
    by_policy: dict[str, list[Row]] = {}
    for action, outcome in zip(result.plan.actions, result.outcomes, strict=True):
        by_policy.setdefault(action.policy, []).append((action, outcome))
    return [_rows(name, rows, result, show) for name, rows in by_policy.items()]


def _rows(policy: str, rows: list[Row], result: SweepResult, show: int | None) -> PolicyRows:
    group_bytes = result.plan.group_bytes
    applied = was_applied(result)
    shown = sorted(rows, key=_order) if show is None else nsmallest(show, rows, key=_order)
    visible = {action.name for action, _ in shown}
    rest = [row for row in rows if row[0].name not in visible] if len(shown) < len(rows) else []
    return PolicyRows(
        policy=policy,
        shown=shown,
        more=len(rest),
        beyond=capped_sum((a for a, o in rest if _counts(o, applied)), group_bytes),
        actions=len(rows),
        counted=capped_sum((a for a, o in rows if _counts(o, applied)), group_bytes),
        notes=_notes(rows),
    )


def _counts(outcome: Outcome, applied: bool) -> bool:
    return not applied or outcome.kind is OutcomeKind.DELETED


def _order(row: Row) -> tuple[bool, Decimal, int]:
    action, outcome = row
    usd = action.estimate.usd_month if isinstance(action.estimate, Priced) else Decimal(-1)
    return outcome.kind not in _TROUBLE, -usd, -action.size_bytes


def _notes(rows: list[Row]) -> list[str]:
    """Why something costs nothing or has no price, each reason once, the commonest first."""
    counts: dict[str, int] = {}
    for action, _ in rows:
        estimate = action.estimate
        if not isinstance(estimate, Priced):
            note = f"unpriced: {estimate.why}"
        elif not estimate.usd_month and estimate.basis:
            note = f"$0.00: {estimate.basis}"
        else:
            continue
        counts[note] = counts.get(note, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [note if count == 1 else f"{note} ({count:,} of these)" for note, count in ranked]


def short_name(action: Action) -> str:
    """As people call it; an image's first tag follows its package, for that is how they know it."""
    return name_as_people_say(action.kind, action.name, action.tags)


def name_as_people_say(kind: Kind, name: str, tags: tuple[str, ...] = ()) -> str:
    """``web``, ``web/web-00012``, or ``repository/package@0123456789ab`` as docker shortens it; a version
    of another format stands whole, ``repository/package@1.2.3``.

    A name of another shape comes back as it is.
    """
    path = name.split("/")[4:]
    if kind is Kind.REVISION and len(path) == 4:
        return f"{path[1]}/{path[3]}"
    if kind is Kind.TAG and len(path) == 6:
        return f"{path[1]}/{unquote(path[3])}:{unquote(path[5])}"
    if len(path) == 6 and path[2] == "packages":
        more = f" +{len(tags) - 1}" if len(tags) > 1 else ""
        tagged = f":{tags[0]}{more}" if tags else ""
        digest = path[5].removeprefix("sha256:")
        shown = digest[:_DIGEST_SHOWN] if digest != path[5] else unquote(digest)
        return f"{path[1]}/{unquote(path[3])}{tagged}@{shown}"
    if kind is Kind.PACKAGE and len(path) == 4:
        return f"{path[1]}/{unquote(path[3])}"
    return path[-1] if path else name


def place(name: str, with_project: bool) -> str:
    """Location, and the project where more than one is shown."""
    parts = name.split("/")
    if len(parts) < 6:
        return ""
    return f"{parts[3]} {parts[1]}" if with_project else parts[3]


def contained(counts: tuple[tuple[Kind, int], ...]) -> str:
    """``with 12 images, 1 revision``; empty where nothing goes along."""
    parts = [f"{count:,} {noun(kind, count)}" for kind, count in counts if count]
    return f"with {', '.join(parts)}" if parts else ""


def noun(kind: Kind, count: int) -> str:
    """The kind as people say it: ``image``, ``images``, ``repositories``."""
    word = kind.value.partition(".")[2].replace("_", " ")
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
