"""janitor as a process on machines that differ: files of other users, locales, umasks, read-only disks, proxies."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from janitor.proxies import VARIABLES
from tests.daemon.other_user import UID, needs_root, run
from tests.daemon.test_daemon_process import QUIET, RARELY
from tests.sweep.conftest import Placing
from tests.sweep.sweeping import POLICIES, Place, image, world

MARKER = "Mark3rOfASecret"
_OURS = ("JANITOR_", "GOOGLE_", "CLOUDSDK_", "LC_", "LANG", "PYTHON", *VARIABLES, "no_proxy", "NO_PROXY")


def environment(**more: str) -> dict[str, str]:
    """The variables of this process without those that people set for janitor, and these."""
    return {key: value for key, value in os.environ.items() if not key.startswith(_OURS)} | more


def janitor(
    folder: Path, *arguments: str, umask: int = -1, **variables: str
) -> "subprocess.CompletedProcess[bytes]":
    """A command in a folder, in a process with these variables of its own."""
    return subprocess.run(
        [sys.executable, "-m", "janitor", *arguments],
        cwd=folder, env=environment(**variables), capture_output=True, check=False, timeout=120, umask=umask,
    )  # fmt: skip


def said(err: str | bytes, severity: str) -> str:
    """The messages of one severity; every line of stderr must be JSON."""
    lines = [json.loads(line) for line in err.splitlines()]
    return "\n".join(line["message"] for line in lines if line["severity"] == severity)


@needs_root
def test_a_key_file_of_another_user_is_named_with_the_uid(open_folder: Path) -> None:
    key, policies = open_folder / "key.json", open_folder / "policies.yaml"
    key.write_text(json.dumps({"type": "service_account", "private_key": MARKER}))
    os.chown(key, UID + 1, 0)
    key.chmod(0o600)
    policies.write_text(POLICIES)
    done = run("/", "sweep", "--policies", str(policies), GOOGLE_APPLICATION_CREDENTIALS=str(key))
    assert done.returncode == 3
    assert f"{key} cannot be read by this user (uid {UID})" in said(done.stderr, "ERROR")
    assert "give it read access" in said(done.stderr, "ERROR")
    assert MARKER not in done.stdout + done.stderr


@needs_root
@pytest.mark.parametrize("there", [True, False], ids=["with a ledger", "without a ledger"])
def test_a_ledger_in_a_read_only_folder_ends_an_apply_with_the_way_out(
    place: Placing, open_folder: Path, there: bool
) -> None:
    here = place(QUIET)
    policies, ledger = open_folder / "policies.yaml", open_folder / "ledger.db"
    policies.write_text(RARELY)
    url = f"sqlite:///{ledger}"
    if there:
        assert janitor(here.folder, "history", JANITOR_DATABASE_URL=url).returncode == 0
    known = {
        "JANITOR_EMULATOR_HOST": here.google.host,
        "JANITOR_EMULATOR_HTTP": here.google.http,
        "JANITOR_DATABASE_URL": url,
    }
    applied = run("/", "sweep", "--apply", "--policies", str(policies), **known)
    assert applied.returncode == 2
    told = said(applied.stderr, "ERROR")
    assert str(ledger) in told
    assert f"this user can write to it (uid {UID})" in told
    assert "give the user write access to the folder, or put the ledger in another folder" in told
    assert "JANITOR_DATABASE_URL" in told
    assert here.changes == []


GERMAN = "gr\u00f6\u00dfe"
ASCII = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}


@pytest.fixture
def german(place: Placing) -> Place:
    """A package, a service and a label with names that ASCII does not have."""
    services = (
        f"{{web: {{updated: 3d ago, state: failed, image: docker.io/library/x, labels: {{team: {GERMAN}}}}}}}"
    )
    here = place(world(image("a", package=GERMAN), services=services))
    (here.folder / "policies.yaml").write_text(POLICIES)
    return here


@pytest.mark.parametrize("variables", [ASCII, {"LC_ALL": "C"}], ids=["ASCII streams", "LC_ALL=C"])
def test_names_are_shown_whole_whatever_the_locale(german: Place, variables: dict[str, str]) -> None:
    known = {**german.environment(), **variables}
    done = janitor(german.folder, "sweep", "--dry-run", "--kept", **known)
    assert done.returncode == 0, done.stderr
    shown = GERMAN.encode() if "PYTHONIOENCODING" not in variables else rb"gr\xf6\xdfe"
    assert shown in done.stdout
    assert said(done.stderr, "ERROR") == ""

    done = janitor(german.folder, "sweep", "--apply", "--out", f"{GERMAN}.txt", **known)
    assert done.returncode == 0, done.stderr
    (written,) = german.folder.glob("*.txt")
    assert written.name == f"{GERMAN}.txt"
    assert GERMAN in written.read_text(encoding="utf-8")
    deleted = [json.loads(line).get("name", "") for line in done.stderr.splitlines()]
    assert [name for name in deleted if "/packages/gr%C3%B6%C3%9Fe/" in name or GERMAN in name]


def test_what_a_strict_umask_leaves_to_the_owner_alone(place: Placing) -> None:
    here = place(QUIET)
    (here.folder / "policies.yaml").write_text(POLICIES)
    variables = {key: value for key, value in here.environment().items() if key != "JANITOR_DATABASE_URL"}
    for command in (
        ["sweep", "--apply", "--out", "table.txt"],
        ["report", "--format", "html", "--out", "r.html"],
    ):
        done = janitor(here.folder, *command, umask=0o077, **variables)
        assert done.returncode == 0, done.stderr
    made = [
        here.folder / "table.txt",
        here.folder / "r.html",
        here.folder / "state" / "janitor" / "janitor.db",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    folders = [here.folder / "state" / "janitor", here.folder / "cache" / "janitor"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]) -> Iterator[tuple[str, list[str]]]:
    """The host and port of an HTTP server that answers so, and the requests that it was sent."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"{self.command} {self.path}")
            status, body = answer(self)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_CONNECT = do_POST  # noqa: N815, the names that http.server gives them

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def key_of_a_service_account(token_uri: str) -> dict[str, str]:
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account", "project_id": "p", "private_key_id": MARKER, "private_key": key.decode(),
        "client_email": "x@p.iam.gserviceaccount.com", "client_id": "1", "token_uri": token_uri,
    }  # fmt: skip


