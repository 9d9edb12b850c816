"""Settings from environment variables and files, and what one sweep is asked to do."""

import os
import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from janitor.error_facts import shown_path
from janitor.errors import UsageError
from janitor.policy.model import Limits, Policies
from janitor.proxies import VARIABLES as _PROXIES

_PREFIX = "JANITOR_"
# What janitor and its libraries read beside JANITOR_*.
_OTHERS = frozenset(
    {
        "PORT",
        "K_SERVICE",
        "CLOUD_RUN_JOB",
        "CLOUD_RUN_WORKER_POOL",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_CLOUD_PROJECT",
        "GCLOUD_PROJECT",
        "GOOGLE_CLOUD_QUOTA_PROJECT",
        "CLOUDSDK_CONFIG",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "no_proxy",
        "NO_PROXY",
        *_PROXIES,
    }
)
_BLANK = " \t\r\n\v\f\ufeff"


def tidy_environment(variables: MutableMapping[str, str] | None = None) -> None:
    """Take blanks, newlines and one pair of quotes from both ends of each value; unset what is then empty."""
    found = os.environ if variables is None else variables
    for name in [each for each in found if each.startswith(_PREFIX) or each in _OTHERS]:
        value = _tidy(found[name])
        if not value:
            del found[name]
        elif value != found[name]:
            found[name] = value


def _tidy(value: str) -> str:
    value = value.strip(_BLANK)
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip(_BLANK)
    return value


