"""Every wire name stands in its table, in its order, and nothing else does."""

from enum import StrEnum

import pytest

from janitor.apply.outcomes import OutcomeKind
from janitor.cost.book import Metered
from janitor.logs import Event, level_of
from janitor.model.kinds import Kind, Status
from janitor.model.reasons import DeleteReason, KeepReason
from janitor.report.data.troubles import TroubleKind
from tests.docs.pages import between, first_column, text_of


@pytest.mark.parametrize(
    ("page", "table", "names"),
    [
        ("docs/glossary.md", "kinds", Kind),
        ("docs/glossary.md", "delete-reasons", DeleteReason),
        ("docs/glossary.md", "keep-reasons", KeepReason),
        ("docs/glossary.md", "outcomes", OutcomeKind),
        ("docs/glossary.md", "troubles", TroubleKind),
        ("docs/money.md", "metered", Metered),
        ("docs/operations.md", "events", Event),
    ],
)
def test_a_table_lists_each_name_once_in_the_order_of_the_code(
    page: str, table: str, names: type[StrEnum]
) -> None:
    assert first_column(between(text_of(page), table).strip()) == [name.value for name in names]


def test_the_glossary_lists_each_status() -> None:
    listed = first_column(between(text_of("docs/glossary.md"), "statuses").strip())
    assert set(listed) == {status.value for status in Status}


def test_the_page_on_operations_gives_each_event_its_severity() -> None:
    import logging

    rows = between(text_of("docs/operations.md"), "events").strip().splitlines()[2:]
    told = {cells[1].strip(" `"): cells[2].strip() for cells in (row.split("|") for row in rows)}
    told.pop(Event.LIBRARY_LOGGED.value)
    assert told == {e.value: logging.getLevelName(level_of(e)) for e in Event if e.value in told}
