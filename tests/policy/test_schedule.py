"""`schedule:` and `report:` of the policy file: what they say, and each mistake with the way out."""

from datetime import timedelta
from pathlib import Path

import pytest

from janitor.errors import PolicyFileError
from janitor.policy.file.cron import parse_cron
from janitor.policy.file.document import parse_policies
from janitor.policy.file.grammar import json_schema
from janitor.policy.file.timezones import timezone
from janitor.policy.model import Policies, ReportOptions, Schedule
from janitor.store.policy_file import default_policies

GOOD = "version: 1\npolicies: [{name: a, kind: run.service, when: {status: failed}}]\n"


def parse(text: str) -> Policies:
    """A good file with this text from line 3 on."""
    return parse_policies((GOOD + text).encode(), "f", lambda name: Path(name).read_bytes())


def told(text: str) -> list[str]:
    """What is wrong with it, a line each, without the file's name."""
    with pytest.raises(PolicyFileError) as caught:
        parse(text)
    return [line.removeprefix("f:") for line in str(caught.value).splitlines()]


def test_without_a_word_it_sweeps_at_night_and_reports_on_monday_in_utc() -> None:
    found = parse("")
    assert (found.schedule, found.report) == (Schedule(), ReportOptions())
    assert (found.schedule.sweep.text, found.schedule.report.text) == ("0 3 * * *", "0 9 * * mon")
    assert found.schedule.report.weekdays == (1,)


def test_reads_timezone_sweep_jitter_and_report() -> None:
    found = parse(
        'schedule: {timezone: Asia/Seoul, sweep: {cron: "30 2 * * 0", jitter: 5m}, report: {cron: "@weekly"}}\n'
    )
    assert found.schedule == Schedule(
        "Asia/Seoul", parse_cron("30 2 * * 0"), timedelta(minutes=5), parse_cron("@weekly")
    )


def test_an_expression_needs_quotes_only_where_yaml_does() -> None:
    assert parse("schedule:\n  sweep:\n    cron: 0 3 * * 1-5\n").schedule.sweep == parse_cron("0 3 * * 1-5")


def test_reads_what_the_report_may_say() -> None:
    found = parse("report: {show_creator: true, note: always, horizon: 26w}\n")
    assert found.report == ReportOptions("always", timedelta(weeks=26), True)


@pytest.mark.parametrize("text", ["schedule: {}\n", "schedule: {sweep: {}, report: {}}\n", "report: {}\n"])
def test_an_empty_part_says_nothing(text: str) -> None:
    found = parse(text)
    assert (found.schedule, found.report) == (Schedule(), ReportOptions())


def test_what_a_part_does_not_say_keeps_its_default_beside_what_it_does() -> None:
    assert parse("schedule: {sweep: {jitter: 1h}}\n").schedule == Schedule(jitter=timedelta(hours=1))
    assert parse("schedule: {timezone: Europe/Berlin}\n").schedule == Schedule("Europe/Berlin")
    assert parse("report: {note: never}\n").report == ReportOptions("never")


def test_the_schedule_is_part_of_the_digest() -> None:
    digests = {
        parse(text).digest for text in ("", "report: {}\n", "report: {note: never}\n", "schedule: {}\n")
    }
    assert len(digests) == 4


def test_the_shipped_file_says_the_schedule_that_holds_without_it() -> None:
    assert default_policies().schedule == Schedule()


def test_the_schema_takes_an_expression_for_text() -> None:
    schema = json_schema()
    assert schema["$defs"]["SweepSchedule"]["properties"]["cron"]["type"] == "string"
    assert set(schema["$defs"]["ReportSection"]["properties"]) == {"show_creator", "note", "horizon"}


