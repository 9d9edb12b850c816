"""Words that all media share: periods by their days, and Google's errors in short."""

from datetime import UTC, datetime

import pytest

from janitor.ledger.figures import Period
from janitor.report.data.causes import error_in_short
from janitor.report.words import days_in_words
from tests.report.summaries import PORT_MESSAGE

UNTIL = datetime(2026, 12, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (None, "all time to 2 Dec 2026"),
        (UNTIL.replace(hour=1), "2 Dec 2026"),
        (UNTIL.replace(day=1), "1 to 2 Dec 2026"),
        (UNTIL.replace(month=11, day=25), "25 Nov to 2 Dec 2026"),
        (UNTIL.replace(year=2025), "2 Dec 2025 to 2 Dec 2026"),
    ],
)
def test_a_period_is_said_by_its_days(since: datetime | None, words: str) -> None:
    assert days_in_words(Period(since, UNTIL)) == words


@pytest.mark.parametrize(
    ("why", "code", "sentence"),
    [
        (
            f"{PORT_MESSAGE} Logs for this revision might contain more information.",
            "HEALTH_CHECK_CONTAINER_ERROR",
            "The user-provided container failed to start and listen on the port defined provided by the PORT=8080"
            " environment variable within the allocated timeout.",
        ),
        (
            "Revision 'a' is not ready and cannot serve traffic.",
            "",
            "Revision 'a' is not ready and cannot serve traffic.",
        ),
        ("Image 'a.b/c:1.2' not found", "", "Image 'a.b/c:1.2' not found"),
        ("INTERNAL", "INTERNAL", ""),
        ("", "", ""),
    ],
)
def test_an_error_in_short_is_its_code_and_the_sentence_that_says_what_is_wrong(
    why: str, code: str, sentence: str
) -> None:
    assert error_in_short(why) == (code, sentence)
