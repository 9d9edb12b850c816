"""The rows of figures that the table and Markdown show alike."""

from collections.abc import Sequence

from janitor.ledger.savings import Account
from janitor.model.units import show_size
from janitor.report.data.snapshot import Sums
from janitor.report.data.summary import Summary
from janitor.report.text import moment, show_usd

# Of what was deleted in the period, and of what the next sweep would delete.
NOTHING_YET = "Nothing was deleted yet, so nothing is saved yet."
TITLES = ("deleted", "estimated", "realised", "to date", "would go", "$ a month")


def divisions(
    accounts: Sequence[tuple[str, Account]], left: Sequence[tuple[str, Sums]]
) -> list[tuple[str, Account, Sums]]:
    """Each name that has deleted something, or would: the accounts' order, then that of what is left."""
    known, would = dict(accounts), dict(left)
    return [(name, known.get(name, Account()), would.get(name, Sums())) for name in {**known, **would}]


def cells(account: Account, left: Sums) -> list[str]:
    """The six figures of a division; what is none at all is a dash."""
    figures = ["–"] * len(TITLES)
    if account.deleted:
        unpriced = account.unpriced >= account.deleted
        figures[:4] = [
            f"{account.deleted:,}",
            "unpriced" if unpriced else show_usd(account.estimated_usd_month, account.upper_bound),
            "unpriced" if unpriced else show_usd(account.realised_usd_month, account.upper_bound),
            "unpriced" if unpriced else show_usd(account.saved_usd, account.upper_bound),
        ]
    if left.count:
        unpriced = left.unpriced >= left.count
        figures[4:] = [
            f"{left.count:,}",
            "unpriced" if unpriced else show_usd(left.usd_month, left.upper_bound),
        ]
    return figures


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
        ["deleted", *(f"{each.deleted:,}" for each in accounts)],
        ["size", *(show_size(each.size_bytes) for each in accounts)],
        ["a month, estimated", *(show_usd(each.estimated_usd_month, each.upper_bound) for each in accounts)],
        ["a month, realised", *(show_usd(each.realised_usd_month, each.upper_bound) for each in accounts)],
        ["saved to date", *(show_usd(each.saved_usd, each.upper_bound) for each in accounts)],
    ]
    if any(each.unpriced for each in accounts):
        rows.append(["unpriced, in no sum", *(f"{each.unpriced:,}" for each in accounts)])
    if any(each.came_back for each in accounts):
        rows.append(["there again", *(f"{each.came_back:,}" for each in accounts)])
    return rows
