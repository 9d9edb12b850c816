"""The example of docs/savings.md is what the account says."""

from datetime import timedelta
from pathlib import Path

from janitor.ledger.savings import savings
from janitor.policy.model import ReportOptions
from tests.ledger.model import account
from tests.ledger.test_savings import deletion
from tests.making import NOW

PAGE = Path(__file__).parents[2] / "docs" / "savings.md"
DAY = timedelta(days=1)


def example() -> list[list[str]]:
    table = (
        PAGE.read_text(encoding="utf-8")
        .partition("<!-- example:begin -->")[2]
        .partition("<!-- example:end")[0]
    )
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.strip().splitlines()[2:]]


def test_each_row_of_the_example_is_what_the_account_says() -> None:
    each = savings([deletion("10", gone_at=NOW + DAY, back_at=NOW + 100 * DAY)])
    rows = example()
    assert len(rows) == 6
    for after, *dollars in rows:
        found = account(each, NOW + int(after.split()[0]) * DAY, ReportOptions().horizon)
        sums = (found.deleted.usd_month, found.realised_usd_month, found.saved_usd)
        assert dollars == [f"${amount:.2f}" for amount in sums]


def test_the_example_ends_at_the_horizon_that_the_page_names() -> None:
    ever = account(savings([deletion("10")]), NOW + 1000 * DAY, ReportOptions().horizon)
    assert f"${ever.saved_usd:.2f} after {ReportOptions().horizon.days} days" in PAGE.read_text(
        encoding="utf-8"
    )


def test_the_two_images_of_the_page_share_as_it_says() -> None:
    shared = savings([deletion("6", size=300, group_bytes=200), deletion("2", size=100, group_bytes=200)])
    assert [(each.size_bytes, each.usd_month) for each in shared] == [(150, 3), (50, 1)]
