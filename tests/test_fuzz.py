"""What people, Slack and Google control, at random: it ends in janitor's own errors, and never as a bug."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from google.api_core.exceptions import GoogleAPICallError, from_http_status
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from janitor.cli.app import run
from janitor.error_facts import shown_path
from janitor.errors import JanitorError
from janitor.gcp.channels import connect
from janitor.gcp.credentials import default_project, load_credentials
from janitor.gcp.failures import cause, nothing_there
from janitor.gcp.locations import run_locations
from janitor.gcp.paging import BadReplyError
from janitor.gcp.retry import DELETE_RETRY, PRICES_RETRY, READ_RETRY
from janitor.notify.words import not_taken
from janitor.proxies import VARIABLES, proxy_for
from janitor.settings import load_settings, tidy_environment
from janitor.store.address import address_of, shown
from janitor.store.database import open_database
from tests.gcp.google import artifact_places, beside
from tests.gcp.hostile import Hostile

# No NUL and no lone surrogate: the environment can hold neither as text.
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
VARIABLE = st.sampled_from(
    [
        "JANITOR_POLICIES", "JANITOR_MODE", "JANITOR_DATABASE_URL", "JANITOR_LOG_LEVEL", "JANITOR_LOG_FORMAT",
        "JANITOR_EMULATOR_HOST", "JANITOR_EMULATOR_HTTP", "JANITOR_SLACK_WEBHOOK_URL", "JANITOR_SLACK_BOT_TOKEN",
        "JANITOR_SLACK_CHANNEL", "JANITOR_REPORT_URL", "JANITOR_HOST", "PORT", "K_SERVICE", "XDG_STATE_HOME",
    ]
)  # fmt: skip
URLS = st.builds(
    lambda scheme, rest: f"{scheme}://{rest}",
    st.sampled_from(
        ["postgresql", "postgres", "sqlite", "sqlite+pysqlite", "mysql", "http", "https", "socks5", ""]
    ),
    st.text("abc:/@?#[]%= \u00e90.", max_size=30),
)


def only_ours(call: Callable[[], object]) -> str:
    """The text of janitor's own error, "" where there was none; any other error fails the test."""
    try:
        call()
    except JanitorError as error:
        found = error
    else:
        return ""
    assert found.exit_code != 1
    return str(found)


