"""What people and platforms do to environment variables: newlines, blanks, quotes, empty values."""

import pytest

from janitor.errors import UsageError
from janitor.settings import load_settings, tidy_environment

SECRET = "marker"


@pytest.mark.parametrize(
    "shape", ["{}", "{}\n", "{}\r\n", "  {}  ", '"{}"', "'{}'", '"{}"\n', "\ufeff{}\n", '" {} "']
)
def test_newlines_blanks_and_quotes_at_the_ends_are_taken_away(shape: str) -> None:
    names = (
        "JANITOR_DATABASE_URL",
        "PORT",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "https_proxy",
        "K_SERVICE",
        "NO_PROXY",
    )
    variables = dict.fromkeys(names, shape.format("a b"))
    tidy_environment(variables)
    assert variables == dict.fromkeys(names, "a b")


@pytest.mark.parametrize("value", ["", " ", "\n", '""', "'\n'"])
def test_what_is_empty_is_unset(value: str) -> None:
    variables = {"JANITOR_SLACK_WEBHOOK_URL": value, "GOOGLE_APPLICATION_CREDENTIALS": value}
    tidy_environment(variables)
    assert variables == {}


def test_variables_of_others_are_left_alone() -> None:
    variables = {"HOME": " /x ", "PATH": '"', "MY_JANITOR_X": "a\n"}
    tidy_environment(variables)
    assert variables == {"HOME": " /x ", "PATH": '"', "MY_JANITOR_X": "a\n"}


@pytest.mark.parametrize("value", ['"', "'\"", "a'", '"a', '"a" "b'])
def test_a_quote_that_is_not_one_of_a_pair_is_kept(value: str) -> None:
    variables = {"JANITOR_MODE": value}
    tidy_environment(variables)
    assert variables == {"JANITOR_MODE": value}


def test_settings_of_a_mounted_file_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9090\n")
    monkeypatch.setenv("JANITOR_MODE", '"apply"\n')
    monkeypatch.setenv("JANITOR_LOG_LEVEL", "debug\r\n")
    monkeypatch.setenv("JANITOR_SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/x\n")
    monkeypatch.setenv("JANITOR_DATABASE_URL", " \n")
    settings = load_settings()
    assert (settings.port, settings.mode, settings.log_level, settings.ledger_url) == (
        9090,
        "apply",
        "DEBUG",
        None,
    )
    assert settings.slack_webhook_url
    assert settings.slack_webhook_url.get_secret_value().endswith("/x")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", SECRET),
        ("PORT", "99999"),
        ("JANITOR_MODE", SECRET),
        ("JANITOR_LOG_LEVEL", SECRET),
        ("JANITOR_LOG_FORMAT", SECRET),
        ("JANITOR_POLICIES", '{"private_key": "marker"}'),
        ("JANITOR_POLICIES", "-----BEGIN marker"),
        ("JANITOR_POLICIES", "x" * 5000 + SECRET),
        ("JANITOR_EMULATOR_HOST", SECRET),
        ("JANITOR_EMULATOR_HOST", "127.0.0.1:99999"),
        ("JANITOR_EMULATOR_HTTP", "http://[marker"),
        ("JANITOR_EMULATOR_HTTP", "http://jan:marker@127.0.0.1:1"),
        ("JANITOR_SLACK_WEBHOOK_URL", SECRET),
        ("JANITOR_SLACK_WEBHOOK_URL", "https://[marker"),
        ("JANITOR_SLACK_WEBHOOK_URL", "https://marker\u2100.example/services"),
        ("JANITOR_SLACK_WEBHOOK_URL", "https://hooks.slack.com:marker/services"),
        ("JANITOR_SLACK_WEBHOOK_URL", "https://hooks.slack.com/mar ker\u00e9marker"),
        ("JANITOR_SLACK_BOT_TOKEN", "xoxb marker"),
        ("JANITOR_SLACK_CHANNEL", "xoxb-marker"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    if variable.startswith("JANITOR_SLACK_B") or variable == "JANITOR_SLACK_CHANNEL":
        monkeypatch.setenv("JANITOR_SLACK_CHANNEL", "#costs")
        monkeypatch.setenv("JANITOR_SLACK_BOT_TOKEN", "xoxb-1")
        monkeypatch.setenv(variable, value)
    if variable.startswith("JANITOR_EMULATOR"):
        monkeypatch.setenv("JANITOR_EMULATOR_HOST", "127.0.0.1:1")
        monkeypatch.setenv("JANITOR_EMULATOR_HTTP", "http://127.0.0.1:1")
        monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert variable in str(refused.value)
    assert SECRET not in str(refused.value)
