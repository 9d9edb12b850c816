"""Standard cron: what each expression stands for, and what is refused with the way out."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from janitor.policy.file.cron import LONGEST_TEXT, comes, has_dates, parse_cron
from janitor.policy.model import Cron, Schedule

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
EVERY = (tuple(range(60)), tuple(range(24)), tuple(range(1, 32)), tuple(range(1, 13)), tuple(range(7)))


def fields(cron: Cron) -> tuple[tuple[int, ...], ...]:
    """All five."""
    return (cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays)


def weekdays(field: str) -> tuple[int, ...]:
    """Those of a daily expression with this last field."""
    return parse_cron(f"0 0 * * {field}").weekdays


def refusal(text: str) -> str:
    """What is said about an expression that cannot be."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the tests ask for its text
        parse_cron(text)
    return str(caught.value)


def test_the_schedules_that_hold_without_a_file_are_what_their_text_says() -> None:
    assert parse_cron("0 3 * * *") == Schedule().sweep
    assert parse_cron("0 9 * * mon") == Schedule().report


def test_zero_is_sunday_and_not_monday() -> None:
    """A scheduler that reads `0 6 * * 0` as Monday sweeps on the wrong day of every week."""
    assert parse_cron("0 6 * * 0").weekdays == (0,)
    assert parse_cron("0 6 * * sun").weekdays == (0,)


@pytest.mark.parametrize(("day", "name"), list(enumerate(WEEKDAYS)))
def test_each_weekday_by_number_name_list_range_and_step(day: int, name: str) -> None:
    for field in (f"{day}", name, name.upper(), name.title(), f"{day},{day}", f"{day}-{day}", f"{name}-{name}",
                  f"{day}-{day}/1", f"{name},{day}", f"{day}-7/7"):  # fmt: skip
        expected = {day} | ({0} if field == "0-7/7" else set())
        assert set(weekdays(field)) == expected, field


def test_every_range_of_weekdays_by_number_and_by_name() -> None:
    for first, last in product(range(7), range(8)):
        if first <= last:
            expected = tuple(sorted({day % 7 for day in range(first, last + 1)}))
            assert weekdays(f"{first}-{last}") == expected
            assert weekdays(f"{WEEKDAYS[first]}-{last}") == expected
            if (first, last) != (0, 7):
                assert weekdays(f"{WEEKDAYS[first]}-{WEEKDAYS[last % 7]}") == expected


def test_every_list_of_two_weekdays() -> None:
    for first, last in product(range(8), range(8)):
        expected = tuple(sorted({first % 7, last % 7}))
        assert weekdays(f"{first},{last}") == expected
        assert weekdays(f"{WEEKDAYS[first % 7]},{WEEKDAYS[last % 7]}") == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("*", (0, 1, 2, 3, 4, 5, 6)), ("0-7", (0, 1, 2, 3, 4, 5, 6)), ("7", (0,)), ("7-7", (0,)), ("0,7", (0,)),
        ("5-7", (0, 5, 6)), ("fri-sun", (0, 5, 6)), ("6-sun", (0, 6)), ("sun-sun", (0,)), ("sun-tue", (0, 1, 2)),
        ("*/2", (0, 2, 4, 6)), ("*/3", (0, 3, 6)), ("*/7", (0,)), ("1-5/2", (1, 3, 5)), ("1-7/2", (0, 1, 3, 5)),
        ("mon-fri/4", (1, 5)), ("mon,wed-FRI,7", (0, 1, 3, 4, 5)),
    ],
)  # fmt: skip
def test_a_field_of_weekdays_stands_for_these(field: str, expected: tuple[int, ...]) -> None:
    assert weekdays(field) == expected


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("*/5 * * * *", 0, tuple(range(0, 60, 5))),
        ("1-10/3 * * * *", 0, (1, 4, 7, 10)),
        ("59,0,00,07 * * * *", 0, (0, 7, 59)),
        ("5-5 * * * *", 0, (5,)),
        ("*,5 * * * *", 0, EVERY[0]),
        ("*/59 * * * *", 0, (0, 59)),
        ("0 */7,23 * * *", 1, (0, 7, 14, 21, 23)),
        ("0 9-17 * * *", 1, tuple(range(9, 18))),
        ("0 0 1,15-20/5,31 * *", 2, (1, 15, 20, 31)),
        ("0 0 */10 * *", 2, (1, 11, 21, 31)),
        ("0 0 * jan,JUN-Aug,12 *", 3, (1, 6, 7, 8, 12)),
        ("0 0 * */4 *", 3, (1, 5, 9)),
        ("0 0 * 3-dec/3 *", 3, (3, 6, 9, 12)),
    ],
)
def test_numbers_names_lists_ranges_and_steps(text: str, place: int, expected: tuple[int, ...]) -> None:
    assert fields(parse_cron(text))[place] == expected