@FEW
@given(VARIABLE, VALUES | URLS)
@example("JANITOR_EMULATOR_HOST", "127.0.0.1:\u00b2")
@example("JANITOR_SLACK_WEBHOOK_URL", "https://[")
@example("PORT", "9" * 5000)
def test_no_environment_is_a_bug(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    with monkeypatch.context() as patched:
        with suppress(UnicodeEncodeError):
            patched.setenv(variable, value)
        only_ours(load_settings)


@FEW
@given(st.dictionaries(VARIABLE, VALUES))
def test_tidying_twice_changes_nothing_more_than_quotes(variables: dict[str, str]) -> None:
    tidy_environment(variables)
    assert all(value.strip() for value in variables.values())


@FEW
@given(URLS | VALUES)
@example("postgresql://u:p@h/%00")
@example("postgresql://[::1]/x")
@example("sqlite:///\x7f")
@example("sqlite:///file:x?mode=nope&uri=true")
@example("postgresql://h:99999999/x")
def test_no_database_url_is_a_bug(url: str) -> None:
    only_ours(lambda: shown(address_of(url or "x")))


@FEW
@given(st.text("abc:/@?#[]%= \u00e90.&", max_size=20))
def test_no_database_that_is_opened_is_a_bug(rest: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        only_ours(lambda: asyncio.run(_opened(f"sqlite:///{folder}/{rest}")))
    only_ours(lambda: asyncio.run(_opened(f"postgresql://127.0.0.1:9/{rest}")))


async def _opened(url: str) -> None:
    await (await open_database(url, 1)).close()


@FEW
@given(st.sampled_from(VARIABLES), VALUES | URLS, VALUES)
@example("ALL_PROXY", "http://[::1]x", "")
@example("ALL_PROXY", "http://a:\u00b2", "")
@example("ALL_PROXY", "http://h", "[")
@example("ALL_PROXY", "http://h", "1.2.3.4/99")
def test_no_proxy_variable_is_a_bug(name: str, value: str, direct: str) -> None:
    found = proxy_for("run.googleapis.com", {"NO_PROXY": direct})
    assert found is None
    only_ours(lambda: proxy_for("run.googleapis.com", {name: value, "NO_PROXY": direct}))


@FEW
@given(VALUES)
def test_a_path_that_is_shown_is_short_and_in_one_line(value: str) -> None:
    found = shown_path(value)
    assert found in ("", value)
    assert "\n" not in found


KINDS = st.sampled_from(
    ["service_account", "authorized_user", "external_account", "external_account_authorized_user",
     "impersonated_service_account", "gdch_service_account"]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["private_key", "client_email", "token_uri", "client_id", "client_secret", "refresh_token", "audience",
     "subject_token_type", "token_url", "credential_source", "service_account_impersonation_url",
     "source_credentials", "universe_domain", "quota_project_id", "project_id", "project", "name", "format_version"]
)  # fmt: skip


@FEW
@given(KINDS, st.dictionaries(FIELDS, JSON, max_size=8), st.none() | st.binary(max_size=30))
@example("service_account", {"private_key": 1, "client_email": "a", "token_uri": "b"}, None)
@example("external_account", {"audience": "", "credential_source": {"file": []}}, None)
def test_no_key_file_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, kind: str, content: dict[str, Any], raw: bytes | None
) -> None:
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patched:
        path = Path(folder) / "key.json"
        path.write_bytes(json.dumps({"type": kind, **content}).encode() if raw is None else raw)
        patched.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
        patched.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        patched.setattr("time.sleep", lambda _: None)
        assert only_ours(load_credentials)
        only_ours(default_project)


@FEW
@given(
    st.binary(max_size=80) | JSON.map(lambda found: json.dumps(found).encode()),
    st.sampled_from([200, 400, 403, 429, 500, 503, 299]),
)
@example(b'{"locations": 1}', 200)
@example(b'{"locations": {"a": 1}}', 200)
@example(b'{"locations": [{"locationId": "a"}], "nextPageToken": 7}', 200)
@example(b'{"error": {"details": {"@type": 1}}}', 403)
@example(b'{"error": {"details": [1, {"@type": "x/google.rpc.ErrorInfo", "metadata": {"a": null}}]}}', 403)
@example(b'{"error": {"details": [{"@type": "google.rpc.RetryInfo", "retryDelay": "\xc2\xb2s"}]}}', 429)
def test_no_answer_of_google_over_rest_is_a_bug(body: bytes, status: int) -> None:
    async def ask() -> None:
        transport = httpx2.MockTransport(lambda _: httpx2.Response(status, content=body))
        async with connect("127.0.0.1:9", "http://127.0.0.1:9") as clients:
            await clients.http.aclose()
            object.__setattr__(clients, "http", httpx2.AsyncClient(transport=transport))
            await run_locations(clients, "p")

    with impatient():
        try:
            asyncio.run(ask())
        except (GoogleAPICallError, BadReplyError) as error:
            cause(error)
            nothing_there(error, "run.googleapis.com", "p", None)


EVERY_KIND = """\
version: 1
scope: {projects: [p]}
limits: {max_deletions: 10000, max_share: 100%, max_monthly_value: 100000000 USD, max_unpriced: 10000}
policies:
  - {name: services, kind: run.service, when: {older_than: 1d}}
  - {name: revisions, kind: run.revision, when: {older_than: 1d}}
  - {name: jobs, kind: run.job, when: {older_than: 1d}}
  - {name: executions, kind: run.execution, when: {older_than: 1d}}
  - {name: pools, kind: run.worker_pool, when: {older_than: 1d}}
  - {name: images, kind: artifact.image, when: {older_than: 1d}, keep: {latest: 1}}
  - {name: repositories, kind: artifact.repository, when: {older_than: 1d}}
  - {name: packages, kind: artifact.package, when: {older_than: 1d}}
  - {name: versions, kind: artifact.version, when: {older_than: 1d}}
  - {name: tags, kind: artifact.tag, when: {tags: [v1]}}
"""


SEEDS, FORMS = st.integers(0, 2**32 - 1), st.sampled_from(["json", "table"])


@settings(FEW, max_examples=8)
@given(SEEDS, FORMS)
@example(34, "json")
@example(85, "table")
def test_no_reply_of_google_over_grpc_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], seed: int, form: str
) -> None:
    apply_against_hostile_google(monkeypatch, capfd, seed, form)