MISTAKES = {
    "schedul: {}": "3:1: unknown key 'schedul': did you mean schedule?",
    "schedule: daily": "3:11: schedule: 'daily' must be a mapping, such as {timezone: Asia/Seoul, sweep: {cron:",
    "schedule: []": "3:11: schedule: this must be a mapping",
    "schedule: {time_zone: UTC}": "3:12: unknown key 'time_zone': did you mean timezone? allowed here: report, sweep, timezone",
    "schedule: {jitter: 5m}": "3:12: unknown key 'jitter'",
    "schedule: {timezone: Asia/Soul}": "3:22: timezone: 'Asia/Soul' is not a time zone: did you mean Asia/Seoul?",
    "schedule: {timezone: asia/seoul}": "did you mean Asia/Seoul?",
    "schedule: {timezone: utc}": "did you mean UTC?",
    "schedule: {timezone: Berlin}": "did you mean Europe/Berlin?",
    "schedule: {timezone: New York}": "did you mean America/New_York?",
    "schedule: {timezone: KST}": "'KST' is not a time zone: write an IANA name such as UTC",
    "schedule: {timezone: '+09:00'}": "'+09:00' is not a time zone",
    "schedule: {timezone: localtime}": "'localtime' is not a time zone",
    "schedule: {timezone: ../../etc/passwd}": "'../../etc/passwd' is not a time zone",
    "schedule: {timezone: /etc/localtime}": "is not a time zone",
    "schedule: {timezone: ''}": "'' is not a time zone",
    f"schedule: {{timezone: {'x' * 5000}}}": "is not a time zone: write an IANA name",
    "schedule: {timezone: 9}": "3:22: timezone: '9' must be text",
    "schedule: {timezone: [UTC]}": "3:22: timezone: this must be text",
    "schedule: {sweep: '0 3 * * *'}": "3:19: sweep: '0 3 * * *' must be a mapping, such as {cron: \"0 3 * * *\", jitter: 5m}",
    "schedule: {report: '@weekly'}": "3:20: report: '@weekly' must be a mapping, such as {cron: \"0 9 * * mon\"}",
    "schedule: {sweep: {corn: x}}": "3:20: unknown key 'corn': did you mean cron? allowed here: cron, jitter",
    "schedule: {sweep: {every: 1d}}": "3:20: unknown key 'every': allowed here: cron, jitter",
    "schedule: {report: {jitter: 5m}}": "3:21: unknown key 'jitter': allowed here: cron",
    "schedule: {sweep: {cron: 3}}": "3:26: cron: this must be a cron expression in quotes, such as \"0 3 * * *\"",
    "schedule: {sweep: {cron: [0, 3]}}": "3:26: cron: this must be a cron expression",
    "schedule: {sweep: {cron: ''}}": "3:26: cron: '' has 0 fields, cron has five",
    "schedule: {sweep: {cron: 0 3 * *}}": "3:26: cron: '0 3 * *' has 4 fields",
    "schedule: {sweep: {cron: 0 25 * * *}}": "3:26: cron: hour '25': allowed: 0 to 23",
    "schedule: {sweep: {cron: 30 2 31 2 *}}": "3:26: cron: '30 2 31 2 *' never comes",
    "schedule: {sweep: {cron: '@reboot'}}": "3:26: cron: @reboot is not supported",
    "schedule: {sweep: {cron: * 3 * * *}}": "quote a text that begins with",
    "schedule: {sweep: {cron: @daily}}": "write the text in quotes",
    "schedule: {report: {cron: 0 9 * * monday}}": "3:27: cron: day of week 'monday': did you mean mon?",
    f"schedule: {{report: {{cron: '{'1,' * 9999}'}}}}": "is longer than 400 characters",
    "schedule: {sweep: {jitter: 5}}": "3:28: jitter: '5' is not a duration",
    "schedule: {sweep: {jitter: 0m}}": "is zero:",
    "schedule: {sweep: {jitter: 1d}}": "3:28: jitter: '1d' is too long: a run may start at most 23h after its time",
    "schedule: {sweep: {jitter: 1440m}}": "is too long",
    "schedule: {sweep: {jitter: -5m}}": "is not a duration",
    "schedule: {sweep: {jitter: [5m]}}": "3:28: jitter: this must be a duration",
    "report: weekly": "3:9: report: 'weekly' must be a mapping, such as {note: changes}",
    "report: {creator: true}": "3:10: unknown key 'creator'",
    "report: {show_creater: true}": "did you mean show_creator? allowed here: horizon, note, show_creator",
    "report: {show_creator: 'yes'}": "3:24: show_creator: 'yes' must be true or false",
    "report: {note: allways}": "3:16: note: 'allways' is not known: did you mean always? allowed here: always, changes, failures, never",
    "report: {note: true}": "3:16: note: 'true' is not known",
    "report: {horizon: 365}": "3:19: horizon: '365' is not a duration",
    "report: {horizon: 0d}": "3:19: horizon: '0d' is zero:",
    "report: {horizon: 999999d}": "longer than a hundred years",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_refuses_with_the_place_and_the_way_out(text: str) -> None:
    lines = told(text)
    assert len(lines) == 1, lines
    assert MISTAKES[text] in lines[0]
    assert lines[0].isprintable()
    assert len(lines[0]) < 500
    assert "Input should" not in lines[0]


def test_a_part_without_a_value_is_told_so() -> None:
    assert told("schedule:")[0] == "3:10: 'schedule' has no value: add one, or remove it"
    assert told("report:\n  note:")[0] == "4:8: 'note' has no value: add one, or remove it"


def test_every_mistake_of_both_is_told_at_once_in_the_order_of_the_file() -> None:
    lines = told(
        "schedule:\n  timezone: Nowhere\n  sweep: {cron: '0 0 30 2 *', jitter: 9d}\n  report: {at: 9}\n"
        "report: {note: 1, horizon: 1}\n"
    )
    assert [line.split(":")[0] for line in lines] == ["4", "5", "5", "6", "7", "7"]


def test_every_zone_of_the_database_but_no_placeholder_is_known() -> None:
    for name in (
        "UTC",
        "Asia/Seoul",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Etc/GMT+9",
    ):
        assert timezone(name) == name
    for name in ("Factory", "posixrules", "right/UTC", "Asia"):
        with pytest.raises(ValueError, match="is not a time zone"):
            timezone(name)