Mode = Literal["dry-run", "apply"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["json", "console"]
_LOOPBACK = (("http", "127.0.0.1"), ("http", "localhost"))
_ADDRESS = re.compile(r"([\w.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}", re.ASCII)
_VISIBLE = re.compile(r"[!-~]+")
_CHANNEL = re.compile(r"[#@]?[^\W_][\w.-]{0,79}")
# Without what ends a link in Slack.
_ADDRESS_OF_PAGE = re.compile(r"[!#-;=?-{}~]+")
_LAST_PORT = 65_535
# What is being done, how much of it is done, and how much there is (0: not known).
Progress = Callable[[str, int, int], None]


class Settings(BaseSettings):
    """What the environment says; a variable that is empty counts as not set.

    `service`, `job` and `worker_pool` are what Cloud Run says janitor itself runs as.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    policies: Path | None = Field(None, validation_alias="JANITOR_POLICIES")
    mode: Mode | None = Field(None, validation_alias="JANITOR_MODE")
    database_url: SecretStr | None = Field(None, validation_alias="JANITOR_DATABASE_URL")
    log_level: LogLevel | None = Field(None, validation_alias="JANITOR_LOG_LEVEL")
    log_format: LogFormat | None = Field(None, validation_alias="JANITOR_LOG_FORMAT")
    emulator_host: str | None = Field(None, validation_alias="JANITOR_EMULATOR_HOST")
    emulator_http: str | None = Field(None, validation_alias="JANITOR_EMULATOR_HTTP")
    slack_webhook_url: SecretStr | None = Field(None, validation_alias="JANITOR_SLACK_WEBHOOK_URL")
    slack_bot_token: SecretStr | None = Field(None, validation_alias="JANITOR_SLACK_BOT_TOKEN")
    slack_channel: str | None = Field(None, validation_alias="JANITOR_SLACK_CHANNEL")
    report_url: str | None = Field(None, validation_alias="JANITOR_REPORT_URL")
    host: str | None = Field(None, validation_alias="JANITOR_HOST")
    port: int = Field(8080, ge=0, le=65535, validation_alias="PORT")
    service: str | None = Field(None, validation_alias="K_SERVICE")
    job: str | None = Field(None, validation_alias="CLOUD_RUN_JOB")
    worker_pool: str | None = Field(None, validation_alias="CLOUD_RUN_WORKER_POOL")

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("policies", mode="before")
    @classmethod
    def _is_path(cls, value: object) -> object:
        """A key in place of a path must not be shown as the name of a file that is missing."""
        if isinstance(value, str) and not shown_path(value) and not _exists(value):
            raise ValueError(
                "must be the path of a policy file; its content is not shown, because it may be a secret"
            )
        return value

    @field_validator("emulator_host")
    @classmethod
    def _has_port(cls, value: str | None) -> str | None:
        if value is not None and not (
            _ADDRESS.fullmatch(value) and int(value.rpartition(":")[2]) <= _LAST_PORT
        ):
            raise ValueError("must be HOST:PORT, such as 127.0.0.1:8085")
        return value

    @field_validator("emulator_http")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        scheme, _, rest = (value or "http://localhost:0").rstrip("/").partition("://")
        if scheme != "http" or not _ADDRESS.fullmatch(rest) or int(rest.rpartition(":")[2]) > _LAST_PORT:
            raise ValueError("must be a URL such as http://127.0.0.1:8086")
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _VISIBLE.fullmatch(value.get_secret_value()):
            raise ValueError("contains a character that no token has: copy it again")
        return value

    @field_validator("slack_channel")
    @classmethod
    def _is_channel(cls, value: str | None) -> str | None:
        """The channel is printed: a token that was put in its place must not be."""
        if value is not None and (not _CHANNEL.fullmatch(value) or value.startswith("xox")):
            raise ValueError("must be a channel, such as #costs or C0123456789")
        return value

    @field_validator("report_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        """It is posted to Slack, where whoever reads the report may follow it."""
        if value is None:
            return None
        try:
            url = urlsplit(value)
            host, secret, _ = url.hostname, url.password, url.port
        except ValueError:
            raise ValueError("is not a URL") from None
        if not _ADDRESS_OF_PAGE.fullmatch(value) or host is None or url.scheme not in ("http", "https"):
            raise ValueError("must be the address of the report's page, such as https://costs.example.com/")
        if secret is not None or url.username is not None:
            raise ValueError("must not hold a user or a password: it is posted to Slack")
        return value

    @field_validator("slack_webhook_url")
    @classmethod
    def _is_private(cls, value: SecretStr | None) -> SecretStr | None:
        """The URL is a secret: it goes nowhere unencrypted but to this machine itself."""
        if value is None:
            return None
        text = value.get_secret_value()
        try:
            url = urlsplit(text)
            host, _ = url.hostname, url.port
        except ValueError:
            raise ValueError("is not a URL: copy it again from Slack") from None
        if not _VISIBLE.fullmatch(text):
            raise ValueError("contains a character that no URL has: copy it again from Slack")
        if host is None or not (url.scheme == "https" or (url.scheme, host) in _LOOPBACK):
            raise ValueError("must begin with https://")
        return value

    @model_validator(mode="after")
    def _one_way_to_slack(self) -> "Settings":
        if (self.slack_bot_token is None) != (self.slack_channel is None):
            raise ValueError(
                "JANITOR_SLACK_BOT_TOKEN and JANITOR_SLACK_CHANNEL belong together: set both or neither"
            )
        if self.slack_webhook_url and self.slack_bot_token:
            raise ValueError(
                "JANITOR_SLACK_WEBHOOK_URL and JANITOR_SLACK_BOT_TOKEN exclude each other: set one"
            )
        return self

    @model_validator(mode="after")
    def _both_or_neither(self) -> "Settings":
        if (self.emulator_host is None) != (self.emulator_http is None):
            raise ValueError(
                "JANITOR_EMULATOR_HOST and JANITOR_EMULATOR_HTTP belong together: set both or neither"
            )
        return self

    @property
    def speaks_to_slack(self) -> bool:
        """Whether there is a way to Slack."""
        return self.slack_webhook_url is not None or self.slack_bot_token is not None

    @property
    def listen_host(self) -> str:
        """Where the daemon answers: what JANITOR_HOST says; else loopback, or any address as a Cloud Run service."""
        return self.host or ("0.0.0.0" if self.service else "127.0.0.1")

    @property
    def self_names(self) -> tuple[str, ...]:
        """The short names that janitor itself runs as, protected everywhere (R24)."""
        return tuple(name for name in (self.service, self.job, self.worker_pool) if name)

    @property
    def ledger_url(self) -> str | None:
        """The ledger's database, its secret included; None is the default one."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def loses_ledger(self) -> bool:
        """Whether the ledger is on a disk that Cloud Run discards after the run (R24)."""
        return bool(self.self_names) and self.database_url is None


def load_settings() -> Settings:
    """Read the environment, which is tidied first. UsageError names each variable that is wrong, and never its value."""
    tidy_environment()
    try:
        return Settings()  # type: ignore[call-arg]  # every field comes from the environment
    except ValidationError as error:
        problems = [_problem(str(e["loc"][0]) if e["loc"] else "", e["msg"]) for e in error.errors()]
        raise UsageError("\n".join(problems)) from None


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _problem(variable: str, message: str) -> str:
    message = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{variable}: {message}" if variable else message


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """One sweep, as asked for: flags over environment over file, already resolved.

    `projects` override the file's scope where there are any; `only_policies` are names that the
    file has, empty for all; `limits` are the file's with the flags' in place. `wait`: how long to
    wait for the lock, None for not at all. `policies_source` names the file for people;
    `shipped_policies` says that there was none and the shipped default stands in.
    """

    policies: Policies
    policies_source: str
    apply: bool
    limits: Limits
    projects: tuple[str, ...] = ()
    only_policies: tuple[str, ...] = ()
    wait: timedelta | None = None
    names_of_kept: bool = False
    shipped_policies: bool = False
    progress: Progress | None = None