@pytest.mark.slow
@settings(FEW, max_examples=200)
@given(SEEDS, FORMS)
def test_no_reply_of_google_over_grpc_is_a_bug_however_many_are_tried(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], seed: int, form: str
) -> None:
    apply_against_hostile_google(monkeypatch, capfd, seed, form)


def apply_against_hostile_google(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], seed: int, form: str
) -> None:
    """A whole apply: what a decoder lets through must be fit for all that comes after it."""
    google = Hostile.of(seed).google()
    google.answers["ListLocations"] = artifact_places("us-central1")
    with (
        tempfile.TemporaryDirectory() as folder,
        beside(google) as variables,
        impatient(),
        monkeypatch.context() as patched,
    ):
        patched.chdir(folder)
        homes = dict.fromkeys(("XDG_STATE_HOME", "XDG_CACHE_HOME"), folder)
        for name, value in {**variables, **homes}.items():
            patched.setenv(name, value)
        Path("policies.yaml").write_text(EVERY_KIND)
        assert run(["sweep", "--apply", "--kept", "--format", form]) != 1
    out, err = capfd.readouterr()
    assert {letter for letter in out + err if not letter.isprintable()} <= {"\n"}


@contextmanager
def impatient() -> Iterator[None]:
    """Calls are tried again at once, or not."""
    usual = [
        (retry, key, getattr(retry, key))
        for retry in (READ_RETRY, DELETE_RETRY, PRICES_RETRY)
        for key in ("first", "longest", "budget")
    ]
    for retry, key, _ in usual:
        object.__setattr__(retry, key, 0.001)
    try:
        yield
    finally:
        for retry, key, value in usual:
            object.__setattr__(retry, key, value)


@FEW
@given(st.integers(100, 599), st.text(max_size=30), st.lists(JSON, max_size=3))
def test_no_error_of_google_is_a_bug(status: int, message: str, details: list[Any]) -> None:
    made: Any = from_http_status
    error = made(status, message, details=details, response={"status": message})
    assert cause(error).isprintable()
    nothing_there(error, "run.googleapis.com", "p", None)


@FEW
@given(st.integers(100, 599), st.text(max_size=200))
@example(400, "<")
def test_no_answer_of_slack_is_a_bug(status: int, said: str) -> None:
    assert not_taken(status, said).startswith(f"Slack answered {status}")


FLAGS = st.sampled_from(
    ["--limit", "--policy", "--project", "--wait", "--policies", "--format", "--out", "--since", "--kept", "--port", "--for"]
)  # fmt: skip
COMMANDS = st.sampled_from(
    ["sweep", "history", "report", "validate", "keep", "marks", "explain", "test", "schema"]
)


@FEW
@given(COMMANDS, FLAGS, st.text(st.characters(exclude_characters="\0"), max_size=20))
@example("report", "--since", "\u00b2d")
@example("report", "--since", "0001-01-01T00:00:00+23:59")
@example("sweep", "--wait", "\u0663m")
@example("validate", "--policies", "\udcff")
@example("history", "--out", "\udcff")
def test_no_flag_is_a_bug(monkeypatch: pytest.MonkeyPatch, command: str, flag: str, value: str) -> None:
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("XDG_STATE_HOME", folder)
        patched.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json")
        assert run([command, flag, value]) != 1


@FEW
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"[" * 2000)
@example(b"version: 1\npolicies: &a [*a]")
@example(b"version: 1\npolicies: [{name: a, kind: run.service, when: {older_than: 9999999999999999999999d}}]")
def test_no_policy_file_is_a_bug(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, monkeypatch.context() as patched:
        patched.chdir(folder)
        Path("policies.yaml").write_bytes(content)
        Path("policies.test.yaml").write_bytes(content)
        assert run(["validate"]) in (0, 2)
        assert run(["test"]) in (0, 2)
