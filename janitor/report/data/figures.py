"""The rows of figures that the table and Markdown show alike."""

from collections.abc import Sequence
from decimal import Decimal

from janitor.ledger.savings import Account
from janitor.model.amounts import NOTHING, Amount
from janitor.model.units import moment, show_size, show_usd
from janitor.report.data.summary import Summary

# Of what was deleted in the period, and of what the next sweep would delete.
NOTHING_YET = "Nothing was deleted yet, so nothing is saved yet."
TITLES = ("deleted", "estimated", "realised", "to date", "would go", "$ a month")


def divisions(
    accounts: Sequence[tuple[str, Account]], left: Sequence[tuple[str, Amount]]
) -> list[tuple[str, Account, Amount]]:
    """Each name that has deleted something, or would: the accounts' order, then that of what is left."""
    known, would = dict(accounts), dict(left)
    return [(name, known.get(name, Account()), would.get(name, NOTHING)) for name in {**known, **would}]


def cells(account: Account, left: Amount) -> list[str]:
    """The six figures of a division; what is none at all is a dash."""
    figures = ["–"] * len(TITLES)
    deleted = account.deleted
    if deleted.count:
        dollars = deleted.usd_month, account.realised_usd_month, account.saved_usd
        figures[:4] = [f"{deleted.count:,}", *(_dollars(deleted, usd) for usd in dollars)]
    if left.count:
        figures[4:] = [f"{left.count:,}", _dollars(left, left.usd_month)]
    return figures


def _dollars(of: Amount, usd: Decimal) -> str:
    return "unpriced" if of.has_no_price else show_usd(usd, of.upper_bound)


def account_table(summary: Summary) -> tuple[list[str], list[list[str]]]:
    """The titles and the lines of the account, of the period and in all; one column where they are the same.

    Lines of which there is nothing to say are left out.
    """
    since = summary.period.since
    if since is None:
        return ["", "in all"], _account_rows([summary.in_all])
    return ["", f"since {moment(since)}", "in all"], _account_rows([summary.saved, summary.in_all])


def _account_rows(accounts: Sequence[Account]) -> list[list[str]]:
    rows = [
        ["deleted", *(f"{each.deleted.count:,}" for each in accounts)],
        ["size", *(show_size(each.deleted.size_bytes) for each in accounts)],
        ["a month, estimated", *(_shown(each, each.deleted.usd_month) for each in accounts)],
        ["a month, realised", *(_shown(each, each.realised_usd_month) for each in accounts)],
        ["saved to date", *(_shown(each, each.saved_usd) for each in accounts)],
    ]
    if any(each.deleted.unpriced for each in accounts):
        rows.append(["unpriced, in no sum", *(f"{each.deleted.unpriced:,}" for each in accounts)])
    if any(each.came_back for each in accounts):
        rows.append(["there again", *(f"{each.came_back:,}" for each in accounts)])
    return rows


def _shown(account: Account, usd: Decimal) -> str:
    return show_usd(usd, account.deleted.upper_bound)
