"""Announcement in Slack: each newly scheduled deletion with its owner, its date, its dollars, and how to keep it."""

from janitor.model.amounts import Amount, Priced
from janitor.model.text import many
from janitor.model.units import moment
from janitor.policy.deciding.grace import Waiting
from janitor.report.data.announcing import newly_scheduled
from janitor.report.data.names import named, place
from janitor.report.data.result import SweepResult
from janitor.report.data.totals import in_grace_sum
from janitor.report.slack.blocks import Part, Row, code, dollars, words
from janitor.report.words import how_to_keep

_NAME, _LABEL = 120, 80


def announcement(result: SweepResult) -> Part:
    """A row for each, the soonest first. Empty where the sweep announces nothing."""
    new = newly_scheduled(result) if result.mode == "apply" else ()
    rows = [_row(each) for each in new]
    if rows:
        rows[0] = Row(f"{how_to_keep('`')}\n{rows[0].text}", rows[0].usd_month, rows[0].upper_bound)
    return Part(_title(new), tuple(rows), share=7000, where="`janitor marks`")


def in_short(result: SweepResult) -> str:
    """``2 deletions scheduled, $114.98/month``; empty where the sweep announces nothing."""
    new = newly_scheduled(result) if result.mode == "apply" else ()
    return f"{many(len(new), 'deletion')} scheduled{_money(in_grace_sum(new, {}))}" if new else ""


def _title(new: tuple[Waiting, ...]) -> str:
    amount = in_grace_sum(new, {})
    return f"Scheduled for deletion: {len(new):,}{_money(amount)}"


def _money(amount: Amount) -> str:
    if amount.has_no_price:
        return ""
    unpriced = f" and {amount.unpriced:,} unpriced" if amount.unpriced else ""
    return f", {dollars(amount.usd_month, amount.upper_bound)}/month{unpriced}"


def _row(each: Waiting) -> Row:
    where = words(place(each.name, with_project=True), _LABEL)
    owner = f"owner {code(each.owner, _LABEL)}" if each.owner.strip() else "_unowned_"
    facts = [f"{code(named(each.kind, each.name), _NAME)}"]
    if where:
        facts[0] += f" in {where}"
    facts += [owner, f"deletes on *{moment(each.due_at)}* or later"]
    if not isinstance(each.estimate, Priced):
        return Row(f"• {', '.join(facts)}, unpriced (policy {words(each.policy, _LABEL)})")
    usd = each.estimate.usd_month, each.estimate.upper_bound
    return Row(f"• {', '.join(facts)}, {dollars(*usd)}/month (policy {words(each.policy, _LABEL)})", *usd)
