"""What the environment may say, and what it is told where it is wrong."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from janitor.errors import UsageError
from janitor.settings import Settings, load_settings

NAMES = (
    "JANITOR_POLICIES", "JANITOR_MODE", "JANITOR_DATABASE_URL", "JANITOR_LOG_LEVEL", "JANITOR_LOG_FORMAT",
    "JANITOR_SLACK_WEBHOOK_URL", "JANITOR_SLACK_BOT_TOKEN", "JANITOR_SLACK_CHANNEL", "JANITOR_REPORT_URL",
    "JANITOR_HOST", "PORT",
    "JANITOR_EMULATOR_HOST", "JANITOR_EMULATOR_HTTP", "K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL",
)  # fmt: skip
EMULATOR = {
    "JANITOR_EMULATOR_HOST": "127.0.0.1:8085",
    "JANITOR_EMULATOR_HTTP": "http://127.0.0.1:8086",
}
SECRET = "hunter2"
DATABASE = f"postgresql://janitor:{SECRET}@db/janitor"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> "Load":
    return Load(monkeypatch)


class Load:
    """Settings of an environment with these variables."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, **variables: str) -> Settings:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        return load_settings()

    def refusal(self, **variables: str) -> str:
        with pytest.raises(UsageError) as refused:
            self(**variables)
        assert refused.value.exit_code == 2
        # a traceback would print what it came from, with the values in it
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__
        return str(refused.value)


def test_an_empty_environment_says_only_where_to_listen_which_is_this_machine(settings: Load) -> None:
    found = settings().model_dump()
    said = {name: value for name, value in found.items() if value is not None}
    assert said == {"port": 8080}
    assert settings().listen_host == "127.0.0.1"


def test_where_to_listen_is_read(settings: Load) -> None:
    found = settings(JANITOR_HOST="0.0.0.0", PORT="9090")
    assert (found.host, found.port) == ("0.0.0.0", 9090)


@pytest.mark.parametrize(
    "url",
    [
        f"http://hooks.example/{SECRET}",
        f"http://127.0.0.1:80@hooks.example/{SECRET}",
        f"http://localhost.example/{SECRET}",
        f"ftp://127.0.0.1/{SECRET}",
        f"https:///{SECRET}",
        SECRET,
    ],
)
def test_a_webhook_goes_over_tls_or_nowhere_but_this_machine(settings: Load, url: str) -> None:
    told = settings.refusal(JANITOR_SLACK_WEBHOOK_URL=url)
    assert told == "JANITOR_SLACK_WEBHOOK_URL: must begin with https://"


@pytest.mark.parametrize("url", [f"https://hooks.example/{SECRET}", f"http://127.0.0.1:8090/{SECRET}"])
def test_a_webhook_is_a_secret(settings: Load, url: str) -> None:
    found = settings(JANITOR_SLACK_WEBHOOK_URL=url)
    assert found.speaks_to_slack
    assert found.slack_webhook_url is not None
    assert found.slack_webhook_url.get_secret_value() == url
    assert SECRET not in repr(found)


