"""The JSON document (docs: `--format json`), written action by action, to save memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from json import dumps
from json.encoder import encode_basestring_ascii as quote
from typing import TextIO

from janitor.apply.outcomes import Outcome
from janitor.model.amounts import Amount, Estimate, Priced
from janitor.model.inventory import ClockReading
from janitor.model.kinds import Kind
from janitor.model.units import cents
from janitor.plan.plan import Action, Kept
from janitor.policy.deciding.grace import Waiting
from janitor.policy.deciding.holders import JudgedHolders
from janitor.policy.deciding.references import ReferenceCounts
from janitor.report.data.result import SweepResult, Totals, is_announced
from janitor.report.data.standing import StandingCosts, standing_after
from janitor.report.data.totals import totals_as_json
from janitor.report.json.history import in_grace_row
from janitor.report.json.serialiser import Row, as_json

SCHEMA_VERSION = 1
_BATCH = 512


def write_json(result: SweepResult, totals: Totals, out: TextIO) -> None:
    """One JSON document and a newline, pure ASCII; keys and their order never depend on the data.

    Actions and kept rows stand one a line, in the result's order. Same result, same bytes.
    """
    plan = result.plan
    head = {
        "schema_version": SCHEMA_VERSION,
        "sweep_id": result.sweep_id,
        "mode": result.mode,
        "observed_at": plan.observed_at,
        "policy_digest": plan.policy_digest,
        "plan_id": plan.plan_id,
        "gaps": plan.gaps,
        "refusals": result.refusals,
    }
    out.write(dumps(as_json(head))[:-1] + ',\n "actions": [')
    line = _ActionLine()
    pairs = zip(plan.actions, result.outcomes, strict=True)
    _write_rows((line.of(action, outcome) for action, outcome in pairs), out)
    out.write('],\n "kept": [')
    _write_rows(map(_kept, plan.kept), out)
    out.write('],\n "totals": ' + dumps(totals_as_json(result, totals)))
    out.write(',\n "notices": ' + dumps(result.notices) + ',\n "grace": [')
    _write_rows((dumps(as_json(_waiting(each, result.mode))) for each in result.waiting), out)
    out.write('],\n "error": ' + dumps(None if result.error is None else str(result.error)))
    out.write(',\n "clock": ' + dumps(as_json(_clock(result.clock))))
    out.write(',\n "references": ' + dumps(_references(result.references)))
    out.write(',\n "standing": ' + dumps(as_json(_standing(standing_after(result)))))
    out.write(',\n "in_grace": ' + dumps(as_json(in_grace_row(result.in_grace))))
    out.write(',\n "holders": ' + dumps(as_json(_holders(result.holders))) + "}\n")


def _standing(costs: StandingCosts) -> Row:
    """What remains after this plan. What is not known is null: it is no zero."""
    idle, storage = costs.idle, costs.storage
    return {
        "idle_min_instances": {
            "count": idle.count if costs.idle_known else None,
            **_dollars(idle, costs.idle_known),
        },
        "storage": {
            "bytes": storage.size_bytes if costs.storage_known else None,
            **_dollars(storage, costs.storage_known),
        },
    }


def _dollars(amount: Amount, known: bool) -> Row:
    priced = known and not amount.has_no_price
    return {
        "usd_month": amount.usd_month if priced else None,
        "upper_bound": amount.upper_bound,
        "unpriced": amount.unpriced,
    }


def _references(counts: ReferenceCounts | None) -> Row | None:
    """Of the files of `protect.references`; null where there are none."""
    if counts is None or not counts.lines:
        return None
    return {
        "lines": counts.lines,
        "found": counts.found,
        "missing": counts.missing,
        "not_read": counts.not_read,
    }


def _holders(holders: JudgedHolders) -> Row:
    """What Cloud Asset Inventory was asked; `read_at` is null where nothing was asked."""
    read = holders.holders
    return {
        "mode": holders.mode,
        "read": read.read,
        "unread": read.unread,
        "off": [{"project": each.project, "why": each.refusal} for each in holders.off],
        "assets": read.assets,
        "naming_images": len(read.found),
        "read_at": read.read_at,
    }


def _clock(reading: ClockReading | None) -> Row | None:
    if reading is None:
        return None
    return {"here": reading.here, "google": reading.google, "may_delete": reading.may_delete}


def _waiting(each: Waiting, mode: str) -> Row:
    """One resource in grace. A dry run announces nothing: what it shows first is not announced yet, and
    `due_at` is what an apply at this time would say."""
    return {
        "kind": each.kind,
        "name": each.name,
        "policy": each.policy,
        "owner": each.owner,
        "announced": is_announced(each, mode),
        "announced_at": each.announced_at,
        "due_at": each.due_at,
        "size_bytes": each.size_bytes,
        "estimate": each.estimate,
    }


def _write_rows(rows: Iterable[str], out: TextIO) -> None:
    """Comma between rows; a batch a write, for a call of `write` costs more than a row."""
    rows = iter(rows)
    separator = "\n  "
    while batch := list(islice(rows, _BATCH)):
        out.write(separator + ",\n  ".join(batch))
        separator = ",\n  "


def _kept(row: Kept) -> str:
    body = {"kind": row.kind.value, "reason": row.reason.value, "count": row.count}
    return dumps(body | {"names": row.names} if row.names else body)


@dataclass(slots=True)
class _ActionLine:
    """Writes actions as JSON at a few microseconds each, remembering what repeats.

    Plans reach a million actions, of a handful of policies, bases and outcomes; `json.dumps` of a
    dict for each costs four times as much.
    """

    seen: dict[str, str] = field(default_factory=dict)
    last: tuple[Estimate | None, str] = None, ""

    def of(self, action: Action, outcome: Outcome) -> str:
        """One object on one line, with the contract's keys in the contract's order."""
        error = "null" if outcome.error is None else quote(outcome.error)
        return (
            f'{{"kind": {self._known(action.kind)}, "name": {quote(action.name)}'
            f', "uri": {quote(action.uri)}, "policy": {self._known(action.policy)}'
            f', "reason": {self._known(action.reason)}, "detail": {quote(action.detail)}'
            f', "size_bytes": {action.size_bytes}, "estimate": {self._estimate(action.estimate)}'
            f', "after": {_names(action.after)}, "contains": {_counts(action.contains)}'
            f', "outcome": {self._known(outcome.kind)}, "error": {error}}}'
        )

    def _estimate(self, estimate: Estimate) -> str:
        if not isinstance(estimate, Priced):
            return f'{{"unpriced": {self._known(estimate.why)}}}'
        if estimate is not self.last[0]:
            bound = "true" if estimate.upper_bound else "false"
            basis = self._known(estimate.basis)
            usd = f'"usd_month": "{estimate.usd_month:f}", "usd_month_rounded": {cents(estimate.usd_month)}'
            text = f'{{{usd}, "basis": {basis}, "upper_bound": {bound}}}'
            self.last = estimate, text
        return self.last[1]

    def _known(self, text: str) -> str:
        quoted = self.seen.get(text)
        if quoted is None:
            # A text that differs with every action must not make this grow with the plan.
            if len(self.seen) >= _BATCH:
                self.seen.clear()
            quoted = self.seen[text] = quote(text)
        return quoted


def _names(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quote, names))}]" if names else "[]"


def _counts(counts: tuple[tuple[Kind, int], ...]) -> str:
    return dumps({kind.value: count for kind, count in counts}) if counts else "{}"