def test_a_bare_asterisk_is_every_value() -> None:
    cron = parse_cron("* * * * *")
    assert fields(cron) == EVERY
    assert not cron.either_day


@pytest.mark.parametrize(
    ("macro", "expected"),
    [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
    ],
)  # fmt: skip
def test_a_macro_is_what_crontab_says(macro: str, expected: str) -> None:
    found, same = parse_cron(macro), parse_cron(expected)
    assert (fields(found), found.either_day) == (fields(same), same.either_day)
    assert found.text == macro
    assert fields(parse_cron(f" {macro.upper()} ")) == fields(same)


def test_reboot_is_refused_with_the_reason() -> None:
    assert "not supported, because" in refusal("@reboot")
    assert "--now" in refusal("@REBOOT")


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("0 0 13 * fri", True), ("0 0 1-31 * mon", True), ("0 0 1,* * 1", True), ("0 0 13 * *", False),
        ("0 0 * * 5", False), ("0 0 */2 * 5", False), ("0 0 13 * */2", False), ("0 0 *,13 * 5", False),
    ],
)  # fmt: skip
def test_either_day_counts_where_both_are_restricted_by_their_first_character(
    text: str, either: bool
) -> None:
    assert parse_cron(text).either_day is either


@pytest.mark.parametrize(
    "text", ["30 2 31 2 *", "0 0 30 2 *", "0 0 30,31 feb *", "0 0 31 4,6,9,11 *", "0 0 31 2 */2", "0 0 30-31 2 */7"]
)  # fmt: skip
def test_a_time_that_never_comes_is_an_error(text: str) -> None:
    assert "never comes" in refusal(text)


@pytest.mark.parametrize(
    "text", ["0 0 29 2 *", "0 0 29 2 */6", "0 0 31 2,3 *", "30 2 31 2 mon", "0 0 30 2 0"]
)
def test_a_time_that_comes_if_seldom_is_none(text: str) -> None:
    assert comes(parse_cron(text))


def test_a_date_that_never_comes_is_known_beside_a_weekday_that_does() -> None:
    assert not has_dates(parse_cron("30 2 31 2 mon"))
    assert has_dates(parse_cron("30 2 29 2 mon"))