def test_a_bot_needs_token_and_channel(settings: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    both = {"JANITOR_SLACK_BOT_TOKEN": f"xoxb-{SECRET}", "JANITOR_SLACK_CHANNEL": "C1"}
    assert settings(**both).speaks_to_slack
    for name in both:
        monkeypatch.delenv(name)
        told = settings.refusal()
        monkeypatch.setenv(name, both[name])
        assert "set both or neither" in told
        assert SECRET not in told


def test_there_is_one_way_to_slack(settings: Load) -> None:
    told = settings.refusal(
        JANITOR_SLACK_WEBHOOK_URL=f"https://hooks.example/{SECRET}",
        JANITOR_SLACK_BOT_TOKEN=f"xoxb-{SECRET}", JANITOR_SLACK_CHANNEL="C1",
    )  # fmt: skip
    assert "exclude each other: set one" in told
    assert SECRET not in told


def test_the_address_of_the_report_is_one_that_slack_can_link_to(settings: Load) -> None:
    assert settings(JANITOR_REPORT_URL="https://costs.example.com/?team=a&b=c").report_url is not None
    for wrong in (
        "costs.example.com",
        "ftp://costs.example.com/",
        "https://",
        "https://a/|<!here>",
        "https://a b/",
    ):
        assert "JANITOR_REPORT_URL" in settings.refusal(JANITOR_REPORT_URL=wrong)
    told = settings.refusal(JANITOR_REPORT_URL=f"https://user:{SECRET}@costs.example.com/")
    assert "must not hold a user or a password" in told
    assert SECRET not in told


def test_every_variable_is_read(settings: Load) -> None:
    found = settings(
        JANITOR_POLICIES="etc/policies.yaml", JANITOR_MODE="apply", JANITOR_DATABASE_URL=DATABASE,
        JANITOR_LOG_LEVEL="DEBUG", JANITOR_LOG_FORMAT="console", K_SERVICE="janitor", **EMULATOR,
    )  # fmt: skip
    assert found.policies == Path("etc/policies.yaml")
    assert (found.mode, found.log_level, found.log_format) == ("apply", "DEBUG", "console")
    assert found.database_url is not None
    assert found.database_url.get_secret_value() == DATABASE
    assert (found.emulator_host, found.emulator_http) == tuple(EMULATOR.values())


def test_a_variable_that_is_empty_counts_as_not_set(settings: Load) -> None:
    assert settings(**dict.fromkeys(NAMES, "")) == settings()
    assert not settings().loses_ledger


def test_the_name_of_a_field_is_no_variable(settings: Load) -> None:
    assert settings(MODE="apply", DATABASE_URL=DATABASE, SERVICE="x").mode is None
    assert settings().database_url is None
    assert settings().self_names == ()


@pytest.mark.parametrize("level", ["debug", "Debug", "DEBUG"])
def test_the_log_level_is_read_in_any_case(settings: Load, level: str) -> None:
    assert settings(JANITOR_LOG_LEVEL=level).log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("JANITOR_MODE", "yes", "must be 'dry-run' or 'apply'"),
        ("JANITOR_MODE", "APPLY", "must be 'dry-run' or 'apply'"),
        ("JANITOR_LOG_LEVEL", "loud", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("JANITOR_LOG_FORMAT", "xml", "must be 'json' or 'console'"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_is_allowed(
    settings: Load, name: str, value: str, allowed: str
) -> None:
    assert settings.refusal(**{name: value}) == f"{name}: {allowed}"


@pytest.mark.parametrize("host", ["127.0.0.1", "http://127.0.0.1:x", "localhost:", "localhost:https"])
def test_an_emulator_without_a_port_is_named_with_an_example(settings: Load, host: str) -> None:
    problem = settings.refusal(**(EMULATOR | {"JANITOR_EMULATOR_HOST": host}))
    assert problem == "JANITOR_EMULATOR_HOST: must be HOST:PORT, such as 127.0.0.1:8085"


@pytest.mark.parametrize("url", ["127.0.0.1:8086", "https://127.0.0.1:8086", "file:///etc/passwd"])
def test_an_emulator_s_address_is_plain_http(settings: Load, url: str) -> None:
    problem = settings.refusal(**(EMULATOR | {"JANITOR_EMULATOR_HTTP": url}))
    assert problem == "JANITOR_EMULATOR_HTTP: must be a URL such as http://127.0.0.1:8086"


@pytest.mark.parametrize("name", list(EMULATOR))
def test_half_an_emulator_is_a_mistake_and_never_a_way_to_google(settings: Load, name: str) -> None:
    problem = settings.refusal(**{name: EMULATOR[name]})
    assert "set both or neither" in problem
    for variable in EMULATOR:
        assert variable in problem


def test_an_emulator_whose_other_half_is_empty_is_half_an_emulator(settings: Load) -> None:
    half = EMULATOR | {"JANITOR_EMULATOR_HTTP": ""}
    assert "set both or neither" in settings.refusal(**half)


def test_all_mistakes_are_told_at_once_a_line_each(settings: Load) -> None:
    problem = settings.refusal(JANITOR_MODE="yes", JANITOR_LOG_FORMAT="xml")
    assert [line.partition(":")[0] for line in problem.splitlines()] == [
        "JANITOR_MODE",
        "JANITOR_LOG_FORMAT",
    ]


def test_a_secret_is_in_no_error_and_in_nothing_that_prints_the_settings(settings: Load) -> None:
    found = settings(JANITOR_DATABASE_URL=DATABASE)
    for shown in (repr(found), str(found), repr(found.model_dump()), found.model_dump_json()):
        assert SECRET not in shown
    for wrong in ({"JANITOR_MODE": "yes"}, {"JANITOR_EMULATOR_HOST": "127.0.0.1:8085"}):
        assert SECRET not in settings.refusal(**wrong)


def test_a_value_that_is_wrong_is_not_repeated_as_it_may_be_a_secret_in_the_wrong_place(
    settings: Load,
) -> None:
    for name in ("JANITOR_MODE", "JANITOR_LOG_LEVEL", "JANITOR_EMULATOR_HTTP"):
        assert SECRET not in settings.refusal(**{name: DATABASE})


def test_the_names_that_cloud_run_gives_are_the_ones_to_protect(settings: Load) -> None:
    """R24: K_SERVICE, CLOUD_RUN_JOB and CLOUD_RUN_WORKER_POOL (cloud.google.com/run/docs/container-contract)."""
    found = settings(K_SERVICE="one", CLOUD_RUN_JOB="two", CLOUD_RUN_WORKER_POOL="three")
    assert found.self_names == ("one", "two", "three")


@pytest.mark.parametrize("name", ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"])
def test_any_one_of_cloud_run_s_names_means_that_the_disk_is_thrown_away(settings: Load, name: str) -> None:
    assert settings(**{name: "nightly"}).loses_ledger
    assert not settings(JANITOR_DATABASE_URL=DATABASE).loses_ledger
    assert settings().self_names == ("nightly",)


def test_off_cloud_run_nothing_of_its_own_is_to_be_protected(settings: Load) -> None:
    assert settings().self_names == ()
    assert not settings().loses_ledger


def test_settings_do_not_change_once_read(settings: Load) -> None:
    found = settings()
    with pytest.raises(ValidationError, match="frozen"):
        found.mode = "apply"


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ({}, "127.0.0.1"),
        ({"K_SERVICE": "janitor"}, "0.0.0.0"),
        ({"K_SERVICE": "janitor", "JANITOR_HOST": "127.0.0.1"}, "127.0.0.1"),
        ({"CLOUD_RUN_JOB": "janitor"}, "127.0.0.1"),
        ({"JANITOR_HOST": "0.0.0.0"}, "0.0.0.0"),
    ],
)
def test_loopback_on_cloud_run(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], host: str
) -> None:
    """The case: a service that was built without the Dockerfile is asked at PORT from outside."""
    for name in ("K_SERVICE", "JANITOR_HOST", "CLOUD_RUN_JOB"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings().listen_host == host
