"""Regular expressions of the policy file: what is refused, in whose words, and what they capture."""

import pytest

from janitor.model.text import show
from janitor.policy.conditions.patterns import captured, found_in, mistake_of, regex_mistake


def test_what_re2_refuses_is_told_in_its_words_and_nowhere_else(capfd: pytest.CaptureFixture[str]) -> None:
    """RE2 writes to stderr what it refuses, unless it is told not to."""
    told = "'(' is no regular expression of RE2's syntax (missing ): (): write one such as "
    assert regex_mistake("(") == told + "'^pr-[0-9]+$'"
    assert mistake_of("(") == told + "'^(main|release-\\d+)-'"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("hostile", ["(\x1b[2J", "(\n", "(" + "é" * 200, "(" * 500])
def test_what_is_refused_is_quoted_and_short(hostile: str) -> None:
    told = regex_mistake(hostile)
    assert told is not None
    assert told.isprintable()
    assert len(told) < 600


def test_an_expression_is_found_anywhere_and_captures_its_one_group() -> None:
    assert [found_in("r-[0-9]")(tag) for tag in ("pr-1", "r-x", "")] == [True, False, False]
    assert [captured("^(v1|v2)-")(tag) for tag in ("v1-a", "v2-b", "v3-c", "xv1-a")] == [
        "v1",
        "v2",
        None,
        None,
    ]
    assert captured("a(b)?")("a") is None


@pytest.mark.parametrize(
    ("expression", "told"),
    [("a", "captures no group:"), ("(a)(b)", "captures 2 groups:"), ("(a)", None), ("(?:a)(b)", None)],
)
def test_a_pattern_to_group_by_captures_one_group(expression: str, told: str | None) -> None:
    mistake = mistake_of(expression)
    assert (mistake is None) == (told is None)
    assert (told or "") in (mistake or "")


def test_up_to_120_characters_of_what_re2_says_are_told_unquoted() -> None:
    whole, longer = (f"missing ): {'(' * (length - len('missing ): '))}" for length in (120, 121))
    assert f"({whole}): write" in (regex_mistake(whole[11:]) or "")
    assert f"({show(longer)}): write" in (regex_mistake(longer[11:]) or "")
    assert show(longer) != longer