def external_account(token_uri: str) -> dict[str, Any]:
    return {
        "type": "external_account", "audience": "//iam.googleapis.com/projects/1/x", "token_url": token_uri,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "client_id": "c", "client_secret": MARKER,
        "credential_source": {"file": "subject"},
    }  # fmt: skip


def echo(status: int, form: str) -> Callable[[BaseHTTPRequestHandler], tuple[int, bytes]]:
    """An answer that quotes the whole request."""

    def answer(handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        quoted = f"{handler.headers}{body}"
        return status, (form % json.dumps(quoted)).encode()

    return answer


@pytest.mark.parametrize("credentials", [key_of_a_service_account, external_account])
@pytest.mark.parametrize(
    ("status", "form"),
    [
        (400, '{"error": "invalid_grant", "error_description": %s}'),
        (400, '{"error": %s}'),
        pytest.param(200, "%s", marks=pytest.mark.slow),
        pytest.param(200, '{"token_type": %s}', marks=pytest.mark.slow),
    ],
)
def test_a_token_server_that_quotes_the_request_gets_nothing_shown(
    tmp_path: Path, credentials: Callable[[str], dict[str, Any]], status: int, form: str
) -> None:
    (tmp_path / "policies.yaml").write_text(POLICIES)
    (tmp_path / "subject").write_text(MARKER)
    with serving(echo(status, form)) as (host, asked):
        (tmp_path / "key.json").write_text(json.dumps(credentials(f"http://{host}/token")))
        done = janitor(
            tmp_path, "sweep", "--dry-run", JANITOR_LOG_LEVEL="DEBUG", GOOGLE_APPLICATION_CREDENTIALS="key.json",
            XDG_STATE_HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path),
        )  # fmt: skip
    assert "POST /token" in asked
    assert done.returncode == 3
    assert "no usable Google credentials" in said(done.stderr, "ERROR")
    shown = (done.stdout + done.stderr).decode()
    for secret in (MARKER, "assertion=", "eyJ", "Basic "):
        assert secret not in shown


@pytest.mark.parametrize(
    ("direct", "proxied"),
    [
        ("10.0.0.0/8,2001:db8::/32,.internal.example,127.0.0.0/8", {"run", "artifactregistry", "cloudasset"}),
        ("10.0.0.0/8,*.artifactregistry.googleapis.com", {"run", "cloudasset"}),
    ],
)
def test_no_proxy_with_networks_and_domains_holds_for_rest_and_grpc(
    tmp_path: Path, direct: str, proxied: set[str]
) -> None:
    (tmp_path / "policies.yaml").write_text(POLICIES)
    token = json.dumps({"access_token": "x", "expires_in": 3600, "token_type": "Bearer"}).encode()
    expected = {f"CONNECT {api}.googleapis.com:443" for api in proxied}
    with serving(lambda _: (200, token)) as (tokens, _), serving(lambda _: (502, b"")) as (proxy, asked):
        (tmp_path / "key.json").write_text(json.dumps(key_of_a_service_account(f"http://{tokens}/token")))
        variables = environment(
            GOOGLE_APPLICATION_CREDENTIALS="key.json", HTTPS_PROXY=f"http://{proxy}", NO_PROXY=direct,
            XDG_STATE_HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path),
        )  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "janitor", "sweep", "--dry-run"],
            cwd=tmp_path, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            end = time.monotonic() + 60
            while not expected <= set(asked):
                assert process.poll() is None, "it ended before it had asked"
                assert time.monotonic() < end, asked
                time.sleep(0.05)
            time.sleep(0.5)
        finally:
            process.kill()
            process.wait()
    assert {line for line in asked if "billing" not in line} == expected
