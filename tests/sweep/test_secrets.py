"""No secret on any surface (R29): each credential, and each hostile answer, against everything that janitor writes."""

import asyncio
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from janitor.cli.app import run
from janitor.daemon.health import Health, credentials_found, database_answers
from janitor.daemon.http import _no_page
from janitor.daemon.metrics import Metrics
from janitor.error_facts import facts
from janitor.notify.slack import ToWebhook, payloads
from janitor.proxies import VARIABLES
from janitor.report.load import load_summary
from janitor.report.slack.messages import trouble
from janitor.runtime import now
from janitor.settings import load_settings
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import image, world

MARKER = "Mark3rOfASecret"
SURFACES = ("stdout", "stderr and log", "`--out`", "`/readyz`", "`/`", "`/metrics`", "Slack", "ledger")
POLICIES = """\
version: 1
scope: {projects: [shop-dev]}
policies:
  - {name: failed, kind: run.service, when: {status: failed, older_than: 24h}}
"""
_OURS = ("JANITOR_", "K_SERVICE", "CLOUD_RUN_", "GOOGLE_", "CLOUDSDK_", "SSL_CERT")


@dataclass
class Hostile:
    """A server that answers everything with an error that quotes the marker. Its port is that of a proxy, too."""

    port: int
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    body = json.dumps(
        {"error": "invalid_grant", "error_description": MARKER, "access_token": MARKER}
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked.append(self.path)
            self.send_response(400, MARKER)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_CONNECT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Hostile(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Planted:
    """Where the markers are: files in a folder, and variables."""

    folder: Path
    hostile: Hostile
    variables: Callable[..., None]

    def key(self, content: Any, name: str = "key.json", encoding: str = "utf-8") -> str:
        path = self.folder / name
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_bytes(text.encode(encoding))
        self.variables("GOOGLE_APPLICATION_CREDENTIALS", str(path))
        return str(path)


def service_account(token_uri: str, private_key: str) -> dict[str, str]:
    return {
        "type": "service_account", "project_id": "shop-dev", "private_key_id": MARKER, "private_key": private_key,
        "client_email": "x@shop-dev.iam.gserviceaccount.com", "client_id": "1", "token_uri": token_uri,
        "note": "poste de Ren\u00e9",
    }  # fmt: skip


def person(token_uri: str) -> dict[str, str]:
    return {
        "type": "authorized_user", "client_id": "c", "client_secret": MARKER, "refresh_token": MARKER,
        "token_uri": token_uri,
    }  # fmt: skip


def _good_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    pkcs8 = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption()).decode()


BROKEN_PEM = f"-----BEGIN PRIVATE KEY-----\n{MARKER}\n-----END PRIVATE KEY-----\n"


def _external(at: Planted) -> None:
    (at.folder / "subject").write_text(MARKER)
    at.key(
        {
            "type": "external_account", "audience": "//iam.googleapis.com/projects/1/x", "token_url": f"{at.hostile.url}/sts",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "client_secret": MARKER, "client_id": MARKER,
            "credential_source": {"file": str(at.folder / "subject")},
        }
    )  # fmt: skip


def _impersonated(at: Planted) -> None:
    url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken"
    source = person(f"{at.hostile.url}/token")
    at.key(
        {
            "type": "impersonated_service_account",
            "service_account_impersonation_url": url,
            "source_credentials": source,
        }
    )


def _adc(at: Planted) -> None:
    at.variables("CLOUDSDK_CONFIG", str(at.folder))
    (at.folder / "application_default_credentials.json").write_text(
        json.dumps(person(f"{at.hostile.url}/token"))
    )


def _database(password: str) -> Callable[[Planted], None]:
    return lambda at: at.variables("JANITOR_DATABASE_URL", f"postgresql://jan:{password}@127.0.0.1:9/ledger")


def _variable(name: str, value: str) -> Callable[[Planted], None]:
    return lambda at: at.variables(name, value)


def _bot(at: Planted) -> None:
    at.variables("JANITOR_SLACK_BOT_TOKEN", f"xoxb-{MARKER}")
    at.variables("JANITOR_SLACK_CHANNEL", "#costs")


def _swapped(at: Planted) -> None:
    at.variables("JANITOR_SLACK_BOT_TOKEN", "#costs")
    at.variables("JANITOR_SLACK_CHANNEL", f"xoxb-{MARKER}")


def _proxied(at: Planted) -> None:
    at.variables("HTTPS_PROXY", f"http://jan:{MARKER}@127.0.0.1:{at.hostile.port}")
    at.key(person("https://oauth2.googleapis.com/token"))


RESERVED = "!#$%&'()*+,/:;=?@[] \"<>\\^`{|}~"
KEY_TEXT = json.dumps(service_account("https://x", BROKEN_PEM))
FORMS: dict[str, list[Callable[[Planted], object]]] = {
    "private key in a key file": [
        lambda at: at.key(service_account(f"{at.hostile.url}/token", BROKEN_PEM)),
        lambda at: at.key(service_account(f"{at.hostile.url}/token", BROKEN_PEM), encoding="latin-1"),
        lambda at: at.key(service_account(f"{at.hostile.url}/token", BROKEN_PEM), encoding="utf-16"),
        lambda at: at.key(KEY_TEXT[:-40]),
        lambda at: at.key(service_account(f"{at.hostile.url}/token", _good_key())),
        lambda at: at.variables("JANITOR_POLICIES", at.key(KEY_TEXT)),
    ],
    "refresh token and client secret in a credentials file": [
        lambda at: at.key(person(f"{at.hostile.url}/token")),
        _adc,
    ],
    "external account (subject token, client secret)": [_external],
    "source credentials of an impersonated account": [_impersonated],
    "password in a proxy's URL": [
        _proxied,
        _variable("ALL_PROXY", f"socks5://jan:{MARKER}@127.0.0.1:1"),
        _variable("https_proxy", f"http://jan:{MARKER}/x@127.0.0.1:1"),
    ],
    "webhook URL": [
        lambda at: at.variables("JANITOR_SLACK_WEBHOOK_URL", f"{at.hostile.url}/services/T0/B0/{MARKER}"),
        _variable("JANITOR_SLACK_WEBHOOK_URL", f"https://[hooks/services/{MARKER}"),
        _variable("JANITOR_SLACK_WEBHOOK_URL", f"http://hooks.slack.com/services/{MARKER}"),
    ],
    "bot token": [_bot, _swapped],
    "database password, with every reserved character": [
        _database(quote(RESERVED, safe="") + MARKER),
        *(_database(f"{character}{MARKER}") for character in RESERVED),
        *(_database(f"{MARKER}{character}x") for character in "@:/?#%["),
        _variable("JANITOR_DATABASE_URL", f"mysql://jan:{MARKER}@host/db"),
        _variable("JANITOR_DATABASE_URL", f"sqlite://jan:{MARKER}@host/db"),
        _variable("JANITOR_DATABASE_URL", f"postgresql://127.0.0.1:9/x?password={MARKER}&sslpassword={MARKER}"),
        _variable("JANITOR_DATABASE_URL", f"postgresql://127.0.0.1:9/x?{MARKER}={MARKER}"),
    ],
    "a key in a variable that expects a path or a name": [
        *(
            _variable(name, value)
            for name in (
                "GOOGLE_APPLICATION_CREDENTIALS", "JANITOR_POLICIES", "GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CONFIG",
                "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_STATE_HOME", "JANITOR_DATABASE_URL", "JANITOR_EMULATOR_HOST",
            )
            for value in (KEY_TEXT, BROKEN_PEM, f"eyJ0{MARKER * 20}")
        ),
    ],
}  # fmt: skip
# The first plants of each form in every run; all of them, which takes minutes, in the slow one.
_FAST = 2
CASES = [
    pytest.param(plant, id=f"{form} {number}", marks=[pytest.mark.slow] if number >= _FAST else [])
    for form, plants in FORMS.items()
    for number, plant in enumerate(plants)
]


@pytest.fixture
def at(tmp_path: Path, hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> Planted:

    for name in (*VARIABLES, *(each for each in os.environ if each.startswith(_OURS))):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "policies.yaml").write_text(POLICIES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # nothing leaves this machine: what is meant for Google ends at the hostile proxy
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{hostile.port}")
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{hostile.port}")
    monkeypatch.setenv("JANITOR_LOG_FORMAT", "json")
    monkeypatch.setattr("time.sleep", lambda _: None)
    return Planted(tmp_path, hostile, monkeypatch.setenv)


def shown(folder: Path, capfd: pytest.CaptureFixture[str], *flags: str) -> dict[str, str]:
    """What stands on each surface after the commands that a person runs, and after the daemon's own."""
    found = dict.fromkeys(SURFACES, "")
    commands = [
        ["sweep", "--format", "json", *flags],
        ["sweep", "--out", "table.txt", *flags],
        ["explain", "checkout"],
        ["history", "--out", "history.txt"],
        ["report", "--slack", "--dry-run"],
        ["report", "--slack"],
        ["report", "--format", "html", "--out", "report.html"],
        ["validate"],
    ]
    codes = [run(command) for command in commands]
    assert 1 not in codes, "a bug in janitor"
    errors: list[Exception] = []
    try:
        settings = load_settings()
    except Exception as error:  # the daemon would not start
        errors.append(error)
    else:
        checks = {"database": database_answers(settings.ledger_url), "credentials": credentials_found()}
        readiness = asyncio.run(Health(checks, patience=20).readiness())
        found["`/readyz`"] = str(readiness.checks)
        try:
            asyncio.run(load_summary(settings.ledger_url, None, now(), timedelta(days=365)))
        except Exception as error:
            errors.append(error)
    metrics = Metrics()
    for error in errors:
        found["`/`"] += bytes(_no_page(error).body).decode()
        metrics.sweep_failed(error, "apply")
        found["Slack"] += json.dumps(payloads(ToWebhook(""), trouble(f"The sweep failed: {facts(error)}")))
    found["`/metrics`"] = str(metrics.render()[0])
    found["`--out`"] = "".join(
        path.read_text()
        for name in ("table.txt", "history.txt", "report.html")
        if (path := folder / name).exists()
    )
    ledgers = [path for path in folder.rglob("*.db*") if path.is_file()]
    found["ledger"] = "".join(path.read_bytes().decode("latin-1") for path in ledgers)
    found["stdout"], found["stderr and log"] = capfd.readouterr()
    return found


def leaks(found: dict[str, str]) -> list[str]:
    """The surfaces that show the marker, in whatever spelling."""
    spellings = (MARKER, quote(RESERVED, safe="") + "Mark", MARKER.lower())
    return [name for name, text in found.items() for each in spellings if each in text.replace("\x00", "")]


@pytest.mark.parametrize("plant", CASES)
def test_no_secret_is_on_any_surface(
    at: Planted, capfd: pytest.CaptureFixture[str], plant: Callable[[Planted], object]
) -> None:
    plant(at)
    found = shown(at.folder, capfd)
    assert leaks(found) == []
    assert "bug in janitor" not in str(found)
    for line in found["stderr and log"].splitlines():
        assert json.loads(line)["severity"]


REFUSALS = (
    "PERMISSION_DENIED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "UNAUTHENTICATED",
    "NOT_FOUND",
    "INVALID_ARGUMENT",
)


@pytest.mark.parametrize("code", REFUSALS)
def test_no_text_of_a_hostile_answer_is_on_any_surface(
    place: Placing, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    refusal = f"{{code: {code}, message: '{MARKER} ya29.{MARKER}'}}"
    rules = ", ".join(
        f"{{rpc: {rpc}, {what}: {refusal}}}"
        for rpc, what in (
            ("DeleteService", "operation_error"),
            ("ListJobs", "error"),
            ("ListSkus", "error"),
            ("DeleteVersion", "error"),
        )
    )
    services = "{checkout: {updated: 3d ago, state: failed, image: docker.io/library/web}}"
    here = place(world(image("a"), services=services, trouble=f"[{rules}]"))
    (here.folder / "policies.yaml").write_text(POLICIES.replace("shop-dev", "p"))
    found = shown(here.folder, capfd, "--apply")
    assert leaks(found) == []
    assert code in found["stdout"]


def test_the_page_on_operations_has_the_table_of_surfaces_and_secrets() -> None:
    """Run with `python -m tests.sweep.test_secrets` to write the table anew."""
    text = PAGE.read_text(encoding="utf-8")
    assert table() in text


PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def table() -> str:
    """Secrets by surfaces: what the test above finds of each on each."""
    rows = [
        f"| {form} | {' | '.join('never' for _ in SURFACES)} |"
        for form in (*FORMS, "text of an answer of Google's, Slack's or a token server's")
    ]
    head = f"| secret | {' | '.join(SURFACES)} |\n|{'---|' * (len(SURFACES) + 1)}"
    return "\n".join(["<!-- secrets:begin -->", head, *rows, "<!-- secrets:end -->"])


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(r"<!-- secrets:begin -->.*?<!-- secrets:end -->", table(), page, flags=re.DOTALL))
    sys.exit()