REFUSED = {
    "": "has 0 fields, cron has five: minute, hour, day of month, month, day of week",
    "0 3 * *": "has 4 fields",
    "0 0 3 * * *": "has 6 fields",
    "0 3 * * * root": "has 6 fields",
    "60 * * * *": "minute '60': allowed: 0 to 59",
    "0 24 * * *": "hour '24': allowed: 0 to 23",
    "0 0 0 * *": "day of month '0': allowed: 1 to 31",
    "0 0 32 * *": "day of month '32': allowed: 1 to 31",
    "0 0 * 0 *": "month '0': allowed: 1 to 12 or jan to dec",
    "0 0 * 13 *": "month '13'",
    "0 0 * * 8": "day of week '8': allowed: 0 to 7 or sun to sat",
    "0 0 * * monday": "day of week 'monday': did you mean mon?",
    "0 0 * * thr": "did you mean thu?",
    "0 0 * september *": "month 'september': did you mean sep?",
    "0 0 * mon *": "month 'mon': allowed",
    "mon * * * *": "minute 'mon': allowed: 0 to 59",
    "5/10 * * * *": "minute '5/10': a step needs a range: write 5-59/10",
    "0 0 * * mon/2": "write mon-7/2",
    "*/0 * * * *": "minute '*/0': a step is a number from 1 to 59",
    "*/60 * * * *": "a step is a number from 1 to 59",
    "0 */24 * * *": "hour '*/24': a step is a number from 1 to 23",
    "*/-5 * * * *": "minute '*/-5'",
    "*/mon * * * *": "a step is a number",
    "10-5 * * * *": "minute '10-5': a range must ascend: write 10-59,0-5",
    "0 22-2 * * *": "hour '22-2': a range must ascend: write 22-23,0-2",
    "0 0 * nov-feb *": "write 11-12,1-2",
    "0 0 * * 5-1": "write 5-7,1",
    "0 0 * * 6-0": "day of week '6-0': a range must ascend: write 6-7",
    "0 0 * * fri-mon": "write 5-7,1",
    "0 0 * * 7-sat": "write 7,1-6",
    "1,,2 * * * *": "minute '': write 0 to 59",
    ",1 * * * *": "minute ''",
    "1- * * * *": "minute '1-'",
    "-1 * * * *": "minute '-1'",
    "1-2-3 * * * *": "minute '1-2-3'",
    "*-5 * * * *": "minute '*-5': * is the whole range already",
    "** * * * *": "minute '**'",
    "5* * * * *": "minute '5*'",
    "1/2/3 * * * *": "minute '1/2/3'",
    "0 0 L * *": "day of month 'L'",
    "0 0 ? * *": "day of month '?'",
    "0 0 15W * *": "day of month '15W'",
    "0 0 * * 5#3": "day of week '5#3'",
    "H * * * *": "minute 'H'",
    "1.5 * * * *": "minute '1.5'",
    "+5 * * * *": "minute '+5'",
    "0x5 * * * *": "minute '0x5'",
    "1_0 * * * *": "minute '1_0'",
    "\u0663 * * * *": "minute '\\u0663'",
    "0 0 * * m\u043en": "day of week 'm\\u043en'",
    "0 3 * * *\n": "day of week '*\\n'",
    "0\u00a03 * * *": "has 4 fields",
    "\x1b[2J * * * *": "minute '\\x1b[2J'",
    "9999999999999999999999 * * * *": "minute '9999999999999999999999'",
    "@dailly": "'@dailly' is not a macro: did you mean @daily?",
    "@every 5m": "is not a macro: there are @hourly, @daily",
    "@": "is not a macro",
    "@daily @weekly": "is not a macro",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_and_says_the_way_out(text: str) -> None:
    told = refusal(text)
    assert REFUSED[text] in told
    assert told.isprintable()
    assert told.isascii()


@pytest.mark.parametrize("text", ["1," * LONGEST_TEXT, "*/" * 10**6, "@" + "a" * 10**6, " " * 10**6])
def test_a_text_that_is_no_expression_for_its_length_is_refused_briefly(text: str) -> None:
    told = refusal(text)
    assert "longer than 400 characters" in told
    assert len(told) < 200


def test_a_way_out_is_itself_an_expression() -> None:
    ways_out = {
        text: text.replace(told.split("'")[1], told.rpartition("write ")[2])
        for text in REFUSED
        if re.search(r"write \S+$", told := refusal(text))
    }
    assert ways_out["0 22-2 * * *"] == "0 22-23,0-2 * * *"
    assert ways_out["5/10 * * * *"] == "5-59/10 * * * *"
    for text in ways_out.values():
        assert parse_cron(text).text == text


def test_blanks_around_and_between_do_not_matter_and_the_text_stays_as_written() -> None:
    cron = parse_cron("\t 0   3\t* * *  ")
    assert fields(cron) == fields(parse_cron("0 3 * * *"))
    assert cron.text == "0   3\t* * *"


LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


@st.composite
def field_and_values(draw: st.DrawFn, place: int) -> tuple[str, set[int]]:
    """A field's text, and by counting up what it stands for."""
    low, high = LIMITS[place]
    texts, values = [], set[int]()
    for _ in range(draw(st.integers(1, 4))):
        shape = draw(st.sampled_from(["number", "range", "all"]))
        first = draw(st.integers(low, high)) if shape != "all" else low
        last = draw(st.integers(first, high)) if shape == "range" else first if shape == "number" else high
        step = draw(st.integers(1, high)) if shape != "number" and draw(st.booleans()) else None
        text = {"number": f"{first}", "range": f"{first}-{last}", "all": "*"}[shape]
        texts.append(text if step is None else f"{text}/{step}")
        values |= {value for value in range(first, last + 1) if (value - first) % (step or 1) == 0}
    return ",".join(texts), values


@given(st.tuples(*(field_and_values(place) for place in range(5))))
def test_any_expression_stands_for_what_counting_says(drawn: tuple[tuple[str, set[int]], ...]) -> None:
    text = " ".join(field for field, _ in drawn)
    expected = [values for _, values in drawn[:4]] + [{day % 7 for day in drawn[4][1]}]
    either = drawn[2][0][0] != "*" and drawn[4][0][0] != "*"
    last_days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    possible = either or any(day <= last_days[month - 1] for day in expected[2] for month in expected[3])
    if not possible:
        assert "never comes" in refusal(text)
        return
    cron = parse_cron(text)
    assert fields(cron) == tuple(tuple(sorted(values)) for values in expected)
    assert (cron.text, cron.either_day) == (text, either)


@given(st.text(alphabet="0123456789*/-,@ \tabcdeimnostuy?L#", max_size=40))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        cron = parse_cron(text)
    except ValueError as error:
        told, cron = str(error), Schedule().sweep
    else:
        told = "a good one"
    assert told.isprintable()
    assert comes(cron)
    assert all(fields(cron))
